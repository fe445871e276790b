"""The one loop: fed with commands, results and the time, it says what to do and when to wake.

Pure: no clock, no waiting. `workflows/entity.py` drives it with Temporal's timers and activities,
tests, simulation and bench with a clock of their own; what is proved there is what runs for months.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from domain import acknowledgement, snooze, telephone
from domain.contacts import is_corrected
from domain.contract.contacts import CorrectContact, DeliveryBounced
from domain.contract.defect import RetryDeliveries
from domain.contract.effects import Effect, Lane, NotifyClients
from domain.contract.events import Role, StaffEvent
from domain.contract.parsing import Busy, InvalidCommand
from domain.contract.receipts import DeliveryReceipt, Receipt
from domain.contract.status import Status, ToNotify
from domain.contract.values import Command, Start
from domain.entity import Behaviour, Due, E, Pending, iso
from domain.outbox import PIECE, Outbox
from domain.policy import PinnedPolicy

T = TypeVar("T")

MOST_WAITING, MOST_WAITING_SIGNALS = 400_000, 500_000
"""Bytes of effects that may wait before commands are refused: a run takes all of it along, and
no payload may pass 1 MB."""
FANNED_OUT = 2
"""A command that attaches cases makes a message and a projection of them."""


@dataclass(frozen=True, slots=True)
class Wakeup:
    """When something is to happen next (UTC), and what."""

    at: datetime
    what: str


class Runner(Generic[E]):
    """One entity: its state, what waits to be carried out, and its agenda."""

    def __init__(self, behaviour: Behaviour[E], entity: E, outbox: Outbox | None = None) -> None:
        self.behaviour = behaviour
        self.entity = entity
        self.outbox = outbox or Outbox()
        self._agenda: list[Due[E]] | None = None

    @classmethod
    def begin(
        cls,
        behaviour: Behaviour[E],
        number: str,
        start: Start,
        policy: PinnedPolicy,
        now: datetime,
    ) -> "Runner[E]":
        """An entity as its start payload has it begin.

        Raises:
            InvalidCommand: the payload asks for what cannot be.
        """
        runner = cls(behaviour, behaviour.begin(number, start, policy, now))
        runner._enqueue(now)
        return runner

    # --- what is said ----------------------------------------------------------------------------

    def require_room(self, command: Command) -> None:
        """Refuse what would let more wait than one run can hand to the next.

        What time owes is never asked; `apply` asks neither, so that no replay depends on it.

        Raises:
            Busy: too much waits.
            InvalidCommand: its key was used for something else.
        """
        if isinstance(command, RetryDeliveries) or self.entity.known_keys.has(command):
            return
        size = len(command.model_dump_json())
        if self.outbox.weight + FANNED_OUT * size > MOST_WAITING and self.outbox.weight > PIECE:
            raise Busy

    @property
    def is_full(self) -> bool:
        """Whether signals are refused too, which their sender cannot repeat."""
        return self.outbox.weight > MOST_WAITING_SIGNALS

    def check(self, command: Command, now: datetime) -> None:
        """Try a command on a copy.

        Raises:
            InvalidCommand: exactly where `apply` would.
        """
        copy = Runner(self.behaviour, self.entity.trial())
        copy._agenda = self._agenda
        copy._fire(now)
        copy._handle(command, now)

    def apply(self, command: Command, now: datetime) -> None:
        """Carry out a command; a repeat of one changes nothing (`domain/keys.py`).

        Raises:
            InvalidCommand: before the command has changed anything.
        """
        self._fire(now)
        is_new = self._handle(command, now)
        self._enqueue(now)
        if isinstance(command, RetryDeliveries):
            self.outbox.retry()
        elif not is_new:
            return
        elif isinstance(command, DeliveryBounced):
            self.outbox.take_back(command.effect)
            if is_corrected(self.entity, command):
                self.outbox.readdress(self.entity.corrections, self.outbox.audience_at)
        elif isinstance(command, CorrectContact):
            untold = [owed.message for owed in self.entity.by_telephone]
            self.outbox.readdress(self.entity.corrections, self.entity.sequence, untold)

    def _handle(self, command: Command, now: datetime) -> bool:
        """Answers whether it changed anything; a repeat does not."""
        if self.entity.known_keys.has(command):
            return False
        self.behaviour.handlers[type(command)](self.entity, command, now)
        self.entity.known_keys.remember(command)
        self._agenda = None
        return True

    def act(self, do: Callable[[E], T], now: datetime) -> T:
        """Change the entity without a command, such as to take note of a round."""
        answer = do(self.entity)
        self._agenda = None
        self._enqueue(now)
        return answer

    def reject(self, signal: str, reason: str, now: datetime) -> None:
        """Put on record a signal that cannot be applied; nothing else changes."""
        self.entity.reject(signal, reason, now)

    def refuse_cancel(self, now: datetime) -> None:
        """Temporal was asked to cancel the workflow: put that on record, notify support, go on."""
        self.reject("cancel", "is not a command: nothing was cancelled, everything goes on", now)
        self.entity.record("cancel.refused", now)
        self.entity.notify_staff(StaffEvent.CANCEL_REFUSED, Role.SUPPORT, now, **self.entity.named)
        self._agenda = None
        self._enqueue(now)

    def is_pending(self, command: type[Command]) -> bool:
        """Whether what came of a command is still on its way from outside."""
        return isinstance(self._answer(command), Pending)

    def rejection(self, command: type[Command]) -> InvalidCommand | None:
        """Why the outside would not have a command, once it has answered."""
        answer = self._answer(command)
        return answer if isinstance(answer, InvalidCommand) else None

    def _answer(self, command: type[Command]) -> InvalidCommand | Pending | None:
        answer = self.behaviour.answers.get(command)
        return answer(self.entity) if answer is not None else None

    # --- what time brings ------------------------------------------------------------------------

    def tick(self, now: datetime, *, start: bool = True) -> Mapping[Lane, Effect]:
        """Do what is due by `now`, and answer what is to be carried out, by lane.

        Each effect is in flight until `delivered` or `failed` tells what came of it. Without
        `start` none is begun.
        """
        self._fire(now)
        return self.outbox.start(now) if start else {}

    def next_wakeup(self, now: datetime, *, start: bool = True) -> Wakeup | None:
        """When `tick` has something to do again, if nothing else happens.

        Without `start` a lane whose pause is over does not count: it stays where it is.
        """
        due = min(self.agenda, key=lambda item: item.at, default=None)
        retry = self.outbox.next_retry(now)
        if not start and retry is not None and retry <= now:
            retry = None
        if due is not None and (retry is None or due.at <= retry):
            return Wakeup(due.at, due.what)
        return None if retry is None else Wakeup(retry, "deliveries are tried again")

    @property
    def agenda(self) -> list[Due[E]]:
        """Everything time will bring; worked out once for each change."""
        if self._agenda is None:
            self._agenda = self.behaviour.upcoming(self.entity)
        return self._agenda

    def _fire(self, now: datetime) -> None:
        """Do everything that is due, earliest first; of one instant in the order of the agenda."""
        self._catch_up(now)
        while (due := min(self.agenda, key=lambda item: item.at, default=None)) is not None:
            if due.at > now:
                break
            due.do(self.entity, due.at, now)
            self._agenda = None
            self._settle(now)
        self._enqueue(now)

    # --- what came of it -------------------------------------------------------------------------

    def delivered(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        """An effect was carried out, in full or by one round (T9)."""
        if receipt.unfinished:
            self.outbox.another_round(effect)
        else:
            self.outbox.done(effect)
        self._catch_up(now)
        receiver = self.behaviour.receivers.get(type(effect))
        if receiver is not None:
            receiver(self.entity, effect, receipt, now)
            self._agenda = None
        untold = self._note_untold(effect, receipt, now)
        self._enqueue(now)
        if isinstance(receipt, DeliveryReceipt) and receipt.failed:
            parked = self.outbox.park(effect, self.entity.corrections)
            if parked and not receipt.came_back:
                self._report(effect, receipt.problem or "refused", receipt.failed, now, now)
        elif isinstance(effect, NotifyClients):
            self.outbox.remember(effect, self.entity.corrections, untold=untold)
        self.outbox.landed(effect.lane)

    def _note_untold(self, effect: Effect, receipt: Receipt, now: datetime) -> bool:
        """Whether a message is to be told to some by telephone."""
        if not isinstance(effect, NotifyClients) or not isinstance(receipt, DeliveryReceipt):
            return False
        if receipt.by_telephone or self.entity.by_telephone:
            telephone.note(self.entity, effect, receipt, now)
            self._agenda = None
        return bool(receipt.by_telephone)

    def failed(
        self, effect: Effect, problem: str, now: datetime, rest: timedelta | None = None
    ) -> None:
        """A round of tries has failed: the lane rests, at least for `rest`, and tries again.

        Support hears of it once the outage has lasted.
        """
        lane = self.outbox.postpone(effect, now, rest or timedelta())
        if lane.is_failing_for_long(now):
            lane.reported = True
            self._report(effect, problem, 0, lane.failing_since or now, now)
        self.outbox.landed(effect.lane)

    def _report(
        self, effect: Effect, problem: str, failed: int, since: datetime, now: datetime
    ) -> None:
        """Support hears that an effect cannot be carried out, through the staff's own lane."""
        if effect.lane is Lane.STAFF:
            return
        lane = effect.lane.value
        self.entity.notify_staff(
            StaffEvent.DELIVERY_FAILING,
            Role.SUPPORT,
            now,
            facts={
                "lane": lane,
                "event": effect.event,
                "problem": problem,
                "failed": failed,
                "since": iso(since),
            },
            **self.entity.named,
        )
        self.entity.record("delivery.failing", now, lane=lane, about=effect.event)
        self._enqueue(now)

    def _catch_up(self, now: datetime) -> None:
        before = self.entity.sequence
        self.behaviour.catch_up(self.entity, now)
        if self.entity.sequence != before:
            self._agenda = None

    def _settle(self, now: datetime) -> None:
        """Let go of notices and reminders whose matter is over."""
        if self.entity.unacknowledged or self.entity.snoozed:
            before = self.entity.sequence
            acknowledgement.settle(self.entity, self.behaviour.still_matters, now)
            snooze.settle(self.entity, self.behaviour.reminders, now)
            if self.entity.sequence != before:
                self._agenda = None

    def _enqueue(self, now: datetime) -> None:
        self._settle(now)
        self.outbox.put(self.entity.take_effects(now))
        self.outbox.withdraw(self.entity.take_pointless())

    # --- how it stands ---------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Whether nothing can happen any more and everything was carried out."""
        return self.entity.finished and not self.outbox.pending

    @property
    def needs_attention(self) -> bool:
        """Whether support should look at it."""
        return bool(self.outbox.failed or self.outbox.failing or self.entity.attention)

    def status(self, now: datetime) -> Status:
        """The contract's `status`."""
        return self.entity.status(now).with_deliveries(
            needs_attention=self.needs_attention,
            attention=self.entity.attention,
            pending=self.outbox.pending,
            failed=len(self.outbox.failed),
            by_telephone=[
                ToNotify(
                    message=owed.message.key,
                    event=owed.message.event,
                    since=owed.message.at,
                    cases=owed.cases,
                )
                for owed in self.entity.by_telephone
                if owed.cases
            ],
        )
