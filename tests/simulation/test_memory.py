"""The simulated Temporal works tasks through as the SDK does: recorded histories say the same."""

import json
from collections.abc import Sequence
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from activities.ports import Letter, NotNow
from domain.contract.catalogue import COMMANDS
from domain.contract.defect import AdoptPolicy
from domain.contract.effects import Effect
from domain.contract.parsing import parse
from domain.contract.values import Command
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.policy import PinnedPolicy
from domain.webhooks.receiver import Report, Round, workflow_id
from runtime.client import CommandRefused
from simulation.nights.memory import (
    CancelAsked,
    Commands,
    Done,
    Event,
    Failed,
    Fired,
    Memory,
    Pinned,
    Signalled,
    Slot,
    Updated,
)
from simulation.nights.server import WORKFLOWS
from tests.domain.builders import attachment
from tests.simulation.recorded import RecordedTask, content, length, tasks_of
from tests.workflows.hurried import HurriedDefectWorkflow
from tests.workflows.test_leaving import hurried
from tests.workflows.world import World, time_skipping_world
from workflows.entity import EntityWorkflow

HISTORIES = Path(__file__).parents[1] / "workflows" / "histories"
NO_ENTITY = "retention"
_BINDING = ("key", "entity", "sequence", "at", "replaces", "people", "whom", "role", "receiver")
PINS = "load_policy"
"""The activity that pins the policy, which the simulated server does by itself."""


