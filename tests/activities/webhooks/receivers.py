"""Facts that happen, receivers that want them, and rounds of calling them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhooks import DatabaseWebhooks
from activities.adapters.webhook_http import WebhookHttp
from activities.webhook_ports import Answer, Poster
from activities.webhooks import SendWebhooks, signed
from domain.contract.effects import EntityKind, Fact, UpdateReadModel
from domain.webhooks.events import secret_key
from domain.webhooks.receiver import Report, Round
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from tests.webhook_server import SECRET, certificates

NOW = datetime.now(UTC).replace(microsecond=0)
KEY = secret_key(SECRET)
NEW_SECRET = "whsec_" + "bmV3" * 8
IN_CLEAR = Sealer(NO_KEYS)


def happens(
    engine: Engine,
    number: str,
    *events: str,
    sequence: int = 1,
    at: datetime = NOW,
    kind: EntityKind = "defect",
) -> UpdateReadModel:
    """Facts with these events reach the read model, in one projection."""
    facts = [
        Fact(
            sequence=sequence + n,
            at=at,
            event=event,
            actor="agent-7",
            details={"severity": "S1", "secret_detail": "internal"},
            public_text="Words for clients",
            internal_text="internal words",
        )
        for n, event in enumerate(events)
    ]
    last = sequence + len(events)
    projection = UpdateReadModel(
        key=f"{number}/{last}/project",
        entity=number,
        sequence=last,
        at=at,
        kind=kind,
        snapshot={"number": number},
        facts=facts,
    )
    DatabaseReadModel(engine).project(projection)
    return projection


def add(engine: Engine, url: str, *events: str, at: datetime = NOW) -> str:
    """A receiver that an operator has added."""
    added = DatabaseWebhookReceivers(engine, IN_CLEAR).add(url, KEY, at, events or ("*",))
    assert added is not None
    return added


async def hold(engine: Engine, to: str, poster: Poster | None = None, **asked: Any) -> Report:
    """One round, at this moment."""
    http = poster or WebhookHttp(allow_private=True, tls=certificates())
    environment = ActivityEnvironment()
    environment.info = replace(
        environment.info, started_time=asked.pop("at", None) or datetime.now(UTC)
    )
    report: Report = await environment.run(
        SendWebhooks(DatabaseWebhooks(engine, IN_CLEAR), http).send_webhooks,
        Round(receiver=to, **asked),
    )
    return report


def states(engine: Engine, to: str) -> dict[str, str]:
    """Where every message to a receiver stands."""
    return {d["id"]: d["state"] for d in DatabaseWebhookReceivers(engine, IN_CLEAR).deliveries(to)}


async def post(url: str, http: WebhookHttp | None = None) -> Answer:
    """Post something small."""
    async with (http or WebhookHttp(allow_private=True, tls=certificates())).open() as conversation:
        return await conversation.post(url, signed([KEY], "id", datetime.now(UTC), "{}"), b"{}")
