"""Forms of clients reach real workflows by the contract, and the pages show what came of it."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from structlog.testing import capture_logs

from activities.adapters.database import DatabaseAttempts, DatabaseNumbers, DatabasePreferences
from portal.app import create_app
from portal.pages import new_case
from portal.pages.limits import COMMANDS, Limit
from runtime.client import DefectsClient, NoAnswer
from tests.portal.pages.installation import BOB, Forms, Pages, on_case, pages_installation

CLIENT_SUCCESS = "client-success@vendor.example"
_counted = count(1)


@dataclass(frozen=True)
class Me:
    """A contact whom no other test knows, with numbers of their own and of another client."""

    address: str
    client: str
    case: str
    defect: str
    others_case: str


@pytest.fixture
def me() -> Me:
    """Somebody new."""
    n = next(_counted)
    return Me(f"ada-{n}@river.example", f"river-{n}", f"CASE-A{n}", f"DEF-A{n}", f"CASE-B{n}")


@pytest_asyncio.fixture(scope="module")
async def pages(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pages]:
    """One installation for all: each test is somebody else, and its clock only goes on."""
    async with pages_installation(tmp_path_factory.mktemp("clients")) as standing:
        yield standing


async def with_a_case(pages: Pages, me: Me) -> None:
    """A case of Ada's."""
    contact = {"email": me.address, "name": "Ada", "time_zone": "America/New_York"}
    await pages.world.case(me.case, client=me.client, contact=contact)
    await pages.tick()


async def test_a_case_is_opened_once_and_what_is_missing_is_given(pages: Pages, me: Me) -> None:
    """C1-C3, C6: its number at once, however often the button is pressed; then what is asked."""
    await with_a_case(pages, me)
    browser = await pages.signed_in(me.address)
    page = await browser.get("/new-case")
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    typed = {"subject": "Nobody can log in", "description": "At all", "priority": "critical"}
    first = await browser.send("/new-case", "/new-case", key=key[1], **typed)
    again = await browser.send("/new-case", "/new-case", key=key[1], **typed)
    number = first.headers["location"].split("/")[2].split("?")[0]
    pages.world.numbers.append(number)
    status = await pages.world.status(number)
    given = {"who_am_i": "Site 2", "steps": "1. open", "feature": "Login", "form_or_report": "-"}
    shown = await browser.done(f"/cases/{number}", f"/cases/{number}/information", **given)

    assert first.headers["location"] == again.headers["location"]
    assert (status["channel"], status["priority"], status["client"]) == (
        "portal",
        "critical",
        me.client,
    )
    assert "Thank you" in shown
    assert "We need the following from you" not in shown
    assert (await pages.world.status(number))["missing"] == []
    assert "case.opened" in pages.world.mailbox.events(me.address)


async def test_a_new_case_passes_over_a_number_that_an_import_brought(pages: Pages, me: Me) -> None:
    """The next number of ours may be somebody else's already: theirs is the one after it."""
    await with_a_case(pages, me)
    last = DatabaseNumbers(pages.context.engine).issue("CASE", f"last before {me.case}")
    taken, free = (f"CASE-{int(last.removeprefix('CASE-')) + more:06d}" for more in (1, 2))
    await pages.world.case(taken, client="another")
    browser = await pages.signed_in(me.address)
    opened = await browser.send("/new-case", "/new-case", subject="x", description="It hangs.")
    pages.world.numbers.append(free)

    assert opened.headers["location"].startswith(f"/cases/{free}")
    assert (await pages.world.status(free))["client"] == me.client


async def test_a_case_form_with_gaps_comes_back_with_what_was_typed(pages: Pages, me: Me) -> None:
    """Nothing that was typed is lost, and the field is named."""
    await with_a_case(pages, me)
    browser = await pages.signed_in(me.address)
    answer = await browser.send(
        "/new-case", "/new-case", subject="x" * 201, description="Kept <b>text</b>"
    )

    assert answer.status_code == 422
    assert "at most 200 characters" in answer.text
    assert "Kept &lt;b&gt;text&lt;/b&gt;</textarea>" in answer.text


