"""What needs somebody: of all open cases, defects and releases, with what is not delivered."""

import hashlib
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseTrackRecord
from activities.ports import Delivery
from domain.contract.status import OVER
from portal.pages.local_time import instant, maybe_instant

SOON = timedelta(hours=2)
"""What is due within so long needs somebody now."""
KEPT = timedelta(seconds=15)
"""A little less than after which a page asks again."""
_FAILING = 50
_LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
_GONE = (*OVER, "deployed", "cancelled")


class Urgency(StrEnum):
    """How soon something needs somebody; the parts of the queue, in its order."""

    NOW = "now"
    NEXT = "next"
    OPEN = "open"
    """Nothing is due, but it waits for somebody."""
    WAITING = "waiting"
    """It waits for its client."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One reason to look at one thing."""

    kind: str
    number: str
    why: str
    """The name of the reason; with the number it is the entry's own."""
    what: str
    at: datetime
    """When it is due, or since when it waits."""
    urgency: Urgency
    do: str = ""
    """The action that settles it."""
    is_late: bool = False
    severity: str | None = None
    functional_area: str | None = None
    client: str | None = None
    owner: str | None = None
    title: str | None = None

    @property
    def ident(self) -> str:
        """The same whenever the queue is read, and nothing but letters and digits."""
        return hashlib.sha256(f"{self.number}/{self.why}".encode()).hexdigest()[:16]

    @property
    def is_since(self) -> bool:
        """Whether `at` is since when, not until when."""
        lasts = self.urgency in {Urgency.OPEN, Urgency.WAITING} or self.do == "acknowledge"
        return lasts and not self.is_late


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue somebody wants to see; empty means all."""

    severity: str = ""
    functional_area: str = ""
    client: str = ""
    owner: str = ""

    def lets(self, entry: Entry) -> bool:
        """Whether an entry is shown."""
        wanted = (
            (self.severity, entry.severity),
            (self.functional_area, entry.functional_area),
            (self.client, entry.client),
            (self.owner, entry.owner),
        )
        return all(not want or want == has for want, has in wanted)


@dataclass(frozen=True, slots=True)
class Queue:
    """All entries, the most urgent first, and what one can choose among them."""

    entries: Sequence[Entry]
    areas: Sequence[str]
    clients: Sequence[str]

    def part(self, urgency: Urgency, wanted: Filter) -> list[Entry]:
        """The entries of one part."""
        return [e for e in self.entries if e.urgency is urgency and wanted.lets(e)]


def read_queue(engine: Engine, now: datetime) -> Queue:
    """The queue as it stands."""
    record = DatabaseTrackRecord(engine)
    entries = [
        *(e for case in record.entities("case", states_but=_GONE) for e in _of_case(case, now)),
        *(e for one in record.entities("defect", states_but=_GONE) for e in _of_defect(one, now)),
        *(e for one in record.entities("release", states_but=_GONE) for e in _of_release(one, now)),
        *map(_of_delivery, DatabaseLedger(engine).failing(_FAILING)),
    ]
    return Queue(
        entries=sorted(entries, key=lambda entry: (entry.at, entry.number, entry.why)),
        areas=sorted({e.functional_area for e in entries if e.functional_area}),
        clients=sorted({e.client for e in entries if e.client}),
    )


class KeptQueue:
    """The queue for all who ask: read once for those whose pages ask by themselves.

    Reading costs with the number of everything that is open, and thirty people have a page open.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._last: tuple[datetime, Queue] | None = None

    def fresh(self, now: datetime) -> Queue:
        """As it stands."""
        queue = read_queue(self._engine, now)
        self._last = now, queue
        return queue

    def recent(self, now: datetime) -> Queue:
        """As it stood within the last moments."""
        with self._lock:
            if self._last is not None and now - self._last[0] < KEPT:
                return self._last[1]
            return self.fresh(now)


def _urgency(due: datetime, now: datetime) -> Urgency:
    return Urgency.NOW if due <= now + SOON else Urgency.NEXT


