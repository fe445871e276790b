"""A story that fills every page: two clients, defects of all severities, releases, an S1 resolved.

Every free text carries markup, and every internal one a word that must never get out.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from tests.portal.pages.installation import ADA, BOB, Pages, on_case

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&]]>{{7*7}}"
"""What somebody might type to get into another's browser."""
SECRET = "INTERNAL-ONLY"
OTHERS = "HARBOUR-ONLY"
"""What Bob's client wrote: not for Ada, though both are on one defect."""


@dataclass(frozen=True)
class Story:
    """Who tells it, and whether with markup in every free text."""

    pages: Pages
    hostile: bool

    def typed(self, words: str) -> str:
        """What somebody typed."""
        return f"{words} {MARKUP}" if self.hostile else words


async def tell_the_story(pages: Pages, *, hostile: bool = True) -> None:
    """About a month of it."""
    world, story = pages.world, Story(pages, hostile)
    typed = story.typed
    await _cases(story)
    await _scheduled(story)
    await world.defect(
        "DEF-3",
        "S4",
        on_case("CASE-1", time_zone="Europe/Berlin"),
        title=f"{SECRET} title",
        functional_area=typed("Area"),
        public_summary=typed("A label is cut off"),
    )
    await world.settle()
    await world.defects.start(
        "AreaWorkWorkflow", "AREA-1", {"actor": "engineer-1", "functional_area": typed("Area")}
    )
    world.numbers.append("AREA-1")
    await _outage(story)
    await world.release(
        "REL-NOW",
        days=1,
        kind="maintenance",
        title=typed("Database maintenance"),
        public_notes=typed("Reports are slower meanwhile."),
        functional_areas=[typed("Reports")],
        window_minutes=90,
    )
    await world.tell("REL-NOW", "announce")
    await pages.tick(hours=20)


async def _cases(story: Story) -> None:
    pages, world, typed = story.pages, story.pages.world, story.typed
    ada: dict[str, Any] = {"email": ADA, "name": typed("Ada"), "time_zone": "Europe/Berlin"}
    await world.case(
        "CASE-1", client="river", contact=ada, subject=typed("Totals"), description=typed("Wrong")
    )
    await world.case("CASE-2", client="river", contact=ada, subject=typed("Question"), steps=None)
    await world.case(
        "CASE-3",
        client="harbour",
        contact={"email": BOB, "name": f"{OTHERS} Bob"},
        subject=f"{OTHERS} subject",
    )
    await world.case("CASE-4", client="river", contact=ada, subject=typed("Answered"))
    await world.tell("CASE-1", "respond", message=typed("We look into it."))
    await world.tell(
        "CASE-2", "request_information", items=[typed("A screenshot")], message=typed("Please")
    )
    await world.tell("CASE-4", "answer", message=typed("It works like this."))
    await world.tell("CASE-2", "book_call", at=_in(pages, days=2), minutes=30)


async def _scheduled(story: Story) -> None:
    """One defect of both clients, with everything that may be said of it."""
    pages, world, typed = story.pages, story.pages.world, story.typed
    await world.tell(
        "CASE-1",
        "confirm_defect",
        defect="DEF-1",
        severity="S2",
        title=f"{SECRET} title",
        functional_area=typed("Reports"),
        internal_description=f"{SECRET} description",
        public_summary=typed("Totals are wrong"),
    )
    await world.settle()
    await world.tell("CASE-3", "confirm_defect", defect="DEF-1")
    await world.settle()
    said = {"client": "harbour", "severity": "S1", "comment": f"{OTHERS} comment"}
    await world.tell("DEF-1", "record_severity_feedback", **said)
    mine = {"client": "river", "severity": "S1", "comment": typed("comment")}
    await world.tell("DEF-1", "record_severity_feedback", **mine)
    await world.tell(
        "DEF-1",
        "request_reclassification",
        client="harbour",
        severity="S1",
        justification=f"{OTHERS} justification",
    )
    await world.tell(
        "DEF-1",
        "post_progress",
        public_text=typed("We found the cause."),
        internal_note=f"{SECRET} note",
        stage="identified",
    )
    await world.tell(
        "DEF-1", "offer_workaround", description=typed("Add them up"), effort="laborious"
    )
    await world.release("REL-1", days=10, title=typed("Spring release"), public_notes=typed("News"))
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await pages.tick()


async def _outage(story: Story) -> None:
    """An S1 with a daily update, resolved; and one that is open and whose target is missed."""
    pages, world, typed = story.pages, story.pages.world, story.typed
    await world.defect(
        "DEF-4",
        "S1",
        on_case("CASE-1", time_zone="Europe/Berlin"),
        title=f"{SECRET} title",
        public_summary=typed("Reports are slow"),
        internal_description=f"{SECRET} description",
    )
    await pages.tick(hours=25)
    await world.tell("DEF-4", "post_progress", public_text=typed("A fix is tested."))
    await world.tell(
        "DEF-4", "resolve", resolution=f"{SECRET} resolution", public_text=typed("It is fast.")
    )
    await world.defect(
        "DEF-5",
        "S1",
        on_case("CASE-1", time_zone="Europe/Berlin"),
        title=typed(f"{SECRET} title"),
        public_summary=typed("Nobody can log in"),
    )
    await world.tell("DEF-5", "hold", reason=f"{SECRET} hold")
    await world.tell("DEF-5", "resume", reason=f"{SECRET} resume")
    await pages.tick(days=3)
    await world.tell("DEF-5", "post_progress", public_text=typed("Logins work again for some."))


def _in(pages: Pages, **time: float) -> str:
    return (pages.wall.at + timedelta(**time)).isoformat()
