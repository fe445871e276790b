"""The schedules that the baseline workflow replays, and what costs are counted in."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from temporalio.api.history.v1 import HistoryEvent

from bench.billable_actions import cost_of
from bench.opening_hours import contenders, disagreements, instants
from bench.scenarios import MONDAY, SCENARIOS, STEPS, addressed, next_monday
from domain.contract.effects import NotifyClients

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_schedule_answers_every_command(name: str) -> None:
    """Steps are in order, each command has its own, and nothing is due after the last."""
    steps = STEPS[name]

    answers = [step.answers for step in steps if step.answers is not None]
    assert answers == list(range(1, len(SCENARIOS[name].commands) + 1))
    assert [step.after for step in steps] == sorted(step.after for step in steps)
    assert steps[-1].due is None
    assert steps[-1].after < SCENARIOS[name].lasts


def test_an_effect_goes_out_in_the_name_of_its_own_defect() -> None:
    """The template's number is nowhere in what a baseline workflow starts."""
    at = MONDAY + timedelta(days=400)
    for steps in STEPS.values():
        for effect in (effect for step in steps for effect in step.effects):
            found = addressed(effect, "DEF-7", at)
            assert "DEF-TEMPLATE" not in (found.key, found.entity)
            assert found.at == at
            assert not isinstance(found, NotifyClients) or found.defect == "DEF-7"


@pytest.mark.parametrize("year", range(2027, 2034))
def test_a_scenario_begins_on_a_monday_in_every_year(year: int) -> None:
    """At ten in the morning of the vendor, later than now."""
    now = datetime(year, 5, 3, 15, tzinfo=MONDAY.tzinfo)

    begins = next_monday(now)

    assert (begins.weekday(), begins.hour) == (0, 10)
    assert begins > now


def test_actions_are_counted_by_the_published_table() -> None:
    """One for a start, an activity and each of its retries, two for a child workflow."""
    events = [HistoryEvent() for _ in range(5)]
    events[0].workflow_execution_started_event_attributes.SetInParent()
    events[1].activity_task_scheduled_event_attributes.SetInParent()
    events[2].activity_task_started_event_attributes.attempt = 3
    events[3].start_child_workflow_execution_initiated_event_attributes.SetInParent()
    events[4].workflow_task_scheduled_event_attributes.SetInParent()

    cost = cost_of(events, heartbeats=1)

    assert cost.events.total() == 5
    assert cost.actions == {
        "start": 1,
        "activity": 1,
        "retry": 2,
        "child workflow": 2,
        "heartbeat": 1,
    }


def test_other_libraries_give_the_same_business_time() -> None:
    """At any hour of a year, to the second: an oracle that shares no code with the calendar."""
    assert list(disagreements(contenders(), instants(40))) == []


def test_another_answer_is_found() -> None:
    """A calendar that is a second off is named, with each instant at which it is."""
    ours, *_ = contenders()
    late = replace(ours, name="late", add=lambda at, days: ours.add(at, days) + SECOND)

    found = list(disagreements([ours, late], instants(2)))

    assert [said.split(": ")[0] for said in found] == [f"late at {at}" for at in instants(2)]
