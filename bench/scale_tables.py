"""The tables of `docs/scale.md`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.curves import Curve
from bench.peak import MOMENTS
from bench.population import ARRIVE, CASES, LIVE, opened_on_average
from bench.results import Results
from bench.scale_sources import derived, figures, same
from bench.shown import lasting, size, table, whole
from bench.sizing import (
    EXPIRES,
    FAST,
    LIMIT,
    MORNING,
    SIZES,
    Measured,
    Sizing,
    breaks_at,
)

Row = tuple[str, Callable[[Sizing], str]]
_HEAD = ("open defects", *(f"{size:,}" for size in SIZES))


def tables(found: Measured, results: Results, kept: Mapping[str, Any]) -> dict[str, str]:
    """Each table by its name in the page."""
    return {
        "people": _people(found),
        "stores": _by_size(found, _STORES),
        "rows": _rows(found),
        "moments": _moments(found),
        "leaving": _by_size(found, _LEAVING),
        "workers": _by_size(found, _WORKERS),
        "server": _by_size(found, _SERVER),
        "rare": _by_size(found, _RARE),
        "breaks": _breaks(found),
        "derived": derived(found),
        "same": same(kept["story"], found),
        "measured": figures(found, results, kept),
    }


def _by_size(found: Measured, rows: Sequence[Row]) -> str:
    sizings = [Sizing(found, size) for size in SIZES]
    return table(_HEAD, [(name, *(say(sizing) for sizing in sizings)) for name, say in rows])


_STORES: list[Row] = [
    ("open workflows, cases included", lambda s: whole(s.workflows)),
    (
        "defects confirmed a day",
        lambda s: whole(sum(n for k, n in s.per_day.items() if k != "other")),
    ),
    ("cases a day that are no defect", lambda s: whole(s.per_day["other"])),
    ("actions a month", lambda s: whole(s.a_month("actions"))),
    ("events a month", lambda s: whole(s.a_month("events"))),
    ("mails a month", lambda s: whole(s.a_month("mails"))),
    ("history of what is open", lambda s: size(s.open_history)),
    ("history of what has ended, 30 days", lambda s: size(s.closed_history)),
    ("our database, now", lambda s: size(s.database)),
    ("our database grows a year by", lambda s: size(s.database_a_year)),
    ("a backup of what is open, before compression", lambda s: size(s.backup)),
]
_LEAVING: list[Row] = [
    ("messages that wait at most, at 50 a second", lambda s: whole(_sent(s).longest(LIMIT))),
    ("the last one leaves after, at 50 a second", lambda s: lasting(_sent(s).wait(LIMIT))),
    ("a second, for all to leave in 15 minutes", lambda s: whole(_sent(s).rate_for(MORNING))),
    ("a second, for all to leave in 5 minutes", lambda s: whole(_sent(s).rate_for(FAST))),
    ("worker processes, for 15 minutes and 0.3 s a mail", lambda s: f"{_senders(s):,}"),
    (
        "outage: tries a second, if they need not wait",
        lambda s: whole(s.curve("failed").within(FAST) / FAST),
    ),
    (
        "outage with a release in it: tries a second, if they need not wait",
        lambda s: whole(s.curve("failed", night=True).within(FAST) / FAST),
    ),
    (
        "outage with a release in it: messages that leave when mail is back",
        lambda s: whole(s.waiting_for_mail),
    ),
    (
        "outage with a release in it: mails to support that something is late",
        lambda s: whole(s.complaints),
    ),
    (
        "outage with a release in it: all that takes, at 50 a second",
        lambda s: lasting(s.waiting_for_mail / LIMIT),
    ),
]
_WORKERS: list[Row] = [
    ("workflow tasks in the worst minute", lambda s: whole(s.curve("turn").within(60))),
    ("processor of workers for the release", lambda s: lasting(s.work.within(60))),
    ("the same if all were cached", lambda s: lasting(s.warm.within(60))),
    ("the same if every task were replayed", lambda s: lasting(s.coldest)),
    ("cores in use on average", lambda s: whole(s.processes_on_average)),
    ("worker processes, done in 15 minutes", lambda s: f"{s.processes(MORNING):,}"),
    ("worker processes, done in 5 minutes", lambda s: f"{s.processes(FAST):,}"),
    ("the same if all were cached", lambda s: f"{s.processes(FAST, warm=True):,}"),
    ("memory to cache all", lambda s: size(s.cache)),
    (
        "connections to PostgreSQL, done in 15 minutes",
        lambda s: f"{s.connections(s.processes(MORNING)):,}",
    ),
]
_SERVER: list[Row] = [
    (
        "transactions of history a second, done in 5 minutes",
        lambda s: whole(s.transactions(FAST)),
    ),
    (
        "transactions of history a second, done in 15 minutes",
        lambda s: whole(s.transactions(MORNING)),
    ),
    ("share of time a shard of 512 is locked", lambda s: f"{s.shard_busy(FAST):.1%}"),
    ("shards so that it is 10 % at most", lambda s: f"{s.shards:,}"),
    ("open workflows on each of 512", lambda s: whole(s.workflows / 512)),
    (
        "upserts of search attributes a second, done in 5 minutes",
        lambda s: whole(s.curve("upsert").rate_for(FAST)),
    ),
    (
        "timers that fire in the same minute",
        lambda s: whole(s.week["peaks"]["timer"][0] * s.factor),
    ),
]
_RARE: list[Row] = [
    ("to signal 10 % of all defects", lambda s: lasting(s.signalled(0.1))),
    ("until all of them have told everybody, at 50 a second", lambda s: lasting(_told(s, LIMIT))),
    ("`rollout nudge` of all, one worker process", lambda s: lasting(s.nudged(1))),
    (
        "`rollout nudge` of all, the processes for 15 minutes",
        lambda s: lasting(s.nudged(s.processes(MORNING))),
    ),
]


def _sent(sizing: Sizing) -> Curve:
    return sizing.curve("sent")


def _senders(sizing: Sizing) -> int:
    rate = _sent(sizing).rate_for(MORNING)
    workers = 1
    while sizing.sent_at_most(workers) < rate:
        workers += 1
    return workers


def _told(sizing: Sizing, per_second: float) -> float:
    return max(sizing.signalled(0.1), _sent(sizing).wait(per_second))


def _people(found: Measured) -> str:
    opened = opened_on_average()
    return table(
        ("severity", "of what is confirmed", "days open", "of what is open", "cases each",
         "actions of a whole life, cases included", "events", "mails"),
        [
            (s, f"{ARRIVE[s]:.0%}", LIVE[s], f"{opened[s]:.1%}", CASES[s],
             *(whole(found.families[s][what]) for what in ("actions", "events", "mails")))
            for s in LIVE
        ]
        + [
            ("a case that is no defect", "", "", "", "",
             *(whole(found.families["other"][what]) for what in ("actions", "events", "mails")))
        ],
    )  # fmt: skip


def _rows(found: Measured) -> str:
    sizings = [Sizing(found, n) for n in SIZES]
    return table(
        ("table", "rows for each open defect", "bytes a row", *(f"{n:,}" for n in SIZES)),
        [
            (f"`{name}`", whole(each), whole(bytes_), *(size(s.stored(name)) for s in sizings))
            for name, (each, bytes_) in sorted(
                found.rows.items(), key=lambda row: -row[1][0] * row[1][1]
            )
        ],
    )


def _moments(found: Measured) -> str:
    sizings = [Sizing(found, n) for n in SIZES]
    rows = []
    for name in MOMENTS:
        halves = [(s.week["moments"][name], s.factor) for s in sizings]
        rows.append((name, *(f"{whole(m * f)} / {whole(half * f)}" for (m, half), f in halves)))
    return table(("mails in that minute / within half an hour", *_HEAD[1:]), rows)


_BREAKS = {
    "cache": (
        "one worker's cache of 1,000 workflows",
        "what wakes is replayed: only time. Nothing, or another worker",
    ),
    "one worker": (
        "one worker process, if a release shall be done in 5 minutes",
        "another worker, and more connections for PostgreSQL",
    ),
    "all leave in 5 minutes": (
        "50 messages a second, if all shall leave in 5 minutes",
        "`DEFECTS_OUTBOUND_PER_SECOND`, if the mail server takes it",
    ),
    "tries": (
        "50 a second for five minutes, by tries alone, in an outage of mail with a release in it",
        "no deployment while mail is down: posts to the status page wait behind the tries",
    ),
    "transactions": (
        "1,000 transactions a second, a small PostgreSQL, with workers for 5 minutes",
        "fewer workers, or more cores and faster disks for PostgreSQL",
    ),
    "shards": (
        "512 shards, locked a tenth of the time, with workers for 5 minutes",
        "fewer workers; more shards only in a new installation",
    ),
    "expires": (
        f"50 messages a second: the last waits longer than {EXPIRES // 60} minutes and is given up",
        "raise the limit before. Support gets a mail for each, and that makes it worse",
    ),
}


def _breaks(found: Measured) -> str:
    at = {name: breaks_at(found, name) for name in _BREAKS}
    order = sorted(_BREAKS, key=at.__getitem__)
    return table(
        ("open defects", "what is reached", "what to do"),
        [(whole(at[name]), *_BREAKS[name]) for name in order],
    ).replace("|---|---:|---:|", "|---:|---|---|")
