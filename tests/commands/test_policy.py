"""`policy`: what each command prints, as words and as JSON, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from activities.adapters.policy_files import BUILT_IN, read_policy_file
from starter import app
from tests.domain.policy_texts import changed


def policy(*words: str, code: int = 0) -> Result:
    """What `policy` answers."""
    done = CliRunner().invoke(app, ["policy", *words], terminal_width=200)
    assert done.exit_code == code, done.output
    return done


def answer(*words: str, code: int = 0) -> Any:
    """The same as JSON."""
    return json.loads(policy(*words, "--json", code=code).stdout)


@pytest.fixture
def mine(tmp_path: Path) -> Any:
    """Writes the built-in policy with pieces of text replaced, and answers where."""

    def write(*changes: tuple[str, str], name: str = "mine.toml") -> str:
        path = tmp_path / name
        path.write_text(changed(*changes), encoding="utf-8")
        return str(path)

    return write


# --- check ---------------------------------------------------------------------------------------

TWO = (("reopen_window_days = 14", "reopen_windw_days = 14"), ("amount = 2, unit", "unit"))


def test_check_says_all_errors_a_line_each_and_ends_with_2(mine: Any) -> None:
    """File, line, key, reason, value, hint."""
    path = mine(*TWO)
    lines = policy("check", path, code=2).stdout.splitlines()

    assert [line.partition(": ")[2].partition(": is")[0] for line in lines[:-1]] == [
        "error: defects.reopen_window_days",
        "error: defects.reopen_windw_days",
        "error: severities.S1.target.amount",
    ]
    assert lines[1] == (
        f"{path}:44: error: defects.reopen_windw_days: is no key of [defects] (is 14); "
        "did you mean reopen_window_days?"
    )
    assert lines[-1] == "3 errors, no warnings"


def test_check_answers_with_version_and_warnings_as_json() -> None:
    """The shape of the contract."""
    said = answer("check", str(BUILT_IN))

    assert list(said) == ["file", "policy", "errors", "warnings"]
    assert said["policy"] == {"name": "eto", "version": read_policy_file(BUILT_IN).version}
    assert (said["errors"], [each["key"] for each in said["warnings"]]) == ([], ["contacts"])
    assert list(said["warnings"][0]) == ["line", "key", "value", "reason", "hint"]


def test_check_warns_of_a_place_that_settings_here_do_not_know(
    mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workers need the variable; who writes the policy may have no business with it."""
    path = mine(('coo = "coo@vendor.example"', 'coo = ["coo@vendor.example", "place:pager"]'))
    monkeypatch.delenv("DEFECTS_PLACE_PAGER", raising=False)
    warned = "contacts.coo.1: is a place that the settings here say nothing of"
    assert warned in policy("check", path).stdout

    monkeypatch.setenv("DEFECTS_PLACE_PAGER", "pagerduty://hunter2/secret")
    known = policy("check", path).stdout
    assert warned not in known
    assert "hunter2" not in known


def test_check_answers_with_errors_as_json(mine: Any) -> None:
    """No policy then, and no warnings about what cannot be read."""
    said = answer("check", mine(*TWO), code=2)

    assert (said["policy"], len(said["errors"]), said["warnings"]) == (None, 3, [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(None, "No such file", id="no such file"),
        pytest.param(b"[cases", "is no TOML", id="not TOML"),
        pytest.param("name = 'Bär'".encode("latin-1"), "is no text in UTF-8", id="Latin 1"),
        pytest.param(b"\x00\x01", "is no TOML", id="bytes"),
        pytest.param(b"", "is missing", id="an empty file"),
    ],
)
@pytest.mark.parametrize("words", [("check",), ("check", "--json")])
def test_what_is_no_policy_file_is_said_in_plain_words(
    tmp_path: Path, content: bytes | None, says: str, words: tuple[str, ...]
) -> None:
    """It ends with 2, without a traceback."""
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    done = policy(words[0], str(path), *words[1:], code=2)

    assert says in done.stdout + done.stderr
    assert not words[1:] or says in json.loads(done.stdout)["errors"][0]["reason"]
    assert "Is a directory" in policy("check", str(tmp_path), code=2).stderr


# --- calendar ------------------------------------------------------------------------------------


