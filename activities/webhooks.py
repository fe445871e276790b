"""Sends webhooks: what is due for one receiver, signed, and in order for each entity."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from standardwebhooks import Webhook
from temporalio import activity
from temporalio.service import RPCError

from activities.delivery import present
from activities.webhook_ports import (
    Attempt,
    Destination,
    NoAnswer,
    Outgoing,
    Post,
    Poster,
    Webhooks,
)
from domain.contract.effects import UpdateReadModel
from domain.webhooks.events import (
    PATIENCE,
    Verdict,
    judge,
    message_id,
    pause_after,
    payload,
)
from domain.webhooks.receiver import Report, Round, Stop, Wake, workflow_id
from runtime.client import RPC_TIMEOUT, DefectsClient, IdTaken

PAGE = 100
AT_ONCE = 8
"""Messages under way at the same time, each of another entity; a receiver has to earn them."""
ROUND_SECONDS = 30
"""No attempt begins later in a round: it ends well before its activity is given up."""
CALL_ATTEMPTS = 3
CALL_SECONDS = RPC_TIMEOUT.total_seconds() + 5
ID_TAKEN = "id-taken"
"""The problem of a receiver whose workflow cannot run, since another one has its id."""
REFUSED_IN_A_ROW = 5
"""So many different messages refused, and none taken between them: nothing gets through."""

log = structlog.get_logger()


class CallReceivers:
    """`Calls` by signal-with-start; `loop` is the client's, calls come from other threads."""

    def __init__(
        self, client: DefectsClient, webhooks: Webhooks, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._client = client
        self._webhooks = webhooks
        self._loop = loop

    def call(self, projection: UpdateReadModel, at: datetime, attempt: int) -> None:
        """One signal to each receiver's workflow, unless one is under way to it already.

        Raises:
            RPCError: the server does not take it now. After some attempts it does not matter any
                more: who wants to project waits for no receiver, and a later one calls it again.
        """
        for receiver in self._webhooks.to_call(projection, at, again=attempt > 1):
            signal = wake(self._client, self._webhooks, receiver, at)
            try:
                # Bounded, should the loop stand still: it waits for its threads when it ends.
                asyncio.run_coroutine_threadsafe(signal, self._loop).result(CALL_SECONDS)
            except (RPCError, TimeoutError):
                if attempt < CALL_ATTEMPTS:
                    raise
                log.warning("webhook.not_called", receiver=receiver)


async def call_receiver(
    client: DefectsClient, receiver: str, signal: str = Wake.name, actor: str = "project"
) -> None:
    """Signal a receiver's workflow, which is started where it does not run.

    Raises:
        RPCError: the server does not take it now.
        IdTaken: another workflow has its id.
    """
    await client.start_and_signal(
        "WebhookWorkflow",
        workflow_id(receiver),
        {"receiver": receiver},
        signal,
        {"actor": actor},
        summary="webhooks to one receiver",
    )


async def wake(client: DefectsClient, webhooks: Webhooks, receiver: str, at: datetime) -> None:
    """Call a receiver's workflow; where another one has its id, let operators hear of it.

    Raises:
        RPCError: the server does not take it now.
    """
    try:
        await call_receiver(client, receiver)
    except IdTaken as error:
        log.error("webhook.id_taken", receiver=receiver, problem=str(error))  # noqa: TRY400
        await asyncio.to_thread(webhooks.end, receiver, at, ID_TAKEN)


async def call_forgotten(client: DefectsClient, webhooks: Webhooks, at: datetime) -> None:
    """Call every receiver whose last call was lost, as where the server took none for a while.

    Raises:
        RPCError: the server does not take it now.
    """
    for receiver in await asyncio.to_thread(webhooks.forgotten, at):
        log.warning("webhook.forgotten", receiver=receiver)
        await wake(client, webhooks, receiver, at)


class SendWebhooks:
    """The activity `send_webhooks`."""

    def __init__(self, webhooks: Webhooks, poster: Poster) -> None:
        self._webhooks = webhooks
        self._poster = poster

    @activity.defn(name="send_webhooks")
    async def send_webhooks(self, asked: Round) -> Report:
        """One round: whatever is due for a receiver, until it is out of time or nothing passes."""
        sending = _Sending(self._webhooks, self._poster, asked)
        return await sending.round()


class _Sending:
    """One round for one receiver."""

    def __init__(self, webhooks: Webhooks, poster: Poster, asked: Round) -> None:
        self._webhooks = webhooks
        self._poster = poster
        self._asked = asked
        self._receiver = asked.receiver
        self._began_at, self._began = present(), time.monotonic()
        self._at_once = 1
        self._in_a_row = 0
        self._sent = self._refused = self._given_up = 0
        self._down = False
        self._last: Attempt | None = None
        """The last attempt that failed."""

    async def round(self) -> Report:
        webhooks = self._webhooks
        to = await asyncio.to_thread(
            webhooks.begin, self._receiver, self._began_at, at_once=self._asked.at_once
        )
        if to is None:
            return Report(stopped="removed")
        gone = False
        if to.disabled is None:
            async with self._poster.open() as conversation:
                gone = await self._send_all(to, conversation)
        if gone:
            await asyncio.to_thread(webhooks.disable, self._receiver, "gone")
        return await self._report("gone" if gone else "disabled" if to.disabled else None)

    async def _report(self, stopped: Stop | None) -> Report:
        at, last = self._now(), self._last
        problem = last.problem if last else None
        since = None
        if self._down:
            since = at if self._sent or not self._asked.down_since else self._asked.down_since
            if at - since >= PATIENCE:
                self._given_up += await asyncio.to_thread(
                    self._webhooks.give_up, self._receiver, at - PATIENCE, problem
                )
        standing = await asyncio.to_thread(self._webhooks.end, self._receiver, since, problem)
        return Report(
            sent=self._sent,
            refused=self._refused,
            given_up=self._given_up,
            waiting=standing.waiting,
            troubled=standing.troubled,
            next_at=standing.next_at,
            down=self._down,
            problem=problem,
            retry_after=last.retry_after.total_seconds() if last and last.retry_after else None,
            stopped=stopped,
        )

    async def _send_all(self, to: Destination, conversation: Post) -> bool:
        """Send what is due; whether the receiver says that it wants no more."""
        while self._may_go_on():
            page = await asyncio.to_thread(self._webhooks.due, to.id, self._now(), PAGE)
            if not page:
                break
            while page and self._may_go_on():
                batch, page = page[: self._at_once], page[self._at_once :]
                attempts = await asyncio.gather(*(self._try(to, conversation, m) for m in batch))
                await asyncio.to_thread(self._webhooks.settle, to.id, attempts, self._now())
                self._learn(attempts)
                if any(attempt.verdict is Verdict.GONE for attempt in attempts):
                    log.warning("webhook.gone", receiver=to.id)
                    return True
        return False

    async def _try(self, to: Destination, conversation: Post, message: Outgoing) -> Attempt:
        key, at = message_id(message.entity, message.sequence, message.event), self._now()
        body = payload(
            message.kind,
            message.entity,
            message.event,
            message.at,
            message.details,
            message.public_text,
        )
        try:
            answer = await conversation.post(to.url, signed(to.keys, key, at, body), body.encode())
        except NoAnswer as none:
            return Attempt(message, Verdict.DOWN, none.code)
        verdict = judge(answer.status)
        if verdict is Verdict.TAKEN:
            return Attempt(message, verdict)
        problem = f"http-{answer.status}"
        if verdict is Verdict.REFUSED:
            pause = pause_after(message.refusals + 1, f"{to.id}/{key}")
            again_at = None if pause is None else at + pause
            return Attempt(message, verdict, problem, again_at)
        return Attempt(message, verdict, problem, retry_after=answer.retry_after)

    def _learn(self, attempts: Sequence[Attempt]) -> None:
        """Twice as many at once after each batch that passed, one after one that did not."""
        passed = True
        for attempt in attempts:
            if attempt.verdict is Verdict.TAKEN:
                self._sent += 1
                self._in_a_row = 0
                continue
            passed, self._last = False, attempt
            if attempt.verdict is Verdict.REFUSED:
                self._refused += 1
                self._given_up += attempt.again_at is None
                self._in_a_row += 1
            self._down |= attempt.verdict is Verdict.DOWN or self._in_a_row >= REFUSED_IN_A_ROW
        self._at_once = min(self._at_once * 2, AT_ONCE) if passed else 1

    def _may_go_on(self) -> bool:
        in_time = time.monotonic() - self._began < ROUND_SECONDS
        return in_time and not self._down and not activity.is_worker_shutdown()

    def _now(self) -> datetime:
        """The server's clock, carried on by ours through this round: receivers compare it."""
        return self._began_at + timedelta(seconds=time.monotonic() - self._began)


def signed(keys: Sequence[str], key: str, at: datetime, body: str) -> dict[str, str]:
    """The headers of one attempt: a signature for each secret that is valid."""
    return {
        "content-type": "application/json",
        "user-agent": "defect-orchestrator",
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(k).sign(key, at, body) for k in keys),
    }
