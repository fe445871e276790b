"""Bugs of Bugzilla become defects with the past they had."""

from typing import Any

import pytest

from commands.bugzilla import as_defect, is_bug
from domain.contract.defect import DefectStart
from domain.contract.parsing import InvalidCommand, parse

BUG: dict[str, Any] = {
    "id": 7,
    "type": "defect",
    "summary": "It breaks",
    "severity": "S3",
    "component": "General",
    "product": "Firefox",
    "status": "NEW",
    "resolution": "",
    "creation_time": "2020-01-01T00:00:00Z",
    "cf_last_resolved": None,
}


def _past(**fields: Any) -> dict[str, Any]:
    defect = as_defect(BUG | fields)
    assert defect is not None
    past: dict[str, Any] = parse(DefectStart, defect).model_dump(
        mode="json", include={"past"}, exclude_defaults=True
    )["past"]
    return past


def test_a_bug_of_the_rest_api_is_a_defect() -> None:
    """Number, title, area and severity, in the shape of an import."""
    defect = as_defect(BUG)

    assert defect is not None
    assert parse(DefectStart, defect).functional_area == "General"
    assert (defect["type"], defect["number"], defect["title"]) == ("defect", "BZ-7", "It breaks")
    assert _past() == {"confirmed_at": "2020-01-01T00:00:00Z"}


@pytest.mark.parametrize("summary", [None, "", "  "])
def test_a_bug_without_words_is_called_by_its_number(summary: str | None) -> None:
    """A title is never empty."""
    defect = as_defect(BUG | {"summary": summary})

    assert defect is not None
    assert defect["title"] == "Bug 7"


def test_long_words_are_cut() -> None:
    """A title takes 200 characters."""
    defect = as_defect(BUG | {"summary": "x" * 300, "component": "y" * 300})

    assert defect is not None
    parse(DefectStart, defect)


@pytest.mark.parametrize("severity", ["N/A", "--", "enhancement", ""])
def test_a_severity_that_is_none_of_ours_is_left_out(severity: str) -> None:
    """Nobody guesses one."""
    assert as_defect(BUG | {"severity": severity}) is None


def test_the_severity_counts_from_when_it_became_ours() -> None:
    """Another name for the same severity is no change, in both forms of a history."""
    changes = [
        ("2020-02-01T00:00:00Z", "major", "normal"),
        ("2022-01-01T00:00:00Z", "normal", "S3"),
    ]
    reduced = [{"at": at, "field": "severity", "from": a, "to": b} for at, a, b in changes]
    rest = [
        {"when": at, "changes": [{"field_name": "severity", "removed": a, "added": b}]}
        for at, a, b in changes
    ]

    assert _past(changes=reduced)["severity_since"] == "2020-02-01T00:00:00Z"
    assert _past(history=rest)["severity_since"] == "2020-02-01T00:00:00Z"


@pytest.mark.parametrize(
    ("fields", "resolved_at"),
    [
        ({"cf_last_resolved": "2021-01-01T00:00:00Z"}, "2021-01-01T00:00:00Z"),
        (
            {
                "changes": [
                    {"at": "2021-01-02T00:00:00Z", "field": "status", "from": "NEW", "to": "X"},
                    {"at": "2021-01-03T00:00:00Z", "field": "status", "to": "RESOLVED"},
                    {"at": "2021-01-04T00:00:00Z", "field": "status", "to": "VERIFIED"},
                ]
            },
            "2021-01-03T00:00:00Z",
        ),
        ({"last_change_time": "2021-01-05T00:00:00Z"}, "2021-01-05T00:00:00Z"),
    ],
)
def test_a_resolved_bug_says_when(fields: dict[str, Any], resolved_at: str) -> None:
    """By its own field, else by its history, else by its last change."""
    assert _past(status="VERIFIED", resolution="FIXED", **fields)["resolved_at"] == resolved_at


def test_what_an_open_bug_was_once_does_not_count() -> None:
    """One that was reopened is open."""
    past = _past(status="REOPENED", cf_last_resolved="2021-01-01T00:00:00Z")

    assert "resolved_at" not in past
    assert _past(status="ASSIGNED")["stage"] == "fixing"


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"status": "RESOLVED"}, "cf_last_resolved: is required"),
        ({"creation_time": "2020-01-01T00:00:00"}, "creation_time: must carry a time zone"),
        ({"component": None}, "component"),
        ({"creation_time": None, "created_at": None}, "creation_time"),
        ({"id": "seven"}, "id"),
        ({"changes": [{"field": "severity"}]}, r"changes\.0\.at: is required"),
    ],
)
def test_a_wrong_bug_names_its_field(fields: dict[str, Any], said: str) -> None:
    """In the words of Bugzilla, so that it can be found there."""
    with pytest.raises(InvalidCommand, match=said):
        as_defect(BUG | fields)


def test_a_bug_is_told_from_an_import() -> None:
    """`type` means something else in Bugzilla, so what counts is the number."""
    assert is_bug(BUG)
    assert not is_bug({"type": "defect", "number": "DEF-1", "id": 1, "created_at": "x"})
    assert not is_bug({"type": "defect"})
