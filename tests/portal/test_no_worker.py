"""While no worker runs, starts are taken at once and nobody hangs until a call times out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from activities.adapters.database.tokens import DatabaseTokens
from activities.adapters.policy_files import PolicyFiles
from portal.api.application import mount_api
from portal.api.security import Scope
from portal.context import PortalContext
from portal.inbound.intake import receive
from runtime.client import RPC_TIMEOUT, DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import case_start
from tests.fakes import RecordingMailbox
from tests.portal.api.mails import a_mail
from tests.workflows import world

BEFORE_A_CALL_ENDS = RPC_TIMEOUT.total_seconds() / 2
"""Seconds: whoever waited for a worker would wait twice as long."""


@pytest_asyncio.fixture(scope="module")
async def context(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PortalContext]:
    """A portal before a real server that has never seen a worker."""
    outside = world.an_outside(tmp_path_factory.mktemp("portal"), RecordingMailbox())
    async with dev_server(DefectsPlugin()) as server:
        client = DefectsClient(server.client, patience=0.5)
        yield PortalContext(client, outside.engine, PolicyFiles(), world.settings_of_tests())
    outside.engine.dispose()


@pytest_asyncio.fixture(scope="module")
async def service(context: PortalContext) -> AsyncIterator[httpx.AsyncClient]:
    """A program with a token for everything."""
    app, now = FastAPI(openapi_url=None), datetime.now(UTC)
    mount_api(app, context)
    token, _ = DatabaseTokens(context.engine).create("crm", list(Scope), now, timedelta(days=1))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://portal.test/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    ) as made:
        yield made


async def test_a_start_is_taken_with_its_number(service: httpx.AsyncClient) -> None:
    """202 and where it will be; the same key leads to the same number."""
    key = {"Idempotency-Key": "k"}
    async with asyncio.timeout(BEFORE_A_CALL_ENDS):
        first = await service.post("/cases", json=case_start(), headers=key)
        again = await service.post("/cases", json=case_start(), headers=key)

    number = first.json()["number"]
    assert (first.status_code, first.json()) == (202, {"number": number})
    assert first.headers["Location"] == f"/api/v1/cases/{number}"
    assert (again.status_code, again.json()) == (202, {"number": number})


async def test_a_mail_becomes_a_case_without_anybody_asking_how_it_stands(
    context: PortalContext,
) -> None:
    """A client that nobody may be asked through is enough, and the case is there."""
    unasked = replace(context, client=NeverAsked(context.client.temporal))
    async with asyncio.timeout(BEFORE_A_CALL_ENDS):
        received = await receive(unasked, a_mail())

    assert received.outcome == "opened"
    assert received.case is not None
    assert await context.client.exists(received.case)


async def test_commands_and_questions_are_answered_that_nobody_is_there(
    context: PortalContext, service: httpx.AsyncClient
) -> None:
    """503 and when to try again, long before the call itself would end."""
    await context.client.start("CaseWorkflow", "C-1", case_start())
    async with asyncio.timeout(BEFORE_A_CALL_ENDS):
        told, asked = await asyncio.gather(
            service.post("/cases/C-1/respond", json={"message": "Hello."}),
            service.get("/cases/C-1"),
        )

    assert {told.status_code, asked.status_code} == {503}
    assert told.json()["type"] == "urn:defects:problem:no-answer"
    assert told.headers["Retry-After"] == "5"


class NeverAsked(DefectsClient):
    """A client that starts and does not ask."""

    async def query(self, *_: object, **__: object) -> object:
        """Fail."""
        raise AssertionError("nobody wants to know")
