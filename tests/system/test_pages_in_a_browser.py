"""The pages in a real browser: by keyboard, without JavaScript, on a phone, light and dark."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from portal.pages.i18n import TRANSLATIONS
from tests.portal.pages.installation import ADA, Pages, on_case
from tests.portal.pages.staff_story import BY_MAIL, tell_the_staff_story
from tests.portal.pages.story import MARKUP

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page, ViewportSize

playwright = pytest.importorskip("playwright.async_api")

from tests.portal.pages.screen import DESK, PHONE, served, sign_in  # noqa: E402

PUBLIC = [
    *("/sign-in", "/sign-in/token", "/unsubscribe/newsletter/token", "/nothing"),
    *("/status", "/status/confirm/token", "/status/leave/token"),
]
CLIENT = [
    "/cases",
    "/cases/CASE-1",
    "/cases/CASE-2",
    "/defects/DEF-1",
    "/defects/DEF-4",
    "/new-case",
    "/preferences",
]
STAFF = ["/staff", "/staff/compliance", "/staff/letters"]


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
async def test_from_the_mailed_link_to_feedback_with_the_keyboard_only(
    pages: Pages, chromium: "Chromium", language: str
) -> None:
    """Without a mouse and without JavaScript: sign in, find the defect, say how severe it is."""
    words = TRANSLATIONS[language]
    await pages.world.defect(
        "DEF-1", "S3", on_case("CASE-1"), public_summary="Totals are wrong in the report"
    )
    await pages.world.release("REL-1", days=10, title="Spring release")
    await pages.tick(minutes=1)
    async with served(pages) as at:
        context = await chromium.new_context(java_script_enabled=False, locale=language)
        page = await context.new_page()
        await page.goto(f"{at}/sign-in")
        banner = await page.get_by_role("region", name="Spring release").inner_text()
        await sign_in(page, pages, at, ADA, words)
        await tab_to(page, "Totals are wrong in the report")
        await page.keyboard.press("Enter")
        await tab_to(page, words.plain("defect.tell_us"))
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await page.keyboard.type("S1")
        await page.keyboard.press("Tab")
        await page.keyboard.type("We cannot bill")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_role("status").wait_for()
        said = await page.get_by_role("status").inner_text()
        await context.close()
    (feedback,) = (await pages.world.status("DEF-1"))["feedback"]

    assert "(America/Chicago)" in banner
    assert words.plain("defect.severity_taken") in said
    assert (feedback["client"], feedback["severity"]) == ("river", "S1")


async def tab_to(page: "Page", words: str) -> None:
    """Press Tab until what has these words has the focus."""
    for _ in range(40):
        await page.keyboard.press("Tab")
        # Without JavaScript the page cannot be asked; its accessibility can.
        focused = page.locator(":focus")
        if await focused.count() and words in await focused.inner_text():
            return
    raise AssertionError(f"Tab never leads to {words}")


async def test_the_status_page_through_an_s1s_life_as_it_is_seen(
    pages: Pages, chromium: "Chromium"
) -> None:
    """Posted, updated, resolved: the verdict on top changes with it."""
    async with served(pages) as at:
        verdicts = []
        for step in (
            None,
            pages.world.defect("DEF-1", "S1", on_case("CASE-1"), public_summary="Login fails"),
            pages.world.tell("DEF-1", "post_progress", public_text="We found the cause."),
            pages.world.tell("DEF-1", "resolve", resolution="internal"),
        ):
            if step is not None:
                await step
                await pages.tick()
            page = await chromium.new_page()  # Another reader: the page may be kept a while.
            await page.goto(f"{at}/status")
            verdicts.append(await page.get_by_role("heading", level=1).inner_text())
            if step is not None and verdicts[-1].startswith("1"):
                assert await page.get_by_role("article", name="Login fails").is_visible()
            await page.context.close()

    assert verdicts == [
        "No open incidents",
        "1 open incident",
        "1 open incident",
        "No open incidents",
    ]


async def test_a_visitor_chooses_a_language_with_the_keyboard(
    story: Pages, chromium: "Chromium"
) -> None:
    """At the foot of the status page, there and back: no cache shows the page as it was before."""
    async with served(story) as at:
        context = await chromium.new_context(java_script_enabled=False, locale="en")
        page = await context.new_page()
        await page.goto(f"{at}/status")
        languages = []
        for name, ahead in (("Deutsch", "Releases und"), ("English", "Releases and")):
            await tab_to(page, name)
            await page.keyboard.press("Enter")
            await page.get_by_role("heading", name=ahead).wait_for()
            languages.append(await page.locator("html").get_attribute("lang"))
        await context.close()

    assert languages == ["de", "en"]


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
async def test_axe_finds_no_obstacle_and_nothing_is_wider_than_a_phone(
    story: Pages, chromium: "Chromium", axe_script: str, language: str
) -> None:
    """WCAG 2.2 AA as far as a program can tell, on every page, light and dark, at 360 pixels.

    In other languages the words are others, and the colours the same.
    """
    found: list[str] = []
    schemes = SCHEMES if language == "en" else SCHEMES[:1]
    async with served(story) as at:
        context = await chromium.new_context(viewport=PHONE, locale=language)
        page = await context.new_page()
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        await visit(page, at, PUBLIC, axe_script, schemes, found)
        for browser in (await story.signed_in(), await story.staff()):
            for cookie in browser.http.cookies.jar:
                given = {"name": cookie.name, "value": cookie.value or "", "url": at}
                await context.add_cookies([given])  # type: ignore[list-item]
        staff = STAFF if language == "en" else []
        await visit(page, at, CLIENT + staff, axe_script, schemes, found)
        await context.close()

    # What the pages' own policy forbids would be on the console too.
    assert [each for each in found if "404 (Not Found)" not in each] == []


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
async def test_the_same_holds_for_what_waits_for_staff(
    pages: Pages,
    chromium: "Chromium",
    axe_script: str,
    tmp_path: Path,
    size: "ViewportSize",
) -> None:
    """Mails, telephone, sessions, and the record of a case with files; hostile words in each."""
    found: list[str] = []
    await tell_the_staff_story(pages, tmp_path, typed=MARKUP)
    await pages.signed_in()
    browser, token = pages.browser(), pages.token("staff:read", "cases:write", "defects:write")
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    async with served(pages) as at:
        context = await chromium.new_context(viewport=size)
        page = await context.new_page()
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        for cookie in browser.http.cookies.jar:
            given = {"name": cookie.name, "value": cookie.value or "", "url": at}
            await context.add_cookies([given])  # type: ignore[list-item]
        paths = [f"/staff/{name}" for name in ("mails", "telephone", "sessions")]
        await visit(page, at, [*paths, f"/staff/cases/{BY_MAIL}"], axe_script, SCHEMES, found)
        shown = await page.locator("main").inner_text()
        await context.close()

    assert found == []
    assert "totals.csv" in shown


ALL_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']}"
CONTRAST = "{runOnly: ['color-contrast']}"
SCHEMES = [("light", ALL_RULES), ("dark", CONTRAST)]


async def visit(
    page: "Page",
    at: str,
    paths: list[str],
    axe: str,
    schemes: list[tuple[str, str]],
    found: list[str],
) -> None:
    """Open pages, all their details too, and note what axe finds and what does not fit."""
    for path in paths:
        await page.emulate_media(color_scheme="light")
        await page.goto(at + path)
        await page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        # Run by the debugger: the page's own policy lets no script in.
        await page.evaluate(axe)
        for scheme, rules in schemes:
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            report = await page.evaluate(f"axe.run({rules})")
            found += [
                f"{path}: {v['id']} {[n['html'][:160] for n in v['nodes']]}"
                for v in report["violations"]
            ]
        wide = await page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        if wide > 0:
            found.append(f"{path}: {wide} pixels too wide")
