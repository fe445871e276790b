"""A number of which too much waits refuses commands, and is itself again after the outage."""

import sqlite3
from pathlib import Path

from activities.adapters.database import DatabaseReadModel
from runtime.client import QueueFull
from tests.workflows.world import World, real_world

CLIENT = "client-1@example.org"


async def _tell_until_full(world: World, notes: list[dict[str, str]]) -> int:
    """How many were taken."""
    for count, note in enumerate(notes):
        try:
            await world.tell("DEF-1", "post_progress", **note)
        except QueueFull:
            return count
    return len(notes)


async def test_many_long_notes_while_the_database_is_locked(tmp_path: Path) -> None:
    """Nothing that was taken is lost, whatever was refused; and the defect takes commands again."""
    async with real_world(tmp_path) as world:
        await world.defect("DEF-1", "S1")
        await world.settle()
        lock = sqlite3.connect(tmp_path / "test.db", isolation_level=None)
        lock.execute("BEGIN EXCLUSIVE")
        notes = [{"internal_note": "x" * 20_000, "key": f"note-{n}"} for n in range(110)]
        taken = await _tell_until_full(world, notes)
        await world.tell("DEF-1", "retry_deliveries")
        lock.execute("ROLLBACK")
        lock.close()
        await world.tell("DEF-1", "retry_deliveries")
        await world.settle()
        await world.tell("DEF-1", "post_progress", public_text="We found the cause.")
        await world.settle()

        facts = DatabaseReadModel(world.outside.engine).timeline("DEF-1", public_only=False)
        kept = [fact for fact in facts if fact["internal_text"]]
        assert 10 < taken < 110
        assert len(kept) == taken
        assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.update"]
