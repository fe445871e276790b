"""What browsers are told with every answer, and forms that did not come from our pages."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from portal.pages import forms
from portal.pages.forms import MOST_BYTES
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


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sent:
    """A body of many parts, and how many of them were fetched."""

    def __init__(self) -> None:
        self.fetched = 0

    async def parts(self) -> AsyncIterator[bytes]:
        """A hundred of 100 kB."""
        for _ in range(100):
            self.fetched += 1
            yield b"x" * 100_000


@pytest.mark.parametrize("said", [{}, {"Content-Length": "10", "Transfer-Encoding": "chunked"}])
async def test_a_form_is_counted_as_it_comes(story: Pages, said: dict[str, str]) -> None:
    """Whatever its length is said to be: no more than is allowed is ever held."""
    browser, sent = await story.signed_in(), Sent()
    answer = await browser.http.post("/new-case", content=sent.parts(), headers=FORM | said)

    assert answer.status_code == 413
    assert answer.headers["connection"] == "close"
    assert sent.fetched == MOST_BYTES // 100_000 + 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sign-in", {}, 403),
        ("/sign-in", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/language", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("/language", {"Content-Type": "text/plain"}, 415),
        ("/sign-in", {"Content-Length": "10000000"}, 403),
        ("/language", {"Content-Length": "10000000"}, 413),
        ("/language", {"Content-Length": "ten"}, 400),
    ],
)
async def test_what_would_be_refused_anyway_is_not_read(
    story: Pages, path: str, headers: dict[str, str], status: int
) -> None:
    """Without a cookie of ours, from another site, of another type, too large by its own words."""
    sent = Sent()
    answer = await story.browser().http.post(path, content=sent.parts(), headers=FORM | headers)

    assert answer.status_code == status
    # The transport of the test looks at the first part before it asks.
    assert sent.fetched <= 1


async def test_a_form_that_does_not_arrive_is_given_up(
    story: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an answer."""
    monkeypatch.setattr(forms, "ARRIVAL_SECONDS", 0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"form_token="
        await asyncio.Event().wait()

    answer = await (await story.signed_in()).http.post("/sign-out", content=slow(), headers=FORM)

    assert answer.status_code == 408


async def test_of_two_fields_of_a_name_the_last_counts(story: Pages) -> None:
    """And more fields than any form of ours has are too many."""
    http = story.browser().http
    twice = "language=de&language=en&back=%2Fstatus"
    many = "&".join(f"a{n}=1" for n in range(51))

    chosen = await http.post("/language", content=twice, headers=FORM)
    assert "portal-language=en" in chosen.headers["set-cookie"]
    assert (await http.post("/language", content=many, headers=FORM)).status_code == 413


async def test_a_visitor_is_not_sent_to_a_novel(story: Pages) -> None:
    """The page to go back to is an address, not a text."""
    http = story.browser().http
    for back, leads in (("/status?" + "x" * 400, "/status?" + "x" * 400), ("/" + "x" * 600, "/")):
        answer = await http.post("/language", data={"language": "de", "back": back})
        assert answer.headers["location"] == leads


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
