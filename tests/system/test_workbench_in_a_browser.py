"""The workbench in a real browser: from the queue to a resolution, with its script and without."""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.portal.pages.installation import ADA, Pages
from tests.portal.workbench.test_from_queue_to_resolution import SPECIALIST, three_clients
from tests.system.test_pages_in_a_browser import SCHEMES, visit

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Page

playwright = pytest.importorskip("playwright.async_api")

from tests.portal.pages.screen import PHONE, served  # noqa: E402

ACTIONS = [
    "/staff/cases/CASE-1/do/respond",
    "/staff/cases/CASE-1/do/confirm_defect?function=core",
    "/staff/cases/CASE-1/do/attach",
    "/staff/cases/CASE-1/do/assess_critical",
    "/staff/cases/CASE-1/do/book_call",
    "/staff/defects/DEF-1/do/change_severity?severity=S1&reason=logins+fail",
    "/staff/defects/DEF-1/do/merge_into?q=login",
    "/staff/releases/REL-1/do/deploy",
]
PAGES = ["/staff/queue", "/staff/cases/CASE-1", "/staff/defects/DEF-1", "/staff/releases/REL-1"]


async def signed_in(pages: Pages, at: str, context: "BrowserContext") -> "Page":
    """A page of somebody who may do everything, in the queue."""
    page = await context.new_page()
    await page.goto(f"{at}/staff/sign-in")
    token = pages.token(*SPECIALIST, "releases:read", "releases:write")
    await page.get_by_label("Your token").fill(token)
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"{at}/staff")
    await page.get_by_role("link", name="Queue").click()
    return page


ASK_NOW = "htmx.ajax('GET', '/staff/queue/changes', {source: '#changes', select: '#fresh'})"


@pytest.mark.parametrize("script", [True, False])
async def test_a_stranger_takes_a_case_from_the_queue_to_its_resolution(
    pages: Pages, chromium: "Chromium", script: bool
) -> None:
    """C6 to C9: what is on the page is enough to go by, and nothing is done unseen."""
    await three_clients(pages)
    found: list[str] = []
    async with served(pages) as at:
        context = await chromium.new_context(java_script_enabled=script)
        page = await signed_in(pages, at, context)
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        await page.get_by_role("link", name="Reply, CASE-1").click()
        await page.get_by_label("Message to the client").fill("We are looking into it.")
        await look(page, script)
        await page.locator("#ahead").get_by_text("We are looking into it.").wait_for()
        await page.get_by_role("button", name="Reply").click()
        await page.get_by_text("It is on record under your name").wait_for()
        await pages.world.settle()

        await page.get_by_role("link", name="Confirm a new defect").click()
        await page.get_by_label("Severity", exact=True).select_option("S1")
        await page.get_by_label("Functional area").fill("login")
        await page.get_by_label("Summary for clients").fill("Signing in fails")
        await look(page, script)
        await page.get_by_role("heading", name="The new defect").wait_for()
        await page.get_by_role("button", name="Confirm a new defect").click()
        await page.get_by_text("It is on record under your name").wait_for()
        await pages.world.settle()

        await page.reload()
        pages.world.numbers += re.findall(r"DEF-\d{6}", await page.content())[:1]
        await pages.world.settle()
        await page.get_by_role("link", name=re.compile("DEF-")).first.click()
        await page.get_by_role("link", name="Resolve").click()
        await page.get_by_label("Resolution").fill("failed over")
        await page.get_by_label("Text for clients").fill("Done by Friday.")
        await look(page, script)
        refused = page.locator("#ahead").get_by_text("it would be refused")
        await refused.wait_for()
        assert await page.get_by_role("button", name="Resolve", exact=True).count() == 0
        await page.get_by_label("Text for clients").fill("Signing in works again.")
        await look(page, script)
        await page.get_by_role("button", name="Resolve", exact=True).click()
        await page.get_by_text("It is on record under your name").wait_for()
        await pages.world.settle()
        await context.close()

    texts = [letter.text for letter in pages.letters_to(ADA)]
    assert sum("Signing in works again." in text for text in texts) == 1
    assert [said for said in found if "422" not in said] == []


async def look(page: "Page", script: bool) -> None:
    """With the script the consequences come while one types; without, by the button."""
    if not script:
        again = page.get_by_role("button", name=re.compile("What will happen|Look again"))
        await again.click()


