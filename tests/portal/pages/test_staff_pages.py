"""What staff see: what is owed, what fails, how promises were kept; and who is staff."""

import csv
import io
from datetime import timedelta

import pytest

from activities.adapters.database.tokens import DatabaseTokens
from portal.pages.compliance import compliance_of
from portal.pages.staff import WorkflowLinks
from portal.pages.when import Times
from tests.domain.builders import CHICAGO
from tests.portal.pages.installation import ADA, Pages, on_case


@pytest.mark.parametrize("scopes", [["cases:read"], ["staff:write"]])
async def test_another_scope_does_not_open_it(story: Pages, scopes: list[str]) -> None:
    """The answer is that of a token nobody has."""
    browser, answers = story.browser(), []
    for token in (story.token(*scopes), "dft_000000000000_" + "x" * 43, "nonsense", ""):
        response = await browser.send("/staff/sign-in", "/staff/sign-in", token=token)
        answers.append((response.status_code, "does not open this page" in response.text))

    assert set(answers) == {(422, True)}
    assert "portal-staff" not in browser.http.cookies


async def test_a_revoked_token_ends_what_it_opened(story: Pages) -> None:
    """At once, and so does half an hour of silence."""
    revoked, idle, began = story.browser(), await story.staff(), story.wall.at
    token = story.token()
    await revoked.done("/staff/sign-in", "/staff/sign-in", token=token)
    DatabaseTokens(story.site.engine).revoke(token.split("_")[1], story.wall.at)
    assert (await revoked.http.get("/staff")).headers["location"] == "/staff/sign-in"
    story.wall.at += timedelta(minutes=31)
    assert (await idle.http.get("/staff")).headers["location"] == "/staff/sign-in"
    story.wall.at = began


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
    compliance = compliance_of(story.site.engine, Times(CHICAGO), story.wall.at)
    last = compliance.months[-1]

    assert (last.targets_met, last.targets_missed) == (1, 1)
    assert (last.updates_given, last.updates_missed) == (6, 0)
    assert last.updates_share == 1.0
    ((severity, took),) = last.times
    assert (severity, took.count, took.median, took.p90) == ("S1", 1, 1.04, 1.04)
    assert len(compliance.months) == 12


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
