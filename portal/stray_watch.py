"""Compares database and Temporal once a minute, for the metrics and the page for staff."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from temporalio.service import RPCError

from runtime.client import DefectsClient
from runtime.client_records import OpenNumbers
from runtime.stray_numbers import Comparison, compare

log = structlog.get_logger(__name__)

EVERY = 60.0
"""Seconds between the end of a comparison and the next one."""


class StrayWatch(Collector):
    """Keeps the last comparison, and tells Prometheus of it.

    None where the last try failed: that Temporal or the database is down is told elsewhere, and a
    nought would say that all is well.
    """

    def __init__(
        self, client: DefectsClient, numbers: OpenNumbers, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._numbers = numbers
        self._now = now
        self.last: Comparison | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Compare again and again while this lasts."""
        watching = asyncio.create_task(self._go_on())
        try:
            yield
        finally:
            watching.cancel()
            with suppress(asyncio.CancelledError):
                await watching

    async def look(self) -> None:
        """Compare once."""
        try:
            self.last = await compare(self._client, self._numbers, self._now())
        except (RPCError, SQLAlchemyError) as error:
            self.last = None
            log.warning("portal.not_compared", error=type(error).__name__)

    async def _go_on(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(EVERY)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The library's hook."""
        if self.last is not None:
            yield from gauges(self.last)


def gauges(compared: Comparison) -> Iterator[GaugeMetricFamily]:
    """What Prometheus is told of a comparison."""
    for name, words, found in (
        (
            "without_workflow",
            "Numbers that are open in the database and have no running workflow.",
            compared.without_workflow,
        ),
        (
            "without_row",
            "Workflows that run under numbers the database has as closed, or not at all.",
            compared.without_row,
        ),
    ):
        family = GaugeMetricFamily(f"defects_{name}", words, labels=["kind"])
        for kind, strays in found.items():
            family.add_metric([kind], strays.count)
        yield family
