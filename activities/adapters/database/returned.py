"""Letters that were sent and did not arrive after all, as reports of mail systems say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, and_, func, select, update

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import deliveries, entities, subscriptions
from activities.digest_ports import LANE as DIGEST
from activities.ports import DeliveryState
from activities.subscriber_ports import LANE
from domain.addresses import recipient_key, spellings
from domain.contract.effects import Lane

_WENT_OUT = (
    DeliveryState.SENT,
    DeliveryState.BOUNCED,
    # A report can be faster than the sender's last word.
    DeliveryState.SENDING,
    DeliveryState.UNKNOWN,
)
_LISTED = 20


@dataclass(frozen=True, slots=True)
class Returned:
    """A letter that came back."""

    id: int
    message_id: str
    effect_key: str
    entity: str
    event: str
    cases: tuple[str, ...]
    recipient: str
    to_staff: bool
    to_subscriber: bool = False
    """Of the status page: no case or defect knows of them."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a permanent report means beside the row itself."""

    first: bool
    """Nothing to this address has come back before."""
    reached: bool
    """Others were reached by the same message."""
    also: Sequence[Returned] = ()
    """The same letter on record for other defects, of which it told too."""


class DatabaseReturned:
    """Finds letters by what a report names, and marks what came back."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, message_ids: Sequence[str], addresses: Collection[str]) -> Returned | None:
        """The letter of one of these ids that went to one of these addresses; any, for none."""
        if not message_ids:
            return None
        query = (
            select(deliveries)
            .where(
                deliveries.c.message_id.in_(message_ids[:_LISTED]),
                deliveries.c.channel == "email",
                deliveries.c.state.in_(_WENT_OUT),
            )
            .order_by(deliveries.c.id)
        )
        named = {recipient_key(address) for address in addresses}
        with self._engine.connect() as connection:
            for row in connection.execute(query):
                if not named or recipient_key(row.recipient) in named:
                    return _returned(row)
        return None

    def bounced(self, letter: Returned, code: str, at: datetime) -> Consequence:
        """It will never arrive. A repeat changes nothing, and answers the same."""
        same = and_(
            deliveries.c.message_id == letter.message_id,
            deliveries.c.recipient == letter.recipient,
            deliveries.c.state.in_(_WENT_OUT),
        )
        with writing(self._engine) as connection:
            rows = connection.execute(select(deliveries).where(same).order_by(deliveries.c.id))
            # Of a digest the messages that it had: they are of somebody.
            also = [_returned(row) for row in rows if row.id != letter.id and row.lane != DIGEST]
            connection.execute(
                update(deliveries)
                .where(same, deliveries.c.state != DeliveryState.BOUNCED)
                .values(state=DeliveryState.BOUNCED, problem=f"bounce-{code}", changed_at=at)
            )
            first = select(deliveries.c.id).where(
                deliveries.c.recipient.in_(spellings(letter.recipient)),
                deliveries.c.state == DeliveryState.BOUNCED,
            )
            oldest = first.order_by(deliveries.c.changed_at, deliveries.c.id).limit(1)
            return Consequence(
                first=connection.execute(oldest).scalar_one() == letter.id,
                reached=_others(connection, letter.effect_key) > 0,
                also=also,
            )

    def delayed(self, letter: Returned, code: str, at: datetime) -> None:
        """It may still arrive: put on record, and nothing follows."""
        with writing(self._engine) as connection:
            connection.execute(
                update(deliveries)
                .where(deliveries.c.id == letter.id, deliveries.c.state == DeliveryState.SENT)
                .values(problem=f"bounce-{code}", changed_at=at)
            )

    def attached_to(self, address: str) -> Mapping[str, list[str]]:
        """The open cases and defects this address is attached to, the newest first, and by which
        cases."""
        known = subscriptions.c
        query = (
            select(known.entity, known.case_number)
            .join(entities, entities.c.number == known.entity)
            .where(
                known.address.in_(spellings(address)),
                known.detached_sequence.is_(None),
                entities.c.kind.in_(("case", "defect")),
                entities.c.state != "closed",
            )
            .order_by(known.attached_at.desc(), known.entity.desc())
            .limit(_LISTED)
        )
        found: dict[str, list[str]] = {}
        with self._engine.connect() as connection:
            for entity, case in connection.execute(query).tuples():
                found.setdefault(entity, []).append(case)
        return found


def _others(connection: Connection, effect_key: str) -> int:
    count: int = connection.execute(
        select(func.count()).where(
            deliveries.c.effect_key == effect_key, deliveries.c.state == DeliveryState.SENT
        )
    ).scalar_one()
    return count


def _returned(row: Row[tuple[object, ...]]) -> Returned:
    return Returned(
        id=row.id,
        message_id=row.message_id,
        effect_key=row.effect_key,
        entity=row.entity,
        event=row.event,
        cases=tuple(row.cases),
        recipient=row.recipient,
        to_staff=row.lane == Lane.STAFF,
        to_subscriber=row.lane == LANE,
    )
