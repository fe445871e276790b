"""What every entity is made of: its state, and one function for each thing that can happen to it.

The state is a pydantic model. A handler is a function of the state, what was said and the present
instant; it raises `InvalidCommand` before anything has changed, or changes the state, records
facts and emits effects. `domain/runner.py` calls them; nothing here reads a clock.
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import Field, PrivateAttr

from domain.business_time import BusinessCalendar
from domain.contract.defect import Assign, RetryDeliveries
from domain.contract.effects import (
    AudienceChange,
    Effect,
    EntityKind,
    Fact,
    MemberChange,
    NotifyClients,
    NotifyStaff,
    UpdateReadModel,
)
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import Receipt
from domain.contract.status import PolicyVersion, Rejection, Snoozed, Status, ToAcknowledge
from domain.contract.values import Command, Contact, Start
from domain.keys import KnownKeys
from domain.policy import PinnedPolicy
from domain.state import Part, newest
from domain.unacknowledged import Unacknowledged, asked, asking, given_up
from domain.undelivered import ByTelephone, CameBack, Postponed

TIMELINE_KEPT = 200
"""Facts the `timeline` query answers; all of them are in the database."""
TIMELINE_BYTES = 64_000
"""What these may take; the newest is always among them."""
REJECTIONS_KEPT = 20
_ESCALATES = {StaffEvent.CASE_FIRST_RESPONSE_MISSED, StaffEvent.DEFECT_URGENT}
"""Of the notices that do not wait, those whose repeats do not either (T10)."""


class Entity(Part):
    """The state every entity has."""

    kind: ClassVar[EntityKind]

    number: str
    policy: PinnedPolicy
    owner: str | None = None
    """Who works on it, an opaque id."""
    sequence: int = 0
    timeline: list[Fact] = Field(default_factory=list)
    known_keys: KnownKeys = Field(default_factory=KnownKeys)
    rejected: list[Rejection] = Field(default_factory=list)
    postponed: list[Postponed] = Field(default_factory=list)
    corrections: dict[str, Contact] = Field(default_factory=dict)
    """By case, contacts that were corrected: what was meant for the former ones goes to these."""
    audience_changed: int = 0
    """Sequence of the last change of who is attached."""
    came_back: list[CameBack] = Field(default_factory=list)
    """The last letter that came back for each case whose contact was not corrected since."""
    by_telephone: list[ByTelephone] = Field(default_factory=list)
    """What is to be told by telephone, the longest waiting first (`domain/telephone.py`)."""
    unacknowledged: list[Unacknowledged] = Field(default_factory=list)
    """Notices that nobody has acknowledged, the oldest first (`domain/acknowledgement.py`)."""
    snoozed: list[Snoozed] = Field(default_factory=list)
    """Reminders that somebody has put off (`domain/snooze.py`)."""

    _effects: list[Effect] = PrivateAttr(default_factory=list)
    _facts: list[Fact] = PrivateAttr(default_factory=list)
    _audience: list[AudienceChange] = PrivateAttr(default_factory=list)
    _members: list[MemberChange] = PrivateAttr(default_factory=list)
    _pointless: list[str] = PrivateAttr(default_factory=list)
    """Tags of effects that need not go out any more."""

    # --- views -----------------------------------------------------------------------------------

    @abstractmethod
    def status(self, now: datetime) -> Status:
        """The contract's `status` at `now`, but for what only the outbox knows of deliveries."""

    @property
    def policy_version(self) -> PolicyVersion:
        """The policy it is under."""
        return PolicyVersion(name=self.policy.name, version=self.policy.version)

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """What the read model keeps of it, in JSON values."""
        return self.status(now).without_deliveries()

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why support should look at it."""
        return []

    @property
    def unreachable(self) -> list[str]:
        """Reasons for attention: emails came back, and the contact was not corrected; and what is
        to be told by telephone."""
        returned = [
            f"mail to the contact of {letter.case} comes back ({letter.problem}):"
            " correct_contact, or notify them another way"
            for letter in self.came_back[:20]
        ]
        to_tell = [
            f"{owed.message.event} is to be told by telephone to the contact of "
            + ", ".join(owed.cases[:5])
            + (f" and {len(owed.cases) - 5} more" if len(owed.cases) > 5 else "")
            for owed in self.by_telephone[:20]
            if owed.cases
        ]
        return [*returned, *to_tell]

    @property
    def named(self) -> dict[str, str]:
        """The fields by which a notice to staff names it."""
        return {self.kind: self.number} if self.kind in {"case", "defect", "release"} else {}

    @property
    def calendar(self) -> BusinessCalendar:
        """The support hours that it keeps to."""
        return self.policy.calendar

    @property
    def rests(self) -> bool:
        """Whether nothing is urgent for a time, so that no notice is repeated."""
        return False

    @property
    def to_acknowledge(self) -> list[ToAcknowledge]:
        """What `status` shows of notices that nobody has acknowledged."""
        return [one.shown for one in self.unacknowledged]

    def is_snoozed(self, reminder: Reminder) -> bool:
        """Whether somebody has put it off, so that it does not go out now."""
        return any(one.reminder is reminder for one in self.snoozed)

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether nothing can happen any more and the workflow may end."""

    # --- what handlers are written with ----------------------------------------------------------

    def next_key(self, event: str) -> dict[str, Any]:
        """The fields every effect has, with a key that is its own for ever."""
        self.sequence += 1
        return {
            "key": f"{self.number}/{self.sequence}/{event}",
            "entity": self.number,
            "sequence": self.sequence,
            "policy": self.policy.name,
        }

    def record(
        self,
        event: str,
        now: datetime,
        *,
        public: bool = False,
        public_text: str | None = None,
        internal_text: str | None = None,
        actor: str | None = None,
        **details: Any,
    ) -> None:
        """Add a fact to the timeline; texts go to the database only."""
        self.sequence += 1
        fact = Fact(
            sequence=self.sequence,
            at=now,
            event=event,
            actor=actor,
            details={name: value for name, value in details.items() if value is not None},
            public=public,
            public_text=public_text,
            internal_text=internal_text,
        )
        self._facts.append(fact)
        timeline = [*self.timeline, fact.without_text()]
        self.timeline = newest(timeline, TIMELINE_KEPT, TIMELINE_BYTES)

    def emit(self, effect: Effect) -> None:
        """Have something brought about outside."""
        self._effects.append(effect)

    def notify_clients(self, kind: ClientEvent, now: datetime, **rest: Any) -> NotifyClients:
        """Send clients a message."""
        effect = NotifyClients(**self.next_key(kind), at=now, kind=kind, **rest)
        self.emit(effect)
        return effect

    def notify_staff(self, kind: StaffEvent, role: Role, now: datetime, **rest: Any) -> None:
        """Notify staff at once: an escalation, or news of a command."""
        notice = NotifyStaff(**self.next_key(kind), at=now, kind=kind, role=role, **rest)
        self.send_notice(notice, now, at_any_hour=kind in _ESCALATES)

    def remind_staff(
        self,
        kind: StaffEvent,
        role: Role,
        now: datetime,
        *,
        critical: bool = False,
        escalates: bool = False,
        within: BusinessCalendar | None = None,
        **rest: Any,
    ) -> None:
        """T10: reminders stay inside support hours, the policy's unless others are given, now or
        at the next opening; critical ones do not wait. A step that `escalates` does, where it is
        not critical, but is not snoozed (T7)."""
        calendar = within or self.policy.calendar
        notice = NotifyStaff(**self.next_key(kind), at=now, kind=kind, role=role, **rest)
        if critical or calendar.is_open(now):
            self.send_notice(notice, now, at_any_hour=critical)
        else:
            opening = calendar.next_opening(now)
            waiting = Postponed(due=opening, notice=notice, escalates=escalates)
            self.postponed = [*self.postponed, waiting]

    def send_notice(self, notice: NotifyStaff, now: datetime, *, at_any_hour: bool) -> None:
        """Send it, and have it acknowledged where the policy asks for that."""
        rules = self.policy.acknowledge
        if rules is not None and rules.asks(notice.kind, notice.role):
            notice = asking(notice)
            new = asked(rules, notice, self.calendar, now, at_any_hour=at_any_hour)
            self.give_up_unacknowledged(given_up(self.unacknowledged, new), now)
            self.unacknowledged = [*self.unacknowledged, new]
        self.emit(notice)

    def give_up_unacknowledged(
        self, given: Sequence[tuple[Unacknowledged, str]], now: datetime
    ) -> None:
        """Put on record why these are not to be acknowledged any more, and let go of them."""
        for one, why in given:
            key, about = one.notice.key, one.notice.event
            at = iso(one.notice.at)
            self.record(
                "notice.not_acknowledged", now, about=about, notice=key, reason=why, asked_at=at
            )
        self.leave_unacknowledged([one for one, _ in given])

    def leave_unacknowledged(self, over: Sequence[Unacknowledged]) -> None:
        """Let go of these; repeats that still wait do not go out."""
        self.unacknowledged = [one for one in self.unacknowledged if one not in over]
        self._pointless += [one.tag for one in over]

    def change_audience(self, change: AudienceChange) -> None:
        """Have the read model know who joins or leaves."""
        self.audience_changed = change.sequence
        self._audience.append(change)

    def change_members(self, change: MemberChange) -> None:
        """Have the read model know which defects join or leave a release."""
        self._members.append(change)

    # --- what the runner calls -------------------------------------------------------------------

    def take_effects(self, now: datetime) -> list[Effect]:
        """The effects so far; whatever was recorded reaches the read model by one projection."""
        effects, facts = self._effects, self._facts
        audience, members = self._audience, self._members
        if not (effects or facts or audience or members):
            return []
        self._effects, self._facts, self._audience, self._members = [], [], [], []
        if facts or audience or members:
            effects.append(
                UpdateReadModel(
                    **self.next_key("project"),
                    at=now,
                    kind=self.kind,
                    snapshot=self.snapshot(now),
                    facts=facts,
                    audience=audience,
                    members=members,
                )
            )
        return effects

    def take_pointless(self) -> list[str]:
        """Tags of what need not go out any more."""
        tags, self._pointless = self._pointless, []
        return tags

    def reject(self, signal: str, reason: str, now: datetime) -> None:
        """Put on record a signal that cannot be applied; nothing else changes."""
        rejection = Rejection(at=now, signal=signal[:100], reason=reason[:500])
        self.rejected = [*self.rejected, rejection][-REJECTIONS_KEPT:]


