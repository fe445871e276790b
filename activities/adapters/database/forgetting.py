"""Forgets a person: what was promised, sent and kept stays on record, whose it was does not.

Where a row has to stay, a pseudonym takes the person's place, the same in all tables. It is made
with the random token of their preferences, which goes last: a run that was interrupted goes on
under the same pseudonym, and nobody can work it out from an address afterwards.

A pseudonym has a colon, as no address has, so that nothing is ever mailed to it.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Table,
    and_,
    delete,
    func,
    or_,
    select,
    tuple_,
    update,
)

from activities.adapters.database.engine import writing
from activities.adapters.database.open_numbers import OPEN
from activities.adapters.database.preferences import DatabasePreferences
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables import (
    deliveries,
    digest_parts,
    entities,
    facts,
    issued_numbers,
    joint_messages,
    letters,
    preferences,
    spoken_messages,
    subscriptions,
)
from activities.adapters.database.tables_mail import attachments, set_aside_mails, taken_mails
from activities.adapters.database.tables_pages import (
    sign_in_links,
    status_subscriptions,
    web_sessions,
)
from activities.ports import DeliveryState
from activities.subscriber_ports import LANE
from domain.addresses import spellings

BATCH = 1_000
"""Rows of one transaction."""
_WAITING = (
    DeliveryState.PLANNED,
    DeliveryState.SENDING,
    DeliveryState.UNKNOWN,
    DeliveryState.BY_TELEPHONE,
    DeliveryState.DIGEST,
)
_ABOUT_CONTACTS = ("contact.corrected", "contact.notified", "contact.not_notified")
_NOBODY = dict.fromkeys(("email", "name", "time_zone", "language", "phone"))


@dataclass(frozen=True, slots=True)
class Held:
    """Why somebody cannot be forgotten yet."""

    number: str
    problem: str


@dataclass(frozen=True, slots=True)
class _Step:
    what: str
    """What is forgotten, in words."""
    table: Table
    known: ColumnElement[bool]
    """The rows that have it; none once it is done."""
    change: Callable[[str], Mapping[str, object]] | None = None
    """What stands there instead, with the pseudonym; None where the row goes."""
    change_each: Callable[[Row[Any]], Mapping[str, object]] | None = None
    """The same where it depends on what the row has."""


class DatabaseForgetting:
    """Forgets one person, known by an address, or by a case if they have none."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keys(self, contact: str) -> Sequence[str]:
        """How a person is on record: all spellings of an address, or what the contact of a case is
        known by. Empty for a case that has none, or is not known."""
        if "@" in contact:
            return spellings(contact)
        known = subscriptions.c
        query = select(known.address).where(known.entity == contact, known.case_number == contact)
        with self._engine.connect() as connection:
            address = connection.execute(query).scalar_one_or_none()
        return () if address is None else spellings(address)

    def held(self, keys: Sequence[str], now: datetime) -> Sequence[Held]:
        """What still needs the person, by number: it is open, or has something for them."""
        number, known = entities.c.number, subscriptions.c
        # By their address first: it has an index, and there are many more entities than theirs.
        theirs = select(known.entity).where(
            known.address.in_(keys), known.detached_sequence.is_(None)
        )
        is_open = or_(
            *(
                and_(entities.c.kind == kind, entities.c.state.in_(states))
                for kind, states in OPEN.items()
            )
        )
        query = select(entities.c.kind, number, entities.c.state, entities.c.snapshot).where(
            number.in_(theirs), or_(is_open, entities.c.kind == "case")
        )
        waiting = select(deliveries.c.entity).where(
            deliveries.c.recipient.in_(keys),
            deliveries.c.state.in_(_WAITING),
            deliveries.c.overtaken_at.is_(None),
            # Their subscription goes, and with it what waits.
            deliveries.c.lane.is_distinct_from(LANE),
        )
        found: dict[str, str] = {}
        with self._engine.connect() as connection:
            for entity in connection.execute(waiting.distinct()).scalars():
                found[entity] = "has a message for them that has not gone out"
            for row in connection.execute(query):
                until = row.snapshot.get("unanswered_until")
                if row.state in OPEN[row.kind]:
                    found[row.number] = f"is {row.state}"
                elif until is not None and datetime.fromisoformat(until) > now:
                    found[row.number] = f"may open again until {until}"
        return [Held(*each) for each in sorted(found.items())]

    def found(self, keys: Sequence[str]) -> Mapping[str, int]:
        """How many rows there are of each step of `forget`."""
        with self._engine.connect() as connection:
            return {
                step.what: connection.execute(
                    select(func.count()).select_from(step.table).where(step.known)
                ).scalar_one()
                for step in self._steps(keys)
            }

    def forget(self, keys: Sequence[str]) -> Mapping[str, int]:
        """Forget the person; answers how many rows each step has changed or removed.

        Each transaction has a bounded number of rows. A repeat goes on where one was interrupted,
        and finds nothing once it is done.
        """
        if not any(self.found(keys).values()):
            return dict.fromkeys((step.what for step in self._steps(keys)), 0)
        pseudonym = self._pseudonym(keys)
        return {step.what: self._take(step, pseudonym) for step in self._steps(keys)}

    def cases(self, keys: Sequence[str]) -> Sequence[str]:
        """The cases whose contact they are."""
        with self._engine.connect() as connection:
            query = select(subscriptions.c.entity).where(_is_contact(keys))
            return sorted(connection.execute(query).scalars())

    def _pseudonym(self, keys: Sequence[str]) -> str:
        with self._engine.connect() as connection:
            query = select(preferences.c.token).where(preferences.c.address.in_(keys))
            token = connection.execute(query.order_by(preferences.c.address)).scalars().first()
        if token is None:
            made = DatabasePreferences(self._engine).of([keys[0]])
            token = next(iter(made.values())).token
        return "forgotten:" + hmac.digest(token.encode(), keys[0].encode(), "sha256").hex()[:16]

    def _take(self, step: _Step, pseudonym: str) -> int:
        key = list(step.table.primary_key.columns)
        some = tuple_(*key).in_(select(*key).where(step.known).limit(BATCH))
        taken, rows = 0, BATCH
        while rows == BATCH:
            with writing(self._engine) as connection:
                if step.change_each is not None:
                    rows = _changed(connection, step.table, some, step.change_each)
                elif step.change is not None:
                    changing = update(step.table).where(some).values(step.change(pseudonym))
                    rows = connection.execute(changing).rowcount
                else:
                    rows = connection.execute(delete(step.table).where(some)).rowcount
            taken += rows
        return taken

    def _steps(self, keys: Sequence[str]) -> Sequence[_Step]:
        """In this order: what a later step is found by is changed last."""
        theirs = select(subscriptions.c.entity).where(_is_contact(keys)).scalar_subquery()
        told = select(deliveries.c.id).where(deliveries.c.recipient.in_(keys))
        actors = [f"contact-{hashed(key)[:16]}" for key in keys]
        has_words = or_(facts.c.internal_text.is_not(None), facts.c.public_text.is_not(None))
        about = and_(
            facts.c.event.in_(_ABOUT_CONTACTS), facts.c.details["case"].as_string().in_(theirs)
        )
        return [
            _Step("letters", letters, letters.c.address.in_(keys)),
            _Step("words for the telephone", spoken_messages, spoken_messages.c.delivery.in_(told)),
            _Step("parts of digests", digest_parts, digest_parts.c.recipient.in_(keys)),
            _Step(
                "words on their cases",
                facts,
                and_(or_(facts.c.entity.in_(theirs), facts.c.actor.in_(actors), about), has_words),
                lambda _: {"internal_text": None, "public_text": None},
            ),
            _Step(
                "subjects of their cases",
                entities,
                and_(
                    entities.c.kind == "case",
                    entities.c.number.in_(theirs),
                    entities.c.snapshot["subject"].as_string() != "",
                ),
                change_each=lambda row: {"snapshot": row.snapshot | {"subject": ""}},
            ),
            _Step(
                "what they did in the portal",
                facts,
                facts.c.actor.in_(actors),
                lambda pseudonym: {"actor": pseudonym},
            ),
            _Step(
                "deliveries",
                deliveries,
                deliveries.c.recipient.in_(keys),
                lambda pseudonym: {"recipient": pseudonym, "message_id": pseudonym},
            ),
            _Step("shared messages", joint_messages, joint_messages.c.recipient.in_(keys)),
            _Step("files of their cases", attachments, attachments.c.case_number.in_(theirs)),
            _Step("mails that were set aside", set_aside_mails, set_aside_mails.c.sender.in_(keys)),
            _Step("ids of their mails", taken_mails, taken_mails.c.sender.in_(keys)),
            _Step(
                "client numbers issued for an address",
                issued_numbers,
                issued_numbers.c.issued_for.in_(keys),
                lambda pseudonym: {"issued_for": pseudonym},
            ),
            _Step(
                "sessions",
                web_sessions,
                and_(web_sessions.c.kind == "client", web_sessions.c.subject.in_(keys)),
            ),
            _Step(
                "subscriptions to the status page",
                status_subscriptions,
                status_subscriptions.c.address.in_(keys),
            ),
            _Step("links to sign in", sign_in_links, sign_in_links.c.address.in_(keys)),
            _Step(
                "contacts of cases and defects",
                subscriptions,
                subscriptions.c.address.in_(keys),
                lambda pseudonym: {"address": pseudonym, **_NOBODY},
            ),
            _Step("preferences", preferences, preferences.c.address.in_(keys)),
        ]


def _changed(
    connection: Connection,
    table: Table,
    some: ColumnElement[bool],
    change: Callable[[Row[Any]], Mapping[str, object]],
) -> int:
    """Change each of these rows by what it has; answers how many they were."""
    rows = connection.execute(select(table).where(some).with_for_update()).all()
    for row in rows:
        this = and_(*(column == getattr(row, column.key) for column in table.primary_key.columns))
        connection.execute(update(table).where(this).values(change(row)))
    return len(rows)


def _is_contact(keys: Sequence[str]) -> ColumnElement[bool]:
    known = subscriptions.c
    return and_(known.entity == known.case_number, known.address.in_(keys))
