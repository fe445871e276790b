"""A year of releases over real histories: planned sensibly, carried out, and held to the policy."""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from rich.progress import Progress

from activities.ports import Letter
from domain.contract.defect import Reopen, Resolve
from domain.contract.release import AttachDefect, Deploy, DetachDefect, Reschedule
from simulation.dry_run import Outcome, dry_run
from simulation.histories import Step, Story, read_stories
from simulation.live_run import ReleaseOutcome
from simulation.oracle.expected_state import Delivered
from simulation.release_year import ReleaseYear, plan_year
from simulation.report.figures import Played, report_of
from simulation.simulate import play
from simulation.year_audit import changes_not_told, notice_at, notices_not_given, sent_twice
from tests.domain.builders import ETO
from tests.workflows.world import settings_of_tests

STORIES, _ = read_stories(Path(__file__).parents[1] / "data" / "bugs.jsonl")
CHICAGO = ZoneInfo("America/Chicago")
YEAR = plan_year(STORIES, 2027, ETO.calendar)
DAY = timedelta(days=1)


def _silent() -> Progress:
    return Progress(console=Console(quiet=True), disable=True)


def _rehearsed(year: ReleaseYear = YEAR) -> list[Outcome]:
    return [dry_run(part, ETO) for part in year.alone()]


def _planned(*steps: Step, severity: str = "S3") -> ReleaseYear:
    """The year of one defect, confirmed on the first Tuesday of 2027."""
    start: dict[str, Any] = {
        "actor": "history",
        "severity": severity,
        "title": "Totals are wrong",
        "functional_area": "reports",
        "cases": [{}],
    }
    at = datetime(2027, 1, 5, 16, tzinfo=UTC)
    story = Story("BUG-1", at, start, list(steps))
    return plan_year([story], 2027, ETO.calendar)


def _step(month: int, day: int, command: str, **payload: str) -> Step:
    return Step(datetime(2027, month, day, 16, tzinfo=UTC), command, payload)


RESOLVED = {"resolution": "fixed"}


# --- the plan -------------------------------------------------------------------------------------


@pytest.mark.parametrize("year", range(2027, 2034))
def test_four_releases_a_quarter_apart_on_business_evenings(year: int) -> None:
    """R1: four majors, each deployed after hours on a day on which support was open."""
    planned = plan_year(STORIES, year, ETO.calendar)
    local = [release.deploy_at.astimezone(CHICAGO) for release in planned.releases]

    assert [release.number for release in planned.releases] == [
        f"REL-{year}.{n}" for n in range(1, 5)
    ]
    assert [at.month for at in local] == [3, 6, 9, 12]
    assert {at.time() for at in local} == {time(20)}
    assert all(ETO.calendar.is_open(at - timedelta(hours=4)) for at in local)
    assert all(80 * DAY < after - before < 110 * DAY for before, after in pairwise(local))


def test_a_plan_is_the_same_every_time() -> None:
    """Nothing is left to chance: who is attached, what rides which release."""
    assert plan_year(list(reversed(STORIES)), 2027, ETO.calendar) == YEAR


def test_defects_share_clients_and_some_people_have_two_cases() -> None:
    """R4 has something to hold: several defects of one client, several cases of one person."""
    people = [[c["contact"]["email"] for c in part.start["cases"]] for part in YEAR.defects]
    clients = [{c["client"] for c in part.start["cases"]} for part in YEAR.defects]

    assert any(len(set(emails)) < len(emails) for emails in people)
    assert len(set().union(*clients)) < sum(map(len, clients))
    assert all(
        len({c["case"] for c in p.start["cases"]}) == len(p.start["cases"]) for p in YEAR.defects
    )


def test_a_fix_rides_the_first_release_after_it() -> None:
    """It is not resolved when it is fixed, but by the deployment."""
    year = _planned(_step(4, 1, "resolve", **RESOLVED))
    attached = [c for c in year.changes if isinstance(c.command, AttachDefect)]

    assert [(c.release, c.at.month) for c in attached] == [("REL-2027.2", 4)]
    assert year.defects[0].commands == []
    assert [command.name for _, command in year.heard(year.defects[0])][-1] == "release_deployed"