class Retold:
    """A run on the simulated Temporal that hears what a recorded one has heard."""

    def __init__(
        self,
        events: Sequence[HistoryEvent],
        workflow: type[EntityWorkflow[Any]] | None = None,
        *,
        is_of_today: bool,
    ) -> None:
        self._is_of_today = is_of_today
        started = events[0].workflow_execution_started_event_attributes
        self.workflow = workflow or WORKFLOWS[started.workflow_type.name]
        start: Any = content(started.input)
        continues = bool(started.continued_execution_run_id)
        self.memory = Memory(
            self.workflow,
            started.workflow_id or _number(events),
            json.dumps(start) if continues else parse(self.workflow.behaviour.start, start),
            events[0].event_time.ToDatetime(UTC),
        )
        self.tasks = tasks_of(events)
        self._asked: dict[int, tuple[Slot, Effect | Round]] = {}
        """What each activity was scheduled for, by the event."""
        self._pins: dict[int, AdoptPolicy | None] = {}
        """Each look-up of a policy, and the command that it is for."""
        self._early: list[Event] = []
        """What was said before the policy was pinned."""

    def retell(self) -> int:
        """Compare all tasks; answers how many there were."""
        timer = None
        for place, task in enumerate(self.tasks):
            timer = task.timer(timer)
            adopting = [u for u in self._updates(task) if isinstance(u[1], AdoptPolicy)]
            for event in task.wrote:
                if event.activity_task_scheduled_event_attributes.activity_type.name == PINS:
                    asked = adopting.pop(0)[1] if self.memory.runner else None
                    self._pins[event.event_id] = cast("AdoptPolicy | None", asked)
            events = self._heard(task)
            if self.memory.runner is None and not any(isinstance(e, Pinned) for e in events):
                self._early += events
                continue
            accepted, commands = self.memory.take(task.at, [*self._early, *events])
            refused = len(self._early) + len(events) - len(accepted)
            assert refused == 0, f"task {place}: updates were let in"
            self._early = []
            self._compare(place, task, commands)
            if commands.finished or commands.continues is not None:
                assert place == len(self.tasks) - 1
            else:
                assert _is_close(commands.wake_at, timer), f"task {place}: the timer"
        return len(self.tasks)

    # --- what the task heard ---------------------------------------------------------------------

    def _updates(self, task: RecordedTask) -> list[tuple[int, Command]]:
        return [(behind, parse(COMMANDS[name], said)) for behind, name, said in task.updates()]

    def _heard(self, task: RecordedTask) -> list[Event]:
        came: list[tuple[float, Event]] = [
            (behind + 0.5, Updated(said))
            for behind, said in self._updates(task)
            if not isinstance(said, AdoptPolicy)  # Applied once the policy was looked up.
        ]
        for event in task.heard:
            heard = self._event(event)
            if heard is not None:
                came.append((event.event_id, heard))
        return [event for _, event in sorted(came, key=lambda item: item[0])]

    def _event(self, event: HistoryEvent) -> Event | None:
        match event.WhichOneof("attributes"):
            case "workflow_execution_started_event_attributes":
                return None
            case "workflow_execution_signaled_event_attributes":
                signal = event.workflow_execution_signaled_event_attributes
                return Signalled(signal.signal_name, content(signal.input) or {})
            case "workflow_execution_cancel_requested_event_attributes":
                return CancelAsked()
            case "timer_fired_event_attributes":
                return Fired()
            case "activity_task_completed_event_attributes":
                done = event.activity_task_completed_event_attributes
                return self._done(done.scheduled_event_id, content(done.result))
            case "activity_task_failed_event_attributes":
                failed = event.activity_task_failed_event_attributes
                said = failed.failure.application_failure_info
                rest = length(said.next_retry_delay) if said.HasField("next_retry_delay") else None
                return Failed(self._asked[failed.scheduled_event_id][0], said.type, rest)
            case other:
                raise AssertionError(f"nothing is known of {other}")

    def _done(self, scheduled: int, answer: Any) -> Event:
        if scheduled in self._pins:
            policy, adopting = PinnedPolicy.model_validate(answer), self._pins[scheduled]
            if adopting is None:
                return Pinned(policy)
            return Updated(AdoptPinnedPolicy(**adopting.model_dump(), pinned=policy))
        slot, asked = self._asked[scheduled]
        kind = Report if isinstance(asked, Round) else asked.receipt
        return Done(slot, kind.model_validate(answer))

    # --- what it wrote ---------------------------------------------------------------------------

    def _compare(self, place: int, task: RecordedTask, commands: Commands) -> None:
        scheduled = [
            (event.event_id, event.activity_task_scheduled_event_attributes)
            for event in task.wrote
            if event.HasField("activity_task_scheduled_event_attributes")
            and event.event_id not in self._pins
        ]
        under_way = self.memory.under_way
        begun = [(slot, under_way[slot]) for slot, _ in commands.activities]
        recorded = [(wrote.activity_type.name, content(wrote.input)) for _, wrote in scheduled]
        asked_for = [_as_recorded(asked) for _, asked in begun]
        assert self._comparable(asked_for) == self._comparable(recorded), f"task {place}"
        for (event_id, _), asked in zip(scheduled, begun, strict=True):
            self._asked[event_id] = asked
        last = task.wrote[-1] if task.wrote else None
        ends = last is not None and last.HasField("workflow_execution_completed_event_attributes")
        assert commands.finished == ends, f"task {place}: the end"
        carried = None
        if last is not None and last.HasField(
            "workflow_execution_continued_as_new_event_attributes"
        ):
            carried = content(last.workflow_execution_continued_as_new_event_attributes.input)
        handed_on = None if commands.continues is None else json.loads(commands.continues)
        assert (handed_on is None) == (carried is None), f"task {place}: continue-as-new"
        if handed_on is not None and carried is not None:
            if self._is_of_today:
                assert handed_on == carried
            assert _waiting(handed_on) == _waiting(carried)

    def _comparable(self, asked: list[tuple[str, Any]]) -> list[Any]:
        """All of it; of an older version what a replay depends on, and nobody may reword."""
        if self._is_of_today:
            return [*asked]
        return [(name, [a.get(field) for field in _BINDING]) for name, a in asked]


def _waiting(carried: dict[str, Any]) -> list[tuple[str, list[str]]]:
    lanes = carried["outbox"]["lanes"].items()
    return [(name, [effect["key"] for effect in lane["waiting"]]) for name, lane in lanes]


def _number(events: Sequence[HistoryEvent]) -> str:
    """The time-skipping server leaves it out, so it is taken from what the run asked for."""
    asked = (
        content(event.activity_task_scheduled_event_attributes.input)
        for event in events
        if event.HasField("activity_task_scheduled_event_attributes")
    )
    names = (a.get("entity") or ("receiver" in a and workflow_id(a["receiver"])) for a in asked)
    return next(name for name in names if name)


