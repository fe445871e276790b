"""`forget`: shows what would go, refuses while something is open, and says what remains."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.adapters.database import DatabaseReadModel, make_engine, migrate
from activities.adapters.database.attachments import (
    AttachmentFiles,
    DatabaseAttachments,
    KeptFile,
)
from activities.adapters.file_store import FileStore
from domain.contract.effects import AudienceChange, UpdateReadModel
from domain.contract.values import Attachment, Contact
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from starter import app

NOW = datetime(2026, 12, 1, tzinfo=UTC)
ADA = "ada@river.example"


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The URL of an empty one, and no Temporal server."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    monkeypatch.setenv("DEFECTS_DATABASE_URL", url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    return url


def a_case(database: str, state: str, sequence: int) -> None:
    """Ada's, as it stands."""
    engine = make_engine(database)
    migrate(engine)
    ada = Attachment(case="CASE-1", client="river", contact=Contact(email=ADA, name="Ada"))
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"CASE-1/{sequence}/project",
            entity="CASE-1",
            sequence=sequence,
            at=NOW,
            kind="case",
            snapshot={"number": "CASE-1", "state": state},
            audience=[AudienceChange(sequence=1, at=NOW, attach=[ada])],
        )
    )
    engine.dispose()


def said(*words: str) -> Result:
    """What one command answers."""
    return CliRunner().invoke(app, ["forget", *words])


def test_what_is_open_is_listed_and_nothing_is_changed(database: str) -> None:
    """With the exit code of a case that refuses, whether it was to be done or only shown."""
    a_case(database, "open", 1)
    for words in ((), ("--yes",)):
        refused = said(ADA, *words)
        assert (refused.exit_code, refused.stdout) == (4, "")
        assert refused.stderr.splitlines()[:2] == [
            "cannot be forgotten yet:",
            "  CASE-1 is open",
        ]
    answer = json.loads(said(ADA, "--json").stdout)

    assert answer["held"] == {"CASE-1": "is open"}
    assert answer["rows"]["contacts of cases and defects"] == 1


def test_it_is_shown_first_done_then_and_void_afterwards(database: str) -> None:
    """A repeat says that nothing is known."""
    a_case(database, "closed", 2)
    shown, done, again = said(ADA), said(ADA.upper(), "--yes"), said(ADA, "--yes")

    for answer in (shown, done):
        assert answer.exit_code == 0
        assert "contacts of cases and defects" in answer.output
        assert "Their cases: CASE-1" in answer.output
        assert "temporal workflow delete" in answer.output
    assert "Nothing was changed" in shown.output
    assert "Nothing was changed" not in done.output
    assert (again.exit_code, again.output) == (0, "the database knows nothing of this person\n")


def with_a_file(database: str, folder: Path) -> Path:
    """Ada's case has one; where it lies."""
    engine = make_engine(database)
    files = AttachmentFiles(engine, FileStore(str(folder)), Sealer(NO_KEYS))
    kept = KeptFile(files.keep(b"log", NOW - timedelta(days=30)), "a.log", "text/plain", 3)
    DatabaseAttachments(engine).attach("CASE-1", "m1", [kept], 100, NOW)
    engine.dispose()
    return folder / kept.digest[:2] / kept.digest


def test_files_go_at_once_or_are_said_to_be_left(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While their store is down, or is not named here, another run or the worker removes them."""
    a_case(database, "closed", 2)
    file = with_a_file(database, tmp_path / "files")
    shown = said(ADA)
    not_named = said(ADA, "--yes")
    monkeypatch.setenv("DEFECTS_ATTACHMENTS_URL", str(tmp_path / "files"))
    file.rename(tmp_path / "away")
    file.parent.rmdir()
    file.parent.write_bytes(b"")
    down = said(ADA, "--yes")
    file.parent.unlink()
    file.parent.mkdir()
    (tmp_path / "away").rename(file)
    done = said(ADA, "--yes")

    assert ("files of their cases" in shown.output, shown.exit_code) == (True, 0)
    assert (
        "1 files of attachments are still there (DEFECTS_ATTACHMENTS_URL is not" in not_named.stderr
    )
    assert "the store does not answer: NotADirectoryError" in down.stderr
    assert [one.exit_code for one in (not_named, down, done)] == [1, 1, 0]
    assert not file.exists()


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("CASE-9",), 5, "unknown contact CASE-9"),
        ((ADA, "--yes", "--dry-run"), 2, "--dry-run or --yes"),
    ],
)
def test_slips_are_named(database: str, words: tuple[str, ...], code: int, named: str) -> None:
    """With the exit codes every command has."""
    answer = said(*words)

    assert (answer.exit_code, named in answer.stderr) == (code, True)