def test_at_s1_nobody_waits_for_a_release() -> None:
    """A fix at S1 is resolved when it was resolved; after a lower severity it rides."""
    lowered = _step(1, 20, "change_severity", severity="S3", reason="way round")
    resolved = _step(2, 1, "resolve", **RESOLVED)
    urgent, calmer = _planned(resolved, severity="S1"), _planned(lowered, resolved, severity="S1")

    assert [type(command) for _, command in urgent.defects[0].commands] == [Resolve]
    assert not any(isinstance(c.command, AttachDefect) for c in urgent.changes)
    assert any(isinstance(c.command, AttachDefect) for c in calmer.changes)


def test_a_fix_that_did_not_hold_leaves_its_release() -> None:
    """Reopened before the deployment it is detached; afterwards the defect itself is reopened."""
    before = _planned(_step(2, 1, "resolve", **RESOLVED), _step(2, 9, "reopen", reason="again"))
    after = _planned(_step(3, 1, "resolve", **RESOLVED), _step(3, 20, "reopen", reason="again"))

    assert [type(c.command) for c in before.changes[:2]] == [AttachDefect, DetachDefect]
    assert before.defects[0].commands == []
    assert [type(command) for _, command in after.defects[0].commands] == [Reopen]
    for year in (before, after):
        outcomes = _rehearsed(year)
        assert (outcomes[0].audit.broken, outcomes[0].refused) == ((), 0)
        assert list(changes_not_told(year, outcomes)) == []


def test_what_is_fixed_after_the_last_release_stays_open() -> None:
    """No fifth release is made up."""
    year = _planned(_step(12, 20, "resolve", **RESOLVED))

    assert [type(c.command) for c in year.changes].count(AttachDefect) == 0
    assert year.defects[0].commands == []


def test_one_release_moves_and_one_defect_changes_release() -> None:
    """R3 has something to hold: a move between two notices, a detachment, a later deployment."""
    moved = [c for c in YEAR.changes if isinstance(c.command, Reschedule)]
    left = [c for c in YEAR.changes if isinstance(c.command, DetachDefect)]
    joined = [c.release for c in YEAR.changes if left and c.defect == left[0].defect]
    out = [c.release for c in YEAR.changes if isinstance(c.command, Deploy)]
    release = next(r for r in YEAR.releases if r.move)

    assert (len(moved), len(left), len(out)) == (1, 1, 4)
    assert len(dict.fromkeys(joined)) == 2
    assert 2 * DAY < release.planned_for - moved[0].at < 14 * DAY
    assert notice_at(release, 14) == release.planned_for - 14 * DAY
    assert notice_at(release, 2) == release.deploy_at - 2 * DAY


# --- carried out ----------------------------------------------------------------------------------


async def test_a_year_through_workflows_keeps_every_promise() -> None:
    """Four releases: the same figures as the machines give, and each notice to each contact."""
    stories = [
        replace(story, steps=[s for s in story.steps if s.command != "post_progress"])
        for story in STORIES
    ]
    performed = await play(settings_of_tests(), stories, _silent(), source="x", releases=True)
    rehearsed = await play(
        settings_of_tests(), stories, _silent(), source="x", releases=True, fast=True
    )
    report, alone = report_of(performed), report_of(rehearsed)

    assert (report.broken, alone.broken) == ([], [])
    for with_temporal, without in zip(performed.outcomes, rehearsed.outcomes, strict=True):
        assert asdict(with_temporal.audit.figures) == asdict(without.audit.figures)
    assert report.releases is not None
    assert alone.releases is not None
    assert [r.defects for r in report.releases] == [r.defects for r in alone.releases]
    assert [r.told for r in report.releases] == [r.told for r in alone.releases]
    assert [len(r.notices) for r in report.releases] == [2, 2, 2, 2]
    assert report.releases[-1].notices[-1].recipients == report.contacts
    assert all((r.history_events or 0) > 20 for r in report.releases)
    notices = sum(n.recipients for r in report.releases for n in r.notices)
    assert report.messages == alone.messages + notices


