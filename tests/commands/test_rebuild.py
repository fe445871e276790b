"""What a record is worth once its workflow and its history are gone, and what is named as lost."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.adapters.database import DatabaseReadModel, DatabaseRecords
from commands.rebuild import Rebuilt, rebuilt
from domain.contract.catalogue import COMMANDS
from domain.contract.effects import Effect, UpdateReadModel
from domain.contract.parsing import parse
from tests.domain.builders import FRIDAY, a_defect, attachment
from tests.quick_databases import empty_database

MERGE = "the merge under way"


def _recovered(folder: Path, *said: tuple[str, dict[str, Any]]) -> Rebuilt:
    """A defect to which all that was said, written down, and forgotten by Temporal."""
    engine = empty_database(folder / "test.db")
    defect, begun = a_defect("S2", attachment("CASE-1"), attachment("CASE-2", "client-2"))
    effects: list[Effect] = [*begun]
    for name, fields in said:
        command = parse(COMMANDS[name], {"actor": "agent-1", **fields})
        effects += defect.handle(command, FRIDAY + timedelta(hours=1))
    written: Sequence[UpdateReadModel] = [e for e in effects if isinstance(e, UpdateReadModel)]
    for projection in written:
        DatabaseReadModel(engine).project(projection)
    known = DatabaseRecords(engine).last("DEF-1")
    assert known is not None
    try:
        return rebuilt(engine, "DEF-1", known, FRIDAY + timedelta(days=1))
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


@pytest.mark.parametrize("asked", [True, False])
def test_a_merge_under_way_is_named(tmp_path: Path, *, asked: bool) -> None:
    """Cases may be with either defect: an operator has to look before anything begins anew."""
    merge = ("merge_into", {"defect": "DEF-2", "reason": "the same"})
    found = _recovered(tmp_path, *([merge] if asked else []))

    assert any(MERGE in part for part in found.lost) is asked
    assert found.feedback == []
