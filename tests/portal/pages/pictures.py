"""`python -m tests.portal.pages.pictures`: the pictures of the documentation, from what runs.

With `portal`, `temporal` or `charts` behind it, only those. Portal and mails are those of an
installation with a past on the virtual clock; Temporal's UI is that of `starter.py dev`; charts are
what Mermaid makes of the text on the pages.
"""

import asyncio
import re
import sys
import tempfile
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, ViewportSize

from runtime.time_zones import use_pinned_zones
from tests.portal.pages.browser_scripts import MERMAID, script
from tests.portal.pages.installation import ADA, Pages, pages_installation
from tests.portal.pages.picture_story import tell_the_picture_story
from tests.portal.pages.screen import PHONE, chromium, served, sign_in
from tests.portal.pages.staff_story import BY_MAIL, tell_the_staff_story
from tests.programs import (
    STARTER,
    Ended,
    environment,
    eventually,
    free_port,
    run,
    running,
)
from tools.docs.charts import PICTURES as OUT
from tools.docs.charts import charts_in, file_of
from tools.docs.repository import BROUGHT_IN, ROOT

DESK: ViewportSize = {"width": 1000, "height": 700}
LARGEST, ALL_TOGETHER = 150_000, 1_500_000
"""Bytes of one picture, and of all: they are read over slow lines, and kept for ever."""
S1 = "DEF-000044"
_TO_S2 = "severity=S2&reason=there+is+a+laborious+way+round"
_WIDTH = re.compile(r"max-width: ([\d.]+)px")
_AS_THE_SITE = {
    "startOnLoad": False,
    "theme": "base",
    "htmlLabels": False,
    "flowchart": {"htmlLabels": False},
    "fontFamily": "sans-serif",
    "themeVariables": {"fontSize": "13px"},
    "themeCSS": """
        .node rect { fill: var(--drawn-box); stroke: var(--drawn-edge); }
        .flowchart-link { stroke: var(--drawn-edge); }
        .marker { fill: var(--drawn-edge); stroke: var(--drawn-edge); }
        text, tspan { fill: var(--md-typeset-color); }
        .edgeLabel rect { fill: var(--md-default-bg-color); opacity: 1; }
    """,
}
"""Mermaid's settings: text that is text, in the colours of the page, light or dark."""


