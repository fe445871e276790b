"""The support policy as a file: what is wrong with one, its version, its holidays (T8)."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.adapters.policy_files import (
    BUILT_IN,
    PolicyError,
    PolicyFiles,
    UnknownPolicy,
    observed_holidays,
    read_policy_file,
)
from domain.contract.values import Severity
from domain.policy import PinnedPolicy, Target
from domain.policy_file import HolidayRules
from tests.domain.builders import ETO, a_defect, at

TEXT = BUILT_IN.read_text(encoding="utf-8")


@pytest.fixture
def written(tmp_path: Path) -> Any:
    """Writes the built-in policy with one thing replaced, and answers where."""

    def write(old: str, new: str) -> Path:
        assert TEXT.count(old) == 1, old
        path = tmp_path / "mine.toml"
        path.write_text(TEXT.replace(old, new), encoding="utf-8")
        return path

    return write


# --- the published policy ------------------------------------------------------------------------


def test_the_built_in_policy_says_what_was_published() -> None:
    """Severities, C6, T5, T6, R5: the numbers of the policy page."""
    s1, s2 = ETO.severities[Severity.S1], ETO.severities[Severity.S2]
    assert s1.target == Target(amount=2, unit="business_days")
    assert [(step.share, step.event, step.role) for step in s1.rungs] == [
        (1.0, "defect.escalated", "coo")
    ]
    assert s2.target == Target(amount=120, unit="calendar_days")
    assert [(step.share, step.event, step.role) for step in s2.rungs] == [
        (0.25, "defect.window_opened", "engineering"),
        (0.75, "defect.target_warning", "engineering"),
        (1.0, "defect.target_missed", "engineering_manager"),
    ]
    assert ETO.cases.critical_first_response_hours == 2
    assert ETO.cases.information_reminders == 3
    assert ETO.releases.reminder_days_before == 2
    assert ETO.defects.reopen_window_days == 14


def test_so_does_it_of_releases_calls_reviews_and_preferences() -> None:
    """R2, C3, C4, C11, D4, S3, R6: the numbers of the policy page."""
    policy = PolicyFiles().load("eto", 2027)
    assert policy.releases.notice_days == [14, 2]
    assert (policy.cases.information_reminders, policy.cases.information_return_days) == (3, 14)
    assert policy.cases.information_close_business_days == 1
    assert policy.calls.longest_minutes == {"legacy": 30}
    assert policy.calls.reminder_hours == [24, 1]
    assert policy.calls.allowance_minutes == {"standard": 60, "legacy": 60, "premium": 600}
    assert policy.defects.reclassification_decided_business_days == 2
    assert (policy.reviews.severity, policy.reviews.weekday) == (Severity.S3, "mon")
    assert [s for s in Severity if policy.marks_area_work(s)] == [Severity.S3, Severity.S4]
    assert policy.preferences.optional == ["progress", "newsletter"]


def test_what_was_pinned_before_a_key_was_known_goes_on_as_before() -> None:
    """T8: no notices, no closing for want of information, calls and reviews as published."""
    pinned = ETO.model_dump(mode="json", exclude={"calls", "reviews"})
    for section, keys in (
        ("releases", ["notice_days"]),
        ("cases", ["information_close_business_days", "information_return_days"]),
        ("defects", [key for key in pinned["defects"] if key.startswith("reclassification")]),
    ):
        for key in keys:
            del pinned[section][key]
    del pinned["calendar"]["also_open"]
    for rules in pinned["severities"].values():
        del rules["area_work"], rules["hours"]
    before = PinnedPolicy.model_validate(pinned)
    assert (before.releases.notice_days, before.cases.information_close_business_days) == ([], None)
    assert [s for s in Severity if before.marks_area_work(s)] == [Severity.S3, Severity.S4]
    assert before.calls.longest_minutes == {}
    assert (before.calendar, before.name) == (ETO.calendar, "eto")
    assert [before.calendar_of(severity) for severity in Severity] == [before.calendar] * 4


def test_the_phone_is_for_legacy_packages_only() -> None:
    """C4."""
    packages = {package for package, channels in ETO.cases.channels.items() if "phone" in channels}
    assert packages == {"legacy"}


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2027-03-08 06:59", id="before hours"),
        pytest.param("2027-03-08 18:00", id="at the close"),
        pytest.param("2027-03-06 12:00", id="Saturday"),
        pytest.param("2027-07-05 12:00", id="Independence Day, observed on Monday"),
        pytest.param("2027-12-24 12:00", id="Christmas, observed on Friday"),
        pytest.param("2027-12-31 12:00", id="next New Year's Day, observed this year"),
        pytest.param("2027-06-18 12:00", id="Juneteenth, observed on Friday"),
        pytest.param("2027-11-25 12:00", id="Thanksgiving"),
    ],
)
def test_support_is_closed(instant: str) -> None:
    """C5: outside hours and on observed holidays."""
    assert not ETO.calendar.is_open(at(instant))


@pytest.mark.parametrize(
    "instant",
    [
        pytest.param("2027-03-08 07:00", id="at the opening"),
        pytest.param("2027-03-08 17:59", id="a minute to the close"),
        pytest.param("2027-10-11 12:00", id="Columbus Day is not observed"),
        pytest.param("2027-11-26 12:00", id="nor is the day after Thanksgiving"),
    ],
)
def test_support_is_open(instant: str) -> None:
    """C5: Monday to Friday, 07:00 to 18:00 Central Time."""
    assert ETO.calendar.is_open(at(instant))


# --- versions ------------------------------------------------------------------------------------


def test_the_version_changes_when_anything_in_the_file_does(written: Any) -> None:
    """T8: and not when only a comment does."""
    version = read_policy_file(BUILT_IN).version
    assert read_policy_file(written("# C5", "# C5, see there")).version == version
    for old, new in (
        ("reopen_window_days = 14", "reopen_window_days = 15"),
        ('"Labor Day",', ""),
        ('coo = "coo@vendor.example"', 'coo = "boss@vendor.example"'),
        ("lead_minutes = 15", "lead_minutes = 16"),
    ):
        assert read_policy_file(written(old, new)).version != version


def test_a_machine_pins_name_version_and_holidays_as_dates() -> None:
    """T8: addresses, texts and what one may opt out of are looked up when needed."""
    policy = PolicyFiles().load("eto", 2027)
    pinned = policy.pinned()
    assert (pinned.name, pinned.version) == ("eto", policy.version)
    assert date(2027, 11, 25) in pinned.calendar.holidays
    looked_up = set(policy.model_fields_set) - set(pinned.model_fields_set)
    assert looked_up == {"contacts", "texts", "preferences"}


# --- holidays ------------------------------------------------------------------------------------


def test_holidays_are_known_from_the_year_before_until_five_years_ahead() -> None:
    """T8: and until when they are known is part of the calendar."""
    calendar = PolicyFiles().load("eto", 2027).calendar
    assert calendar.holidays[0] == date(2026, 1, 1)
    assert calendar.holidays[-1] == date(2032, 12, 31)  # New Year's Day 2033, observed
    assert calendar.holidays_known_until == date(2032, 12, 31)


def test_a_holiday_counts_on_its_date_and_on_the_weekday_it_is_observed() -> None:
    """C5: New Year's Day 2028 is a Saturday, observed on 31 December 2027."""
    rules = HolidayRules(country="US", observed=["New Year's Day"])
    assert observed_holidays(rules, range(2027, 2028)) == [date(2027, 1, 1), date(2027, 12, 31)]


