"""What needs somebody: of all open cases, defects and releases, with what is not delivered."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine

from activities.adapters.database import DatabaseLedger, DatabaseReadModel
from activities.adapters.database.work_items import DatabaseWorkItems, Place, Span, ident_of
from activities.ports import Delivery
from domain.views.work_items import Need, Shown, WorkItem, work_items
from portal.pages.obligations import Obligation
from portal.workbench.actions import KIND_OF, action_of

SOON = timedelta(hours=2)
"""What is due within so long needs somebody now."""
_FAILING = 50
_LONG_AGO = datetime(1971, 1, 1, tzinfo=UTC)
_SETTLED_BY: Mapping[Need, tuple[str, str]] = {
    Need.FIRST_RESPONSE: ("First response to a critical case", "respond"),
    Need.UPDATE: ("Next update to clients has no text yet", "draft_update"),
    Need.RESOLUTION: ("Resolution", "resolve"),
    Need.DECISION: ("A client requests another severity", "decide_reclassification"),
    Need.DEPLOYMENT: ("Its hour has passed: deployed, or moved?", "deploy"),
    Need.ACKNOWLEDGEMENT: ("Nobody has acknowledged a notice", "acknowledge"),
    Need.ASSESSMENT: ("Is it critical?", "assess_critical"),
    Need.CALL: ("Call", ""),
    Need.CLIENT_WROTE: ("The client has written", "respond"),
    Need.GAPS: ("Waits for the client", ""),
    Need.OPEN: ("Open case", "respond"),
}
"""Why something is in the queue, and the action that settles it."""


class Urgency(StrEnum):
    """How soon something needs somebody; the parts of the queue, in its order."""

    NOW = "now"
    NEXT = "next"
    OPEN = "open"
    """Nothing is due, but it waits for somebody."""
    WAITING = "waiting"
    """It waits for its client."""

    def spans(self, now: datetime) -> Sequence[Span]:
        """Which work items it has."""
        soon = now + SOON
        return {
            Urgency.NOW: (
                Span(Shown.NOW),
                Span(Shown.DUE, until=soon),
                Span(Shown.PASSED, until=now),
                Span(Shown.AHEAD, now, soon),
            ),
            Urgency.NEXT: (Span(Shown.DUE, soon), Span(Shown.AHEAD, soon)),
            Urgency.OPEN: (Span(Shown.OPEN),),
            Urgency.WAITING: (Span(Shown.WAITING),),
        }[self]


@dataclass(frozen=True, slots=True)
class Entry:
    """One reason to look at one thing."""

    ident: str
    kind: str
    place: Place
    """When it is due, or since when it waits; and of what number."""
    what: str
    do: str = ""
    """The action that settles it."""
    is_since: bool = False
    """It waits since then, and is not due then."""
    is_late: bool = False
    severity: str | None = None
    client: str | None = None
    owner: str | None = None
    title: str | None = None

    @property
    def button(self) -> str:
        """What the action is called, as on its page."""
        action = action_of(KIND_OF[f"{self.kind}s"], self.do)
        return action.title if action else ""


@dataclass(frozen=True, slots=True)
class Filter:
    """What of the queue somebody wants to see; empty means all."""

    severity: str = ""
    functional_area: str = ""
    client: str = ""
    owner: str = ""

    @property
    def columns(self) -> dict[str, str]:
        """What is asked for."""
        asked = {
            "severity": self.severity,
            "functional_area": self.functional_area,
            "client": self.client,
            "owner": self.owner,
        }
        return {name: value for name, value in asked.items() if value}


@dataclass(frozen=True, slots=True)
class Part:
    """Some entries of one part, by when they are due, and how many come after them."""

    urgency: Urgency
    entries: Sequence[Entry]
    more: int


class Queue:
    """The queue as it stands at an instant."""

    def __init__(self, engine: Engine, now: datetime) -> None:
        self._now = now
        self._items = DatabaseWorkItems(engine)
        self._ledger = DatabaseLedger(engine)
        self._read_model = DatabaseReadModel(engine)

    @property
    def areas(self) -> Sequence[str]:
        """Those one can choose."""
        return self._items.values("functional_area")

    @property
    def clients(self) -> Sequence[str]:
        """Those one can choose."""
        return self._items.values("client")

    def part(self, urgency: Urgency, wanted: Filter, behind: Place | None, limit: int) -> Part:
        """The first entries of a part, or the first behind a place."""
        spans = urgency.spans(self._now)
        rows, count = self._items.page(spans, wanted.columns, behind, limit)
        entries = [*self._described(rows)]
        if urgency is Urgency.NOW and not wanted.columns:
            failing = [e for e in self._failing() if not behind or e.place > behind]
            count += len(failing)
            entries = sorted([*entries, *failing], key=lambda entry: entry.place)[:limit]
        return Part(urgency, entries, max(0, count - limit))

    def gone(self, idents: Collection[str]) -> set[str]:
        """Those of these entries that are not in the queue any more."""
        spans = [span for urgency in Urgency for span in urgency.spans(self._now)]
        failing = {entry.ident for entry in self._failing()}
        return set(idents) - failing - self._items.still(idents, spans)

    def _described(self, rows: Sequence[Any]) -> Iterator[Entry]:
        """In words, by how each stands now: one that needs nobody any more is left out."""
        known = self._read_model.standing((row.kind, row.number) for row in rows)
        for row in rows:
            status = known.get((row.kind, row.number), {})
            for item in work_items(row.kind, status):
                if item.why == row.why:
                    yield self._entry(row.kind, item, status)

    def _entry(self, kind: str, item: WorkItem, status: Mapping[str, Any]) -> Entry:
        what, do = _SETTLED_BY[item.need]
        number, severity = status["number"], status.get("severity")
        owed = Obligation(number, kind, item.need, item.at, severity, item.is_since, item.is_missed)
        is_late = owed.is_overdue(self._now)
        return Entry(
            ident=ident_of(kind, number, item.why),
            kind=kind,
            place=Place(item.at, number, item.why),
            what=_in_words(item, status, what, is_late=is_late),
            do=do,
            is_since=item.is_since,
            is_late=is_late,
            severity=severity,
            client=status.get("client"),
            owner=status.get("owner"),
            title=status.get("title") or status.get("subject"),
        )

    def _failing(self) -> list[Entry]:
        return [_of_delivery(delivery) for delivery in self._ledger.failing(_FAILING)]


def _in_words(item: WorkItem, status: Mapping[str, Any], what: str, *, is_late: bool) -> str:
    match item.need:
        case Need.RESOLUTION if is_late:
            return f"{what} is overdue"
        case Need.DECISION:
            asked = status["reclassification"]
            return f"{asked['client']} requests {asked['severity']}"
        case Need.GAPS:
            return f"{what}: {', '.join(status.get('missing', ())[:5]).replace('_', ' ')}"
        case Need.ACKNOWLEDGEMENT:
            event = next(
                one["event"] for one in status["to_acknowledge"] if one["notice"] == item.notice
            )
            return f"Nobody has acknowledged: {event}"
    return what


def _of_delivery(delivery: Delivery) -> Entry:
    why = f"{delivery.effect_key}/{delivery.recipient}"
    at = delivery.decided_at or delivery.sent_at or _LONG_AGO
    return Entry(
        ident=ident_of("delivery", delivery.entity, why),
        kind="delivery",
        place=Place(at, delivery.entity, why),
        what=f"Not delivered ({delivery.state}): {delivery.event}",
        is_late=True,
        title=delivery.problem,
    )
