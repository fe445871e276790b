"""Effects waiting to be brought about, in one first-in-first-out lane per destination.

Part of the workflow's state: it survives continue-as-new. No lane waits for another, but for one
rule: who reads the audience waits until the portal lane has written it.
"""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field

from domain.contract.effects import Effect, Lane, Project, reads_audience
from domain.contract.values import Instant

FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=30)
FAILED_KEPT = 100
"""Effects refused for good that `retry_deliveries` tries again; the ledger has them all."""


class LaneState(BaseModel):
    """One lane: what waits, oldest first, and when to try again after a round without success."""

    model_config = ConfigDict(extra="ignore")

    waiting: list[Effect] = Field(default_factory=list)
    retry_at: Instant | None = None
    rounds: int = 0
    """Times in a row that the first one was given up for a while."""
    failing_since: Instant | None = None


class Outbox(BaseModel):
    """All lanes of one entity."""

    model_config = ConfigDict(extra="ignore")

    lanes: dict[Lane, LaneState] = Field(default_factory=dict)
    failed: list[Effect] = Field(default_factory=list)

    def put(self, effects: list[Effect], in_flight: set[Lane]) -> None:
        """Queue effects; what a newer one makes pointless is dropped while it still waits."""
        for effect in effects:
            lane = self.lanes.setdefault(effect.lane, LaneState())
            held = 1 if effect.lane in in_flight else 0
            head, rest = lane.waiting[:held], lane.waiting[held:]
            rest = _still_wanted(rest, effect)
            if isinstance(effect, Project) and rest and isinstance(rest[-1], Project):
                rest[-1] = rest[-1].merged_with(effect)
            else:
                rest.append(effect)
            lane.waiting = [*head, *rest]

    def next_of(self, lane: Lane, now: datetime) -> Effect | None:
        """The effect to bring about now, if any."""
        state = self.lanes.get(lane)
        if state is None or not state.waiting:
            return None
        if state.retry_at is not None and state.retry_at > now:
            return None
        effect = state.waiting[0]
        return None if self._held_up(effect) else effect

    def _held_up(self, effect: Effect) -> bool:
        """Whether it waits until the portal lane has written whom it is for."""
        return reads_audience(effect) and self._audience_unwritten(effect.sequence)

    def _audience_unwritten(self, sequence: int) -> bool:
        portal = self.lanes.get(Lane.PORTAL)
        return portal is not None and any(
            changed < sequence
            for waiting in portal.waiting
            if isinstance(waiting, Project)
            for changed in waiting.changes
        )

    def done(self, effect: Effect) -> None:
        """The first of its lane was brought about."""
        state = self.lanes[effect.lane]
        state.waiting = state.waiting[1:]
        self.failed = _still_wanted(self.failed, effect)
        state.retry_at, state.rounds, state.failing_since = None, 0, None

    def another_round(self, effect: Effect) -> None:
        """The first of its lane is done in part, and goes on unless a newer one takes its place."""
        state = self.lanes[effect.lane]
        if any(effect.replaceable in newer.replaces for newer in state.waiting[1:]):
            state.waiting = state.waiting[1:]
        state.retry_at, state.rounds, state.failing_since = None, 0, None

    def postpone(self, effect: Effect, now: datetime) -> LaneState:
        """The first of its lane was given up for a while, less and less often; none is dropped.

        Unless what came while it was in flight says what it says and more.
        """
        state = self.lanes[effect.lane]
        if any(effect.replaceable in newer.replaces for newer in state.waiting[1:]):
            state.waiting = state.waiting[1:]
        state.retry_at = now + min(FIRST_PAUSE * 2 ** min(state.rounds, 10), LONGEST_PAUSE)
        state.rounds += 1
        state.failing_since = state.failing_since or now
        return state

    def park(self, effect: Effect) -> None:
        """Refused for good, in part or in whole: kept for `retry_deliveries`."""
        self.failed = [*self.failed, effect][-FAILED_KEPT:]

    def retry(self, in_flight: set[Lane]) -> None:
        """Try everything again now. Who was told already is not told again: the ledger knows.

        What was refused is older than what waits: it goes first, and gives way to it.
        """
        failed, self.failed = self.failed, []
        for lane, state in self.lanes.items():
            state.retry_at = None
            held = 1 if lane in in_flight else 0
            older = [effect for effect in failed if effect.lane is lane]
            for newer in state.waiting[:held]:
                older = _still_wanted(older, newer)
            queue, state.waiting = [*older, *state.waiting[held:]], state.waiting[:held]
            self.put(queue, in_flight)

    def next_retry(self, in_flight: set[Lane], now: datetime) -> datetime | None:
        """When the next resting lane tries again.

        One that is held up when its time has come goes on with the portal: an alarm in the past
        would wake the workflow without end.
        """
        return min(
            (
                state.retry_at
                for lane, state in self.lanes.items()
                if lane not in in_flight
                and state.retry_at is not None
                and state.waiting
                and (state.retry_at > now or not self._held_up(state.waiting[0]))
            ),
            default=None,
        )

    @property
    def pending(self) -> int:
        """Effects not brought about yet."""
        return sum(len(state.waiting) for state in self.lanes.values())

    @property
    def failing(self) -> list[Lane]:
        """Lanes that have gone a round without success."""
        return [lane for lane, state in self.lanes.items() if state.failing_since is not None]


def _still_wanted(older: list[Effect], newer: Effect) -> list[Effect]:
    """What a newer effect leaves of older ones."""
    return [
        effect
        for effect in older
        if effect.lane is not newer.lane or effect.replaceable not in newer.replaces
    ]
