"""What the pure machines share: commands in, effects out, a timeline, keys against repeats.

A machine is the complete state of one case or defect. `handle` takes what people and other
workflows say, `fire` what time says; both answer with effects and neither reads a clock.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from domain.contract.effects import (
    AudienceChange,
    Effect,
    EntityKind,
    Fact,
    Lane,
    MemberChange,
    Project,
    Receipt,
    TellClients,
    TellStaff,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command, Instant, Value
from domain.policy import PinnedPolicy
from domain.promise_guard import find_promise

TIMELINE_KEPT = 200
"""Facts the `timeline` query answers; all of them are in the database."""
KEYS_KEPT = 1_000
"""Message keys remembered, newest last: de-duplication that survives continue-as-new."""
REJECTIONS_KEPT = 20


class Rejection(Value):
    """A signal that could not be applied, and why."""

    at: Instant
    signal: str
    reason: str


class Postponed(Value):
    """A notice to staff that waits for support hours (T10)."""

    due: Instant
    notice: TellStaff


@dataclass(frozen=True, slots=True)
class Due:
    """One thing that time will bring: when, what it is, and how it is done."""

    at: datetime
    what: str
    do: Callable[[datetime, datetime], None]
    """Called with the instant it was due and the present one."""


class Machine(BaseModel):
    """The state every entity has; fields are only ever added, with defaults."""

    model_config = ConfigDict(extra="ignore")

    kind: ClassVar[EntityKind]

    number: str
    policy: PinnedPolicy
    sequence: int = 0
    timeline: list[Fact] = Field(default_factory=list)
    keys: list[str] = Field(default_factory=list)
    rejected: list[Rejection] = Field(default_factory=list)
    postponed: list[Postponed] = Field(default_factory=list)

    _accepted: bool = PrivateAttr(default=False)
    """What is being handled was checked for promises when it was said."""
    _effects: list[Effect] = PrivateAttr(default_factory=list)
    _facts: list[Fact] = PrivateAttr(default_factory=list)
    _audience: list[AudienceChange] = PrivateAttr(default_factory=list)
    _members: list[MemberChange] = PrivateAttr(default_factory=list)

    # --- what the workflow calls -----------------------------------------------------------------

    def handle(self, command: Command, now: datetime, *, accepted: bool = False) -> list[Effect]:
        """Apply a command at `now` (UTC). What was due by then must have been fired.

        Texts that were `accepted` before are not checked for promises of time again: the table of
        phrases grows, and a history must not be judged by words it could not know.

        A command whose `key` was seen before changes nothing.

        Raises:
            InvalidCommand: before anything has changed.
        """
        due = self.next_due()
        if due is not None and due <= now:
            raise RuntimeError(f"{self.number}: fire({now}) comes before a command of that instant")
        if self._is_repeat(command):
            return []
        self._accepted = accepted
        getattr(self, command.name)(command, now)
        self._remember(command)
        return self._taken(now)

    def preview(self, command: Command, now: datetime) -> None:
        """Try a command on a copy.

        Raises:
            InvalidCommand: exactly where `handle` would.
        """
        copy = deepcopy(self)
        copy.fire(now)
        copy.handle(command, now)

    def reject(self, signal: str, reason: str, now: datetime) -> None:
        """Put on record a signal that cannot be applied; nothing else changes."""
        rejection = Rejection(at=now, signal=signal[:100], reason=reason[:500])
        self.rejected = [*self.rejected, rejection][-REJECTIONS_KEPT:]

    def next_due(self) -> datetime | None:
        """The earliest instant (UTC) at which `fire` has something to do."""
        return min((item.at for item in self.agenda()), default=None)

    def fire(self, now: datetime) -> list[Effect]:
        """Do everything that is due by `now` (UTC), earliest first."""
        while (due := self.next_due()) is not None and due <= now:
            next(item for item in self.agenda() if item.at == due).do(due, now)
        return self._taken(now)

    def delivered(self, effect: Effect, receipt: Receipt, now: datetime) -> list[Effect]:
        """Take note that an effect was brought about by `now` (T9)."""
        self._note_delivery(effect, receipt, now)
        return self._taken(now)

    def delivery_failing(
        self, effect: Effect, problem: str, failed: int, since: datetime, now: datetime
    ) -> list[Effect]:
        """Support hears that an effect cannot be brought about, through the staff's own lane."""
        if effect.lane is Lane.STAFF:
            return []
        number = {self.kind: self.number} if self.kind in {"case", "defect", "release"} else {}
        self._tell_staff(
            StaffEvent.DELIVERY_FAILING,
            Role.SUPPORT,
            now,
            **number,
            facts={
                "lane": effect.lane.value,
                "event": effect.event,
                "problem": problem,
                "failed": failed,
                "since": iso(since),
            },
        )
        self._record("delivery.failing", now, lane=effect.lane.value, about=effect.event)
        return self._taken(now)

    # --- what each machine says ------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        raise NotImplementedError

    def status(self, now: datetime) -> dict[str, Any]:
        """How it stands at `now`, as the contract words it, in JSON values."""
        raise NotImplementedError

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """What the portal's read model keeps of it."""
        raise NotImplementedError

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why somebody should look at it."""
        return []

    @property
    def finished(self) -> bool:
        """Whether nothing can happen any more and the workflow may end."""
        raise NotImplementedError

    def awaits(self, command: str) -> bool:
        """Whether what came of a command is still on its way from outside."""
        del command
        return False

    def refusal_of(self, command: str) -> InvalidCommand | None:
        """Why the outside would not have a command, once it has answered."""
        del command
        return None

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        raise NotImplementedError

    # --- what the machines are written with ------------------------------------------------------

    def _is_repeat(self, command: Command) -> bool:
        return command.key is not None and command.key in self.keys

    def _remember(self, command: Command) -> None:
        if command.key is not None:
            self.keys = [*self.keys, command.key][-KEYS_KEPT:]

    def _next_key(self, event: str) -> dict[str, Any]:
        self.sequence += 1
        return {
            "key": f"{self.number}/{self.sequence}/{event}",
            "entity": self.number,
            "sequence": self.sequence,
            "policy": self.policy.name,
        }

    def _record(
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
        self.timeline = [*self.timeline, fact.without_text()][-TIMELINE_KEPT:]

    def _emit(self, effect: Effect) -> None:
        self._effects.append(effect)

    def _tell_clients(self, kind: ClientEvent, now: datetime, **rest: Any) -> TellClients:
        effect = TellClients(**self._next_key(kind), at=now, kind=kind, **rest)
        self._emit(effect)
        return effect

    def _tell_staff(self, kind: StaffEvent, role: Role, now: datetime, **rest: Any) -> None:
        """Tell staff at once: an escalation, or word of what somebody did."""
        self._emit(TellStaff(**self._next_key(kind), at=now, kind=kind, role=role, **rest))

    def _remind_staff(self, kind: StaffEvent, role: Role, now: datetime, **rest: Any) -> None:
        """Remind staff, when support is open: now or at the next opening (T10)."""
        notice = TellStaff(**self._next_key(kind), at=now, kind=kind, role=role, **rest)
        if self.policy.calendar.is_open(now):
            self._emit(notice)
        else:
            opening = self.policy.calendar.next_opening(now)
            self.postponed = [*self.postponed, Postponed(due=opening, notice=notice)]

    def _postponed_agenda(self) -> list[Due]:
        return [
            Due(waiting.due, waiting.notice.kind, self._send_postponed)
            for waiting in self.postponed
        ]

    def _send_postponed(self, due: datetime, _now: datetime) -> None:
        ready = [waiting.notice for waiting in self.postponed if waiting.due <= due]
        self.postponed = [waiting for waiting in self.postponed if waiting.due > due]
        for notice in ready:
            if self._still_matters(notice):
                self._emit(notice)

    def _still_matters(self, _notice: TellStaff) -> bool:
        """Whether a reminder that waited for support hours is still worth sending."""
        return True

    def _change_audience(self, change: AudienceChange) -> None:
        self._audience.append(change)

    def _change_members(self, change: MemberChange) -> None:
        self._members.append(change)

    def _taken(self, now: datetime) -> list[Effect]:
        """The effects so far; whatever was recorded reaches the read model by one projection."""
        effects, self._effects = self._effects, []
        facts, self._facts = self._facts, []
        audience, self._audience = self._audience, []
        members, self._members = self._members, []
        if facts or audience or members:
            effects.append(
                Project(
                    **self._next_key("project"),
                    at=now,
                    kind=self.kind,
                    snapshot=self.snapshot(now),
                    facts=facts,
                    audience=audience,
                    members=members,
                )
            )
        return effects

    def _refuse_promises(self, field: str, text: str | None, now: datetime) -> None:
        """Refuse text for clients that promises a time (D7).

        Raises:
            InvalidCommand: naming the field and the phrase.
        """
        if text is None or self._accepted:
            return
        promise = find_promise(text, today=self.policy.calendar.local_date(now))
        if promise is not None:
            raise InvalidCommand(
                field,
                f'"{promise.phrase}" {promise.why}; clients are never given an estimated time',
            )


def iso(at: datetime | None) -> str | None:
    """An instant as ISO 8601 in UTC with `Z`, as the contract's JSON has it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")
