"""HEAD is answered wherever GET is: by pages, feeds and the HTTP interface."""

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from tests.portal.pages.installation import HERE, Pages

PUBLIC = ["/sign-in", "/status", "/status/feed.atom", "/api/v2/summary.json", "/nothing", "/cases"]
CHANGING = {"set-cookie"}


@pytest.mark.parametrize("path", [*PUBLIC, "/static/portal.css", "/staff"])
async def test_head_is_get_without_the_body(pages: Pages, path: str) -> None:
    """The same status and headers, the length of what GET would send, and nothing sent."""
    browser = pages.browser()
    head = await browser.http.head(path)
    get = await pages.browser().http.get(path)

    assert head.content == b""
    assert head.status_code == get.status_code
    assert _steady(dict(head.headers)) == _steady(dict(get.headers))
    assert head.headers["content-length"] == str(len(get.content))


async def test_head_of_the_http_interface(pages: Pages) -> None:
    """With a token as without one."""
    with_token = {"Authorization": f"Bearer {pages.token('cases:read')}"}
    http = pages.browser().http
    listed = await http.head("/api/v1/cases", headers=with_token)
    counted = await http.get("/api/v1/cases", headers=with_token)
    stranger = await http.head("/api/v1/cases")

    assert (listed.status_code, listed.content) == (200, b"")
    assert listed.headers["content-length"] == str(len(counted.content))
    assert (stranger.status_code, stranger.content) == (401, b"")


async def test_what_takes_no_get_takes_no_head(pages: Pages) -> None:
    """And an answer that lists what an address takes lists HEAD beside GET."""
    http = pages.browser().http
    with_token = {"Authorization": f"Bearer {pages.token('cases:read')}"}
    refused = await http.delete("/api/v1/cases", headers=with_token)

    assert (await http.head("/sign-out")).status_code == 405
    assert (await http.head("/language")).headers["allow"] == "POST"
    assert refused.status_code == 405
    assert refused.headers["allow"] == "GET, POST, HEAD"


async def test_what_watches_from_outside_still_learns_the_route(pages: Pages) -> None:
    """The metrics count by method and route: a HEAD stays one, and its route is known."""
    seen: list[tuple[str, str]] = []

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        await pages.app(scope, receive, send)
        seen.append((scope["method"], scope["route"].path))

    transport = httpx.ASGITransport(watched)
    async with httpx.AsyncClient(transport=transport, base_url=HERE) as http:
        await http.head("/status")

    assert seen == [("HEAD", "/status")]


def _steady(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name not in CHANGING}
