"""The outside of one entity, made up: a clock, and lanes that are slow, down or prompt.

Drives the same `Runner` as a workflow does. Tests, simulation and the recorded lives are played on
it; who drives it sets the clock and the outages.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from domain.contract.defect import Absorb, AdoptPolicy, GiveBack
from domain.contract.effects import (
    AudienceChange,
    BookMinutes,
    CloseCases,
    Effect,
    Lane,
    MarkArea,
    MoveCases,
    NotifyClients,
    NotifyStaff,
    OpenDefect,
    PostStatus,
    SignalDefect,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import (
    CasesMoved,
    DefectOpened,
    DeliveryReceipt,
    MinutesBooked,
    Receipt,
    Signalled,
)
from domain.contract.values import Attachment, Command
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.keys import own_key
from domain.outbox import Outbox
from domain.policy import PinnedPolicy
from domain.promise_guard.edge import refuse_promises
from domain.runner import Runner
from simulation.oracle.expected_state import Delivered, Moved, Said

ROUND = timedelta(seconds=3)
"""How long three tries take, as `workflows/options.py` has them."""


@dataclass
class Place:
    """Where one lane leads: how long it takes, and until when it is out of order."""

    latency: timedelta = timedelta()
    down_until: datetime | None = None

    def outcome(self, now: datetime) -> tuple[datetime, bool]:
        """When a try that starts `now` ends, and whether it succeeds."""
        start = now if self.down_until is None else max(now, self.down_until)
        if start > now + ROUND:
            return now + ROUND, False
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
        return self.attachment.recipient


@dataclass
class World:
    """One runner and everything outside; `wait_until` lets time pass."""

    runner: Runner[Any]
    now: datetime
    places: dict[Lane, Place] = field(default_factory=lambda: {lane: Place() for lane in Lane})
    said: list[Said | Moved] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    carried_out: list[Effect] = field(default_factory=list)
    subscriptions: dict[str, Subscription] = field(default_factory=dict)
    defect_for_cases: str | None = "DEF-9"
    """What `open_defect` answers; None refuses."""
    absent: set[str] = field(default_factory=set)
    """Defects that do not run, though cases are on them."""
    other_refuses: str | None = None
    """Why the other defect will not have the cases of this one, or not give them back."""
    other: "World | None" = None
    """The other defect itself, where there is one: it is handed the cases page by page."""
    page: int = 500
    minutes_left: int | None = None
    """What a client has left of an allowance; None leaves all of it, less than asked refuses."""
    _in_flight: dict[Lane, tuple[Effect, datetime, bool]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Carry out what the entity wanted when it began."""
        self.settle()

    @property
    def entity(self) -> Any:
        """The state of the entity."""
        return self.runner.entity

    @property
    def outbox(self) -> Outbox:
        """What waits to be carried out."""
        return self.runner.outbox

    @property
    def idle(self) -> bool:
        """Whether everything was carried out."""
        return not self.outbox.pending

    # --- what is said ----------------------------------------------------------------------------

    def say(self, command: Command) -> None:
        """Say something, as an update does.

        Raises:
            InvalidCommand: it was refused, and nothing has changed.
        """
        self.settle()
        self._accept(command)
        self.said.append(Said(self.now, command))
        self.settle()

    def _accept(self, command: Command) -> None:
        """What a workflow's validator and handler do."""
        self.runner.check(command, self.now)
        if not self.entity.known_keys.has(command):
            policy = self.entity.policy
            today = policy.calendar.local_date(self.now)
            refuse_promises(command, today, policy.next_update_within)
        self.runner.apply(command, self.now)

    def adopt(self, policy: PinnedPolicy, command: AdoptPolicy) -> None:
        """Move a defect to another policy, as the workflow does after looking it up."""
        self.settle()
        self._accept(AdoptPinnedPolicy(**command.model_dump(), pinned=policy))
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

    # --- time ------------------------------------------------------------------------------------

    def wait(self, time: timedelta) -> None:
        """Let time pass, with everything that falls due in between."""
        self.wait_until(self.now + time)

    def wait_until(self, end: datetime) -> None:
        """Let time pass until `end`."""
        self.settle()
        while (upcoming := self.upcoming()) is not None and upcoming <= end:
            self.now = max(self.now, upcoming)
            self.settle()
        self.now = end

    def stand_still_until(self, end: datetime) -> None:
        """No worker runs until `end`: what fell due meanwhile is done then."""
        self.now = end
        self.settle()

    def down(self, lane: Lane, start: datetime, end: datetime) -> None:
        """A lane is out of order from `start` until `end`; time passes until the start."""
        self.wait_until(start)
        self.places[lane].down_until = end

    def upcoming(self) -> datetime | None:
        """When something happens next."""
        wakeup = self.runner.next_wakeup(self.now)
        ends = [end for _, end, _ in self._in_flight.values()]
        return min([*ends, *([wakeup.at] if wakeup else [])], default=None)

    def settle(self) -> None:
        """Do everything that can be done at this instant."""
        while True:
            started = self._tick()
            for lane, effect in started.items():
                self._in_flight[lane] = (effect, *self.places[lane].outcome(self.now))
            ended = [self._end(lane) for lane in Lane]
            if not (started or any(ended)):
                return

    def _tick(self) -> dict[Lane, Effect]:
        return dict(self.runner.tick(self.now))

    def _end(self, lane: Lane) -> bool:
        if lane not in self._in_flight or self._in_flight[lane][1] > self.now:
            return False
        effect, _, success = self._in_flight.pop(lane)
        if success:
            self.runner.delivered(effect, self._carry_out(effect), self.now)
        else:
            self.runner.failed(effect, "outage", self.now)
        return True

    # --- the outside -----------------------------------------------------------------------------

    def _carry_out(self, effect: Effect) -> Receipt:
        self.carried_out.append(effect)
        match effect:
            case NotifyClients():
                addresses = self._addresses(effect)
                for address in addresses:
                    self._deliver(effect, address)
                known = len(self._attached(effect.sequence)) if effect.is_to_all_attached else None
                return DeliveryReceipt(key=effect.key, sent=len(addresses), cases=known)
            case NotifyStaff():
                self._deliver(effect, effect.role.value)
                return DeliveryReceipt(key=effect.key, sent=1)
            case PostStatus():
                return DeliveryReceipt(key=effect.key, sent=1)
            case UpdateReadModel():
                self._project(effect)
            case OpenDefect() if self.defect_for_cases is None:
                return DefectOpened(key=effect.key, refused="there is no open defect")
            case OpenDefect():
                return DefectOpened(key=effect.key, defect=self.defect_for_cases)
            case CloseCases():
                return Signalled(key=effect.key, sent=len(self._attached(effect.sequence)))
            case MarkArea():
                return Signalled(key=effect.key)
            case SignalDefect():
                absent = effect.defect in self.absent
                missing = [effect.defect] if absent else []
                return Signalled(key=effect.key, sent=int(not absent), missing=missing)
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

    def _addresses(self, effect: NotifyClients) -> list[str]:
        if effect.people is not None:
            return [person.recipient for person in effect.people]
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

    def _move(self, effect: MoveCases) -> CasesMoved:
        """As `activities/entities.py` does: a page refused takes back the pages before it."""
        if self.other_refuses is not None:
            return CasesMoved(key=effect.key, refused=self.other_refuses)
        attached = sorted(self._attached(effect.sequence), key=lambda row: row.attachment.case)
        cases = [row.attachment for row in attached]
        if self.other is None:
            return CasesMoved(key=effect.key, sent=len(cases))
        self.other.wait_until(max(self.now, self.other.now))
        pages = [cases[i : i + self.page] for i in range(0, len(cases), self.page)] or [[]]
        for number, page in enumerate(pages):
            try:
                self._hand_over(effect, page, back=effect.back)
            except InvalidCommand as refused:
                for taken in pages[:number]:
                    self._hand_over(effect, taken, back=not effect.back)
                return CasesMoved(key=effect.key, refused=f"{effect.other}: {refused}")
        return CasesMoved(key=effect.key, sent=len(cases))

    def _hand_over(self, effect: MoveCases, page: list[Attachment], *, back: bool) -> None:
        if self.other is None:
            return
        key = f"{effect.key}/{page[0].case if page else 'none'}/{back}"
        said: dict[str, Any] = {
            "actor": effect.actor,
            "key": own_key(key),
            "defect": self.entity.number,
        }
        if back:
            cases = [attachment.case for attachment in page]
            self.other.say(parse(GiveBack, said | {"cases": cases}))
        else:
            attachments = [attachment.model_dump(mode="json") for attachment in page]
            feedback = [one.model_dump(mode="json") for one in effect.feedback]
            said |= {"cases": attachments, "feedback": feedback}
            self.other.say(parse(Absorb, said))

    def _book(self, effect: BookMinutes) -> MinutesBooked:
        left = effect.allowance if self.minutes_left is None else self.minutes_left
        if effect.minutes > left:
            return MinutesBooked(
                key=effect.key, refused=f"only {left} minutes are left", balance=left
            )
        return MinutesBooked(key=effect.key, balance=left - effect.minutes)

    def _deliver(self, effect: NotifyClients | NotifyStaff, recipient: str) -> None:
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

    def _project(self, effect: UpdateReadModel) -> None:
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
