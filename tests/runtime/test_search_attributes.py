"""Search attributes: registered where they are missing, on every kind of server."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    AddSearchAttributesResponse,
    ListSearchAttributesRequest,
    ListSearchAttributesResponse,
)
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from domain.views.search_attributes import ATTRIBUTES
from runtime.search_attributes import ensure
from runtime.servers import DevServer
from tests.runtime.conftest import letter_worker
from tests.runtime.letters import TASK_QUEUE, Letter, LetterWorkflow

AT = datetime(2026, 12, 1, 9, tzinfo=UTC)
EXAMPLES: dict[str, SearchAttributePair[Any]] = {
    "keyword": SearchAttributePair(SearchAttributeKey.for_keyword("DefectSeverity"), "S1"),
    "datetime": SearchAttributePair(SearchAttributeKey.for_datetime("TargetDueAt"), AT),
    "bool": SearchAttributePair(SearchAttributeKey.for_bool("TargetMissed"), value=True),
    "int": SearchAttributePair(SearchAttributeKey.for_int("AffectedClients"), 3),
}


class Operator:
    """An operator service with rules of its own."""

    def __init__(
        self,
        listing: Mapping[str, str] | RPCStatusCode,
        refuses: RPCStatusCode | None = None,
        refused: Iterable[str] = ATTRIBUTES,
    ) -> None:
        self.listing = listing
        self.refuses = refuses
        self.refused = set(refused)
        self.added: set[str] = set()

    async def list_search_attributes(
        self, _request: ListSearchAttributesRequest
    ) -> ListSearchAttributesResponse:
        """What is there, or the refusal to say."""
        if isinstance(self.listing, RPCStatusCode):
            raise RPCError("no list", self.listing, b"")
        types = {
            n: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{t.upper()}")
            for n, t in self.listing.items()
        }
        return ListSearchAttributesResponse(custom_attributes=types)

    async def add_search_attributes(
        self, request: AddSearchAttributesRequest
    ) -> AddSearchAttributesResponse:
        """Add all, or refuse all."""
        if self.refuses is not None and self.refused & set(request.search_attributes):
            raise RPCError("refused", self.refuses, b"")
        self.added |= set(request.search_attributes)
        return AddSearchAttributesResponse()


def a_client(operator: Operator) -> Client:
    """A client with nothing but this operator service."""
    return cast(Client, SimpleNamespace(operator_service=operator, namespace="default"))


@pytest.fixture(params=["real server", "time-skipping server"])
def client(request: pytest.FixtureRequest, dev: DevServer, skipping: WorkflowEnvironment) -> Client:
    """A client of each server in turn; both have registered the attributes when they started."""
    return dev.client if request.param == "real server" else skipping.client


async def test_twice(client: Client) -> None:
    """Ensuring them again is harmless and finds nothing missing."""
    assert await ensure(client) == []
    assert await ensure(client) == []


async def test_usable_at_once(client: Client) -> None:
    """A workflow may carry an attribute of every type as soon as they are ensured."""
    handle = await client.start_workflow(
        LetterWorkflow.run,
        Letter(words="hello"),
        id="ATTRIBUTES-1",
        task_queue=TASK_QUEUE,
        search_attributes=TypedSearchAttributes(list(EXAMPLES.values())),
    )
    description = await handle.describe()
    async with letter_worker(client):
        await handle.signal(LetterWorkflow.reply, Letter(words=" you"))
        await handle.result()

    carried = description.typed_search_attributes
    assert {k: carried.get(pair.key) for k, pair in EXAMPLES.items()} == {
        k: pair.value for k, pair in EXAMPLES.items()
    }


async def test_only_what_is_missing() -> None:
    """What is there already is not added again."""
    present = {name: kind for name, kind in ATTRIBUTES.items() if kind != "datetime"}
    operator = Operator(listing=present)

    assert await ensure(a_client(operator)) == []
    assert operator.added == {"TargetDueAt", "NextUpdateDueAt"}


@pytest.mark.parametrize("code", [RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNIMPLEMENTED])
async def test_not_allowed_to_add(code: RPCStatusCode) -> None:
    """Where we may only look, exactly what is missing is named."""
    present = {name: kind for name, kind in ATTRIBUTES.items() if name != "CaseState"}

    assert await ensure(a_client(Operator(present, refuses=code))) == ["CaseState"]


async def test_not_allowed_to_look() -> None:
    """Where we may not even look, everything counts as missing."""
    denied = RPCStatusCode.PERMISSION_DENIED

    assert await ensure(a_client(Operator(denied, refuses=denied))) == list(ATTRIBUTES)


async def test_no_room_for_one_type() -> None:
    """Where the namespace has no room for more of one type, the others are registered."""
    flags = [name for name, kind in ATTRIBUTES.items() if kind == "bool"]
    operator = Operator({}, refuses=RPCStatusCode.INVALID_ARGUMENT, refused=flags)

    assert await ensure(a_client(operator)) == flags
    assert operator.added == set(ATTRIBUTES) - set(flags)


async def test_other_type() -> None:
    """One that stands for another type already counts as missing; a real server would not say."""
    operator = Operator({**ATTRIBUTES, "AffectedClients": "keyword"})

    assert await ensure(a_client(operator)) == ["AffectedClients"]
    assert operator.added == set()


@pytest.mark.parametrize(
    "operator",
    [
        Operator(listing=RPCStatusCode.UNAVAILABLE),
        Operator(listing=RPCStatusCode.NOT_FOUND),
        Operator(listing={}, refuses=RPCStatusCode.UNAVAILABLE),
    ],
)
async def test_no_answer(operator: Operator) -> None:
    """A server that is away, or has no such namespace, is an error and not a missing attribute."""
    with pytest.raises(RPCError):
        await ensure(a_client(operator))
