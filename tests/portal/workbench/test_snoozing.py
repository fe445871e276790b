"""Staff put a reminder off in the workbench, over HTTP, or from the command line."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest_asyncio

from tests.domain.builders import CHICAGO
from tests.portal.pages.installation import Pages, on_case, pages_installation
from tests.portal.workbench.test_from_queue_to_resolution import done, looked, specialist

ADDRESS = "/staff/defects/DEF-1/do/snooze"
ENGINEERING = "engineering@vendor.example"
NUDGE = "defect.update_needed"


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """An S1 whose first daily update had no text."""
    async with pages_installation(tmp_path) as standing:
        await standing.world.defect("DEF-1", "S1", on_case("CASE-1"))
        await standing.tick(hours=24)
        yield standing


def nudges(pages: Pages) -> int:
    """How often engineering was asked for a text."""
    return pages.world.mailbox.events(to=ENGINEERING).count(NUDGE)


def typed(pages: Pages, **ahead: float) -> dict[str, str]:
    """The form, filled in."""
    until = pages.wall.at + timedelta(**ahead)
    return {"reminder": NUDGE, "until": f"{until.astimezone(CHICAGO):%Y-%m-%dT%H:%M}"}


async def test_a_reminder_is_put_off_and_comes_again(pages: Pages) -> None:
    """The form offers what a defect can have; the page shows first what moves, then until when."""
    browser = await specialist(pages)
    assert "Put a reminder off" in await browser.get("/staff/defects/DEF-1")
    form = await browser.get(ADDRESS)
    assert "<option >reclassification.reminder</option>" in form
    assert "call.reminder" not in form
    said = typed(pages, days=3)
    shown = await looked(browser, ADDRESS, **said)
    assert "The next update needs a text, again to engineering</strong>: starts" in shown
    assert "No email" not in shown
    page = await done(browser, ADDRESS, **said)
    await pages.tick()
    defect = await browser.get("/staff/defects/DEF-1")
    assert "<dt>Put off</dt><dd>The next update needs a text, until" in defect
    assert "DEF-1" in page

    assert nudges(pages) == 1
    await pages.tick(days=2)
    assert nudges(pages) == 1
    await pages.tick(days=1, minutes=1)
    assert nudges(pages) == 2
    later = await specialist(pages)
    assert "<dt>Put off</dt>" not in await later.get("/staff/defects/DEF-1")
    assert await pages.world.assert_replays() == 1


async def test_what_cannot_be_put_off_is_refused_at_its_field(pages: Pages) -> None:
    """Too far ahead; nothing is done."""
    browser = await specialist(pages)
    shown = await looked(browser, ADDRESS, **typed(pages, days=8))

    assert "must be after" in shown
    assert 'id="action-until-wrong"' in shown
