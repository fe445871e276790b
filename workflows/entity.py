"""Temporal's side of the runner: messages in, one timer, activities out, continue-as-new."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Generic, NoReturn, TypeVar

from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.contract.client_texts import client_texts
    from domain.contract.effects import Effect, Lane
    from domain.contract.parsing import InvalidCommand, parse, parse_number, refuse_kept
    from domain.contract.status import Status
    from domain.contract.values import Command, Start
    from domain.entity import Behaviour, E
    from domain.policy import PinnedPolicy, PolicyRequest
    from domain.runner import Runner
    from domain.views.operator_card import card
    from domain.views.preview import Preview, PreviewCommand, preview_asked
    from domain.views.read_model import Owed, owed
    from domain.views.search_attributes import attributes_of
    from workflows import options
    from workflows.alarm import Alarm
    from workflows.leaving import MOST_BYTES, MOST_EVENTS, Limits
    from workflows.run import Carried, Run
    from workflows.search_attributes import changes, restored

C = TypeVar("C", bound=Command)

QUIET = {"quiet": True}
"""The memo of a turn that had nothing else to write."""


class _Standing:
    """`Standing`, from the server."""

    @property
    def should_leave(self) -> bool:
        info = workflow.info()
        suggested = info.is_continue_as_new_suggested()
        return suggested or info.is_target_worker_deployment_version_changed()

    @property
    def must_leave(self) -> bool:
        info = workflow.info()
        return (
            info.get_current_history_length() >= MOST_EVENTS
            or info.get_current_history_size() >= MOST_BYTES
        )

    @property
    def handlers_finished(self) -> bool:
        return workflow.all_handlers_finished()


def command(model: type[C]) -> Any:
    """An update named like its command: tried in the validator, so a refusal leaves no trace.

    The payload is taken untyped, so that a wrong one is refused in our words, naming the field,
    instead of failing to decode. Where the outside has a say it is answered once that has spoken.
    """

    async def apply(self: "EntityWorkflow[Any]", payload: Any = None) -> Status:
        await self._ready()
        try:
            self._apply(parse(model, payload))
        except InvalidCommand as error:
            refuse(error)
        return await self._result(model) if model in self.behaviour.answers else self._status()

    def check(self: "EntityWorkflow[Any]", payload: Any = None) -> None:
        self._check(model, payload)

    apply.__qualname__ = apply.__name__ = model.name
    update = workflow.update(name=model.name, description=model.__doc__)(apply)
    update.validator(check)
    return update


class EntityWorkflow(Generic[E]):
    """A workflow around one runner. Subclasses name a behaviour and their messages, no logic."""

    behaviour: ClassVar[Behaviour[Any]]
    signals: ClassVar[Mapping[str, type[Command]]] = {}
    """Commands that may come as a signal too."""
    limits: ClassVar[Limits] = Limits()
    kind_of_run: ClassVar[type[Run[Any]]] = Run

    def __init__(self, start: Any) -> None:
        self._start = start
        self._run: Run[E] = self.kind_of_run(self.behaviour, self.signals, self.limits, _Standing())
        self._published: dict[str, Any] = {}
        self._wrote = False
        self._bug: BaseException | None = None
        self._alarm = Alarm(self._run.wake)
        # Only a real continuation may bring its own state; a caller's start payload may not.
        if workflow.info().continued_run_id and isinstance(start, dict) and "entity" in start:
            carried = Carried.model_validate(start)
            self._run.go_on(carried)
            self._published = restored(carried.published)

    # --- the loop --------------------------------------------------------------------------------

    async def _run_loop(self) -> Status:
        """Live until nothing can happen any more; answers the last status.

        A request to cancel, which is one click in the UI, stops nothing: the contract knows none.
        """
        living = asyncio.create_task(self._live())
        while True:
            try:
                return await asyncio.shield(living)
            except asyncio.CancelledError:
                if living.done() or workflow.cancellation_reason() is None:
                    raise  # The worker forgets the workflow.
                self._run.cancel()

    async def _live(self) -> Status:
        if not self._run.has_begun:
            await self._begin()
        while not self._bug:
            now = workflow.now()
            self._carry_out(now)
            self._publish(now)
            if self.runner.finished:
                break
            if self._run.may_leave(now):
                self._continue_as_new(now)
            self._set_alarm(now)
            self._end_turn()
            await workflow.wait_condition(lambda: self._run.is_due(workflow.now()))
        if self._bug is not None:
            raise self._bug
        self._alarm.set(None, "")
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self._status()

    async def _begin(self) -> None:
        """Check the start payload, pin the policy, begin.

        A wrong payload fails the workflow: there is nothing to keep alive.
        """
        number, began = workflow.info().workflow_id, workflow.info().workflow_start_time
        try:
            self._check_number(number)
            refuse_kept("workflow id", number, workflow.info().workflow_type)
            start = parse(self.behaviour.start, self._start)
            policy = await self._pin_policy(start.policy, began, start)
            self._run.begin(number, start, policy, began)
        except InvalidCommand as error:
            refuse(error)

    def _check_number(self, workflow_id: str) -> None:
        """Raises InvalidCommand for an id that no number people use can be."""
        parse_number(workflow_id)

    async def _pin_policy(
        self, name: str, at: datetime, start: Start | None = None
    ) -> PinnedPolicy:
        """Look the policy up, and have the texts of a start payload judged (D7)."""
        request = PolicyRequest(
            name=name, year=at.year, at=at, texts=list(client_texts(start)) if start else []
        )
        try:
            policy: PinnedPolicy = await workflow.execute_activity(
                "load_policy",
                request,
                result_type=PinnedPolicy,
                summary=f"pin policy {name}",
                **options.for_policy(),
            )
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError) and error.cause.type == "InvalidCommand":
                raise InvalidCommand(*error.cause.details) from None
            raise
        return policy

    def _set_alarm(self, now: datetime) -> None:
        wakeup = self._run.next_wakeup(now)
        if wakeup is None:
            self._wrote |= self._alarm.set(None, "")
        else:
            self._wrote |= self._alarm.set(wakeup.at, wakeup.what)

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

    @property
    def runner(self) -> Runner[E]:
        """The runner; handlers wait until it is there."""
        return self._run.runner

    # --- carrying out ----------------------------------------------------------------------------

    def _carry_out(self, now: datetime) -> None:
        """Do what is due, and start every lane that has something to do."""
        for lane, effect in self._run.take_turn(now).items():
            self._spawn(self._execute(lane, effect))

    def _spawn(self, work: Any) -> None:
        self._wrote = True
        asyncio.create_task(work).add_done_callback(self._on_task_ended)

    def _on_task_ended(self, task: asyncio.Task[None]) -> None:
        """A bug of ours in a task must stop the workflow task for all to see, not the lane."""
        if not task.cancelled() and task.exception() is not None:
            self._bug = task.exception()
        self._run.wake()

    async def _execute(self, lane: Lane, effect: Effect) -> None:
        """One activity for one effect, however many recipients."""
        try:
            receipt = await workflow.execute_activity(
                effect.type,
                effect,
                result_type=effect.receipt,
                summary=effect.key,
                **options.for_lane(lane),
            )
        except ActivityError as error:
            said = error.cause if isinstance(error.cause, ApplicationError) else None
            problem = said.type if said and said.type else "outage"
            rest = said.next_retry_delay if said else None
            self.runner.failed(effect, problem, workflow.now(), rest)
        else:
            self.runner.delivered(effect, receipt, workflow.now())

    def _publish(self, now: datetime) -> None:
        """Search attributes once per change, all together; the card costs nothing."""
        attributes = attributes_of(self.runner.entity, self.runner.needs_attention)
        if attributes != self._published:
            workflow.upsert_search_attributes(changes(self._published, attributes))
            self._published = attributes
            self._wrote = True
        workflow.set_current_details(card(self.runner, now))

    # --- leaving ---------------------------------------------------------------------------------

    def _continue_as_new(self, now: datetime) -> NoReturn:
        carried = self._run.leave(now, self._published)
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
        if not self._run.has_begun:
            await workflow.wait_condition(lambda: self._run.has_begun)

    def _check(self, model: type[Command], payload: Any) -> None:
        try:
            self._run.judge(parse(model, payload), workflow.now())
        except InvalidCommand as error:
            refuse(error)

    async def _result(self, model: type[Command]) -> Status:
        """How it stands once the outside has answered; a rejection of it refuses the command."""
        await workflow.wait_condition(lambda: not self.runner.is_pending(model))
        rejection = self.runner.rejection(model)
        if rejection is not None:
            refuse(rejection)
        return self._status()

    def _apply(self, said: Command) -> None:
        """Raises InvalidCommand where it does not apply."""
        self._run.apply(said, workflow.now())

    @workflow.signal(dynamic=True)
    async def _on_signal(self, name: str, payloads: Sequence[RawValue]) -> None:
        """Every signal, known or not: what cannot be applied is put on record, never raised.

        Taking raw values keeps the SDK from dropping what it cannot decode.
        """
        await self._ready()
        self._run.signal(name, lambda: self._decoded(payloads), workflow.now())

    def _decoded(self, payloads: Sequence[RawValue]) -> Any:
        if len(payloads) != 1:
            raise InvalidCommand("payload", f"must be one JSON object, not {len(payloads)} values")
        try:
            return workflow.payload_converter().from_payload(payloads[0].payload)
        except Exception:  # noqa: BLE001 - whatever a sender's bytes do, the entity lives on
            raise InvalidCommand("payload", "is not readable as JSON") from None

    # --- being asked -----------------------------------------------------------------------------

    def _status(self) -> Status:
        return self.runner.status(workflow.now())

    @workflow.query(description="Its status, as in the contract")
    def status(self) -> Status:
        """The contract's `status`."""
        return self._status()

    @workflow.query(description="The last 200 facts, oldest first")
    def timeline(self) -> list[dict[str, Any]]:
        """What happened: `{at, event, ...}`."""
        return [fact.flat() for fact in self.runner.entity.timeline]

    @workflow.query(description="What the database ought to have of it")
    def read_model(self) -> Owed:
        """The contract's `read_model`."""
        return owed(self.runner, workflow.now())

    @workflow.query(description="What a command would do: whom it tells, what falls due")
    def preview(self, payload: Any = None) -> Preview:
        """The contract's `preview`."""
        return preview_asked(self.runner, parse(PreviewCommand, payload), workflow.now())


def refuse(error: InvalidCommand) -> NoReturn:
    """Answer a wrong message in the contract's words."""
    raise ApplicationError(
        str(error),
        {"field": error.field, "reason": error.reason},
        type=type(error).__name__,
        non_retryable=True,
    ) from None
