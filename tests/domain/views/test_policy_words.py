"""A policy in words, and two of them compared: nothing that is different goes unsaid."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.policy_file import PolicyFile
from domain.toml_text import Key, dotted
from domain.views.policy_differences import differences
from domain.views.policy_words import statements
from tests.domain.policy_texts import CONTENT, as_text, policy, with_value

S1, S2 = ("severities", "S1"), ("severities", "S2")
FIXED = {"mode": "fixed_hour", "local_time": "09:30"}
STEP = {"share": 0.5, "event": "defect.target_warning", "role": "support"}
OTHERS: dict[Key, list[Any]] = {
    ("name",): ["other"],
    ("calendar", "time_zone"): ["Europe/Berlin"],
    ("calendar", "hours"): [{"mon": [["08:00", "12:00"], ["13:00", "24:00"]]}],
    ("calendar", "also_open"): [
        ["2027-05-08"],
        [{"date": "2027-05-08", "hours": [["08:00", "09:00"]]}],
    ],
    ("calendar", "holidays", "country"): ["CA"],
    ("calendar", "holidays", "subdivision"): ["CA"],
    ("calendar", "holidays", "observed"): [["New Year's Day"], []],
    ("calendar", "holidays", "also"): [["2027-05-07"], ["2027-05-07", "2028-05-05"]],
    ("calendar", "holidays", "years_ahead"): [3],
    ("cases", "critical_first_response_hours"): [2.123456789],
    ("cases", "critical_subject_word"): ["{Urgent}"],
    ("cases", "information_reminders"): [1],
    ("cases", "information_reminder_business_days"): [2],
    ("cases", "information_close_business_days"): [3, None],
    ("cases", "information_return_days"): [7],
    ("cases", "note_pauses_reminders"): [False],
    ("cases", "channels", "legacy"): [["chat"], None],
    ("defects", "reopen_window_days"): [3],
    ("defects", "reclassification_decided_business_days"): [3],
    ("defects", "reclassification_reminder_business_days"): [4],
    ("defects", "next_update_hours"): [5],
    ("releases", "reminder_days_before"): [5],
    ("releases", "overdue_after_minutes"): [5],
    ("releases", "notice_days"): [[7], []],
    ("calls", "allowance_minutes"): [{"standard": 30}],
    ("calls", "period"): ["month"],
    ("calls", "longest_minutes"): [{"premium": 30}, {}],
    ("calls", "reminder_hours"): [[2], [1, 24]],
    ("reviews", "severity"): ["S4"],
    ("reviews", "weekday"): ["tue"],
    ("reviews", "local_time"): ["09:00:01"],
    ("reviews", "shown"): [5],
    ("acknowledge",): [
        {},
        {"events": ["defect.urgent"]},
        {"roles": ["support"]},
        {"repeat": {"every_minutes": 10}},
        {"repeat": {"at_most": 0}},
        {"goes_up": {"engineering": "coo"}},
    ],
    ("snooze",): [{"at_most_days": 2.5}],
    ("preferences", "digest_hour"): [0],
    ("preferences", "optional"): [["progress"], []],
    (*S1, "hours"): ["24x7", {"sat": [["08:00", "12:00"]]}],
    (*S1, "target"): [
        None,
        {"amount": 2.5, "unit": "business_days"},
        {"amount": 2, "unit": "business_hours"},
    ],
    (*S2, "rungs"): [
        [],
        [STEP],
        [STEP | {"share": 0.5000001}],
        [STEP | {"role": "coo"}],
        [STEP | {"event": "defect.raised"}],
    ],
    (*S1, "updates"): [
        None,
        FIXED,
        FIXED | {"business_days_only": True},
        FIXED | {"grace_minutes": 5},
        FIXED | {"local_time": "09:30:01"},
    ],
    (*S1, "updates", "max_gap_hours"): [12],
    (*S1, "updates", "lead_minutes"): [20],
    (*S1, "updates", "every_local_date"): [False],
    (*S1, "updates", "business_days_only"): [True],
    (*S1, "status_page"): [False],
    (*S1, "urgent"): [False],
    (*S1, "progress_by_mail"): [False],
    (*S1, "round_the_clock"): [False],
    (*S1, "raised_at_clients"): [4],
    (*S1, "area_work"): [True],
    ("contacts", "coo"): [
        "boss@vendor.example",
        ["coo@vendor.example", "place:pager"],
        ["place:pager", "coo@vendor.example"],
        ["place:pager"],
        ["place:chat"],
    ],
    ("texts", "vendor"): ["Another"],
    ("texts", "product"): ["Another"],
    ("texts", "signature"): ["Yours, {us}"],
}
"""For each key of the file other values that are right."""
CHANGES = [(key, value) for key, values in OTHERS.items() for value in values]


def said(*changes: tuple[Key, Any]) -> PolicyFile | None:
    """The built-in policy with other values; None where they are not right together."""
    content = dict(CONTENT)
    for key, value in changes:
        try:
            content = with_value(content, key, value)
        except (LookupError, TypeError):
            return None
    try:
        return PolicyFile.read(tomllib.loads(as_text(content)))
    except ValueError:
        return None


@pytest.mark.parametrize(("key", "value"), CHANGES, ids=lambda part: str(part)[:60])
def test_each_thing_that_is_different_is_said_under_its_key(key: Key, value: Any) -> None:
    """Whatever a file may say, down to the last digit; only what is different."""
    before, after = said(), said((key, value))
    assert before is not None
    assert after is not None
    there, back = differences(before, after), differences(after, before)

    assert there != []
    assert [each.key for each in there if not _belongs(each.key, key)] == []
    assert sorted(each.key for each in back) == sorted(each.key for each in there)


def _belongs(said: str, key: Key) -> bool:
    # A country and its part are one sentence, and so is all of a cadence.
    plain = dotted(key).replace("subdivision", "country")
    return said.startswith(plain) or plain.startswith(said)


def test_no_key_of_a_file_is_left_out() -> None:
    """Each has another value above, so each is known to be said."""
    known = {part for key in OTHERS for part in key} | {"severities", "S1"}
    within = {
        "date",
        "amount",
        "unit",
        "share",
        "event",
        "role",
        "mode",
        "local_time",
        "grace_minutes",
        *("events", "roles", "repeat", "every_minutes", "at_most", "goes_up", "at_most_days"),
    }
    schema = PolicyFile.model_json_schema()
    named = {
        name
        for model in [schema, *schema["$defs"].values()]
        for name in model.get("properties", {})
    }

    assert named - known - within == set()


FILES = st.lists(st.sampled_from(CHANGES), max_size=4).map(lambda some: said(*some)).filter(bool)


@settings(max_examples=200, deadline=None)
@given(FILES, FILES)
def test_two_policies_differ_exactly_where_they_would_be_pinned_otherwise(
    before: PolicyFile, after: PolicyFile
) -> None:
    """T8: by their version at least."""
    until = date(2031, 12, 31)
    alike = before.resolve([], until).pinned() == after.resolve([], until).pinned()

    assert (differences(before, after) == []) == alike
    assert {(s.part, s.key) for s in statements(before)} != set()
    assert len({s.key for s in statements(before)}) == len(statements(before))


def test_what_is_written_out_and_held_anyway_is_a_difference_of_the_version_alone() -> None:
    """A default that is said makes another version, and nothing else."""
    before, after = said(), said((("severities", "S4", "urgent"), False))
    assert before is not None
    assert after is not None
    (found,) = differences(before, after)

    assert (found.part, found.key) == ("Policy", "version")
    assert "nothing else is different" in found.sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param(
            *("amount = 2, unit", "amount = 3, unit"),
            "It is owed a fix within 3 business days (before: 2 business days).",
            id="another number",
        ),
        pytest.param(
            *('"Labor Day",', '"Veterans Day",'),
            "It is closed on these holidays, and on the days they are observed: "
            "now also Veterans Day; no longer Labor Day.",
            id="one of a list",
        ),
        pytest.param(
            *("share = 0.75", "share = 0.8"),
            "No longer: Once 75 % of its budget is spent, engineering is told that the target is "
            "near, defect.target_warning.",
            id="a step that is gone",
        ),
        pytest.param(
            *("status_page = true", ""),
            "No longer: It is an incident on the status page.",
            id="what does not hold any more",
        ),
        pytest.param(
            *("also = []", "also = [2027-05-07]"),
            "New: It is also closed on Fri 2027-05-07.",
            id="what holds from now on",
        ),
    ],
)
def test_a_difference_is_one_sentence(old: str, new: str, sentence: str) -> None:
    """What holds then, and what held before."""
    assert sentence in [each.sentence for each in differences(policy(), policy((old, new)))]


def test_holidays_that_are_different_are_said_as_dates_too() -> None:
    """In the part of the calendar, five of them at most."""
    before, after = policy(), policy(('"Labor Day",', ""))
    labor = {date(2027, 9, 6): ["Labor Day"]}
    many = {date(2028, 1, day): ["Day"] for day in range(1, 8)}
    found = differences(before, after, (labor, many))

    assert [each.sentence for each in found][1:] == [
        "As dates, that closes Sat 2028-01-01 (Day), Sun 2028-01-02 (Day), Mon 2028-01-03 (Day), "
        "Tue 2028-01-04 (Day), Wed 2028-01-05 (Day) and 2 more until 2028-01-07.",
        "As dates, that opens Mon 2027-09-06 (Labor Day).",
    ]
    assert {each.part for each in found} == {"Calendar"}


def test_who_is_told_is_said_with_the_address() -> None:
    """As a person reads it."""
    sentences = [str(said) for said in statements(policy())]

    assert (
        "Once 100 % of its budget is spent, the COO is told that the defect is escalated, "
        "defect.escalated (coo@vendor.example)."
    ) in sentences
    assert "Support is open Mon to Fri 07:00 to 18:00." in sentences
    assert "The COO is told at coo@vendor.example." in sentences
