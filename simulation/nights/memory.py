"""A workflow as a worker has it in memory: the product's own run, given turns as the SDK does.

Fed with what the history says, a workflow task at a time, so a replay is the same code over again.
What is of its own here, the order in which one task is worked through, is held to recorded
histories by `tests/simulation/test_memory.py`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from domain.contract.effects import Effect, Lane
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import CasesMoved, Receipt
from domain.contract.values import Command, Start
from domain.entity import Entity
from domain.policy import PinnedPolicy
from domain.runner import Runner
from domain.views.search_attributes import attributes_of
from domain.webhooks.receiver import Report, Round
from workflows.entity import EntityWorkflow
from workflows.run import Carried, ReceiverRun

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
SPOKEN = (Updated, Signalled)
MOST_TURNS = 100
"""Of one workflow task: by then it goes round in circles."""


@dataclass(frozen=True, slots=True)
class Commands:
    """What a workflow task asked of the server: activities to schedule, a timer, or its end."""

    activities: tuple[tuple[Slot, str], ...] = ()
    """Lane and key of each, in order; of a round what it asks for."""
    wake_at: datetime | None = None
    finished: bool = False
    continues: str | None = None
    """What the next run is handed, as JSON."""


@dataclass(frozen=True, slots=True)
class Task:
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

    def withdraw(self, tags: Sequence[str]) -> None:
        self._outbox.withdraw(tags)


class Memory:
    """One run; `start` is its start payload, or what the run before handed on.

    It is the run's `Standing` too: no server of a night suggests to leave, and nights are short.
    """

    should_leave = must_leave = False

    def __init__(
        self, workflow: type[EntityWorkflow[Any]], number: str, start: Start | str, began: datetime
    ) -> None:
        self.workflow = workflow
        self.number = number
        self.began = began
        self.record = record = Record()
        self.flying: dict[Slot, Effect] = {}
        self._start = start
        self._waiting: list[type[Command]] = []
        """Updates whose senders wait for what the outside says."""
        self._is_new = isinstance(start, str)
        self._wake_at: datetime | None = None
        """What the timer is set to."""

        class Watched(_WatchedRunner[Any]):
            pass

        Watched.record = record
        self._run = workflow.kind_of_run(
            workflow.behaviour, workflow.signals, workflow.limits, self, Watched
        )
        if isinstance(start, str):
            self._run.go_on(Carried.model_validate_json(start))

    def take(self, now: datetime, events: list[Event]) -> tuple[list[Event], Commands]:
        """One workflow task; answers the events that go on record (a refused update does not), and
        what is asked of the server."""
        return self._work(now, events, judged=False)

    def again(self, task: Task) -> Commands:
        """A task of the history, whose updates were accepted before."""
        return self._work(task.at, task.events, judged=True)[1]

    @property
    def runner(self) -> Runner[Any] | None:
        """None where it has not begun."""
        return self._run.runner if self._run.has_begun else None

    @property
    def state(self) -> str:
        """Everything but the policy, which only one command changes, and what is in flight."""
        if self.runner is None:
            return ""
        entity = self.runner.entity.model_dump_json(exclude={"policy"})
        flying = sorted(self.flying)
        return f"{entity} {self.runner.outbox.model_dump_json()} {flying} {self._round}"

    @property
    def under_way(self) -> dict[Slot, Effect | Round]:
        """Every activity whose outcome is not known, by where it is under way."""
        return {**self.flying} if self._round is None else {**self.flying, ROUND: self._round}

    @property
    def handlers_finished(self) -> bool:
        """Whether the outside has answered whoever waits for it."""
        self._waiting = [model for model in self._waiting if self._run.runner.is_pending(model)]
        return not self._waiting

    @property
    def _round(self) -> Round | None:
        return self._run.round if isinstance(self._run, ReceiverRun) else None

    # --- a workflow task -------------------------------------------------------------------------

    def _work(
        self, now: datetime, events: Iterable[Event], *, judged: bool
    ) -> tuple[list[Event], Commands]:
        """As the SDK does: first what was said, and then what came of activities and timers, each
        with the turns that follow."""
        batches: list[list[Event]]
        spoken: list[Event] = [event for event in events if isinstance(event, SPOKEN)]
        others: list[Event] = [event for event in events if not isinstance(event, SPOKEN)]
        if not self._run.has_begun:  # What was said before the policy was pinned waits for it.
            spoken = [said for said in spoken if judged or self._is_let_in(said, now)]
            batches, judged = [others, spoken], True
        elif self._is_new:  # Messages come before `run` begins.
            batches = [[*spoken, *others]]
        else:
            batches = [batch for batch in (spoken, others) if batch]
        self._is_new = False
        refused, activities, over = list[Event](), list[tuple[Slot, str]](), None
        for batch in batches:
            refused += [event for event in batch if not self._hear(event, now, judged=judged)]
            over = self._take_turns(now, activities)
            if over is not None:  # Nobody hears what else has come of activities.
                break
        commands = over or Commands(tuple(activities), self._wake_at)
        on_record = (e for e in (*spoken, *others) if not any(e is other for other in refused))
        return [*on_record], commands

    def _take_turns(self, now: datetime, activities: list[tuple[Slot, str]]) -> Commands | None:
        """Turns as long as there is something to do; answers the end of the run, if it comes."""
        for _ in range(MOST_TURNS):
            if not self._run.is_due(now):
                return None
            started = self._run.take_turn(now)
            self.flying.update(started.items())
            activities += [(lane, effect.key) for lane, effect in started.items()]
            if isinstance(self._run, ReceiverRun) and (asked := self._run.begin_round(now)):
                activities.append((ROUND, asked.model_dump_json()))
            if self._run.runner.finished:
                self._wake_at = None
                return Commands(tuple(activities), finished=True)
            if self._run.may_leave(now):
                return Commands(tuple(activities), continues=self._carried(now))
            wakeup = self._run.next_wakeup(now)
            self._wake_at = None if wakeup is None else wakeup.at
            if self._wake_at is not None and self._wake_at <= now:
                self._wake_at = None
                self._run.wake()
        raise AssertionError(f"{self.number}: a workflow task does not come to its end")

    def _carried(self, now: datetime) -> str:
        runner = self._run.runner
        published = attributes_of(runner.entity, runner.needs_attention)
        return self._run.leave(now, published).model_dump_json()

    # --- what comes ------------------------------------------------------------------------------

    def _hear(self, event: Event, now: datetime, *, judged: bool) -> bool:
        """Answers whether it goes on record, as all but a refused update does."""
        match event:
            case Updated(said):
                return self._update(said, now, judged=judged)
            case Signalled(name, payload):
                self._signal(name, payload, now)
                return True
            case CancelAsked():
                self._run.cancel()
            case Fired():
                self._wake_at = None
            case Pinned(policy):
                self._begin(policy)
            case Done(receipt=Report() as report):
                self._end_round(report, now)
            case Failed("round"):
                self._end_round(None, now)
            case Done(lane, receipt) if not isinstance(receipt, Report):
                self._delivered(lane, receipt, now)
            case Failed(lane, problem, rest):
                self._run.runner.failed(self.flying.pop(lane), problem, now, rest)
        self._run.wake()
        return True

    def _begin(self, policy: PinnedPolicy) -> None:
        if isinstance(self._start, str):
            raise TypeError("a run that continues another has its policy")
        self._run.begin(self.number, self._start, policy, self.began)

    def _is_let_in(self, event: Event, now: datetime) -> bool:
        """Whether an update passes its validator."""
        if not isinstance(event, Updated):
            return True
        try:
            self._run.judge(event.command, now)
        except InvalidCommand as error:
            self.record.refused.append((event.command, error))
            return False
        return True

    def _update(self, said: Command, now: datetime, *, judged: bool) -> bool:
        if not judged and not self._is_let_in(Updated(said), now):
            return False
        try:
            self._run.apply(said, now)
        except InvalidCommand as error:  # It was let in before the policy was pinned.
            self.record.refused.append((said, error))
        else:
            self.record.applied.append(said)
            if type(said) in self.workflow.behaviour.answers:
                self._waiting.append(type(said))
        return True

    def _signal(self, name: str, payload: dict[str, Any], now: datetime) -> None:
        said = self._run.signal(name, lambda: payload, now)
        if said is not None:
            self.record.applied.append(said)

    def _end_round(self, report: Report | None, now: datetime) -> None:
        if not isinstance(self._run, ReceiverRun):
            raise TypeError(f"{self.number} holds no rounds")
        self._run.end_round(report, now)

    def _delivered(self, lane: Slot, receipt: Receipt, now: datetime) -> None:
        effect = self.flying.pop(lane)
        self.record.done.append((effect, receipt))
        if isinstance(receipt, CasesMoved):
            self.record.applied.append(receipt)
        self._run.runner.delivered(effect, receipt, now)
