"""How activities are called: queues, timeouts, retries."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

from domain.contract.effects import Lane
from domain.contract.identity import DEFECTS_QUEUE, OUTBOUND_QUEUE, WEBHOOKS_QUEUE

_OUTBOUND_LANES = {Lane.CLIENTS, Lane.STAFF, Lane.STATUS_PAGE}

_RETRY = RetryPolicy(
    initial_interval=timedelta(seconds=1),
    backoff_coefficient=2,
    maximum_interval=timedelta(minutes=5),
)
"""Retries cost no history: where nothing else depends on the activity, outages are sat out here."""

_ROUND = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2, maximum_attempts=3
)
"""A hiccup is sat out here, an outage in the lane: an activity that waits for its next try can
neither give way to a newer effect nor let the run end."""


def for_lane(lane: Lane) -> dict[str, Any]:
    """Options of the activity that brings an effect of `lane` about.

    A try may take half an hour, counted from when a worker begins it.
    """
    outbound = lane in _OUTBOUND_LANES
    return {
        "task_queue": OUTBOUND_QUEUE if outbound else DEFECTS_QUEUE,
        "start_to_close_timeout": timedelta(minutes=30),
        "heartbeat_timeout": timedelta(minutes=1),
        "retry_policy": _ROUND,
    }


def for_policy() -> dict[str, Any]:
    """Options of the activity that loads a policy: without one nothing can begin."""
    return {
        "task_queue": DEFECTS_QUEUE,
        "start_to_close_timeout": timedelta(seconds=30),
        "retry_policy": _RETRY,
    }


def for_retention() -> dict[str, Any]:
    """Options of the activity that removes old rows: what it leaves is there for the next day."""
    return {
        "task_queue": DEFECTS_QUEUE,
        "schedule_to_close_timeout": timedelta(hours=12),
        "start_to_close_timeout": timedelta(hours=2),
        "heartbeat_timeout": timedelta(minutes=2),
        "retry_policy": _RETRY,
    }


def for_many_mails() -> dict[str, Any]:
    """Options of activities that mail many people: a try may take long, an outage is sat out."""
    return {
        "task_queue": OUTBOUND_QUEUE,
        "start_to_close_timeout": timedelta(hours=6),
        "heartbeat_timeout": timedelta(minutes=1),
        "retry_policy": _RETRY,
    }


def for_webhooks() -> dict[str, Any]:
    """Options of the activity that holds a round of webhooks."""
    return {
        "task_queue": WEBHOOKS_QUEUE,
        "schedule_to_close_timeout": timedelta(minutes=30),
        "start_to_close_timeout": timedelta(seconds=90),
        "retry_policy": RetryPolicy(maximum_interval=timedelta(minutes=1)),
    }
