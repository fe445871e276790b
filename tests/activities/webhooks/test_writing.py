"""Facts and messages are written together, once for each receiver that wants them."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

import pytest
from sqlalchemy import Engine, text
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhooks import CALL_HOLDS, DatabaseWebhooks
from activities.adapters.webhook_http import WebhookHttp
from activities.webhook_ports import Poster, Webhooks
from activities.webhooks import CALL_ATTEMPTS, CallReceivers
from domain.contract.effects import Fact, UpdateReadModel
from runtime.client import DefectsClient
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from tests.activities.webhooks.receivers import NOW, add, happens, states


def test_the_adapters_are_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked."""
    webhooks: Webhooks = DatabaseWebhooks(engine, Sealer(NO_KEYS))
    poster: Poster = WebhookHttp()

    assert (webhooks, poster) is not None


# --- what is written ------------------------------------------------------------------------------


def test_facts_and_messages_are_written_together_once_for_each_receiver_that_wants_them(
    engine: Engine,
) -> None:
    """A repeat of `project`, whole or merged into a newer one, makes no second message."""
    everything = add(engine, "https://a.example/1")
    some = add(engine, "https://a.example/2", "defect.update", "case.*")
    off = add(engine, "https://a.example/3")
    DatabaseWebhookReceivers(engine, Sealer(NO_KEYS)).disable(off)
    for _ in range(3):
        happens(engine, "DEF-1", "defect.confirmed", "policy.adopted", "defect.update")

    both = {"DEF-1/1/defect.confirmed": "waiting", "DEF-1/3/defect.update": "waiting"}
    assert states(engine, everything) == both
    assert states(engine, some) == {"DEF-1/3/defect.update": "waiting"}
    assert states(engine, off) == {}


def test_a_fact_that_cannot_be_written_leaves_no_message(engine: Engine) -> None:
    """One transaction: nothing is announced that did not happen."""
    to = add(engine, "https://a.example/1")
    wrong = UpdateReadModel.model_construct(
        **happens(engine, "DEF-1", "policy.adopted").__dict__
        | {"facts": [Fact(sequence=9, at=NOW, event="defect.update")], "members": [None]}
    )
    with pytest.raises(AttributeError):
        DatabaseReadModel(engine).project(wrong)

    assert states(engine, to) == {}


def test_who_was_called_is_not_called_again_before_a_round_has_begun(engine: Engine) -> None:
    """A release that resolves ten thousand defects calls each receiver a handful of times."""
    to = add(engine, "https://a.example/1", "defect.*")
    webhooks = DatabaseWebhooks(engine, Sealer(NO_KEYS))
    news = happens(engine, "DEF-1", "defect.update")
    other = happens(engine, "CASE-1", "case.opened", kind="case")

    def called(at: datetime = NOW, again: bool = False) -> Sequence[str]:
        return webhooks.to_call(news, at, again=again)

    assert webhooks.to_call(other, NOW, again=False) == []
    assert [called(), called(), called(again=True)] == [[to], [], [to]]
    assert called(NOW + CALL_HOLDS * 2) == [to], "a call that came to nothing is made good"
    webhooks.begin(to, NOW, at_once=False)
    assert [called(), called()] == [[to], []]


class Unwilling:
    """A client whose server takes no signal; it counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    async def start_workflow(self, *given: Any, **more: Any) -> None:
        """Refuse."""
        self.asked += 1
        raise RPCError("too many signals", RPCStatusCode.RESOURCE_EXHAUSTED, b"")


async def test_a_receiver_that_cannot_be_called_holds_up_no_projection(engine: Engine) -> None:
    """After some attempts the portal goes on: messages wait, and a later one calls again."""
    add(engine, "https://a.example/1")
    news, client = happens(engine, "DEF-1", "defect.update"), Unwilling()
    calls = CallReceivers(
        DefectsClient(cast("Client", client)),
        DatabaseWebhooks(engine, Sealer(NO_KEYS)),
        asyncio.get_running_loop(),
    )
    for attempt in range(1, CALL_ATTEMPTS):
        with pytest.raises(RPCError):
            await asyncio.to_thread(calls.call, news, NOW, attempt)
    await asyncio.to_thread(calls.call, news, NOW, CALL_ATTEMPTS)

    assert client.asked == CALL_ATTEMPTS


def test_a_message_goes_with_the_fact_it_tells_of(engine: Engine) -> None:
    """Whoever deletes old facts leaves nothing that waits for ever."""
    to = add(engine, "https://a.example/1")
    happens(engine, "DEF-1", "defect.update")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM facts"))

    assert DatabaseWebhooks(engine, Sealer(NO_KEYS)).end(to, None, None).next_at is None
    assert states(engine, to) == {}


def test_who_was_called_in_vain_is_found_once_no_call_holds_any_more(engine: Engine) -> None:
    """Not one that is down, which has its pauses, nor one that is sent nothing."""
    webhooks = DatabaseWebhooks(engine, Sealer(NO_KEYS))
    up, down, off = (add(engine, f"https://a.example/{n}") for n in (1, 2, 3))
    happens(engine, "DEF-1", "defect.confirmed", "defect.update")
    webhooks.end(down, NOW, "timeout")
    webhooks.disable(off, "operator")

    assert webhooks.forgotten(NOW) == []
    assert webhooks.forgotten(NOW + CALL_HOLDS) == [up]
