"""A week of a whole crowd, counted second by second: seven days from Monday 00:00 of the vendor."""

from collections import Counter, OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np

from bench.alone import ACTIONS, FAILED, Alone, Outage, events
from bench.population import VENDOR_ZONE, Crowd
from bench.queues import PerSecond
from bench.story import Stage

MONDAY = datetime(2027, 5, 3, tzinfo=VENDOR_ZONE).astimezone(UTC)
"""No holiday, no change of clocks."""
SECONDS = 7 * 24 * 3600
OUTAGE_ENDS = timedelta(days=3, hours=7)
"""Thursday, when support opens."""
OUTAGE_LASTS = timedelta(hours=8)
KINDS = (
    *("outbound", FAILED, "sent", "mails"),
    *("turn", "effect", "project", "status", "upsert", "timer"),
)
"""What is counted. `outbound` is all that takes a place in the limited queue: tries that fail, and
what is `sent`, each to one recipient or many."""
_ENTITY_BITS = 32


def outage(week: datetime) -> Outage:
    """Eight hours without a mail system, in the night after the release."""
    until = week + OUTAGE_ENDS
    return Outage(until - OUTAGE_LASTS, until)


@dataclass
class Week:
    """What happened in it, of all entities together."""

    begins: datetime
    entities: int = 0
    actions: int = 0
    open_entities: int = 0
    """Workflows that run at its end."""
    open_events: list[int] = field(default_factory=list)
    """Of the histories of those."""
    mails: Counter[str] = field(default_factory=Counter)
    """By event."""
    effects: Counter[str] = field(default_factory=Counter)
    """By event, mails or not."""
    seconds: dict[str, PerSecond] = field(
        default_factory=lambda: {kind: np.zeros(SECONDS) for kind in KINDS}
    )
    wakes: list[int] = field(default_factory=list)
    """Second and entity of each, in one number, so that they sort."""
    lengths: list[int] = field(default_factory=list)
    """Events of its history before each wake."""

    def add(self, entity: Alone) -> None:
        """Count what became of one entity."""
        self.entities += 1
        if not entity.finished:
            self.open_entities += 1
            self.open_events.append(events(entity.notes))
        length, woken = 0, -1
        for note in sorted(entity.notes, key=lambda note: note.at):
            second = int((note.at - self.begins).total_seconds())
            if 0 <= second < SECONDS:
                if note.what == "turn" and second != woken:
                    woken = second
                    self.wakes.append(second << _ENTITY_BITS | self.entities)
                    self.lengths.append(length)
                self._count(second, note.what, note.about)
                self.seconds["outbound"][second] += note.outbound
                self.seconds["sent"][second] += note.outbound and note.what != FAILED
                self.seconds["mails"][second] += note.mails
                if note.mails:
                    self.mails[note.about] += note.mails
            length += events([note])

    def _count(self, second: int, what: str, about: str) -> None:
        self.actions += what in ACTIONS
        if what in self.seconds:
            self.seconds[what][second] += 1
        if what == "effect":
            self.effects[about] += 1
            if about in self.seconds:
                self.seconds[about][second] += 1

    def replayed(self, cached: int) -> PerSecond:
        """Events replayed in each second, where so many entities stay in workers' memory.

        The least recently woken leaves first. Who was woken before the week counts as gone.
        """
        wakes, lengths = np.array(self.wakes, dtype=np.int64), np.array(self.lengths)
        order = np.argsort(wakes, kind="stable")
        kept: OrderedDict[int, None] = OrderedDict()
        found = np.zeros(SECONDS)
        for wake, length in zip(wakes[order].tolist(), lengths[order].tolist(), strict=True):
            second, entity = wake >> _ENTITY_BITS, wake & (1 << _ENTITY_BITS) - 1
            if entity in kept:
                kept.move_to_end(entity)
                continue
            found[second] += length
            kept[entity] = None
            if len(kept) > cached:
                kept.popitem(last=False)
        return found


def per_minute(seconds: PerSecond) -> PerSecond:
    """The same, minute by minute."""
    minutes: PerSecond = seconds.reshape(-1, 60).sum(axis=1)
    return minutes


def played(crowd: Crowd, told_per_second: float, down: Outage | None) -> Week:
    """The week of a crowd; one defect after another, so that memory does not grow with them."""
    week = Week(crowd.week)
    stage = Stage(crowd.week + timedelta(seconds=SECONDS), down, told_per_second)
    for entity in _entities(crowd, stage):
        week.add(entity)
    return week


def _entities(crowd: Crowd, stage: Stage) -> Iterable[Alone]:
    for defect in crowd.defect_parts():
        yield from stage.family(defect)
    for case in crowd.case_parts():
        if case.at <= stage.until:
            yield stage.case(case)
