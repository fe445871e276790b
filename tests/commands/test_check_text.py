"""What `check-text` says of texts, without any server."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from starter import app

POLICY = (Path(__file__).parents[2] / "domain" / "policies" / "eto.toml").read_text("utf-8")


def verdicts(lines: list[str], *more: str) -> list[dict[str, str | None]]:
    """What is said of each line as JSON."""
    done = CliRunner().invoke(app, ["check-text", "--json", *more], input="\n".join(lines))
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_each_line_gets_its_verdict() -> None:
    """D7: a text, or an object with the date on which it is written."""
    on = {"text": "Notice of 10 November 2026: logins fail."}

    assert verdicts(
        [
            "We will have it fixed by Friday.",
            "",
            "The report failed at 10:20.",
            "Der Fehler wird bis Freitag behoben.",
            json.dumps(on | {"on": "2026-11-23"}),
            json.dumps(on | {"on": "2026-11-02"}),
            "{name} is missing by Friday's list.",
        ]
    ) == [
        {"verdict": "refused", "phrase": "by Friday", "why": "names a day"},
        {"verdict": "passed", "phrase": None, "why": None},
        {"verdict": "passed", "phrase": None, "why": None},
        {"verdict": "refused", "phrase": "bis Freitag", "why": "names a day"},
        {"verdict": "passed", "phrase": None, "why": None},
        {"verdict": "refused", "phrase": "10 November 2026", "why": "names a date"},
        {"verdict": "passed", "phrase": None, "why": None},
    ]


def test_the_policy_says_how_far_ahead_an_update_may_be_announced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default as far apart as the updates of S1 are."""
    said = ["Next update within two hours.", "Next update within 30 hours."]
    file = tmp_path / "policy.toml"
    by_default = [row["verdict"] for row in verdicts(said)]
    found = []
    for hours in (1, 48):
        file.write_text(POLICY.replace("[defects]\n", f"[defects]\nnext_update_hours = {hours}\n"))
        monkeypatch.setenv("DEFECTS_POLICY_FILE", str(file))
        found.append([row["verdict"] for row in verdicts(said)])

    assert by_default == ["passed", "refused"]
    assert found == [["refused", "refused"], ["passed", "passed"]]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"on": "2026-11-23"}', 'line 2: an object must have a "text"'),
        ('{"text": "a", "on": 3}', 'line 2: "on" must be a date such as 2026-11-25'),
        ('{"text": "a", "on": "Friday"}', "line 2: Invalid isoformat string: 'Friday'"),
        ("a" * 20_001, "line 2: is longer than 20,000 characters"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(line: str, message: str) -> None:
    """Those before it have their verdict by then."""
    done = CliRunner().invoke(app, ["check-text"], input=f"Fixed by Friday.\n{line}\n")

    assert done.exit_code == 2
    assert "refused  Fixed by Friday." in done.output
    assert message in done.output
