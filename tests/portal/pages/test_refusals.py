"""Whoever is turned away is on record, with nothing secret in it, and cannot flood the record."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from activities.adapters.database.sessions import hashed
from activities.adapters.database.tokens import DatabaseTokens
from portal import refusals
from portal.refusals import REFUSED, refused
from portal.serving import application_server
from tests.portal.pages.installation import Pages
from tests.workflows.world import settings_of_tests

COMPUTER = hashed("192.0.2.77")[:16]


def count(kind: str) -> float:
    """How many were turned away for this reason."""
    value: float = REFUSED.labels(kind)._value.get()
    return value


@pytest.fixture(autouse=True)
def _quiet_before() -> None:
    """Nobody was turned away just before."""
    refusals._lines = refusals._Lines()


def unknown(_: Pages) -> str:
    """A token that was never made."""
    return f"dft_0123456789ab_{'x' * 43}"


def revoked(pages: Pages) -> str:
    """One that was."""
    token = pages.token("cases:read")
    DatabaseTokens(pages.context.engine).revoke(token.split("_")[1], pages.wall.at)
    return token


def expired(pages: Pages) -> str:
    """One whose time is over."""
    made, _ = DatabaseTokens(pages.context.engine).create(
        "crm", ["cases:read"], pages.wall.at - timedelta(days=2), timedelta(days=1)
    )
    return made


def lacking(pages: Pages) -> str:
    """One for something else."""
    return pages.token("releases:read")


@pytest.mark.parametrize(
    ("made", "kind", "route"),
    [
        (unknown, "token", "/api/v1/*"),
        (revoked, "token", "/api/v1/*"),
        (expired, "token", "/api/v1/*"),
        (lacking, "scope", "/api/v1/cases"),
    ],
)
async def test_a_token_that_is_refused_leaves_a_line(
    story: Pages, made: Callable[[Pages], str], kind: str, route: str
) -> None:
    """With the id of the token, not the token; and it is counted."""
    token, before = made(story), count(kind)
    http = story.browser("192.0.2.77").http
    with capture_logs() as logged:
        answer = await http.get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})

    assert answer.status_code in {401, 403}
    assert logged == [
        {
            "event": "portal.refused",
            "log_level": "warning",
            "kind": kind,
            "route": route,
            "token": token.split("_")[1],
            "contact": None,
            "computer": COMPUTER,
            "left_out": 0,
        }
    ]
    assert count(kind) == before + 1


async def test_a_request_without_a_token_leaves_a_line_too(story: Pages) -> None:
    """Whatever is there instead is not written down."""
    with capture_logs() as logged:
        await story.browser().http.get("/api/v1/cases", headers={"Authorization": "Basic SECRET"})

    assert [(line["kind"], line["token"]) for line in logged] == [("token", None)]
    assert "SECRET" not in str(logged)


async def _foreign_form(pages: Pages) -> httpx.Response:
    browser = await pages.signed_in()
    return await browser.http.post("/sign-out", data={"form_token": "SECRET"})


async def _form_of_another_site(pages: Pages) -> httpx.Response:
    return await pages.browser().http.post("/language", headers={"Sec-Fetch-Site": "cross-site"})


async def _void_link(pages: Pages) -> httpx.Response:
    browser = pages.browser()
    await pages.asked_for_link(browser, "nobody@nowhere.example")
    return await browser.send("/sign-in/SECRET", "/sign-in/SECRET")


async def _wrong_staff_token(pages: Pages) -> httpx.Response:
    return await pages.browser().send("/staff/sign-in", "/staff/sign-in", token="SECRET")


async def _large_form(pages: Pages) -> httpx.Response:
    return await pages.browser().http.post("/language", data={"back": "/" + "SECRET" * 1_000})


@pytest.mark.parametrize(
    ("request_of", "kind", "status"),
    [
        (_foreign_form, "form", 403),
        (_form_of_another_site, "form", 403),
        (_void_link, "link", 410),
        (_wrong_staff_token, "staff_token", 422),
        (_large_form, "too_large", 413),
    ],
)
async def test_a_page_that_refuses_leaves_a_line(
    story: Pages, request_of: Any, kind: str, status: int
) -> None:
    """Of its kind, without what was sent."""
    with capture_logs() as logged:
        answer = await request_of(story)

    assert answer.status_code == status
    lines = [line for line in logged if line["event"] == "portal.refused"]
    assert [line["kind"] for line in lines] == [kind]
    assert "SECRET" not in str(lines)


def test_refusals_by_the_thousand_do_not_fill_the_log() -> None:
    """All are counted; the next line says how many had none."""
    before = count("token")
    with capture_logs() as logged:
        for _ in range(2_000):
            refused("token", {"client": ("192.0.2.7", 1)})

    assert count("token") == before + 2_000
    assert refusals.LINES.burst <= len(logged) < refusals.LINES.burst + 50


@pytest.mark.parametrize(
    ("allowed", "warned"),
    [(None, False), ("127.0.0.1", False), ("*", True), ("10.0.0.1,*", True)],
)
def test_a_server_that_believes_everybody_says_so(
    monkeypatch: pytest.MonkeyPatch, allowed: str | None, warned: bool
) -> None:
    """Limits for each computer would be none."""
    monkeypatch.delenv("FORWARDED_ALLOW_IPS", raising=False)
    if allowed is not None:
        monkeypatch.setenv("FORWARDED_ALLOW_IPS", allowed)

    async def app(*_: Any) -> None: ...

    with capture_logs() as logged:
        application_server(app, "127.0.0.1:1", settings_of_tests())

    assert [line["event"] for line in logged] == ["portal.forwarded_by_anybody"] * warned
