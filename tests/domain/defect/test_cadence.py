"""When the next status update is owed after one, in every mode of a policy (T6)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.business_time import BusinessCalendar
from domain.defect.cadence import next_update
from domain.policy import Cadence, ElapsedCadence, FixedHourCadence
from tests.domain.builders import ETO, at
from tests.soak import lives

CALENDAR = ETO.calendar
DAILY = ElapsedCadence()
TWICE_A_DAY = ElapsedCadence(max_gap_hours=12)
BUSINESS_DAYS = ElapsedCadence(business_days_only=True)
BY_TIME_ALONE = ElapsedCadence(every_local_date=False)


def fixed(hour: str, *, business_days_only: bool = False) -> FixedHourCadence:
    """Updates at one hour of the day."""
    return FixedHourCadence.model_validate(
        {"mode": "fixed_hour", "local_time": hour, "business_days_only": business_days_only}
    )


@pytest.mark.parametrize(
    ("cadence", "last", "send", "deadline"),
    [
        pytest.param(
            DAILY, "2027-03-05 16:00", "2027-03-06 15:45", "2027-03-06 16:00", id="24 hours"
        ),
        pytest.param(
            DAILY,
            "2027-03-13 16:00",
            "2027-03-14 16:45",
            "2027-03-14 17:00",
            id="24 hours of real time over the jump ahead",
        ),
        pytest.param(
            DAILY,
            "2027-03-13 23:20",
            "2027-03-14 23:45",
            "2027-03-15 00:00",
            id="the date the clock jumps ahead would be skipped",
        ),
        pytest.param(
            BY_TIME_ALONE,
            "2027-03-13 23:20",
            "2027-03-15 00:05",
            "2027-03-15 00:20",
            id="and is skipped where only elapsed time counts",
        ),
        pytest.param(
            DAILY,
            "2027-11-06 23:50",
            "2027-11-07 22:35",
            "2027-11-07 22:50",
            id="24 hours of real time over the hour put back",
        ),
        pytest.param(
            TWICE_A_DAY, "2027-03-05 16:00", "2027-03-06 03:45", "2027-03-06 04:00", id="12 hours"
        ),
        pytest.param(
            BUSINESS_DAYS,
            "2027-03-05 16:00",
            "2027-03-08 07:00",
            "2027-03-08 07:15",
            id="business days: from Friday to Monday's opening, with time to arrive",
        ),
        pytest.param(
            BUSINESS_DAYS,
            "2027-03-08 20:00",
            "2027-03-09 19:45",
            "2027-03-09 20:00",
            id="business days: after hours is still on a business day",
        ),
        pytest.param(
            BUSINESS_DAYS,
            "2027-11-24 12:00",
            "2027-11-26 07:00",
            "2027-11-26 07:15",
            id="business days: over Thanksgiving",
        ),
        pytest.param(
            BUSINESS_DAYS,
            "2027-03-07 00:10",
            "2027-03-08 07:00",
            "2027-03-08 07:15",
            id="business days: not on the eve of one",
        ),
        pytest.param(
            fixed("09:00"),
            "2027-03-05 16:00",
            "2027-03-06 09:00",
            "2027-03-06 09:15",
            id="fixed hour: tomorrow",
        ),
        pytest.param(
            fixed("09:00"),
            "2027-03-05 08:59",
            "2027-03-05 09:00",
            "2027-03-05 09:15",
            id="fixed hour: still today",
        ),
        pytest.param(
            fixed("09:00"),
            "2027-03-05 09:00",
            "2027-03-06 09:00",
            "2027-03-06 09:15",
            id="fixed hour: not twice at the same hour",
        ),
        pytest.param(
            fixed("09:00", business_days_only=True),
            "2027-03-05 09:00",
            "2027-03-08 09:00",
            "2027-03-08 09:15",
            id="fixed hour on business days: over a weekend",
        ),
        pytest.param(
            fixed("09:00", business_days_only=True),
            "2027-07-02 09:00",
            "2027-07-06 09:00",
            "2027-07-06 09:15",
            id="fixed hour on business days: over an observed holiday",
        ),
        pytest.param(
            fixed("02:30"),
            "2027-03-13 12:00",
            "2027-03-14 03:30",
            "2027-03-14 03:45",
            id="fixed hour that the clock jumps over: once, an hour later",
        ),
        pytest.param(
            fixed("01:30"),
            "2027-11-07 01:30",
            "2027-11-08 01:30",
            "2027-11-08 01:45",
            id="fixed hour that the clock shows twice: the first time only",
        ),
    ],
)
def test_the_next_update_is_owed(cadence: Cadence, last: str, send: str, deadline: str) -> None:
    """T6: sent so that it can arrive by its deadline."""
    due = next_update(cadence, CALENDAR, at(last))
    assert (due.send_at, due.deadline) == (at(send), at(deadline))


ZONES = ["America/Chicago", "UTC", "Pacific/Auckland", "America/St_Johns", "Asia/Beirut"]
CADENCES = st.sampled_from(
    [
        DAILY,
        BY_TIME_ALONE,
        BUSINESS_DAYS,
        TWICE_A_DAY,
        ElapsedCadence(max_gap_hours=48, lead_minutes=719),
        fixed("00:00"),
        fixed("02:30"),
        fixed("23:59", business_days_only=True),
    ]
)


@given(
    cadence=CADENCES,
    zone=st.sampled_from(ZONES),
    minutes=st.integers(0, 3 * 366 * 24 * 60),
)
@settings(max_examples=lives(300))
def test_the_next_update_lies_ahead_and_leaves_no_gap(
    cadence: Cadence, zone: str, minutes: int
) -> None:
    """T6: whatever the zone and the instant; an update sent at once never falls due again."""
    calendar = BusinessCalendar.model_validate(CALENDAR.model_dump() | {"time_zone": zone})
    last = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    due = next_update(cadence, calendar, last)
    assert last < due.send_at <= due.deadline
    if isinstance(cadence, FixedHourCadence) or cadence.business_days_only:
        return
    assert due.deadline - last <= timedelta(hours=cadence.max_gap_hours)
    if cadence.every_local_date:
        skipped = calendar.local_date(due.send_at) - calendar.local_date(last)
        assert skipped <= timedelta(days=1)