def test_single_days_can_be_added(written: Any) -> None:
    """C5: a day the company closes of its own accord."""
    file = read_policy_file(written("also = []", "also = [2027-03-09]"))
    calendar = file.resolve([], date(2027, 12, 31)).calendar
    assert calendar.holidays == (date(2027, 3, 9),)


def test_single_days_can_be_open_in_spite_of_weekends_and_holidays(written: Any) -> None:
    """C5: a working Saturday, a half day, and a file without either has no other version."""
    zone = 'time_zone = "America/Chicago"\n'
    half_day = '{ date = 2027-12-24, hours = [["09:00", "13:00"]] }'
    file = read_policy_file(written(zone, f"{zone}also_open = [2027-03-06, {half_day}]\n"))
    assert file.version != read_policy_file(BUILT_IN).version
    calendar = file.resolve([date(2027, 12, 24)], date(2027, 12, 31)).pinned().calendar
    asked = ["2027-03-06 12:00", "2027-12-24 12:00", "2027-12-24 13:00", "2027-03-13 12:00"]
    assert [calendar.is_open(at(instant)) for instant in asked] == [True, True, False, False]


def test_a_calendar_that_runs_out_of_holidays_before_a_due_instant_says_so() -> None:
    """T8: in the status of the defect, as a reason to look."""
    known = ETO.calendar.model_copy(update={"holidays_known_until": date(2027, 3, 8)})
    defect, _ = a_defect("S1", under=ETO.model_copy(update={"calendar": known}))
    assert defect.attention == [
        "holidays are known only until 2027-03-08, before the target is due"
    ]
    assert a_defect("S1")[0].attention == []


