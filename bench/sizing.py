"""The arithmetic of `docs/scale.md`: what so many open defects cost, from what was measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from bench.curves import Curve
from bench.population import arrivals_per_day, other_cases_per_day

SIZES = (10_000, 100_000, 1_000_000)
DAYS_A_MONTH = 365 / 12
RETENTION_DAYS = 30
"""The default of the compose installation."""
BUSY = 0.7
"""Share of its time that a worker process is planned to work: assumed."""
CACHED = 1_000
"""Workflows that one worker process keeps in memory."""
PLACES = 20
"""Messages that one worker process has under way at the same time."""
SECONDS_A_MAIL = 0.3
"""How long a mail server takes for one, connection included: assumed."""
EXPIRES = 30 * 60
"""Seconds until a message that waits for its turn is given up for a while."""
TRANSACTION_SECONDS = 0.010
"""How long a shard is locked for one transaction: assumed; it depends on the database."""
SHARD_BUSY = 0.10
"""Share of the time a shard may be locked on average before workflows queue for it: assumed."""
SHARDS = 512
PUBLISHED_PER_SECOND = 1_000
"""Transactions a second of a Temporal server of one replica each and a PostgreSQL of two cores, as
somebody else has published them."""
WORKER_CONNECTIONS, TEMPORAL_CONNECTIONS, PORTAL_CONNECTIONS = 50, 120, 30
NUDGED_AT_ONCE, LOOK_AGAIN = 200, 0.5
SIGNALS = 20
MORNING, FAST = 15 * 60, 5 * 60
"""Seconds within which everything shall have left."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What everything is derived from."""

    turn: float
    """Seconds of a worker's processor for a workflow task and the activity it starts."""
    replayed_per_second: float
    """Events."""
    cached: float
    """Bytes of a cached open defect."""
    told_per_second: float
    """Defects that a release signals, where nothing else keeps the worker busy."""
    families: Mapping[str, Mapping[str, float]]
    """What whole lives come to, with their cases."""
    event: float
    """Bytes of one, on average."""
    rows: Mapping[str, tuple[float, float]]
    """For each table, rows for each open defect, and bytes of a row."""
    growth: Mapping[str, float]
    """Rows a day for each open defect."""
    peaks: Mapping[int, Mapping[str, Any]]
    """Weeks that were played, by the size of their crowds."""
    night: Mapping[str, Any]
    """A week in which the release is deployed while mail is down."""


