"""What staff see: what is owed, what fails, how promises were kept; and who is staff."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from activities.adapters.database import DatabaseReadModel, MailArchive
from activities.adapters.database.tokens import DatabaseTokens
from activities.ports import Letter
from domain.compliance import share
from domain.contract.values import Severity
from portal.pages.compliance import compliance_of
from portal.pages.local_time import Times
from portal.pages.mail_outbox import PAGE
from portal.pages.staff import WorkflowLinks
from tests.domain.builders import CHICAGO, ETO, eto_with
from tests.portal.pages.installation import ADA, Forms, Pages, on_case, pages_installation


@pytest.mark.parametrize("scopes", [["cases:read"], ["staff:write"]])
async def test_another_scope_does_not_open_it(story: Pages, scopes: list[str]) -> None:
    """The answer is that of a token nobody has."""
    browser, answers = story.browser(), []
    for token in (story.token(*scopes), "dft_000000000000_" + "x" * 43, "nonsense", ""):
        response = await browser.send("/staff/sign-in", "/staff/sign-in", token=token)
        answers.append((response.status_code, "is not valid for this page" in response.text))

    assert set(answers) == {(422, True)}
    assert "portal-staff" not in browser.http.cookies


async def test_a_revoked_token_ends_what_it_opened(story: Pages) -> None:
    """At once, and so does half an hour of silence."""
    revoked, idle, began = story.browser(), await story.staff(), story.wall.at
    token = story.token()
    await revoked.done("/staff/sign-in", "/staff/sign-in", token=token)
    DatabaseTokens(story.context.engine).revoke(token.split("_")[1], story.wall.at)
    assert (await revoked.http.get("/staff")).headers["location"] == "/staff/sign-in"
    story.wall.at += timedelta(minutes=31)
    assert (await idle.http.get("/staff")).headers["location"] == "/staff/sign-in"
    story.wall.at = began


async def test_a_token_is_typed_unseen_and_a_table_has_our_name(story: Pages) -> None:
    """Nobody who looks on reads a token, and nothing that was typed names a file."""
    asked = await story.browser().get("/staff/sign-in")
    fetched = await (await story.staff()).http.get("/staff/compliance.csv")

    assert re.search(r'name="token" type="password"', asked)
    assert fetched.headers["content-disposition"] == 'attachment; filename="compliance.csv"'


async def test_guessing_tokens_is_stopped(story: Pages) -> None:
    """Ten tries in a quarter of an hour."""
    browser = story.browser()
    for _ in range(10):
        await browser.send("/staff/sign-in", "/staff/sign-in", token="guess")
    right = await browser.send("/staff/sign-in", "/staff/sign-in", token=story.token())

    assert right.status_code == 429


async def test_the_desk_shows_what_is_owed_missed_undecided_and_failing(pages: Pages) -> None:
    """T9, D4, C6: each with its instant; what was refused for good with its code."""
    world = pages.world
    world.mailbox.refused[ADA] = "smtp-550"
    await world.defect("DEF-1", "S1", on_case("CASE-1"), title="Internal words")
    await world.defect("DEF-2", "S3", on_case("CASE-2", "harbour", "bob@harbour.example"))
    ask = {"client": "harbour", "severity": "S2", "justification": "we cannot bill"}
    await world.tell("DEF-2", "request_reclassification", **ask)
    await world.case("CASE-3", priority="critical", channel="portal")
    await world.settle()
    await pages.tick(hours=1)
    early = await (await pages.staff()).get("/staff")
    await pages.tick(days=4)
    late = await (await pages.staff()).get("/staff")

    due = early.split('id="due"')[1]
    assert all(words in due for words in ("First response", "Update to clients", "Decision: S2"))
    overdue = late.split('id="overdue"')[1].split('id="due"')[0]
    assert all(words in overdue for words in ("First response", "Resolution", "Decision: S2"))
    assert "smtp-550" in late
    assert ADA not in late
    assert "Internal words" in late


async def test_compliance_counts_what_was_kept_and_missed(story: Pages) -> None:
    """One S1 met its target after 25 hours, one missed it; every update was in time."""
    compliance = compliance_of(story.context.engine, ETO, Times(CHICAGO), story.wall.at)
    last = compliance.months[-1]

    assert (last.targets_met, last.targets_missed) == (1, 1)
    assert (last.updates_given, last.updates_missed) == (6, 0)
    assert share(last.updates_given, last.updates_missed) == 1.0
    ((severity, took),) = last.times
    assert (severity, took.count, took.median, took.p90) == ("S1", 1, 1.04, 1.04)
    assert len(compliance.months) == 12


async def test_a_progress_text_is_an_update_where_the_policy_asks_for_updates(
    pages: Pages,
) -> None:
    """Which severities these are is the policy's: here an S2's text counts once S2 has updates."""
    await pages.world.defect("DEF-1", "S2", on_case("CASE-1"))
    await pages.world.tell("DEF-1", "post_progress", public_text="We found the cause.")
    await pages.tick()
    asked = eto_with("S2", updates=ETO.severities[Severity.S1].updates)
    given = [
        compliance_of(pages.context.engine, policy, Times(CHICAGO), pages.wall.at)
        .months[-1]
        .updates_given
        for policy in (ETO, asked, eto_with("S1", updates=None))
    ]

    assert given == [0, 1, 0]


async def test_compliance_can_be_had_as_a_table(story: Pages) -> None:
    """A row per month and severity, with the numbers of the page."""
    response = await (await story.staff()).http.get("/staff/compliance.csv")
    rows = list(csv.DictReader(io.StringIO(response.text)))

    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in response.headers["content-disposition"]
    assert len(rows) == 12
    assert (rows[-1]["severity"], rows[-1]["median_days"]) == ("S1", "1.04")


async def test_charts_say_what_they_show(story: Pages) -> None:
    """A title and a description for who cannot see them, and the numbers as a table."""
    html = await (await story.staff()).get("/staff/compliance")

    assert html.count('role="img"') == html.count("<desc ") == 3
    assert "1 met, 1 missed: 50% met." in html
    assert html.count("As a table") == 3


def test_workflows_are_linked_where_the_settings_say() -> None:
    """By number, which is the workflow's id; without a UI there is no link."""
    links = WorkflowLinks("https://temporal.example", "default")

    assert links("DEF-1") == "https://temporal.example/namespaces/default/workflows/DEF-1"
    assert WorkflowLinks(None, "default")("DEF-1") is None


