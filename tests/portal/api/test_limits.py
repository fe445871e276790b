"""How much, how often and how long: what the guard before the interface keeps."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError
from temporalio.service import RPCError, RPCStatusCode

from portal.api.rates import BUCKETS_KEPT, Rate, Rates
from runtime.client import DefectsClient, NoAnswer
from tests.domain.builders import case_start
from tests.portal.conftest import Portal


async def test_a_request_that_is_too_large_is_refused(portal: Portal) -> None:
    """By what it says of itself, and by what comes where it says nothing."""
    service = portal.service()

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(5):
            yield b" " * 65_536

    said = await service.post("/cases", content=b" " * 262_145)
    silent = await service.post("/cases", content=stream())
    fits = await service.post("/cases", json=case_start(description="x" * 20_000))

    assert (said.status_code, silent.status_code, fits.status_code) == (413, 413, 201)


async def test_who_asks_too_often_is_told_when_to_come_again(portal: Portal) -> None:
    """And another token is served all the same."""
    portal.limited(rate=Rate(per_second=0.01, burst=2))
    service, other = portal.service(), portal.service(portal.token("other"))

    answers = [await service.get("/cases") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[2].headers["retry-after"]) in range(50, 101)
    assert (await other.get("/cases")).status_code == 200


def test_a_bucket_fills_at_its_rate_and_no_further() -> None:
    """Bursts are taken at once; afterwards requests come as fast as the rate says."""
    now = 0.0
    rates = Rates(Rate(per_second=2, burst=3), clock=lambda: now)

    assert [rates.take("a") for _ in range(4)] == [0, 0, 0, 1]
    now = 0.5
    assert [rates.take("a"), rates.take("a")] == [0, 1]
    now = 1_000.0
    assert [rates.take("a") for _ in range(4)] == [0, 0, 0, 1]


def test_buckets_are_forgotten_once_they_are_full() -> None:
    """Ever new callers do not fill the memory."""
    now = 0.0
    rates = Rates(Rate(per_second=1, burst=1), clock=lambda: now)
    for caller in range(BUCKETS_KEPT):
        rates.take(str(caller))
    now = 10.0
    rates.take("one more")

    assert len(rates._buckets) == 1


async def test_a_request_that_never_arrives_is_given_up(portal: Portal) -> None:
    """Whoever sends a byte a minute does not hold a place."""
    portal.limited(arrival_seconds=0.05)

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    assert (await portal.service().post("/cases", content=slow())).status_code == 408


@pytest.mark.parametrize(
    "error",
    [
        NoAnswer("nobody"),
        RPCError("gone", RPCStatusCode.UNAVAILABLE, b""),
        OperationalError("SELECT", {}, Exception("locked")),
        TimeoutError(),
    ],
)
async def test_who_cannot_be_reached_is_asked_again_later(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """503 with the seconds to wait, whichever part is away; nothing is said of how it failed."""

    async def away(*_: Any) -> Any:
        raise error

    await portal.world.case("C-1")
    monkeypatch.setattr(DefectsClient, "update", away)

    answer = await portal.service().post("/cases/C-1/respond", json={"message": "Hello."})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "SELECT" not in answer.text


async def test_what_nobody_foresaw_tells_nothing(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A problem document without the error's words, which may be a client's."""

    async def broken(*_: Any) -> Any:
        raise KeyError("my password is swordfish")

    await portal.world.case("C-1")
    monkeypatch.setattr(DefectsClient, "update", broken)

    answer = await portal.service().post("/cases/C-1/respond", json={"message": "Hello."})

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "swordfish" not in answer.text


async def test_a_case_that_nobody_answers_for_is_started_all_the_same(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """202 with its number: a repeat without a key would open it twice."""

    async def away(*_: Any, **__: Any) -> Any:
        raise NoAnswer("nobody")

    with monkeypatch.context() as patch:
        patch.setattr(DefectsClient, "query", away)
        answer = await portal.service().post("/cases", json=case_start())

    assert (answer.status_code, answer.json()) == (202, {"number": "CASE-000001"})
    assert (await portal.service().get("/cases/CASE-000001")).status_code == 200