def test_calendar_shows_a_month_of_the_policy_of_the_settings(
    mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C5: by default the built-in one; names of holidays are those of the package."""
    lines = policy("calendar", "2027-07").stdout.splitlines()
    assert lines[0].startswith("July 2027 by eto ")
    assert next(line for line in lines if line.startswith("Mon 05")).split("closed")[1].strip() == (
        "Independence Day (observed)"
    )
    monkeypatch.setenv("DEFECTS_POLICY_FILE", mine(('name = "eto"', 'name = "ours"')))
    assert policy("calendar", "2027-07").stdout.startswith("July 2027 by ours ")


def test_calendar_answers_as_json_and_says_how_far_holidays_are_known(mine: Any) -> None:
    """The shape of the contract; another file by an option."""
    path = mine(("[severities.S1]", '[severities.S1]\nhours = "24x7"'))
    said = answer("calendar", "2027-03", "--policy", path)

    assert list(said) == [
        *("policy", "month", "time_zone", "calendar", "severities", "holidays_known_until")
    ]
    assert list(said["calendar"]) == [
        *("severities", "round_the_clock", "business_days", "hours", "days")
    ]
    assert said["calendar"]["days"][13] == {
        "date": "2027-03-14",
        "openings": [],
        "hours": 0,
        "holidays": [],
        "special": False,
        "clock": {"before": "02:00", "after": "03:00", "ahead": True},
    }
    assert said["severities"][0]["hours"] == 743
    assert "holidays only until" in policy("calendar", "2150-01").stdout


def test_calendar_knows_a_year_before_a_holiday_was_one() -> None:
    """Juneteenth is a holiday since 2021."""
    lines = policy("calendar", "2019-06").stdout.splitlines()

    assert "Wed 19  07:00 - 18:00                  11 h" in lines


@pytest.mark.parametrize("month", ["2027-13", "2027-3", "1066-10", "March", "٢٠٢٧-03", "2027-00"])
def test_what_is_no_month_is_named(month: str) -> None:
    """Exit code 2, in one line."""
    done = policy("calendar", month, code=2)

    assert done.stderr == (
        f"month: {month!r} is no month from 1971 to 2199: give one such as 2027-03\n"
    )


# --- show and diff -------------------------------------------------------------------------------


def test_show_says_the_policy_of_the_settings_by_its_parts(
    mine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By default the built-in one; a file that is named goes before."""
    lines = policy("show").stdout.splitlines()
    assert lines[0].startswith("eto ")
    assert lines[1:4] == ["", "Policy", "  It is called eto."]
    path = mine(("amount = 2, unit", "amount = 3, unit"))
    assert "  It is owed a fix within 3 business days." in policy("show", path).stdout
    monkeypatch.setenv("DEFECTS_POLICY_FILE", mine(('name = "eto"', 'name = "ours"'), name="o"))
    assert policy("show").stdout.startswith("ours ")


def test_show_answers_with_parts_as_json() -> None:
    """The shape of the contract."""
    said = answer("show")

    assert list(said) == ["policy", "parts"]
    assert [part["part"] for part in said["parts"]] == [
        *("Policy", "Calendar", "Cases", "Calls", "S1", "S2", "S3", "S4"),
        *("Defects", "Releases", "Review", "Reminders to staff"),
        *("Preferences", "Contacts", "Texts"),
    ]
    assert said["parts"][0]["statements"] == [{"key": "name", "sentence": "It is called eto."}]


def test_diff_says_what_is_different_by_part(mine: Any) -> None:
    """Unchanged parts are not mentioned."""
    other = mine(("amount = 2, unit", "amount = 3, unit"), ('"Labor Day",', ""))
    lines = policy("diff", str(BUILT_IN), other).stdout.splitlines()

    assert (lines[0][:4], lines[1:3], lines[5:]) == (
        "eto ",
        ["", "Calendar"],
        ["", "S1", "  It is owed a fix within 3 business days (before: 2 business days)."],
    )
    assert lines[3].endswith("observed: no longer Labor Day.")
    assert lines[4].startswith("  As dates, that opens Mon ")


def test_diff_answers_as_json_and_says_where_both_are_equal(mine: Any) -> None:
    """The shape of the contract; a comment makes no difference."""
    same, other = (
        mine(("# C5", "# C5, see there")),
        mine(("[severities.S3]", "[severities.S3]\nurgent = true"), name="o"),
    )
    version = read_policy_file(BUILT_IN).version
    assert policy("diff", str(BUILT_IN), same).stdout == f"Both say the same: eto {version}.\n"
    assert answer("diff", str(BUILT_IN), same)["differences"] == []
    assert answer("diff", str(BUILT_IN), other) == {
        "before": {"name": "eto", "version": version},
        "after": {"name": "eto", "version": read_policy_file(Path(other)).version},
        "differences": [
            {
                "part": "S3",
                "key": "severities.S3.urgent",
                "change": "added",
                "sentence": "New: Engineering is told the moment a defect becomes one.",
            }
        ],
    }


@pytest.mark.parametrize(
    "words", [("show",), ("diff", str(BUILT_IN)), ("calendar", "2027-03", "--policy")]
)
def test_a_file_with_errors_is_refused_by_what_needs_a_policy(
    mine: Any, words: tuple[str, ...]
) -> None:
    """All of them, with file and line, and exit code 2."""
    done = policy(*words, mine(*TWO), code=2)

    assert (done.stdout, len(done.stderr.splitlines())) == ("", 3)