async def test_a_person_opens_only_so_many_cases(
    pages: Pages, me: Me, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is one too many is answered like any other form, and no case is made of it."""
    await with_a_case(pages, me)
    monkeypatch.setattr(new_case, "CASES", Limit("case of", 1))
    browser = await pages.signed_in(me.address)
    fields = {"subject": "Totals", "description": "They are wrong.", "priority": "normal"}
    opened = await browser.send("/new-case", "/new-case", **fields)
    pages.world.numbers.append(opened.headers["location"].split("/")[2].split("?")[0])
    with capture_logs() as logged:
        refused = await browser.send("/new-case", "/new-case", **fields)

    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert [(line["kind"], line["route"]) for line in logged] == [("rate", "/new-case")]
    assert "You have sent a lot" in refused.text
    assert "They are wrong.</textarea>" in refused.text


async def test_a_call_is_booked_in_the_clients_own_clock(pages: Pages, me: Me) -> None:
    """C11: ten o'clock in New York; refused at night in words, moved, called off."""
    await with_a_case(pages, me)
    browser, page, call = (
        await pages.signed_in(me.address),
        f"/cases/{me.case}",
        f"/cases/{me.case}/call",
    )
    zone = ZoneInfo("America/New_York")
    day = pages.wall.at.astimezone(zone) + timedelta(days=1)
    night = await browser.send(page, call, at=f"{day:%Y-%m-%d}T23:00", minutes="30")
    booked = await browser.done(page, call, at=f"{day:%Y-%m-%d}T10:00", minutes="30")
    status = await pages.world.status(me.case)
    too_long = await browser.send(page, call, at=f"{day:%Y-%m-%d}T11:00", minutes="90")
    off = await browser.done(page, f"/cases/{me.case}/call/cancel")

    assert night.status_code == 422
    assert "support hours, which open next at" in night.text
    assert "08:00 EDT" in night.text
    assert "10:00 EDT (America/New_York)</time></strong>, 30 minutes" in booked
    assert status["call"]["at"] == f"{day:%Y-%m-%d}T14:00:00Z"
    assert "consultation minutes are left" in too_long.text
    assert "Book a call" in off
    assert (await pages.world.status(me.case))["call"] is None


async def test_feedback_and_a_request_reach_those_who_review(pages: Pages, me: Me) -> None:
    """D3, D4: both are on record for the client, with their words; nothing changes by itself."""
    world = pages.world
    await world.defect(
        me.defect,
        "S3",
        on_case(me.case, me.client, me.address),
        on_case(me.others_case, "harbour", BOB),
    )
    await pages.tick()
    browser, page = await pages.signed_in(me.address), f"/defects/{me.defect}"
    said = await browser.done(page, f"{page}/severity", severity="S1", comment="We cannot bill")
    same = await browser.send(
        page, f"{page}/reclassification", severity="S3", justification="Because"
    )
    asked = await browser.done(
        page, f"{page}/reclassification", severity="S2", justification="We cannot bill"
    )
    await pages.tick()
    status = await world.status(me.defect)

    assert "Thank you" in said
    assert "The defect already has this severity" in same.text
    assert "You asked us to reclassify it" in asked
    assert [(f["client"], f["severity"]) for f in status["feedback"]] == [(me.client, "S1")]
    assert status["reclassification"]["client"] == me.client
    assert status["severity"] == "S3"
    (told,) = [x for x in pages.letters_to(CLIENT_SUCCESS) if me.defect in x.subject]
    assert told.headers["X-Event"] == "reclassification.requested"


async def test_that_another_client_asked_is_not_told(pages: Pages, me: Me) -> None:
    """D4: the contract's refusal names the client who asked; the page does not."""
    await pages.world.defect(
        me.defect,
        "S3",
        on_case(me.case, me.client, me.address),
        on_case(me.others_case, "harbour", BOB),
    )
    await pages.world.tell(
        me.defect,
        "request_reclassification",
        client="harbour",
        severity="S1",
        justification="theirs",
    )
    await pages.tick()
    browser, page = await pages.signed_in(me.address), f"/defects/{me.defect}"
    answer = await browser.send(
        page, f"{page}/reclassification", severity="S2", justification="mine"
    )

    assert answer.status_code == 422
    assert "We are already deciding a request" in answer.text
    assert "harbour" not in answer.text
    assert "mine</textarea>" in answer.text


async def test_nobody_acts_on_what_is_not_theirs(pages: Pages, me: Me) -> None:
    """A form sent to another's case or defect finds nothing there, and changes nothing."""
    await with_a_case(pages, me)
    await pages.world.defect(me.defect, "S3", on_case(me.others_case, "harbour", BOB))
    contact = {"email": BOB}
    await pages.world.case(me.others_case, client="harbour", contact=contact, steps=None)
    await pages.tick()
    browser = await pages.signed_in(me.address)
    token = re.search(r'name="form_token" value="([^"]+)"', await browser.get("/preferences"))
    assert token is not None
    hidden = {"form_token": token[1], "severity": "S1", "justification": "x", "note": "x"}
    hidden |= {"at": "2027-05-04T10:00", "minutes": "30", "client": "harbour", "steps": "x"}
    for path in (
        f"/cases/{me.others_case}/information",
        f"/cases/{me.others_case}/call",
        f"/cases/{me.others_case}/call/cancel",
        f"/defects/{me.defect}/severity",
        f"/defects/{me.defect}/reclassification",
    ):
        assert (await browser.http.post(path, data=hidden)).status_code == 404, path

    assert (await pages.world.status(me.others_case))["missing"] == ["steps"]
    assert (await pages.world.status(me.defect))["feedback"] == []


async def test_what_is_chosen_holds_for_mails_and_pages(pages: Pages, me: Me) -> None:
    """Zone and language, and mails one can do without; with an open case and without one."""
    await with_a_case(pages, me)
    browser = await pages.signed_in(me.address)
    kept = DatabasePreferences(pages.context.engine)
    shown = await browser.done(
        "/preferences",
        "/preferences",
        time_zone="Asia/Tokyo",
        language="de",
        newsletter="yes",
        digest="yes",
    )
    first = kept.of([me.address])[me.address]
    await pages.world.tell(me.case, "answer", message="So.")
    await pages.tick(minutes=1)
    await browser.done("/preferences", "/preferences", time_zone="Asia/Tokyo", progress="yes")
    second = kept.of([me.address])[me.address]

    assert "JST (Asia/Tokyo)" in shown
    assert (first.time_zone, first.language, first.progress, first.newsletter) == (
        "Asia/Tokyo",
        "de",
        False,
        True,
    )
    assert (second.progress, second.newsletter, second.language) == (True, False, "de")
    assert (first.digest, second.digest) == (True, False)
    assert re.search(r'name="digest" value="yes" checked', shown)
    assert "in einer E-Mail um 08:00 Uhr" in shown


async def test_one_click_unsubscribes_and_a_wrong_token_answers_alike(pages: Pages, me: Me) -> None:
    """RFC 8058: no cookie, no form token; opening the page changes nothing."""
    await with_a_case(pages, me)
    kept = DatabasePreferences(pages.context.engine)
    token = kept.of([me.address])[me.address].token
    browser = pages.browser()
    await browser.get(f"/unsubscribe/newsletter/{token}")
    opened = kept.of([me.address])[me.address].newsletter
    one_click = {"List-Unsubscribe": "One-Click"}
    headers = {"Sec-Fetch-Site": "cross-site"}
    right, wrong = [
        await browser.http.post(f"/unsubscribe/newsletter/{t}", data=one_click, headers=headers)
        for t in (token, "nobody-has-this")
    ]

    assert opened
    assert not kept.of([me.address])[me.address].newsletter
    assert kept.of([me.address])[me.address].progress
    assert (right.status_code, right.text.replace(token, "nobody-has-this")) == (200, wrong.text)
    assert (await browser.http.get(f"/unsubscribe/everything/{token}")).status_code == 404


async def test_the_button_of_a_digest_ends_all_that_it_may_have(pages: Pages, me: Me) -> None:
    """It has messages of both topics."""
    await with_a_case(pages, me)
    kept = DatabasePreferences(pages.context.engine)
    token = kept.of([me.address])[me.address].token
    done = await pages.browser().http.post(f"/unsubscribe/digest/{token}")
    chosen = kept.of([me.address])[me.address]

    assert "progress updates on defects or the newsletter" in done.text
    assert (chosen.progress, chosen.newsletter) == (False, False)


async def test_a_defect_that_is_over_says_so_and_takes_no_more_words(pages: Pages, me: Me) -> None:
    """Its workflow has ended; the page is there, and a form that was still open comes back."""
    await pages.world.defect(me.defect, "S4", on_case(me.case, me.client, me.address))
    await pages.tick()
    browser, page = await pages.signed_in(me.address), f"/defects/{me.defect}"
    hidden = Forms(await browser.get(page)).to(f"{page}/severity")
    await pages.world.tell(me.defect, "resolve", resolution="done")
    await pages.tick(days=15)
    said = hidden | {"severity": "S1", "comment": "still there"}
    browser = await pages.signed_in(me.address)
    said["form_token"] = Forms(await browser.get("/preferences")).to("/preferences")["form_token"]
    answer = await browser.http.post(f"{page}/severity", data=said)

    assert answer.status_code == 422
    assert "This is closed" in answer.text


async def test_while_nobody_answers_forms_come_back_to_be_sent_again(pages: Pages, me: Me) -> None:
    """With what was typed, and with the same key: whichever of the two arrives, it counts once."""
    await with_a_case(pages, me)
    away = create_app(replace(pages.context, client=NobodyAnswers(pages.world.client)))
    browser = await replace(pages, app=away).signed_in(me.address)
    hidden = Forms(await browser.get(f"/cases/{me.case}")).to(f"/cases/{me.case}/information")
    answer = await browser.http.post(
        f"/cases/{me.case}/information", data=hidden | {"note": "Kept"}
    )

    assert answer.status_code == 503
    assert "Kept</textarea>" in answer.text
    assert Forms(answer.text).to(f"/cases/{me.case}/information")["key"] == hidden["key"]


class NobodyAnswers(DefectsClient):
    """A client whose updates nobody answers."""

    async def update(self, number: str, *_: Any, **__: Any) -> dict[str, Any]:
        """Wait in vain."""
        raise NoAnswer(number)


async def test_who_sends_too_much_in_an_hour_is_told_so_and_loses_nothing(
    pages: Pages, me: Me
) -> None:
    """Each form is kept for good: 120 an hour; what was typed beyond that stays in the page."""
    await with_a_case(pages, me)
    browser, page = await pages.signed_in(me.address), f"/cases/{me.case}"
    limit, attempts = COMMANDS, DatabaseAttempts(pages.context.engine)
    for _ in range(limit.most - 1):
        assert attempts.allows(limit.what, me.address, limit.most, limit.within, pages.wall.at)

    last = await browser.send(page, f"{page}/information", note="the last one")
    refused = await browser.send(page, f"{page}/information", note="one too many")
    other = await browser.send("/preferences", "/preferences", progress="yes")
    pages.wall.at += timedelta(hours=1)
    browser = await pages.signed_in(me.address)
    later = await browser.send(page, f"{page}/information", note="one too many")
    said = await pages.world.defects.query(me.case, "timeline")

    assert (last.status_code, refused.status_code, other.status_code) == (303, 429, 429)
    assert refused.headers["Retry-After"] == other.headers["Retry-After"] == "3600"
    assert "You have sent a lot" in refused.text
    assert "one too many</textarea>" in refused.text
    assert later.status_code == 303
    assert [fact["event"] for fact in said].count("case.information_provided") == 2
