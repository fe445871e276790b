"""The oracle finds status updates that are late, missing, or not owed (T6, D6)."""

from datetime import timedelta

import pytest

from domain.contract.defect import AttachCase, DetachCase, PostProgress
from simulation.oracle.audit import audit
from tests.domain.builders import ETO, FRIDAY, at, attachment, eto_with
from tests.simulation.histories import BEN, DAY, HOUR, came, daily, history, judged, said


def test_an_update_that_is_late_breaks_t6_once_for_each_limit_that_passed() -> None:
    """T6: 24 hours, and 48."""
    late = history("S1", FRIDAY + 50 * HOUR, [], [came(FRIDAY + 49 * HOUR, "defect.update")])
    assert judged(late) == [("T6", FRIDAY + DAY), ("T6", FRIDAY + 2 * DAY)]
    figures = audit(late, ETO).figures
    assert (figures.updates_owed, figures.updates_sent, figures.updates_late) == (2, 1, 2)


def test_an_update_that_never_came_is_late_too() -> None:
    """T6: as far as the log goes."""
    assert judged(history("S1", FRIDAY + DAY)) == []
    assert judged(history("S1", FRIDAY + DAY + HOUR)) == [("T6", FRIDAY + DAY)]


def test_a_local_date_without_an_update_breaks_t6() -> None:
    """T6: 24 hours skip the Sunday on which the clock jumps ahead."""
    saturday = at("2027-03-13 23:30")
    life = history(
        "S1",
        saturday + 25 * HOUR,
        [],
        [came(saturday + DAY, "defect.update")],
        confirmed_at=saturday,
    )
    assert judged(life) == [("T6", at("2027-03-15 00:00"))]
    assert (
        judged(life, eto_with("S1", updates={"every_local_date": False, "mode": "elapsed"})) == []
    )


def test_it_holds_for_everyone_attached_from_when_they_were() -> None:
    """T6: Ben joined a day later and got nothing after his confirmation."""
    joined = FRIDAY + DAY
    life = history(
        "S1",
        FRIDAY + 3 * DAY,
        [said(joined, AttachCase, **attachment("CASE-2", "client-2"))],
        [came(joined, "defect.confirmed", BEN), *daily(3)],
    )
    found = audit(life, ETO, timedelta(0)).broken
    assert [(b.clause, b.at, b.recipient) for b in found] == [("T6", joined + DAY, BEN)]


def test_who_left_is_owed_nothing() -> None:
    """T6: detached on Saturday."""
    life = history(
        "S1",
        FRIDAY + 2 * DAY,
        [said(FRIDAY + HOUR, DetachCase, case="CASE-1", reason="something else")],
    )
    assert judged(life) == []


@pytest.mark.parametrize("event", ["workaround", "severity_changed", "reopened"])
def test_what_says_how_it_stands_counts_as_an_update(event: str) -> None:
    """T6: the promise of each is checked by itself."""
    life = history("S1", FRIDAY + 40 * HOUR, [], [came(FRIDAY + 20 * HOUR, f"defect.{event}")])
    assert ("T6", FRIDAY + DAY) not in judged(life)


def test_a_confirmation_of_a_second_case_does_not_count() -> None:
    """T6: it says nothing new to who is attached already."""
    life = history(
        "S1",
        FRIDAY + 30 * HOUR,
        [said(FRIDAY + 20 * HOUR, AttachCase, **attachment("CASE-2"))],
        [came(FRIDAY + 20 * HOUR, "defect.confirmed")],
    )
    assert judged(life) == [("T6", FRIDAY + DAY)]


def test_an_update_where_none_is_owed_breaks_t6() -> None:
    """S2 to S4: status in the portal only."""
    assert judged(history("S2", FRIDAY + DAY, [], daily(1))) == [("T6", FRIDAY + DAY)]


def test_business_days_leave_out_the_weekend_but_no_business_date() -> None:
    """T6: Friday 16:00 to Monday 16:00 counts as 24 hours."""
    updates = {"mode": "elapsed", "business_days_only": True}
    policy = eto_with("S1", updates=updates, target=None, rungs=[])
    monday = at("2027-03-08 15:00")
    assert judged(history("S1", monday, [], []), policy) == []
    in_time = history("S1", monday + DAY, [], [came(monday, "defect.update")])
    assert judged(in_time, policy) == []
    late = history("S1", monday + 25 * HOUR, [], [came(monday, "defect.update")])
    assert judged(late, policy) == [("T6", monday + DAY)]


def test_at_a_fixed_hour_an_update_belongs_to_its_hour() -> None:
    """T6: within its time to arrive."""
    policy = eto_with("S1", updates={"mode": "fixed_hour", "local_time": "09:00"})
    nine = at("2027-03-06 09:00")
    for minutes, broken in ((0, []), (15, []), (16, [("T6", nine)]), (-1, [("T6", nine)])):
        arrival = came(nine + timedelta(minutes=minutes), "defect.update")
        assert judged(history("S1", nine + HOUR, [], [arrival]), policy) == broken
    assert audit(history("S1", nine + HOUR), policy).figures.updates_owed == 1


def test_progress_that_is_not_mailed_breaks_d6() -> None:
    """D6: at S1, at once."""
    log = [said(FRIDAY + HOUR, PostProgress, public_text="We found the cause.")]
    assert judged(history("S1", FRIDAY + 2 * HOUR, log)) == [("D6", FRIDAY + HOUR)]
    mailed = [came(FRIDAY + HOUR, "defect.update")]
    assert judged(history("S1", FRIDAY + 2 * HOUR, log, mailed)) == []
    assert judged(history("S2", FRIDAY + 2 * HOUR, log)) == []
