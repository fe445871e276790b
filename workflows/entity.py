"""The one loop: wait until something is said or due, ask the machine, bring about what it wants."""

import asyncio
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from pydantic import BaseModel, ConfigDict

    from domain.contract.defect import RetryDeliveries
    from domain.contract.effects import Effect, Lane, Receipt
    from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
    from domain.contract.parsing import InvalidCommand, parse
    from domain.contract.values import NUMBER_PATTERN, Command
    from domain.entity import Machine
    from domain.outbox import Outbox
    from domain.policy import PinnedPolicy, PolicyRequest
    from domain.views.operator_card import card
    from domain.views.search_attributes import attributes_of
    from workflows import options
    from workflows.alarm import Alarm
    from workflows.search_attributes import changes, restored

M = TypeVar("M", bound=Machine)
C = TypeVar("C", bound=Command)

QUIET = {"quiet": True}
"""The memo of a turn that had nothing else to write."""


class Carried(BaseModel):
    """What one run hands to the next."""

    model_config = ConfigDict(extra="ignore")

    machine: dict[str, Any]
    outbox: Outbox
    published: dict[str, Any]


def command(model: type[C], *, asks: bool = False) -> Any:
    """An update named like its command: tried in the validator, so a refusal leaves no trace.

    The payload is taken untyped, so that a wrong one is refused in our words, naming the field,
    instead of failing to decode. One that `asks` waits for what only an activity can answer.
    """

    async def obey(self: "Entity[Any]", payload: Any = None) -> dict[str, Any]:
        tried = self._machine is not None
        await self._ready()
        answer = await self._obey(model, payload, tried)
        return await self._answered(model.name) if asks else answer

    def check(self: "Entity[Any]", payload: Any = None) -> None:
        self._check(model, payload)

    obey.__qualname__ = obey.__name__ = model.name
    update = workflow.update(name=model.name, description=model.__doc__)(obey)
    update.validator(check)
    return update


