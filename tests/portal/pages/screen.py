"""A real browser before the pages: Chromium where it is installed, and a server on loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, ViewportSize, async_playwright

from activities.ports import Letter
from portal.pages.i18n import ENGLISH, Translations
from portal.pages.letters import SIGN_IN
from tests.portal.pages.installation import Pages, link_in

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 900}


@asynccontextmanager
async def served(pages: Pages, port: int = 0) -> AsyncIterator[str]:
    """The address at which the pages are, on a port of loopback, any free one unless it is said."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        config = uvicorn.Config(pages.app, log_config=None, access_log=False, lifespan="off")
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            await task


@asynccontextmanager
async def chromium() -> AsyncIterator[Chromium]:
    """The browser, which goes nowhere by itself."""
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def sign_in(
    page: Page, pages: Pages, at: str, address: str, words: Translations = ENGLISH
) -> None:
    """From the sign-in page by the mailed link to the cases, without a mouse."""
    came: asyncio.Future[Letter] = asyncio.get_running_loop().create_future()
    pages.world.mailbox.before_send = _hand_to(came)
    await page.goto(f"{at}/sign-in")
    await page.get_by_label(words.plain("sign_in.address")).fill(address)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=words.plain("sign_in.sent")).wait_for()
    # The letter leaves behind the answer.
    letter = await asyncio.wait_for(came, 10)
    await page.goto(at + link_in(letter))
    await page.locator("button:focus").wait_for()  # It takes the focus a moment after the page.
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name=words.plain("cases.title"), exact=True).wait_for()


def _hand_to(came: "asyncio.Future[Letter]") -> Callable[[Letter], None]:
    """Hands the link to whoever waits for it, from whatever thread sends it."""
    loop = came.get_loop()

    def take(letter: Letter) -> None:
        if letter.headers["X-Event"] == SIGN_IN and not came.done():
            loop.call_soon_threadsafe(came.set_result, letter)

    return take
