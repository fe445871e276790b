"""What a record is worth once its workflow and its history are gone, and what is named as lost."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.adapters.database import DatabaseReadModel, DatabaseRecords
from commands.rebuild import Rebuilt, rebuilt
from domain.contract.catalogue import COMMANDS
from domain.contract.defect import DefectStart
from domain.contract.effects import Effect, UpdateReadModel
from domain.contract.parsing import parse
from domain.defect import DEFECT
from tests.domain.builders import ETO, FRIDAY, Alone, a_defect, attachment, begin_alone
from tests.quick_databases import empty_database

LOST = FRIDAY + timedelta(days=60)
MERGE = "the merge under way"
DAY = timedelta(days=1)
Said = tuple[str, dict[str, Any]]


def _recovered(folder: Path, *said: Said) -> Rebuilt:
    """A defect to which all that was said, written down, and forgotten by Temporal."""
    return _lived(folder, *((1 / 24, each) for each in said))[1]


def _lived(folder: Path, *said: tuple[float, Said]) -> tuple[Alone, Rebuilt]:
    """The same, said so many days after it was confirmed, with what it was when it was lost."""
    engine = empty_database(folder / "test.db")
    defect, begun = a_defect("S2", attachment("CASE-1"), attachment("CASE-2", "client-2"))
    effects: list[Effect] = [*begun]
    for days, (name, fields) in said:
        command = parse(COMMANDS[name], {"actor": "agent-1", **fields})
        effects += defect.handle(command, FRIDAY + days * DAY)
    written: Sequence[UpdateReadModel] = [e for e in effects if isinstance(e, UpdateReadModel)]
    for projection in written:
        DatabaseReadModel(engine).project(projection)
    known = DatabaseRecords(engine).last("DEF-1")
    assert known is not None
    try:
        return defect, rebuilt(engine, "DEF-1", known, LOST)
    finally:
        engine.dispose()


def test_what_clients_said_of_the_severity_is_said_again(tmp_path: Path) -> None:
    """D3: the last of each, with the words that only the timeline has; when it was is lost."""
    found = _recovered(
        tmp_path,
        ("record_severity_feedback", {"client": "client-1", "severity": "S3", "comment": "No."}),
        ("record_severity_feedback", {"client": "client-1", "severity": "S1", "comment": "Worse."}),
        ("record_severity_feedback", {"client": "client-2", "severity": "S2"}),
    )

    assert found.feedback == [
        {"client": "client-1", "severity": "S1", "comment": "Worse."},
        {"client": "client-2", "severity": "S2", "comment": None},
    ]
    assert any("it counts as said now" in part for part in found.lost)


HOLD, RESUME = ("hold", {"reason": "a part"}), ("resume", {"reason": "it is here"})
RESOLVE, REOPEN = ("resolve", {"resolution": "patched"}), ("reopen", {"reason": "no"})
WAITS = [("wait_for_client", {"case": f"CASE-{n}"}) for n in (1, 2)]
ANSWERED = ("stop_waiting", {"case": "CASE-1"})


def severity(to: str) -> Said:
    """It is reclassified."""
    return "change_severity", {"severity": to, "reason": "looked again"}


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([], id="nothing"),
        pytest.param([(5, HOLD), (9, RESUME), (20, HOLD), (21.5, RESUME)], id="two holds"),
        pytest.param([(5, HOLD), (9, RESUME), (20, HOLD)], id="on hold again"),
        pytest.param([(3, WAITS[0]), (4, WAITS[1]), (11, ANSWERED)], id="all cases wait"),
        pytest.param([(3, WAITS[0]), (4, WAITS[1]), (6, HOLD)], id="wait, then held by staff"),
        pytest.param([(10, RESOLVE), (17, REOPEN), (30, HOLD), (33, RESUME)], id="reopened"),
        pytest.param([(8, HOLD), (10, RESOLVE), (17, REOPEN)], id="resolved on hold, reopened"),
        pytest.param([(8, HOLD), (10, RESOLVE)], id="resolved on hold"),
        pytest.param([(8, HOLD), (9, RESUME), (59, severity("S1"))], id="held at another severity"),
        pytest.param([(8, severity("S1")), (9, severity("S2"))], id="another severity meanwhile"),
        pytest.param(
            [(8, HOLD), (9, severity("S3")), (10, severity("S2")), (12, RESUME)],
            id="reclassified on hold",
        ),
    ],
)
def test_no_time_counts_as_spent_that_was_not(
    tmp_path: Path, said: Sequence[tuple[float, Said]]
) -> None:
    """T2: what begins anew has spent as much as what was lost, and owes it as soon."""
    lost, found = _lived(tmp_path, *said)
    start = parse(DefectStart, found.payload)
    again, _ = begin_alone(DEFECT, "DEF-1", start, ETO, LOST)
    rules = lost.rules.target
    assert rules is not None
    spent = [
        each.target.spent_by(lost.severity, rules, each.calendar, LOST) for each in (lost, again)
    ]

    assert spent[0] == spent[1] > 0
    assert again.state == lost.state
    assert again.target_due_at == lost.target_due_at
    assert again.hold.since == lost.hold.since


def test_what_was_spent_at_another_severity_is_named(tmp_path: Path) -> None:
    """The record has no budget of one that it has no longer."""
    found = _recovered(tmp_path, severity("S1"))

    assert "what was spent, told and missed at other severities" in found.lost


def test_one_that_was_begun_from_the_record_is_rebuilt_once_more(tmp_path: Path) -> None:
    """Its facts go on behind those of the life before: it is still on hold since then."""
    engine = empty_database(tmp_path / "test.db")
    defect, effects = a_defect("S2", attachment("CASE-1"))
    for days, (name, fields) in [(5, HOLD), (9, RESUME), (20, HOLD)]:
        command = parse(COMMANDS[name], {"actor": "agent-1", **fields})
        effects += defect.handle(command, FRIDAY + days * DAY)
    payloads = []
    for lost_at in (LOST, LOST + DAY):
        for written in effects:
            if isinstance(written, UpdateReadModel):
                DatabaseReadModel(engine).project(written)
        known = DatabaseRecords(engine).last("DEF-1")
        assert known is not None
        payloads.append(rebuilt(engine, "DEF-1", known, lost_at).payload)
        start = parse(DefectStart, payloads[-1])
        defect, effects = begin_alone(DEFECT, "DEF-1", start, ETO, lost_at)
    engine.dispose()

    assert payloads[0]["past"] == payloads[1]["past"]
    assert payloads[0]["past"]["held_since"] == (FRIDAY + 20 * DAY).isoformat()


@pytest.mark.parametrize("asked", [True, False])
def test_a_merge_under_way_is_named(tmp_path: Path, *, asked: bool) -> None:
    """Cases may be with either defect: an operator has to look before anything begins anew."""
    merge = ("merge_into", {"defect": "DEF-2", "reason": "the same"})
    found = _recovered(tmp_path, *([merge] if asked else []))

    assert any(MERGE in part for part in found.lost) is asked
    assert found.feedback == []
