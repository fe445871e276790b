"""Plays a week of a whole crowd on its machines alone, and says when how much of what happens.

python -m bench.peak --defects 10000            a minute; prints
python -m bench.peak --defects 10000 --write    the same, and keeps it in bench/scale.json
python -m bench.peak --defects 10000 --night    the release is deployed while mail is down
"""

import argparse
import sys
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from bench.alone import FAILED
from bench.curves import Curve
from bench.kept import keep
from bench.measure import Section
from bench.population import DEPLOY_AFTER, VENDOR_ZONE, Crowd
from bench.queues import PerSecond, backlog
from bench.week import KINDS, MONDAY, OUTAGE_ENDS, OUTAGE_LASTS, Week, outage, per_minute, played
from runtime.time_zones import use_pinned_zones

NIGHT_RELEASE = OUTAGE_ENDS - OUTAGE_LASTS + timedelta(minutes=30)
"""Half an hour after mail went down."""
LIMIT = 50.0
"""Messages to the outside that may start per second, where nobody says otherwise."""
_REMINDERS = DEPLOY_AFTER - timedelta(days=2)
MOMENTS = {
    "Tuesday 11:00, an ordinary morning": timedelta(days=1, hours=11),
    "Monday 07:00, support opens": timedelta(hours=7),
    "Tuesday 18:00, it closes": timedelta(days=1, hours=18),
    "Monday 18:00, two days before the release": _REMINDERS,
    "Wednesday 18:00, the release is out": DEPLOY_AFTER,
    "Thursday 07:00, mail is back": OUTAGE_ENDS,
}
BEFORE, SHOWN = 10, 60
"""Minutes before an instant at which its course begins, and how long it is."""
TIMES = (1, 10)
"""Crowds so many times as large, for the course of a backlog."""
_QUARTERS_OF_A_WEEK = 7 * 24 * 4


def main() -> int:
    """Play it; answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.peak")
    parser.add_argument("--defects", type=int, default=10_000, help="open on average")
    parser.add_argument("--told-per-second", type=float, default=900, help="by the release")
    parser.add_argument("--night", action="store_true", help="deployed while mail is down")
    parser.add_argument("--write", action="store_true", help="keep it in bench/scale.json")
    given = parser.parse_args()
    use_pinned_zones()
    found = measured(given.defects, given.told_per_second, night=given.night)
    section = Section(f"A week of {given.defects:,} open defects")
    section.table(("mails", "in a minute", "in half an hour"), _moments(found))
    section.table(("of a kind", "in the week", "most in a minute", "when"), _kinds(found))
    sys.stdout.write(section.markdown())
    if given.write:
        keep("nights" if given.night else "peaks", found, under=str(given.defects))
    return 0


def measured(defects: int, told_per_second: float, *, night: bool = False) -> dict[str, Any]:
    """What is kept of a week."""
    begun = time.process_time()
    deploy_after = NIGHT_RELEASE if night else DEPLOY_AFTER
    crowd = Crowd(defects, MONDAY, deploy_after=deploy_after)
    week = played(crowd, told_per_second, outage(MONDAY))
    replayed = week.replayed(1_000)
    return {
        "defects": defects,
        "told_per_second": told_per_second,
        "entities": week.entities,
        "open_entities": week.open_entities,
        "open_events": round(sum(week.open_events) / max(1, week.open_entities), 1),
        "actions": week.actions,
        "mails": dict(sorted(week.mails.items())),
        "totals": {kind: int(week.seconds[kind].sum()) for kind in KINDS},
        "replayed": int(replayed.sum()),
        "peaks": {kind: _peak(week.seconds[kind]) for kind in KINDS},
        "moments": {name: _around(week, after) for name, after in MOMENTS.items()},
        "curves": {kind: _curve(week.seconds[kind]) for kind in KINDS}
        | {"replayed": _curve(replayed)},
        "quarters": _quarters(week.seconds["mails"]),
        "morning": {
            kind: _course(week.seconds[kind], OUTAGE_ENDS) for kind in ("outbound", FAILED)
        },
        "reminders": {str(times): _draining(week, times) for times in TIMES},
        "seconds": round(time.process_time() - begun, 1),
    }


def _curve(seconds: PerSecond) -> list[int]:
    return [round(most) for most in Curve.of(seconds).most]


def _peak(seconds: PerSecond) -> list[Any]:
    minutes = per_minute(seconds)
    at = MONDAY + timedelta(minutes=int(minutes.argmax()))
    return [int(minutes.max()), f"{at.astimezone(VENDOR_ZONE):%A %H:%M}"]


def _around(week: Week, after: timedelta) -> list[int]:
    """Mails in the minute, and in the half hour that begins with it."""
    minutes, first = per_minute(week.seconds["mails"]), int(after.total_seconds()) // 60
    return [int(minutes[first]), int(minutes[first : first + 30].sum())]


def _quarters(mails: PerSecond) -> list[int]:
    """The most mails in a minute, for each quarter of an hour."""
    return [int(most) for most in per_minute(mails).reshape(_QUARTERS_OF_A_WEEK, 15).max(axis=1)]


def _minutes(seconds: PerSecond, after: timedelta) -> PerSecond:
    """A row of sixty for each minute around an instant of the week."""
    first = int(after.total_seconds()) - 60 * BEFORE
    return seconds[first : first + 60 * SHOWN].reshape(SHOWN, 60)


def _course(seconds: PerSecond, after: timedelta) -> list[int]:
    """How many a minute."""
    return [int(count) for count in _minutes(seconds, after).sum(axis=1)]


def _draining(week: Week, times: int) -> dict[str, list[int]]:
    """What waits around the reminders of the release, at the usual limit, and for how long."""
    found = backlog(times * week.seconds["sent"], LIMIT)
    return {
        "waiting": [int(n) for n in _minutes(found.waiting, _REMINDERS).max(axis=1)],
        "oldest": [int(n) for n in _minutes(found.oldest, _REMINDERS).max(axis=1)],
    }


def _moments(found: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(name, f"{m:,}", f"{half:,}") for name, (m, half) in found["moments"].items()]


def _kinds(found: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (kind, f"{found['totals'][kind]:,}", f"{most:,}", when)
        for kind, (most, when) in found["peaks"].items()
    ]


if __name__ == "__main__":
    sys.exit(main())
