"""Calls the contract for a caller: starts, commands, questions; it decides nothing.

What is refused, unknown or unanswered ends as a problem document.
"""

import asyncio
import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from temporalio.api.enums.v1 import WorkflowExecutionStatus
from temporalio.service import RPCError, RPCStatusCode

from activities.adapters.database import DatabaseNumbers, DatabaseReadModel
from activities.adapters.database.idempotency import (
    DatabaseIdempotency,
    OtherRequest,
    Remembered,
)
from domain.contract.parsing import InvalidCommand
from domain.keys import refuse_own_key
from portal.api.contract import Kind
from portal.api.problems import (
    IDEMPOTENCY_KEY,
    Problem,
    no_answer,
    number_taken,
    number_used,
    queue_full,
    refused,
    refused_in_words,
    unknown_number,
)
from portal.context import PortalContext
from portal.keys import Way, key_of
from runtime.client import CommandRefused, NoAnswer, NoSuchNumber, NumberUsed, QueueFull

STATUS_WITHIN = 5.0
"""Seconds in which something that was just started may answer for itself."""
WORKER_WITHIN = 1.0
"""Seconds in which it may do so where no worker was seen lately."""
TIMELINE_KEPT = 200
"""Facts of something that Temporal no longer knows: as many as of what it does."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What came of a start."""

    number: str
    new: bool


