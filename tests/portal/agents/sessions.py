"""Sessions of agents with the contract, by the protocol's own client."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult
from starlette.applications import Starlette

from portal.agents.callers import of_this_process
from portal.agents.over_http import PATH, create_app
from portal.agents.server import agent_server
from portal.api.guard import Limits
from portal.context import PortalContext

HOST = "agents.test"


def beside(context: PortalContext, token: str | None = None) -> Client:
    """An agent of whoever started the process, with the token of its environment."""
    return Client(agent_server(context, of_this_process(context, token)))


@asynccontextmanager
async def serving(context: PortalContext, **limits: Any) -> AsyncIterator[Starlette]:
    """The application for agents elsewhere."""
    app = create_app(context, [HOST], Limits(**limits))
    async with app.router.lifespan_context(app):
        yield app


def http(app: Starlette, token: str | None, **headers: str) -> httpx2.AsyncClient:
    """A program that asks over HTTP."""
    known = {"Authorization": f"Bearer {token}"} if token else {}
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app), base_url=f"http://{HOST}", headers=known | headers
    )


@asynccontextmanager
async def elsewhere(app: Starlette, token: str, mode: Any = "auto") -> AsyncIterator[Client]:
    """An agent that comes over HTTP."""
    async with http(app, token) as program:
        transport = streamable_http_client(f"http://{HOST}{PATH}", http_client=program)
        async with Client(transport, mode=mode) as client:
            yield client


async def names(client: Client) -> set[str]:
    """The tools it is offered."""
    return {tool.name for tool in (await client.list_tools()).tools}


async def done(client: Client, tool: str, /, **arguments: Any) -> Any:
    """The answer of a call that is not refused."""
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, words(answer)
    return answer.structured_content


async def refused(client: Client, tool: str, /, **arguments: Any) -> dict[str, Any]:
    """Why a call was refused."""
    answer = await client.call_tool(tool, arguments)
    assert answer.is_error, words(answer)
    said: dict[str, Any] = answer.structured_content
    return said | {"words": words(answer)}


def words(answer: CallToolResult) -> str:
    """What an agent reads."""
    return " ".join(part.text for part in answer.content if part.type == "text")
