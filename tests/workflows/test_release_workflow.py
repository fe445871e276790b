"""Releases on the time-skipping server: announced, moved, called off, deployed, once for each."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest

from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.workflows.world import World

CLIENT = "client-1@example.org"
ENGINEERING = "engineering@vendor.example"


async def in_a_release(world: World, defects: int = 2, **release: Any) -> list[str]:
    """Defects of one client each, attached to `REL-1`, everything delivered."""
    numbers = [
        await world.defect(f"DEF-{n}", "S3", attachment(f"CASE-{n}", f"client-{n}"))
        for n in range(1, defects + 1)
    ]
    await world.release(**release)
    await world.tell("REL-1", "attach_defects", defects=numbers)
    await world.settle()
    await world.settle()
    return numbers


async def test_everyone_attached_is_told_once_per_change_until_it_is_deployed(
    world: World,
) -> None:
    """R3, R4: scheduled, moved, deployed; the defects resolve and each client hears each once."""
    await in_a_release(world)
    later = await world.clock.now() + timedelta(days=30)
    await world.tell("REL-1", "reschedule", deploy_at=later.isoformat(), reason="tests")
    await world.settle()
    await world.settle()
    await world.tell("REL-1", "deploy")
    answer = await world.handle("REL-1").result()
    await world.settle()

    assert answer["state"] == "deployed"
    assert answer["defects"] == {"attached": 2, "to_align": 0, "missing": []}
    assert [f["told"] for f in answer["fan_outs"]] == [2, 2, 2]
    for client in (1, 2):
        assert world.mailbox.events(f"client-{client}@example.org") == [
            "defect.confirmed",
            "defect.release_scheduled",
            "defect.release_rescheduled",
            "defect.resolved",
        ]


async def test_notices_go_to_every_contact_14_and_2_days_ahead_and_once_each(
    world: World,
) -> None:
    """R2: whoever ever wrote to us hears of it twice; one who opted out does not."""
    await world.case("CASE-8", client="c-8", contact={"email": "eight@example.org"})
    await world.case("CASE-9", client="c-9", contact={"email": "Nine@example.org"})
    await world.case("CASE-10", client="c-9", contact={"email": "nine@example.org"})
    await world.tell("CASE-8", "set_preferences", newsletter=False)
    await world.release(days=20)
    await world.after(days=5, hours=23)
    before = Counter(world.mailbox.events())["release.notice"]
    await world.after(hours=2)
    first = [x for x in world.mailbox.letters if x.headers["X-Event"] == "release.notice"]
    await world.after(days=13)

    notices = [x for x in world.mailbox.letters if x.headers["X-Event"] == "release.notice"]
    assert before == 0
    assert [x.to.lower() for x in first] == ["nine@example.org"]
    assert [x.to.lower() for x in notices] == ["nine@example.org"] * 2
    assert "unsubscribe" in notices[0].headers["List-Unsubscribe"]
    assert (await world.status("REL-1"))["banner"]["title"] == "Spring release"


async def test_pending_notices_move_with_the_date(world: World) -> None:
    """R2: the notice of the old date is not sent; that of the new one is."""
    await world.case()
    await world.release(days=20)
    later = await world.clock.now() + timedelta(days=40)
    await world.tell("REL-1", "reschedule", deploy_at=later.isoformat(), reason="tests")
    await world.after(days=25)
    assert "release.notice" not in world.mailbox.events()
    await world.after(days=2)
    assert world.mailbox.events().count("release.notice") == 1


async def test_a_cancelled_release_leaves_its_defects_in_none(world: World) -> None:
    """R3: everyone attached is told that the fix is in no release now."""
    await in_a_release(world)
    await world.tell("REL-1", "cancel", reason="SECRET")
    await world.handle("REL-1").result()
    await world.settle()

    assert world.mailbox.events(CLIENT)[-1] == "defect.release_withdrawn"
    assert (await world.status("DEF-1"))["release"] is None
    assert not any("SECRET" in x.text for x in world.mailbox.letters)


async def test_a_detached_defect_is_withdrawn_alone(world: World) -> None:
    """R3: the others hear nothing of it, and a later deployment does not resolve it."""
    await in_a_release(world)
    await world.tell("REL-1", "detach_defect", defect="DEF-1", reason="not ready")
    await world.settle()
    await world.settle()
    await world.tell("REL-1", "deploy")
    await world.handle("REL-1").result()
    await world.settle()

    assert world.mailbox.events(CLIENT)[-1] == "defect.release_withdrawn"
    assert (await world.status("DEF-1"))["state"] == "open"
    assert (await world.status("DEF-2"))["state"] == "resolved"


async def test_a_defect_resolved_meanwhile_is_not_touched(world: World) -> None:
    """A deployment does not speak to what is done, and nothing is listed as rejected there."""
    await in_a_release(world)
    await world.tell("DEF-1", "resolve", resolution="hotfix")
    await world.settle()
    await world.tell("REL-1", "deploy")
    await world.handle("REL-1").result()
    await world.settle()

    assert world.mailbox.events(CLIENT).count("defect.resolved") == 1
    assert (await world.status("DEF-1"))["rejected"] == []


async def test_a_defect_that_moved_to_another_release_stays_there(world: World) -> None:
    """A new date of the release it left does not pull it back."""
    await in_a_release(world, defects=1)
    await world.release("REL-2", days=60)
    await world.tell("REL-2", "attach_defect", defect="DEF-1")
    await world.settle()
    await world.settle()
    later = await world.clock.now() + timedelta(days=30)
    await world.tell("REL-1", "reschedule", deploy_at=later.isoformat(), reason="tests")
    await world.settle()
    await world.settle()

    assert (await world.status("DEF-1"))["release"]["id"] == "REL-2"
    assert world.mailbox.events(CLIENT) == [
        "defect.confirmed",
        "defect.release_scheduled",
        "defect.release_rescheduled",
    ]


async def test_a_number_that_does_not_run_here_is_named(world: World) -> None:
    """A typing error in a defect's number is not lost: the release needs attention."""
    await world.release()
    await world.tell("REL-1", "attach_defect", defect="DEF-404")
    await world.settle()

    status = await world.status("REL-1")
    assert status["defects"]["missing"] == ["DEF-404"]
    assert status["needs_attention"] is True


