"""What random lives are drawn from: instants, people, keys, outages."""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.domain.builders import at
from tests.soak import lives

QUIET = settings(
    max_examples=lives(40),
    stateful_step_count=30,
    suppress_health_check=list(HealthCheck),
)

STARTS = st.sampled_from(
    [
        "2027-03-05 16:00",  # Friday afternoon
        "2027-03-06 12:00",  # Saturday noon
        "2027-03-08 07:00",  # at an opening
        "2027-03-09 18:00",  # at a close
        "2027-03-12 23:55",  # two nights before the clock jumps ahead
        "2027-03-13 23:40",  # the night it does: a date can be skipped
        "2027-03-13 23:20",
        "2027-03-14 01:59",
        "2027-05-28 17:59",  # before a long weekend
        "2027-07-02 12:30",  # Independence Day observed on Monday the 5th
        "2027-11-06 23:50",  # the night the clock is put back
        "2027-11-07 01:30",
        "2027-11-24 17:00",  # before Thanksgiving
        "2027-12-23 17:00",  # Christmas observed on Friday the 24th
        "2027-12-31 23:59",
    ]
).map(at)
MINUTES = st.sampled_from([1, 14, 60, 359]).map(lambda count: timedelta(minutes=count))
HOURS = st.sampled_from([23.75, 24, 24.5, 30, 48]).map(lambda count: timedelta(hours=count))
DAYS = st.sampled_from([4, 14, 31, 90]).map(lambda count: timedelta(days=count))
TIMES = MINUTES | HOURS | DAYS
KEYS = st.sampled_from([*[None] * 12, "key-1", "key-2", "key-3"])
PUBLIC = st.sampled_from(
    ["We found the cause.", "It is being tested.", "It will be done by Friday"]
)
SECRET = "for our eyes only, do not tell"

OUTAGES = MINUTES | HOURS | st.just(timedelta(days=3))
