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
from portal.pages.local_time import instant, maybe_instant
from portal.pages.obligations import OWES_NOTHING, Duty, obligations_of

SOON = timedelta(hours=2)
"""What is due within so long needs somebody now."""
KEPT = timedelta(seconds=15)
"""A little less than after which a page asks again."""
_FAILING = 50
_LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
_SETTLED_BY: Mapping[Duty, tuple[str, str, str]] = {
    Duty.FIRST_RESPONSE: ("first_response", "First response to a critical case", "respond"),
    Duty.UPDATE: ("update", "Next update to clients has no text yet", "draft_update"),
    Duty.RESOLUTION: ("resolution", "Resolution", "resolve"),
    Duty.DECISION: ("reclassification", "", "decide_reclassification"),
    Duty.DEPLOYMENT: ("deployment", "Its hour has passed: deployed, or moved?", "deploy"),
}
"""Why each duty is in the queue, in one word and in several, and the action that settles it."""


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
    readers = {"case": _of_case, "defect": _owed, "release": _owed}
    entries = [
        *(
            entry
            for kind, read in readers.items()
            for one in record.entities(kind, states_but=OWES_NOTHING)
            for entry in read(_about(kind, one), one, now)
        ),
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


def _of_case(about: Mapping[str, Any], case: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    yield from _owed(about, case, now)
    opened, first = instant(case["opened_at"]), case.get("first_response")
    wrote, call = maybe_instant(case.get("client_wrote_at")), case.get("call")
    is_critical = case.get("priority") == "critical"
    owes_answer = first is not None and first["met_at"] is None
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


def _owed(about: Mapping[str, Any], entity: Mapping[str, Any], now: datetime) -> Iterator[Entry]:
    """What it owes and what nobody has acknowledged."""
    yield from _unacknowledged(about, entity)
    for owed in obligations_of(about["kind"], entity):
        why, what, do = _SETTLED_BY[owed.duty]
        late, urgency = owed.at < now, _urgency(owed.at, now)
        match owed.duty:
            case Duty.UPDATE if entity.get("update_written"):
                continue
            case Duty.DEPLOYMENT if not late:
                continue
            case Duty.FIRST_RESPONSE:
                urgency = Urgency.NOW
            case Duty.RESOLUTION:
                late = owed.is_missed
                what += " is overdue" if late else ""
            case Duty.DECISION:
                late, urgency = owed.is_missed, Urgency.OPEN
                asked = entity["reclassification"]
                what = f"{asked['client']} requests {asked['severity']}"
        yield Entry(**about, why=why, what=what, at=owed.at, urgency=urgency, do=do, is_late=late)


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
