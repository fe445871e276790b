"""Worlds that look twice: whatever is said or due is tried beforehand, and on a restored copy."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.contract.catalogue import COMMANDS
from domain.contract.effects import Effect, Lane, UpdateReadModel
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from domain.entity import Due
from domain.outbox import Outbox
from domain.promise_guard.edge import refuse_promises
from domain.runner import Runner
from domain.views.preview import Preview, carry_out, due_instants, preview
from simulation.case_world import CaseWorld
from simulation.release_world import ReleaseWorld
from simulation.world import World
from tests.domain.builders import FRIDAY, Alone

PREVIEWED = 5
"""Every so many commands a preview is held against what then happens."""


@dataclass
class CheckedWorld(World):
    """A world that asserts what holds of every runner."""

    through_json: bool = False
    """Whether whatever is said or due is also put to a copy that has just continued as new."""

    @property
    def defect(self) -> Any:
        """The entity, where it is a defect."""
        assert self.entity.kind == "defect"
        return self.entity

    @property
    def case(self) -> Any:
        """The entity, where it is a case."""
        assert self.entity.kind == "case"
        return self.entity

    @property
    def release(self) -> Any:
        """The entity, where it is a release."""
        assert self.entity.kind == "release"
        return self.entity

    def agenda(self) -> list[Due[Any]]:
        """What time will bring."""
        return self.runner.agenda

    def next_due(self) -> datetime | None:
        """The first of it."""
        return min((due.at for due in self.runner.agenda), default=None)

    def status(self) -> dict[str, Any]:
        """The contract's `status`, as JSON, without what the outbox knows."""
        status: dict[str, Any] = self.entity.status(self.now).without_deliveries()
        return status

    def is_pending(self, command: str) -> bool:
        """Whether the outside has not answered a command yet."""
        return self.runner.is_pending(COMMANDS[command])

    def rejection(self, command: str) -> InvalidCommand | None:
        """Why the outside would not have a command."""
        return self.runner.rejection(COMMANDS[command])

    def _accept(self, command: Command) -> None:
        before = _state(self.runner)
        foreseen = _outcome(lambda: self.runner.check(command, self.now))
        assert _state(self.runner) == before, "a check changed the state"
        if foreseen is None and not self.entity.known_keys.has(command):
            refuse_promises(command, self.entity.policy.calendar.local_date(self.now))
        seen = None
        if foreseen is None and len(self.said) % PREVIEWED == 0:
            seen = preview(self.runner, command, self.now)
            assert _state(self.runner) == before, "a preview changed the state"
        waiting = _unwritten(self.runner)
        refused = self._on_both(lambda runner: runner.apply(command, self.now))
        assert str(refused) == str(foreseen)
        if refused is not None:
            assert _state(self.runner) == before, "a refused command left a trace"
            raise refused
        if seen is not None:
            self._came_as_foreseen(seen, waiting)

    def _came_as_foreseen(self, seen: Preview, waiting: dict[str, Effect]) -> None:
        """What a preview said is what has happened, but for its key."""
        here = Runner(self.runner.behaviour, deepcopy(self.entity), deepcopy(self.outbox))
        here.tick(self.now, start=False)
        assert seen.effects == carry_out(here, waiting.keys(), self.now)
        assert seen.after == here.status(self.now).model_dump(mode="json")
        due = due_instants(here)
        assert all(due.get(move.what) == move.after for move in seen.moves)

    def _tick(self) -> dict[Lane, Effect]:
        due = self.next_due()
        if due is not None and due <= self.now:
            self._on_both(lambda runner: runner.tick(self.now, start=False))
            left = self.next_due()
            assert left is None or left > self.now, f"still due at {left}"
        return super()._tick()

    def _on_both(self, do: Callable[[Runner[Any]], object]) -> InvalidCommand | None:
        if not self.through_json:
            return _outcome(lambda: do(self.runner))
        state = json.loads(self.entity.model_dump_json(exclude={"policy"}))
        twin = Runner(
            self.runner.behaviour,
            type(self.entity).model_validate(state | {"policy": self.entity.policy}),
            _copy(self.outbox),
        )
        answer = _outcome(lambda: do(self.runner))
        again = _outcome(lambda: do(twin))
        assert str(again) == str(answer), "continue-as-new changed the answer"
        assert _state(twin) == _state(self.runner), "continue-as-new changed the future"
        return answer


@dataclass
class CheckedCaseWorld(CheckedWorld, CaseWorld):
    """A case with an allowance of minutes."""


@dataclass
class CheckedReleaseWorld(CheckedWorld, ReleaseWorld):
    """A release with defects."""


def world_of(opened: tuple[Alone, list[Effect]], now: datetime = FRIDAY) -> CheckedWorld:
    """A world around an entity that began `now`."""
    return CheckedWorld(_begun(opened), now)


def case_world_of(
    opened: tuple[Alone, list[Effect]], now: datetime = FRIDAY, *, through_json: bool = False
) -> CheckedCaseWorld:
    """The same, where bookings matter."""
    return CheckedCaseWorld(_begun(opened), now, through_json=through_json)


def release_world(
    opened: tuple[Alone, list[Effect]], now: datetime = FRIDAY, *, through_json: bool = False
) -> CheckedReleaseWorld:
    """A world around a release that was planned `now`."""
    return CheckedReleaseWorld(_begun(opened), now, through_json=through_json)


def _begun(opened: tuple[Alone, list[Effect]]) -> Runner[Any]:
    alone, effects = opened
    alone.runner.outbox.put(effects)
    return alone.runner


def _state(runner: Runner[Any]) -> str:
    """What continue-as-new carries; the policy, which only `adopt_policy` changes, left out."""
    return f"{runner.entity.model_dump_json(exclude={'policy'})} {runner.outbox.model_dump_json()}"


def _unwritten(runner: Runner[Any]) -> dict[str, Effect]:
    """What waits, by its key, but for what the read model gets of every change."""
    waiting = [effect for lane in runner.outbox.lanes.values() for effect in lane.waiting]
    return {effect.key: effect for effect in waiting if not isinstance(effect, UpdateReadModel)}


def _copy(outbox: Outbox) -> Outbox:
    copy = Outbox.model_validate_json(outbox.model_dump_json())
    copy._in_flight = set(outbox.in_flight)
    return copy


def _outcome(do: Callable[[], object]) -> InvalidCommand | None:
    try:
        do()
    except InvalidCommand as refused:
        return refused
    return None
