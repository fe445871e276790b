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
"""Retries cost no history, so most of an outage is sat out here; then the lane takes over."""


def for_lane(lane: Lane) -> dict[str, Any]:
    """Options of the activity that brings an effect of `lane` about.

    Given up after half an hour, so that continue-as-new can wait for what is in flight.
    """
    outbound = lane in _OUTBOUND_LANES
    return {
        "task_queue": OUTBOUND_QUEUE if outbound else DEFECTS_QUEUE,
        "schedule_to_close_timeout": timedelta(minutes=30),
        "start_to_close_timeout": timedelta(minutes=30),
        "heartbeat_timeout": timedelta(minutes=1),
        "retry_policy": _RETRY,
    }


def for_policy() -> dict[str, Any]:
    """Options of the activity that loads a policy: without one nothing can begin."""
    return {
        "task_queue": DEFECTS_QUEUE,
        "start_to_close_timeout": timedelta(seconds=30),
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
