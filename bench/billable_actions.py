"""Counts what a history costs: events, and billable actions by Temporal's published table.

Sources: docs.temporal.io, "Actions" and "Pricing"; the table is in the design notes, "Cost".
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
_TOGETHER = {"marker_recorded": "markers"}
"""Local activities of one workflow task are one action together."""


@dataclass(frozen=True, slots=True)
class Bill:
    """What one life came to."""

    events: Counter[str]
    """By kind."""
    actions: Counter[str]
    """By what is billed."""
    stored: int
    """Bytes of history, as the server would send it."""

    @property
    def event_count(self) -> int:
        """All events."""
        return self.events.total()

    @property
    def action_count(self) -> int:
        """All actions."""
        return self.actions.total()


def bill(history: Iterable[HistoryEvent], heartbeats: int) -> Bill:
    """The bill of one history; `heartbeats` reached the server, which no history shows."""
    events: Counter[str] = Counter()
    actions: Counter[str] = Counter()
    marked: set[int] = set()
    stored = 0
    for event in history:
        name = kind(event)
        events[name] += 1
        stored += event.ByteSize()
        actions[_ONE_ACTION.get(name, "")] += 1
        actions[_TWO_ACTIONS.get(name, "")] += 2
        if name == "activity_task_started":
            actions["retry"] += event.activity_task_started_event_attributes.attempt - 1
        if name in _TOGETHER:
            marked.add(event.marker_recorded_event_attributes.workflow_task_completed_event_id)
    del actions[""]
    actions["markers"] = len(marked)
    actions["heartbeat"] = heartbeats
    return Bill(events, +actions, stored)


def kind(event: HistoryEvent) -> str:
    """What an event is, such as `timer_started`."""
    return str(event.WhichOneof("attributes")).removesuffix("_event_attributes")


def messages(history: Iterable[HistoryEvent]) -> Counter[str]:
    """What a life brought about, by the event in each effect's key.

    Looking the policy up is not among them: it tells nobody anything.
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


def settled(history: Iterable[HistoryEvent]) -> bool:
    """Whether no workflow task and no activity is under way at the end of this history."""
    kinds = Counter(kind(event) for event in history)
    under_way = kinds["workflow_task_scheduled"] - kinds["workflow_task_completed"]
    under_way += kinds["activity_task_scheduled"] - kinds["activity_task_completed"]
    return under_way == 0
