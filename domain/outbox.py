"""Effects waiting to be carried out, in one first-in-first-out lane per destination.

Part of an entity's state: it survives continue-as-new. No lane waits for another, but for one
rule: who reads the audience waits until the read model has it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from domain.contacts import readdressed
from domain.contract.effects import (
    Effect,
    Lane,
    NotifyClients,
    UpdateReadModel,
    reads_audience,
)
from domain.contract.values import Contact, Instant
from domain.state import newest

FIRST_PAUSE = timedelta(seconds=15)
USUAL_PAUSE = timedelta(minutes=5)
"""What pauses grow to within the first hour of an outage."""
LONGEST_PAUSE = timedelta(minutes=30)
"""After six hours, or where the other side asks for it."""
REPORTED_AFTER = timedelta(minutes=30)
"""Support is notified of an outage that lasts so long."""
FAILED_KEPT = 100
"""Effects refused for good that `retry_deliveries` tries again; the ledger has them all."""
PIECE = 64_000
"""Bytes up to which what waits is joined with what comes."""
TOLD_KEPT = 10
"""Messages that went out and may still come back; most reports follow within minutes."""
KEPT_BYTES = 40_000
"""What each of the two may take."""


class LaneState(BaseModel):
    """One lane: what waits, oldest first, and when to try again after a round without success."""

    model_config = ConfigDict(extra="ignore")

    waiting: list[Effect] = Field(default_factory=list)
    retry_at: Instant | None = None
    rounds: int = 0
    """Rounds of tries in a row that have failed."""
    failing_since: Instant | None = None
    reported: bool = False
    """Whether support knows of the outage."""

    def recovered(self) -> None:
        """Something got through."""
        self.retry_at, self.rounds, self.failing_since, self.reported = None, 0, None, False

    def is_failing_for_long(self, now: datetime) -> bool:
        """Whether it is time to report the outage."""
        since = self.failing_since
        return since is not None and now - since >= REPORTED_AFTER and not self.reported


class Outbox(BaseModel):
    """All lanes of one entity. The first effect of a lane in flight stays where it is."""

    model_config = ConfigDict(extra="ignore")

    lanes: dict[Lane, LaneState] = Field(default_factory=dict)
    failed: list[Effect] = Field(default_factory=list)
    told: list[NotifyClients] = Field(default_factory=list)
    """The last messages to clients that went out: one that comes back is parked."""
    audience_at: int = 0
    """Sequence of the last corrected contact: older messages too wait until it is written."""
    _in_flight: set[Lane] = PrivateAttr(default_factory=set)
    _weight: int | None = PrivateAttr(default=None)
    _came_back: set[str] = PrivateAttr(default_factory=set)
    """Keys of messages that came back while they were still going out to others."""
    _misaddressed: set[str] = PrivateAttr(default_factory=set)
    """Keys of messages in flight when a contact was corrected."""

    @property
    def in_flight(self) -> frozenset[Lane]:
        """Lanes whose first effect is being carried out."""
        return frozenset(self._in_flight)

    @property
    def weight(self) -> int:
        """Bytes of everything in it as JSON, about."""
        if self._weight is None:
            waiting = (effect for lane in self.lanes.values() for effect in lane.waiting)
            kept = (*waiting, *self.failed, *self.told)
            self._weight = sum(effect.weight for effect in kept)
        return self._weight

    def put(self, effects: list[Effect]) -> None:
        """Queue effects; what a newer one makes pointless is dropped while it still waits."""
        for effect in effects:
            lane = self.lanes.setdefault(effect.lane, LaneState())
            if effect.replaces:
                held = 1 if effect.lane in self._in_flight else 0
                lane.waiting[held:] = _still_wanted(lane.waiting[held:], effect)
                self._weight = None
            if not self._join(lane, effect):
                lane.waiting.append(effect)
                self._grow(effect.weight)

    def _join(self, lane: LaneState, effect: Effect) -> bool:
        """Let the last of those that wait do what the new one is to do, if it can and has room.

        Projections always; messages only in an outage, when many wait: each has a key of its own.
        """
        held = 1 if effect.lane in self._in_flight else 0
        if len(lane.waiting) <= held:
            return False
        last = lane.waiting[-1]
        if not isinstance(last, UpdateReadModel) and self.weight < PIECE:
            return False
        if last.weight + effect.weight > PIECE:
            return False
        joined = last.joined_with(effect)
        if joined is None:
            return False
        lane.waiting[-1] = joined
        self._grow(joined.weight - last.weight)
        return True

    def _grow(self, by: int) -> None:
        if self._weight is not None:
            self._weight += by

    def withdraw(self, tags: Sequence[str]) -> None:
        """Drop what waits with one of these tags and was not tried: it need not go out any more.

        What was tried goes on, since the ledger waits for what comes of it.
        """
        for lane, state in self.lanes.items() if tags else ():
            tried = 1 if lane in self._in_flight or state.failing_since is not None else 0
            left = [effect for effect in state.waiting[tried:] if effect.replaceable not in tags]
            state.waiting[tried:] = left
            self._weight = None

    def start(self, now: datetime) -> dict[Lane, Effect]:
        """The first effect of every idle lane that may begin; from now on it is in flight."""
        ready = {lane: self.next_of(lane, now) for lane in Lane if lane not in self._in_flight}
        started = {lane: effect for lane, effect in ready.items() if effect is not None}
        self._in_flight.update(started)
        return started

    def next_of(self, lane: Lane, now: datetime) -> Effect | None:
        """The effect to carry out now, if any."""
        state = self.lanes.get(lane)
        if state is None or not state.waiting:
            return None
        if state.retry_at is not None and state.retry_at > now:
            return None
        effect = state.waiting[0]
        return None if self._is_held_up(effect) else effect

    def _is_held_up(self, effect: Effect) -> bool:
        """Whether it waits until the read model has those it is for."""
        sequence = max(effect.sequence, self.audience_at + 1)
        return reads_audience(effect) and self._is_audience_unwritten(sequence)

    def _is_audience_unwritten(self, sequence: int) -> bool:
        read_model = self.lanes.get(Lane.READ_MODEL)
        return read_model is not None and any(
            changed < sequence
            for waiting in read_model.waiting
            if isinstance(waiting, UpdateReadModel)
            for changed in waiting.changes
        )

    def landed(self, lane: Lane) -> None:
        """Nothing of the lane is in flight any more."""
        self._in_flight.discard(lane)

    def abandon(self, until: datetime) -> None:
        """The outcome of what is in flight stays unknown: it is tried again at `until`."""
        for lane in self._in_flight:
            self.lanes[lane].retry_at = until

    def done(self, effect: Effect) -> None:
        """The first of its lane was carried out."""
        lane = self.lanes[effect.lane]
        lane.waiting = lane.waiting[1:]
        self.failed = _still_wanted(self.failed, effect)
        self._weight = None
        lane.recovered()

    def another_round(self, effect: Effect) -> None:
        """The first of its lane is done in part, and goes on unless a newer one takes its place."""
        self._give_way(effect)
        self.lanes[effect.lane].recovered()

    def postpone(self, effect: Effect, now: datetime, rest: timedelta = timedelta()) -> LaneState:
        """Let the lane rest for a growing pause, at least for `rest`; nothing is dropped.

        Unless what came while the first was in flight says what it says and more.
        """
        self._give_way(effect)
        lane = self.lanes[effect.lane]
        lane.failing_since = lane.failing_since or now
        pause = min(FIRST_PAUSE * 2 ** min(lane.rounds, 10), USUAL_PAUSE)
        long = max(rest, (now - lane.failing_since) / 12)
        lane.retry_at = now + max(pause, min(long, LONGEST_PAUSE))
        lane.rounds += 1
        return lane

    def _give_way(self, effect: Effect) -> None:
        if self._gives_way(effect):
            lane = self.lanes[effect.lane]
            lane.waiting = lane.waiting[1:]
            self._weight = None

    def _gives_way(self, effect: Effect) -> bool:
        return any(
            effect.replaceable in newer.replaces for newer in self.lanes[effect.lane].waiting[1:]
        )

    def park(self, effect: Effect, corrections: Mapping[str, Contact]) -> bool:
        """Refused for good, in part or in whole: kept for `retry_deliveries`.

        False where it goes out again at once, since a contact was corrected meanwhile.
        """
        self._came_back.discard(effect.key)
        if effect.key in self._misaddressed:
            self._misaddressed.discard(effect.key)
            self._again([_to(effect, corrections)])
            return False
        self._keep_failed(effect)
        return True

    def _keep_failed(self, *effects: Effect) -> None:
        self.failed = newest([*self.failed, *effects], FAILED_KEPT, KEPT_BYTES)
        self._weight = None

    def remember(
        self, message: NotifyClients, corrections: Mapping[str, Contact], *, untold: bool = False
    ) -> None:
        """It went out to all recipients, as far as is known, but for those who are `untold`.

        Those are told by telephone: if one was corrected meanwhile, it goes out again.
        """
        if message.key in self._came_back or (untold and message.key in self._misaddressed):
            self.park(message, corrections)
        else:
            self._misaddressed.discard(message.key)
            self.told = newest([*self.told, message], TOLD_KEPT, KEPT_BYTES)
            self._weight = None

    def take_back(self, key: str) -> None:
        """A message that went out came back: parked for the contact's correction (T9)."""
        found = [message for message in self.told if message.key == key]
        self.told = [message for message in self.told if message.key != key]
        self._keep_failed(*found)
        if any(effect.key == key for effect in self._flying(Lane.CLIENTS)):
            self._came_back.add(key)

    def readdress(
        self,
        corrections: Mapping[str, Contact],
        sequence: int,
        untold: Sequence[NotifyClients] = (),
    ) -> None:
        """Contacts were corrected, as the audience has it from `sequence` on.

        What waits goes to them, and so does what their old addresses refused or sent back, and
        what is `untold`, since it was to be told by telephone.
        """
        self.audience_at = sequence
        self._weight = None
        lane = self.lanes.setdefault(Lane.CLIENTS, LaneState())
        flying = self._flying(Lane.CLIENTS)
        self._misaddressed.update(effect.key for effect in flying)
        waiting = [_to(effect, corrections) for effect in lane.waiting[len(flying) :]]
        lane.waiting = [*flying, *waiting]
        again = [e for e in self.failed if reads_audience(e) or _to(e, corrections) != e]
        self.failed = [effect for effect in self.failed if effect not in again]
        there = {effect.key for effect in (*lane.waiting, *again)}
        again += [
            message
            for message in untold
            if message.key not in there
            and (reads_audience(message) or _to(message, corrections) != message)
        ]
        self._again([_to(effect, corrections) for effect in again])

    def _flying(self, lane: Lane) -> list[Effect]:
        """What of a lane is being carried out."""
        return self.lanes[lane].waiting[:1] if lane in self._in_flight else []

    def retry(self) -> None:
        """Try everything again now. Who was told already is not told again: the ledger knows."""
        for state in self.lanes.values():
            state.retry_at = None
        failed, self.failed = self.failed, []
        self._again(failed)

    def _again(self, failed: list[Effect]) -> None:
        """Queue effects again. What was refused is older than what waits: it goes first, and gives
        way to it."""
        for lane, state in self.lanes.items():
            held = 1 if lane in self._in_flight else 0
            older = [effect for effect in failed if effect.lane is lane]
            for newer in state.waiting[:held]:
                older = _still_wanted(older, newer)
            queue, state.waiting = [*older, *state.waiting[held:]], state.waiting[:held]
            self._weight = None
            self.put(queue)

    def next_retry(self, now: datetime) -> datetime | None:
        """When the next resting lane tries again.

        One that is held up when its time has come goes on with the read model: a wake-up in the
        past would wake the workflow without end.
        """
        return min(
            (
                state.retry_at
                for lane, state in self.lanes.items()
                if lane not in self._in_flight
                and state.retry_at is not None
                and state.waiting
                and (state.retry_at > now or not self._is_held_up(state.waiting[0]))
            ),
            default=None,
        )

    @property
    def pending(self) -> int:
        """Effects not carried out yet."""
        return sum(len(state.waiting) for state in self.lanes.values())

    @property
    def failing(self) -> list[Lane]:
        """Lanes whose outage was reported."""
        return [lane for lane, state in self.lanes.items() if state.reported]


def _to(effect: Effect, corrections: Mapping[str, Contact]) -> Effect:
    return readdressed(effect, corrections) if isinstance(effect, NotifyClients) else effect


def _still_wanted(older: list[Effect], newer: Effect) -> list[Effect]:
    """What a newer effect leaves of older ones."""
    return [
        effect
        for effect in older
        if effect.lane is not newer.lane or effect.replaceable not in newer.replaces
    ]
