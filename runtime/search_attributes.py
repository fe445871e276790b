"""Registers the contract's search attributes where they are missing."""

import logging
from collections.abc import Iterable

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.views.search_attributes import ATTRIBUTES, Kind

_TYPES: dict[Kind, IndexedValueType.ValueType] = {
    "keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}
_NOT_ALLOWED = {RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED}
_REFUSED = _NOT_ALLOWED | {
    # The namespace has no room for another one of this type.
    RPCStatusCode.INVALID_ARGUMENT,
    RPCStatusCode.ALREADY_EXISTS,
}

log = logging.getLogger(__name__)


async def ensure(client: Client) -> list[str]:
    """Register what is missing in the client's namespace, and answer what is missing still.

    An operator with the right to do so has to register the rest by hand; workflows that set one of
    them do not start before. Where the server does not even say what it has, everything it does
    not let us add counts as missing. One that has the name for another type is missing as well.

    Raises:
        RPCError: the server does not answer, or there is no such namespace.
    """
    present = await _registered(client)
    wrong = [n for n, kind in ATTRIBUTES.items() if present.get(n, _TYPES[kind]) != _TYPES[kind]]
    for name in wrong:
        log.warning("search attribute %s is not of type %s here", name, ATTRIBUTES[name])
    absent = [name for name in ATTRIBUTES if name not in present]
    if absent and await _refusal(client, absent) is not None:
        # One that cannot be added, or is there already, makes the server refuse all.
        return wrong + [name for name in absent if not await _added(client, name)]
    return wrong


async def _registered(client: Client) -> dict[str, "IndexedValueType.ValueType"]:
    """What is there, by name; the time-skipping server, for one, does not say."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        answer = await client.operator_service.list_search_attributes(request)
    except RPCError as error:
        if error.status not in _NOT_ALLOWED:
            raise
        return {}
    return dict(answer.custom_attributes)


async def _added(client: Client, name: str) -> bool:
    refusal = await _refusal(client, [name])
    if refusal is None or refusal.status is RPCStatusCode.ALREADY_EXISTS:
        return True
    log.warning("search attribute %s cannot be registered: %s", name, refusal.message)
    return False


async def _refusal(client: Client, names: Iterable[str]) -> RPCError | None:
    request = AddSearchAttributesRequest(
        namespace=client.namespace,
        search_attributes={name: _TYPES[ATTRIBUTES[name]] for name in names},
    )
    try:
        await client.operator_service.add_search_attributes(request)
    except RPCError as error:
        if error.status not in _REFUSED:
            raise
        return error
    return None
