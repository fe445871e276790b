"""Who a reverse proxy is told may see Temporal's web interface."""

import pytest

from tests.portal.pages.installation import Pages

PAGE = "/staff/temporals-ui"


@pytest.mark.parametrize(
    ("scopes", "status"),
    [(["staff:read", "payloads:read"], 204), (["staff:read", "defects:write"], 403)],
)
async def test_who_may_read_payloads_may_see_it(
    story: Pages, scopes: list[str], status: int
) -> None:
    """It shows whatever clients wrote, and asks nobody who they are."""
    browser = story.browser()
    await browser.done("/staff/sign-in", "/staff/sign-in", token=story.token(*scopes))
    assert (await browser.http.get(PAGE)).status_code == status


async def test_strangers_are_led_to_where_staff_sign_in(story: Pages) -> None:
    """As on every page for staff."""
    answer = await story.browser().http.get(PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")
