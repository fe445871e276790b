"""Registers the contract's search attributes where they are missing."""

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.search import ATTRIBUTES

_TYPES = {
    "keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
}


async def ensure(client: Client) -> list[str]:
    """Register what is missing; answers the names that could not be, for want of permission."""
    missing = sorted(set(ATTRIBUTES) - await _registered(client))
    refused = []
    for name in missing:
        request = AddSearchAttributesRequest(
            namespace=client.namespace, search_attributes={name: _TYPES[ATTRIBUTES[name]]}
        )
        try:
            await client.operator_service.add_search_attributes(request)
        except RPCError as error:
            if error.status is not RPCStatusCode.ALREADY_EXISTS:
                refused.append(name)
    return refused


async def _registered(client: Client) -> set[str]:
    """What the server lists; nothing where it cannot list, as the time-skipping one cannot."""
    request = ListSearchAttributesRequest(namespace=client.namespace)
    try:
        answer = await client.operator_service.list_search_attributes(request)
    except RPCError:
        return set()
    return set(answer.custom_attributes)
