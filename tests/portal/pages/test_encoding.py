"""Nothing that anybody writes becomes markup, and nothing internal gets out (D8)."""

import re
from xml.etree import ElementTree

import pytest

from tests.portal.pages.installation import ADA, BOB, Browser, Pages
from tests.portal.pages.story import MARKUP, OTHERS, SECRET

CLIENT_PAGES = [
    "/cases",
    "/cases/CASE-1",
    "/cases/CASE-2",
    "/cases/CASE-4",
    "/defects/DEF-1",
    "/defects/DEF-3",
    "/defects/DEF-4",
    "/defects/DEF-5",
    "/new-case",
    "/preferences",
]
PUBLIC_PAGES = ["/sign-in", "/status"]
STAFF_PAGES = ["/staff", "/staff/compliance"]
PROGRAMS = ["/status/feed.atom", "/api/v2/summary.json", "/api/v2/incidents.json"]
_HANDLER = re.compile(r"<[^>]+\son\w+\s*=", re.IGNORECASE)


def is_clean(html: str) -> bool:
    """No script, no style in the text, no handler, no image, no template that was filled."""
    unwanted = ("<script", "<img", "<style", " style=", "javascript:")
    return not any(each in html for each in unwanted) and not _HANDLER.search(html)


async def everything(story: Pages, browser: Browser, paths: list[str]) -> dict[str, str]:
    """The texts of pages."""
    return {path: await browser.get(path) for path in paths}


async def test_no_page_lets_markup_through(story: Pages) -> None:
    """Every free text of cases, defects and releases is hostile, and shows as what it is."""
    shown = await everything(story, await story.signed_in(), CLIENT_PAGES)
    shown |= await everything(story, story.browser(), PUBLIC_PAGES)
    shown |= await everything(story, await story.staff(), STAFF_PAGES)
    incident = re.search(r"/status/incidents/\w+", shown["/status"])
    assert incident is not None
    shown[incident[0]] = await story.browser().get(incident[0])

    assert [path for path, html in shown.items() if not is_clean(html)] == []
    assert [path for path, html in shown.items() if MARKUP in html] == []
    without = {"/new-case", "/preferences", "/staff/compliance"}
    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert {path for path, html in shown.items() if escaped not in html} == without


async def test_no_program_gets_markup_as_markup(story: Pages) -> None:
    """The feed is XML whose only elements are Atom's; JSON is served as JSON and nothing else."""
    browser = story.browser()
    feed = ElementTree.fromstring(await browser.get("/status/feed.atom"))
    assert {element.tag.partition("}")[0] for element in feed.iter()} == {
        "{http://www.w3.org/2005/Atom"
    }
    assert any(MARKUP in (element.text or "") for element in feed.iter())
    for path in PROGRAMS[1:]:
        response = await browser.http.get(path)
        assert MARKUP in response.json()["incidents"][0]["name"]
        assert response.headers["content-type"] == "application/json"
        assert response.headers["x-content-type-options"] == "nosniff"


async def test_nothing_internal_reaches_clients_or_the_public(story: Pages) -> None:
    """D8: titles, notes, reasons and descriptions stay inside."""
    shown = await everything(story, await story.signed_in(), CLIENT_PAGES)
    shown |= await everything(story, story.browser(), [*PUBLIC_PAGES, *PROGRAMS])

    assert [path for path, text in shown.items() if SECRET in text] == []
    staff = await everything(story, await story.staff(), STAFF_PAGES)
    assert SECRET in staff["/staff"]


@pytest.mark.parametrize(("me", "others"), [(ADA, ["CASE-3"]), (BOB, ["CASE-1", "DEF-5"])])
async def test_nobody_sees_what_is_anothers(story: Pages, me: str, others: list[str]) -> None:
    """A case is its contact's; a defect is theirs whose case is on it; the rest does not exist."""
    browser = await story.signed_in(me)
    for number in others:
        kind = "cases" if number.startswith("CASE") else "defects"
        hidden = await browser.get(f"/{kind}/{number}", status=404)
        assert hidden == (await browser.get(f"/{kind}/CASE-404", status=404))
    mine = await everything(story, browser, ["/cases", "/defects/DEF-1"])
    names = [OTHERS, "harbour", "CASE-3"] if me == ADA else ["river", "CASE-1", "Ada"]
    assert [n for n in names if any(n in html.replace(BOB, "") for html in mine.values())] == []


async def test_no_page_promises_a_time(story: Pages) -> None:
    """D7: a target, a budget or a due instant is nowhere; the date of a release is."""
    shown = await everything(story, await story.signed_in(), ["/cases", "/defects/DEF-1"])
    for path, html in shown.items():
        assert "arget" not in html, path
        assert " due" not in html, path
    assert "REL-1" in shown["/defects/DEF-1"]
    assert "(Europe/Berlin)" in shown["/defects/DEF-1"]