async def test_letters_are_shown_where_they_are_kept(pages: Pages) -> None:
    """Newest first, by number, as text; the page says that they are links to sign in as well."""
    kept = MailArchive(pages.context.engine)
    with kept.open() as session:
        for n, cases in enumerate(("CASE-1", "CASE-1, CASE-10", "CASE-10"), start=1):
            session.send(letter(n, f"Letter {n} <b>", {"X-Case": cases, "X-Event": "case.opened"}))
    staff = await pages.staff()
    shown = await staff.get("/staff/letters")
    about = await staff.get("/staff/letters?number=CASE-1")
    none = await staff.get("/staff/letters?number=%25")
    text = await staff.get(letters_in(shown)[0])

    assert 'href="/staff/letters"' in await staff.get("/staff")
    assert "No mail server is configured" in shown
    assert [subject_of(await staff.get(path)) for path in letters_in(shown)] == [
        *("Letter 3", "Letter 2", "Letter 1"),
    ]
    assert letters_in(about) == letters_in(shown)[1:]
    assert letters_in(none) == []
    assert "&lt;script&gt;" in text
    assert "<script" not in text
    assert "Letter 3 &lt;b&gt;" in text


async def test_letters_are_listed_page_by_page(pages: Pages) -> None:
    """Fifty at a time; what is no letter is no page."""
    with MailArchive(pages.context.engine).open() as session:
        for n in range(PAGE + 1):
            session.send(letter(n, f"Letter {n}", {"X-Defect": "DEF-1"}))
    staff = await pages.staff()
    first = await staff.get("/staff/letters?number=DEF-1")
    older = re.search(r'href="(/staff/letters\?[^"]+)">Older', first)
    assert older is not None
    second = await staff.get(older[1].replace("&amp;", "&"))

    assert (len(letters_in(first)), len(letters_in(second))) == (PAGE, 1)
    assert "Older" not in second
    for path in ("/staff/letters/x", "/staff/letters/²", "/staff/letters/" + "9" * 30):
        await staff.get(path, status=404)
    await staff.get("/staff/letters?before=x", status=404)


