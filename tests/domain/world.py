"""Drives a machine as `workflows/entity.py` does; the test sets the clock and the outages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain.case.lifecycle import Case
from domain.contract.defect import Absorb, AdoptPolicy, GiveBack, RetryDeliveries
from domain.contract.effects import (
    AudienceChange,
    BookMinutes,
    CloseCases,
    Effect,
    Lane,
    MoveCases,
    OpenDefect,
    Project,
    Receipt,
    TellClients,
    TellStaff,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Attachment, Command
from domain.defect.lifecycle import Defect
from domain.entity import Machine
from domain.outbox import Outbox
from domain.policy import PinnedPolicy
from simulation.oracle.expected_state import Delivered, Moved, Said

T = TypeVar("T")

GIVEN_UP_AFTER = timedelta(minutes=30)
"""As `workflows/options.py` has it."""


@dataclass
class Place:
    """Where one lane leads: how long it takes, and until when it is out of order."""

    latency: timedelta = timedelta()
    down_until: datetime | None = None

    def outcome(self, now: datetime) -> tuple[datetime, bool]:
        """When a try that starts `now` ends, and whether it succeeds."""
        start = now if self.down_until is None else max(now, self.down_until)
        if start > now + GIVEN_UP_AFTER:
            return now + GIVEN_UP_AFTER, False
        return start + self.latency, True


@dataclass
class Subscription:
    """A case in the portal's read model: at which sequence it was attached, and detached."""

    attachment: Attachment
    since: int
    until: int | None = None

    @property
    def address(self) -> str:
        """Where its contact is told."""
        return self.attachment.contact.email.lower()


