"""`webhooks` on the command line: receivers are kept, secrets are shown once, slips are named."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from commands.cli import webhooks
from domain.webhooks.events import receiver_id

URL = "https://a.example/hooks"


@pytest.fixture(autouse=True)
def _installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database of its own, and no Temporal server."""
    monkeypatch.setenv("DEFECTS_DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")


def said(*words: str) -> Result:
    """What one command answers."""
    app = typer.Typer()
    app.add_typer(webhooks.app, name="webhooks")
    return CliRunner().invoke(app, ["webhooks", *words])


def test_a_secret_that_is_made_is_shown_once_and_in_full() -> None:
    """Never again by any command."""
    added = json.loads(said("add", URL, "--events", "defect.*,case.closed", "--json").output)
    rotated = json.loads(said("rotate", added["id"], "--json").output)
    listed = said("list", "--json").output

    assert added["secret"].startswith("whsec_")
    assert rotated["secret"] != added["secret"]
    assert "whsec_" not in listed
    (row,) = json.loads(listed)
    assert (row["id"], row["url"], row["secrets"]) == (receiver_id(URL), URL, 2)
    assert row["events"] == ["defect.*", "case.closed"]


def test_one_that_is_given_is_not_shown() -> None:
    """Whoever gives it has it."""
    assert "swordfish" not in said("add", URL, "--secret", "swordfish").output


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("add", "http://a.example/hooks"), 2, "url"),
        (("add", URL, "--events", "defects.*"), 2, "defects.*"),
        (("add", URL, "--secret", "whsec_!"), 2, "secret"),
        (("rotate", "nobody"), 5, "nobody"),
        (("replay", "nobody"), 5, "nobody"),
        (("remove", "nobody"), 5, "nobody"),
    ],
)
def test_slips_are_named(words: tuple[str, ...], code: int, named: str) -> None:
    """With the exit codes every command has."""
    answer = said(*words)

    assert answer.exit_code == code
    assert named in answer.stderr


def test_a_receiver_is_disabled_enabled_and_removed_with_no_server_there() -> None:
    """The change holds; a worker finds it when it starts."""
    said("add", URL)
    receiver = receiver_id(URL)
    states = []
    for command in ("disable", "enable"):
        assert said(command, receiver).exit_code == 0
        states.append(json.loads(said("list", "--json").output)[0]["disabled"])
    assert json.loads(said("deliveries", receiver, "--json").output) == []
    assert json.loads(said("replay", receiver, "--json").stdout)["messages"] == 0
    assert said("remove", receiver).exit_code == 0

    assert states == ["operator", None]
    assert json.loads(said("list", "--json").output) == []
