"""The workbench before somebody who means harm, or has less leave than they would like."""

import asyncio
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from activities.adapters.database import DatabasePreferences
from portal.app import create_app
from portal.workbench.actions import ACTIONS
from portal.workbench.start_page import BEGINNINGS
from runtime.client import DefectsClient
from tests.portal.pages.installation import ADA, Forms, Pages
from tests.portal.pages.story import MARKUP, tell_the_story
from tests.portal.workbench.test_from_queue_to_resolution import (
    SPECIALIST,
    looked,
    specialist,
    three_clients,
)

REPLY = "/staff/cases/CASE-1/do/respond"
ALL = (*SPECIALIST, "releases:read", "releases:write")
ODD_NUMBERS = (
    "CASE-1%2F..",
    "..%2FCASE-1",
    "%00",
    "CASE-1%0D%0AX-Evil:%201",
    "%F0%9F%90%9B",
    "'--",
)


class Unable(DefectsClient):
    """Asks workers that do not know what is asked."""

    async def query(self, number: str, query: str, *args: Any, **more: Any) -> Any:
        """Nobody knows this."""
        return await super().query(number, f"{query}_of_later", *args, **more)


class Unwanted(HTMLParser):
    """Finds what a page must not have, as a browser reads it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element or an attribute that runs something, or loads it from anywhere."""
        given = {name: value or "" for name, value in attrs}
        ours = tag == "script" and given.get("src", "").startswith("/static/htmx.min.js?")
        if tag in {"script", "img", "style", "iframe", "object", "base"} and not ours:
            self.found.append(tag)
        self.found += [name for name in given if name.startswith("on") or name == "style"]
        self.found += [value for value in given.values() if value.startswith("javascript:")]


async def test_no_page_of_the_workbench_lets_markup_through(pages: Pages) -> None:
    """Every free text is hostile, what prefills a form too, and all of it shows as what it is."""
    await tell_the_story(pages)
    browser = await specialist(pages, *ALL)
    evil = quote(MARKUP)
    for path in (
        "/staff/queue",
        f"/staff/queue?client={evil}&area={evil}&severity={evil}",
        f"/staff/search?q={evil}",
        "/staff/cases/CASE-1",
        "/staff/defects/DEF-1",
        f"/staff/cases/CASE-1?done={evil}",
        f"/staff/cases/CASE-1/do/respond?message={evil}",
        f"/staff/defects/DEF-1/do/merge_into?q={evil}",
        f"/staff/defects/DEF-1/do/resolve?resolution={evil}&public_text={evil}",
        f"/staff/defects/DEF-1/do/change_severity?severity={evil}&reason={evil}",
    ):
        answer = await browser.http.get(path)
        assert answer.status_code in {200, 422}, (path, answer.status_code)
        assert Unwanted(answer.text).found == [], path
        assert MARKUP not in answer.text, path
        assert answer.headers["content-security-policy"].count("script-src") <= 1


async def test_who_may_not_do_it_learns_nothing_from_a_preview(pages: Pages) -> None:
    """Neither whom it reaches nor its words, whether asked by an address or by a form."""
    await three_clients(pages)
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    viewer = await specialist(pages, "staff:read", "cases:read", "releases:read")
    for address in ("/staff/releases/REL-1/do/announce", f"{REPLY}?message=Hello"):
        page = await viewer.get(address)
        assert "You may look, but not do this." in page
        assert ADA not in page.partition('id="ahead"')[2]
    refused = await viewer.send(REPLY, REPLY, step="look", message="Hello")
    assert (refused.status_code, ADA in refused.text.partition('id="ahead"')[2]) == (403, False)


@pytest.mark.parametrize("sent", [{}, {"form_token": "guessed"}], ids=["no token", "a guess"])
async def test_no_form_is_taken_that_was_not_ours(pages: Pages, sent: dict[str, str]) -> None:
    """Every action and every start, by somebody who is signed in."""
    await three_clients(pages)
    browser = await specialist(pages, *ALL)
    addresses = [f"/staff/new/{name}" for name in BEGINNINGS]
    addresses += [
        f"/staff/{kind}s/{kind.upper()}-1/do/{action.name}"
        for kind, actions in ACTIONS.items()
        for action in actions
    ]
    for address in addresses:
        answer = await browser.http.post(address, data={"step": "do", **sent})
        assert answer.status_code == 403, address
        fetched = {"HX-Request": "true", "Sec-Fetch-Site": "cross-site"}
        answer = await browser.http.post(address, data={"step": "look", **sent}, headers=fetched)
        assert answer.status_code == 403, address


async def test_a_form_that_is_sent_twice_counts_once(pages: Pages) -> None:
    """With other words under its key it is refused, in words for people."""
    await three_clients(pages)
    browser = await specialist(pages)
    typed = {"message": "We look."}
    seen = Forms(await looked(browser, REPLY, **typed)).to(REPLY)
    for _ in range(3):
        answer = await browser.http.post(REPLY, data=seen | typed | {"step": "do"})
        assert answer.status_code == 303
    await pages.tick()
    told = [letter for letter in pages.letters_to(ADA) if "We look." in letter.text]
    assert len(told) == 1
    other = {"message": "We look again.", "key": seen["key"]}
    again = Forms(await looked(browser, REPLY, **other)).to(REPLY)
    answer = await browser.http.post(REPLY, data=again | other | {"step": "do"})
    assert answer.status_code == 422
    assert "This form was sent before, with other words." in answer.text
    assert "Idempotency" not in answer.text


@pytest.mark.parametrize("number", ODD_NUMBERS)
async def test_an_odd_number_is_none_of_ours(pages: Pages, number: str) -> None:
    """It is not found, and nothing of it gets into a header."""
    browser = await specialist(pages, *ALL)
    for path in (f"cases/{number}", f"numbers/{number}", f"cases/{number}/do/respond"):
        answer = await browser.http.get(f"/staff/{path}")
        assert answer.status_code == 404, path
        assert "x-evil" not in answer.headers


async def test_where_nobody_answers_the_page_says_so_soon(pages: Pages) -> None:
    """What was typed stays; a worker of a version that knows no preview is like none."""
    await three_clients(pages)
    context = replace(pages.context, client=Unable(pages.context.client.temporal))
    away = replace(pages, context=context, app=create_app(context), browsers=[])
    browser = await specialist(away)
    async with asyncio.timeout(15):
        answer = await browser.send(REPLY, REPLY, step="look", message="We look.")
    assert answer.status_code == 503
    assert "Nobody answers for it now" in answer.text
    assert "We look.</textarea>" in answer.text
    assert 'value="do"' not in answer.text
    await browser.http.aclose()


async def test_a_preview_has_nothing_that_lets_others_opt_out(pages: Pages) -> None:
    """The mail has a token of its reader's own; the page for staff does not."""
    await three_clients(pages)
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    browser = await specialist(pages, *ALL)
    page = await browser.get("/staff/releases/REL-1/do/announce")
    choice = DatabasePreferences(pages.context.engine).of([ADA])[ADA]
    assert "unsubscribe newsletter" in page
    assert choice.token not in page