@pytest.mark.parametrize(
    "settings", [{"smtp_url": SecretStr("smtp://127.0.0.1:1")}, {"letters_shown": False}]
)
async def test_letters_are_shown_only_where_that_is_said(
    settings: dict[str, Any], tmp_path: Path
) -> None:
    """Staff could sign in as a client by what was kept: the pages are not there."""
    async with pages_installation(tmp_path, **settings) as pages:
        with MailArchive(pages.context.engine).open() as session:
            session.send(letter(1, "Earlier", {}))
        staff = await pages.staff()
        for path in ("/staff/letters", "/staff/letters/1"):
            assert "Earlier" not in await staff.get(path, status=404)
        assert "/staff/letters" not in await staff.get("/staff")


async def test_letters_are_for_staff(pages: Pages) -> None:
    """A client and a visitor are asked for a token."""
    for browser in (pages.browser(), await pages.signed_in()):
        for path in ("/staff/letters", "/staff/letters/1"):
            assert (await browser.http.get(path)).headers["location"] == "/staff/sign-in"


def letter(n: int, subject: str, headers: dict[str, str]) -> Letter:
    """One that is kept."""
    return Letter(
        message_id=f"<{n}@vendor.example>",
        to=ADA,
        to_name=None,
        subject=subject,
        text="Hello,\n<script>alert(1)</script>",
        html="<p>Hello</p>",
        headers=headers,
        at=datetime(2027, 5, 3, 15, tzinfo=UTC),
    )


def letters_in(html: str) -> list[str]:
    """The letters a page links to."""
    return re.findall(r'href="(/staff/letters/\d+)"', html)


def subject_of(html: str) -> str:
    """The heading of a letter's page, without what is escaped."""
    found = re.search(r"<h1[^>]*>(.*?)(?: &lt;b&gt;)?</h1>", html)
    assert found is not None
    return found[1]


async def test_staff_record_what_they_told_by_telephone(pages: Pages) -> None:
    """T9: who, number and words; only a token that may write records it, in its name."""
    phone = {"name": "<Ada>", "phone": "+1 312 555 0123"}
    await pages.world.defect("DEF-1", "S3", on_case("CASE-1") | {"contact": phone})
    await pages.tick()
    onlooker, caller = await pages.staff(), pages.browser()
    token = pages.token("staff:read", "defects:write")
    await caller.done("/staff/sign-in", "/staff/sign-in", token=token)
    dashboard, seen = await onlooker.get("/staff"), await onlooker.get("/staff/telephone")

    assert "<strong>1</strong> to tell by telephone" in dashboard
    assert all(words in seen for words in ("&lt;Ada&gt;", "+1 312 555 0123", "Defect confirmed"))
    assert "Record that they were told" not in seen
    told = {"message": "", "case": "CASE-1"} | Forms(await caller.get("/staff/telephone")).to(
        "/staff/telephone"
    )
    forged = Forms(await onlooker.get("/staff")).to("/staff/sign-out") | {
        "message": told["message"],
        "case": "CASE-1",
    }
    assert (await onlooker.http.post("/staff/telephone", data=forged)).status_code == 403

    done = await caller.done("/staff/telephone", "/staff/telephone", note="left word")
    assert "Nobody is to be told by telephone." in done
    again = await caller.http.post("/staff/telephone", data=told)
    assert (again.status_code, again.headers["location"]) == (303, "/staff/telephone")
    await pages.tick()
    (fact,) = [
        fact
        for fact in DatabaseReadModel(pages.context.engine).timeline("DEF-1", public_only=False)
        if fact["event"] == "contact.notified"
    ]
    assert (fact["actor"], fact["internal_text"]) == ("lead-1", "left word")
