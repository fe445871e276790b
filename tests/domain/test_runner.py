"""The one loop: what it starts, when it wakes, and that it works nothing out twice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case.state import Case
from domain.contract.catalogue import COMMANDS
from domain.contract.defect import DefectStart, Hold, Resume
from domain.contract.effects import Lane, NotifyClients, OpenDefect
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import DefectOpened, DeliveryReceipt, Receipt
from domain.defect import DEFECT
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.defect.state import Defect
from domain.entity import Due, after
from domain.outbox import REPORTED_AFTER
from domain.runner import Runner
from tests.domain.builders import ETO, FRIDAY, defect_start
from worker import WORKFLOWS

MINUTE = timedelta(minutes=1)
HOLD = Hold(actor="agent-1", reason="waiting for logs", key="hold-1")


def a_runner(severity: str = "S1") -> Runner[Defect]:
    """A defect that has just begun."""
    return Runner.begin(DEFECT, "DEF-1", parse(DefectStart, defect_start(severity)), ETO, FRIDAY)


def settle(runner: Runner[Any], now: datetime) -> list[str]:
    """Carry out whatever there is; answers the events in their order."""
    events = []
    while started := runner.tick(now):
        for effect in started.values():
            events.append(effect.event)
            runner.delivered(effect, effect.receipt.model_validate({"key": effect.key}), now)
    return events


def test_each_lane_has_one_effect_in_flight_and_the_next_follows_it() -> None:
    """Lanes are first in, first out, and do not wait for each other."""
    runner = a_runner()
    started = runner.tick(FRIDAY)
    assert {lane: effect.event for lane, effect in started.items()} == {
        Lane.CLIENTS: "defect.confirmed",
        Lane.STAFF: "defect.urgent",
        Lane.STATUS_PAGE: "status",
        Lane.READ_MODEL: "project",
    }
    assert runner.tick(FRIDAY) == {}
    assert runner.outbox.in_flight == set(started)
    confirmed = started[Lane.CLIENTS]
    runner.delivered(confirmed, DeliveryReceipt(key=confirmed.key, sent=1), FRIDAY)
    assert Lane.CLIENTS not in runner.outbox.in_flight


def test_without_start_what_is_due_happens_and_nothing_begins() -> None:
    """A run that is about to leave keeps its promises on the next one."""
    runner = a_runner()
    settle(runner, FRIDAY)
    assert runner.tick(FRIDAY + timedelta(days=1), start=False) == {}
    assert runner.outbox.pending > 0
    assert runner.outbox.in_flight == set()


def test_a_lane_that_may_not_start_wakes_nobody_once_its_pause_is_over() -> None:
    """A run that is about to leave would wake itself without end, within one workflow task."""
    runner = a_runner()
    confirmed = runner.tick(FRIDAY)[Lane.CLIENTS]
    runner.failed(confirmed, "outage", FRIDAY)
    over = runner.next_wakeup(FRIDAY)
    assert over is not None
    runner.tick(over.at, start=False)

    wakeup = runner.next_wakeup(over.at, start=False)

    assert wakeup is None or wakeup.at > over.at


def test_a_failed_effect_lets_its_lane_rest_and_wakes_the_runner_again() -> None:
    """Support hears of it once it has lasted, once, through a lane of its own."""
    runner = a_runner()
    confirmed = runner.tick(FRIDAY)[Lane.CLIENTS]
    now = FRIDAY
    while now < FRIDAY + timedelta(hours=2):
        runner.failed(confirmed, "outage", now)
        wakeup = runner.next_wakeup(now)
        assert wakeup is not None
        assert wakeup.what == "deliveries are tried again"
        staff = [effect.event for effect in runner.outbox.lanes[Lane.STAFF].waiting]
        assert staff.count("delivery.failing") == (now >= FRIDAY + REPORTED_AFTER)
        now = wakeup.at


def test_a_request_to_cancel_is_on_record_and_changes_nothing_else() -> None:
    """The contract knows no cancelling: support hears of it, and what is due stays due."""
    runner = a_runner()
    settle(runner, FRIDAY)
    before = runner.agenda
    runner.refuse_cancel(FRIDAY)
    assert [due.at for due in runner.agenda] == [due.at for due in before]
    assert settle(runner, FRIDAY) == ["cancel.refused", "project"]
    status = runner.status(FRIDAY).model_dump()
    assert [said["signal"] for said in status["rejected"]] == ["cancel"]
    assert status["state"] == "open"


def test_a_repeated_key_changes_nothing_and_a_refused_command_keeps_its_key() -> None:
    """Contract: whoever is not sure sends it again."""
    runner = a_runner()
    runner.apply(HOLD, FRIDAY)
    before = runner.entity.model_dump()
    runner.apply(HOLD, FRIDAY)
    assert runner.entity.model_dump() == before
    again = HOLD.model_copy(update={"key": "hold-2"})
    for _ in range(2):
        with pytest.raises(InvalidCommand):
            runner.apply(again, FRIDAY)
    runner.apply(Resume(actor="agent-1"), FRIDAY)
    runner.apply(again, FRIDAY)
    assert runner.entity.hold.since == FRIDAY


def test_the_agenda_is_worked_out_once_for_each_change() -> None:
    """A check, the command, the tick and the wake-up share it."""
    count = 0

    def agenda(defect: Defect) -> list[Due[Defect]]:
        nonlocal count
        count += 1
        return DEFECT.agenda(defect)

    start = parse(DefectStart, defect_start())
    runner = Runner.begin(replace(DEFECT, agenda=agenda), "DEF-1", start, ETO, FRIDAY)
    runner.tick(FRIDAY)
    assert count == 1
    runner.check(HOLD, FRIDAY + MINUTE)
    runner.apply(HOLD, FRIDAY + MINUTE)
    runner.tick(FRIDAY + MINUTE)
    runner.next_wakeup(FRIDAY + MINUTE)
    assert count == 2


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_whatever_a_workflow_takes_has_a_handler(workflow: Any) -> None:
    """No message of the contract arrives nowhere, and no handler waits for what never comes."""
    handlers = {command.name for command in workflow.behaviour.handlers}
    taken = set(workflow.signals) | {name for name in COMMANDS if hasattr(workflow, name)}
    assert handlers == taken
    assert AdoptPinnedPolicy.name == "adopt_policy"


def test_a_receiver_must_take_what_its_effect_is_answered_with() -> None:
    """Found on import, not when the first receipt comes."""

    def note(_case: Case, _effect: OpenDefect, _receipt: Receipt, _now: datetime) -> None:
        """Nothing."""

    assert after(OpenDefect, DefectOpened, note)[0] is OpenDefect
    with pytest.raises(TypeError, match="NotifyClients is answered with DeliveryReceipt"):
        after(NotifyClients, DefectOpened, note)  # type: ignore[arg-type]
