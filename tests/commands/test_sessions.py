"""`starter.py sessions`: who is signed in is seen and ended without the portal."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from activities.adapters.database import DatabaseSessions, DatabaseStaffPeople
from starter import app
from tests.quick_databases import empty_database

ADA = "ada@river.example"


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The database of this installation."""
    file = tmp_path / "defects.db"
    monkeypatch.setenv("DEFECTS_DATABASE_URL", f"sqlite:///{file}")
    return empty_database(file)


def starter(*arguments: str) -> tuple[int, str]:
    """Exit code and standard output."""
    done = CliRunner().invoke(app, ["sessions", *arguments])
    return done.exit_code, done.stdout


def test_sessions_are_listed_and_ended(engine: Engine) -> None:
    """One by one and all, of a contact however their address is spelled."""
    sessions, now = DatabaseSessions(engine), datetime.now(UTC)
    kept, first, second = (
        sessions.begin("client", who, now, "Firefox, Linux")
        for who in ("bob@harbour.example", ADA, ADA)
    )
    code, said = starter("list", "Ada@River.example", "--json")
    one, other = json.loads(said)

    assert code == 0
    assert {one["who"], other["who"]} == {ADA}
    assert one["browser"] == "Firefox, Linux"
    assert starter("end", ADA, "--session", one["id"])[0] == 0
    assert [s.ident for s in sessions.live("client", now, ADA)] == [other["id"]]
    assert starter("end", ADA) == (0, "sessions ended: 1\n")
    assert starter("end", ADA)[0] == 5
    assert [sessions.find("client", t, now) is not None for t in (kept, first, second)] == [
        True,
        False,
        False,
    ]
    assert "Firefox" in starter("list")[1]


def test_sessions_of_staff_are_ended_by_their_token(engine: Engine) -> None:
    """Which itself stays good."""
    sessions, now = DatabaseSessions(engine), datetime.now(UTC)
    sessions.begin("staff", "0a1b2c3d4e5f", now)

    assert starter("end", "0a1b2c3d4e5f")[0] == 5
    assert starter("end", "0a1b2c3d4e5f", "--staff")[0] == 0
    assert sessions.live("staff", now) == []


def test_sessions_of_a_person_are_ended_by_their_actor(engine: Engine) -> None:
    """Who is called by their name."""
    sessions, now = DatabaseSessions(engine), datetime.now(UTC)
    sessions.begin("staff", "staff:ada", now, name="Ada Lovelace", roles=["viewer"])
    (listed,) = json.loads(starter("list", "--staff", "--json")[1])

    assert (listed["who"], listed["name"]) == ("staff:ada", "Ada Lovelace")
    assert starter("end", "staff:ada", "--staff") == (0, "sessions ended: 1\n")


def test_a_name_that_was_given_out_again_is_forgotten(engine: Engine) -> None:
    """With what began by it; a name that nobody had is 5."""
    sessions, now = DatabaseSessions(engine), datetime.now(UTC)
    DatabaseStaffPeople(engine).met("staff:ada", "https://one.example", "1", "Ada", now)
    sessions.begin("staff", "staff:ada", now, name="Ada", roles=["viewer"])

    assert starter("forget", "staff:ada")[0] == 0
    assert sessions.live("staff", now) == []
    assert DatabaseStaffPeople(engine).met("staff:ada", "https://one.example", "2", "Ada", now)
    assert starter("forget", "staff:eve")[0] == 5
