"""`starter.py token`: made once, listed without its secret, revoked by its id."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.adapters.database import make_engine
from activities.adapters.database.tokens import DatabaseTokens
from commands.cli.portal import app
from portal.roles import SCOPES, scopes_of
from runtime.oidc import StaffRole

CREATE = ("token", "create", "crm", "--scope", "cases:read", "--scope", "cases:write")


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database of an installation."""
    url = f"sqlite:///{tmp_path / 'defects.db'}"
    monkeypatch.setenv("DEFECTS_DATABASE_URL", url)
    return url


def say(*arguments: str) -> Result:
    """One command of the command line."""
    return CliRunner().invoke(app, arguments)


def test_a_token_is_shown_once(url: str) -> None:
    """Alone on standard output, so that a script can keep it; nothing lists it again."""
    made = say(*CREATE, "--days", "30")
    token = made.stdout.strip()
    listed = say("token", "list", "--json")
    known = json.loads(listed.stdout)[0]

    assert DatabaseTokens(make_engine(url)).known(token, datetime.now(UTC)) is not None
    assert (known["name"], known["scopes"]) == ("crm", ["cases:read", "cases:write"])
    assert token.split("_", 2)[2] not in listed.stdout + say("token", "list").stdout


def test_a_role_gives_its_scopes(url: str) -> None:
    """The same that a person with it has, beside what is given by itself; a viewer writes nothing.

    The roles of the command line are those of the one table.
    """
    for role in StaffRole:
        say("token", "create", role, "--role", role)
    say("token", "create", "both", "--role", "release_manager", "--scope", "mail:write")
    made = {t["name"]: set(t["scopes"]) for t in json.loads(say("token", "list", "--json").stdout)}

    assert {role: made[role] for role in StaffRole} == dict(SCOPES)
    assert made["both"] == SCOPES[StaffRole.RELEASE_MANAGER] | {"mail:write"}
    assert all(scope.endswith(":read") for scope in made["viewer"])
    assert all("staff:read" in scopes for scopes in made.values())
    assert not {"actor:any", "payloads:read"} & scopes_of(list(StaffRole))
    assert scopes_of(["owner"]) == frozenset()


def test_a_revoked_token_is_nobodys(url: str) -> None:
    """A repeat says since when; an id nobody has is 5, as for numbers."""
    made = json.loads(say(*CREATE, "--json").stdout)

    assert say("token", "revoke", made["id"]).exit_code == 0
    assert "is revoked since" in say("token", "revoke", made["id"]).stdout
    assert DatabaseTokens(make_engine(url)).known(made["token"], datetime.now(UTC)) is None
    assert say("token", "revoke", "none").exit_code == 5


@pytest.mark.parametrize(
    "wrong",
    [
        ("token", "create", "two words", "--scope", "cases:read"),
        ("token", "create", "crm"),
        ("token", "create", "crm", "--scope", "cases:rite"),
        ("token", "create", "crm", "--role", "owner"),
        ("token", "create", "crm", "--scope", "cases:read", "--days", "0"),
    ],
)
def test_a_wrong_token_is_not_made(url: str, wrong: tuple[str, ...]) -> None:
    """Name, scopes and days are checked before anything is kept."""
    assert say(*wrong).exit_code == 2
    assert json.loads(say("token", "list", "--json").stdout) == []
