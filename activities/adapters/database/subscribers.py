"""Who wants mails about incidents, and what they have not been told.

A post waits in `incident_updates`, where the same transaction that shows it to the public put it,
until each subscriber has a row of the ledger that says that it is over with them.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe

from sqlalchemy import (
    ColumnElement,
    Engine,
    Select,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from activities.adapters.database.columns import UtcDateTime
from activities.adapters.database.engine import writing
from activities.adapters.database.status_page import public_ident
from activities.adapters.database.tables import deliveries, incident_updates, incidents
from activities.adapters.database.tables_pages import status_subscriptions
from activities.adapters.database.upsert import insert
from activities.ports import DeliveryState
from activities.subscriber_ports import IncidentPost, Subscriber
from domain.addresses import readable, recipient_key, spellings

ALL = ""
"""In place of the key of an incident: all of them, and those to come."""
CONFIRMED_WITHIN = timedelta(days=1)
"""For so long a link to confirm is good."""
MOST = 50_000
"""Subscriptions, those that wait to be confirmed too."""
_OVER = (DeliveryState.SENT, DeliveryState.FAILED, DeliveryState.BOUNCED)
_rows, _posts = status_subscriptions.c, incident_updates.c


class DatabaseSubscribers:
    """`Subscribers`, and how one becomes one of them; `most` bounds the table."""

    def __init__(self, engine: Engine, most: int = MOST) -> None:
        self._engine = engine
        self._most = most

    # --- subscribing ------------------------------------------------------------------------------

    def ask(self, email: str, incident: str, language: str, now: datetime) -> str | None:
        """Note that somebody may want mails, and answer the token that confirms it.

        Of who has confirmed nothing changes but that the link is good again. None where there are
        too many, or where the incident is over.
        """
        wanted = {
            "token": token_urlsafe(),
            "address": recipient_key(email),
            "email": readable(email),
            "incident": incident,
            "language": language,
            "asked_at": now,
        }
        with writing(self._engine) as connection:
            connection.execute(delete(status_subscriptions).where(unconfirmed(now)))
            if incident != ALL and not connection.execute(_is_open(incident)).first():
                return None
            this = and_(_rows.address == wanted["address"], _rows.incident == incident)
            known = connection.execute(select(_rows.token).where(this)).first()
            count = select(func.count()).select_from(status_subscriptions)
            if not known and connection.execute(count).scalar_one() >= self._most:
                return None
            asking = insert(connection, status_subscriptions).values(wanted)
            token: str = connection.execute(
                asking.on_conflict_do_update(
                    index_elements=["address", "incident"],
                    set_={
                        "asked_at": now,
                        "language": case(
                            (_rows.confirmed_at.is_(None), language), else_=_rows.language
                        ),
                    },
                ).returning(_rows.token)
            ).scalar_one()
        return token

    def confirm(self, token: str, now: datetime) -> bool:
        """Whether the link of that token is good; from now on they are told."""
        good = and_(
            _rows.token == token,
            _rows.asked_at > now - CONFIRMED_WITHIN,
            or_(_rows.incident == ALL, exists(_is_open(_rows.incident))),
        )
        with self._engine.connect() as connection:  # A wrong guess costs no writer a turn.
            if connection.execute(select(_rows.token).where(good)).first() is None:
                return False
        confirming = update(status_subscriptions).where(good)
        confirmed_at = func.coalesce(_rows.confirmed_at, literal(now, UtcDateTime()))
        with writing(self._engine) as connection:
            return bool(connection.execute(confirming.values(confirmed_at=confirmed_at)).rowcount)

    def leave(self, token: str) -> None:
        """End all that the person of a token subscribed to; an unknown one ends nothing."""
        theirs = select(_rows.address).where(_rows.token == token)
        with self._engine.connect() as connection:
            address = connection.execute(theirs).scalar_one_or_none()
        if address is not None:
            self.remove(address)

    def remove(self, address: str) -> None:
        """End all that an address subscribed to."""
        with writing(self._engine) as connection:
            connection.execute(
                delete(status_subscriptions).where(_rows.address.in_(spellings(address)))
            )

    # --- telling ----------------------------------------------------------------------------------

    def is_wanted(self) -> bool:
        """Whether anything was posted that somebody may have to be told of."""
        posted = exists().where(_posts.told_at.is_(None))
        wanted = exists().where(_rows.confirmed_at.is_not(None))
        with self._engine.connect() as connection:
            return bool(connection.execute(select(and_(posted, wanted))).scalar_one())

    def untold(self, after: IncidentPost | None, limit: int) -> Sequence[IncidentPost]:
        """A page of posts that somebody may not have been told of, the oldest first."""
        query = (
            select(incident_updates, incidents.c.name, incidents.c.started_at)
            .join(incidents, incidents.c.key == _posts.incident)
            .where(_posts.told_at.is_(None))
            .order_by(_posts.at, _posts.effect_key)
            .limit(limit)
        )
        if after is not None:
            later = and_(_posts.at == after.at, _posts.effect_key > after.key)
            query = query.where(or_(_posts.at > after.at, later))
        with self._engine.connect() as connection:
            return [
                IncidentPost(
                    key=row.effect_key,
                    incident=row.incident,
                    ident=public_ident(row.incident),
                    name=row.name,
                    stage=row.stage,
                    body=row.body,
                    at=row.at,
                    is_first=row.at == row.started_at,
                )
                for row in connection.execute(query)
            ]

    def due(self, post: IncidentPost, after: str | None, limit: int) -> Sequence[Subscriber]:
        """A page of those it is for and who were not told, ordered by address, behind `after`.

        It is for who had confirmed when it was posted: what was posted before, they have read.
        """
        is_over = exists().where(
            deliveries.c.effect_key == post.key,
            deliveries.c.recipient == _rows.address,
            deliveries.c.channel == "email",
            deliveries.c.state.in_(_OVER),
        )
        # Of one who subscribed to this incident and to all, any row says the same.
        any_of = (func.min(_rows[name]).label(name) for name in ("email", "language", "token"))
        query = (
            select(_rows.address, *any_of)
            .where(_rows.incident.in_((ALL, post.incident)), _rows.confirmed_at <= post.at)
            .where(~is_over)
            .group_by(_rows.address)
            .order_by(_rows.address)
            .limit(limit)
        )
        if after is not None:
            query = query.where(_rows.address > after)
        with self._engine.connect() as connection:
            return [Subscriber(**row._mapping) for row in connection.execute(query)]

    def told(self, post: IncidentPost, at: datetime) -> None:
        """Nobody waits for it any more; with its resolution subscriptions to one incident end."""
        left = and_(
            deliveries.c.effect_key == post.key,
            deliveries.c.channel == "email",
            deliveries.c.state.not_in(_OVER),
        )
        with writing(self._engine) as connection:
            # Of those who left while a mail to them waited.
            connection.execute(update(deliveries).where(left).values(overtaken_at=at))
            connection.execute(
                update(incident_updates).where(_posts.effect_key == post.key).values(told_at=at)
            )
            if post.stage == "resolved":
                ended = _rows.incident == post.incident
                connection.execute(delete(status_subscriptions).where(ended))


def unconfirmed(now: datetime) -> ColumnElement[bool]:
    """The subscriptions that nobody confirmed in time."""
    return and_(_rows.confirmed_at.is_(None), _rows.asked_at <= now - CONFIRMED_WITHIN)


def _is_open(incident: str | ColumnElement[str]) -> Select[tuple[int]]:
    return select(literal(1)).where(incidents.c.key == incident, incidents.c.resolved_at.is_(None))
