"""Answers the protocol: what is offered to a caller, and every call with one line of audit log."""

import asyncio
import json
import re
from collections.abc import Mapping
from typing import Any

import mcp_types as types
import structlog
from mcp.server import Server, ServerRequestContext
from mcp.shared.exceptions import MCPError
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from domain.contract.parsing import InvalidCommand
from domain.contract.values import NUMBER_PATTERN
from portal.agents.callers import Caller, Who
from portal.agents.command_tools import command_tools
from portal.agents.query_tools import OwedAsked, marked, query_tools
from portal.agents.tools import Answer, Tool
from portal.agents.words import HAND_OVER, INSTRUCTIONS, hand_over
from portal.api.problems import Problem, no_answer, refused
from portal.context import PortalContext

POLICY_URI = "defects://policy"
_POLICY = "eto"
_NUMBER = re.compile(NUMBER_PATTERN)
Context = ServerRequestContext[Any, Any]

log = structlog.get_logger(__name__)


def agent_server(portal: PortalContext, who: Who) -> Server[Any]:
    """The contract of one installation, for the caller that `who` names."""
    handlers = _McpHandlers(portal, who)
    return Server(
        "defect-orchestrator",
        title="Defect orchestrator",
        instructions=INSTRUCTIONS,
        # No argument is told in a header as well, so there is nothing to look up for each call.
        get_tool_input_schema=lambda _name: None,
        on_list_tools=handlers.list_tools,
        on_call_tool=handlers.call_tool,
        on_list_resources=handlers.list_resources,
        on_read_resource=handlers.read_resource,
        on_list_prompts=handlers.list_prompts,
        on_get_prompt=handlers.get_prompt,
    )


class _McpHandlers:
    """Answers each request of the protocol."""

    def __init__(self, portal: PortalContext, who: Who) -> None:
        self._portal = portal
        self._who = who
        self._tools = {tool.name: tool for tool in [*query_tools(portal), *command_tools(portal)]}

    # --- tools -----------------------------------------------------------------------------------

    async def list_tools(
        self, context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListToolsResult:
        """Those that the caller may use."""
        caller = await self._caller(context)
        return types.ListToolsResult(
            tools=[tool.described() for tool in self._tools.values() if caller.may(*tool.scopes)]
        )

    async def call_tool(
        self, context: Context, params: types.CallToolRequestParams
    ) -> types.CallToolResult:
        """The answer, or what was wrong with the call: an agent can read that and do better."""
        tool = self._tools.get(params.name)
        if tool is None:
            raise MCPError(types.INVALID_PARAMS, "unknown tool")
        arguments, caller, problem = params.arguments or {}, None, None
        answer: Answer = {}
        try:
            caller = await self._who(context)
            answer = await tool.call(caller, arguments)
        except Problem as error:
            problem = error
        except InvalidCommand as error:
            problem = refused(error)
        except DBAPIError as error:
            log.warning("agents.no_database", error=type(error.orig).__name__)
            problem = no_answer("the database does not answer")
        except Exception:
            log.exception("agents.failed", tool=tool.name)
            problem = Problem(500, "internal", "an unexpected error; it is in the log")
        _record(tool, caller, arguments, answer, problem)
        return _said(answer) if problem is None else _refusal(problem)

    # --- what else there is ----------------------------------------------------------------------

    async def list_resources(
        self, context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListResourcesResult:
        """The policy."""
        await self._caller(context)
        policy = types.Resource(
            uri=POLICY_URI,
            name="policy",
            description="The policy as data: support hours, severities, targets, cadences.",
            mime_type="application/json",
        )
        return types.ListResourcesResult(resources=[policy])

    async def read_resource(
        self, context: Context, params: types.ReadResourceRequestParams
    ) -> types.ReadResourceResult:
        """The policy, as something that began now would be under it."""
        await self._caller(context)
        if params.uri != POLICY_URI:
            raise MCPError(types.INVALID_PARAMS, f"there is only {POLICY_URI}")
        policies, year = self._portal.policies, self._portal.now().year
        loaded = await asyncio.to_thread(policies.load, _POLICY, year)
        content = types.TextResourceContents(
            uri=POLICY_URI, mime_type="application/json", text=loaded.pinned().model_dump_json()
        )
        return types.ReadResourceResult(contents=[content])

    async def list_prompts(
        self, context: Context, _params: types.PaginatedRequestParams | None
    ) -> types.ListPromptsResult:
        """The hand-over."""
        await self._caller(context)
        return types.ListPromptsResult(prompts=[HAND_OVER])

    async def get_prompt(
        self, context: Context, params: types.GetPromptRequestParams
    ) -> types.GetPromptResult:
        """The hand-over, so far ahead."""
        await self._caller(context)
        hours = (params.arguments or {}).get("hours", "24")
        if params.name != HAND_OVER.name:
            raise MCPError(types.INVALID_PARAMS, f"there is only {HAND_OVER.name}")
        try:
            OwedAsked.model_validate({"hours": hours})
        except ValidationError as error:
            reason = error.errors()[0]["msg"]
            raise MCPError(types.INVALID_PARAMS, f"hours: {reason}") from None
        words = types.TextContent(text=hand_over(hours))
        return types.GetPromptResult(messages=[types.PromptMessage(role="user", content=words)])

    async def _caller(self, context: Context) -> Caller:
        """Who asks for something that is no tool: a refusal is the protocol's own error."""
        try:
            return await self._who(context)
        except Problem as problem:
            raise MCPError(types.INVALID_REQUEST, _words(problem)) from None


def _said(answer: Answer) -> types.CallToolResult:
    shown = marked(answer)
    text = types.TextContent(text=json.dumps(shown, ensure_ascii=False))
    return types.CallToolResult(content=[text], structured_content=shown)


def _refusal(problem: Problem) -> types.CallToolResult:
    document = {"kind": problem.kind, "field": _field(problem), "detail": problem.detail}
    return types.CallToolResult(
        content=[types.TextContent(text=_words(problem))],
        structured_content={name: said for name, said in document.items() if said is not None},
        is_error=True,
    )


def _words(problem: Problem) -> str:
    return f"{_field(problem) or problem.kind}: {problem.detail}"


def _field(problem: Problem) -> str | None:
    """The argument that was wrong: here the key is one, no header."""
    return "key" if problem.field == "Idempotency-Key" else problem.field


def _record(
    tool: Tool,
    caller: Caller | None,
    arguments: Mapping[str, Any],
    answer: Answer,
    problem: Problem | None,
) -> None:
    """One line for every call: ids only, and of what an agent said only a sound number."""
    number = answer.get("number", arguments.get("number"))
    log.info(
        "agents.called",
        tool=tool.name,
        number=number if isinstance(number, str) and _NUMBER.fullmatch(number) else None,
        actor=caller.name if caller else None,
        token=caller.token if caller else None,
        outcome=problem.kind if problem else "done",
    )