async def test_a_defect_that_was_missing_is_told_when_it_runs(world: World) -> None:
    """Attached before it was confirmed: told again on request, once."""
    await world.release()
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await world.settle()
    await world.defect("DEF-1", "S3")
    await world.tell("REL-1", "retry_deliveries")
    await world.settle()
    await world.tell("REL-1", "retry_deliveries")
    await world.settle()
    await world.settle()

    assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.release_scheduled"]
    assert (await world.status("REL-1"))["defects"] == {
        "attached": 1,
        "to_align": 0,
        "missing": [],
    }


async def test_an_overdue_release_is_asked_about_once_for_all_its_defects(world: World) -> None:
    """R5: engineering is asked by the release, not by each defect; clients hear nothing."""
    await in_a_release(world, days=3)
    await world.after(days=3)
    told = len(world.mailbox.events(CLIENT))
    await world.after(hours=2)

    assert world.mailbox.events(ENGINEERING) == ["defect.release_overdue"]
    assert world.mailbox.letters[-1].headers["X-Release"] == "REL-1"
    assert len(world.mailbox.events(CLIENT)) == told


async def test_a_frozen_release_takes_no_defect_and_lets_none_go(world: World) -> None:
    """Freezing: until it is lifted the set of defects stands, the date may move."""
    await in_a_release(world, defects=1)
    await world.tell("REL-1", "freeze", reason="release candidate")
    with pytest.raises(CommandRefused, match="frozen"):
        await world.tell("REL-1", "attach_defect", defect="DEF-2")
    with pytest.raises(CommandRefused, match="frozen"):
        await world.tell("REL-1", "detach_defect", defect="DEF-1", reason="late")
    later = datetime.fromisoformat((await world.status("REL-1"))["deploy_at"]) + timedelta(days=1)
    await world.tell("REL-1", "reschedule", deploy_at=later.isoformat(), reason="a day more")
    status = await world.tell("REL-1", "unfreeze")

    assert (status["state"], status["plan_version"]) == ("planned", 2)


async def test_a_defect_attached_right_before_the_deployment_is_resolved_by_it(
    world: World,
) -> None:
    """Plan changes racing deployment: what was attached in time is in, told of or not."""
    await world.defect("DEF-1", "S3")
    await world.release()
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await world.tell("REL-1", "deploy")
    await world.handle("REL-1").result()
    await world.settle()

    assert (await world.status("DEF-1"))["state"] == "resolved"
    assert world.mailbox.events(CLIENT)[-1] == "defect.resolved"


async def test_work_in_an_area_marks_its_open_s3_and_s4_defects_without_mail(
    world: World,
) -> None:
    """R6: portal only; other severities, other areas and resolved ones are left alone."""
    for n, (severity, area) in enumerate(
        [("S3", "reports"), ("S4", "reports"), ("S2", "reports"), ("S3", "login")], 1
    ):
        await world.defect(
            f"DEF-{n}", severity, attachment(f"CASE-{n}", f"client-{n}"), functional_area=area
        )
    await world.settle()
    told = len(world.mailbox.letters)
    await world.defects.start(
        "AreaWorkWorkflow",
        "AREA-1",
        {"actor": "lead-1", "functional_area": "reports", "note": "rewrite"},
    )
    world.numbers.append("AREA-1")
    answer = await world.handle("AREA-1").result()
    await world.settle()

    assert (answer["state"], answer["marked"]) == ("done", 2)
    marked = [(await world.status(f"DEF-{n}"))["area_work_since"] for n in range(1, 5)]
    assert [at is not None for at in marked] == [True, True, False, False]
    assert len(world.mailbox.letters) == told
