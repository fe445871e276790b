"""A story as a vendor's people would see it, for the pictures of the documentation."""

from typing import Any

from tests.portal.pages.installation import ADA, BOB, Pages, on_case

_ADA: dict[str, Any] = {"email": ADA, "name": "Ada", "time_zone": "America/Chicago"}
_BOB: dict[str, Any] = {"email": BOB, "name": "Bob", "time_zone": "America/New_York"}


async def tell_the_picture_story(pages: Pages) -> None:
    """Months with an outage each, a planned release, and an S1 on the day it is looked at."""
    await _months(pages)
    await _reports(pages)
    await _today(pages)


async def _months(pages: Pages) -> None:
    """Outages that were over in hours, and two that took too long."""
    world = pages.world
    for number, hours, summary in (
        (36, 6, "Exports stop half-way."),
        (37, 30, "Printing takes minutes."),
        (38, 80, "Calendars show the wrong day."),
        (39, 20, "Mails from the system are late."),
        (40, 76, "Attachments cannot be opened."),
        (41, 9, "Searching finds nothing."),
    ):
        await _outage(pages, f"DEF-{number:06}", summary, hours)
        await pages.tick(days=28)
    await world.case("CASE-000117", client="river", contact=_ADA, subject="How do I print?")
    await world.tell("CASE-000117", "answer", message="By the menu at the top right.")


async def _outage(pages: Pages, number: str, summary: str, hours: float) -> None:
    world = pages.world
    await world.defect(
        number,
        "S1",
        on_case(f"CASE-{number[-6:]}", client="harbour", email=BOB),
        title=summary.rstrip("."),
        public_summary=summary,
    )
    await pages.tick(hours=hours)
    await world.tell(number, "resolve", resolution="patched", public_text="This works again.")
    await pages.tick()


async def _reports(pages: Pages) -> None:
    """A defect of two clients whose fix is planned, and a question nobody has answered."""
    world = pages.world
    await world.case("CASE-000118", client="river", contact=_ADA, subject="Totals are wrong")
    await world.case("CASE-000119", client="harbour", contact=_BOB, subject="Wrong totals")
    await world.tell(
        "CASE-000118",
        "confirm_defect",
        defect="DEF-000043",
        severity="S2",
        title="Rounding in the yearly totals",
        functional_area="reports",
        public_summary="Totals of the yearly report are wrong by a cent.",
    )
    await world.settle()
    await world.tell("CASE-000119", "confirm_defect", defect="DEF-000043")
    await world.settle()
    await world.tell(
        "DEF-000043",
        "offer_workaround",
        description="Export the rows and add them up.",
        effort="laborious",
    )
    await world.tell(
        "DEF-000043",
        "request_reclassification",
        client="harbour",
        severity="S1",
        justification="auditors read the report",
    )
    await world.release(
        "REL-2027.3",
        days=6,
        title="Autumn release",
        kind="major",
        public_notes="Faster reports, and many smaller corrections.",
        functional_areas=["reports"],
        window_minutes=60,
    )
    await world.tell("REL-2027.3", "attach_defect", defect="DEF-000043")
    await pages.tick(hours=1)


async def _today(pages: Pages) -> None:
    """Nobody can log in; the daily update has gone out, and work goes on."""
    world = pages.world
    await world.case(
        "CASE-000120",
        client="river",
        contact=_ADA,
        subject="Nobody can log in",
        channel="portal",
        priority="critical",
    )
    await world.tell("CASE-000120", "respond", message="We see it too and are looking into it.")
    await world.tell(
        "CASE-000120",
        "confirm_defect",
        defect="DEF-000044",
        severity="S1",
        title="SSO metadata expired on all nodes",
        functional_area="login",
        public_summary="Users cannot log in.",
    )
    await pages.tick(hours=26)
    await world.tell(
        "DEF-000044",
        "post_progress",
        stage="identified",
        public_text="An expired certificate keeps users from logging in.",
    )
    await world.case(
        "CASE-000121", client="river", contact=_ADA, subject="Where is the audit log?", steps=None
    )
    await pages.tick(minutes=20)
