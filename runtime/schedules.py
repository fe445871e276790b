"""The Temporal Schedules, made and kept right by every worker: the review of impact, retention."""

from dataclasses import replace
from datetime import timedelta

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from domain.contract.identity import DEFECTS_QUEUE
from domain.policy import Policy

IMPACT_REVIEW = "impact-review"
RETENTION = "retention"
SCHEDULES = (IMPACT_REVIEW, RETENTION)
CATCHUP = timedelta(hours=1)
"""A review that could not start within it is left out: the next one says the same and more."""
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")


async def ensure_review(client: Client, policy: Policy) -> None:
    """Create the schedule, or bring it in line with the policy; a pause of an operator stays.

    It fires at an hour of the calendar's zone, which no change of clocks skips or doubles as long
    as it does not lie between 01:00 and 03:00. On a holiday the digest waits for the next opening.

    Raises:
        RPCError: the server knows no schedules, or does not let us.
    """
    await _ensure(client, IMPACT_REVIEW, _review(policy))


async def ensure_retention(client: Client) -> None:
    """Create the schedule of retention, or bring it in line; a pause of an operator stays.

    Daily, at an hour at which little is written where most people are.

    Raises:
        RPCError: the server knows no schedules, or does not let us.
    """
    await _ensure(client, RETENTION, _RETENTION)


async def missing_schedules(client: Client) -> list[str]:
    """Which of the schedules the server does not have.

    Raises:
        RPCError: it does not say.
    """
    missing = []
    for name in SCHEDULES:
        try:
            await client.get_schedule_handle(name).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            missing.append(name)
    return missing


async def _ensure(client: Client, name: str, schedule: Schedule) -> None:
    try:
        await client.create_schedule(name, schedule)
    except ScheduleAlreadyRunningError:

        def update(known: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(replace(schedule, state=known.description.schedule.state))

        await client.get_schedule_handle(name).update(update)


def _review(policy: Policy) -> Schedule:
    rules = policy.reviews
    return Schedule(
        action=ScheduleActionStartWorkflow(
            "ImpactReviewWorkflow",
            {"policy": policy.name},
            id=IMPACT_REVIEW,
            task_queue=DEFECTS_QUEUE,
            static_summary=f"review of open {rules.severity.value} defects by impact",
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    day_of_week=[ScheduleRange(_DAYS.index(rules.weekday))],
                    hour=[ScheduleRange(rules.local_time.hour)],
                    minute=[ScheduleRange(rules.local_time.minute)],
                )
            ],
            time_zone_name=policy.calendar.time_zone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=CATCHUP),
    )


_RETENTION = Schedule(
    action=ScheduleActionStartWorkflow(
        "RetentionWorkflow",
        id=RETENTION,
        task_queue=DEFECTS_QUEUE,
        static_summary="removes what is kept no longer",
    ),
    spec=ScheduleSpec(
        calendars=[
            ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(40)]),
        ],
    ),
    policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(days=1)),
)
"""In UTC. The periods are the worker's settings, so that the schedule need not know them."""