async def take(only: Collection[str]) -> None:
    """Those of the portal and of mails, those of Temporal's UI, the charts, or all."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with chromium() as browser:
            if "portal" in only:
                async with pages_installation(Path(folder)) as pages:
                    await tell_the_picture_story(pages)
                    async with served(pages) as at:
                        await _portal(browser, pages, at)
                    await _mail(browser, pages)
                    await tell_the_staff_story(pages, Path(folder))
                    async with served(pages) as at:
                        await _staff(browser, pages, at)
            if "temporal" in only:
                await _temporal_ui(browser, Path(folder))
            if "charts" in only:
                await _charts(browser)


async def _charts(browser: Chromium) -> None:
    """Each chart of the pages that the site has, and no other."""
    pages = [*(ROOT / "docs").rglob("*.md"), *(ROOT / n for n in BROUGHT_IN if n.endswith(".md"))]
    for old in OUT.glob("chart-*.svg"):
        old.unlink()
    page = await _page(browser, DESK)
    await page.set_content("<!doctype html>")
    await page.add_script_tag(path=script(MERMAID))
    await page.evaluate("settings => mermaid.initialize(settings)", _AS_THE_SITE)
    for chart in {chart for file in pages for chart in charts_in(file.read_text("utf-8"))}:
        drawing = file_of(chart)
        draw = "async ([id, chart]) => (await mermaid.render(id, chart)).svg"
        svg = await page.evaluate(draw, [drawing.stem, chart])
        drawing.write_text(_WIDTH.sub(_scrolled, svg, count=1) + "\n", "utf-8")
    await page.context.close()


async def _portal(browser: Chromium, pages: Pages, at: str) -> None:
    page = await _page(browser, DESK)
    await page.goto(f"{at}/sign-in")
    await _kept(page, "sign-in", 640)
    await page.goto(f"{at}/status")
    await _kept(page, "status", 760)
    await sign_in(page, pages, at, ADA)
    await _kept(page, "cases", 760)
    await page.goto(f"{at}/defects/{S1}")
    await _kept(page, "defect", 900)
    phone = await _page(browser, PHONE)
    await sign_in(phone, pages, at, ADA)
    await phone.goto(f"{at}/defects/{S1}")
    await _kept(phone, "defect-phone", 740)
    await page.goto(f"{at}/staff/sign-in")
    await _let_staff_in(page, pages)
    await _kept(page, "staff", 860)
    await page.goto(f"{at}/staff/compliance")
    await _kept(page, "compliance", 1000)
    await page.goto(f"{at}/staff/queue")
    await _kept(page, "queue", 900)
    await page.goto(f"{at}/staff/defects/{S1}")
    await _kept(page, "defect-for-staff", 900)
    await page.goto(f"{at}/staff/defects/{S1}/do/change_severity?{_TO_S2}")
    await _kept(page, "what-will-happen", 1000)
    for each in (page, phone):
        await each.context.close()


async def _let_staff_in(page: Page, pages: Pages) -> None:
    token = pages.token("staff:read", "cases:write", "defects:write")
    await page.get_by_label("Your token").fill(token)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Dashboard").wait_for()


async def _staff(browser: Chromium, pages: Pages, at: str) -> None:
    """What came by mail, as staff see it."""
    page = await _page(browser, DESK)
    await page.goto(f"{at}/staff/sign-in")
    await _let_staff_in(page, pages)
    await page.goto(f"{at}/staff/mails")
    await page.locator("summary").first.click()
    await _kept(page, "mails-set-aside", 840)
    await page.goto(f"{at}/staff/cases/{BY_MAIL}")
    await _kept(page, "case-for-staff", 900)
    await page.context.close()


async def _mail(browser: Chromium, pages: Pages) -> None:
    """The daily update as a mail program shows it."""
    letters = pages.letters_to(ADA)
    letter = next(x for x in reversed(letters) if x.headers["X-Event"] == "defect.update")
    page = await _page(browser, {"width": 680, "height": 640})
    await page.set_content(letter.html)
    await page.screenshot(path=OUT / "mail.png")
    await page.context.close()


async def _temporal_ui(browser: Chromium, folder: Path) -> None:
    """The card of an S1."""
    async with _a_dev(folder) as ui:
        page = await _page(browser, {"width": 1180, "height": 1150})
        await page.goto(f"{ui}/namespaces/default/workflows/DEF-000001")
        await page.locator("a[href*='/user-metadata']").filter(visible=True).click()

        async def drawn() -> bool:
            frame = page.frame(name="user-metadata-current-details")
            said = await frame.locator("body").inner_text() if frame else ""
            return "defect.escalated to coo" in said

        await eventually("the card is there", drawn)
        await page.screenshot(
            path=OUT / "temporal-ui.png", clip={"x": 256, "y": 64, "width": 924, "height": 1070}
        )
        await page.context.close()


def _scrolled(width: re.Match[str]) -> str:
    """On a narrow screen a chart is scrolled before its words become too small to read."""
    return f"min-width: {0.75 * float(width[1]):.0f}px; max-width: {float(width[1]):.0f}px"


async def _page(browser: Chromium, size: ViewportSize) -> Page:
    context = await browser.new_context(viewport=size, color_scheme="light")
    return await context.new_page()


async def _kept(page: Page, name: str, height: int) -> None:
    """The top of the page, down to a height."""
    whole = await page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"] if page.viewport_size else DESK["width"]
    await page.screenshot(
        path=OUT / f"{name}.png",
        full_page=True,
        clip={"x": 0, "y": 0, "width": width, "height": min(height, whole)},
    )


@asynccontextmanager
async def _a_dev(folder: Path) -> AsyncIterator[str]:
    """Where the UI of a development installation with an S1 is."""
    names = ("--port", "--ui-port", "--smtp-port", "--portal-port", "--codec-port")
    ports = {name: free_port() for name in names}
    options = [word for name, port in ports.items() for word in (name, str(port))]
    env = environment(
        folder,
        TEMPORAL_ADDRESS=f"127.0.0.1:{ports['--port']}",
        DEFECTS_DATABASE_URL=f"sqlite:///{folder / 'dev' / 'defects.db'}",
    )
    command = (*STARTER, "dev", *options, "--folder", str(folder / "dev"))

    async def starter(*arguments: str) -> Ended:
        ended = await run(*STARTER, *arguments, folder=folder, env=env)
        assert ended.code == 0, ended.err
        return ended

    async with running(*command, folder=folder, env=env) as program:
        await eventually("everything is up", lambda: "Everything is up" in program.out)
        await starter(
            *("open-case", "--client", "river", "--email", ADA, "--priority", "critical"),
            *("--subject", "Nobody can log in"),
        )
        await starter(
            *("confirm", "CASE-000001", "--severity", "S1", "--area", "login"),
            *("--title", "SSO metadata expired on all nodes"),
        )
        progress = "An expired certificate keeps users from logging in."
        await starter("post-progress", "DEF-000001", "--stage", "identified", "--text", progress)

        async def settled() -> bool:
            return "pending_deliveries   0" in (await starter("status", "DEF-000001")).out

        await eventually("everybody was told", settled)
        yield f"http://127.0.0.1:{ports['--ui-port']}"


if __name__ == "__main__":
    use_pinned_zones()
    asyncio.run(take(sys.argv[1:] or ("portal", "temporal", "charts")))
    sizes = {file.name: file.stat().st_size for file in sorted(OUT.glob("*.png"))}
    print("\n".join(f"{size:8,}  {name}" for name, size in sizes.items()))
    if max(sizes.values()) > LARGEST or sum(sizes.values()) > ALL_TOGETHER:
        sys.exit("They are too large.")
