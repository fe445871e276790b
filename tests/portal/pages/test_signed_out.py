"""A client's session that ends while they type: the text is there once they are signed in."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from tests.portal.pages.installation import ADA, BOB, Browser, Forms, Pages, pages_installation

PAGE = "/new-case"
TYPED = {
    "subject": "Totals",
    "description": "They are <b>wrong</b>.\nAll of them.",
    "priority": "critical",
}


@pytest_asyncio.fixture(scope="module")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pages]:
    """One installation for all, whose clock only goes on: Ada and Bob have a case each."""
    async with pages_installation(tmp_path_factory.mktemp("signed-out")) as standing:
        for number, address in (("CASE-A", ADA), ("CASE-B", BOB)):
            await standing.world.case(number, client=number.lower(), contact={"email": address})
        await standing.tick()
        yield standing


async def typing(pages: Pages, hours: float = 1.5) -> tuple[Browser, dict[str, str]]:
    """Ada, with a form that she opened some time ago."""
    browser = await pages.signed_in()
    form = Forms(await browser.get(PAGE)).to(PAGE) | TYPED
    pages.wall.at += timedelta(hours=hours)
    return browser, form


async def sign_in_again(pages: Pages, browser: Browser, address: str = ADA) -> None:
    """By a new link, in the same browser."""
    link = await pages.asked_for_link(browser, address)
    assert (await browser.send(link, link)).status_code == 303


async def test_what_was_typed_is_shown_and_can_be_sent_again(pages: Pages) -> None:
    """From the tab that it was typed in; sent twice, it is one case."""
    browser, form = await typing(pages)
    out = await browser.http.post(PAGE, data=form)
    assert out.status_code == 401
    assert "They are &lt;b&gt;wrong&lt;/b&gt;.\nAll of them." in out.text
    kept = Forms(out.text).to(PAGE)
    assert kept.items() >= form.items() - {("form_token", form["form_token"])}
    assert (await browser.http.post(PAGE, data=kept)).status_code == 401

    await sign_in_again(pages, browser)
    first, second = [await browser.http.post(PAGE, data=kept) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    number = first.headers["location"].removeprefix("/cases/").partition("?")[0]
    pages.world.numbers.append(number)
    assert (await pages.world.status(number))["priority"] == "critical"


async def test_a_form_left_open_is_good_after_signing_in_from_another_tab(pages: Pages) -> None:
    """One that asked for a page, and was led to the sign-in."""
    browser, form = await typing(pages)
    assert (await browser.http.get("/cases")).headers["location"] == "/sign-in"
    await sign_in_again(pages, browser)
    assert (await browser.http.post(PAGE, data=form)).status_code == 303


async def test_a_form_is_good_after_a_weekend_and_copied_after_a_holiday(pages: Pages) -> None:
    """Others have signed in meanwhile, which tidies up: whose the form is, is known for a week."""
    for hours, may_send in ((63.0, True), (300.0, False)):
        browser, form = await typing(pages, hours)
        await sign_in_again(pages, pages.browser(), BOB)
        out = await browser.http.post(PAGE, data=form)
        assert "They are &lt;b&gt;wrong&lt;/b&gt;.\nAll of them." in out.text
        assert ("Send it again" in out.text, "Copy what you typed" in out.text) == (
            may_send,
            not may_send,
        )
        await sign_in_again(pages, browser)
        status = (await browser.http.post(PAGE, data=form)).status_code
        assert status == (303 if may_send else 403)


async def test_who_typed_nothing_is_led_to_the_sign_in(pages: Pages) -> None:
    """A choice alone is soon made again."""
    browser = await pages.signed_in()
    form = Forms(await browser.get("/preferences")).to("/preferences")
    pages.wall.at += timedelta(minutes=90)
    out = await browser.http.post("/preferences", data=form)
    assert (out.status_code, out.headers["location"]) == (303, "/sign-in")


async def test_it_is_in_the_language_of_its_reader(pages: Pages) -> None:
    """As the pages were before."""
    browser, form = await typing(pages)
    headers = {"Accept-Language": "de"}
    browser.http.cookies.delete("portal-language")
    out = await browser.http.post(PAGE, data=form, headers=headers)
    assert "Sie wurden abgemeldet" in out.text
    assert "Betreff" in out.text
    assert "critical" not in re.sub("<input[^>]*>", "", out.text)


async def test_nobody_else_gets_it_and_nobody_forges_it(pages: Pages) -> None:
    """Another person in the same browser, another site, a guess, and who has signed out."""
    browser, form = await typing(pages)
    for wrong, headers in (
        ({"form_token": "guessed"}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = await browser.http.post(PAGE, data=form | wrong, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    await sign_in_again(pages, browser, BOB)
    assert (await browser.http.post(PAGE, data=form)).status_code == 403

    hers = await pages.signed_in()
    form = Forms(await hers.get(PAGE)).to(PAGE) | TYPED
    await hers.done("/cases", "/sign-out")
    await sign_in_again(pages, hers)
    assert (await hers.http.post(PAGE, data=form)).status_code == 403


async def test_the_old_cookie_is_good_for_forms_alone(pages: Pages) -> None:
    """Whoever has it is signed in nowhere."""
    browser, _ = await typing(pages)
    old = browser.http.cookies["portal-client"]
    await sign_in_again(pages, browser)
    assert browser.http.cookies["portal-visitor"] == old
    thief = pages.browser()
    thief.http.cookies.set("portal-client", old, domain="127.0.0.1")
    assert (await thief.http.get("/cases")).headers["location"] == "/sign-in"
