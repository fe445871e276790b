"""A real page of service levels as a policy: what it promises is what happens (T2, T7, T10)."""

from datetime import datetime, timedelta

import pytest

from domain.contract.defect import ChangeSeverity, Hold, Resume
from domain.contract.values import Severity
from tests.domain.builders import SERVICE_LEVELS, a_defect
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

STEPS = ("defect.target_warning", "defect.target_missed", "defect.escalated")


def gmt(text: str) -> datetime:
    """An instant in the page's zone; 2027-03-05 is a Friday."""
    return datetime.fromisoformat(f"{text}+00:00")


def confirmed(severity: str, when: str) -> World:
    """A defect of a severity under the page's policy."""
    return world_of(a_defect(severity, now=gmt(when), under=SERVICE_LEVELS), gmt(when))


@pytest.mark.parametrize(
    ("severity", "when", "warned", "missed", "escalated"),
    [
        pytest.param(
            *("S1", "2027-03-06 23:00"),
            *("2027-03-06 23:45", "2027-03-07 00:00", "2027-03-07 00:30"),
            id="S1 at night on a Saturday: round the clock",
        ),
        pytest.param(
            *("S1", "2027-12-25 10:00"),
            *("2027-12-25 10:45", "2027-12-25 11:00", "2027-12-25 11:30"),
            id="S1 at Christmas: holidays count",
        ),
        pytest.param(
            *("S2", "2027-03-05 18:00"),
            *("2027-03-06 13:00", "2027-03-06 15:00", "2027-03-08 10:00"),
            id="S2 on a Friday evening: Saturday counts",
        ),
        pytest.param(
            *("S2", "2027-03-25 18:00"),
            *("2027-03-27 13:00", "2027-03-27 15:00", "2027-03-30 10:00"),
            id="S2 before Easter: Friday and Monday do not, Saturday does",
        ),
        pytest.param(
            *("S3", "2027-03-05 18:00"),
            *("2027-03-09 12:00", "2027-03-09 18:00", "2027-03-10 18:00"),
            id="S3 on a Friday evening: Saturday does not count",
        ),
        pytest.param(
            *("S4", "2027-03-08 08:00"),
            *("2027-03-12 14:00", "2027-03-15 20:00", "2027-03-18 20:00"),
            id="S4 has 72 hours: six days of twelve",
        ),
    ],
)
def test_each_severity_keeps_to_its_own_hours(
    severity: str, when: str, warned: str, missed: str, escalated: str
) -> None:
    """T2, T7: 75 %, 100 % and 150 % of a budget of hours."""
    world = confirmed(severity, when)
    world.wait(timedelta(days=30))
    assert [world.told(step) for step in STEPS] == [
        [gmt(warned)],
        [gmt(missed)],
        [gmt(escalated)],
    ]
    assert world.defect.target.missed_at == {severity: gmt(missed)}


def test_a_warning_waits_for_the_hours_of_its_severity() -> None:
    """T10: three quarters of an S2 are spent as Saturday closes; it is told on Monday morning."""
    world = confirmed("S2", "2027-03-06 11:00")
    world.wait(timedelta(days=1))
    assert world.told("defect.target_warning") == []
    world.wait(timedelta(days=9))
    assert world.told("defect.target_warning") == [gmt("2027-03-08 08:00")]


def test_another_severity_counts_by_its_own_hours() -> None:
    """T2: an S3 for Saturday spends nothing; raised to S2 it has all of its eight hours."""
    world = confirmed("S3", "2027-03-06 09:00")
    world.hear(
        ChangeSeverity, gmt("2027-03-06 16:00"), severity="S2", reason="worse than it seemed"
    )
    assert world.defect.target_due_at == gmt("2027-03-08 15:00")
    assert world.defect.target.spent == {Severity.S3: "0"}


def test_a_hold_stops_the_clock_that_runs_at_night() -> None:
    """T2: a quarter of an hour is spent, the rest after the hold."""
    world = confirmed("S1", "2027-03-06 23:00")
    world.hear(Hold, gmt("2027-03-06 23:15"), reason="waiting for logs")
    world.hear(Resume, gmt("2027-03-07 03:00"))
    assert world.defect.target_due_at == gmt("2027-03-07 03:45")
