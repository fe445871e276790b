"""Commands say what the contract understands, and say it as they were told to."""

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
import typer.main
from typer.core import TyperGroup
from typer.testing import CliRunner

import starter
from commands.cli import options
from commands.cli.options import OFFERED, At, Number, Payload, Why
from commands.cli.releases import PAGE, attaching
from commands.cli.run import exit_code
from domain.contract.catalogue import COMMANDS
from domain.contract.parsing import parse
from domain.contract.release import AttachDefects

OF_EVERY_UPDATE = {"actor", "key", "as_json", "help"}
PUT_TOGETHER = {
    "attach": {"email", "name", "phone", "time_zone"},
    "correct_contact": {"email", "name", "phone", "time_zone", "language"},
}
"""Options that become part of a field."""
ROOT = Path(__file__).parents[2]
OF_A_DATABASE_OR_A_WEBSITE = {"sqlalchemy", "alembic", "psycopg", "fastapi", "jinja2", "mcp"}
HEAVY = OF_A_DATABASE_OR_A_WEBSITE | {"temporalio", "holidays", "cryptography", "structlog"}
"""Packages that take long to load."""


def _commands() -> dict[str, Any]:
    group = typer.main.get_command(starter.app)
    assert isinstance(group, TyperGroup)
    return dict(group.commands)


@pytest.mark.parametrize("function", sorted(OFFERED))
def test_a_command_offers_fields_of_its_message(function: str) -> None:
    """Each option is a field of the update, and no required one is left out."""
    _, *params = _commands()[function.replace("_", "-")].params
    offered = {p.name for p in params} - OF_EVERY_UPDATE - PUT_TOGETHER.get(function, set())
    if function in PUT_TOGETHER:
        offered.add("contact")
    fields = COMMANDS[OFFERED[function]].model_fields
    required = {name for name, field in fields.items() if field.is_required()} - {"actor"}

    assert offered <= set(fields)
    assert required <= offered


def _told(*arguments: str) -> list[tuple[str, bool, tuple[str, dict[str, Any]]]]:
    """What a program of two commands sends."""
    told: list[tuple[str, bool, tuple[str, dict[str, Any]]]] = []

    def send(number: str, as_json: bool, said: tuple[str, dict[str, Any]]) -> None:
        told.append((number, as_json, said))

    app = typer.Typer()

    @options.update(app, "book_call", send)
    def plain(case: Number, at: At, minutes: int, note: str | None = None) -> None:
        """As they stand."""

    @options.update(app, "attach_case", send)
    def put_together(case: Number, email: Annotated[str, typer.Option()], reason: Why) -> Payload:
        """In another shape."""
        return {"contact": {"email": email}, "reason": reason}

    for function in (plain, put_together):
        del OFFERED[function.__name__]
    answer = CliRunner().invoke(app, list(arguments))
    assert answer.exit_code == 0, answer.output
    return told


def test_arguments_are_the_payload_as_they_stand() -> None:
    """A command without a body sends what it was given, under its number."""
    ((number, as_json, (name, payload)),) = _told(
        *("plain", "CASE-1", "30", "--at", "2026-12-01T18:00:00Z", "--key", "k", "--json")
    )

    assert (number, as_json, name) == ("CASE-1", True, "book_call")
    assert payload.pop("at").isoformat() == "2026-12-01T18:00:00+00:00"
    assert payload == {"minutes": 30, "note": None, "actor": "starter", "key": "k"}


def test_a_body_puts_the_payload_together() -> None:
    """What a command answers is sent instead of its arguments."""
    told = _told(
        *("put-together", "CASE-1", "--email", "a@b.example", "--reason", "x", "--actor", "me")
    )

    payload = {"contact": {"email": "a@b.example"}, "reason": "x", "actor": "me", "key": None}
    assert told == [("CASE-1", False, ("attach_case", payload))]


def test_one_defect_is_attached_by_its_own_update() -> None:
    """No list is made of one."""
    assert attaching(["DEF-1"], "me", "k") == [
        ("attach_defect", {"actor": "me", "key": "k", "defect": "DEF-1"})
    ]


def test_many_defects_are_attached_in_pages() -> None:
    """Each page is a message of the contract, none is lost, and none repeats another's key."""
    defects = [f"DEF-{n}" for n in range(2 * PAGE + 1)]
    said = attaching(defects, "me", "k")
    pages = [parse(AttachDefects, payload) for name, payload in said if name == "attach_defects"]

    assert [len(page.defects) for page in pages] == [PAGE, PAGE, 1]
    assert [defect for page in pages for defect in page.defects] == defects
    assert [page.key for page in pages] == ["k", "k.2", "k.3"]
    assert {payload["key"] for _, payload in attaching(defects, "me")} == {None}


@pytest.mark.parametrize(
    "arguments",
    [
        ["plan-release", "--kind", "weekly", "--title", "t", "--deploy-at", "2026-12-01T18:00:00Z"],
        ["plan-release", "--kind", "major", "--title", "t", "--deploy-at", "2026-12-01"],
        ["decide-reclassification", "DEF-1", "--reason", "x"],
        ["attach-defect", "REL-1"],
        ["merge", "DEF-1", "--reason", "x"],
    ],
)
def test_what_is_missing_or_wrong_is_said_at_once(arguments: list[str]) -> None:
    """Wrong usage ends with 2, before anybody is asked."""
    answer = CliRunner().invoke(starter.app, arguments)

    assert answer.exit_code == 2, answer.output
    assert "Usage" in answer.output


def _loaded(statements: str, **variables: str) -> set[str]:
    """The packages that a fresh interpreter has loaded after these statements."""
    code = f"import sys\n{statements}\nprint(*{{name.split('.')[0] for name in sys.modules}})"
    ended = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(ended.stdout.split())


def test_the_command_line_loads_nothing_heavy() -> None:
    """`--help` and a slip are answered at once: what a command needs is loaded when it runs."""
    loaded = _loaded("import starter")

    assert "typer" in loaded
    assert loaded & HEAVY == set()


def test_who_only_talks_to_temporal_loads_no_database_and_no_website() -> None:
    """A command comes as far as the connection with nothing but what connects."""
    ask = "import starter\ntry:\n starter.app(['status', 'DEF-1'])\nexcept SystemExit: pass"
    loaded = _loaded(ask, TEMPORAL_CONFIG_FILE="/dev/null", TEMPORAL_PROFILE="none-such")

    assert {"temporalio", "runtime"} <= loaded
    assert loaded & OF_A_DATABASE_OR_A_WEBSITE == set()


@pytest.mark.parametrize("name", starter.ExitCodes)
def test_every_exit_code_is_of_an_error_there_is(name: str) -> None:
    """They are known by name only, and so is what is a kind of them."""
    module, _, kind = name.rpartition(".")
    error = getattr(import_module(module), kind)

    assert (error.__module__, error.__qualname__) == (module, kind)
    assert exit_code(error.__new__(error)) == starter.ExitCodes[name]
    special: type[Exception] = type("Special", (error,), {})
    assert exit_code(special.__new__(special)) == starter.ExitCodes[name]


def test_what_nobody_foresaw_has_no_exit_code() -> None:
    """It is a fault of ours, and shows where."""
    assert exit_code(ZeroDivisionError()) is None