def _of_case(case: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    about = _about("case", case)
    yield from _unacknowledged(about, case)
    opened, first = instant(case["opened_at"]), case.get("first_response")
    wrote, call = maybe_instant(case.get("client_wrote_at")), case.get("call")
    is_critical = case.get("priority") == "critical"
    owes_answer = first is not None and first["met_at"] is None
    if first is not None and owes_answer:
        due = instant(first["due_at"])
        yield Entry(
            **about,
            why="first_response",
            what="First response to a critical case",
            at=due,
            urgency=Urgency.NOW,
            do="respond",
            is_late=due < now,
        )
    if is_critical and case.get("critical_justified") is None:
        yield Entry(
            **about,
            why="assess",
            what="Is it critical?",
            at=opened,
            urgency=Urgency.OPEN,
            do="assess_critical",
        )
    if call is not None and instant(call["at"]) > now:
        at = instant(call["at"])
        yield Entry(**about, why="call", what="Call", at=at, urgency=_urgency(at, now))
    if wrote is not None:
        yield Entry(
            **about,
            why="client_wrote",
            what="The client has written",
            at=wrote,
            urgency=Urgency.OPEN,
            do="respond",
        )
    elif case["state"] == "waiting_for_client":
        items = ", ".join(case.get("missing", ())[:5]).replace("_", " ")
        what = f"Waits for the client: {items}"
        yield Entry(**about, why="gaps", what=what, at=opened, urgency=Urgency.WAITING)
    elif case["state"] == "open" and not owes_answer:
        yield Entry(
            **about,
            why="open",
            what="Open case",
            at=opened,
            urgency=Urgency.OPEN,
            do="respond",
        )


def _of_defect(defect: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    about = _about("defect", defect)
    yield from _unacknowledged(about, defect)
    update_at = maybe_instant(defect.get("next_update_due_at"))
    if update_at is not None and not defect.get("update_written"):
        yield Entry(
            **about,
            why="update",
            what="Next update to clients has no text yet",
            at=update_at,
            urgency=_urgency(update_at, now),
            do="draft_update",
            is_late=update_at < now,
        )
    target = defect.get("target") or {}
    missed, due = maybe_instant(target.get("missed_at")), maybe_instant(target.get("due_at"))
    if missed is not None:
        yield Entry(
            **about,
            why="resolution",
            what="Resolution is overdue",
            at=missed,
            urgency=Urgency.NOW,
            do="resolve",
            is_late=True,
        )
    elif due is not None:
        yield Entry(
            **about,
            why="resolution",
            what="Resolution",
            at=due,
            urgency=_urgency(due, now),
            do="resolve",
        )
    if asked := defect.get("reclassification"):
        yield Entry(
            **about,
            why="reclassification",
            what=f"{asked['client']} requests {asked['severity']}",
            at=instant(asked["requested_at"]),
            urgency=Urgency.OPEN,
            do="decide_reclassification",
            is_late=asked.get("reminders", 0) > 0,
        )


def _of_release(release: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    at, about = instant(release["deploy_at"]), _about("release", release)
    yield from _unacknowledged(about, release)
    if release["state"] in {"planned", "frozen"} and at < now:
        yield Entry(
            **about,
            why="deployment",
            what="Its hour has passed: deployed, or moved?",
            at=at,
            urgency=Urgency.NOW,
            do="deploy",
            is_late=True,
        )


def _unacknowledged(about: Mapping[str, Any], entity: Mapping[str, Any]) -> Iterator[Entry]:
    for one in entity.get("to_acknowledge", ()):
        yield Entry(
            **about,
            why=one["notice"],
            what=f"Nobody has acknowledged: {one['event']}",
            at=instant(one["since"]),
            urgency=Urgency.NOW,
            do="acknowledge",
        )


def _of_delivery(delivery: Delivery) -> Entry:
    return Entry(
        kind="delivery",
        number=delivery.entity,
        why=f"{delivery.effect_key}/{delivery.recipient}",
        what=f"Not delivered ({delivery.state}): {delivery.event}",
        at=delivery.decided_at or delivery.sent_at or _LONG_AGO,
        urgency=Urgency.NOW,
        is_late=True,
        title=delivery.problem,
    )


def _about(kind: str, entity: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind,
        "number": entity["number"],
        "severity": entity.get("severity"),
        "functional_area": entity.get("functional_area"),
        "client": entity.get("client"),
        "owner": entity.get("owner"),
        "title": entity.get("title") or entity.get("subject"),
    }
