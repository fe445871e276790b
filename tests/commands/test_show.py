"""What people see of an answer."""

from typing import Any

import pytest

from commands import show

RELEASE: dict[str, Any] = {
    "number": "REL-2026.4",
    "kind": "major",
    "title": "Autumn",
    "state": "planned",
    "deploy_at": "2026-12-01T18:00:00Z",
    "window_minutes": 90,
    "functional_areas": ["login", "reports"],
    "public_notes": None,
    "plan_version": 2,
    "defects": {"attached": 12, "to_align": 3, "missing": ["DEF-9"]},
    "notices": [
        {"days": 14, "at": "2026-11-17T18:00:00Z", "sent_at": "2026-11-17T18:00:01Z"},
        {"days": 2, "at": "2026-11-29T18:00:00Z", "sent_at": None},
        {"days": 30, "at": "2026-11-01T18:00:00Z", "sent_at": None, "skipped": True},
    ],
    "banner": {"title": "Autumn"},
    "fan_outs": [
        {
            "plan": "planned",
            "plan_version": 1,
            "told": 9,
            "left": 0,
            "began_at": "2026-11-01T10:00:00Z",
            "ended_at": "2026-11-01T10:00:05Z",
        },
        {
            "plan": "planned",
            "plan_version": 2,
            "told": 8,
            "left": 3,
            "began_at": "2026-11-02T10:00:00Z",
            "ended_at": None,
        },
    ],
    "needs_attention": False,
    "pending_deliveries": 0,
    "rejected": [],
    "policy": {"name": "eto", "version": "1"},
}


def _rows(answer: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """The table by its first column, whatever the width it is wrapped to."""
    show.status(answer)
    rows: dict[str, str] = {}
    name = ""
    for line in filter(str.strip, capsys.readouterr().out.splitlines()):
        if line.startswith("  "):
            rows[name] += f" {line.strip()}"
        else:
            name, _, value = line.partition("  ")
            rows[name] = value.strip()
    return rows


def test_a_release_shows_its_defects_notices_and_rounds(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Who is in it, when clients hear of it, and how far its defects have been told."""
    rows = _rows(RELEASE, capsys)

    assert rows["defects"] == "12 attached, 3 still to be notified; not running here: DEF-9"
    assert rows["window"] == "90 minutes"
    assert rows["functional_areas"] == "login, reports"
    assert rows["14 days ahead"] == "sent 2026-11-17T18:00:01Z"
    assert rows["2 days ahead"] == "due 2026-11-29T18:00:00Z"
    assert rows["30 days ahead"] == "was too late"
    assert rows["on the portal"] == "announced"
    assert rows["plan 1"] == (
        "planned: 9 defects notified; from 2026-11-01T10:00:00Z until 2026-11-01T10:00:05Z"
    )
    assert rows["plan 2"] == (
        "planned: 8 defects notified, 3 left; from 2026-11-02T10:00:00Z, in progress"
    )


def test_one_defect_is_not_said_to_be_several(capsys: pytest.CaptureFixture[str]) -> None:
    """Words agree with what they count."""
    (first, *_) = RELEASE["fan_outs"]
    rows = _rows(RELEASE | {"fan_outs": [first | {"told": 1}]}, capsys)

    assert rows["plan 1"].startswith("planned: 1 defect notified;")


def test_what_is_not_set_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """A table holds what is set, whatever it is the status of."""
    shown = _rows(RELEASE | {"banner": None, "window_minutes": None}, capsys)
    of_case = _rows({"number": "CASE-1", "defect": None, "flags": []}, capsys)

    assert {"window", "on the portal", "public_notes", "rejected"}.isdisjoint(shown)
    assert of_case == {"number": "CASE-1"}
