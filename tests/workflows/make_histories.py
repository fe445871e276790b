"""Writes the golden histories of a release: `python -m tests.workflows.make_histories 0.3.0`.

Run it once per released version and commit what it writes; never rewrite an old version's. Names of
stories after the version have these written alone, such as what a version that is to be released
gained.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from temporalio.worker import Worker

from domain.contract.identity import DEFECTS_QUEUE
from runtime.time_zones import use_pinned_zones
from tests.domain.builders import attachment, defect_start
from tests.webhook_server import receiver
from tests.workflows.test_webhook_workflow import Hooked
from tests.workflows.test_webhook_workflow import a_world as hooked_world
from tests.workflows.world import World, asking_policy, real_world, time_skipping_world
from worker import WORKFLOWS

HISTORIES = Path(__file__).parent / "histories"
Story = Callable[[Any], Awaitable[str]]


async def _critical_case(world: World) -> str:
    """A critical case with gaps that becomes an S1, misses its response and closes with it."""
    await world.case("CASE-1", subject="Critical: down", steps=None)
    await world.after(hours=3)
    await world.tell("CASE-1", "respond", message="We are looking into it.")
    await world.after(days=2)
    answer = await world.tell(
        "CASE-1", "confirm_defect", severity="S1", title="T", functional_area="login"
    )
    await world.tell(answer["defect"], "resolve", resolution="fixed")
    await world.handle("CASE-1").result()
    return "CASE-1"


async def _s1_weekend(world: World) -> str:
    """Daily updates, an escalation, a signal, progress, a hold, the end."""
    await world.defect("DEF-1", "S2", attachment(), attachment("CASE-2", "client-2"))
    await world.handle("DEF-1").signal(
        "change_severity", {"severity": "S1", "reason": "all sites", "actor": "agent-7"}
    )
    await world.after(days=3)
    await world.tell("DEF-1", "post_progress", public_text="Found.", stage="fixing")
    await world.tell("DEF-1", "hold", reason="logs")
    await world.after(days=1)
    await world.tell("DEF-1", "resume")
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)
    return "DEF-1"


async def _s1_adopted_late(world: World) -> str:
    """Missed, held, resumed; the policy adopted afterwards, the end."""
    await world.defect("DEF-1", "S1")
    await world.after(days=6)
    await world.tell("DEF-1", "hold", reason="logs")
    await world.after(days=1)
    await world.tell("DEF-1", "resume")
    await world.after(days=1)
    await world.tell("DEF-1", "adopt_policy", policy="eto")
    await world.after(days=2)
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)
    return "DEF-1"


async def _s2_released(world: World) -> str:
    """Scheduled, moved, reminded, overdue, deployed."""
    await world.defect("DEF-1", "S2")
    now = await world.clock.now()
    for days in (40, 50):
        deploy_at = (now + timedelta(days=days)).isoformat()
        await world.tell("DEF-1", "schedule_release", release="REL-1", deploy_at=deploy_at)
    await world.after(days=53)
    await world.tell("DEF-1", "release_deployed", release="REL-1")
    await world.after(days=15)
    return "DEF-1"


async def _release_deployed(world: World) -> str:
    """Two defects in a release that is announced, moved, overdue and deployed."""
    await world.case("CASE-8", client="client-8", contact={"email": "eight@example.org"})
    for n in (1, 2):
        await world.defect(f"DEF-{n}", "S3", attachment(f"CASE-{n}", f"client-{n}"))
    await world.release(days=20)
    await world.tell("REL-1", "attach_defects", defects=["DEF-1", "DEF-2", "DEF-404"])
    await world.tell("REL-1", "detach_defect", defect="DEF-404", reason="a wrong number")
    await world.after(days=8)
    later = await world.clock.now() + timedelta(days=15)
    await world.tell("REL-1", "reschedule", deploy_at=later.isoformat(), reason="tests")
    await world.clock.until(later + timedelta(hours=2))
    await world.tell("REL-1", "deploy")
    await world.handle("REL-1").result()
    return "REL-1"


async def _s3_reviewed(world: World) -> str:
    """Asked to be S2, reminded, approved; waited for; merged and undone; resolved."""
    await world.case("CASE-1")
    answer = await world.tell(
        "CASE-1", "confirm_defect", severity="S3", title="T", functional_area="reports"
    )
    number: str = answer["defect"]
    await world.defect("DEF-2", "S2", attachment("CASE-2", "client-2"))
    ask = {"client": "client-1", "severity": "S2", "justification": "we cannot bill"}
    await world.tell(number, "request_reclassification", **ask)
    await world.after(days=4)
    await world.tell(number, "decide_reclassification", approve=True, reason="We agree.")
    await world.tell("CASE-1", "request_information", items=["a screenshot"])
    await world.after(days=1)
    await world.tell("CASE-1", "provide_information", note="here it is")
    await world.settle()
    await world.tell(number, "merge_into", defect="DEF-2", reason="the same")
    await world.after(days=1)
    await world.tell(number, "undo_merge", reason="not the same")
    await world.tell(number, "resolve", resolution="fixed")
    await world.after(days=15)
    return number


async def _case_called(world: World) -> str:
    """A call booked, moved and held; no information for long, and then after all."""
    await world.case("CASE-1", steps=None)
    at = await world.clock.now() + timedelta(days=2)
    for minutes in (30, 40):
        await world.tell("CASE-1", "book_call", at=at.isoformat(), minutes=minutes)
    await world.tell("CASE-1", "set_preferences", language="de")
    await world.after(days=9)
    await world.tell("CASE-1", "provide_information", steps="1. open")
    await world.tell("CASE-1", "answer", message="Press the other button.")
    await world.handle("CASE-1").result()
    return "CASE-1"


async def _area_work(world: World) -> str:
    """Work begins in an area with one defect."""
    await world.defect("DEF-1", "S4", functional_area="reports")
    await world.settle()
    start = {"actor": "lead-1", "functional_area": "reports"}
    await world.defects.start("AreaWorkWorkflow", "AREA-1", start)
    await world.handle("AREA-1").result()
    return "AREA-1"


async def _review(world: World) -> str:
    """A review on a Saturday, whose digest waits for Monday."""
    await world.defect("DEF-1", "S3")
    await world.after(days=5)
    await world.defects.start("ImpactReviewWorkflow", "impact-review-1", {})
    await world.after(days=3)
    await world.handle("impact-review-1").result()
    return "impact-review-1"


async def _merged(world: World) -> str:
    """Found to be the same as another after all, and final once the window is over."""
    await world.case("CASE-1")
    await world.defect("DEF-1", "S3", attachment("CASE-1"))
    await world.defect("DEF-2", "S2", attachment("CASE-2", "client-2"))
    await world.tell("DEF-1", "record_severity_feedback", client="client-1", severity="S1")
    await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same")
    await world.tell("DEF-2", "offer_workaround", description="Press F5.", effort="easy")
    await world.after(days=15)
    return "DEF-1"


async def _absorbed(world: World) -> str:
    """The other one: it goes on with the cases of both, for a while of one only."""
    for n in (1, 2):
        await world.defect(f"DEF-{n}", "S2", attachment(f"CASE-{n}", f"client-{n}"))
    await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same")
    await world.after(days=1)
    await world.tell("DEF-1", "undo_merge", reason="not the same")
    await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same after all")
    await world.tell("DEF-2", "resolve", resolution="fixed")
    await world.after(days=15)
    return "DEF-2"


async def _imported(world: World) -> str:
    """Confirmed elsewhere long ago, on hold there, planned for a release."""
    now = await world.clock.now()
    past = {
        "confirmed_at": (now - timedelta(days=40)).isoformat(),
        "severity_since": (now - timedelta(days=35)).isoformat(),
        "held_since": (now - timedelta(days=1)).isoformat(),
        "release": {"id": "REL-9", "deploy_at": (now + timedelta(days=5)).isoformat()},
    }
    await world.defect("DEF-1", "S2", past=past)
    await world.tell("DEF-1", "resume")
    await world.tell("DEF-1", "adopt_policy", policy="eto")
    await world.after(days=8)
    await world.tell("DEF-1", "release_deployed", release="REL-9")
    await world.after(days=15)
    return "DEF-1"


async def _case_imported(world: World) -> str:
    """A case that began elsewhere, and is answered here."""
    opened = await world.clock.now() - timedelta(days=9)
    await world.case("CASE-1", past={"opened_at": opened.isoformat()})
    await world.tell("CASE-1", "answer", message="Press the other button.")
    await world.handle("CASE-1").result()
    return "CASE-1"


async def _release_cancelled(world: World) -> str:
    """Frozen, announced, and then there is no such release."""
    await world.defect("DEF-1", "S3")
    await world.release(days=20)
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await world.tell("REL-1", "freeze", reason="a candidate is built")
    await world.tell("REL-1", "announce")
    await world.tell("REL-1", "retry_deliveries")
    await world.after(days=1)
    await world.tell("REL-1", "cancel", reason="the candidate fails")
    await world.handle("REL-1").result()
    return "REL-1"


async def _webhook(world: Hooked) -> str:
    """A receiver that takes, is down for two days, and takes again."""
    async with receiver() as server:
        hook = await world.listen(server)
        await world.defect("DEF-1", "S1")
        await world.sent(hook)
        server.status = 503
        await world.after(days=2)
        server.status = 200
        await world.tell(hook, "retry_deliveries")
        await world.after(days=1)
        await world.sent()
    return hook


async def _early(world: World) -> str:
    """An update and a signal that came before any worker, and so before the policy was pinned."""
    queue, text = "not-polled-yet", "It is being tested."
    await world.client.start_workflow(
        "DefectWorkflow", defect_start("S3"), id="DEF-1", task_queue=queue
    )
    handle = world.handle("DEF-1")
    said = {"actor": "agent-7", "public_text": text, "stage": "verifying"}
    early = asyncio.create_task(handle.execute_update("post_progress", said))
    await handle.signal("change_severity", {"actor": "a", "severity": "S2", "reason": "r"})
    async with Worker(world.client, task_queue=queue, workflows=WORKFLOWS):
        await early
        await world.tell("DEF-1", "resolve", resolution="fixed")
    return "DEF-1"


async def _continued_full(world: World) -> str:
    """The first run of a defect that continued as new with letters that nobody would take."""
    world.mailbox.down = True
    await world.defect("DEF-1", "S1", attachment(), attachment("CASE-2", "client-2"))
    for n in range(3):
        await world.tell("DEF-1", "post_progress", public_text=f"Step {n} done.")
    await world.handle("DEF-1").signal("request_continue_as_new")
    await world.tell("DEF-1", "post_progress", internal_note="a new run")
    world.mailbox.down = False
    await world.tell("DEF-1", "retry_deliveries")
    await world.settle()
    return "DEF-1"


async def _continued(world: World) -> str:
    """The first run of a defect that continued as new, on the real server."""
    await world.defect("DEF-1", "S1")
    for n in range(5):
        await world.tell("DEF-1", "post_progress", public_text=f"Step {n} done.")
    await world.handle("DEF-1").signal("request_continue_as_new")
    await world.tell("DEF-1", "post_progress", internal_note="a new run")
    await world.settle()
    return "DEF-1"


async def _retention(world: World) -> str:
    """A night of it, with nothing to remove."""
    await world.client.execute_workflow(
        "RetentionWorkflow", id="retention-1", task_queue=DEFECTS_QUEUE
    )
    return "retention-1"


async def _snoozed(world: World) -> str:
    """Reminders put off: one that comes again, one with another end, one whose matter is over."""
    await world.defect("DEF-1", "S1")
    await world.after(days=1)

    async def put_off(reminder: str, **ahead: float) -> None:
        until = await world.clock.now() + timedelta(**ahead)
        await world.tell("DEF-1", "snooze", reminder=reminder, until=until.isoformat())

    await put_off("defect.update_needed", days=1, hours=20)
    ask = {"client": "client-1", "severity": "S2", "justification": "we can live with it"}
    await world.tell("DEF-1", "request_reclassification", **ask)
    await world.after(days=2)
    await put_off("reclassification.reminder", days=5)
    await put_off("reclassification.reminder", days=1)
    await world.after(days=2)
    await put_off("defect.update_needed", days=3)
    await world.tell("DEF-1", "decide_reclassification", approve=True, reason="We agree.")
    await world.after(days=1)
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)
    return "DEF-1"


async def _acknowledged(world: World) -> str:
    """Repeated, gone up, acknowledged; not repeated on hold; then nobody did before the end."""
    await world.defect("DEF-1", "S1")
    await world.after(minutes=90)
    await world.tell("DEF-1", "acknowledge")
    await world.after(days=3)
    await world.tell("DEF-1", "hold", reason="logs")
    await world.after(hours=2)
    await world.tell("DEF-1", "resume")
    await world.after(minutes=30)
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)
    return "DEF-1"


VIRTUAL = {
    "case-critical": _critical_case,
    "case-called": _case_called,
    "case-imported": _case_imported,
    "s1-weekend": _s1_weekend,
    "s1-adopted-late": _s1_adopted_late,
    "s2-released": _s2_released,
    "s3-reviewed": _s3_reviewed,
    "merged": _merged,
    "absorbed": _absorbed,
    "imported": _imported,
    "snoozed": _snoozed,
    "release-deployed": _release_deployed,
    "release-cancelled": _release_cancelled,
    "area-work": _area_work,
    "review": _review,
    "retention": _retention,
}
"""Stories on the virtual clock."""
RULES = {
    "events": ["defect.urgent", "defect.escalated"],
    "roles": ["engineering", "engineering_manager", "coo"],
    "repeat": {"every_minutes": 20, "at_most": 2},
    "goes_up": {"engineering": "engineering_manager"},
}
ASKING = {"acknowledged": _acknowledged}
"""Likewise, under a policy that has notices acknowledged."""
FIRST_RUNS = {"continued-s1": _continued, "continued-full": _continued_full}
"""Stories on the real server, of which the first run is kept."""


async def main(version: str, only: Collection[str]) -> None:
    """Live each story once and keep its history."""

    def wanted(stories: Mapping[str, Story]) -> dict[str, Story]:
        return {name: story for name, story in stories.items() if not only or name in only}

    for name, story in wanted(VIRTUAL).items():
        with tempfile.TemporaryDirectory() as folder:
            async with time_skipping_world(Path(folder)) as world:
                await _keep(world, await story(world), f"{name}-{version}")
    for name, story in wanted(ASKING).items():
        with tempfile.TemporaryDirectory() as folder:
            asking = asking_policy(Path(folder), **RULES)
            async with time_skipping_world(Path(folder), asking) as world:
                await _keep(world, await story(world), f"{name}-{version}")
    for name, listening in wanted({"webhook": _webhook}).items():
        with tempfile.TemporaryDirectory() as folder:
            async with hooked_world(Path(folder)) as hooked:
                await _keep(hooked, await listening(hooked), f"{name}-{version}")
    for name, story in wanted(FIRST_RUNS).items():
        with tempfile.TemporaryDirectory() as folder:
            async with real_world(Path(folder)) as world:
                await _keep(world, await story(world), f"{name}-{version}", first=True)
    for name, story in wanted({"early": _early}).items():
        with tempfile.TemporaryDirectory() as folder:
            async with real_world(Path(folder)) as world:
                await _keep(world, await story(world), f"{name}-{version}")


async def _keep(world: World, number: str, name: str, *, first: bool = False) -> None:
    history = await world.handle(number).fetch_history()
    if first:
        started = history.events[0].workflow_execution_started_event_attributes
        run_id = started.continued_execution_run_id
        handle = world.client.get_workflow_handle(number, run_id=run_id)
        history = await handle.fetch_history()
    HISTORIES.mkdir(exist_ok=True)
    kept = json.dumps(_without_traces(json.loads(history.to_json())), indent=2)
    (HISTORIES / f"{name}.json").write_text(kept)
    print(f"{name}: {len(history.events)} events")


def _without_traces(part: Any) -> Any:
    """Stack traces name the folders of whoever recorded them, and no replay reads them."""
    if isinstance(part, dict):
        return {k: _without_traces(v) for k, v in part.items() if k != "stackTrace"}
    return [_without_traces(item) for item in part] if isinstance(part, list) else part


if __name__ == "__main__":
    use_pinned_zones()
    asyncio.run(main(sys.argv[1], sys.argv[2:]))
