"""Removes what is kept no longer, a bounded number of rows in each transaction.

Two rules hold whatever the periods are: a row that stops a repeat stays for as long as its case,
defect or release is open, and what waits to be sent or told always stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    tuple_,
)

from activities.adapters.database.attachments import AttachmentFiles, unneeded
from activities.adapters.database.correspondence import KEPT as IDS_KEPT
from activities.adapters.database.engine import writing
from activities.adapters.database.idempotency import REMEMBERED
from activities.adapters.database.open_numbers import OPEN
from activities.adapters.database.sessions import forgotten
from activities.adapters.database.set_aside import KEPT as MAILS_KEPT
from activities.adapters.database.subscribers import unconfirmed
from activities.adapters.database.tables import (
    deliveries,
    digest_parts,
    entities,
    idempotency_keys,
    joint_messages,
    letters,
    preferences,
    retention_runs,
    spoken_messages,
    subscriptions,
)
from activities.adapters.database.tables_mail import (
    attachment_files,
    attachments,
    set_aside_mails,
    taken_mails,
)
from activities.adapters.database.tables_pages import (
    begun_sign_ins,
    known_browsers,
    sign_in_links,
    status_subscriptions,
    web_attempts,
    web_sessions,
)
from activities.adapters.database.tables_webhooks import webhook_messages
from activities.adapters.database.upsert import insert
from activities.adapters.database.webhooks import WAITING
from activities.adapters.file_store import StoreDown
from activities.digest_ports import LANE as DIGEST
from activities.ports import DeliveryState, NotNow
from activities.subscriber_ports import LANE
from domain.retention import Kept, Periods

_CHOSEN = ("progress_at", "newsletter_at", "digest_at", "time_zone_at", "language_at")
_ON_THE_WAY = timedelta(days=1)
"""A file that nothing names may be that of a mail which is being taken."""


@dataclass(frozen=True, slots=True)
class _Rule:
    table: Table
    over: ColumnElement[bool]
    """Which rows are kept no longer."""


class DatabaseRetention:
    """`Retention`; without the store of files their contents stay."""

    def __init__(
        self, engine: Engine, periods: Periods, files: AttachmentFiles | None = None
    ) -> None:
        self._engine = engine
        self._periods = periods
        self._files = files

    def count(self, kind: Kept, now: datetime) -> int:
        """How many rows of a kind are kept no longer at `now`."""
        rule = _rules(self._periods, now)[kind]
        query = select(func.count()).select_from(rule.table).where(rule.over)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one()

    def prune(self, kind: Kept, now: datetime, limit: int) -> int:
        """Remove at most `limit` of them; answers how many were, and notes when none is left.

        Raises:
            NotNow: the store of files does not answer.
        """
        files = kind is Kept.ATTACHMENT_FILES
        removed = self._remove_files(now - _ON_THE_WAY, limit) if files else 0
        with writing(self._engine) as connection:
            if not files:
                removed = self._remove_rows(connection, kind, now, limit)
            if removed < limit:
                _note(connection, {kind.value: now}, again=True)
        return removed

    def _remove_rows(self, connection: Connection, kind: Kept, now: datetime, limit: int) -> int:
        rule = _rules(self._periods, now)[kind]
        key = list(rule.table.primary_key.columns)
        some = select(*key).where(rule.over).limit(limit)
        return connection.execute(delete(rule.table).where(tuple_(*key).in_(some))).rowcount

    def _remove_files(self, wanted_by: datetime, limit: int) -> int:
        try:
            return self._files.remove_unneeded(wanted_by, limit) if self._files else 0
        except StoreDown as error:
            raise NotNow(f"attachments cannot be removed: {error}") from None


def look_for_runs(engine: Engine, now: datetime) -> None:
    """From now on a kind that was never removed is one whose removal is late some day."""
    with writing(engine) as connection:
        _note(connection, dict.fromkeys((kind.value for kind in Kept), now), again=False)


def last_runs(engine: Engine) -> Mapping[str, datetime]:
    """When nothing was left of each kind, or since when its runs are looked for."""
    with engine.connect() as connection:
        query = select(retention_runs.c.kind, retention_runs.c.done_at)
        return dict(connection.execute(query).tuples().all())


def _note(connection: Connection, done: Mapping[str, datetime], *, again: bool) -> None:
    adding = insert(connection, retention_runs)
    kind, done_at = retention_runs.c.kind, {"done_at": adding.excluded.done_at}
    adding = (
        adding.on_conflict_do_update(index_elements=[kind], set_=done_at)
        if again
        else adding.on_conflict_do_nothing(index_elements=[kind])
    )
    rows = [{"kind": name, "done_at": at} for name, at in done.items()]
    connection.execute(adding, rows)


def _rules(periods: Periods, now: datetime) -> Mapping[Kept, _Rule]:
    told_by, written_by = now - periods.deliveries, now - periods.letters
    old_deliveries = or_(
        _of_what_was_over(deliveries.c.entity, told_by),
        and_(deliveries.c.lane.in_((LANE, DIGEST)), deliveries.c.changed_at < told_by),
    )
    return {
        Kept.WEBHOOKS: _Rule(
            webhook_messages,
            and_(
                webhook_messages.c.state != WAITING,
                _of_what_was_over(webhook_messages.c.entity, now - periods.webhooks),
            ),
        ),
        Kept.SPOKEN_MESSAGES: _Rule(
            spoken_messages,
            spoken_messages.c.delivery.in_(
                select(deliveries.c.id).where(
                    or_(
                        and_(
                            deliveries.c.state == DeliveryState.SENT,
                            deliveries.c.changed_at < written_by,
                        ),
                        deliveries.c.overtaken_at < written_by,
                        old_deliveries,
                    )
                )
            ),
        ),
        Kept.DIGEST_PARTS: _Rule(
            digest_parts,
            digest_parts.c.delivery.in_(select(deliveries.c.id).where(old_deliveries)),
        ),
        Kept.DELIVERIES: _Rule(deliveries, old_deliveries),
        Kept.JOINT_MESSAGES: _Rule(
            joint_messages, _of_what_was_over(joint_messages.c.release, told_by)
        ),
        Kept.LETTERS: _Rule(letters, letters.c.at < written_by),
        Kept.SESSIONS: _Rule(web_sessions, forgotten(now)),
        Kept.SIGN_IN_LINKS: _Rule(sign_in_links, sign_in_links.c.expires_at <= now),
        Kept.STATUS_SUBSCRIPTIONS: _Rule(status_subscriptions, unconfirmed(now)),
        Kept.BEGUN_SIGN_INS: _Rule(begun_sign_ins, begun_sign_ins.c.expires_at <= now),
        Kept.ATTEMPTS: _Rule(web_attempts, web_attempts.c.ends_at <= now),
        Kept.KNOWN_BROWSERS: _Rule(known_browsers, known_browsers.c.expires_at <= now),
        Kept.IDEMPOTENCY_KEYS: _Rule(idempotency_keys, idempotency_keys.c.at < now - REMEMBERED),
        Kept.SET_ASIDE_MAILS: _Rule(set_aside_mails, set_aside_mails.c.at < now - MAILS_KEPT),
        Kept.TAKEN_MAILS: _Rule(taken_mails, taken_mails.c.at < now - IDS_KEPT),
        Kept.PREFERENCES: _Rule(preferences, _of_nobody()),
        Kept.ATTACHMENTS: _Rule(
            attachments, _of_what_was_over(attachments.c.case_number, now - periods.attachments)
        ),
        Kept.ATTACHMENT_FILES: _Rule(attachment_files, unneeded(now - _ON_THE_WAY)),
    }


def _of_what_was_over(entity: ColumnElement[str], by: datetime) -> ColumnElement[bool]:
    """Of a case, defect, release or work in an area that was over by an instant."""
    over = [
        and_(entities.c.kind == kind, entities.c.state.not_in(states))
        for kind, states in OPEN.items()
    ]
    known = select(entities.c.number).where(or_(*over), entities.c.updated_at < by)
    return entity.in_(known)


def _of_nobody() -> ColumnElement[bool]:
    """Addresses without a choice that are on no case or defect, and were told nothing on record.

    One with a domain in other letters may be spelled otherwise elsewhere, so it stays.
    """
    address = preferences.c.address
    return and_(
        *(preferences.c[name].is_(None) for name in _CHOSEN),
        address.regexp_match("^[!-~]+$"),
        address.not_like("%xn--%"),
        ~exists().where(subscriptions.c.address == address),
        ~exists().where(deliveries.c.recipient == address),
    )