def _as_recorded(asked: Effect | Round) -> tuple[str, Any]:
    name = "send_webhooks" if isinstance(asked, Round) else asked.type
    return name, json.loads(asked.model_dump_json())


def _is_close(at: Any, recorded: Any) -> bool:
    """Timers are recorded as lengths of time, through a float."""
    if at is None or recorded is None:
        return at is recorded
    return bool(abs(at - recorded) < timedelta(milliseconds=1))


GOLDEN = sorted(p for p in HISTORIES.glob("*.json") if not p.stem.startswith(NO_ENTITY))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_history_is_retold(path: Path) -> None:
    """Task by task: the same activities with the same input in the same order, the same timer, the
    same end, and the same state for the next run."""
    history = WorkflowHistory.from_json(path.stem, path.read_text())

    assert Retold(history.events, is_of_today=False).retell() > 1


# --- lives recorded here and now ------------------------------------------------------------------


async def _retell(
    world: World, number: str, workflow: type[EntityWorkflow[Any]] | None = None
) -> list[EventType.ValueType]:
    """Retell every run of a number; answers the kinds of all that happened."""
    kinds, run_id = list[EventType.ValueType](), None
    while True:
        history = await world.client.get_workflow_handle(number, run_id=run_id).fetch_history()
        Retold(history.events, workflow, is_of_today=True).retell()
        kinds += [event.event_type for event in history.events]
        started = history.events[0].workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        if not run_id:
            return kinds


def _not_now(letter: Letter) -> None:
    if letter.to.startswith("client"):
        raise NotNow("no client is reached")


async def test_a_life_with_everything_is_retold(tmp_path: Path) -> None:
    """Outages that outlast every try, signals good and bad, refusals, a cancel, several runs."""
    async with time_skipping_world(tmp_path) as world:
        await world.defect("DEF-2", "S1", attachment("CASE-3", "client-3"))
        await world.defect("DEF-1", "S2", attachment(), attachment("CASE-2", "client-2"))
        handle = world.handle("DEF-1")
        await world.settle()
        world.mailbox.before_send = _not_now
        raised = {"severity": "S1", "reason": "all sites", "actor": "agent-7"}
        await handle.signal("change_severity", raised)
        await handle.signal("change_severity", raised | {"severity": "S9"})
        await handle.signal("no_such_signal", {})
        await world.tell("DEF-1", "post_progress", public_text="Found.", stage="fixing", key="p")
        await world.clock.until(await world.clock.now() + timedelta(minutes=40))
        with pytest.raises(CommandRefused):
            await world.tell("DEF-1", "resume")
        await handle.signal("request_continue_as_new")
        await world.clock.until(await world.clock.now() + timedelta(minutes=40))
        await handle.cancel()
        world.mailbox.before_send = lambda _: None
        await world.tell("DEF-1", "retry_deliveries")
        await world.settle()
        await world.settle()
        await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same")
        await world.tell("DEF-1", "undo_merge", reason="not the same")
        await world.tell("DEF-1", "post_progress", public_text="Found.", stage="fixing", key="p")
        await world.tell("DEF-1", "adopt_policy", policy="eto")
        await world.after(days=2)
        await world.tell("DEF-1", "resolve", resolution="fixed")
        await world.after(days=15)

        met = {*await _retell(world, "DEF-1")}

    assert met >= {
        EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
        EventType.EVENT_TYPE_TIMER_FIRED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    }


async def test_a_run_that_leaves_a_letter_behind_is_retold(tmp_path: Path) -> None:
    """It leaves with work in flight, since it was asked to and since it had enough commands."""
    async with hurried(tmp_path) as world:
        await world.handle("DEF-1").signal("request_continue_as_new")
        for n in range(45):
            await world.tell("DEF-1", "post_progress", internal_note=f"note {n}", key=f"key-{n}")
        kinds = await _retell(world, "DEF-1", HurriedDefectWorkflow)

    assert kinds.count(EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW) >= 2
