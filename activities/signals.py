"""Tells many workflows the same: a page at a time, a bounded number at once, by workflow id."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from runtime.client import RPC_TIMEOUT

PAGE = 200
AT_ONCE = 20
"""Signals under way at the same time."""

Said = tuple[str, Mapping[str, Any]]
"""A signal and its payload."""


class Signals:
    """Signals workflows by number, never by run: a long life has many runs."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def tell(self, number: str, said: Said) -> bool:
        """One signal; False where nothing of that number runs here.

        Raises:
            RPCError: the server does not take it now.
        """
        name, payload = said
        try:
            await self._client.get_workflow_handle(number).signal(
                name, payload, rpc_timeout=RPC_TIMEOUT
            )
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return True

    async def tell_all(
        self, page: Iterable[tuple[str, Said]], beat: Callable[[], None] = lambda: None
    ) -> dict[str, bool]:
        """One signal to each number of a page; answers which of them run here.

        `beat` is called after each: a slow server must not look like a dead worker.

        Raises:
            RPCError: the server does not take one of them now; the others may have it.
        """
        limit = asyncio.Semaphore(AT_ONCE)

        async def tell_one(number: str, said: Said) -> tuple[str, bool]:
            async with limit:
                runs = await self.tell(number, said)
            beat()
            return number, runs

        answers = await asyncio.gather(
            *(tell_one(number, said) for number, said in page), return_exceptions=True
        )
        for answer in answers:  # Only now: no signal may be under way when the activity fails.
            if isinstance(answer, BaseException):
                raise answer
        return dict(answer for answer in answers if not isinstance(answer, BaseException))
