"""Everything that is wrong with a policy file is found at once: where, why, what would be right."""

import re
import tomllib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from activities.adapters.policy_files import observed_holidays
from domain.policy_file import PolicyFile
from domain.policy_hints import EXAMPLES
from domain.toml_text import Key, dotted
from tests.domain.policy_texts import CONTENT, TEXT, as_text, changed, errors, with_value


def line_with(text: str, part: str) -> int:
    """The number of the line that has this in it."""
    return next(n for n, line in enumerate(text.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "key", "value", "reason", "hint"),
    [
        pytest.param(
            *("reopen_window_days = 14", "reopen_windw_days = 14"),
            *("defects.reopen_windw_days", "14", "is no key of [defects]"),
            "did you mean reopen_window_days?",
            id="a key with a typing error",
        ),
        pytest.param(
            *('country = "US"', 'country = "US"\ntime_zone = "GMT"'),
            *("calendar.holidays.time_zone", '"GMT"', "is no key of [calendar.holidays]"),
            "time_zone belongs in [calendar]; in TOML a key belongs to the table last begun above",
            id="a key in the wrong table",
        ),
        pytest.param(
            *('unit = "business_days"', 'unit = "business_day"'),
            *("severities.S1.target.unit", '"business_day"'),
            'must be "business_days", "business_hours" or "calendar_days"',
            "did you mean business_days?",
            id="a word nobody knows",
        ),
        pytest.param(
            *('event = "defect.escalated"', 'event = "escalated"'),
            *("severities.S1.rungs.0.event", '"escalated"', 'must be "case.first'),
            "did you mean defect.escalated?",
            id="in a list",
        ),
        pytest.param(
            *('mode = "elapsed"', 'mode = "elapse"'),
            *("severities.S1.updates.mode", '"elapse"', 'must be "elapsed" or "fixed_hour"'),
            "did you mean elapsed?",
            id="the word that says which form it is",
        ),
        pytest.param(
            *("information_reminders = 3", "information_reminders = -3"),
            *("cases.information_reminders", "-3", "must be greater than or equal to 0"),
            "such as information_reminders = 3",
            id="a number out of range",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', ""),
            *("contacts.coo", None, "is missing: S1 escalates to it"),
            'such as coo = "coo@vendor.example"',
            id="a role without an address",
        ),
        pytest.param(
            *('mon = [["07:00"', 'monday = [["07:00"'),
            *("calendar.hours.monday", '[["07:00", "18:00"]]', "is no key of [calendar.hours]"),
            "did you mean mon?",
            id="a day that is none",
        ),
        pytest.param(
            *('"Labor Day",', '"Labour Day",'),
            *("calendar.holidays.observed.5", '"Labour Day"', "'Labour Day' not known in US"),
            "did you mean Labor Day?",
            id="a holiday that the country calls otherwise",
        ),
        pytest.param(
            *('country = "US"', 'country = "USS"'),
            *("calendar.holidays.country", '"USS"', "'USS' is no country"),
            "did you mean US?",
            id="a country that does not exist",
        ),
        pytest.param(
            *('country = "US"', 'country = "registry"'),
            *("calendar.holidays.country", '"registry"', "'registry' is no country"),
            "give two letters",
            id="a module of the package instead of a country",
        ),
        pytest.param(
            *('country = "US"', 'country = "DE"\nsubdivision = "XX"'),
            *("calendar.holidays.subdivision", '"XX"', "is no part of DE"),
            "known are BB, BE",
            id="a part of the country that does not exist",
        ),
        pytest.param(
            *("also = []", 'also = ["x"]'),
            *("calendar.holidays.also.0", '"x"', "must be a date"),
            "such as also = [2027-12-24]",
            id="a date that is none",
        ),
        pytest.param(
            *('target = { amount = 2, unit = "business_days" }', 'target = "2 days"'),
            *("severities.S1.target", '"2 days"', "must be a table"),
            'such as target = { amount = 2, unit = "business_days" }',
            id="text where a table belongs",
        ),
        pytest.param(
            *('name = "eto"', 'name = "ETO"'),
            *("name", '"ETO"', "must be like ^[a-z0-9]"),
            'such as name = "eto"',
            id="a name with capital letters",
        ),
        pytest.param(
            *('critical_subject_word = "Critical"', 'critical_subject_word = ""'),
            *("cases.critical_subject_word", '""', "has too few characters"),
            'such as critical_subject_word = "Critical"',
            id="an empty word",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', f'coo = "{"c" * 250}@vendor.example"'),
            *("contacts.coo", f'"{"c" * 199} …', "has too many characters"),
            'such as coo = "coo@vendor.example"',
            id="an address that is too long",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', 'coo = ["coo@vendor.example", "place:On Call"]'),
            *("contacts.coo.1", '"place:On Call"', "must be like ^place:"),
            'such as coo = "coo@vendor.example"',
            id="a place whose name is none",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', 'coo = ["place:pager", "pager"]'),
            *("contacts.coo.1", '"pager"', "must be one plain address"),
            'such as coo = "coo@vendor.example"',
            id="neither an address nor a place",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', "coo = []"),
            *("contacts.coo", "[]", "has too few entries"),
            'such as coo = "coo@vendor.example"',
            id="a role with a list of none",
        ),
        pytest.param(
            *('coo = "coo@vendor.example"', 'coo = ["place:pager", "a@b.example", "A@b.example"]'),
            *("contacts.coo.2", '"A@b.example"', "is there already: name it once"),
            "",
            id="a place that is named twice",
        ),
        pytest.param(
            *("[severities.S3]", "[severities.S3]\nhours.mon = [['18:00', '07:00']]"),
            *("severities.S3.hours.mon", '[["18:00", "07:00"]]', 'opening ["18:00", "07:00"]'),
            'such as hours = "24x7", or hours = {',
            id="hours of a severity the wrong way round",
        ),
        pytest.param(
            *("amount = 2, unit", "amount = inf, unit"),
            *("severities.S1.target.amount", "inf", "must be a finite number"),
            "such as amount = 2",
            id="a budget that is never spent",
        ),
        pytest.param(
            *("[severities.S4]", "[severities.S5]"),
            *("severities.S5", None, "is no key of [severities]"),
            "known are S1, S2, S3, S4",
            id="a severity that does not exist",
        ),
    ],
)
def test_a_finding_has_line_key_value_reason_and_hint(
    old: str, new: str, key: str, value: str | None, reason: str, hint: str
) -> None:
    """Each says where it stands, as the file has it, and what would be right."""
    text = changed((old, new))
    found = {each.key: each for each in errors(text)}
    shown = found[key]
    place = new.splitlines()[-1] if new else "[contacts]"

    assert (shown.value, shown.reason[: len(reason)]) == (value, reason)
    assert (shown.hint or "")[: len(hint)] == hint
    assert shown.line == line_with(text, place)


