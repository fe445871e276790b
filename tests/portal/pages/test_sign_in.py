"""Clients sign in by a link in their mail, and nobody learns who else could."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from activities.adapters.database.tables_pages import sign_in_links, web_sessions
from portal.pages.letters import SIGN_IN
from tests.portal.pages.installation import (
    ADA,
    BOB,
    Browser,
    Forms,
    Pages,
    pages_installation,
)

NOBODY = "nobody@nowhere.example"
_CHANGING = re.compile(r'name="form_token" value="[^"]+"')


async def test_a_link_signs_in_once_and_opening_it_uses_nothing_up(story: Pages) -> None:
    """Mail programs open links before people do: only the button counts, and only once."""
    browser, other = story.browser(), story.browser()
    link = await story.asked_for_link(browser)
    for _ in range(2):
        await other.get(link)
        await browser.get(link)
    signed_in = await browser.send(link, link)
    again = await browser.http.post(link, data=await hidden(browser, "/preferences", "/sign-out"))

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/cases")
    assert "Your cases" in await browser.get("/cases")
    assert again.status_code == 410
    assert "portal-client" not in other.http.cookies


async def test_a_client_whom_an_email_led_to_a_page_comes_back_to_it(story: Pages) -> None:
    """To a case or defect of this portal, once; anywhere else is nowhere."""
    browser = story.browser()
    for page in ("/cases/CASE-000123", "/preferences"):
        answer = await browser.http.get(page)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    link = await story.asked_for_link(browser)
    signed_in = await browser.send(link, link)
    assert signed_in.headers["location"] == "/cases/CASE-000123"
    assert "portal-wanted" not in browser.http.cookies

    for elsewhere in ("//evil.example/cases/1", "/cases/../staff", "https://evil.example"):
        other = story.browser()
        other.http.cookies.set("portal-wanted", elsewhere, domain="127.0.0.1")
        link = await story.asked_for_link(other)
        assert (await other.send(link, link)).headers["location"] == "/cases"


async def hidden(browser: Browser, page: str, action: str) -> dict[str, str]:
    """What a form of a page carries."""
    return Forms(await browser.get(page)).to(action)


async def test_a_link_is_good_for_ten_minutes_and_the_newest_voids_the_others(
    story: Pages,
) -> None:
    """Late is void, and so is every other link once one was used."""
    browser, began = story.browser(), story.wall.at
    late = await story.asked_for_link(browser, BOB)
    story.wall.at += timedelta(minutes=10)
    assert (await browser.send(late, late)).status_code == 410
    first = await story.asked_for_link(browser, BOB)
    second = await story.asked_for_link(browser, BOB)
    assert (await browser.send(second, second)).status_code == 303
    assert (await browser.send(first, first)).status_code == 410
    story.wall.at = began


async def test_a_link_is_good_in_the_browser_that_asked(story: Pages) -> None:
    """Whoever has the mail only, or had a link sent to somebody else, is told what to do."""
    asking, fresh, other = (story.browser() for _ in range(3))
    link = await story.asked_for_link(asking)
    await story.asked_for_link(other, BOB)
    shown = await fresh.get(link)
    with capture_logs() as logged:
        refused = await other.send(link, link)

    assert "another browser" in shown
    assert f'action="{link}"' not in shown
    assert refused.status_code == 403
    assert "another browser" in refused.text
    assert [line["kind"] for line in logged] == ["link"]
    assert (await asking.send(link, link)).status_code == 303


async def test_the_answer_says_nothing_of_who_is_known(story: Pages) -> None:
    """The same page and cookies; a letter and a row only for whom we know."""
    browser = story.browser()
    answers = []
    for address in (ADA, NOBODY):
        response = await browser.send("/sign-in", "/sign-in", email=address)
        answers.append(_CHANGING.sub("", response.text).replace(address, "it"))
    with story.context.engine.connect() as connection:
        asked = connection.execute(select(sign_in_links.c.address)).scalars().all()

    assert answers[0] == answers[1]
    assert ADA in asked
    assert NOBODY not in asked
    assert story.letters_to(NOBODY) == []


async def test_no_link_is_made_for_an_address_that_takes_no_mail(story: Pages) -> None:
    """It would be sent to whoever has the domain that it resembles."""
    browser = story.browser()
    sent = await browser.send("/sign-in", "/sign-in", email="ada@straße.example")
    refused = await browser.send("/sign-in", "/sign-in", email="ada@ℂ.example")

    assert (sent.status_code, refused.status_code) == (200, 422)


async def test_the_letter_is_as_every_other_mail_is(story: Pages) -> None:
    """Both parts have the link, which leads to where the settings say, not the request."""
    browser = story.browser(host="evil.example")
    link = await story.asked_for_link(browser)
    letter = story.letters_to(ADA)[-1]

    assert f"http://127.0.0.1:8080{link}" in letter.text
    assert f'href="http://127.0.0.1:8080{link}"' in letter.html
    assert "evil.example" not in letter.text + letter.html
    assert letter.headers == {"X-Event": "portal.sign_in", "Auto-Submitted": "auto-generated"}


async def test_no_token_is_kept_in_clear(story: Pages) -> None:
    """Who reads the database can sign in with nothing they find."""
    browser = story.browser()
    link = await story.asked_for_link(browser)
    await browser.send(link, link)
    with story.context.engine.connect() as connection:
        kept = str(connection.execute(select(sign_in_links)).all())
        kept += str(connection.execute(select(web_sessions)).all())

    assert link.rpartition("/")[2] not in kept
    assert browser.http.cookies["portal-client"] not in kept


async def test_signing_in_makes_a_new_session_and_ends_the_one_before(story: Pages) -> None:
    """A session somebody planted in the browser is worth nothing afterwards."""
    browser = await story.signed_in()
    planted = browser.http.cookies["portal-client"]
    link = await story.asked_for_link(browser)
    await browser.send(link, link)
    other = story.browser()
    other.http.cookies.set("portal-client", planted, domain="127.0.0.1")

    assert browser.http.cookies["portal-client"] != planted
    assert (await other.http.get("/cases")).headers["location"] == "/sign-in"


async def test_a_session_ends_after_an_idle_hour_and_after_twelve_busy_ones(story: Pages) -> None:
    """However busy, and the more so if not."""
    began = story.wall.at
    idle, busy = await story.signed_in(), await story.signed_in()
    for _ in range(13):
        assert (await busy.http.get("/cases")).status_code == 200
        story.wall.at += timedelta(minutes=55)
    idled = await idle.http.get("/cases")
    story.wall.at += timedelta(minutes=5)
    over = await busy.http.get("/cases")
    story.wall.at = began

    assert (idled.headers["location"], over.headers["location"]) == ("/sign-in", "/sign-in")


async def test_one_signs_out_here_or_everywhere(story: Pages) -> None:
    """The session is gone from the server, not only the cookie from the browser."""
    here, there, third = [await story.signed_in(BOB) for _ in range(3)]
    cookie = here.http.cookies["portal-client"]
    await here.done("/cases", "/sign-out")
    here.http.cookies.set("portal-client", cookie, domain="127.0.0.1")
    assert (await here.http.get("/cases")).status_code == 303
    assert (await there.http.get("/cases")).status_code == 200
    await there.done("/preferences", "/sign-out", everywhere="yes")
    assert (await third.http.get("/cases")).status_code == 303


async def test_too_many_tries_are_turned_away(story: Pages) -> None:
    """Twenty a quarter of an hour from one computer, whomever they are for."""
    browser = story.browser()
    for number in range(20):
        sent = await browser.send("/sign-in", "/sign-in", email=f"p{number}@nowhere.example")
        assert sent.status_code == 200
    with capture_logs() as logged:
        refused = await browser.send("/sign-in", "/sign-in", email=BOB)

    assert refused.status_code == 429
    assert [(line["kind"], line["route"]) for line in logged] == [("rate", "/sign-in")]
    assert BOB not in str(logged)
    assert "192.0.2." not in str(logged)


async def test_nobody_is_shut_out_by_what_others_ask_for(pages: Pages) -> None:
    """Letters stay bounded, and a known browser is counted by itself.

    No page says that a link was sent where none was.
    """
    await pages.world.case("CASE-1", contact={"email": ADA})
    await pages.world.settle()
    own = pages.browser()
    link = await pages.asked_for_link(own)
    assert (await own.send(link, link)).status_code == 303
    sent = {200: 0, 429: 0}
    for _ in range(4):
        stranger = pages.browser()
        for _ in range(7):
            answer = await stranger.send("/sign-in", "/sign-in", email=ADA)
            sent[answer.status_code] += 1
            assert (answer.status_code == 200) == ("Check your inbox" in answer.text)
    letters = [each.headers["X-Event"] for each in pages.letters_to(ADA)].count(SIGN_IN)
    later = [await pages.asked_for_link(own) for _ in range(5)]
    refused = await own.send("/sign-in", "/sign-in", email=ADA)

    assert sent == {200: 14, 429: 14}  # And the first letter of their own: 15.
    assert letters == 15
    assert all(later)
    assert (await own.send(later[-1], later[-1])).status_code == 303
    assert refused.status_code == 429
    assert "Too many links" in refused.text


@pytest.mark.parametrize(
    ("addresses", "answers"),
    [
        ([f"2001:db8:1:2::{n}" for n in range(22)], [200] * 20 + [429] * 2),
        ([f"2001:db8:1:{n}::1" for n in range(22)], [200] * 22),
        ([f"::ffff:192.0.2.{n}" for n in range(22)], [200] * 22),
    ],
    ids=["one network", "many networks", "IPv4 within IPv6"],
)
async def test_a_network_of_ipv6_is_one_computer(
    pages: Pages, addresses: list[str], answers: list[int]
) -> None:
    """Whoever has one address of a /64 has all of them."""
    got = []
    for number, address in enumerate(addresses):
        browser = pages.browser(computer=address)
        email = f"p{number}@nowhere.example"
        got.append((await browser.send("/sign-in", "/sign-in", email=email)).status_code)

    assert got == answers


@pytest.mark.parametrize("address", ["", "ada", "a@b@c", "<ada@river.example>", "a b@c.example"])
async def test_what_is_no_address_is_said_at_its_field(story: Pages, address: str) -> None:
    """With the field marked, and what was typed still in it."""
    response = await story.browser().send("/sign-in", "/sign-in", email=address)

    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert "Please enter an email address" in response.text


async def test_over_tls_cookies_are_for_tls_only(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Secure, HttpOnly, SameSite, bound to the host; and browsers are told to stay with TLS."""
    folder = tmp_path_factory.mktemp("tls")
    async with pages_installation(folder, portal_url="https://support.vendor.example") as pages:
        response = await pages.browser().http.get("/sign-in")

    cookie = response.headers["set-cookie"]
    assert cookie.startswith("__Host-visitor=")
    for part in ("HttpOnly", "Secure", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "max-age=63072000" in response.headers["strict-transport-security"]
