"""A client's session that ends while they type: the text is there once they are signed in."""

from datetime import timedelta

from tests.portal.pages.installation import ADA, BOB, Browser, Forms, Pages

PAGE = "/new-case"
TYPED = {
    "subject": "Totals",
    "description": "They are <b>wrong</b>.\nAll of them.",
    "priority": "critical",
}


async def typing(story: Pages) -> tuple[Browser, dict[str, str]]:
    """Ada, with a form that she opened an hour and a half ago."""
    browser = await story.signed_in()
    form = Forms(await browser.get(PAGE)).to(PAGE) | TYPED
    story.wall.at += timedelta(minutes=90)
    return browser, form


async def sign_in_again(story: Pages, browser: Browser, address: str = ADA) -> None:
    """By a new link, in the same browser."""
    link = await story.asked_for_link(browser, address)
    assert (await browser.send(link, link)).status_code == 303


async def test_what_was_typed_is_shown_and_can_be_sent_again(story: Pages) -> None:
    """From the tab that it was typed in; sent twice, it is one case."""
    browser, form = await typing(story)
    out = await browser.http.post(PAGE, data=form)
    assert out.status_code == 401
    assert "They are &lt;b&gt;wrong&lt;/b&gt;.\nAll of them." in out.text
    kept = Forms(out.text).to(PAGE)
    assert kept.items() >= form.items() - {("form_token", form["form_token"])}
    assert (await browser.http.post(PAGE, data=kept)).status_code == 401

    await sign_in_again(story, browser)
    first, second = [await browser.http.post(PAGE, data=kept) for _ in range(2)]
    assert first.status_code == second.status_code == 303
    assert first.headers["location"] == second.headers["location"]
    number = first.headers["location"].removeprefix("/cases/").partition("?")[0]
    story.world.numbers.append(number)
    assert (await story.world.status(number))["priority"] == "critical"


async def test_a_form_left_open_is_good_after_signing_in_from_another_tab(story: Pages) -> None:
    """One that asked for a page, and was led to the sign-in."""
    browser, form = await typing(story)
    assert (await browser.http.get("/cases")).headers["location"] == "/sign-in"
    await sign_in_again(story, browser)
    assert (await browser.http.post(PAGE, data=form)).status_code == 303


async def test_it_is_in_the_language_of_its_reader(story: Pages) -> None:
    """As the pages were before."""
    browser, form = await typing(story)
    headers = {"Accept-Language": "de"}
    browser.http.cookies.delete("portal-language")
    out = await browser.http.post(PAGE, data=form, headers=headers)
    assert "Sie wurden abgemeldet" in out.text


async def test_nobody_else_gets_it_and_nobody_forges_it(story: Pages) -> None:
    """Another person in the same browser, another site, a guess, and who has signed out."""
    browser, form = await typing(story)
    for wrong, headers in (
        ({"form_token": "guessed"}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = await browser.http.post(PAGE, data=form | wrong, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    await sign_in_again(story, browser, BOB)
    assert (await browser.http.post(PAGE, data=form)).status_code == 403

    hers = await story.signed_in()
    form = Forms(await hers.get(PAGE)).to(PAGE) | TYPED
    await hers.done("/cases", "/sign-out")
    await sign_in_again(story, hers)
    assert (await hers.http.post(PAGE, data=form)).status_code == 403


async def test_the_old_cookie_is_good_for_forms_alone(story: Pages) -> None:
    """Whoever has it is signed in nowhere."""
    browser, _ = await typing(story)
    old = browser.http.cookies["portal-client"]
    await sign_in_again(story, browser)
    assert browser.http.cookies["portal-visitor"] == old
    thief = story.browser()
    thief.http.cookies.set("portal-client", old, domain="127.0.0.1")
    assert (await thief.http.get("/cases")).headers["location"] == "/sign-in"
