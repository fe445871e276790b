"""One entity on its machine alone: what its workflow would do, turn by turn, without a server.

The machine, the outbox and the search attributes are the real ones; only time, the server and the
activities are played. Everything is brought about at once, but for mails while mail is down.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from domain.contract.effects import (
    Effect,
    Lane,
    OpenDefect,
    Person,
    PostStatus,
    Receipt,
    TellClients,
    TellStaff,
)
from domain.contract.values import Command
from domain.entity import Machine
from domain.outbox import Outbox
from domain.views.search_attributes import Value, attributes_of
from workflows import options

MAIL = {Lane.CLIENTS, Lane.STAFF}
OUTBOUND = {*MAIL, Lane.STATUS_PAGE}
FAILED = "failed"
"""A try at a mail system that is down: it costs a place in the queue, and tells nobody."""
GIVEN_UP = "given up"
"""The end of tries for a while; what they cost is counted with each."""
ACTIONS = {
    *("start", "timer", "command", "signal", "upsert", "policy", "effect", "heartbeat"),
    FAILED,
}
"""What is billed."""
_HEARTBEATS = {"close_cases"}
"""Effects that say how far they are, however short."""
_EVENTS = {
    "start": 1,
    "turn": 3,
    "policy": 3,
    "effect": 3,
    GIVEN_UP: 3,
    "timer": 2,
    "command": 2,
    "signal": 1,
    "upsert": 1,
    "memo": 1,
    "end": 1,
}
"""Events of each in a history, where nothing is heard of together."""


class Note(NamedTuple):
    """Something that happened to an entity."""

    at: datetime
    what: str
    about: str = ""
    """Of an effect its event, of a command its name."""
    outbound: bool = False
    """Whether it takes a place in the rate-limited queue."""
    mails: int = 0
    """Recipients of a mail."""


@dataclass(frozen=True, slots=True)
class Outage:
    """From when until when the mail system takes nothing."""

    since: datetime
    until: datetime

    def attempt(self, at: datetime) -> tuple[list[datetime], datetime | None]:
        """Instants of the tries that fail, and when one succeeds; None where it is given up."""
        rules = options.for_lane(Lane.CLIENTS)
        policy, limit = rules["retry_policy"], at + rules["schedule_to_close_timeout"]
        pause: timedelta = policy.initial_interval
        failed: list[datetime] = []
        while self.since <= at < self.until:
            failed.append(at)
            if at + pause >= limit:
                return failed, None
            at += pause
            pause = min(pause * policy.backoff_coefficient, policy.maximum_interval)
        return failed, at


def recipients(effect: Effect, people: int) -> int:
    """How many mails an effect means, where so many are attached."""
    if isinstance(effect, TellStaff):
        return 1
    if not isinstance(effect, TellClients):
        return 0
    named: list[Person] | None = effect.people
    return people if named is None else len(named)


class Alone:
    """One entity; `notes` says what happened to it so far."""

    def __init__(
        self,
        machine: Machine,
        effects: list[Effect],
        at: datetime,
        *,
        outage: Outage | None = None,
        people: Callable[[], int] = lambda: 1,
        brought: Callable[[Effect, datetime], None] | None = None,
    ) -> None:
        self.machine = machine
        self.notes: list[Note] = [Note(at, "start"), Note(at, "turn"), Note(at, "policy")]
        self._outage = outage
        self._people = people
        self._brought = brought
        self._outbox = Outbox()
        self._published: dict[str, Value] = {}
        self._alarm: datetime | None = None
        self._due: datetime | None = None
        self._flying: list[tuple[datetime, int, Lane, bool]] = []
        self._in_flight: set[Lane] = set()
        self._count = 0
        self._turn(at, effects)

    @property
    def finished(self) -> bool:
        """Whether its workflow has ended."""
        return self.machine.finished and not self._outbox.pending and not self._flying

    def until(self, at: datetime) -> None:
        """Let time pass, with all that it brings."""
        while not self.finished and (now := self._next()) is not None and now <= at:
            if self._flying and self._flying[0][0] <= now:
                _, _, lane, arrived = heappop(self._flying)
                self._landed(lane, now, arrived=arrived)
            else:
                self._turn(now, [])

    def say(self, command: Command, at: datetime, how: str = "command") -> None:
        """A command, at `at`, or a signal. Raises InvalidCommand where it does not apply."""
        self.until(at)
        effects = self.machine.fire(at)
        effects += self.machine.handle(command, at, accepted=True)
        self.notes.append(Note(at, how, command.name))
        self._turn(at, effects)

    def _next(self) -> datetime | None:
        landing = self._flying[0][0] if self._flying else None
        return min((at for at in (landing, self._alarm) if at is not None), default=None)

    def _turn(self, now: datetime, effects: list[Effect]) -> None:
        """One workflow task: what the loop of `workflows/entity.py` does in it."""
        self.notes.append(Note(now, "turn"))
        wrote = False
        self._outbox.put(effects, self._in_flight)
        if self._due is None or self._due <= now or effects:
            self._outbox.put(self.machine.fire(now), self._in_flight)
        for lane in Lane:
            effect = None if lane in self._in_flight else self._outbox.next_of(lane, now)
            if effect is not None:
                self._start(lane, effect, now)
                wrote = True
        attributes = attributes_of(self.machine, self._attention)
        if attributes != self._published:
            self.notes.append(Note(now, "upsert"))
            self._published, wrote = attributes, True
        self._due = self.machine.next_due()
        retry = self._outbox.next_retry(self._in_flight, now)
        alarm = min((at for at in (self._due, retry) if at is not None), default=None)
        if self.finished:
            self.notes.append(Note(now, "end"))
            return
        if alarm != self._alarm:
            self._alarm, wrote = alarm, True
            if alarm is not None and alarm > now:
                self.notes.append(Note(now, "timer"))
        if not wrote:
            self.notes.append(Note(now, "memo"))

    @property
    def _attention(self) -> bool:
        failing = bool(self._outbox.failing or self._outbox.failed)
        return failing or bool(self.machine.attention)

    def _start(self, lane: Lane, effect: Effect, now: datetime) -> None:
        failed: list[datetime] = []
        ends: datetime | None = now
        if lane in MAIL and self._outage is not None:
            failed, ends = self._outage.attempt(now)
        self.notes += [Note(at, FAILED, effect.event, outbound=True) for at in failed]
        self._in_flight.add(lane)
        self._count += 1
        landing = (ends or failed[-1], self._count, lane, ends is not None)
        heappush(self._flying, landing)

    def _landed(self, lane: Lane, now: datetime, *, arrived: bool) -> None:
        self._in_flight.discard(lane)
        effect = self._outbox.lanes[lane].waiting[0]
        if arrived:
            mails = recipients(effect, self._people())
            self.notes.append(Note(now, "effect", effect.event, lane in OUTBOUND, mails))
            if effect.event in _HEARTBEATS:
                self.notes.append(Note(now, "heartbeat"))
            if self._brought is not None:
                self._brought(effect, now)
            self._outbox.done(effect)
            self._turn(now, self.machine.delivered(effect, _receipt(effect, mails), now))
            return
        self.notes.append(Note(now, GIVEN_UP, effect.event))
        state = self._outbox.postpone(effect, now)
        since = state.failing_since or now
        told_support = (
            self.machine.delivery_failing(effect, "NotNow", 0, since, now)
            if state.rounds == 1
            else []
        )
        self._turn(now, told_support)


def _receipt(effect: Effect, mails: int) -> Receipt:
    if isinstance(effect, OpenDefect):
        return Receipt(key=effect.key, defect=effect.defect)
    return Receipt(key=effect.key, sent=1 if isinstance(effect, PostStatus) else mails)


def actions(notes: list[Note]) -> int:
    """Billable actions."""
    return sum(note.what in ACTIONS for note in notes)


def events(notes: list[Note]) -> int:
    """Events of the history, were each activity heard of by itself: a little more than it has."""
    return sum(_EVENTS.get(note.what, 0) for note in notes)
