"""What a policy may say, but whose writer will hardly have meant it."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.adapters.policy_files import checked_policy_file, holidays_by_name
from domain.policy_warnings import warnings
from domain.toml_text import dotted
from tests.domain.policy_texts import changed, policy

TODAY = date(2026, 11, 29)
ADDRESSES = ("contacts", "has addresses at which no mail arrives")
_HOURS = "\n".join(
    ["[calendar.hours]"]
    + [f'{day} = [["07:00", "18:00"]]' for day in ("mon", "tue", "wed", "thu", "fri")]
)
OURS = tuple(
    (f'{name}@vendor.example"', f'{name}@vendor.dev"')
    for name in (
        *("coo", "support-manager", "engineering", "engineering-manager"),
        *("client-success", "account-management", "support-team"),
    )
)
"""Addresses at which mail could arrive."""


def warned(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    """Key and reason of each warning about the built-in policy with changes."""
    ours = [(f'"{old}', f'"{new}') for old, new in OURS]
    file = policy(*ours, *changes)
    rules = file.calendar.holidays
    years = range(TODAY.year, TODAY.year + rules.years_ahead + 1)
    found = warnings(file, set(holidays_by_name(rules, years)), TODAY)
    return [(dotted(problem.key), problem.reason) for problem in found]


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        pytest.param(
            *(
                'share = 1.0, event = "defect.target_missed"',
                'share = 0.9, event = "defect.raised"',
            ),
            *("severities.S2.target", "is missed without word to anybody"),
            id="a target that no escalation reaches",
        ),
        pytest.param(
            *(
                "[severities.S4]",
                "[severities.S4]\ntarget = { amount = 9, unit = 'business_days' }",
            ),
            *("severities.S4.target", "is missed without word to anybody, who hears of it at all"),
            id="a target without any escalation",
        ),
        pytest.param(
            *('target = { amount = 120, unit = "calendar_days" }', ""),
            *("severities.S2.rungs", "are never reached"),
            id="an escalation without a target",
        ),
        pytest.param(
            *("also = []", "also = [2026-12-24]"),
            *("calendar.holidays.also", "ends on 2026-12-24"),
            id="single dates that end soon",
        ),
        pytest.param(
            *("also = []", "also = [2027-12-25, 2028-05-02]"),
            *("calendar.holidays.also.0", "changes nothing: sat is closed"),
            id="a closed date that is closed anyway",
        ),
        pytest.param(
            *("also = []", "also = [2027-11-25]"),
            *("calendar.holidays.also.0", "changes nothing: it is an observed holiday"),
            id="a date that is a holiday anyway",
        ),
        pytest.param(
            *("[calendar.hours]", "also_open = [2027-11-24]\n[calendar.hours]"),
            *("calendar.also_open.0", "changes nothing: 2027-11-24 is open as usual"),
            id="a special day that is none",
        ),
        pytest.param(
            *("amount = 2, unit", "amount = 1500, unit"),
            *("severities.S1.target", "can be due after 2031-12-31"),
            id="a target beyond the known holidays",
        ),
        pytest.param(
            *("amount = 2, unit", "amount = 1e18, unit"),
            *("severities.S1.target", "can be due after 2031-12-31"),
            id="a target beyond everything",
        ),
        pytest.param(
            *('"business_days"', '"calendar_days"'),
            *("", ""),
            id="two calendar days need no holidays",
        ),
        pytest.param(
            *("amount = 120", "amount = 1"),
            *("", ""),
            id="units that differ are not compared",
        ),
        pytest.param(
            *("local_time = 09:00:00", "local_time = 19:00:00"),
            *("reviews.local_time", "is outside support hours on mon"),
            id="a review after hours",
        ),
        pytest.param(
            *('weekday = "mon"', 'weekday = "sun"'),
            *("reviews.local_time", "is outside support hours on sun"),
            id="a review on a closed day",
        ),
        pytest.param(
            *(
                "[severities.S4]",
                "[severities.S4]\nupdates = { mode = 'fixed_hour', local_time = 06:00:00 }",
            ),
            *("severities.S4.updates.local_time", "is outside support hours on every day"),
            id="updates before support is open",
        ),
        pytest.param(
            "[severities.S4]",
            "[severities.S4]\nhours = '24x7'\n"
            "updates = { mode = 'fixed_hour', local_time = 02:30:00 }",
            *("severities.S4.updates.local_time", "is no hour of 2027-03-14: clocks go ahead"),
            id="updates at an hour that a clock change jumps over",
        ),
        pytest.param(
            *("[severities.S4]", "[severities.S4]\nhours = '24x7'"),
            *("severities.S4.hours", "change nothing"),
            id="hours that nothing keeps to",
        ),
        pytest.param(
            *("information_reminders = 3", "information_reminders = 0"),
            *("cases.information_close_business_days", "closes cases that nobody was reminded of"),
            id="closing without a reminder",
        ),
        pytest.param(
            *("longest_minutes = { legacy = 30 }", "longest_minutes = { legacy = 90 }"),
            *("calls.longest_minutes.legacy", "is more than the 60 minutes"),
            id="a call that nobody can pay for",
        ),
        pytest.param(
            *('standard = ["chat", "portal", "email", "scheduled_call", "emergency_line"]', ""),
            *("cases.channels.standard", "has no channel"),
            id="a package without channels",
        ),
        pytest.param(
            *('"support-team@vendor.example"', '"support-team@xn--a.dev"'),
            *("contacts.support", "is an address that no mail can be sent to"),
            id="a domain that is none",
        ),
        pytest.param(
            *('"support-team@vendor.example"', '"support-team@vendor.example"'),
            *ADDRESSES,
            id="an address of an example",
        ),
    ],
)
def test_each_is_found_and_nothing_else(old: str, new: str, key: str, reason: str) -> None:
    """One warning for each thing that is hardly meant."""
    contact = (old, new) if "support-team" in old else None
    found = _warned_with_contact(contact) if contact else warned((old, new))

    assert [(at, why[: len(reason)]) for at, why in found] == ([(key, reason)] if key else [])


def test_a_place_that_settings_do_not_know_is_named() -> None:
    """Where they are looked at; each role that is told there would go without."""
    file = policy(
        *(('"coo@vendor.example"', '["coo@ours.dev", "place:pager", "place:oncall-slack"]'),)
    )
    looked = [
        [(dotted(p.key), p.hint) for p in warnings(file, {TODAY}, TODAY, places) if len(p.key) > 2]
        for places in (None, {"pager"}, {"pager", "oncall-slack"})
    ]

    hint = "set DEFECTS_PLACE_ONCALL_SLACK for each worker"
    assert looked == [[], [("contacts.coo.2", hint)], []]


def _warned_with_contact(contact: tuple[str, str]) -> list[tuple[str, str]]:
    kept = [(f'"{old}', f'"{new}') for old, new in OURS if "support-team" not in old]
    return [(dotted(p.key), p.reason) for p in warnings(policy(*kept, contact), {TODAY}, TODAY)]


def test_two_severities_the_wrong_way_round_are_named() -> None:
    """The worse one has more time, in the same unit."""
    changes = ('amount = 2, unit = "business_days"', 'amount = 200, unit = "calendar_days"')

    assert warned(changes) == [
        ("severities.S1.target", "gives S1 more time than S2, which is less severe")
    ]


def test_a_calendar_without_any_holiday_is_named() -> None:
    """Support is then open on New Year's Day."""
    text = changed(*[(f'  "{name}",\n', "") for name in _observed()])
    rules = tomllib.loads(text)["calendar"]["holidays"]

    assert rules["observed"] == []
    assert ("calendar.holidays.observed", "has none: support is closed on no holiday") in warned(
        *[(f'  "{name}",\n', "") for name in _observed()]
    )


