"""Temporal's own UI in a real browser, `make dev` with encryption keys behind it."""

import base64
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runtime.settings import PREFIX
from tests.programs import (
    ROOT,
    STARTER,
    Program,
    environment,
    eventually,
    free_port,
    run,
    running,
)

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page

pytest.importorskip("playwright.async_api")

from tests.portal.pages.screen import DESK
from tests.portal.pages.screenshots import OUT

KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()
OTHER = "k2:" + base64.b64encode(bytes(range(32, 64))).decode()
PORTS = ("--port", "--ui-port", "--smtp-port", "--portal-port", "--codec-port")
REFUSED = "Codec Server could not connect"
"""What the UI says of any answer that is none, a refusal too."""
SCOPES = ("--scope", "staff:read", "--scope", "payloads:read")


@dataclass(frozen=True)
class Dev:
    """What `make dev` runs, with a case in it."""

    folder: Path
    env: dict[str, str]
    ports: dict[str, int]
    token: str

    def at(self, port: str, path: str = "") -> str:
        """An address of it."""
        return f"http://127.0.0.1:{self.ports[port]}{path}"

    @property
    def workflow(self) -> str:
        """Where Temporal's UI shows the case."""
        return self.at("--ui-port", "/namespaces/default/workflows/CASE-000001")


@pytest.mark.timeout(300)
async def test_the_ui_shows_what_payloads_say_to_whoever_signed_in(
    tmp_path: Path, chromium: "Chromium"
) -> None:
    """To nobody before and to nobody after; of a key that is gone it shows the word instead."""
    OUT.mkdir(parents=True, exist_ok=True)
    async with a_dev(tmp_path) as dev, codec_of_another_key(dev) as elsewhere:
        page = await (await chromium.new_context(viewport=DESK)).new_page()
        await page.goto(dev.workflow)
        await page.get_by_text(REFUSED).filter(visible=True).first.wait_for()
        await ask_with_credentials(page, dev.at("--codec-port"))
        await page.goto(dev.workflow)
        await page.get_by_text(REFUSED).filter(visible=True).first.wait_for()
        hidden = await page.locator("main").inner_text()
        await page.screenshot(path=OUT / "temporal-ui-signed-out.png")

        await sign_in(page, dev)
        await page.goto(dev.workflow)
        await page.locator(".cm-line", has_text="Nobody can log in").first.wait_for()
        assert await page.get_by_text(REFUSED).count() == 0
        await page.screenshot(path=OUT / "temporal-ui-signed-in.png")

        await ask_with_credentials(page, elsewhere)
        await page.goto(dev.workflow)
        await page.locator(".cm-line", has_text="under the key 'k1'").first.wait_for()
        lacking = await page.locator("main").inner_text()
        await page.screenshot(path=OUT / "temporal-ui-retired-key.png")

        await ask_with_credentials(page, dev.at("--codec-port"))
        await page.goto(dev.at("--portal-port", "/staff"))
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_label("Your token").wait_for()
        await page.goto(dev.workflow)
        await page.get_by_text(REFUSED).filter(visible=True).first.wait_for()
        hidden_again = await page.locator("main").inner_text()
        await page.context.close()

    for shown in (hidden, lacking, hidden_again):
        assert "CASE-000001" in shown
        assert "log in" not in shown
    assert "DEFECTS_ENCRYPTION_KEYS" in lacking


async def sign_in(page: "Page", dev: Dev) -> None:
    """At the portal's page for staff, as anybody would."""
    await page.goto(dev.at("--portal-port", "/staff/sign-in"))
    await page.get_by_label("Your token").fill(dev.token)
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Dashboard").wait_for()


async def ask_with_credentials(page: "Page", endpoint: str) -> None:
    """Have the UI ask this codec server and bring the cookies along, as the runbook says."""
    await page.locator("[data-testid^=data-encoder-status]:visible").first.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_text("Use my browser setting").click()
    await dialog.get_by_role("textbox").fill(endpoint)
    credentials = dialog.get_by_role("switch", name="Include cross-origin credentials")
    if not await credentials.is_checked():
        await dialog.get_by_text("Include cross-origin credentials").click()
    await dialog.get_by_role("button", name="Apply").click()
    await dialog.wait_for(state="hidden")


@asynccontextmanager
async def a_dev(folder: Path) -> AsyncIterator[Dev]:
    """`make dev` with a key, a case, and a token for whoever may read it."""
    ports = {name: free_port() for name in PORTS}
    options = [word for name, number in ports.items() for word in (name, str(number))]
    env = environment(
        folder,
        TEMPORAL_ADDRESS=f"127.0.0.1:{ports['--port']}",
        DEFECTS_DATABASE_URL=f"sqlite:///{folder / 'dev' / 'defects.db'}",
        DEFECTS_ENCRYPTION_KEYS=KEY,
    )
    command = (*STARTER, "dev", *options, "--folder", str(folder / "dev"))
    async with running(*command, folder=folder, env=env) as program:
        await eventually("everything is up", lambda: _says(program, "Payloads are encrypted"))
        opened = await run(
            *(*STARTER, "open-case", "--client", "river", "--email", "you@example.org"),
            *("--subject", "Nobody can log in", "--json"),
            folder=folder,
            env=env,
        )
        assert opened.answer["number"] == "CASE-000001"
        made = await run(*STARTER, "token", "create", "lead-1", *SCOPES, folder=folder, env=env)
        yield Dev(folder, env, ports, made.out.strip())


@asynccontextmanager
async def codec_of_another_key(dev: Dev) -> AsyncIterator[str]:
    """A codec server that lacks the key, as after a rotation that ended too early."""
    address = f"127.0.0.1:{free_port()}"
    env = dev.env | {
        f"{PREFIX}ENCRYPTION_KEYS": OTHER,
        f"{PREFIX}CODEC_ADDRESS": address,
        f"{PREFIX}CODEC_ORIGINS": dev.at("--ui-port"),
        "PYTHONPATH": str(ROOT),
    }
    command = (sys.executable, "-m", "portal.codec_server")
    async with running(*command, folder=dev.folder, env=env) as program:
        await program.logs(f"Uvicorn running on http://{address} (Press CTRL+C to quit)")
        yield f"http://{address}"


def _says(program: Program, words: str) -> bool:
    assert program.alive, program.err
    return words in program.out
