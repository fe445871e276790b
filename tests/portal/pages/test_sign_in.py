"""Clients sign in by a link in their mail, and nobody learns who else could."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from activities.adapters.database.tables_pages import sign_in_links, web_sessions
from tests.portal.pages.installation import ADA, BOB, Pages, pages_installation

NOBODY = "nobody@nowhere.example"
_CHANGING = re.compile(r'name="form_token" value="[^"]+"')


async def test_a_link_signs_in_once_and_opening_it_uses_nothing_up(story: Pages) -> None:
    """Mail programs open links before people do: only the button counts, and only once."""
    browser, other = story.browser(), story.browser()
    link = await story.asked_for_link(browser)
    for _ in range(2):
        await other.get(link)
    signed_in = await browser.send(link, link)
    again = await other.send(link, link)

    assert (signed_in.status_code, signed_in.headers["location"]) == (303, "/cases")
    assert "Your cases" in await browser.get("/cases")
    assert again.status_code == 410
    assert "portal-client" not in other.http.cookies


async def test_a_link_is_good_for_a_quarter_of_an_hour_and_the_newest_voids_the_others(
    story: Pages,
) -> None:
    """Late is void, and so is every other link once one was used."""
    browser, began = story.browser(), story.wall.at
    late = await story.asked_for_link(browser, BOB)
    story.wall.at += timedelta(minutes=15)
    assert (await browser.send(late, late)).status_code == 410
    first = await story.asked_for_link(browser, BOB)
    second = await story.asked_for_link(browser, BOB)
    assert (await browser.send(second, second)).status_code == 303
    assert (await story.browser().send(first, first)).status_code == 410
    story.wall.at = began


async def test_the_answer_says_nothing_of_who_is_known(story: Pages) -> None:
    """The same page, the same rows, and a letter only to whom we know."""
    browser = story.browser()
    answers = []
    for address in (ADA, NOBODY):
        response = await browser.send("/sign-in", "/sign-in", email=address)
        answers.append(_CHANGING.sub("", response.text).replace(address, "it"))
    with story.context.engine.connect() as connection:
        asked = connection.execute(select(sign_in_links.c.address)).scalars().all()

    assert answers[0] == answers[1]
    assert NOBODY in asked
    assert story.letters_to(NOBODY) == []


async def test_no_link_is_made_for_an_address_that_takes_no_mail(story: Pages) -> None:
    """It would be sent to whoever has the domain that it resembles."""
    browser = story.browser()
    sent = await browser.send("/sign-in", "/sign-in", email="ada@straße.example")
    refused = await browser.send("/sign-in", "/sign-in", email="ada@ℂ.example")
    with story.context.engine.connect() as connection:
        asked = connection.execute(select(sign_in_links.c.address)).scalars().all()

    assert sent.status_code == 200
    assert refused.status_code == 422
    assert "ada@straße.example" in asked
    assert not [address for address in asked if address.endswith(("@ℂ.example", "@c.example"))]


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
    """Twenty a quarter of an hour from one computer, whomever they are for; five letters each."""
    browser = story.browser()
    for number in range(20):
        sent = await browser.send("/sign-in", "/sign-in", email=f"p{number}@nowhere.example")
        assert sent.status_code == 200
    assert (await browser.send("/sign-in", "/sign-in", email=BOB)).status_code == 429
    story.wall.at += timedelta(hours=2)
    links = [await story.asked_for_link(story.browser(), ADA) for _ in range(7)]
    story.wall.at -= timedelta(hours=2)

    assert [bool(link) for link in links] == [True] * 5 + [False] * 2


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
