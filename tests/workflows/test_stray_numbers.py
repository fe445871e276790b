"""What is open in the database and does not run, and the other way round, on the real server."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import delete, update

from activities.adapters.database.open_numbers import DatabaseOpenNumbers
from activities.adapters.database.tables import entities
from runtime import stray_numbers
from runtime.stray_numbers import Comparison, compare
from tests.domain.builders import attachment
from tests.installation import settled
from tests.programs import eventually
from tests.workflows.world import World, real_world

NOBODY = {"case": 0, "defect": 0, "release": 0, "area_work": 0}


@pytest_asyncio.fixture
async def real(tmp_path: Path) -> AsyncIterator[World]:
    """A world on the real server, which has lists."""
    async with real_world(tmp_path) as world:
        yield world


async def compared(world: World, *, later: timedelta = timedelta(0)) -> Comparison:
    """What a comparison finds."""
    now = datetime.now(UTC) + later
    return await compare(world.defects, DatabaseOpenNumbers(world.outside.engine), now)


def counts(found: Comparison) -> tuple[dict[str, int], dict[str, int]]:
    """How many stray, by kind, each way."""
    return (
        {kind: strays.count for kind, strays in found.without_workflow.items()},
        {kind: strays.count for kind, strays in found.without_row.items()},
    )


async def listed(world: World, running: int) -> None:
    """Wait until Temporal's lists have so many workflows that run."""

    async def seen() -> bool:
        answer = await world.client.count_workflows("ExecutionStatus = 'Running'")
        return answer.count == running

    await eventually(f"{running} are listed", seen)


async def some_numbers(world: World) -> None:
    """Two defects and a case."""
    await world.defect("DEF-1", "S1", attachment("CASE-8", "client-8"))
    await world.defect("DEF-2", "S3", attachment("CASE-9", "client-9"))
    await world.case("CASE-1")
    await settled(world.client, "DEF-1", "DEF-2", "CASE-1")
    await listed(world, 3)


async def test_all_is_well_where_all_run(real: World) -> None:
    """Nothing strays, and nothing is listed for it."""
    await some_numbers(real)
    assert counts(await compared(real, later=timedelta(days=1))) == (NOBODY, NOBODY)


async def test_what_was_terminated_is_named(real: World) -> None:
    """And what became of it; the others are left alone."""
    await some_numbers(real)
    await real.handle("DEF-1").terminate()
    await listed(real, 2)

    found = await compared(real)
    assert counts(found) == (NOBODY | {"defect": 1}, NOBODY)
    assert [str(stray) for stray in found.strays] == [
        "DEF-1 is open in the database, but its workflow is terminated"
    ]


async def test_what_lists_do_not_show_yet_is_looked_up(real: World) -> None:
    """Lists lag behind: what runs does not stray, whatever they say."""
    await some_numbers(real)
    row: dict[str, Any] = {"sequence": 1, "snapshot": {}, "needs_attention": False}
    row |= {"kind": "defect", "state": "open", "updated_at": datetime.now(UTC)}
    with real.outside.engine.begin() as connection:
        connection.execute(entities.insert(), row | {"number": "DEF-3"})
        connection.execute(delete(entities).where(entities.c.number == "DEF-2"))

    # As many here as there, so nothing is looked at: what strays both ways at once is found later.
    assert counts(await compared(real, later=timedelta(hours=1))) == (NOBODY, NOBODY)
    with real.outside.engine.begin() as connection:
        connection.execute(entities.insert(), row | {"number": "DEF-4"})
    early, late = await compared(real), await compared(real, later=timedelta(minutes=6))

    assert counts(early) == (NOBODY | {"defect": 2}, NOBODY)
    assert counts(late) == (NOBODY | {"defect": 2}, NOBODY | {"defect": 1})
    assert [str(stray) for stray in late.strays] == [
        "DEF-3 is open in the database, but Temporal does not know it",
        "DEF-4 is open in the database, but Temporal does not know it",
        "DEF-2 runs, but the database does not have it",
    ]


async def test_what_is_closed_here_and_runs_there_is_named_once_it_stays_so(real: World) -> None:
    """For an hour its last messages may be on their way."""
    await some_numbers(real)
    with real.outside.engine.begin() as connection:
        connection.execute(
            update(entities).where(entities.c.number == "DEF-2").values(state="closed")
        )

    assert counts(await compared(real)) == (NOBODY, NOBODY)
    late = await compared(real, later=timedelta(hours=2))
    assert [str(stray) for stray in late.strays] == ["DEF-2 runs, but is closed in the database"]


async def test_an_empty_temporal_is_counted_not_looked_up(real: World, monkeypatch: Any) -> None:
    """The first ones are looked up; where all of these are gone, so are the others."""
    monkeypatch.setattr(stray_numbers, "CONFIRMED", 10)
    row: dict[str, Any] = {"sequence": 1, "snapshot": {}, "needs_attention": False}
    row |= {"kind": "case", "state": "attached", "updated_at": datetime.now(UTC)}
    with real.outside.engine.begin() as connection:
        connection.execute(
            entities.insert(), [row | {"number": f"CASE-{n:06}"} for n in range(2_500)]
        )

    found = await compared(real)
    assert counts(found) == (NOBODY | {"case": 2_500}, NOBODY)
    assert len(found.strays) == 10
