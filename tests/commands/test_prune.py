"""`prune`: counts first, removes then, and says of what."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.adapters.database import DatabaseSessions, make_engine, migrate
from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.file_store import FileStore
from domain.retention import Kept
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from starter import app


def said(*words: str) -> Result:
    """What one command answers."""
    return CliRunner().invoke(app, words)


def test_a_dry_run_removes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And says of each kind how many rows it would be. No server is needed."""
    url = f"sqlite:///{tmp_path / 'test.db'}"
    monkeypatch.setenv("DEFECTS_DATABASE_URL", url)
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    engine = make_engine(url)
    migrate(engine)
    DatabaseSessions(engine).begin("client", "a@x.example", datetime.now(UTC) - timedelta(days=8))
    engine.dispose()
    first, second = said("prune", "--dry-run", "--json"), said("prune", "--dry-run")
    removed, again = (json.loads(said("prune", "--json").output) for _ in range(2))

    none = dict.fromkeys(map(str, Kept), 0)
    assert json.loads(first.output) == {"dry_run": True, "rows": none | {"sessions": 1}}
    assert second.output.splitlines()[0].split() == ["kind", "to", "be", "removed"]
    assert ["sessions", "1"] in [line.split() for line in second.output.splitlines()]
    assert removed == {"dry_run": False, "rows": none | {"sessions": 1}}
    assert again["rows"] == none


def test_a_store_that_is_down_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All else is removed, and the file once the store is back."""
    url, folder = f"sqlite:///{tmp_path / 'test.db'}", tmp_path / "files"
    monkeypatch.setenv("DEFECTS_DATABASE_URL", url)
    monkeypatch.setenv("DEFECTS_ATTACHMENTS_URL", str(folder))
    engine, old = make_engine(url), datetime.now(UTC) - timedelta(days=8)
    migrate(engine)
    DatabaseSessions(engine).begin("client", "a@x.example", old)
    digest = AttachmentFiles(engine, FileStore(str(folder)), Sealer(NO_KEYS)).keep(b"log", old)
    engine.dispose()
    kept = folder / digest[:2]
    kept.rename(tmp_path / "away")
    kept.write_bytes(b"")
    down = said("prune", "--json")
    kept.unlink()
    (tmp_path / "away").rename(kept)
    back = said("prune", "--json")

    assert (down.exit_code, back.exit_code) == (1, 0)
    assert down.stderr == "attachments cannot be removed: NotADirectoryError Not a directory\n"
    rows = [json.loads(one.stdout)["rows"] for one in (down, back)]
    assert [(one["sessions"], one["attachment_files"]) for one in rows] == [(1, 0), (0, 1)]
    assert list(kept.iterdir()) == []


def test_what_stops_repeats_cannot_be_kept_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The setting is refused by its name."""
    monkeypatch.setenv("DEFECTS_KEEP_DELIVERIES_DAYS", "7")
    refused = said("prune", "--dry-run")

    assert refused.exit_code == 2
    assert "DEFECTS_KEEP_DELIVERIES_DAYS: must be greater than or equal to 60" in refused.stderr
