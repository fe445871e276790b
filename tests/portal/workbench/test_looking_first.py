"""What is done is what somebody was shown: the same words, and the same consequences of them."""

import re
from dataclasses import replace
from datetime import timedelta

from portal.api.rates import Rate, Rates
from portal.app import create_app
from portal.workbench.form_page import SEEN_LASTS
from portal.workbench.pace import Pace
from tests.portal.pages.installation import ADA, BOB, Browser, Forms, Pages, on_case
from tests.portal.workbench.test_from_queue_to_resolution import (
    SPECIALIST,
    done,
    looked,
    specialist,
    three_clients,
)

PROGRESS = "/staff/defects/DEF-1/do/post_progress"
TYPED = {"public_text": "We found where it comes from."}
NEW_RELEASE = {"kind": "major", "title": "Spring", "deploy_at": "2027-06-01T10:00"}
CHANGED = "What will happen may have changed since you looked."


async def a_defect(pages: Pages) -> Browser:
    """One of one client, and who works on it."""
    await pages.world.defect("DEF-1", "S1", on_case("CASE-1"))
    await pages.world.settle()
    return await specialist(pages)


async def test_what_has_changed_since_is_shown_again(pages: Pages) -> None:
    """Another client was attached while somebody read whom they are about to tell (D7)."""
    browser = await a_defect(pages)
    seen = Forms(await looked(browser, PROGRESS, **TYPED)).to(PROGRESS)
    await pages.world.tell("DEF-1", "attach_case", **on_case("CASE-2", "harbour", BOB))
    await pages.world.settle()
    answer = await browser.http.post(PROGRESS, data=seen | TYPED | {"step": "do"})
    await pages.world.settle()
    assert answer.status_code == 409
    assert CHANGED in answer.text
    assert "Email to 2 people" in answer.text
    assert not [letter for letter in pages.letters_to(ADA) if TYPED["public_text"] in letter.text]

    again = Forms(answer.text).to(PROGRESS)
    answer = await browser.http.post(PROGRESS, data=again | TYPED | {"step": "do"})
    await pages.world.settle()
    assert answer.status_code == 303
    for to in (ADA, BOB):
        told = [letter for letter in pages.letters_to(to) if TYPED["public_text"] in letter.text]
        assert len(told) == 1


async def test_what_was_seen_lasts_ten_minutes(pages: Pages) -> None:
    """Instants that are counted from now are others by then; until then they are as shown."""
    browser = await a_defect(pages)
    seen = Forms(await looked(browser, PROGRESS, **TYPED)).to(PROGRESS)
    pages.wall.at += SEEN_LASTS + timedelta(seconds=1)
    late = await browser.http.post(PROGRESS, data=seen | TYPED | {"step": "do"})
    again = Forms(late.text).to(PROGRESS)
    pages.wall.at += SEEN_LASTS - timedelta(seconds=1)
    answer = await browser.http.post(PROGRESS, data=again | TYPED | {"step": "do"})
    assert (late.status_code, CHANGED in late.text) == (409, True)
    assert answer.status_code == 303


async def test_nobody_forges_what_was_seen(pages: Pages) -> None:
    """Neither of another time nor of another payload, and nonsense is like nothing."""
    browser = await a_defect(pages)
    seen = Forms(await looked(browser, PROGRESS, **TYPED)).to(PROGRESS)
    at, payload, shown = seen["seen"].split(" ")
    forged = ("", "x", f"{at} {payload}", f"{at} {payload} {'0' * 64}", f"{at} x {shown}")
    later = pages.wall.at + timedelta(minutes=5)
    for text in (*forged, f"{later.isoformat()} {payload} {shown}", f"2026-01-01 {payload} x"):
        answer = await browser.http.post(PROGRESS, data=seen | TYPED | {"step": "do", "seen": text})
        assert answer.status_code in {200, 409}, text
    await pages.world.settle()
    assert not [letter for letter in pages.letters_to(ADA) if TYPED["public_text"] in letter.text]


async def test_each_action_can_be_done_minutes_after_it_was_shown(pages: Pages) -> None:
    """Nothing of what is shown changes by itself: it is worked out as of the same instant."""
    await three_clients(pages)
    await pages.world.defect("DEF-1", "S1", on_case("CASE-9"))
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    browser = await specialist(pages, *SPECIALIST, "releases:read", "releases:write")
    steps: tuple[tuple[str, dict[str, str]], ...] = (
        ("/staff/cases/CASE-1/do/assess_critical", {"justified": "yes", "reason": "All of them."}),
        ("/staff/cases/CASE-2/do/request_information", {"items": "steps"}),
        ("/staff/defects/DEF-1/do/change_severity", {"severity": "S2", "reason": "One site."}),
        ("/staff/defects/DEF-1/do/hold", {"reason": "waits for the vendor"}),
        ("/staff/defects/DEF-1/do/resume", {}),
        ("/staff/releases/REL-1/do/attach_defects", {"defects": "DEF-1"}),
        ("/staff/releases/REL-1/do/announce", {}),
        (
            "/staff/new/release",
            NEW_RELEASE,
        ),
    )
    for address, typed in steps:
        page = await looked(browser, address, **typed)
        pages.wall.at += timedelta(minutes=7)
        seen = Forms(page).to(address)
        answer = await browser.http.post(address, data=seen | typed | {"step": "do"})
        assert answer.status_code == 303, (address, answer.text)
        pages.world.numbers += re.findall(r"REL-\d{6}", answer.headers["location"])
        await pages.world.settle()


async def test_one_email_for_several_defects_is_foreseen_and_comes(pages: Pages) -> None:
    """Whoever plans it reads so, and Ada, who is on both, gets one that names them."""
    for n in (1, 2):
        await pages.world.defect(f"DEF-{n}", "S2", on_case(f"CASE-{n}"))
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    browser = await specialist(pages, *SPECIALIST, "releases:read", "releases:write")
    address, typed = "/staff/releases/REL-1/do/attach_defects", {"defects": "DEF-1\nDEF-2"}
    page = await looked(browser, address, **typed)
    assert "one email, which names them all" in page

    seen = Forms(page).to(address)
    await browser.http.post(address, data=seen | typed | {"step": "do"})
    await pages.world.settle()
    told = [x for x in pages.letters_to(ADA) if x.headers["X-Event"] == "defect.release_scheduled"]
    assert [x.headers["X-Defect"].split(", ") for x in told] in (
        [["DEF-1", "DEF-2"]],
        [["DEF-2", "DEF-1"]],
    )
    assert told[0].headers["X-Case"].count("CASE-") == 2


async def test_who_asks_too_often_waits_and_loses_nothing(pages: Pages) -> None:
    """One person after their share, and everybody once all of them have had theirs."""
    await a_defect(pages)
    clock = [0.0]
    person, process = (Rates(Rate(0.1, burst), lambda: clock[0]) for burst in (2, 3))
    pace = Pace(person, process)
    context = replace(pages.context, pace=pace)
    browser = await specialist(replace(pages, context=context, app=create_app(context)))
    for _ in range(2):
        await looked(browser, PROGRESS, **TYPED)
    refused = await browser.send(PROGRESS, PROGRESS, step="look", **TYPED)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
    assert "Try again in 10 s." in refused.text
    assert f"{TYPED['public_text']}</textarea>" in refused.text
    assert "DEF-1" in await browser.get("/staff/defects/DEF-1")

    assert pace.wait("another") == 0
    assert pace.wait("a third") == 10
    clock[0] += 20
    page = await done(browser, PROGRESS, **TYPED)
    assert "Done: Post progress" in page