E = TypeVar("E", bound=Entity)
C = TypeVar("C", bound=Command)
F = TypeVar("F")
R = TypeVar("R", bound=Receipt)

Handler = Callable[[E, Any, datetime], None]
Receiver = Callable[[E, Any, Any, datetime], None]
Answer = Callable[[E], "InvalidCommand | Pending | None"]


@dataclass(frozen=True, slots=True)
class Due(Generic[E]):
    """One thing that time will bring: when, what it is, and the function that does it."""

    at: datetime
    what: str
    do: Callable[[E, datetime, datetime], None]
    """Called with the entity, the instant it was due and the present one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding(Generic[E]):
    """A reminder that staff may put off (`domain/snooze.py`)."""

    role: Role
    """Whom it is for."""
    owed: Callable[[E, datetime], bool]
    """Whether staff were reminded, and the matter is still open at an instant if nothing happens
    until then."""
    again: Callable[[E, datetime], None]
    """Reminds them again."""


Reminders = Mapping[Reminder, Reminding[E]]


class Pending:
    """What the outside will answer to a command is still on its way."""


PENDING = Pending()


def on(
    command: type[C], handler: Callable[[E, C, datetime], None]
) -> tuple[type[Command], Handler[E]]:
    """A row of a table of handlers: mypy sees that the handler takes this command."""
    return command, handler


def after(
    effect: type[F], receipt: type[R], receiver: Callable[[E, F, R, datetime], None]
) -> tuple[type[Any], Receiver[E]]:
    """A row of a table of receivers: what follows once an effect was carried out (T9)."""
    declared: type[Receipt] = effect.receipt  # type: ignore[attr-defined]
    if not issubclass(declared, receipt):
        raise TypeError(f"{effect.__name__} is answered with {declared.__name__}")
    return effect, receiver


def retry_deliveries(entity: E, command: RetryDeliveries, now: datetime) -> None:
    """Put on record who asked; the outbox does the rest."""
    entity.record("deliveries.retried", now, actor=command.actor)


def assign(entity: E, command: Assign, now: datetime) -> None:
    """Put on record who works on it; nobody is told."""
    if command.owner != entity.owner:
        entity.owner = command.owner
        entity.record("owner.assigned", now, owner=command.owner, actor=command.actor)


def _nothing(_entity: E, _now: datetime) -> None:
    """Time alone changes nothing."""


def _always(_entity: E, _notice: NotifyStaff, _now: datetime) -> bool:
    return True


@dataclass(frozen=True, kw_only=True)
class Behaviour(Generic[E]):
    """Everything that can happen to one kind of entity."""

    state: type[E]
    start: type[Start]
    begin: Callable[[str, Any, PinnedPolicy, datetime], E]
    """From number, start payload, policy and instant. Raises InvalidCommand."""
    handlers: Mapping[type[Command], Handler[E]]
    receivers: Mapping[type[Any], Receiver[E]] = field(default_factory=dict)
    agenda: Callable[[E], list[Due[E]]]
    """Everything time will bring unless something else happens first."""
    catch_up: Callable[[E, datetime], None] = _nothing
    """What has lapsed by now, before anything else happens."""
    still_matters: Callable[[E, NotifyStaff, datetime], bool] = _always
    """Whether a reminder that waited for support hours is still worth sending."""
    reminders: Reminders[E] = field(default_factory=dict)
    """What staff are reminded of and may put off."""
    answers: Mapping[type[Command], Answer[E]] = field(default_factory=dict)
    """Commands that the outside answers: pending, refused, or done."""

    def upcoming(self, entity: E) -> list[Due[E]]:
        """The agenda, with what waits for support hours first; nothing once it is finished."""
        if entity.finished:
            return []
        waiting = [Due(p.due, p.notice.kind, self._send_postponed) for p in entity.postponed]
        return [*waiting, *self.agenda(entity)]

    def _send_postponed(self, entity: E, due: datetime, now: datetime) -> None:
        ready = [waiting.notice for waiting in entity.postponed if waiting.due <= due]
        entity.postponed = [waiting for waiting in entity.postponed if waiting.due > due]
        for notice in ready:
            if self.still_matters(entity, notice, now):
                entity.send_notice(notice, now, at_any_hour=False)


def iso(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC with `Z`, as the contract's JSON has it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