async def test_the_queue_stays_fresh_and_nothing_moves(pages: Pages, chromium: "Chromium") -> None:
    """What is new is counted, what is done is marked where it is."""
    await three_clients(pages)
    async with served(pages) as at:
        context = await chromium.new_context()
        page = await signed_in(pages, at, context)
        row = page.get_by_role("link", name="Reply, CASE-2")
        before = await row.bounding_box()
        await pages.world.tell("CASE-1", "answer", message="It works like this.")
        await pages.world.case("CASE-4", client="river", subject="Another")
        await pages.world.settle()
        pages.wall.at += timedelta(seconds=20)
        # What the page does by itself every 20 seconds.
        await page.evaluate(ASK_NOW)
        await page.locator("#fresh").get_by_text("1 new").wait_for()
        async with page.expect_response(re.compile("/staff/queue/changes")) as asked:
            await page.evaluate(ASK_NOW)
        assert (await asked.value).status == 204  # Nothing is read aloud twice.
        assert await page.get_by_text("done", exact=True).count() >= 1
        assert await row.bounding_box() == before
        await context.close()


FOCUSED = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect();
    const name = it.getAttribute("aria-label") || it.labels?.[0]?.innerText || it.innerText || "";
    const outlined = getComputedStyle(it).outlineStyle !== "none";
    const seen = box.width > 0 && box.top >= 0 && box.bottom <= innerHeight && box.left >= 0;
    return {name: name.trim().split("\\n")[0], seen: seen && outlined, id: it.id};
}"""


async def tab_to(page: "Page", name: str) -> None:
    """Go on by the Tab key; wherever it stops is on the screen and is seen to be where one is."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(FOCUSED)
        if focused["name"] == name:
            assert focused["seen"], focused
            return
        # Beyond the last one the browser's own buttons come.
        assert focused["seen"] or await page.evaluate("document.activeElement === document.body")
    raise AssertionError(f"{name} is nowhere")


@pytest.mark.parametrize("script", [True, False])
async def test_a_case_is_answered_with_the_keyboard_alone(
    pages: Pages, chromium: "Chromium", script: bool
) -> None:
    """WCAG 2.1.1, 2.4.3, 2.4.7, 4.1.3: and what comes while one types is said in short."""
    await three_clients(pages)
    async with served(pages) as at:
        context = await chromium.new_context(java_script_enabled=script)
        page = await signed_in(pages, at, context)
        await page.get_by_role("heading", name="Queue", exact=True).wait_for()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await tab_to(page, "Log a case")
        await tab_to(page, "Reply, CASE-1")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Reply").wait_for()
        await tab_to(page, "Message to the client clients read this")
        await page.keyboard.type("We are looking into it.")
        if script:
            said = page.locator("#ahead-said")
            await said.get_by_text("What will happen: 1 email to clients.").wait_for()
        else:
            await tab_to(page, "What will happen")
            await page.keyboard.press("Enter")
            await page.locator("#ahead-title:focus").wait_for()
        await tab_to(page, "Reply")
        await page.keyboard.press("Enter")
        await page.locator(":focus").get_by_text("It is on record under your name").wait_for()
        await context.close()
    await pages.world.settle()
    assert "We are looking into it." in pages.letters_to(ADA)[-1].text


async def test_a_preview_takes_nobodys_focus(pages: Pages, chromium: "Chromium") -> None:
    """Whoever stands on the button still does when it comes anew; the same is said once."""
    await three_clients(pages)
    async with served(pages) as at:
        context = await chromium.new_context()
        page = await signed_in(pages, at, context)
        await page.goto(f"{at}/staff/cases/CASE-1/do/respond?message=Hello")
        await page.locator("#do").focus()
        said = []
        for text in ("One thing.", "Another."):
            async with page.expect_response(re.compile("/do/respond")) as answered:
                await page.evaluate(
                    """text => {
                        const field = document.querySelector("textarea");
                        field.value = text;
                        field.dispatchEvent(new Event("change", {bubbles: true}));
                    }""",
                    text,
                )
            said.append("ahead-said" in await (await answered.value).text())
            await page.locator("#ahead").get_by_text(text).wait_for()
            assert (await page.evaluate(FOCUSED))["id"] == "do"
        assert said == [True, False]
        await context.close()


async def test_axe_finds_no_obstacle_in_the_workbench(
    pages: Pages, chromium: "Chromium", axe_script: str
) -> None:
    """WCAG 2.2 AA as far as a program can tell, light and dark, at 360 pixels."""
    await three_clients(pages)
    await pages.world.defect("DEF-1", "S2", title="Logins are slow", functional_area="login")
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    found: list[str] = []
    async with served(pages) as at:
        context = await chromium.new_context(viewport=PHONE)
        page = await signed_in(pages, at, context)
        page.on("console", lambda said: found.append(said.text) if said.type == "error" else None)
        await visit(page, at, PAGES + ACTIONS, axe_script, SCHEMES, found)
        await context.close()
    assert found == []
