"""Tools that change something: every start and command of the contract, sent as the caller."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Annotated, Any

from pydantic import Field, create_model

from domain.contract.case import (
    BookCall,
    ConfirmDefect,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.contacts import RecordNotification
from domain.contract.defect import (
    AreaWorkStarted,
    AttachCase,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    RequestReclassification,
    RetryDeliveries,
)
from domain.contract.release import Announce, AttachDefect, AttachDefects
from domain.contract.staff_notices import Acknowledge, Snooze
from domain.contract.values import Command, Message, Number
from portal.agents.callers import Caller
from portal.agents.tools import Answer, Tool
from portal.api.command_service import CommandService
from portal.api.contract import KINDS, Kind, command_model, start_model
from portal.context import PortalContext

_NOT_AN_AGENTS = frozenset({"actor", "past", "again"})
"""The token says who acts; a past is for imports, which are silent about it, and what begins a
number again is for people who know why."""
_ADDING = (
    Respond,
    RequestInformation,
    ProvideInformation,
    ConfirmDefect,
    BookCall,
    AttachCase,
    PostProgress,
    OfferWorkaround,
    RecordSeverityFeedback,
    RequestReclassification,
    RecordNotification,
    Acknowledge,
    Snooze,
    AreaWorkStarted,
    AttachDefect,
    AttachDefects,
    Announce,
    RetryDeliveries,
)
"""Commands that take nothing back and end nothing; any other is called destructive."""
_BEGINS = {
    "case": "Open a case for one contact of a client. The client gets its number by email at once.",
    "defect": "Start a confirmed defect by itself. From a case, `case_confirm_defect` does that.",
    "release": "Plan a release. Clients get notices ahead of it.",
}
_Key = Annotated[
    str | None,
    Field(
        pattern=r"^[!-~]{1,128}$",
        description="Idempotency key. A repeat with the same key and arguments is harmless.",
    ),
]
_OfTheEntity = Annotated[Number, Field(description="Number of the entity.")]
_OfYourOwn = Annotated[
    Number | None, Field(description="Number of your own; without it the next one is issued.")
]


def command_tools(context: PortalContext, kinds: Sequence[Kind] = KINDS) -> Iterator[Tool]:
    """All of them."""
    for kind in kinds:
        yield _start(context, kind)
        for command in kind.commands:
            yield _command(context, kind, command)


def _start(context: PortalContext, kind: Kind) -> Tool:
    async def start(caller: Caller, given: dict[str, Any]) -> Answer:
        number, key = given.pop("number", None), given.pop("key", None)
        payload = given | {"actor": caller.name}
        service = CommandService(context, caller.name)
        begun = await service.start(kind, number, payload, key)
        status = await service.status_of(kind, begun)
        shown = status and kind.shown(status, caller.scopes)
        return {"number": begun.number, "new": begun.new, "status": shown}

    return Tool(
        name=f"{kind.name}_start",
        words=_BEGINS[kind.name],
        takes=_start_arguments(kind),
        scopes=kind.needed(kind.begins),
        act=start,
        writes=True,
        only_adds=True,
        without=_NOT_AN_AGENTS,
    )


def _command(context: PortalContext, kind: Kind, command: type[Command]) -> Tool:
    async def tell(caller: Caller, given: dict[str, Any]) -> Answer:
        number = given.pop("number")
        payload = given | {"actor": caller.name}
        service = CommandService(context, caller.name)
        status = await service.update(kind, number, command.name, payload)
        return kind.shown(status, caller.scopes)

    return Tool(
        name=f"{kind.name}_{command.name}",
        words=" ".join((command.__doc__ or command.name).split()),
        takes=_command_arguments(command),
        scopes=kind.needed(command),
        act=tell,
        writes=True,
        only_adds=command in _ADDING,
        without=_NOT_AN_AGENTS,
    )


@cache
def _start_arguments(kind: Kind) -> type[Message]:
    return _taking(start_model(kind), number=(_OfYourOwn, None))


@cache
def _command_arguments(command: type[Command]) -> type[Message]:
    return _taking(command_model(command), number=(_OfTheEntity, ...))


def _taking(model: type[Message], **fields: Any) -> type[Message]:
    """The payload as arguments: with the number, which is no field of it, and the key."""
    return create_model(model.__name__, __base__=model, **fields, key=(_Key, None))