class CommandService:
    """The contract on behalf of one caller, whose name its idempotency keys belong to."""

    def __init__(self, context: PortalContext, caller: str, way: Way = "http") -> None:
        self._context = context
        self._client = context.client
        self._caller = caller
        self._way: Way = way
        self._numbers = DatabaseNumbers(context.engine)
        self._read_model = DatabaseReadModel(context.engine)
        self._keys = DatabaseIdempotency(context.engine)

    # --- starting --------------------------------------------------------------------------------

    async def start(
        self,
        kind: Kind,
        number: str | None,
        payload: dict[str, Any],
        key: str | None = None,
        *,
        request: str | None = None,
    ) -> Begun:
        """Start something under its number, or else the next; a repeat with its key is harmless.

        `request` is what is asked under the key, the payload itself unless it is said.

        Raises:
            Problem: the payload is refused, or the key is used for something else.
        """
        await asyncio.to_thread(self._check, kind, number, payload)
        asked = request or digest([kind.name, number, payload])
        with _answering():
            claimed = None if key is None else await self._claim(key, asked)
            if number is None:
                number, new = await self._client.start_numbered(
                    kind.workflow, kind.prefix, payload, self._numbers, self._unique(key, claimed)
                )
                return Begun(number, new)
            begun = digest([kind.name, number, payload])
            new = await self._client.start_if_absent(kind.workflow, number, payload, key=begun)
            if not new:
                await self._must_go_on(kind, number)
                await self._must_have_begun_so(number, begun, payload)
            return Begun(number, new)

    async def status_of(self, kind: Kind, begun: Begun) -> dict[str, Any] | None:
        """The status of what was just started; None where no worker answers for it yet.

        It is started, and that is what was asked for: the caller does not wait long for its status.

        Raises:
            Problem: its workflow has refused the start.
        """
        try:
            async with asyncio.timeout(STATUS_WITHIN):
                with _answering(begun.number, kind):
                    answer: dict[str, Any] = await self._client.query(
                        begun.number, "status", patience=WORKER_WITHIN
                    )
                    return answer
        except TimeoutError:
            return None
        except Problem as problem:
            if problem.status != 503:
                raise
            return None

    async def _must_go_on(self, kind: Kind, number: str) -> None:
        """A repeated start is harmless; a number that is used for something else is not."""
        try:
            await self._must_be(kind, number, running=True)
        except NoSuchNumber:
            raise CommandRefused(f"number: {number} is used for something else") from None
        except CommandRefused:
            raise NumberUsed(f"number: {number} was used before and is closed") from None

    async def _must_have_begun_so(self, number: str, begun: str, payload: dict[str, Any]) -> None:
        """A start that says something else is no repeat, and learns nothing of what runs.

        Raises:
            Problem: it began with another payload, or it is not known any more with which.
        """
        if await self._client.started_for(number) == begun:
            return
        here = await self._client.describe(number)
        if here is not None:
            first = await self._client.beginning(number, here.execution.run_id)
            if first.is_first and first.payload == payload:
                return  # Another program began it, with these very words.
        raise number_taken(number)

    def _unique(self, key: str | None, claimed: Remembered | None) -> str:
        """What a number is issued for: the same for repeats of a request, and for nothing else.

        Hashed, since a caller may name anybody in a key, and this one stays with the workflow.
        """
        if claimed is None:
            return str(uuid.uuid4())
        return digest([self._caller, key, claimed.since.isoformat()])

    def _check(self, kind: Kind, number: str | None, payload: dict[str, Any]) -> None:
        try:
            self._context.starts.check(kind.workflow, number, payload, self._context.now())
        except InvalidCommand as error:
            raise refused(error) from None

    # --- updating --------------------------------------------------------------------------------

    async def update(
        self, kind: Kind, number: str, command: str, payload: dict[str, Any]
    ) -> dict[str, Any]:
        """Send an update and answer the new status.

        Raises:
            Problem: it is refused, or there is nothing of that kind and number.
        """
        with _answering(number, kind):
            await self._must_be(kind, number, running=True)
            key = payload.get("key")
            if key is None:
                return await self._client.update(number, command, payload)
            known = await self._claim(key, digest([kind.name, number, command, payload]))
            said = payload | {"key": key_of(self._way, self._caller, key)}
            try:
                return await self._client.update(number, command, said)
            except (CommandRefused, NoSuchNumber):
                # Nothing came of it, so the corrected request may have the key.
                if known.new:
                    await asyncio.to_thread(self._keys.forget, self._caller, key)
                raise

    async def _claim(self, key: str, asked: str) -> Remembered:
        now = self._context.now()
        try:
            refuse_own_key(key)
        except InvalidCommand as error:
            raise refused(error) from None
        try:
            return await asyncio.to_thread(self._keys.claim, self._caller, key, asked, now)
        except OtherRequest:
            raise Problem(
                422, "key-reused", "take another key for another request", field=IDEMPOTENCY_KEY
            ) from None

    # --- querying ---------------------------------------------------------------------------------

    async def query(self, kind: Kind, number: str, query: str) -> Any:
        """Ask something; what Temporal no longer knows, the database does.

        Raises:
            Problem: there is nothing of that kind and number, or no worker answers.
        """
        with _answering(number, kind):
            try:
                await self._must_be(kind, number)
                return await self._client.query(number, query)
            except NoSuchNumber:
                kept = await asyncio.to_thread(self._kept, kind, number, query)
                if kept is None:
                    raise
                return kept

    def _kept(self, kind: Kind, number: str, query: str) -> Any:
        """What the database knows, as the query would have answered it."""
        snapshot = self._read_model.entity(kind.name, number)
        if snapshot is None or query == "explain":
            return None
        if query == "status":
            deliveries = {"attention": [], "pending_deliveries": 0, "failed_deliveries": 0}
            deliveries["by_telephone"] = []
            return {"needs_attention": False} | deliveries | snapshot
        facts = list(self._read_model.timeline(number, public_only=False))
        return [_flat(fact) for fact in facts[-TIMELINE_KEPT:]]

    async def _must_be(self, kind: Kind, number: str, *, running: bool = False) -> None:
        """A number says nothing of its kind, and a token for cases is none for defects.

        Raises:
            NoSuchNumber: nothing of that kind has the number.
            CommandRefused: it has ended, and must run.
        """
        here = await self._client.describe(number)
        if here is None or here.type.name != kind.workflow:
            raise NoSuchNumber(number)
        if running and here.status != WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING:
            raise CommandRefused("state: has ended")


@contextmanager
def _answering(number: str = "", kind: Kind | None = None) -> Iterator[None]:
    """Turn what the line says into problems."""
    try:
        yield
    except QueueFull as error:
        raise queue_full(str(error)) from None
    except NumberUsed as error:
        raise number_used(str(error)) from None
    except CommandRefused as error:
        raise refused_in_words(str(error)) from None
    except NoSuchNumber:
        raise unknown_number(number, kind.name if kind else "number") from None
    except NoAnswer:
        raise no_answer("no worker answers") from None
    except RPCError as error:
        if error.status is RPCStatusCode.INVALID_ARGUMENT:
            raise refused(InvalidCommand("payload", "is not taken by Temporal")) from None
        raise no_answer("Temporal does not answer") from None


def digest(asked: object) -> str:
    """The same for requests that ask the same."""
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _flat(fact: dict[str, Any]) -> dict[str, Any]:
    known = {
        "sequence": fact["sequence"],
        "at": fact["at"].isoformat().replace("+00:00", "Z"),
        "event": fact["event"],
    }
    if fact["actor"] is not None:
        known["actor"] = fact["actor"]
    return known | {name: said for name, said in fact["details"].items() if name not in known}
