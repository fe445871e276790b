"""Where somebody is signed in can be seen and ended: by themselves, and by staff."""

import pytest
from structlog.testing import capture_logs

from activities.adapters.database.sessions import hashed
from portal.pages.browsers import rough_browser
from tests.portal.pages.installation import ADA, BOB, Browser, Forms, Pages

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
MAC = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) "


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (FIREFOX, "Firefox, Windows"),
        (MAC + "Chrome/140.0.0.0 Safari/537.36", "Chrome, macOS"),
        (MAC + "Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge, macOS"),
        (MAC + "Version/18.0 Safari/605.1.15", "Safari, macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("<script>alert(1)</script>", None),
        ("", None),
    ],
)
def test_a_browser_is_known_by_its_kind(said: str, shown: str | None) -> None:
    """And by nothing that it says in its own words."""
    assert rough_browser(said) == shown


def named(browser: Browser) -> str:
    """How people name the session of a browser."""
    return hashed(browser.http.cookies["portal-client"])[:12]


async def test_a_client_sees_their_sessions_and_ends_one(pages: Pages) -> None:
    """With the browser that asks marked; a session of somebody else cannot be ended."""
    here, there, bob = [await pages.signed_in(address) for address in (ADA, ADA, BOB)]
    page = await here.get("/preferences")
    listed = [fields["session"] for to, fields in Forms(page).found if to == "/sessions/end"]
    for session in (named(bob), named(there)):
        ended = await here.done("/preferences", "/sessions/end", session=session)

    assert page.count("this browser") == 1
    assert set(listed) == {named(here), named(there)}
    assert "Signed out." in ended
    assert [(await each.http.get("/cases")).status_code for each in (here, there, bob)] == [
        200,
        303,
        200,
    ]


async def test_signing_in_says_which_browser_it_is(story: Pages) -> None:
    """Roughly."""
    browser = story.browser(**{"User-Agent": FIREFOX})
    link = await story.asked_for_link(browser, BOB)
    await browser.send(link, link)

    assert "Firefox, Windows" in await browser.get("/preferences")


async def test_staff_end_sessions_of_clients_with_the_scope(pages: Pages) -> None:
    """One or all of a contact, on record by their token; who may only look sees them only."""
    first, second, other = [await pages.signed_in(address) for address in (ADA, ADA, BOB)]
    looking = await pages.staff()
    assert "End all of this contact" not in await looking.get("/staff/sessions")
    own = Forms(await looking.get("/staff/sessions")).to("/staff/sessions/end")
    asked = own | {"kind": "client", "subject": ADA, "session": ""}
    assert (await looking.http.post("/staff/sessions/end", data=asked)).status_code == 403
    assert (await first.http.get("/cases")).status_code == 200
    acting = pages.browser()
    await acting.done(
        "/staff/sign-in", "/staff/sign-in", token=pages.token("staff:read", "cases:write")
    )
    with capture_logs() as logged:
        await acting.done(
            "/staff/sessions", "/staff/sessions/end", kind="client", subject=ADA, session=""
        )

    assert [(await each.http.get("/cases")).status_code for each in (first, second, other)] == [
        303,
        303,
        200,
    ]
    assert ADA not in str(logged)
    assert logged[0]["event"] == "portal.sessions_ended"


async def test_staff_end_their_own_sessions(pages: Pages) -> None:
    """All of one token, and of no other."""
    token = pages.token()
    here, there, other = pages.browser(), pages.browser(), await pages.staff()
    for browser in (here, there):
        await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    page = await here.get("/staff/sessions")
    assert page.count("this one") == 1
    await here.send("/staff/sessions", "/staff/sessions/end", kind="staff", session="")

    assert (await there.http.get("/staff")).headers["location"] == "/staff/sign-in"
    assert (await other.http.get("/staff")).status_code == 200
