"""Counts what a history costs: events, and billable actions by Temporal's published table.

Sources: docs.temporal.io, "Actions" and "Pricing".
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from temporalio.api.history.v1 import HistoryEvent

_ONE_ACTION = {
    "workflow_execution_started": "start",
    "timer_started": "timer",
    "activity_task_scheduled": "activity",
    "workflow_execution_signaled": "signal",
    "workflow_execution_update_accepted": "update",
    "upsert_workflow_search_attributes": "search attributes",
}
"""A continuation is billed on the `started` event of its new run."""
_TWO_ACTIONS = {"start_child_workflow_execution_initiated": "child workflow"}
_MARKER = "marker_recorded"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one workflow came to."""

    events: Counter[str]
    """By kind."""
    actions: Counter[str]
    """By what is billed."""
    stored: int
    """Bytes of history, as the server would send it."""


def cost_of(history: Iterable[HistoryEvent], heartbeats: int) -> Cost:
    """The cost of one history; `heartbeats` reached the server, which no history shows."""
    events: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    marked: set[int] = set()
    stored = 0
    for event in history:
        name = kind(event)
        events[name] += 1
        stored += event.ByteSize()
        if name in _ONE_ACTION:
            actions[_ONE_ACTION[name]] += 1
        elif name in _TWO_ACTIONS:
            actions[_TWO_ACTIONS[name]] += 2
        elif name == "activity_task_started":
            actions["retry"] += event.activity_task_started_event_attributes.attempt - 1
        elif name == _MARKER:
            # Local activities of one workflow task are one action together.
            marked.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    actions["markers"] = len(marked)
    actions["heartbeat"] = heartbeats
    return Cost(events, +actions, stored)


def kind(event: HistoryEvent) -> str:
    """What an event is, such as `timer_started`."""
    return str(event.WhichOneof("attributes")).removesuffix("_event_attributes")


def effects_in(history: Iterable[HistoryEvent]) -> Counter[str]:
    """The effects that a workflow had carried out, by the event in each one's key.

    Loading the policy is not among them: it notifies nobody.
    """
    found: Counter[str] = Counter()
    for event in history:
        scheduled = event.activity_task_scheduled_event_attributes
        if (
            kind(event) == "activity_task_scheduled"
            and scheduled.activity_type.name != "load_policy"
        ):
            effect = json.loads(scheduled.input.payloads[0].data)
            found[effect["key"].rpartition("/")[2]] += 1
    return found


def is_settled(history: Iterable[HistoryEvent]) -> bool:
    """Whether no workflow task and no activity is under way at the end of this history."""
    kinds = Counter(kind(event) for event in history)
    under_way = kinds["workflow_task_scheduled"] - kinds["workflow_task_completed"]
    under_way += kinds["activity_task_scheduled"] - kinds["activity_task_completed"]
    return under_way == 0