WRONG: list[tuple[Key, Any]] = [
    (("name",), "No Name"),
    (("calendar", "time_zone"), "America/Gotham"),
    (("calendar", "hours", "tue"), [["18:00", "07:00"]]),
    (("calendar", "hours", "sunday"), [["08:00", "12:00"]]),
    (("calendar", "holidays", "observed", 2), "Founders Day"),
    (("calendar", "also_open"), ["tomorrow"]),
    (("cases", "information_reminders"), "three"),
    (("cases", "critical_subject_word"), None),
    (("cases", "channels", "gold"), []),
    (("defects", "reopen_window_days"), None),
    (("releases", "notice_days", 1), -2),
    (("reviews", "local_time"), "morning"),
    (("severities", "S1", "target"), {"amount": 2}),
    (("severities", "S1", "updates", "lead_minutes"), 900),
    (("severities", "S2", "rungs", 1, "share"), -1),
    (("severities", "S2", "rungs", 2, "role"), "ceo"),
    (("severities", "S3", "hours"), {"mon": []}),
    (("severities", "S4"), None),
    (("contacts", "support"), "nobody"),
    (("contacts", "engineering"), ["engineering@vendor.example", "place:"]),
    (("contacts", "coo"), None),
    (("texts", "signature"), None),
    (("extra",), 1),
]


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(range(len(WRONG))), min_size=1))
def test_each_of_many_errors_is_found_and_no_other(chosen: set[int]) -> None:
    """Whatever else is wrong: contradictions, missing keys, unknown holidays."""
    content = dict(CONTENT)
    for number in sorted(chosen):
        content = with_value(content, *WRONG[number])
    expected = [dotted(WRONG[number][0]) for number in chosen]
    found = [each.key for each in errors(as_text(content))]

    assert [key for key in expected if not any(each.startswith(key) for each in found)] == []
    assert [key for key in found if not any(key.startswith(each) for each in expected)] == []