def test_a_severity_may_have_hours_of_its_own(written: Any) -> None:
    """C5: on the calendar's holidays, or round the clock; a copy with others answers by those."""
    path = written("[severities.S1]\n", '[severities.S1]\nhours = "24x7"\n')
    content = PolicyFiles(path).load("eto", 2027).pinned()
    christmas = at("2027-12-24 12:00")
    assert [content.calendar_of(s).is_open(christmas) for s in Severity] == [True] + [False] * 3
    plain = content.model_copy(update={"severities": ETO.severities})
    assert not plain.calendar_of(Severity.S1).is_open(christmas)


# --- what is wrong with a file -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        pytest.param(
            'time_zone = "America/Chicago"',
            'time_zone = "America/Gotham"',
            ["calendar", "time_zone", "America/Gotham"],
            id="a zone that does not exist",
        ),
        pytest.param(
            'mon = [["07:00", "18:00"]]',
            'mon = [["18:00", "07:00"]]',
            ["calendar", "mon", "18:00"],
            id="hours that end before they begin",
        ),
        pytest.param(
            'mon = [["07:00", "18:00"]]',
            'monday = [["07:00", "18:00"]]',
            ["calendar", "monday"],
            id="a day of the week that is none",
        ),
        pytest.param(
            '"Labor Day"',
            '"Labour Day"',
            ["calendar.holidays.observed", "'Labour Day'", "Labor Day"],
            id="a holiday the country does not have",
        ),
        pytest.param(
            'country = "US"',
            'country = "Atlantis"',
            ["calendar.holidays.country", "Atlantis"],
            id="a country that does not exist",
        ),
        pytest.param(
            "[calendar.hours]",
            "also_open = [{ date = 2027-03-06, from = 9 }]\n[calendar.hours]",
            ["calendar.also_open.0.from", "9"],
            id="a special day with a key nobody knows",
        ),
        pytest.param(
            '[calendar.hours]\nmon = [["07:00"',
            'also_open = [2027-03-06]\n[calendar.hours]\nmon = [["08:00"',
            ["calendar", "also_open", "2027-03-06 needs hours"],
            id="a Saturday without hours where those of other days differ",
        ),
        pytest.param(
            "reopen_window_days = 14",
            "reopen_window_days = -1",
            ["defects.reopen_window_days", "-1"],
            id="a number out of range",
        ),
        pytest.param(
            "reopen_window_days = 14",
            "reopen_windw_days = 14",
            ["defects.reopen_windw_days", "14"],
            id="a key it does not know",
        ),
        pytest.param(
            'unit = "business_days"',
            'unit = "fortnights"',
            ["severities.S1.target.unit", '"fortnights"'],
            id="a unit it does not know",
        ),
        pytest.param(
            'event = "defect.escalated"',
            'event = "defect.screamed"',
            ["severities.S1.rungs.0.event", '"defect.screamed"'],
            id="an event it does not know",
        ),
        pytest.param(
            "[severities.S4]",
            '[severities.S4]\nhours = "24/7"',
            ["severities.S4.hours", "24x7", "24/7"],
            id="hours in a word nobody knows",
        ),
        pytest.param(
            "[severities.S4]",
            '[severities.S4]\nhours.mon = [["18:00", "07:00"]]',
            ["severities.S4.hours", "mon", "18:00"],
            id="hours of a severity that end before they begin",
        ),
        pytest.param(
            "[severities.S4]",
            "[severities.S4]\nhours.mon = []",
            ["severities.S4.hours", "at least one day"],
            id="a severity that support is never open for",
        ),
        pytest.param(
            "[calendar.hours]",
            "also_open = [2027-03-06]\n[severities.S4.hours]\n"
            'mon = [["07:00", "08:00"]]\ntue = [["07:00", "09:00"]]\n[calendar.hours]',
            ["severities.S4.hours", "also_open", "2027-03-06 needs hours"],
            id="a Saturday without hours where those of a severity differ",
        ),
        pytest.param(
            "share = 0.25",
            "share = 0",
            ["severities.S2.rungs.0.share", "greater than 0"],
            id="a step before anything is spent",
        ),
        pytest.param(
            "share = 0.25",
            "share = inf",
            ["severities.S2.rungs.0.share", "finite"],
            id="a step that never comes",
        ),
        pytest.param(
            '{ share = 0.25, event = "defect.window_opened"',
            '{ share = 0.75, event = "defect.target_warning"',
            ["severities.S2.rungs.1", "defect.target_warning at 0.75", "already"],
            id="a step twice",
        ),
        pytest.param(
            "lead_minutes = 15",
            "lead_minutes = 1440",
            ["severities.S1.updates", "lead_minutes", "1440"],
            id="updates sent before the last one",
        ),
        pytest.param(
            "[severities.S4]\narea_work = true",
            "",
            ["severities.S4: is missing"],
            id="a severity left out",
        ),
        pytest.param(
            'coo = "coo@vendor.example"', "", ["contacts", "coo"], id="a role nobody answers to"
        ),
        pytest.param(
            'coo = "coo@vendor.example"',
            'coo = "the boss"',
            ["contacts.coo", '"the boss"'],
            id="an address that is none",
        ),
        pytest.param(
            "notice_days = [14, 2]",
            "notice_days = [14, 0]",
            ["releases.notice_days.1", "0"],
            id="a notice that comes with the release",
        ),
        pytest.param(
            'weekday = "mon"',
            'weekday = "monday"',
            ["reviews.weekday", '"monday"'],
            id="a review on no day of the week",
        ),
        pytest.param(
            'optional = ["progress", "newsletter"]',
            'optional = ["resolutions"]',
            ["preferences.optional.0", '"resolutions"'],
            id="opting out of what everyone gets",
        ),
        pytest.param("[cases]", "[cases", ["line"], id="no TOML"),
    ],
)
def test_a_wrong_file_is_refused_naming_file_key_and_value(
    written: Any, old: str, new: str, says: list[str]
) -> None:
    """Errors name the file, the field, the value and what would be right."""
    path = written(old, new)
    with pytest.raises(PolicyError) as refused:
        read_policy_file(path)
    message = str(refused.value)
    assert [word for word in (str(path), *says) if word not in message] == []


