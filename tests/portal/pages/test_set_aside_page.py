"""The page on which staff decide whose a mail is, and the record of a case as they read it."""

import pytest
from sqlalchemy import select

from activities.adapters.database import DatabaseReadModel, DatabaseSetAside
from activities.adapters.database.tables_mail import set_aside_mails
from portal.inbound.intake import receive
from portal.pages.folded import folded
from tests.portal.api.mails import a_mail
from tests.portal.pages.installation import ADA, Browser, Forms, Pages

PAGE = "/staff/mails"
BODY = "Totals are wrong <b>.\r\n\r\nOn Monday you wrote:\r\n> How are the totals?\r\n"


async def set_aside(pages: Pages, ident: str = "1") -> None:
    """A mail of Ada's that came through a list."""
    headers = {"Message-ID": f"<{ident}@river.example>", "List-Id": "<all.river.example>"}
    received = await receive(pages.context, a_mail(BODY, headers=headers))
    assert received.outcome == "set_aside"


async def a_member_of_staff(pages: Pages, *scopes: str) -> Browser:
    """Signed in with a token of these scopes."""
    browser = pages.browser()
    token = pages.token("staff:read", *scopes)
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    return browser


async def test_staff_see_them_with_their_reason_and_make_one_a_case(pages: Pages) -> None:
    """In the name of who did it; the dashboard counts those that wait."""
    await set_aside(pages)
    staff = await a_member_of_staff(pages, "cases:write")
    dashboard, page = await staff.get("/staff"), await staff.get(PAGE)
    response = await staff.send(PAGE, f"{PAGE}/case", mail="1")
    pages.world.numbers.append("CASE-000001")
    await pages.world.settle()
    case = await staff.get("/staff/cases/CASE-000001")

    assert "<strong>1</strong> mails set aside" in dashboard
    assert all(words in page for words in (ADA, "Saving does nothing", "list", "&lt;b&gt;"))
    assert (response.status_code, response.headers["location"]) == (
        303,
        "/staff/cases/CASE-000001",
    )
    with pages.context.engine.connect() as connection:
        decided = connection.execute(select(set_aside_mails)).one()
    assert (decided.decided_by, decided.case_number, decided.raw) == ("lead-1", "CASE-000001", None)
    assert "Totals are wrong &lt;b&gt;." in case
    assert DatabaseSetAside(pages.context.engine).count() == 0
    assert "case.opened" in pages.world.mailbox.events(ADA)


async def test_staff_say_that_one_is_nobodys(pages: Pages) -> None:
    """Nobody is written to, and it is gone from the page."""
    await set_aside(pages)
    staff = await a_member_of_staff(pages, "cases:write")

    page = await staff.done(PAGE, f"{PAGE}/nobodys", mail="1")
    late = await staff.http.post(f"{PAGE}/case", data=await _token(staff) | {"mail": "1"})

    assert "No mail waits for a decision." in page
    assert (late.status_code, late.headers["location"]) == (303, PAGE)
    assert pages.world.mailbox.letters == []
    assert DatabaseReadModel(pages.context.engine).entity("case", "CASE-000001") is None


async def test_to_decide_takes_the_scope_and_our_own_form(pages: Pages) -> None:
    """Whoever may only read sees no buttons, and is refused without them."""
    await set_aside(pages)
    reader = await a_member_of_staff(pages)
    form = await _token(reader)
    refused = [
        await reader.http.post(f"{PAGE}/{what}", data=form | {"mail": "1"})
        for what in ("case", "nobodys")
    ]
    forged = await reader.http.post(f"{PAGE}/case", data={"mail": "1"})
    stranger = await pages.browser().http.get(PAGE)

    assert "Make it a case" not in await reader.get(PAGE)
    assert [(r.status_code, "lacks the scope cases:write" in r.text) for r in refused] == [
        (403, True)
    ] * 2
    assert forged.status_code == 403
    assert stranger.headers["location"] == "/staff/sign-in"
    assert DatabaseSetAside(pages.context.engine).count() == 1


@pytest.mark.parametrize("mail", ["", "2", "-1", "x", "9" * 30, "²"])
async def test_what_is_not_there_leads_back_to_the_list(pages: Pages, mail: str) -> None:
    """A colleague was faster, or somebody guesses."""
    staff = await a_member_of_staff(pages, "cases:write")

    response = await staff.http.post(f"{PAGE}/nobodys", data=await _token(staff) | {"mail": mail})

    assert (response.status_code, response.headers["location"]) == (303, PAGE)


async def test_a_case_nobody_knows_is_not_here(pages: Pages) -> None:
    """Nor is a defect of that number."""
    staff = await a_member_of_staff(pages)

    page = await staff.get("/staff/cases/CASE-999999", status=404)

    assert "CASE-999999" not in page


@pytest.mark.parametrize(
    ("text", "shown", "quoted"),
    [
        ("Yes.", "Yes.", ""),
        ("Yes.\n\n> No?\n> Or?", "Yes.", "No?\nOr?"),
        ("> No?\n\nYes.", "> No?\n\nYes.", ""),
        ("Yes.\n\n> a\n\n>> b\n", "Yes.", "a\n\n> b"),
        ("> all\n> of it", "", "all\nof it"),
        ("", "", ""),
    ],
)
def test_what_is_quoted_at_the_end_is_folded(text: str, shown: str, quoted: str) -> None:
    """What stands between quoted lines is an answer, and stays with them."""
    found = folded(text)

    assert (found.text, found.quoted) == (shown, quoted)


async def _token(browser: Browser) -> dict[str, str]:
    fields = Forms(await browser.get("/staff")).to("/staff/sign-out")
    return {name: value for name, value in fields.items() if name != "mail"}