def _places(value: Any, key: Key = ()) -> list[Key]:
    """The key of everything in a file."""
    below = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [key] * bool(key) + [
        place for part, each in below for place in _places(each, (*key, part))
    ]


_JARGON = re.compile("[Ii]nput|[Ss]tring|instance|dictionary|tuple|parse|valid ")
"""Words of the library that reads the file, not of who writes it."""
VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from([0, 1, -1, 14, 0.5, 1e400, 1000]),
    st.sampled_from(["", "24x7", "eto", "S1", "mon", "07:00", "coo", "US", "Labor Day"]),
    st.sampled_from([[], [["08:00", "12:00"]], {}, {"mode": "fixed_hour"}, {"date": "2027-05-08"}]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(_places(dict(CONTENT))), VALUES), min_size=1, max_size=3))
def test_errors_are_found_exactly_where_a_program_refuses_the_file(
    changes: list[tuple[Key, Any]],
) -> None:
    """What is checked and what is read is one thing, whatever stands in the file."""
    content = dict(CONTENT)
    for key, value in changes:
        try:
            content = with_value(content, key, value)
        except (LookupError, TypeError):
            continue
    content = tomllib.loads(as_text(content))
    try:
        observed_holidays(PolicyFile.read(content).calendar.holidays, range(2026, 2027))
        refused = False
    except (ValidationError, ValueError):
        refused = True

    found = errors(as_text(content))
    assert bool(found) == refused
    assert [each.reason for each in found if _JARGON.search(each.reason)] == []


def test_the_built_in_policy_has_no_errors() -> None:
    """Examples and what stands in for what is wrong are taken from it."""
    assert errors(TEXT) == []


def test_the_second_of_two_steps_has_its_own_line() -> None:
    """In a list over several lines, and in tables of their own."""
    step = '[[severities.S4.rungs]]\nshare = 1.0\nevent = "defect.escalated"\nrole = "{}"\n'
    s4 = "[severities.S4]\narea_work = true\n"
    text = TEXT.replace(s4, s4 + step.format("coo") + step.format("ceo"))
    (found,) = errors(text)

    assert (found.key, found.line) == ("severities.S4.rungs.1.role", line_with(text, "ceo"))


def test_what_is_no_toml_is_said_with_its_line() -> None:
    """One finding: what follows it nobody can read."""
    (found,) = errors(changed(("[cases]", "[cases")))

    assert (found.line, found.key, found.reason[:10]) == (
        line_with(TEXT, "[cases]"),
        "",
        "is no TOML",
    )
    assert [each.reason for each in errors("x = " + "[" * 5000)] == ["is nested too deeply"]


@pytest.mark.parametrize("key", EXAMPLES)
def test_each_example_is_right(key: str) -> None:
    """Put into a file where it belongs, nothing is wrong with it."""
    for example in EXAMPLES[key].split(", or "):
        whole: Any = tomllib.loads(example)
        table = tuple(key.split(".")[:-1])
        if table[:1] == ("severities",):
            table = ("severities", "S1", *table[1:])
        if table == ("calendar", "also_open"):
            extra = {} if "date" in whole else {"date": "2027-12-24"}
            table, whole = ("calendar",), {"also_open": [whole | extra]}
        content = dict(CONTENT)
        if "updates" in table:
            content = with_value(content, table, {"mode": "fixed_hour", "local_time": "09:00"})
        for name, value in whole.items():
            content = with_value(content, (*table, name), value)

        PolicyFile.read(content)
