"""What browsers are told with every answer, and forms that did not come from our pages."""

import pytest

from portal.security import form_token
from tests.portal.pages.installation import Browser, Pages

FORMS = [
    "/sign-in",
    "/sign-in/token",
    "/sign-out",
    "/new-case",
    "/cases/CASE-1/information",
    "/cases/CASE-1/call",
    "/cases/CASE-1/call/cancel",
    "/defects/DEF-1/severity",
    "/defects/DEF-1/reclassification",
    "/preferences",
    "/staff/sign-in",
    "/staff/sign-out",
    "/staff/telephone",
    "/sessions/end",
    "/staff/sessions/end",
]


@pytest.mark.parametrize(
    "path", ["/sign-in", "/status", "/cases", "/nothing", "/api/v2/status.json"]
)
async def test_every_answer_is_told_to_be_careful(story: Pages, path: str) -> None:
    """No script, no frame, no guessing, no telling other sites; whatever the answer is."""
    headers = (await story.browser().http.get(path)).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "strict-transport-security" not in headers  # On loopback there is no TLS.


async def test_only_what_is_public_may_be_kept(story: Pages) -> None:
    """Pages of a person stay out of every cache."""
    client = await story.signed_in()

    assert (await client.http.get("/cases")).headers["cache-control"] == "no-store"
    assert "public" in (await client.http.get("/status")).headers["cache-control"]
    assert "set-cookie" not in (await story.browser().http.get("/status")).headers


async def both(story: Pages) -> Browser:
    """A browser signed in as a client and as staff."""
    browser = await story.signed_in()
    await browser.done("/staff/sign-in", "/staff/sign-in", token=story.token())
    return browser


async def test_a_form_without_the_pages_token_changes_nothing(story: Pages) -> None:
    """Not without any, not with another browser's, not with letters no token has."""
    browser = await both(story)
    for given in ("", form_token("another browser"), "é" * 43):
        for path in FORMS:
            response = await browser.http.post(path, data={"form_token": given, "email": "a@b.c"})
            assert response.status_code == 403, path
    assert (await browser.http.get("/cases")).status_code == 200


async def test_a_form_that_another_site_sends_is_refused_whatever_it_carries(
    story: Pages,
) -> None:
    """Browsers say where a form comes from; one that says nothing needs the token all the more."""
    browser = await both(story)
    token = form_token(browser.http.cookies["portal-client"])
    for site in ("cross-site", "same-site"):
        for path in FORMS:
            response = await browser.http.post(
                path, data={"form_token": token}, headers={"Sec-Fetch-Site": site}
            )
            assert response.status_code == 403, path


async def test_what_is_no_form_or_too_large_is_refused(story: Pages) -> None:
    """JSON, files, and novels."""
    http = (await story.signed_in()).http

    assert (await http.post("/new-case", json={})).status_code == 415
    assert (await http.post("/new-case", files={"a": b"b"})).status_code == 415
    large = {"description": "x" * 2_000_001}
    assert (await http.post("/new-case", data=large)).status_code == 413


@pytest.mark.parametrize(
    "path", ["/cases", "/cases/CASE-1", "/defects/DEF-1", "/new-case", "/preferences"]
)
async def test_who_is_not_signed_in_is_asked_to(story: Pages, path: str) -> None:
    """And a session of a client opens nothing of staff's, nor the other way round."""
    browser, client = story.browser(), await story.signed_in()
    browser.http.cookies.set(
        "portal-staff", client.http.cookies["portal-client"], domain="127.0.0.1"
    )

    assert (await browser.http.get(path)).headers["location"] == "/sign-in"
    assert (await browser.http.get("/staff")).headers["location"] == "/staff/sign-in"
    assert (await client.http.get("/staff")).headers["location"] == "/staff/sign-in"