# --- the audit of the year bites ------------------------------------------------------------------


def _without(event: str) -> Callable[[list[Delivered]], list[Delivered]]:
    def lost(delivered: list[Delivered]) -> list[Delivered]:
        first = next(message for message in delivered if message.event == event)
        return [message for message in delivered if message is not first]

    return lost


def _again(delivered: list[Delivered]) -> list[Delivered]:
    first = next(m for m in delivered if m.event == "defect.release_scheduled")
    return [*delivered, replace(first, key="another")]


@pytest.mark.parametrize(
    ("spoiled", "clause"),
    [
        (_without("defect.release_scheduled"), "R3"),
        (_without("defect.release_rescheduled"), "R3"),
        (_without("defect.resolved"), "R4"),
        (_again, "R3"),
    ],
)
def test_who_is_not_told_of_a_change_or_told_twice_is_found(
    spoiled: Callable[[list[Delivered]], list[Delivered]], clause: str
) -> None:
    """R3, R4, worked out from what was said to the releases, not from what the defects recorded."""
    kept = _rehearsed()
    moved = next(
        o
        for o in kept
        if {"defect.release_rescheduled", "defect.resolved"}
        <= {m.event for m in o.history.delivered}
    )
    history = replace(moved.history, delivered=spoiled(list(moved.history.delivered)))

    assert list(changes_not_told(YEAR, kept)) == []
    found = list(changes_not_told(YEAR, [replace(moved, history=history)]))
    assert [(number, broken.clause) for number, broken in found] == [(moved.number, clause)]


def _told_of(release: int) -> ReleaseOutcome:
    """Both notices of a release, to everyone known by then."""
    planned = YEAR.releases[release]
    delivered = []
    for days in (14.0, 2.0):
        at = notice_at(planned, days)
        known = {
            case["contact"]["email"]
            for part in YEAR.defects
            if part.at < at
            for case in part.start["cases"]
        }
        delivered += [
            Delivered(at + timedelta(seconds=5), "release.notice", f"{days}", person)
            for person in sorted(known)
        ]
    return ReleaseOutcome(planned.number, [], delivered, 0, 0)


def test_a_notice_that_is_missing_doubled_or_late_is_found() -> None:
    """R2: each notice of each release once to everyone, by the date that stood then."""
    told = _told_of(3)
    first, *rest = told.delivered
    late = replace(first, at=first.at + timedelta(hours=1))

    def found(delivered: list[Delivered]) -> list[tuple[str, str]]:
        spoiled = replace(told, delivered=delivered)
        broken = notices_not_given(YEAR, [spoiled], [14, 2])
        return [(each.clause, each.recipient or "") for _, each in broken]

    assert found(told.delivered) == []
    assert found(rest) == [("R2", first.recipient)]
    assert found([first, first, *rest]) == [("R2", first.recipient)]
    assert found([late, *rest]) == [("R2", first.recipient)] * 2


def test_a_letter_sent_twice_is_found() -> None:
    """R4: a ledger has one row for it; the mail system was given it twice."""
    at = datetime(2027, 3, 1, tzinfo=UTC)
    letter = Letter("id-1", "A@client.example", None, "s", "t", "h", {"X-Defect": "BUG-1"}, at)

    assert list(sent_twice([letter, replace(letter, message_id="id-2")])) == []
    [(number, broken)] = sent_twice([letter, letter])
    assert (number, broken.clause, broken.recipient) == ("BUG-1", "R4", "a@client.example")


def test_what_the_year_broke_stands_in_the_report() -> None:
    """Promises of releases are promises: they count, and end `simulate` with 1."""
    told = [_told_of(place) for place in range(4)]
    told[0].delivered.clear()
    report = report_of(Played("x", ETO, _rehearsed(), 0, YEAR, told))

    assert {(row.clause, row.number) for row in report.broken} == {("R2", "REL-2027.1")}
