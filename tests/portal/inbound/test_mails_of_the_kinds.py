"""A mail of each kind that mail programs get wrong, and what is read of it."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from commands.cli.portal import app
from portal.inbound.reading import read

MAILS = Path(__file__).parents[2] / "data" / "mail"
RIGHT: dict[str, dict[str, Any]] = json.loads((MAILS / "right.json").read_text(encoding="utf-8"))
USUAL: dict[str, Any] = {
    "sender": "ada@river.example",
    "name": "Ada Byron",
    "subject": "Totals are wrong",
    "text": "The totals form fails.",
    "quoted": "",
    "attachments": [],
    "automatic": None,
    "critical": False,
    "numbers": [],
    "problems": [],
}


def explained(*files: Path) -> list[dict[str, Any]]:
    """What the command says of mails, one JSON line each."""
    answer = CliRunner().invoke(app, ["inbound-mail", "--explain", "--json", *map(str, files)])
    assert answer.exit_code == 0, answer.output
    return [json.loads(line) for line in answer.output.splitlines()]


def test_each_mail_has_its_right_reading() -> None:
    """And each right reading its mail."""
    assert sorted(RIGHT) == sorted(path.name for path in MAILS.glob("*.eml"))


@pytest.mark.parametrize("name", sorted(RIGHT))
def test_what_is_read_of_a_mail(name: str) -> None:
    """By the command that explains it, without a database or a server."""
    [found] = explained(MAILS / name)
    right = USUAL | RIGHT[name]
    if right["quoted"].endswith("…"):
        right["quoted"] = right["quoted"][:-1]
        found["quoted"] = found["quoted"][: len(right["quoted"])]

    assert found == right | {"file": str(MAILS / name)}


def test_several_mails_are_explained_a_line_each(tmp_path: Path) -> None:
    """Also where one is no mail: that is its problem."""
    (tmp_path / "none.eml").write_bytes(b"no mail")

    first, second = explained(tmp_path / "none.eml", MAILS / "h1-non-critical.eml")

    assert (first["sender"], first["problems"]) == (None, ["headers: are missing"])
    assert second["sender"] == "ada@river.example"


def test_people_read_it_without_json() -> None:
    """A line for each thing that is known."""
    answer = CliRunner().invoke(
        app, ["inbound-mail", "--explain", str(MAILS / "b8-html-table.eml")]
    )

    assert "sender: ada@river.example\n" in answer.output
    assert "text:\n  Code\tCount\n  42\t17\n" in answer.output


def test_the_whole_quote_is_kept() -> None:
    """However long it is, with the answer below it."""
    mail = read((MAILS / "b13-bottom-posted-long-quote.eml").read_bytes())

    assert mail.text == "The licence number is 4711."
    assert mail.quoted.count("\n> ") > 200
