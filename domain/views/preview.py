"""Says what a command would do, tried on a copy: whom it tells what, and what falls due when."""

from collections.abc import Iterable
from copy import deepcopy
from datetime import datetime
from typing import Any

from pydantic import Field

from domain.admission import admitted
from domain.contract.effects import (
    AudienceChange,
    Effect,
    MemberChange,
    NotifyClients,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.contract.status import Status
from domain.contract.values import Command, Instant, Message, Start, Value
from domain.defect.state import Defect
from domain.entity import Behaviour, E
from domain.policy import PinnedPolicy
from domain.runner import Runner


class PreviewCommand(Message):
    """Which command to try, and the instant at which it would be said."""

    command: str
    """Its name."""
    payload: dict[str, Any] = Field(default_factory=dict)
    """Its payload."""
    at: Instant
    """When; a workflow that sleeps knows no later instant than that of its last task."""


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
    """The status as it would be, once its messages have arrived."""
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
        return preview(runner, admitted(models[asked.command], asked.payload, runner, at), at)
    except InvalidCommand as error:
        return Preview(refused=str(error), field=error.field)


def preview(runner: Runner[E], command: Command, at: datetime) -> Preview:
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
    new = [effect for effect in _waiting(copy) if effect.key not in known]
    return _told(copy, new, at, due_before, since=sequence, before=before)


def preview_start(
    behaviour: Behaviour[E], number: str, start: Start, policy: PinnedPolicy, at: datetime
) -> Preview:
    """What beginning something would do.

    Raises:
        InvalidCommand: the start would be refused.
    """
    runner = Runner.begin(behaviour, number, start, policy, at)
    runner.tick(at, start=False)
    return _told(runner, _waiting(runner), at, {})


def _told(
    runner: Runner[Any],
    new: list[Effect],
    at: datetime,
    due: dict[str, datetime],
    *,
    since: int = -1,
    before: Status | None = None,
) -> Preview:
    """What is new: the effects, the changes after a point of the sequence, and what moved."""
    written = [effect for effect in new if isinstance(effect, UpdateReadModel)]
    have_arrived(runner, new, at)
    return Preview(
        before=before.model_dump(mode="json") if before else {},
        after=runner.status(at).model_dump(mode="json"),
        effects=[effect for effect in new if not isinstance(effect, UpdateReadModel)],
        audience=[c for one in written for c in one.audience if c.sequence > since],
        members=[c for one in written for c in one.members if c.sequence > since],
        moves=moves(due, due_instants(runner)),
    )


def have_arrived(runner: Runner[Any], new: Iterable[Effect], at: datetime) -> None:
    """Take it that every message reaches whom it is for: what that meets is met (T9)."""
    for effect in new:
        receiver = runner.behaviour.receivers.get(type(effect))
        if isinstance(effect, NotifyClients) and receiver is not None:
            arrived = DeliveryReceipt(key=effect.key, sent=1)
            runner.act(lambda e: receiver(e, effect, arrived, at), at)  # noqa: B023 - called at once


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
