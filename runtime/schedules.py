"""The one Temporal Schedule: the regular review of impact, made and kept right by every worker."""

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

from domain.contract.identity import DEFECTS_QUEUE
from domain.policy import Policy

IMPACT_REVIEW = "impact-review"
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
    schedule = _schedule(policy)
    try:
        await client.create_schedule(IMPACT_REVIEW, schedule)
    except ScheduleAlreadyRunningError:

        def update(known: ScheduleUpdateInput) -> ScheduleUpdate:
            schedule.state = known.description.schedule.state
            return ScheduleUpdate(schedule=schedule)

        await client.get_schedule_handle(IMPACT_REVIEW).update(update)


def _schedule(policy: Policy) -> Schedule:
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
