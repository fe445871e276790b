"""The endpoints of cases, defects and releases, made of the contract's messages."""

import asyncio
import inspect
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import JSONResponse

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.tokens import Token
from domain.contract.values import NUMBER_PATTERN, Command, Message
from portal.api.command_service import CommandService
from portal.api.contract import Kind, command_body, start_body
from portal.api.documents import problems
from portal.api.lists import ASKED, page
from portal.api.problems import Problem
from portal.api.responses import Explanation, Fact, Kept, Page, Started
from portal.api.security import Scope, entitled, needs
from portal.context import PortalContext

PREFIX = "/api/v1"
"""Where the interface is, for the addresses it answers."""

_KEY_WORDS = (
    "Makes a repeat harmless: it is the command's `key`, and a start gets the same number again. "
    "With another request it is refused. Kept for 30 days."
)
_Key = Annotated[
    str | None,
    Header(alias="Idempotency-Key", pattern=r"^[!-~]{1,128}$", description=_KEY_WORDS),
]
_Number = Annotated[str, Path(pattern=NUMBER_PATTERN, description="Its number.")]
_ANSWERS: dict[str, Any] = {"timeline": list[Fact], "explain": Explanation}
_WORDS = {
    "timeline": "What happened: the last 200 facts, oldest first, without texts.",
    "explain": "What produced every due instant.",
}


@cache
def router(kind: Kind) -> APIRouter:
    """All that can be done with one kind; describing it takes a while."""
    made = APIRouter(prefix=f"/{kind.plural}", tags=[kind.plural])
    _add_start(made, kind)
    _add_list(made, kind)
    _add_status(made, kind)
    for query in kind.queries:
        _add_query(made, kind, query)
    for command in kind.commands:
        _add_command(made, kind, command)
    return made


def _add_start(made: APIRouter, kind: Kind) -> None:
    async def start(
        request: Request, said: Any, token: Any, idempotency_key: _Key = None
    ) -> Response:
        payload = _payload(said, token)
        number = payload.pop("number", None)
        if kind.bring_in and payload.get("past") is not None:
            entitled(token, [kind.bring_in])
        service = _service(request, token)
        begun = await service.start(kind, number, payload, idempotency_key)
        answer = await service.status_of(kind, begun)
        status = 202 if answer is None else 201 if begun.new else 200
        return JSONResponse(
            kind.shown(answer or {"number": begun.number}, token.scopes),
            status,
            {"Location": f"{PREFIX}/{kind.plural}/{begun.number}"},
        )

    start.__annotations__ |= {"said": start_body(kind), "token": needs(*kind.needed(kind.begins))}
    location = {"Location": {"schema": {"type": "string"}, "description": "Where it is."}}
    made.add_api_route(
        "",
        start,
        methods=["POST"],
        operation_id=f"start_{kind.name}",
        summary=_title(kind.begins),
        description="The `number` is a number of your own; without it the next one is issued.",
        status_code=201,
        response_model=kind.status | Started,
        responses={
            200: {
                "model": kind.status | Started,
                "headers": location,
                "description": "Already running.",
            },
            201: {"headers": location, "description": "Its status."},
            202: {"model": Started, "headers": location, "description": "No answer from it yet."},
            **problems(with_body=True, starts=True),
        },
    )


def _add_list(made: APIRouter, kind: Kind) -> None:
    async def find(request: Request, asked: Any, token: Any) -> Response:
        del token
        context: PortalContext = request.app.state.context
        return JSONResponse(
            await asyncio.to_thread(page, DatabaseReadModel(context.engine), kind, asked)
        )

    find.__annotations__ |= {
        "asked": Annotated[ASKED[kind.name], Query()],
        "token": needs(kind.read),
    }
    made.add_api_route(
        "",
        find,
        methods=["GET"],
        operation_id=f"list_{kind.plural}",
        summary=f"The {kind.plural}, ordered by number, a page at a time.",
        description="From the database, which hears of every change a moment later.",
        response_model=Page[Kept],
        responses=problems(),
    )


def _add_status(made: APIRouter, kind: Kind) -> None:
    async def status(request: Request, number: _Number, token: Any) -> Response:
        return JSONResponse(await _service(request, token).query(kind, number, "status"))

    status.__annotations__ |= {"token": needs(kind.read)}
    made.add_api_route(
        "/{number}",
        status,
        methods=["GET"],
        operation_id=f"{kind.name}_status",
        summary=f"Status of the {kind.name}.",
        response_model=kind.status,
        responses=problems(with_number=True),
    )


def _add_query(made: APIRouter, kind: Kind, query: str) -> None:
    async def ask(request: Request, number: _Number, token: Any) -> Response:
        return JSONResponse(await _service(request, token).query(kind, number, query))

    ask.__annotations__ |= {"token": needs(kind.read)}
    made.add_api_route(
        f"/{{number}}/{query}",
        ask,
        methods=["GET"],
        operation_id=f"{kind.name}_{query}",
        summary=_WORDS[query],
        response_model=_ANSWERS[query],
        responses=problems(with_number=True),
    )


def _add_command(made: APIRouter, kind: Kind, command: type[Command]) -> None:
    async def tell(
        request: Request, number: _Number, said: Any, token: Any, idempotency_key: _Key = None
    ) -> Response:
        payload = _payload(said, token)
        key = idempotency_key or payload.get("key")
        if payload.setdefault("key", key) != key:
            raise Problem(422, "invalid-command", "must be the Idempotency-Key", field="key")
        status = await _service(request, token).update(kind, number, command.name, payload)
        return JSONResponse(kind.shown(status, token.scopes))

    tell.__annotations__ |= {"said": command_body(command), "token": needs(*kind.needed(command))}
    made.add_api_route(
        f"/{{number}}/{command.name}",
        tell,
        methods=["POST"],
        operation_id=f"{kind.name}_{command.name}",
        summary=_title(command),
        # Where one sentence says it all, the summary is that.
        description=_rest(command),
        response_model=kind.status | Started,
        responses=problems(with_body=True, with_number=True),
    )


def _payload(said: Message, token: Token) -> dict[str, Any]:
    """What was said, as the contract has it: the token says who, unless it may speak for others."""
    payload = said.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    if Scope.ACTOR_ANY not in token.scopes or "actor" not in payload:
        payload["actor"] = token.name
    return payload


def _service(request: Request, token: Token) -> CommandService:
    return CommandService(request.app.state.context, token.name)


def _title(message: type[Message]) -> str:
    return (message.__doc__ or message.__name__).partition("\n")[0]


def _rest(message: type[Message]) -> str:
    return inspect.cleandoc(message.__doc__ or "").partition("\n")[2].strip()
