"""A recorded workflow history, taken apart into its workflow tasks: what each heard and wrote."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.common.v1 import Payloads
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

_OF_THE_TASK = {
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED,
}
WRITTEN = {
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED,
    EventType.EVENT_TYPE_TIMER_STARTED,
    EventType.EVENT_TYPE_TIMER_CANCELED,
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES,
    EventType.EVENT_TYPE_WORKFLOW_PROPERTIES_MODIFIED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW,
}
"""What a workflow task brings into history."""


@dataclass(frozen=True, slots=True)
class RecordedTask:
    """One completed workflow task."""

    at: datetime
    heard: tuple[HistoryEvent, ...]
    """Signals, timers, what came of activities: since the task before."""
    wrote: list[HistoryEvent] = field(default_factory=list)
    """Commands, and updates that it let in."""

    def updates(self) -> Iterator[tuple[int, str, dict[str, Any]]]:
        """Each update that it let in, with the event behind which it came."""
        for event in self.wrote:
            if event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
                accepted = event.workflow_execution_update_accepted_event_attributes
                asked = accepted.accepted_request.input
                behind = accepted.accepted_request_sequencing_event_id
                yield behind, asked.name, content(asked.args)

    def timer(self, before: datetime | None) -> datetime | None:
        """What the timer is set to after it."""
        fired = any(event.HasField("timer_fired_event_attributes") for event in self.heard)
        at = None if fired else before
        for event in self.wrote:
            if event.HasField("timer_canceled_event_attributes"):
                at = None
            elif event.HasField("timer_started_event_attributes"):
                at = self.at + length(event.timer_started_event_attributes.start_to_fire_timeout)
        return at


def tasks_of(events: Sequence[HistoryEvent]) -> list[RecordedTask]:
    """All completed tasks of one run, in order."""
    tasks, heard, at = list[RecordedTask](), list[HistoryEvent](), None
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
                at = instant(event.event_time)
            case EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED if at is not None:
                tasks.append(RecordedTask(at, tuple(heard)))
                heard, at = [], None
            case kind if kind in WRITTEN:
                tasks[-1].wrote.append(event)
            case kind if kind not in _OF_THE_TASK:
                heard.append(event)
    return tasks


def content(payloads: Payloads) -> Any:
    """The one payload, or None where there is none."""
    return json.loads(payloads.payloads[0].data) if payloads.payloads else None


def instant(at: Timestamp) -> datetime:
    """As `workflow.now()` has it."""
    return datetime.fromtimestamp(at.ToNanoseconds() / 1e9, tz=UTC)


def length(lasts: Duration) -> timedelta:
    """A duration, to the microsecond."""
    return timedelta(microseconds=lasts.ToNanoseconds() / 1000)