def test_a_date_is_closed_or_open_but_not_both(written: Any) -> None:
    """Errors name the keys and the date."""
    path = written("also = []", "also = [2027-03-09]")
    zone = 'time_zone = "America/Chicago"\n'
    path.write_text(path.read_text().replace(zone, f"{zone}also_open = [2027-03-09]\n"))
    with pytest.raises(
        PolicyError, match=r"calendar.also_open.0: opens 2027-03-09, .*holidays.also"
    ):
        read_policy_file(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Errors name the file."""
    with pytest.raises(PolicyError, match=r"nowhere\.toml"):
        PolicyFiles(tmp_path / "nowhere.toml")


def test_a_file_may_be_written_by_any_editor(tmp_path: Path) -> None:
    """With a byte order mark, and with lines that end as on Windows."""
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode())
    assert read_policy_file(path).version == read_policy_file(BUILT_IN).version


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """One line for each problem."""
    path = tmp_path / "mine.toml"
    wrong = TEXT.replace("reopen_window_days = 14", "reopen_window_days = -1")
    path.write_text(wrong.replace("information_reminders = 3", "information_reminders = -3"))
    with pytest.raises(PolicyError) as refused:
        read_policy_file(path)
    assert len(str(refused.value).splitlines()) == 2


def test_an_unknown_policy_is_answered_with_those_that_are_known() -> None:
    """The name activities and callers branch on."""
    with pytest.raises(UnknownPolicy, match="'ato' is not one of eto"):
        PolicyFiles().load("ato", 2027)


def test_a_file_can_stand_beside_the_built_in_policy_or_in_its_place(written: Any) -> None:
    """By the name it gives itself."""
    beside = PolicyFiles(written('name = "eto"', 'name = "mine"'))
    assert beside.names() == ["eto", "mine"]
    instead = PolicyFiles(written("reopen_window_days = 14", "reopen_window_days = 30"))
    assert instead.names() == ["eto"]
    assert instead.load("eto", 2027).defects.reopen_window_days == 30


# --- what a policy can change --------------------------------------------------------------------


def test_the_length_of_the_reopen_window_is_the_policys() -> None:
    """Contract: 14 days by default."""
    rules = ETO.defects.model_copy(update={"reopen_window_days": 3})
    defect, _ = a_defect("S3", under=ETO.model_copy(update={"defects": rules}))
    defect.runner.entity.resolved_at = at("2027-03-05 16:00")
    assert defect.next_due() == defect.resolved_at + timedelta(days=3)
    assert isinstance(defect.next_due(), datetime)
