"""Staff sign in at a certified OpenID Connect provider, over its own pages, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from activities.adapters.database import DatabaseSessions
from tests import provider
from tests.identity_provider import ROLES
from tests.portal.pages.installation import Pages
from tests.portal.pages.sign_ins import HERE, a_portal
from tests.programs import free_port
from tests.provider import certified_provider

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import Page

playwright = pytest.importorskip("playwright.async_api")

from tests.portal.pages.screen import PHONE, served  # noqa: E402
from tests.system.test_pages_in_a_browser import SCHEMES, visit  # noqa: E402

SECRET = "odd: %+&=/ characters"


@asynccontextmanager
async def staff_portal(program: Path, folder: Path, port: int) -> AsyncIterator[tuple[str, Pages]]:
    """A portal's address, whose staff sign in at a certified provider on a port."""
    at = free_port()
    portal = f"http://127.0.0.1:{at}"
    pages = a_portal(
        folder,
        clock=lambda: datetime.now(UTC),
        portal_url=portal,
        oidc_issuer=f"http://127.0.0.1:{port}",
        oidc_client_id="portal",
        oidc_client_secret=SecretStr(SECRET),
        oidc_roles=ROLES,
        oidc_email_domains=("vendor.example",),
    )
    async with certified_provider(program, folder, port, portal, SECRET), served(pages, at):
        yield portal, pages
    pages.context.engine.dispose()


async def new_page(chromium: "Chromium") -> "Page":
    """Of a browser without JavaScript; what the provider's pages want from elsewhere they lack."""
    context = await chromium.new_context(java_script_enabled=False)
    await context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
    return await context.new_page()


async def sign_in(page: "Page", portal: str, login: str, wanted: str = "/staff") -> None:
    """From a page for staff over the provider's own pages, and back."""
    await page.goto(f"{portal}{wanted}")
    await page.get_by_role("button", name="Go on to 127.0.0.1").click()
    await page.get_by_placeholder("Enter any login").fill(login)
    await page.get_by_placeholder("and password").fill("any")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def test_from_a_page_for_staff_over_the_provider_and_back_and_out(
    provider_program: Path, chromium: "Chromium", tmp_path: Path
) -> None:
    """Without JavaScript, past the policies of both sides; signed out is signed out at both."""
    said: list[str] = []
    async with staff_portal(provider_program, tmp_path, free_port()) as (portal, _):
        page = await new_page(chromium)
        page.on("console", lambda line: said.append(line.text))
        await sign_in(page, portal, "ada", "/staff/letters?number=CASE-1")
        await page.get_by_text("Ada Lovelace").wait_for()
        landed = page.url
        cookies = {c["name"]: c for c in await page.context.cookies() if "portal" in c["name"]}
        await page.get_by_role("button", name="Sign out").click()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await page.get_by_role("heading", name="Sign in as staff").wait_for()
        left = page.url
        await page.get_by_role("button", name="Go on to 127.0.0.1").click()
        await page.get_by_placeholder("Enter any login").wait_for()
        await page.context.close()

    assert landed == f"{portal}/staff/letters?number=CASE-1"
    assert left.startswith(f"{portal}/staff/sign-in")
    assert cookies["portal-staff"]["httpOnly"]
    assert cookies["portal-staff"]["sameSite"] == "Lax"
    assert [line for line in said if "Content Security Policy" in line] == []


async def test_a_viewer_looks_and_whoever_is_in_no_group_stays_outside(
    provider_program: Path, chromium: "Chromium", tmp_path: Path
) -> None:
    """By the groups that the provider tells."""
    async with staff_portal(provider_program, tmp_path, free_port()) as (portal, pages):
        sessions, now = DatabaseSessions(pages.context.engine), datetime.now(UTC)
        sessions.begin("client", "ada@river.example", now)
        shown = []
        for login in ("vera", "nobody"):
            page = await new_page(chromium)
            await sign_in(page, portal, login, "/staff/sessions")
            await page.get_by_role("heading", level=1).wait_for()
            shown.append(await page.locator("main").inner_text())
            await page.context.close()

    assert "you need the scope cases:write" in shown[0]
    assert "none of your groups has a role here" in shown[1]


async def test_a_provider_that_begins_again_has_other_keys(
    provider_program: Path, chromium: "Chromium", tmp_path: Path
) -> None:
    """They are read anew; and a way back that was used is good no more, whatever the provider."""
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
    port, ways_back = free_port(), []
    for name in ("first", "second"):
        async with staff_portal(provider_program, tmp_path / name, port) as (portal, _):
            page = await new_page(chromium)
            page.on("request", lambda r: ways_back.append(r.url) if f"{HERE}?" in r.url else None)
            await sign_in(page, portal, "ada")
            await page.get_by_text("Ada Lovelace").wait_for()
            again = await page.goto(ways_back[-1])
            assert again is not None
            assert again.status == 403
            await page.context.close()

    assert len(ways_back) == 4


async def test_axe_finds_no_obstacle_where_staff_sign_in(
    provider_program: Path, chromium: "Chromium", axe_script: str, tmp_path: Path
) -> None:
    """On the page with both ways in, and the one that says why not: on a phone, light and dark."""
    found: list[str] = []
    async with staff_portal(provider_program, tmp_path, free_port()) as (portal, _):
        context = await chromium.new_context(viewport=PHONE)
        page = await context.new_page()
        await visit(page, portal, ["/staff/sign-in", HERE], axe_script, SCHEMES, found)
        await context.close()

    assert found == []


def test_its_lock_names_no_registry() -> None:
    """Packages, versions and hashes only: where they come from is the machine's own setting."""
    lock = provider.LOCK.read_text(encoding="utf-8")
    assert "sha512-" in lock
    assert "://" not in lock