@dataclass
class World:
    """One machine, its outbox, and everything outside; `wait_until` lets time pass."""

    machine: Machine
    now: datetime
    outbox: Outbox = field(default_factory=Outbox)
    places: dict[Lane, Place] = field(default_factory=lambda: {lane: Place() for lane in Lane})
    said: list[Said | Moved] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    brought_about: list[Effect] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    through_json: bool = False
    """Whether whatever is said or due is also put to a copy that has just continued as new."""
    defect_for_cases: str | None = "DEF-9"
    """What `open_defect` answers; None refuses."""
    other_refuses: str | None = None
    """Why the other defect will not have the cases of this one, or not give them back."""
    other: "World | None" = None
    """The other defect itself, where the test has one: it is handed the cases page by page."""
    page: int = 500
    minutes_left: int | None = None
    """What a client has left of an allowance; None leaves all of it, less than asked refuses."""
    _in_flight: dict[Lane, tuple[Effect, datetime, bool]] = field(default_factory=dict)

    # --- what a test does ------------------------------------------------------------------------

    def begin(self, effects: list[Effect]) -> None:
        """Bring about what a machine wanted when it was opened."""
        self._put(effects)
        self.settle()

    def say(self, command: Command) -> None:
        """Tell the machine something, as an update does.

        Raises:
            InvalidCommand: after checking that it changed nothing and that a preview agrees.
        """
        self.settle()
        before = _state(self.machine)
        foreseen = _outcome(lambda: self.machine.preview(command, self.now))
        assert _state(self.machine) == before, "a preview changed the state"
        answer = self._answer(lambda machine: machine.handle(command, self.now))
        if isinstance(answer, InvalidCommand):
            assert _state(self.machine) == before, "a refused command left a trace"
            assert str(foreseen) == str(answer)
            raise answer
        assert foreseen is None
        self._put(answer)
        self.said.append(Said(self.now, command))
        if isinstance(command, RetryDeliveries):
            self.outbox.retry(set(self._in_flight))
        self.settle()

    def adopt(self, policy: PinnedPolicy, command: AdoptPolicy) -> None:
        """Move a defect to another policy, as the workflow does after looking it up."""
        self.settle()

        def adopt(machine: Machine) -> list[Effect]:
            assert isinstance(machine, Defect)
            return machine.adopt(policy, command, self.now)

        self._put(self._ask(adopt))
        self.settle()

    def wait(self, time: timedelta) -> None:
        """Let time pass, with everything that falls due in between."""
        self.wait_until(self.now + time)

    def wait_until(self, end: datetime) -> None:
        """Let time pass until `end`."""
        self.settle()
        while (upcoming := self._upcoming()) is not None and upcoming <= end:
            self.now = max(self.now, upcoming)
            self.settle()
        self.now = end

    def stand_still_until(self, end: datetime) -> None:
        """No worker runs until `end`: what fell due meanwhile is done then."""
        self.now = end
        self.settle()

    def hear(self, model: type[Command], when: datetime | None = None, /, **fields: Any) -> None:
        """Say something at `when`, after everything that falls due until then."""
        if when is not None:
            self.wait_until(when)
        self.say(parse(model, {"actor": "agent-1"} | fields))

    def told(self, *events: str, to: str | None = None) -> list[datetime]:
        """When messages of these events, or all, arrived at everybody or one recipient."""
        return [
            came.at
            for came in self.delivered
            if (not events or came.event in events) and (to is None or came.recipient == to)
        ]

    def down(self, lane: Lane, start: datetime, end: datetime) -> None:
        """A lane is out of order from `start` until `end`; time passes until the start."""
        self.wait_until(start)
        self.places[lane].down_until = end

    @property
    def defect(self) -> Defect:
        """The machine, where it is a defect."""
        assert isinstance(self.machine, Defect)
        return self.machine

    @property
    def case(self) -> Case:
        """The machine, where it is a case."""
        assert isinstance(self.machine, Case)
        return self.machine

    @property
    def idle(self) -> bool:
        """Whether everything was brought about."""
        return not self.outbox.pending

    # --- what the workflow's loop does -----------------------------------------------------------

    def settle(self) -> None:
        """Do everything that can be done at this instant."""
        while True:
            self._fire()
            started = [self._start(lane) for lane in Lane]
            ended = [self._end(lane) for lane in Lane]
            if not any(started + ended):
                return

    def _fire(self) -> None:
        due = self.machine.next_due()
        if due is None or due > self.now:
            self._put(self.machine.fire(self.now))
            return
        self._put(self._ask(lambda machine: machine.fire(self.now)))
        due = self.machine.next_due()
        assert due is None or due > self.now, f"still due at {due}"

    def _start(self, lane: Lane) -> bool:
        effect = None if lane in self._in_flight else self.outbox.next_of(lane, self.now)
        if effect is not None:
            self._in_flight[lane] = (effect, *self.places[lane].outcome(self.now))
        return effect is not None

    def _end(self, lane: Lane) -> bool:
        if lane not in self._in_flight or self._in_flight[lane][1] > self.now:
            return False
        effect, _, success = self._in_flight[lane]
        if success:
            receipt = self._bring_about(effect)
            self.outbox.done(effect)
            self._put(self.machine.delivered(effect, receipt, self.now))
        elif self.outbox.postpone(effect, self.now).rounds == 1:
            self._put(self.machine.delivery_failing(effect, "outage", 0, self.now, self.now))
        del self._in_flight[lane]
        return True

    def _upcoming(self) -> datetime | None:
        instants = [
            self.machine.next_due(),
            self.outbox.next_retry(set(self._in_flight), self.now),
            *(end for _, end, _ in self._in_flight.values()),
        ]
        return min((instant for instant in instants if instant is not None), default=None)

    def _put(self, effects: list[Effect]) -> None:
        self.outbox.put(effects, set(self._in_flight))

    def _ask(self, do: Callable[[Machine], list[Effect]]) -> list[Effect]:
        answer = self._answer(do)
        assert isinstance(answer, list)
        return answer

    def _answer(self, do: Callable[[Machine], list[Effect]]) -> list[Effect] | InvalidCommand:
        if not self.through_json:
            return _outcome(lambda: do(self.machine))
        state = json.loads(self.machine.model_dump_json(exclude={"policy"}))
        twin = type(self.machine).model_validate(state | {"policy": self.machine.policy})
        answer = _outcome(lambda: do(self.machine))
        again = _outcome(lambda: do(twin))
        assert again == answer or str(again) == str(answer), "continue-as-new changed the future"
        assert _state(twin) == _state(self.machine)
        return answer

    # --- the outside -----------------------------------------------------------------------------

    def _bring_about(self, effect: Effect) -> Receipt:
        self.brought_about.append(effect)
        match effect:
            case TellClients():
                addresses = self._addresses(effect)
                for address in addresses:
                    self._deliver(effect, address)
                return Receipt(key=effect.key, sent=len(addresses))
            case TellStaff():
                self._deliver(effect, effect.role.value)
                return Receipt(key=effect.key, sent=1)
            case Project():
                self._project(effect)
            case OpenDefect() if self.defect_for_cases is None:
                return Receipt(key=effect.key, refused="there is no open defect")
            case OpenDefect():
                return Receipt(key=effect.key, defect=self.defect_for_cases)
            case CloseCases():
                return Receipt(key=effect.key, sent=len(self._attached(effect.sequence)))
            case MoveCases():
                receipt = self._move(effect)
                self.said.append(Moved(self.now, refused=receipt.refused is not None))
                return receipt
            case BookMinutes():
                return self._book(effect)
        return Receipt(key=effect.key)

    def _attached(self, sequence: int) -> list[Subscription]:
        """Who was attached then and is so still."""
        here = self.subscriptions.values()
        return [row for row in here if row.until is None and row.since < sequence]

    def _addresses(self, effect: TellClients) -> list[str]:
        if effect.people is not None:
            return [person.contact.email.lower() for person in effect.people]
        attached, whom = self._attached(effect.sequence), effect.whom
        change = whom.change or 0
        match whom.kind:
            case "client":
                told = [row for row in attached if row.attachment.client == whom.client]
            case "joined":
                known = {
                    row.address
                    for row in self.subscriptions.values()
                    if row.since < change and (row.until is None or row.until >= change)
                }
                told = [r for r in attached if r.since >= change and r.address not in known]
            case "left":
                rows = self.subscriptions.values()
                here = {row.address for row in rows if row.until is None}
                told = [r for r in rows if r.until == change and r.address not in here]
            case _:
                told = attached
        return list(dict.fromkeys(row.address for row in told))

    def _move(self, effect: MoveCases) -> Receipt:
        """As `activities/entities.py` does: a page refused takes back the pages before it."""
        if self.other_refuses is not None:
            return Receipt(key=effect.key, refused=self.other_refuses)
        attached = sorted(self._attached(effect.sequence), key=lambda row: row.attachment.case)
        cases = [row.attachment for row in attached]
        if self.other is None:
            return Receipt(key=effect.key, sent=len(cases))
        self.other.wait_until(max(self.now, self.other.now))
        pages = [cases[i : i + self.page] for i in range(0, len(cases), self.page)] or [[]]
        for number, page in enumerate(pages):
            try:
                self._hand_over(effect, page, back=effect.back)
            except InvalidCommand as refused:
                for taken in pages[:number]:
                    self._hand_over(effect, taken, back=not effect.back)
                return Receipt(key=effect.key, refused=f"{effect.other}: {refused}")
        return Receipt(key=effect.key, sent=len(cases))

    def _hand_over(self, effect: MoveCases, page: list[Attachment], *, back: bool) -> None:
        assert self.other is not None
        key = f"{effect.key}/{page[0].case if page else 'none'}/{back}"
        said: dict[str, Any] = {
            "actor": effect.actor,
            "key": key,
            "defect": self.machine.number,
        }
        if back:
            cases = [attachment.case for attachment in page]
            self.other.say(parse(GiveBack, said | {"cases": cases}))
        else:
            attachments = [attachment.model_dump(mode="json") for attachment in page]
            feedback = [one.model_dump(mode="json") for one in effect.feedback]
            said |= {"cases": attachments, "feedback": feedback}
            self.other.say(parse(Absorb, said))

    def _book(self, effect: BookMinutes) -> Receipt:
        left = effect.allowance if self.minutes_left is None else self.minutes_left
        if effect.minutes > left:
            return Receipt(key=effect.key, refused=f"only {left} minutes are left", balance=left)
        return Receipt(key=effect.key, balance=left - effect.minutes)

    def _deliver(self, effect: TellClients | TellStaff, recipient: str) -> None:
        self.delivered.append(
            Delivered(
                at=self.now,
                event=effect.kind.value,
                key=effect.key,
                recipient=recipient,
                decided_at=effect.at,
                text=effect.model_dump_json(),
            )
        )

    def _project(self, effect: Project) -> None:
        for change in effect.audience:
            self._change_audience(change)

    def _change_audience(self, change: AudienceChange) -> None:
        for leaving in change.detach:
            if leaving.case in self.subscriptions:
                self.subscriptions[leaving.case].until = change.sequence
        for attachment in change.attach:
            row = self.subscriptions.get(attachment.case)
            if row is None or row.until is not None:
                self.subscriptions[attachment.case] = Subscription(attachment, change.sequence)


def world_of(opened: tuple[Machine, list[Effect]], now: datetime) -> World:
    """A world around a machine that was opened `now`."""
    machine, effects = opened
    world = World(machine, now)
    world.begin(effects)
    return world


def _state(machine: Machine) -> str:
    """What continue-as-new carries; the policy, which only `adopt` changes, left out."""
    return machine.model_dump_json(exclude={"policy"})


def _outcome(do: Callable[[], T]) -> T | InvalidCommand:
    try:
        return do()
    except InvalidCommand as refused:
        return refused