def _observed() -> list[str]:
    return policy().calendar.holidays.observed


def test_a_warning_has_its_line_like_an_error(tmp_path: Path) -> None:
    """As `policy check` shows it."""
    path = tmp_path / "mine.toml"
    text = changed(("information_reminders = 3", "information_reminders = 0"))
    path.write_text(text, encoding="utf-8")
    first, _ = checked_policy_file(path, TODAY).warnings
    line = next(n for n, line in enumerate(text.splitlines(), 1) if "information_close" in line)

    assert (first.key, first.line) == ("cases.information_close_business_days", line)


EXTREMES: tuple[tuple[str, str], ...] = (
    ("amount = 2, unit", "amount = 1e300, unit"),
    ("amount = 120", "amount = 1e-300"),
    ('"business_days"', '"business_hours"'),
    ("also = []", "also = [0001-01-01, 9999-12-31]"),
    ("years_ahead = 5", "years_ahead = 20"),
    ('time_zone = "America/Chicago"', 'time_zone = "Africa/Monrovia"'),
    ("[calendar.hours]", "also_open = [0001-01-03, 9999-12-30]\n[calendar.hours]"),
    (_HOURS, '[calendar.hours]\nsun = [["00:00", "00:01"]]'),
    ("local_time = 09:00:00", "local_time = 23:59:59.999999"),
    (
        "[severities.S3]",
        "[severities.S3]\nupdates = { mode = 'fixed_hour', local_time = 00:00:00 }",
    ),
    ("[severities.S4]", "[severities.S4]\nhours = { sat = [['23:59', '24:00']] }"),
)
"""Right, each by itself, and all together."""


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(EXTREMES)), st.dates(date(2020, 1, 1), date(2150, 1, 1)))
def test_whatever_is_right_can_be_looked_at(changes: set[tuple[str, str]], today: date) -> None:
    """Also what no calendar holds, and on any day."""
    # Two of them change the same line.
    some = sorted(changes, key=lambda change: change[0] == "[calendar.hours]", reverse=True)
    file = policy(*some)

    assert all(problem.reason for problem in warnings(file, {today}, today))