class Entity(Generic[M]):
    """A workflow around one machine. Subclasses add names and typed messages, no logic."""

    signals: ClassVar[dict[str, type[Command]]] = {}
    """Commands that may come as a signal too."""

    def __init__(self, start: Any) -> None:
        self._start = start
        self._machine: M | None = None
        self._outbox = Outbox()
        self._published: dict[str, Any] = {}
        self._in_flight: set[Lane] = set()
        self._awake = True
        self._wrote = False
        self._leave_requested = False
        self._broken: BaseException | None = None
        self._alarm = Alarm(self._wake)
        # Only a real continuation may bring its own state; a caller's start payload may not.
        if workflow.info().continued_run_id and isinstance(start, dict) and "machine" in start:
            carried = Carried.model_validate(start)
            self._machine = self._restored(carried.machine)
            self._outbox, self._published = carried.outbox, restored(carried.published)

    # --- what subclasses say ---------------------------------------------------------------------

    def _restored(self, state: dict[str, Any]) -> M:
        raise NotImplementedError

    def _policy_name(self) -> str:
        """The policy the start payload asks for. Raises InvalidCommand for a wrong payload."""
        raise NotImplementedError

    def _opened(self, policy: PinnedPolicy, now: datetime) -> tuple[M, list[Effect]]:
        """The machine as it begins. Raises InvalidCommand for a wrong payload."""
        raise NotImplementedError

    def _check_number(self, workflow_id: str) -> None:
        """Raises InvalidCommand for an id that no number people use can be."""
        parse_number(workflow_id)

    # --- the loop --------------------------------------------------------------------------------

    async def _live(self) -> dict[str, Any]:
        """Run until nothing can happen any more; answers the last status."""
        if self._machine is None:
            await self._open()
        while True:
            if self._broken is not None:
                raise self._broken
            now = workflow.now()
            self._put(self.machine.fire(now))
            self._dispatch(now)
            self._publish(now)
            if self.machine.finished and not self._outbox.pending and not self._in_flight:
                break
            if self._may_leave():
                self._continue()
            self._set_alarm(now)
            self._end_turn()
            self._awake = False
            await workflow.wait_condition(lambda: self._awake or self._may_leave())
        self._alarm.set(None, "")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._status()

    async def _open(self) -> None:
        """Check the start payload, pin the policy, begin.

        A wrong payload fails the workflow: there is nothing to keep alive.
        """
        try:
            self._check_number(workflow.info().workflow_id)
            began = workflow.info().workflow_start_time
            policy = await self._load_policy(self._policy_name(), began)
            machine, effects = self._opened(policy, began)
        except InvalidCommand as error:
            refuse(error)
        self._machine = machine
        self._put(effects)

    async def _load_policy(self, name: str, at: datetime) -> PinnedPolicy:
        request = PolicyRequest(name=name, year=at.year)
        try:
            policy: PinnedPolicy = await workflow.execute_activity(
                "load_policy",
                request,
                result_type=PinnedPolicy,
                summary=f"pin policy {name}",
                **options.for_policy(),
            )
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "UnknownPolicy":
                raise InvalidCommand("policy", error.cause.message) from None
            raise
        return policy

    def _set_alarm(self, now: datetime) -> None:
        due = min(self.machine.agenda(), key=lambda item: item.at, default=None)
        retry = self._outbox.next_retry(self._in_flight, now)
        if due is not None and (retry is None or due.at <= retry):
            self._wrote |= self._alarm.set(due.at, due.what)
        else:
            self._wrote |= self._alarm.set(retry, "deliveries are tried again")

    def _end_turn(self) -> None:
        """Let every turn write a command into history, be it an empty one.

        A worker that has to replay takes a workflow task without commands and the one right behind
        it for one, and so hears an update of the second before what came of activities and timers
        in the first. Later replays keep them apart, and stop at a history they could not have
        written: for good (temporalio 1.35, sdk-rust#1606).
        """
        if not self._wrote:
            workflow.upsert_memo(QUIET)
        self._wrote = False

    def _wake(self) -> None:
        self._awake = True

    @property
    def machine(self) -> M:
        """The machine; handlers wait until it is there."""
        if self._machine is None:
            raise RuntimeError("the policy is not pinned yet")
        return self._machine

    # --- bringing about --------------------------------------------------------------------------

    def _put(self, effects: list[Effect]) -> None:
        self._outbox.put(effects, self._in_flight)

    def _dispatch(self, now: datetime) -> None:
        """Start every lane that has something to do.

        A run that is about to end starts nothing, unless a handler waits for an answer.
        """
        if self._wants_to_leave() and workflow.all_handlers_finished():
            return
        for lane in Lane:
            if lane not in self._in_flight and self._outbox.next_of(lane, now) is not None:
                self._in_flight.add(lane)
                self._wrote = True
                asyncio.create_task(self._work_off(lane)).add_done_callback(self._lane_ended)

    async def _work_off(self, lane: Lane) -> None:
        """Bring about what waits in one lane, in order, until it is empty or has to rest."""
        while (effect := self._outbox.next_of(lane, workflow.now())) is not None:
            if not await self._bring_about(effect) or self._wants_to_leave():
                break
        self._in_flight.discard(lane)
        self._wake()

    def _lane_ended(self, lane: asyncio.Task[None]) -> None:
        """A defect of ours in a lane must stop the workflow task for all to see, not the lane."""
        if not lane.cancelled() and lane.exception() is not None:
            self._broken = lane.exception()
            self._wake()

    async def _bring_about(self, effect: Effect) -> bool:
        """One activity for one effect, however many recipients. False: the lane has to rest."""
        try:
            receipt = await workflow.execute_activity(
                effect.type,
                effect,
                result_type=Receipt,
                summary=effect.key,
                **options.for_lane(effect.lane),
            )
        except ActivityError as error:
            self._given_up(effect, error)
            return False
        now = workflow.now()
        if receipt.left:
            self._outbox.another_round(effect)
        else:
            self._outbox.done(effect)
        self._put(self.machine.delivered(effect, receipt, now))
        if receipt.failed:
            self._outbox.park(effect)
            problem = receipt.problem or "refused"
            self._put(self.machine.delivery_failing(effect, problem, receipt.failed, now, now))
        return True

    def _given_up(self, effect: Effect, error: ActivityError) -> None:
        now = workflow.now()
        lane = self._outbox.postpone(effect, now)
        if lane.rounds == 1:
            cause = error.cause
            problem = cause.type if isinstance(cause, ApplicationError) and cause.type else "outage"
            since = lane.failing_since or now
            self._put(self.machine.delivery_failing(effect, problem, 0, since, now))

    def _publish(self, now: datetime) -> None:
        """Search attributes once per change, all together; the card costs nothing."""
        attributes = attributes_of(self.machine, self._needs_attention())
        if attributes != self._published:
            workflow.upsert_search_attributes(changes(self._published, attributes))
            self._published = attributes
            self._wrote = True
        status = self._status(now)
        workflow.set_current_details(card(self.machine, status, self._outbox.failing, now))

    # --- leaving ---------------------------------------------------------------------------------

    def _wants_to_leave(self) -> bool:
        info = workflow.info()
        return (
            self._leave_requested
            or info.is_continue_as_new_suggested()
            or info.is_target_worker_deployment_version_changed()
        )

    def _may_leave(self) -> bool:
        return self._wants_to_leave() and not self._in_flight and workflow.all_handlers_finished()

    def _continue(self) -> NoReturn:
        carried = Carried(
            machine=self.machine.model_dump(mode="json"),
            outbox=self._outbox,
            published=self._published,
        )
        # A pinned run stays on its version for ever unless it says otherwise here.
        behaviour = (
            workflow.ContinueAsNewVersioningBehavior.AUTO_UPGRADE
            if workflow.info().is_target_worker_deployment_version_changed()
            else None
        )
        # The server would hand the memo on as it is, under the key it was once encrypted with.
        memo = dict(workflow.memo())
        workflow.continue_as_new(carried, memo=memo, initial_versioning_behavior=behaviour)

    # --- being told ------------------------------------------------------------------------------

    async def _ready(self) -> None:
        """Messages may arrive before the policy is pinned; they wait for it, in order."""
        if self._machine is None:
            await workflow.wait_condition(lambda: self._machine is not None)

    def _check(self, model: type[Command], payload: Any) -> None:
        try:
            parsed = parse(model, payload)
            if self._machine is not None:
                self._machine.preview(parsed, workflow.now())
        except InvalidCommand as error:
            refuse(error)

    async def _obey(self, model: type[Command], payload: Any, tried: bool) -> dict[str, Any]:
        """Apply an update; what the validator has tried is accepted, then and in every replay."""
        try:
            self._apply(parse(model, payload), accepted=tried)
        except InvalidCommand as error:
            refuse(error)
        return self._status()

    async def _answered(self, name: str) -> dict[str, Any]:
        """How it stands once the outside has answered; a refusal of it refuses the command."""
        await workflow.wait_condition(lambda: not self.machine.awaits(name))
        refusal = self.machine.refusal_of(name)
        if refusal is not None:
            refuse(refusal)
        return self._status()

    def _apply(self, said: Command, *, accepted: bool = False) -> None:
        """Hand a command to the machine. Raises InvalidCommand where it does not apply."""
        now = workflow.now()
        self._put(self.machine.fire(now))
        self._put(self.machine.handle(said, now, accepted=accepted))
        if isinstance(said, RetryDeliveries):
            self._outbox.retry(self._in_flight)
        self._wake()

    @workflow.signal(dynamic=True)
    async def _hear(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Every signal, known or not: what cannot be applied is put on record, never raised.

        Taking raw values keeps the SDK from dropping what it cannot decode.
        """
        await self._ready()
        if name == REQUEST_CONTINUE_AS_NEW:
            self._leave_requested = True
            return
        try:
            self._apply(self._decoded(name, payloads))
        except InvalidCommand as error:
            self.machine.reject(name, str(error), workflow.now())
            self._wake()

    def _decoded(self, name: str, payloads: Sequence[RawValue]) -> Command:
        model = self.signals.get(name)
        if model is None:
            raise InvalidCommand("signal", f"known are {', '.join(sorted(self.signals))}")
        if len(payloads) != 1:
            raise InvalidCommand("payload", f"must be one JSON object, not {len(payloads)} values")
        try:
            decoded = workflow.payload_converter().from_payload(payloads[0].payload)
        except Exception:  # noqa: BLE001 - whatever a sender's bytes do, the entity lives on
            raise InvalidCommand("payload", "is not readable as JSON") from None
        return parse(model, decoded)

    # --- being asked -----------------------------------------------------------------------------

    def _needs_attention(self) -> bool:
        return bool(self._outbox.failed or self._outbox.failing or self.machine.attention)

    def _status(self, now: datetime | None = None) -> dict[str, Any]:
        return self.machine.status(now or workflow.now()) | {
            "needs_attention": self._needs_attention(),
            "attention": self.machine.attention,
            "pending_deliveries": self._outbox.pending,
            "failed_deliveries": len(self._outbox.failed),
        }

    @workflow.query(description="How it stands, as the contract words it")
    def status(self) -> dict[str, Any]:
        """The contract's `status`."""
        return self._status()

    @workflow.query(description="The last 200 facts, oldest first")
    def timeline(self) -> list[dict[str, Any]]:
        """What happened: `{at, event, ...}`."""
        return [fact.flat() for fact in self.machine.timeline]


def parse_number(workflow_id: str) -> None:
    """The workflow id is the number people use.

    Raises:
        InvalidCommand: where it cannot be one.
    """
    if not re.fullmatch(NUMBER_PATTERN, workflow_id):
        raise InvalidCommand("workflow id", "must be 1 to 64 of A-Z a-z 0-9 . _ -")


def refuse(error: InvalidCommand) -> NoReturn:
    """Answer a wrong message in the contract's words."""
    raise ApplicationError(
        str(error),
        {"field": error.field, "reason": error.reason},
        type="InvalidCommand",
        non_retryable=True,
    ) from None
