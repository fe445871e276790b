"""Hundreds of cases of one defect in an outage of the database, and the worker told to stop."""

import asyncio
import signal
from pathlib import Path

from activities.adapters.database import make_engine
from bench.storm import Storm, attachment, database_away, known_to, runs_of
from bench.storm import seconds_of_replay as replay
from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import defect_start
from tests.installation import an_installation
from tests.programs import eventually

CASES = [f"CASE-{n:06}" for n in range(400)]
"""With contacts of long names more than may wait in an outage."""
GRACE = 45.0
"""Seconds: what the worker gives its activities, and some for a slow machine."""


async def test_a_storm_in_an_outage_loses_nothing_and_the_worker_ends_in_its_grace(
    tmp_path: Path,
) -> None:
    """Callers who are refused as busy come again; another worker goes on where the first ended."""
    with an_installation(tmp_path) as here:
        async with dev_server(DefectsPlugin()) as server:
            here.use(server)
            storm = Storm(DefectsClient(server.client), "DEF-1", "x" * 200)
            start = defect_start("S2", attachment(CASES[0]))
            async with here.worker() as first:
                await storm.defects.start("DefectWorkflow", storm.number, start)
                await storm.settled()
                with database_away(tmp_path / "defects.db"):
                    attaching = asyncio.create_task(storm.attach(CASES[1:]))
                    await eventually("callers are refused", lambda: storm.busy, patience=90)
                    first.send(signal.SIGTERM)
                    await first.logs("worker.draining")
                    assert await first.ended(GRACE) == 0
                    assert first.logged[-1] == "worker.stopped"
            async with here.worker():
                await attaching
                await storm.settled()
            runs = await runs_of(server.client, storm.number)

        engine = make_engine(here.settings["DEFECTS_DATABASE_URL"])
        assert known_to(engine, storm.number) == (len(CASES), len(CASES))
        engine.dispose()
        assert set(here.mails("DEF-1").values()) == {1}
    for run in runs:
        await replay(run.history)
