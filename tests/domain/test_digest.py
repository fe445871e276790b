"""When a digest is due: once on each date of the reader, whatever their clocks do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.digest import is_too_late, next_digest


@pytest.mark.parametrize(
    ("after", "hour", "zone", "due"),
    [
        # In the morning the same day, at the hour itself and later the next.
        ("2027-05-03T05:59:59Z", 8, "Europe/Berlin", "2027-05-03T06:00:00Z"),
        ("2027-05-03T06:00:00Z", 8, "Europe/Berlin", "2027-05-04T06:00:00Z"),
        ("2027-05-03T06:00:01Z", 8, "Europe/Berlin", "2027-05-04T06:00:00Z"),
        # The reader's date is not that of UTC.
        ("2027-05-03T23:30:00Z", 8, "Asia/Tokyo", "2027-05-04T23:00:00Z"),
        ("2027-05-04T02:00:00Z", 8, "America/Chicago", "2027-05-04T13:00:00Z"),
        ("2027-05-03T10:00:00Z", 8, "Asia/Kathmandu", "2027-05-04T02:15:00Z"),
        ("2027-12-31T23:00:00Z", 0, "UTC", "2028-01-01T00:00:00Z"),
        # Summer time begins and ends between the message and the digest.
        ("2027-03-27T20:00:00Z", 8, "Europe/Berlin", "2027-03-28T06:00:00Z"),
        ("2027-10-30T20:00:00Z", 8, "Europe/Berlin", "2027-10-31T07:00:00Z"),
        # The hour is skipped: when the clock has gone on, and not again that day.
        ("2027-03-28T00:30:00Z", 2, "Europe/Berlin", "2027-03-28T01:00:00Z"),
        ("2027-03-28T01:00:00Z", 2, "Europe/Berlin", "2027-03-29T00:00:00Z"),
        # The hour comes twice: the first of them counts.
        ("2027-10-30T23:30:00Z", 2, "Europe/Berlin", "2027-10-31T00:00:00Z"),
        ("2027-10-31T00:30:00Z", 2, "Europe/Berlin", "2027-11-01T01:00:00Z"),
        # A clock that goes forward by half an hour; a date that a zone never had.
        ("2027-10-02T15:00:00Z", 2, "Australia/Lord_Howe", "2027-10-02T15:30:00Z"),
        ("2011-12-29T20:00:00Z", 8, "Pacific/Apia", "2011-12-30T18:00:00Z"),
    ],
)
def test_the_next_digest(after: str, hour: int, zone: str, due: str) -> None:
    """The first time that it is the hour in the reader's zone."""
    assert next_digest(_at(after), hour, ZoneInfo(zone)) == _at(due)


@given(
    st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001 - zoned below
    st.integers(0, 23),
    st.sampled_from(
        ["Europe/Berlin", "America/Chicago", "Asia/Tokyo", "Australia/Lord_Howe", "UTC"]
    ),
)
def test_there_is_one_digest_on_each_date(moment: datetime, hour: int, zone: str) -> None:
    """A week of them falls on seven dates, one after the other."""
    at, days = moment.replace(tzinfo=UTC), list[date]()
    for _ in range(7):
        due = next_digest(at, hour, ZoneInfo(zone))
        assert at < due <= at + timedelta(hours=26)
        days.append(due.astimezone(ZoneInfo(zone)).date())
        at = due

    assert days == [days[0] + timedelta(days=n) for n in range(7)]


@pytest.mark.parametrize(
    ("facts", "late"),
    [
        ({}, False),
        ({"text": "2027"}, False),
        ({"deploy_at": "2027-05-04T06:00:01Z"}, False),
        ({"deploy_at": "2027-05-04T06:00:00Z"}, True),
        # The release that was announced for the night comes later: who waits for it must know.
        ({"deploy_at": "2027-06-01T04:00:00Z", "before": "2027-05-04T04:00:00Z"}, True),
    ],
)
def test_what_would_come_too_late(facts: dict[str, str], late: bool) -> None:
    """A notice of what happens before the digest does not wait for it."""
    assert is_too_late(_at("2027-05-04T06:00:00Z"), facts) is late


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)
