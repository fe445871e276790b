"""A policy whose month passes in minutes: the published one with all its times compressed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from activities.adapters.policy_files import BUILT_IN

DAYS = 30
_DAY_SECONDS = 86_400
_ALWAYS = {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


@dataclass(frozen=True)
class Month:
    """A month of the policy in `seconds` of real time."""

    seconds: float

    @property
    def day(self) -> float:
        """Seconds of real time that a day of the policy takes."""
        return self.seconds / DAYS

    def write_policy(self, path: Path) -> None:
        """The policy file; it takes the place of the built-in one under the same name."""
        path.write_text(_toml(self._policy()), encoding="utf-8")

    def _policy(self) -> dict[str, Any]:
        """Always open, since opening hours and dates cannot be compressed as spans can."""
        shrunk = self.day / _DAY_SECONDS
        policy = tomllib.loads(BUILT_IN.read_text(encoding="utf-8"))
        policy["calendar"] = {
            "time_zone": "UTC",
            "hours": _ALWAYS,
            "holidays": {"country": "US", "observed": []},
        }
        for section, keys in _SPANS.items():
            for key in keys:
                said = policy[section][key]
                policy[section][key] = (
                    [span * shrunk for span in said] if isinstance(said, list) else said * shrunk
                )
        s1, s2 = policy["severities"]["S1"], policy["severities"]["S2"]
        s1["target"]["amount"] *= shrunk
        s1["updates"]["every_local_date"] = False
        for key in ("max_gap_hours", "lead_minutes"):
            s1["updates"][key] *= shrunk
        # 120 days are no part of a month.
        s2["target"]["amount"] = 20 * shrunk
        return policy


_SPANS: Mapping[str, tuple[str, ...]] = {
    "cases": (
        "critical_first_response_hours",
        "information_reminder_business_days",
        "information_close_business_days",
        "information_return_days",
    ),
    "defects": (
        "reopen_window_days",
        "reclassification_decided_business_days",
        "reclassification_reminder_business_days",
    ),
    "releases": ("reminder_days_before", "overdue_after_minutes", "notice_days"),
    "calls": ("reminder_hours",),
}


def _toml(policy: Mapping[str, Any]) -> str:
    """Tables of a policy file; what is nested deeper is written inline."""
    lines = [f"{key} = {_value(v)}" for key, v in policy.items() if not isinstance(v, dict)]
    for name, table in policy.items():
        if isinstance(table, dict):
            lines += [f"[{name}]", *(f"{key} = {_value(value)}" for key, value in table.items())]
    return "\n".join([*lines, ""])


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_value(v)}" for key, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, float):
        return f"{value:.12f}"
    return str(value)  # numbers and times are spelled alike
