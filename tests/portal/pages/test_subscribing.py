"""Anybody subscribes to the status page by email, confirms, is told, and leaves."""

import re

import httpx
import pytest
from sqlalchemy import func, select
from temporalio.worker import Replayer

from activities.adapters.database.tables_pages import status_subscriptions
from activities.ports import Letter
from activities.subscribers import begin_status_mail
from domain.contract.identity import STATUS_MAIL
from portal.pages.subscribing import PER_ADDRESS, PER_COMPUTER
from runtime.plugin import DefectsPlugin
from tests.portal.pages.installation import (
    ADA,
    HERE,
    Browser,
    Forms,
    Pages,
    on_case,
    pages_installation,
)
from worker import UPKEEP

EVE = "eve@elsewhere.example"


async def subscribe(browser: Browser, email: str, page: str = "/status") -> httpx.Response:
    """Fill in the form of a page."""
    return await browser.send(page, "/status/subscribe", email=email)


def link_in(letter: Letter, to: str) -> str:
    """The path of the link that a letter has."""
    found = re.search(rf"{HERE}(/status/{to}/\S+)", letter.text)
    assert found is not None
    return found[1]


async def mailed(pages: Pages) -> int:
    """What a worker begins where posts wait, to its end."""
    await begin_status_mail(pages.world.client)
    sent: int = await pages.world.handle(STATUS_MAIL).result()
    return sent


async def test_from_the_form_to_the_last_mail(pages: Pages) -> None:
    """S1: asked for, confirmed by a button, told of each post once, and left by one click."""
    world, browser = pages.world, pages.browser()
    asked = await subscribe(browser, EVE)
    (letter,) = pages.letters_to(EVE)
    link = link_in(letter, "confirm")
    opened = await browser.get(link)
    await world.defect("DEF-1", "S1", on_case("CASE-1"), public_summary="Nobody can log in")
    await pages.tick()
    unconfirmed = await mailed(pages)
    confirmed = await browser.http.post(link)
    await world.tell("DEF-1", "post_progress", public_text="A fix is tested.", stage="verifying")
    await pages.tick()
    first = await mailed(pages)
    await world.tell("DEF-1", "resolve", resolution="internal", public_text="All can log in.")
    await pages.tick()
    second, third = await mailed(pages), await mailed(pages)
    _, update, end = pages.letters_to(EVE)
    leave = link_in(end, "leave")
    button = await browser.get(leave)
    click = {"List-Unsubscribe": "One-Click"}
    left = await pages.browser().http.post(leave, data=click)
    await world.tell("DEF-1", "reopen", reason="not fixed")
    await pages.tick()
    after = await mailed(pages)
    await Replayer(workflows=UPKEEP, plugins=[DefectsPlugin()]).replay_workflow(
        await world.handle(STATUS_MAIL).fetch_history()
    )

    assert asked.status_code == 200
    assert EVE in asked.text
    assert "Confirm your subscription" in opened
    assert "You are subscribed" in confirmed.text
    assert (unconfirmed, first, second, third, after) == (0, 1, 1, 0, 0)
    assert "A fix is tested." in update.text
    assert update.headers["List-Unsubscribe"] == f"<{HERE}{leave}>"
    assert "Stop these emails?" in button
    assert "Unsubscribed" in left.text
    world.assert_nobody_told_twice()


async def test_one_incident_in_german(pages: Pages) -> None:
    """The language is that of the page; the form is on the page of an incident that is open."""
    await pages.world.defect("DEF-1", "S1", public_summary="Nobody can log in")
    await pages.tick()
    browser = pages.browser(**{"Accept-Language": "de"})
    page = re.findall(r'href="(/status/incidents/\w+)"', await browser.get("/status"))[0]
    await subscribe(browser, "Eve@Straße.example", page)
    (letter,) = pages.letters_to("Eve@straße.example")
    await browser.http.post(link_in(letter, "confirm"))
    await pages.world.tell("DEF-1", "resolve", resolution="x", public_text="Works again.")
    await pages.tick()
    await mailed(pages)
    resolved = await browser.get(page)
    last = pages.letters_to("Eve@straße.example")[-1]
    again = await browser.http.post(link_in(letter, "confirm"))

    assert "Nobody can log in" in letter.text
    assert letter.subject.startswith("Bitte bestätigen")
    assert last.subject == "Behoben: Nobody can log in"
    assert "/status/subscribe" not in resolved
    assert again.status_code == 410


async def test_the_answer_tells_nobody_who_is_subscribed(pages: Pages) -> None:
    """A subscriber, a contact, a stranger: the same page, and a mail of the same kind."""
    browser = pages.browser()
    await subscribe(browser, EVE)
    await browser.http.post(link_in(pages.letters_to(EVE)[0], "confirm"))
    people = (EVE, ADA, "new@elsewhere.example")
    answers = {(await subscribe(browser, who)).text.replace(who, "…") for who in people}
    subjects = {pages.letters_to(who)[-1].subject for who in people}

    assert len(answers) == len(subjects) == 1


async def test_limits_and_what_is_no_address(pages: Pages) -> None:
    """An address gets few mails whoever asks, a computer asks so often, and a bad form says why."""
    wrong = await subscribe(pages.browser(), "eve at elsewhere")
    for _ in range(PER_ADDRESS[0] + 3):
        assert (await subscribe(pages.browser(), EVE)).status_code == 200
    one = pages.browser("198.51.100.7")
    answers = [
        (await subscribe(one, f"p{n}@x.example")).status_code for n in range(PER_COMPUTER[0] + 2)
    ]
    other_site = await one.http.post(
        "/status/subscribe", data={"email": EVE}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    void = await one.http.post("/status/confirm/no-such-token")
    unknown = await one.http.post("/status/leave/no-such-token")
    with pages.context.engine.connect() as connection:
        rows = connection.execute(select(func.count()).select_from(status_subscriptions))

        assert rows.scalar_one() == 1 + PER_COMPUTER[0]
    assert wrong.status_code == 422
    assert 'aria-invalid="true"' in wrong.text
    assert len(pages.letters_to(EVE)) == PER_ADDRESS[0]
    assert answers == [200] * PER_COMPUTER[0] + [429] * 2
    assert (other_site.status_code, void.status_code, unknown.status_code) == (403, 410, 200)


async def test_opening_a_link_changes_nothing(pages: Pages) -> None:
    """Mail scanners open links before people do; the page says nothing to where it leads."""
    browser = pages.browser()
    await subscribe(browser, EVE)
    link = link_in(pages.letters_to(EVE)[0], "confirm")
    opened = [await browser.http.get(link), await browser.http.head(link)]
    with pages.context.engine.connect() as connection:
        confirmed = connection.execute(select(status_subscriptions.c.confirmed_at)).scalar_one()

    assert confirmed is None
    assert opened[0].headers["referrer-policy"] == "no-referrer"
    assert Forms(opened[0].text).to(link) == {}


async def test_where_incidents_go_elsewhere_nobody_subscribes_here(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Statuspage has subscribers of its own."""
    folder = tmp_path_factory.mktemp("elsewhere")
    async with pages_installation(folder, statuspage_url="https://api.example/v1") as pages:
        answer = await pages.browser().http.post("/status/subscribe", data={"email": EVE})
        assert answer.status_code == 404
