"""`python -m tests.portal.pages.screenshots`: every page as people see it, in build/screenshots.

With `--language de` in German, with `--hostile` with markup in every text.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, ViewportSize

from portal.pages.i18n import ENGLISH, TRANSLATIONS, Translations
from runtime.time_zones import use_pinned_zones
from tests.portal.pages.installation import ADA, Pages, pages_installation
from tests.portal.pages.screen import DESK, PHONE, chromium, served, sign_in
from tests.portal.pages.staff_story import BY_MAIL, tell_the_staff_story
from tests.portal.pages.story import MARKUP, tell_the_story

OUT = Path(__file__).parents[3] / "build" / "screenshots"
PUBLIC = {"sign-in": "/sign-in", "status": "/status", "staff-sign-in": "/staff/sign-in"}
PUBLIC |= {
    "link-elsewhere": "/sign-in/token",
    "unsubscribe": "/unsubscribe/newsletter/token",
    "not-here": "/nothing",
}
CLIENT = {
    "cases": "/cases",
    "case": "/cases/CASE-2",
    "new-case": "/new-case",
    "defect": "/defects/DEF-1",
    "defect-resolved": "/defects/DEF-4",
    "preferences": "/preferences",
}
STAFF = {
    "staff": "/staff",
    "sessions": "/staff/sessions",
    "telephone": "/staff/telephone",
    "mails": "/staff/mails",
    "case-for-staff": f"/staff/cases/{BY_MAIL}",
    "compliance": "/staff/compliance",
    "letters": "/staff/letters",
}


async def take(hostile: bool, words: Translations = ENGLISH) -> None:
    """All pages, on a phone and a desk, light and dark; `hostile` with markup in every text."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        async with pages_installation(Path(folder)) as pages, chromium() as browser:
            await tell_the_story(pages, hostile=hostile)
            await tell_the_staff_story(pages, Path(folder), typed=MARKUP if hostile else "")
            async with served(pages) as at:
                for name, size in (("desk", DESK), ("phone", PHONE)):
                    for scheme in ("light", "dark"):
                        await _all(browser, pages, at, name, size, scheme, words)


async def _all(
    browser: Chromium,
    pages: Pages,
    at: str,
    device: str,
    size: ViewportSize,
    scheme: str,
    words: Translations,
) -> None:
    dark = scheme == "dark"
    context = await browser.new_context(
        viewport=size,
        color_scheme="dark" if dark else "light",
        java_script_enabled=False,
        device_scale_factor=1,
        locale=words.tag,
    )
    device = device if words is ENGLISH else f"{device}-{words.tag}"
    page = await context.new_page()
    await _each(page, at, PUBLIC, device, scheme)
    await sign_in(page, pages, at, ADA, words)
    await _each(page, at, CLIENT, device, scheme)
    await page.goto(f"{at}/staff/sign-in")
    await page.get_by_label("Your token").fill(pages.token("staff:read", "cases:write"))
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Dashboard").wait_for()
    await _each(page, at, STAFF, device, scheme)
    await context.close()


async def _each(page: Page, at: str, paths: dict[str, str], device: str, scheme: str) -> None:
    for name, path in paths.items():
        await page.goto(at + path)
        for summary in await page.locator("summary").all():
            await summary.click()
        await page.screenshot(path=OUT / f"{name}-{device}-{scheme}.png", full_page=True)


if __name__ == "__main__":
    use_pinned_zones()
    options = argparse.ArgumentParser()
    options.add_argument("--hostile", action="store_true")
    options.add_argument("--language", choices=sorted(TRANSLATIONS), default=ENGLISH.tag)
    wanted = options.parse_args()
    asyncio.run(take(wanted.hostile, TRANSLATIONS[wanted.language]))
