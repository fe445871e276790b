"""One run of an entity, without Temporal: what it hears, does in a turn, and hands to the next.

Pure, since two drive it: `entity.py` with Temporal, and `simulation/nights/` with a server on which
everything breaks. Neither decides anything of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Generic

from pydantic import BaseModel, ConfigDict

from domain.admission import admit
from domain.contract.effects import Effect, Lane
from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from domain.contract.parsing import Busy, InvalidCommand, parse
from domain.contract.values import Command, Start
from domain.entity import Behaviour, E
from domain.outbox import Outbox
from domain.policy import PinnedPolicy
from domain.runner import Runner, Wakeup
from domain.webhooks.receiver import (
    Receiver,
    Report,
    Round,
    abandon_round,
    begin_round,
    end_round,
    round_failed,
)
from workflows.leaving import Leaving, Limits, Standing


class Carried(BaseModel):
    """What one run hands to the next."""

    model_config = ConfigDict(extra="ignore")

    entity: dict[str, Any]
    outbox: Outbox
    published: dict[str, Any]


class Run(Generic[E]):
    """The runner of an entity, whether it has something to do, and whether it is about to leave."""

    def __init__(
        self,
        behaviour: Behaviour[E],
        signals: Mapping[str, type[Command]],
        limits: Limits,
        standing: Standing,
        kind: type[Runner[E]] = Runner,
    ) -> None:
        self.leaving = Leaving(limits, standing)
        self.awake = True
        """Whether anything has happened since the last turn."""
        self._behaviour = behaviour
        self._signals = signals
        self._kind = kind
        self._runner: Runner[E] | None = None
        self._cancelled = False

    def begin(self, number: str, start: Start, policy: PinnedPolicy, began: datetime) -> None:
        """Begin the entity.

        Raises:
            InvalidCommand: the payload asks for what cannot be.
        """
        self._runner = self._kind.begin(self._behaviour, number, start, policy, began)

    def go_on(self, carried: Carried) -> None:
        """Go on where another run has left."""
        entity = self._behaviour.state.model_validate(carried.entity)
        self._runner = self._kind(self._behaviour, entity, carried.outbox)

    @property
    def has_begun(self) -> bool:
        """Whether the policy is pinned; handlers wait for it."""
        return self._runner is not None

    @property
    def runner(self) -> Runner[E]:
        """The runner, once it has begun."""
        if self._runner is None:
            raise RuntimeError("the policy is not pinned yet")
        return self._runner

    # --- what comes ------------------------------------------------------------------------------

    def judge(self, said: Command, now: datetime) -> None:
        """Judge an update, in its validator and never in a replay.

        Raises:
            InvalidCommand: it is refused.
        """
        admit(said, self._runner, now)

    def apply(self, said: Command, now: datetime) -> None:
        """Raises InvalidCommand where it does not apply."""
        self.leaving.commands += 1
        self.runner.apply(said, now)
        self.wake()

    def signal(self, name: str, decoded: Callable[[], Any], now: datetime) -> Command | None:
        """Answers what was applied; what cannot be is put on record, never raised."""
        if name == REQUEST_CONTINUE_AS_NEW:
            self.leaving.requested = True
            self.wake()
            return None
        try:
            if self.runner.is_full:
                raise Busy
            said = self._parsed(name, decoded)
            self.apply(said, now)
        except InvalidCommand as error:
            self.runner.reject(name, str(error), now)
            self.wake()
            return None
        return said

    def _parsed(self, name: str, decoded: Callable[[], Any]) -> Command:
        model = self._signals.get(name)
        if model is None:
            raise InvalidCommand("signal", f"known are {', '.join(sorted(self._signals))}")
        return parse(model, decoded())

    def cancel(self) -> None:
        """Temporal was asked to cancel the workflow."""
        self._cancelled = True
        self.wake()

    def wake(self) -> None:
        """Something has happened, such as an outcome: it is time for a turn."""
        self.awake = True

    # --- a turn ----------------------------------------------------------------------------------

    def is_due(self, now: datetime) -> bool:
        """Whether it is time for a turn."""
        return self.awake or self.may_leave(now)

    def take_turn(self, now: datetime) -> Mapping[Lane, Effect]:
        """Do what is due, and answer what is to be carried out, by lane.

        A run that is about to end starts nothing, unless a handler waits for an answer.
        """
        self.awake = False
        if self._cancelled:
            self._cancelled = False
            self.runner.refuse_cancel(now)
        leaving = self.leaving.starts_nothing
        if leaving and self.leaving.since is None:
            self.leaving.since = now
        return self.runner.tick(now, start=not leaving)

    def next_wakeup(self, now: datetime) -> Wakeup | None:
        """When there is something to do again, if nothing else happens."""
        # A lane that may not start would wake a run that leaves again and again, within one task.
        wakeup = self.runner.next_wakeup(now, start=not self.leaving.starts_nothing)
        gives_up_at = self.leaving.gives_up_at
        # Once that is over it waits for a handler alone, which ends with what is in flight.
        if gives_up_at is not None and gives_up_at > now and self.is_in_flight:
            leave = Wakeup(gives_up_at, "continues as new")
            wakeup = leave if wakeup is None else min(wakeup, leave, key=lambda w: w.at)
        return wakeup

    # --- leaving ---------------------------------------------------------------------------------

    def may_leave(self, now: datetime) -> bool:
        """Whether it continues as new now."""
        return self.leaving.may(now, in_flight=self.is_in_flight)

    @property
    def is_in_flight(self) -> bool:
        """Whether anything is under way whose outcome a run should wait for before it leaves."""
        return bool(self.runner.outbox.in_flight)

    def leave(self, now: datetime, published: dict[str, Any]) -> Carried:
        """What the next run is handed. What is in flight is left behind: that one tries it again,
        but not at once."""
        self._abandon(now + self.leaving.limits.abandoned_for)
        runner = self.runner
        entity = runner.entity.model_dump(mode="json")
        return Carried(entity=entity, outbox=runner.outbox, published=published)

    def _abandon(self, until: datetime) -> None:
        self.runner.outbox.abandon(until)


class ReceiverRun(Run[Receiver]):
    """One run of a receiver of webhooks, which holds rounds as well."""

    round: Round | None = None
    """The one under way."""

    def begin_round(self, now: datetime) -> Round | None:
        """The round to hold from now on, if one is wanted and none is under way."""
        if self.round is not None or not self.runner.entity.wanted or self.leaving.is_due:
            return None
        self.round = self.runner.act(begin_round, now)
        return self.round

    def end_round(self, report: Report | None, now: datetime) -> None:
        """A round is over; None where it could not be held."""
        if report is None:
            self.runner.act(lambda receiver: round_failed(receiver, now), now)
        else:
            self.runner.act(lambda receiver: end_round(receiver, report, now), now)
        self.round = None

    @property
    def is_in_flight(self) -> bool:
        """A round counts too."""
        return super().is_in_flight or self.round is not None

    def _abandon(self, until: datetime) -> None:
        super()._abandon(until)
        if self.round is not None:
            abandon_round(self.runner.entity, self.round, until)