@dataclass(frozen=True)
class Sizing:
    """What so many open defects cost."""

    measured: Measured
    defects: int

    # --- what is there ---------------------------------------------------------------------------

    @property
    def played(self) -> int:
        """The crowd that was played of which this one is a multiple."""
        smaller = [size for size in self.measured.peaks if size <= self.defects]
        return max(smaller, default=min(self.measured.peaks))

    @property
    def factor(self) -> float:
        """How many times the played crowd it is."""
        return self.defects / self.played

    @property
    def week(self) -> Mapping[str, Any]:
        """The week of the played crowd."""
        return self.measured.peaks[self.played]

    @property
    def workflows(self) -> float:
        """Open ones: defects, those that may still be reopened, their cases, and other cases."""
        return float(self.week["open_entities"]) * self.factor

    @cached_property
    def per_day(self) -> dict[str, float]:
        """Defects a day by severity, and `other` cases."""
        return arrivals_per_day(self.defects) | {"other": other_cases_per_day(self.defects)}

    def a_month(self, what: str) -> float:
        """Actions, events, mails or workflows of all that begins in a month, whole lives long."""
        each = self.measured.families
        return DAYS_A_MONTH * sum(n * each[kind][what] for kind, n in self.per_day.items())

    # --- stores ----------------------------------------------------------------------------------

    @property
    def open_history(self) -> float:
        """Bytes of the histories of what is open."""
        return self.workflows * float(self.week["open_events"]) * self.measured.event

    @property
    def closed_history(self) -> float:
        """Bytes of the histories of what has ended, as long as they are kept."""
        kept_months = RETENTION_DAYS / DAYS_A_MONTH
        return self.a_month("events") * kept_months * self.measured.event

    def rows(self, table: str) -> float:
        """Rows of a table, but for what is older than the open defects."""
        return self.measured.rows[table][0] * self.defects

    def stored(self, table: str) -> float:
        """Bytes of a table, indexes included."""
        return self.rows(table) * self.measured.rows[table][1]

    @property
    def database(self) -> float:
        """Bytes of our database."""
        return sum(self.stored(table) for table in self.measured.rows)

    @property
    def database_a_year(self) -> float:
        """Bytes it grows by: nothing is ever deleted."""
        return 365 * sum(
            per_day * self.defects * self.measured.rows[table][1]
            for table, per_day in self.measured.growth.items()
        )

    @property
    def backup(self) -> float:
        """Bytes of a dump before it is compressed."""
        return self.open_history + self.closed_history + self.database

    # --- the peak --------------------------------------------------------------------------------

    def curve(self, kind: str, *, night: bool = False) -> Curve:
        """The most of a kind in any window."""
        if night:
            of = self.measured.night
            return Curve.read(of["curves"][kind]).times(self.defects / of["defects"])
        return Curve.read(self.week["curves"][kind]).times(self.factor)

    @cached_property
    def work(self) -> Curve:
        """Seconds of a worker's processor, with the replays of one process."""
        return self.warm.plus(self.curve("replayed").times(1 / self.measured.replayed_per_second))

    @cached_property
    def warm(self) -> Curve:
        """The same if everything were cached."""
        return self.curve("turn").times(self.measured.turn)

    @property
    def coldest(self) -> float:
        """Seconds of a worker's processor for the worst minute, were every task to replay."""
        replay = float(self.week["open_events"]) / self.measured.replayed_per_second
        return self.curve("turn").within(60) * (self.measured.turn + replay)

    @property
    def waiting_for_mail(self) -> float:
        """Messages that leave within half an hour after mail is back, a release's among them."""
        return self.curve("sent", night=True).within(EXPIRES)

    @property
    def complaints(self) -> float:
        """Mails to support in that week that something cannot be delivered."""
        of = self.measured.night
        return float(of["mails"]["delivery.failing"]) * self.defects / float(of["defects"])

    def processes(self, seconds: int, *, warm: bool = False) -> int:
        """Worker processes, a core each, so that nobody waits longer at the peak."""
        return max(1, ceil((self.warm if warm else self.work).rate_for(seconds) / BUSY))

    @property
    def processes_on_average(self) -> float:
        """Processor of workers in use on average over the week, in cores."""
        work = self.week["totals"]["turn"] * self.measured.turn
        work += self.week["replayed"] / self.measured.replayed_per_second
        return float(work) * self.factor / (7 * 24 * 3600)

    @property
    def cache(self) -> float:
        """Bytes it takes to keep every open workflow in memory."""
        return self.workflows * self.measured.cached

    @property
    def transactions_per_turn(self) -> float:
        """Of the history service: a workflow task begins and ends, and so does an activity; a turn
        that no activity brought about was a timer, a command or a start, one each."""
        turns, effects = self.week["totals"]["turn"], self.week["totals"]["effect"]
        return float(2 * turns + 2 * effects + (turns - effects)) / float(turns)

    def transactions(self, seconds: int) -> float:
        """A second at the peak, if workers are done with it within so many seconds."""
        return self.transactions_per_turn * self.curve("turn").rate_for(seconds)

    def shard_busy(self, seconds: int) -> float:
        """Share of the time that each shard is locked then."""
        return self.transactions(seconds) * TRANSACTION_SECONDS / SHARDS

    @property
    def shards(self) -> int:
        """The power of two with which shards are not busier than they may be, 512 at least."""
        count = SHARDS
        while self.transactions(FAST) * TRANSACTION_SECONDS / count > SHARD_BUSY:
            count *= 2
        return count

    def connections(self, workers: int) -> int:
        """To PostgreSQL, with so many worker processes and one portal."""
        return WORKER_CONNECTIONS * workers + TEMPORAL_CONNECTIONS + PORTAL_CONNECTIONS

    def sent_at_most(self, workers: int) -> float:
        """Messages a second that so many workers can have taken by the mail server.

        A message is one mail to each of its people, in turn: as many as at the peak.
        """
        (mails, _), (messages, _) = self.week["peaks"]["mails"], self.week["peaks"]["sent"]
        return workers * PLACES / (SECONDS_A_MAIL * float(mails) / float(messages))

    # --- rare events -----------------------------------------------------------------------------

    def nudged(self, workers: int) -> float:
        """Seconds until all open workflows have moved to another version."""
        replay = float(self.week["open_events"]) / self.measured.replayed_per_second
        work = self.workflows * (replay + 2 * self.measured.turn) / workers
        looks = self.workflows / NUDGED_AT_ONCE * LOOK_AGAIN
        return max(work, looks)

    def signalled(self, share: float) -> float:
        """Seconds a release takes to signal that share of the open defects."""
        return share * self.defects / self.measured.told_per_second


def breaks_at(measured: Measured, name: str) -> float:
    """The open defects with which a limit is reached; everything grows in proportion."""
    one = Sizing(measured, max(measured.peaks))
    loads = {
        "cache": one.workflows / CACHED,
        "one worker": one.work.rate_for(FAST) / BUSY,
        "all leave in 5 minutes": one.curve("sent").rate_for(FAST) / LIMIT,
        "expires": one.curve("sent").rate_for(EXPIRES) / LIMIT,
        "tries": one.curve("failed", night=True).within(FAST) / FAST / LIMIT,
        "transactions": one.transactions(FAST) / PUBLISHED_PER_SECOND,
        "shards": one.shard_busy(FAST) / SHARD_BUSY,
    }
    return one.defects / loads[name]


LIMIT = 50.0
"""`DEFECTS_OUTBOUND_PER_SECOND` where nobody says otherwise."""
