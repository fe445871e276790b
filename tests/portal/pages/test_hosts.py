"""No answer leads to a host that a request made up."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from tests.portal.pages.installation import Pages, pages_installation

NAMED = "https://support.vendor.example"


@pytest_asyncio.fixture(scope="module")
async def named(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pages]:
    """An installation that says how people reach it."""
    async with pages_installation(tmp_path_factory.mktemp("named"), portal_url=NAMED) as pages:
        yield pages


@pytest.mark.parametrize("path", ["/cases/", "/sign-in/", "/status/", "/staff/"])
async def test_no_slash_leads_to_a_made_up_host(story: Pages, path: str) -> None:
    """Where no address is set any host is served, and none is repeated."""
    browser = story.browser(host="evil.example")
    for answer in (await browser.http.get(path), await browser.http.post(path)):
        assert answer.status_code in {404, 405}
        assert "evil" not in answer.headers.get("location", "")


@pytest.mark.parametrize(
    "host", ["support.vendor.example", "Support.vendor.example:443", "127.0.0.1:8080", "[::1]:8080"]
)
async def test_our_own_host_and_loopback_are_served(named: Pages, host: str) -> None:
    """The one of `DEFECTS_PORTAL_URL`, and what programs on the same machine say."""
    assert (await named.browser(host=host).http.get("/status")).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "www.support.vendor.example", "support.vendor.example.evil", "x y", ""]
)
async def test_any_other_host_is_refused_and_on_record(named: Pages, host: str) -> None:
    """For pages and programs alike."""
    browser = named.browser(host=host)
    for path in ("/status", "/cases/", "/api/v1/cases"):
        with capture_logs() as logged:
            answer = await browser.http.get(path)

        assert answer.status_code == 400
        assert [(line["event"], line["kind"]) for line in logged] == [("portal.refused", "host")]


async def test_no_method_repeats_what_was_sent(story: Pages) -> None:
    """TRACE would show cookies to whoever makes a browser send it."""
    for path in ("/status", "/api/v1/cases", "/static/icon.svg"):
        answer = await story.browser().http.request("TRACE", path, headers={"X-Mine": "SECRET"})

        assert answer.status_code in {401, 405}
        assert "SECRET" not in answer.text
