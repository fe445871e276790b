"""Says what a command would do, tried on a copy: whom it tells what, and what falls due when.

What it would have done outside is taken to be done, and what comes of that counts too: a merge ends
a defect once the other one has its cases.
"""

from collections.abc import Collection, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from pydantic import Field

from domain import telephone
from domain.admission import admitted
from domain.contract.effects import (
    AudienceChange,
    BookMinutes,
    Effect,
    MemberChange,
    MoveCases,
    NotifyClients,
    OpenDefect,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import (
    CasesMoved,
    DefectOpened,
    DeliveryReceipt,
    MinutesBooked,
    Receipt,
)
from domain.contract.status import Status
from domain.contract.values import Command, Instant, Message, Start, Value
from domain.defect.state import Defect
from domain.entity import Behaviour, E
from domain.policy import PinnedPolicy
from domain.runner import Runner

NEW_DEFECT = "The-new-defect"
"""Stands for a number that is not issued yet."""
Receipts = Mapping[str, Mapping[str, Any]]
"""By the keys of effects."""


class PreviewCommand(Message):
    """Which command to try, and the instant at which it would be said."""

    command: str
    """Its name."""
    payload: dict[str, Any] = Field(default_factory=dict)
    """Its payload."""
    at: Instant
    """When; a workflow that sleeps knows no later instant than that of its last task."""
    receipts: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """What activities would answer to effects of an earlier preview, by their keys: whom the
    database knows without an e-mail address, which minutes a client has left. An effect without one
    is taken to be carried out in full."""


class DueMove(Value):
    """One thing that time brings, before and after."""

    what: str
    before: Instant | None
    after: Instant | None


class Preview(Value):
    """What a command would do. Nothing was changed, and nobody was told."""

    refused: str | None = None
    """Why it would be refused, in the words of the refusal."""
    field: str | None = None
    """The field of the payload that is at fault."""
    before: dict[str, Any] = Field(default_factory=dict)
    """The status as it is."""
    after: dict[str, Any] = Field(default_factory=dict)
    """The status as it would be, once its messages have arrived and others have done their part."""
    effects: list[Effect] = Field(default_factory=list)
    """Everything it would have brought about outside, but for the read model."""
    audience: list[AudienceChange] = Field(default_factory=list)
    """Who would join or leave the people attached."""
    members: list[MemberChange] = Field(default_factory=list)
    """Which defects would join or leave a release."""
    moves: list[DueMove] = Field(default_factory=list)
    """What would be due at another instant, or no longer, or in addition."""


def preview_asked(runner: Runner[Any], asked: PreviewCommand, now: datetime) -> Preview:
    """What came of trying it: what it would do, or why it would be refused.

    Raises:
        InvalidCommand: the entity takes no command of that name.
    """
    models = {model.name: model for model in runner.behaviour.handlers}
    if asked.command not in models:
        raise InvalidCommand("command", f"known are {', '.join(sorted(models))}")
    at = max(asked.at, now)
    try:
        said = admitted(models[asked.command], asked.payload, runner, at)
        return preview(runner, said, at, asked.receipts)
    except InvalidCommand as error:
        return Preview(refused=str(error), field=error.field)


def preview(
    runner: Runner[E], command: Command, at: datetime, receipts: Receipts | None = None
) -> Preview:
    """What the command would do at that instant; what is due by then anyway does not count.

    Raises:
        InvalidCommand: it would be refused.
    """
    copy = Runner(runner.behaviour, deepcopy(runner.entity), deepcopy(runner.outbox))
    copy.tick(at, start=False)
    before, due_before = copy.status(at), due_instants(copy)
    sequence, known = copy.entity.sequence, {effect.key for effect in _waiting(copy)}
    copy.apply(command, at)
    copy.tick(at, start=False)
    effects = carry_out(copy, known, at, receipts)
    if (rejection := copy.rejection(type(command))) is not None:
        raise rejection
    return _told(copy, effects, at, due_before, since=sequence, before=before)


def preview_start(
    behaviour: Behaviour[E], number: str, start: Start, policy: PinnedPolicy, at: datetime
) -> Preview:
    """What beginning something would do.

    Raises:
        InvalidCommand: the start would be refused.
    """
    runner = Runner.begin(behaviour, number, start, policy, at)
    runner.tick(at, start=False)
    return _told(runner, carry_out(runner, (), at), at, {})


def _told(
    runner: Runner[Any],
    effects: list[Effect],
    at: datetime,
    due: dict[str, datetime],
    *,
    since: int = -1,
    before: Status | None = None,
) -> Preview:
    """What is new: the effects, the changes after a point of the sequence, and what moved."""
    written = [effect for effect in _waiting(runner) if isinstance(effect, UpdateReadModel)]
    return Preview(
        before=before.model_dump(mode="json") if before else {},
        after=runner.status(at).model_dump(mode="json"),
        effects=effects,
        audience=[c for one in written for c in one.audience if c.sequence > since],
        members=[c for one in written for c in one.members if c.sequence > since],
        moves=moves(due, due_instants(runner)),
    )


def carry_out(
    runner: Runner[Any], known: Collection[str], at: datetime, receipts: Receipts | None = None
) -> list[Effect]:
    """Take everything that waits and is not known by its key for done, with what comes of it.

    Answers all of it but for the read model's, in the order in which it was decided.
    """
    done: dict[str, Effect] = {}
    while fresh := [e for e in _waiting(runner) if e.key not in known and e.key not in done]:
        for effect in fresh:
            done[effect.key] = effect
            _note(runner, effect, (receipts or {}).get(effect.key), at)
    effects = sorted(done.values(), key=lambda effect: effect.sequence)
    return [effect for effect in effects if not isinstance(effect, UpdateReadModel)]


def _note(
    runner: Runner[Any], effect: Effect, said: Mapping[str, Any] | None, at: datetime
) -> None:
    """Let the entity note that an effect was carried out, as the runner does."""
    receiver = runner.behaviour.receivers.get(type(effect))
    receipt = effect.receipt.model_validate(said) if said is not None else _in_full(effect)
    if receiver is None or receipt is None:
        return
    runner.act(lambda entity: receiver(entity, effect, receipt, at), at)
    if isinstance(effect, NotifyClients) and isinstance(receipt, DeliveryReceipt):
        runner.act(lambda entity: telephone.note(entity, effect, receipt, at), at)


def _in_full(effect: Effect) -> Receipt | None:
    """What an activity answers when all goes well; None where nothing comes of it."""
    match effect:
        case NotifyClients(people=None):
            return DeliveryReceipt(key=effect.key, sent=1)
        case NotifyClients():
            people = effect.people or []
            spoken = [one.cases[0] for one in people if one.contact.email is None and one.cases]
            sent = len(people) - len(spoken)
            return DeliveryReceipt(key=effect.key, sent=sent, by_telephone=spoken)
        case OpenDefect():
            return DefectOpened(key=effect.key, defect=effect.defect or NEW_DEFECT)
        case MoveCases():
            return CasesMoved(key=effect.key, sent=1)
        case BookMinutes():
            return MinutesBooked(key=effect.key, balance=effect.allowance - effect.minutes)
        case _:
            return None


def _waiting(runner: Runner[Any]) -> list[Effect]:
    """What waits to be carried out, as it was decided."""
    lanes = runner.outbox.lanes.values()
    waiting = [effect for lane in lanes for effect in lane.waiting]
    return sorted(waiting, key=lambda effect: effect.sequence)


def due_instants(runner: Runner[Any]) -> dict[str, datetime]:
    """The first instant of everything that time will bring, and of the target, missed or not."""
    due: dict[str, datetime] = {}
    if isinstance(runner.entity, Defect) and runner.entity.target_due_at is not None:
        due["target"] = runner.entity.target_due_at
    for item in sorted(runner.agenda, key=lambda item: item.at):
        if item.what != "target missed":
            due.setdefault(item.what, item.at)
    return due


def moves(before: dict[str, datetime], after: dict[str, datetime]) -> list[DueMove]:
    """What is due at another instant, or no longer, or in addition; in the order of before."""
    return [
        DueMove(what=what, before=before.get(what), after=after.get(what))
        for what in dict.fromkeys([*before, *after])
        if before.get(what) != after.get(what)
    ]
