"""A workflow as a worker has it in memory: the real runner, driven as `workflows/entity.py` does.

Fed with what the history says, a turn at a time, so a replay is the same code over again.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from domain.contract.effects import Effect, Lane
from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from domain.contract.parsing import Busy, InvalidCommand, parse
from domain.contract.receipts import CasesMoved, Receipt
from domain.contract.values import Command, Start
from domain.entity import Entity
from domain.policy import PinnedPolicy
from domain.promise_guard.edge import refuse_promises
from domain.runner import Runner
from domain.webhooks.receiver import (
    Receiver,
    Report,
    Round,
    abandon_round,
    begin_round,
    end_round,
    round_failed,
)
from workflows.entity import Carried, EntityWorkflow

E = TypeVar("E", bound=Entity)

Slot = Lane | Literal["round"]
"""Where one activity may be under way at a time: a lane, or the round of a receiver."""
ROUND: Literal["round"] = "round"


# --- what a history is made of --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pinned:
    """The policy was looked up."""

    policy: PinnedPolicy


@dataclass(frozen=True, slots=True)
class Updated:
    """An update was accepted."""

    command: Command


@dataclass(frozen=True, slots=True)
class Signalled:
    """A signal came."""

    name: str
    payload: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """An activity was completed."""

    lane: Slot
    receipt: Receipt | Report


@dataclass(frozen=True, slots=True)
class Failed:
    """An activity failed for good, or ran out of tries."""

    lane: Slot
    problem: str
    rest: timedelta | None


@dataclass(frozen=True, slots=True)
class Fired:
    """The timer fired."""


@dataclass(frozen=True, slots=True)
class CancelAsked:
    """Somebody asked to cancel the workflow."""


Event = Pinned | Updated | Signalled | Done | Failed | Fired | CancelAsked
MESSAGES = (Updated, Signalled, CancelAsked)


@dataclass(frozen=True, slots=True)
class Commands:
    """What a turn asked of the server: activities to schedule, a timer, or its end."""

    activities: tuple[tuple[Slot, str], ...] = ()
    """Lane and key of each; of a round what it asks for."""
    wake_at: datetime | None = None
    finished: bool = False
    continues: str | None = None
    """What the next run is handed, as JSON."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One completed workflow task."""

    at: datetime
    events: tuple[Event, ...]
    commands: Commands
    state: str
    """How it stood at the end: what a replay must arrive at."""


@dataclass
class Record:
    """What a turn did that a judge wants to know."""

    applied: list[Command | CasesMoved] = field(default_factory=list)
    refused: list[tuple[Command, InvalidCommand]] = field(default_factory=list)
    decided: list[Effect] = field(default_factory=list)
    done: list[tuple[Effect, Receipt]] = field(default_factory=list)

    def clear(self) -> None:
        """It was taken note of."""
        self.applied.clear()
        self.refused.clear()
        self.decided.clear()
        self.done.clear()


class _WatchedRunner(Runner[E]):
    """The product's runner; notes each effect as it is decided, before the outbox has it."""

    record: Record

    def _enqueue(self, now: datetime) -> None:
        outbox = self.outbox
        self.outbox = _Watched(outbox, self.record)  # type: ignore[assignment]
        try:
            super()._enqueue(now)
        finally:
            self.outbox = outbox


class _Watched:
    def __init__(self, outbox: Any, record: Record) -> None:
        self._outbox = outbox
        self._record = record

    def put(self, effects: list[Effect]) -> None:
        self._record.decided += effects
        self._outbox.put(effects)


