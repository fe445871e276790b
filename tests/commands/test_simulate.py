"""Real histories under the policy: readable, kept, and the same with and without Temporal."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from rich.progress import Progress

from activities.adapters.policy_files import PolicyFiles
from commands.records import RecordError
from domain.contract.defect import PostProgress, Resolve
from simulation import simulate
from simulation.dry_run import commands_of, dry_run, script_of
from simulation.histories import Story, read_stories
from simulation.live_run import live_run
from simulation.oracle.audit import audit
from simulation.simulate import dry_runs, next_base, summed
from tests.domain.builders import ETO
from tests.soak import SOAKING
from tests.workflows.world import settings_of_tests

DATA = Path(__file__).parents[1] / "data"
BASE = datetime(2028, 3, 6, tzinfo=UTC)


def _silent() -> Progress:
    return Progress(console=Console(quiet=True), disable=True)


def test_bugs_are_read_as_stories() -> None:
    """Severities map as agreed; a bug whose severity is none of ours is left out and counted."""
    stories, left_out = read_stories(DATA / "bugs.jsonl")
    severities = {story.number: story.start["severity"] for story in stories}

    assert left_out == 1
    assert severities["BUG-1372243"] == "S1"
    assert severities["BUG-1046231"] == "S3"
    assert all(
        earlier.at <= later.at
        for story in stories
        for earlier, later in zip(story.steps, story.steps[1:], strict=False)
    )


def test_a_release_is_planned_before_it_resolves() -> None:
    """A milestone set together with the resolution is a plan first, then its end."""
    stories, _ = read_stories(DATA / "bugs.jsonl")
    story = next(s for s in stories if s.number == "BUG-1055622")
    commands = [step.command for step in story.steps]

    assert commands.index("schedule_release") < commands.index("resolve")


def test_incidents_are_read_as_stories() -> None:
    """Impact critical and major are S1, the rest S2; their end is the resolution."""
    stories, _ = read_stories(DATA / "incidents.jsonl")

    assert {story.start["severity"] for story in stories} == {"S1", "S2"}
    assert all(any(step.command == "resolve" for step in story.steps) for story in stories)


def test_a_story_is_shifted_by_whole_weeks() -> None:
    """Distances and weekdays stay; everything lies in the week from the base on."""
    stories, _ = read_stories(DATA / "incidents.jsonl")
    for story in stories:
        shifted = story.shifted(BASE)
        moved = shifted.at - story.at

        assert moved % timedelta(weeks=1) == timedelta(0)
        assert BASE <= shifted.at < BASE + timedelta(weeks=1)
        assert [s.at - story.at for s in story.steps] == [s.at - shifted.at for s in shifted.steps]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "line 1"),
        ("[]", "one JSON object"),
        ('{"created_at": "2020-01-01T00:00:00Z"}', "line 1: KeyError"),
        (
            '{"id": 1, "impact": "major", "started_at": "2020-01-01T00:00:00", "updates": []}',
            "no time zone",
        ),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, reason: str) -> None:
    """A file that cannot be read says where and why."""
    (tmp_path / "x.jsonl").write_text(line)
    with pytest.raises(RecordError, match=reason):
        read_stories(tmp_path / "x.jsonl")


def test_a_broken_promise_is_found() -> None:
    """The oracle bites: a defect at S1 whose updates are lost breaks T6."""
    start = {
        "actor": "a",
        "severity": "S1",
        "title": "t",
        "functional_area": "f",
        "cases": [{"case": "C", "client": "c", "contact": {"email": "c@client.example"}}],
    }
    kept = dry_run(script_of(Story("DEF-1", BASE, start)), ETO)
    delivered = [d for d in kept.history.delivered if d.event != "defect.update"]
    lost = replace(kept.history, delivered=delivered)

    assert kept.audit.broken == ()
    assert {broken.clause for broken in audit(lost, ETO).broken} == {"T6"}


@pytest.mark.soak
@pytest.mark.parametrize("name", ["bugs.jsonl", "incidents.jsonl"])
async def test_workflows_and_machines_give_the_same_facts(name: str) -> None:
    """The same stories, with Temporal and without: the same figures for every one of them.

    A soak plays all of them, other runs every second one.
    """
    everything, _ = read_stories(DATA / name)
    stories = everything if SOAKING else everything[::2]
    base = next_base(datetime.now(UTC))
    parts = [script_of(story.shifted(base)) for story in stories]
    performed = (await live_run(settings_of_tests(), parts, _silent())).defects
    rehearsed = dry_runs(parts, PolicyFiles(), _silent())

    assert [o.audit.broken for o in performed] == [() for _ in stories]
    assert [o.audit.broken for o in rehearsed] == [() for _ in stories]
    for with_temporal, without in zip(performed, rehearsed, strict=True):
        assert asdict(with_temporal.audit.figures) == asdict(without.audit.figures)
        assert with_temporal.refused == without.refused
    assert summed(performed)["history_events"] > 0


@pytest.mark.parametrize("releases", [False, True])
async def test_the_answer_for_programs_counts_what_was_played(
    capsys: pytest.CaptureFixture[str], releases: bool
) -> None:
    """`--json`: figures per defect and in sum, and of the year where releases were played."""
    code = await simulate.run(
        settings_of_tests(),
        DATA / "bugs.jsonl",
        fast=True,
        as_json=True,
        limit=4,
        releases=releases,
    )
    answer = json.loads(capsys.readouterr().out)

    assert code == 0
    assert (len(answer["defects"]), answer["left_out"], answer["broken"]) == (4, 1, [])
    assert ("year" in answer) is releases
    if releases:
        assert [r["number"][-2:] for r in answer["year"]["releases"]] == [".1", ".2", ".3", ".4"]
        assert any("R2" in missing for missing in answer["year"]["left_unsaid"])


@pytest.mark.parametrize("releases", [False, True])
async def test_the_answer_for_people_ends_with_the_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], releases: bool
) -> None:
    """Tables, the verdict, and the report's three files where a folder is given."""
    folder = tmp_path / "new" / "report"
    code = await simulate.run(
        settings_of_tests(),
        DATA / "incidents.jsonl",
        fast=True,
        as_json=False,
        limit=None,
        releases=releases,
        report=folder,
    )
    said = capsys.readouterr().out

    assert code == 0
    assert ("REL-" in said) is releases
    assert "Every promise was kept." in said
    assert {path.name for path in folder.iterdir()} == {"report.txt", "report.json", "report.html"}


def test_steps_become_commands_of_the_contract() -> None:
    """Comments are progress, RESOLVED is resolve."""
    stories, _ = read_stories(DATA / "bugs.jsonl")
    kinds = {type(command) for story in stories for _, command in commands_of(story)}

    assert {PostProgress, Resolve} <= kinds
