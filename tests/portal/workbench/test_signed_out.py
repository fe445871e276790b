"""A session that ends while somebody types: what they typed is there once they are signed in."""

from datetime import timedelta

import pytest

from activities.adapters.database.tokens import DatabaseTokens
from tests.portal.pages.installation import ADA, Browser, Forms, Pages
from tests.portal.workbench.test_from_queue_to_resolution import (
    SPECIALIST,
    looked,
    three_clients,
)

REPLY = "/staff/cases/CASE-1/do/respond"
TYPED = {"message": "We look at <b>all</b> of it.\nAnd then at the rest."}


async def typing(pages: Pages) -> tuple[Browser, dict[str, str], str]:
    """Somebody who looked at what a reply will do and was away for an hour, and their token."""
    await three_clients(pages)
    browser, token = pages.browser(), pages.token(*SPECIALIST)
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    form = Forms(await looked(browser, REPLY, **TYPED)).to(REPLY)
    pages.wall.at += timedelta(hours=1)
    return browser, form, token


@pytest.mark.parametrize("step", ["look", "do"])
async def test_what_was_typed_is_shown_and_can_be_sent_again(pages: Pages, step: str) -> None:
    """In the same tab, once they are signed in, in another one."""
    browser, form, token = await typing(pages)
    out = await browser.http.post(REPLY, data=form | TYPED | {"step": step})
    assert out.status_code == 401
    assert "We look at &lt;b&gt;all&lt;/b&gt; of it.\nAnd then at the rest." in out.text
    kept = Forms(out.text).to(REPLY)
    assert kept == {"form_token": form["form_token"], "key": form["key"], **TYPED}

    still_out = await browser.http.post(REPLY, data=kept | {"step": "look"})
    assert still_out.status_code == 401
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    page = await browser.http.post(REPLY, data=kept | {"step": "look"})
    assert page.status_code == 200
    again = Forms(page.text).to(REPLY)
    done = await browser.http.post(REPLY, data=again | TYPED | {"step": "do"})
    await pages.tick()
    assert done.status_code == 303
    told = [letter for letter in pages.letters_to(ADA) if "And then at the rest." in letter.text]
    assert len(told) == 1


async def test_a_form_left_open_is_good_after_signing_in_elsewhere(pages: Pages) -> None:
    """As when the queue in another tab has asked for the sign-in."""
    browser, form, token = await typing(pages)
    for path in ("/staff/queue", "/staff/queue/changes"):
        assert (await browser.http.get(path)).headers["location"] == "/staff/sign-in"
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    page = await browser.http.post(REPLY, data=form | TYPED | {"step": "do"})
    assert (page.status_code, "may have changed" in page.text) == (409, True)
    assert "of it.\nAnd then at the rest.</textarea>" in page.text


async def test_the_script_is_told_and_nothing_is_lost(pages: Pages) -> None:
    """A preview while one types, and the queue that asks by itself."""
    browser, form, token = await typing(pages)
    by_script = {"HX-Request": "true"}
    part = await browser.http.post(REPLY, data=form | TYPED, headers=by_script)
    asked = await browser.http.get("/staff/queue/changes", headers=by_script)
    for answer, ident in ((part, "ahead-body"), (asked, "fresh")):
        assert answer.status_code == 401
        assert f'<div id="{ident}"><p class="notice">You were signed out.' in answer.text
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    page = await browser.http.post(REPLY, data=form | TYPED | {"step": "look"}, headers=by_script)
    assert page.status_code == 200


async def test_nobody_else_gets_it_and_nobody_forges_it(pages: Pages) -> None:
    """Another person in the same browser, another site, a guess, and who has signed out."""
    browser, form, token = await typing(pages)
    for wrong, headers in (
        ({"form_token": "guessed"}, {}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = await browser.http.post(REPLY, data=form | TYPED | wrong, headers=headers)
        assert (answer.status_code, answer.headers["location"]) == (303, "/staff/sign-in")
    tokens = DatabaseTokens(pages.context.engine)
    other, _ = tokens.create("lead-2", list(SPECIALIST), pages.wall.at, timedelta(days=1))
    await browser.done("/staff/sign-in", "/staff/sign-in", token=other)
    answer = await browser.http.post(REPLY, data=form | TYPED | {"step": "look"})
    assert answer.status_code == 403
    assert "portal-visitor" not in browser.http.cookies

    await browser.done("/staff", "/staff/sign-out")
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    answer = await browser.http.post(REPLY, data=form | TYPED | {"step": "look"})
    assert answer.status_code == 403


async def test_what_the_old_cookie_was_good_for_is_forms_alone(pages: Pages) -> None:
    """Whoever has it is signed in nowhere."""
    browser, _, token = await typing(pages)
    old = browser.http.cookies["portal-staff"]
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    assert browser.http.cookies["portal-visitor"] == old
    thief = pages.browser()
    thief.http.cookies.set("portal-staff", old, domain="127.0.0.1")
    assert (await thief.http.get("/staff")).headers["location"] == "/staff/sign-in"
