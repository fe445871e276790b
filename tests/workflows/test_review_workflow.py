"""The regular review: the digest on the time-skipping server, its schedule on the real one."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest_asyncio
from temporalio.api.workflowservice.v1 import ListScheduleMatchingTimesRequest
from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleOverlapPolicy,
)

from activities.adapters.policy_files import PolicyFiles
from runtime.plugin import DefectsPlugin
from runtime.schedules import CATCHUP, IMPACT_REVIEW, ensure_review
from runtime.servers import dev_server
from tests.domain.builders import CHICAGO, attachment
from tests.programs import eventually
from tests.workflows.world import World, real_world

ENGINEERING = "engineering@vendor.example"


async def review(world: World, number: str) -> dict[str, object]:
    """Hold a review now; answers its last status."""
    await world.defects.start("ImpactReviewWorkflow", number, {})
    world.numbers.append(number)
    answer: dict[str, object] = await world.handle(number).result()
    return answer


async def test_a_review_ranks_open_defects_by_their_impact_and_says_what_changed(
    world: World,
) -> None:
    """S3 row, D3: distinct clients first, then what clients say, then age; only open S3."""
    many = [attachment(f"CASE-{n}", f"client-{n}") for n in range(3)]
    await world.defect("DEF-1", "S3", attachment("CASE-10", "client-10"), title="Old")
    await world.after(hours=1)
    await world.defect("DEF-2", "S3", attachment("CASE-11", "client-11"), title="Felt")
    await world.defect("DEF-3", "S3", *many, title="Wide")
    await world.defect("DEF-4", "S2", attachment("CASE-12", "client-12"), title="Other row")
    await world.tell(
        "DEF-2",
        "record_severity_feedback",
        client="client-11",
        severity="S1",
        comment="payroll stops",
    )
    await world.settle()
    first = await review(world, "impact-review-1")
    await world.tell("DEF-3", "resolve", resolution="fixed")
    await world.settle()
    await review(world, "impact-review-2")

    digests = [x for x in world.mailbox.letters if x.headers["X-Event"] == "review.digest"]
    assert first["total"] == 3
    assert [x.to for x in digests] == [ENGINEERING] * 2
    order = [digests[0].text.index(number) for number in ("DEF-3", "DEF-2", "DEF-1")]
    assert order == sorted(order)
    assert "payroll stops" in digests[0].text
    assert "Other row" not in digests[0].text
    assert "DEF-3" in digests[1].text  # It is gone from the list, and the digest says so.


async def test_an_empty_review_sends_nothing(world: World) -> None:
    """No empty digests."""
    answer = await review(world, "impact-review-1")

    assert (answer["state"], answer["total"]) == ("done", 0)
    assert world.mailbox.letters == []


async def test_a_review_out_of_hours_sends_its_digest_at_the_next_opening(world: World) -> None:
    """T10: nothing on weekends, however the schedule came to fire."""
    await world.defect("DEF-1", "S3")
    await world.after(days=5)  # a Saturday
    await world.defects.start("ImpactReviewWorkflow", "impact-review-1", {})
    world.numbers.append("impact-review-1")
    await world.settle()
    waiting = await world.status("impact-review-1")
    await world.after(days=2)

    assert waiting["state"] == "waiting"
    (digest,) = [x for x in world.mailbox.letters if x.headers["X-Event"] == "review.digest"]
    assert f"{digest.at.astimezone(CHICAGO):%a %H:%M}" == "Mon 07:00"


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Client]:
    """A real server, which knows schedules."""
    async with dev_server(DefectsPlugin()) as started:
        yield started.client


async def fires_within(client: Client, start: datetime, time: timedelta) -> list[datetime]:
    """When the server would start a review, on the policy's clock."""
    asked = ListScheduleMatchingTimesRequest(namespace=client.namespace, schedule_id=IMPACT_REVIEW)
    asked.start_time.FromDatetime(start)
    asked.end_time.FromDatetime(start + time)
    found = await client.workflow_service.list_schedule_matching_times(asked)
    return [at.ToDatetime(tzinfo=UTC).astimezone(CHICAGO) for at in found.start_time]


async def test_every_worker_makes_the_schedule_and_none_doubles_or_unpauses_it(
    server: Client,
) -> None:
    """Weekly at nine on the policy's clock, skipping overlaps; an operator's pause stays."""
    policy = PolicyFiles().load("eto", 2027)
    await ensure_review(server, policy)
    handle = server.get_schedule_handle(IMPACT_REVIEW)
    await handle.pause(note="holidays")
    await ensure_review(server, policy)

    found = await handle.describe()
    assert found.schedule.state.paused
    assert found.schedule.state.note == "holidays"
    assert found.schedule.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert found.schedule.policy.catchup_window == CATCHUP
    assert found.schedule.spec.time_zone_name == policy.calendar.time_zone
    local = await fires_within(server, datetime(2027, 1, 1, tzinfo=UTC), timedelta(days=365))
    assert {(at.isoweekday(), at.hour, at.minute) for at in local} == {(1, 9, 0)}
    gaps = {later.date() - earlier.date() for earlier, later in pairwise(local)}
    assert gaps == {timedelta(days=7)}, "through both nights on which clocks change"


async def test_the_schedule_starts_reviews(tmp_path: Path) -> None:
    """What it starts is a review under an id of its own, which ends by itself."""
    async with real_world(tmp_path) as world:
        await ensure_review(world.client, world.outside.policies.load("eto", 2027))
        handle = world.client.get_schedule_handle(IMPACT_REVIEW)
        await handle.trigger()

        async def started() -> str | None:
            actions = (await handle.describe()).info.recent_actions
            if not actions:
                return None
            action = actions[0].action
            assert isinstance(action, ScheduleActionExecutionStartWorkflow)
            return action.workflow_id

        number = await eventually("the review started", started)
        answer = await world.handle(number).result()

    assert number.startswith(IMPACT_REVIEW)
    assert (answer["state"], answer["total"]) == ("done", 0)
