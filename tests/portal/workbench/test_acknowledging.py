"""Staff acknowledge an urgent notice: by the link in the email, or in the workbench."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest_asyncio

from activities.adapters.database import DatabaseReadModel, DatabaseStaffPeople
from tests.portal.pages.installation import Forms, Pages, on_case, pages_installation
from tests.portal.workbench.test_from_queue_to_resolution import done, looked, specialist
from tests.workflows.world import asking_policy

KEY = "DEF-1/3/defect.urgent"
PAGE = f"/staff/acknowledge/{KEY}"


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """An S1 under a policy that asks for acknowledgement."""
    async with pages_installation(tmp_path, asking_policy(tmp_path)) as standing:
        await standing.world.defect("DEF-1", "S1", on_case("CASE-1"), title="<b>Logins</b> fail")
        await standing.tick()
        yield standing


def acknowledged(pages: Pages) -> list[str]:
    """Who is on record."""
    timeline = DatabaseReadModel(pages.context.engine).timeline("DEF-1", public_only=False)
    return [fact["actor"] for fact in timeline if fact["event"] == "notice.acknowledged"]


async def test_the_link_leads_through_the_sign_in_to_a_button(pages: Pages) -> None:
    """Looking acknowledges nothing; the second to press the button is shown who was first."""
    browser, second = pages.browser(), await specialist(pages)
    away = await browser.http.get(PAGE)
    sign_in = away.headers["location"]
    assert sign_in == "/staff/sign-in?to=%2Fstaff%2Facknowledge%2FDEF-1%2F3%2Fdefect.urgent"
    token = pages.token("staff:read", "defects:write")
    seen = await browser.done(sign_in, "/staff/sign-in", token=token)
    assert "&lt;b&gt;Logins&lt;/b&gt; fail" in seen
    assert "<dd>1 time</dd>" in seen
    assert acknowledged(pages) == []

    late = await second.get(PAGE)
    after = await browser.done(PAGE, PAGE)
    assert "<dd>lead-1</dd>" in after
    assert "<button>Acknowledge" not in after
    assert "<button>Acknowledge" in late
    assert "<dd>lead-1</dd>" in await second.get(PAGE)
    await pages.tick(hours=2)
    assert acknowledged(pages) == ["lead-1"]
    assert pages.world.mailbox.events(to="engineering@vendor.example") == ["defect.urgent"]


async def test_who_may_only_look_acknowledges_nothing(pages: Pages) -> None:
    """Nor does who forges the form."""
    onlooker, writer = await pages.staff(), await specialist(pages)
    assert "<button>Acknowledge" not in await onlooker.get(PAGE)
    assert "sign in with a token that may write defects" in await onlooker.get(PAGE)
    forged = Forms(await onlooker.get("/staff")).to("/staff/sign-out")
    assert (await onlooker.http.post(PAGE, data=forged)).status_code == 403
    unknown = {"csrf": "guessed", "key": "1"}
    assert (await writer.http.post(PAGE, data=unknown)).status_code == 403
    await pages.tick()

    assert acknowledged(pages) == []


async def test_what_was_never_to_be_acknowledged_has_no_page(pages: Pages) -> None:
    """Another number, another notice."""
    browser = await specialist(pages)
    for notice in ("DEF-9/3/defect.urgent", "DEF-1/4/defect.urgent", "DEF-1/x/defect.urgent"):
        assert (await browser.http.get(f"/staff/acknowledge/{notice}")).status_code in {404, 422}


async def test_what_is_over_says_so(pages: Pages) -> None:
    """The defect was resolved before anybody acknowledged that it was there."""
    browser = await specialist(pages)
    await pages.world.tell("DEF-1", "resolve", resolution="fixed")
    await pages.tick()

    assert "It is over" in await browser.get(PAGE)


async def test_the_queue_and_the_workbench_ask_for_it(pages: Pages) -> None:
    """What nobody has acknowledged needs somebody now; an action with a preview like others."""
    browser = await specialist(pages)
    assert "Nobody has acknowledged: Urgent notice, since" in await browser.get("/staff/queue")
    address = "/staff/defects/DEF-1/do/acknowledge"
    assert address in await browser.get("/staff/defects/DEF-1")
    page = await looked(browser, address)
    assert "Urgent notice is repeated</strong>: stops" in page
    await done(browser, address)
    await pages.tick()

    assert "Nobody has acknowledged" not in await browser.get("/staff/queue")
    assert address not in await browser.get("/staff/defects/DEF-1")
    assert acknowledged(pages) == ["lead-1"]


async def test_compliance_says_how_fast_notices_are_acknowledged(pages: Pages) -> None:
    """Twenty minutes after the first, one of two: the other is over."""
    browser = await specialist(pages)
    assert "urgent notices" not in await browser.get("/staff/compliance")
    await pages.world.defect("DEF-2", "S1", on_case("CASE-2"))
    await pages.tick(minutes=20)
    await pages.world.tell("DEF-1", "acknowledge")
    await pages.world.tell("DEF-2", "resolve", resolution="fixed")
    await pages.tick()

    page = await browser.get("/staff/compliance")
    assert "50 % of 2 urgent notices to staff were acknowledged: half of them within 2" in page


async def test_compliance_has_who_acknowledged_what_and_when(pages: Pages) -> None:
    """A row for each notice: on the page, as CSV and as JSON; no actor is a formula."""
    browser = await specialist(pages)
    await pages.world.defect("DEF-2", "S1", on_case("CASE-2"))
    await pages.world.defect("DEF-3", "S1", on_case("CASE-3"))
    await pages.tick(minutes=20)
    await pages.world.tell("DEF-1", "acknowledge", actor="=HYPERLINK(1)")
    await pages.world.tell("DEF-2", "acknowledge", actor="staff:ada")
    await pages.world.tell("DEF-3", "resolve", resolution="fixed")
    await pages.tick()
    people = DatabaseStaffPeople(pages.context.engine)
    people.met("staff:ada", "https://idp.example", "ada", "Ada Lovelace", pages.wall.at)

    page = await browser.get("/staff/compliance")
    assert "<bdi>Ada Lovelace</bdi>" in page
    assert "not before it was over" in page
    rows = json.loads(await browser.get("/staff/compliance/notices.json"))
    assert [(row["number"], row["acknowledged_by"], row["name"]) for row in rows] == [
        ("DEF-3", None, None),
        ("DEF-2", "staff:ada", "Ada Lovelace"),
        ("DEF-1", "=HYPERLINK(1)", None),
    ]
    took = datetime.fromisoformat(rows[1]["acknowledged_at"]) - datetime.fromisoformat(
        rows[1]["asked_at"]
    )
    assert timedelta(minutes=20) <= took < timedelta(minutes=23)
    sheet = list(csv.DictReader(io.StringIO(await browser.get("/staff/compliance/notices.csv"))))
    assert [row["acknowledged_by"] for row in sheet] == ["", "staff:ada", "'=HYPERLINK(1)"]
    assert sheet[1] | {"name": None} == {k: v or "" for k, v in rows[1].items()} | {"name": None}