class Memory:
    """One run; `start` is its start payload, or what the run before handed on."""

    def __init__(
        self, workflow: type[EntityWorkflow[Any]], number: str, start: Start | str, began: datetime
    ) -> None:
        self.workflow = workflow
        self.number = number
        self.began = began
        self.record = Record()
        self.flying: dict[Slot, Effect] = {}
        self.round: Round | None = None
        """The one under way."""
        self._start = start
        self._commands = 0
        self._leave_requested = self._cancelled = False
        self._leaving_since: datetime | None = None
        self.runner: Runner[Any] | None = None
        if isinstance(start, str):
            carried = Carried.model_validate_json(start)
            entity = workflow.behaviour.state.model_validate(carried.entity)
            self.runner = _WatchedRunner(workflow.behaviour, entity, carried.outbox)
            self.runner.record = self.record

    def take(self, now: datetime, events: list[Event]) -> tuple[list[Event], Commands]:
        """One turn; answers the events that go on record (a refused update does not), and what is
        asked of the server."""
        accepted = [event for event in self._in_order(events) if self._hear(event, now)]
        return accepted, self._turn(now)

    def again(self, turn: Turn) -> Commands:
        """A turn of the history, which was accepted before."""
        for event in turn.events:
            self._hear(event, turn.at, judged=True)
        return self._turn(turn.at)

    @property
    def state(self) -> str:
        """Everything but the policy, which only one command changes, and what is in flight."""
        if self.runner is None:
            return ""
        entity = self.runner.entity.model_dump_json(exclude={"policy"})
        flying = sorted(self.flying)
        return f"{entity} {self.runner.outbox.model_dump_json()} {flying} {self.round}"

    @property
    def under_way(self) -> dict[Slot, Effect | Round]:
        """Every activity whose outcome is not known, by where it is under way."""
        return {**self.flying} if self.round is None else {**self.flying, ROUND: self.round}

    def _in_order(self, events: list[Event]) -> list[Event]:
        """As an activation has them: messages before results and timers."""
        return sorted(events, key=lambda event: not isinstance(event, (Pinned, *MESSAGES)))

    # --- what comes ------------------------------------------------------------------------------

    def _hear(self, event: Event, now: datetime, *, judged: bool = False) -> bool:
        match event:
            case Pinned():
                self._begin(event.policy)
            case Updated():
                return self._update(event.command, now, judged=judged)
            case Signalled():
                self._signal(event, now)
            case Done():
                self._done(event, now)
            case Failed(lane="round"):
                self.round = None
                self._running.act(lambda receiver: round_failed(receiver, now), now)
            case Failed():
                effect = self.flying.pop(event.lane)
                self._running.failed(effect, event.problem, now, event.rest)
            case CancelAsked():
                self._cancelled = True
            case Fired():
                pass
        return True

    def _begin(self, policy: PinnedPolicy) -> None:
        if isinstance(self._start, str):
            raise TypeError("a run that continues another has its policy")

        class Begun(_WatchedRunner[Any]):
            record = self.record

        self.runner = Begun.begin(
            self.workflow.behaviour, self.number, self._start, policy, self.began
        )

    def _update(self, said: Command, now: datetime, *, judged: bool) -> bool:
        try:
            if not judged:
                self._running.require_room(said)
                self._running.check(said, now)
                if not self._running.entity.known_keys.has(said):
                    policy = self._running.entity.policy
                    today = policy.calendar.local_date(now)
                    refuse_promises(said, today, policy.next_update_within)
            self._apply(said, now)
        except InvalidCommand as error:
            self.record.refused.append((said, error))
            return False
        return True

    def _apply(self, said: Command, now: datetime) -> None:
        self._commands += 1
        self._running.apply(said, now)
        self.record.applied.append(said)

    def _signal(self, signal: Signalled, now: datetime) -> None:
        if signal.name == REQUEST_CONTINUE_AS_NEW:
            self._leave_requested = True
            return
        try:
            if self._running.is_full:
                raise Busy
            self._apply(parse(self.workflow.signals[signal.name], signal.payload), now)
        except InvalidCommand as error:
            self._running.reject(signal.name, str(error), now)

    def _done(self, event: Done, now: datetime) -> None:
        if isinstance(event.receipt, Report):
            report, self.round = event.receipt, None
            self._running.act(lambda receiver: end_round(receiver, report, now), now)
            return
        effect = self.flying.pop(event.lane)
        self.record.done.append((effect, event.receipt))
        if isinstance(event.receipt, CasesMoved):
            self.record.applied.append(event.receipt)
        self._running.delivered(effect, event.receipt, now)

    @property
    def _running(self) -> Runner[Any]:
        if self.runner is None:
            raise RuntimeError(f"{self.number}: the policy is not pinned yet")
        return self.runner

    # --- a turn ----------------------------------------------------------------------------------

    def _turn(self, now: datetime) -> Commands:
        runner = self._running
        if self._cancelled:
            self._cancelled = False
            runner.refuse_cancel(now)
        leaving = self._should_leave
        if leaving and self._leaving_since is None:
            self._leaving_since = now
        started = runner.tick(now, start=not leaving)
        self.flying.update(started.items())
        activities: tuple[tuple[Slot, str], ...] = tuple(
            (lane, effect.key) for lane, effect in started.items()
        )
        wanted = isinstance(runner.entity, Receiver) and runner.entity.wanted
        if wanted and self.round is None and not leaving:
            self.round = runner.act(begin_round, now)
            activities = (*activities, (ROUND, self.round.model_dump_json()))
        if runner.finished:
            return Commands(activities, finished=True)
        if leaving and self._may_leave(now):
            until = now + self.workflow.limits.abandoned_for
            runner.outbox.abandon(until)
            if self.round is not None:
                abandon_round(runner.entity, self.round, until)
            carried = Carried(
                entity=runner.entity.model_dump(mode="json"), outbox=runner.outbox, published={}
            )
            return Commands(activities, continues=carried.model_dump_json())
        return Commands(activities, self._wake_at(now))

    @property
    def _should_leave(self) -> bool:
        return self._leave_requested or self._commands >= self.workflow.limits.commands

    def _may_leave(self, now: datetime) -> bool:
        since = self._leaving_since
        waited = since is not None and now >= since + self.workflow.limits.patience
        return waited or not self._is_in_flight

    @property
    def _is_in_flight(self) -> bool:
        return bool(self._running.outbox.in_flight) or self.round is not None

    def _wake_at(self, now: datetime) -> datetime | None:
        wakeup = self._running.next_wakeup(now, start=not self._should_leave)
        at = None if wakeup is None else wakeup.at
        if self._leaving_since is not None and self._is_in_flight:
            leave = max(now, self._leaving_since + self.workflow.limits.patience)
            at = leave if at is None else min(at, leave)
        return at
