"""PostgreSQL falls and comes back while fifty defects have something told."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

import pytest

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, defect_start
from tests.installation import an_installation, assert_sound, settled
from tests.postgres import CannotRun, PostgresServer, running_postgres
from tests.programs import eventually

DEFECTS = [f"DEF-{n:03}" for n in range(1, 51)]
RESOLUTION = {"actor": "a", "resolution": "repaired", "public_text": "It works again."}


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of the test's own, since it falls."""
    with ExitStack() as stopping:
        try:
            server = stopping.enter_context(running_postgres())
        except CannotRun as reason:
            pytest.skip(f"PostgreSQL: {reason}")
        # A commit that was confirmed has to outlast the fall, as it does where people run it.
        server.execute("ALTER ROLE keeper SET synchronous_commit = on")
        yield server


async def test_a_database_that_falls_under_load_loses_and_doubles_nothing(
    tmp_path: Path, own_server: PostgresServer
) -> None:
    """But for a mail whose record the fall took: that one comes again, under its Message-ID."""
    with own_server.database() as url, an_installation(tmp_path, url) as here:
        async with dev_server(DefectsPlugin()) as temporal:
            here.use(temporal)
            defects = DefectsClient(temporal.client)
            async with here.worker():
                for n, number in enumerate(DEFECTS):
                    start = defect_start("S3", attachment(f"CASE-{n}", f"client-{n}"))
                    await defects.start("DefectWorkflow", number, start)
                await settled(temporal.client, *DEFECTS)
                telling = asyncio.gather(
                    *(defects.update(number, "resolve", RESOLUTION) for number in DEFECTS)
                )
                await eventually("some are told", lambda: len(_resolved(here.letters)) >= 5)
                await asyncio.to_thread(own_server.restart_at_once)
                told = len(_resolved(here.letters))
                await telling
                await eventually("all hear", lambda: len(_resolved(here.letters)) == 50, 120)
                await settled(temporal.client, *DEFECTS)
            await assert_sound(temporal.client, *DEFECTS[::10])
            rows = [row for number in DEFECTS for row in here.deliveries(number)]

    assert told < len(DEFECTS)
    assert set(Counter((d.event, d.state) for d in rows).values()) == {50}
    assert {d.state for d in rows} == {"sent"}
    again = [number for number, count in _resolved(here.letters).items() if count > 1]
    repeated = {i for i, count in here.message_ids().items() if count > 1}
    assert len(again) == len(repeated)
    unknown = [d.entity for d in rows if d.event == "defect.resolved" and d.attempts > 1]
    assert set(again) <= set(unknown)


def _resolved(letters: list[EmailMessage]) -> Counter[str]:
    """How often each defect's resolution was handed over."""
    return Counter(str(x["X-Defect"]) for x in letters if x["X-Event"] == "defect.resolved")
