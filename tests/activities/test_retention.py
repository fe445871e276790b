"""The activity that removes rows: it counts, says how far it is, goes on after one that died."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from activities.ports import NotNow, Retention
from activities.retention import BATCH, PruneRows
from domain.retention import Kept


class Rows:
    """`Retention` over numbers of rows."""

    def __init__(self, **rows: int) -> None:
        self.left = rows
        self.asked: list[tuple[str, int]] = []

    def prune(self, kind: Kept, now: datetime, limit: int) -> int:
        """Remove some."""
        assert now.tzinfo is UTC
        self.asked.append((kind.value, limit))
        taken = min(limit, self.left.get(kind.value, 0))
        self.left[kind.value] = self.left.get(kind.value, 0) - taken
        return taken


def run(retention: Retention, environment: ActivityEnvironment) -> dict[str, int]:
    """One try of the activity."""
    removed: dict[str, int] = environment.run(PruneRows(retention).prune_rows)
    return removed


def test_everything_goes_in_batches_each_with_a_heartbeat() -> None:
    """A kind that has less than a batch left is done."""
    rows, environment, beats = Rows(deliveries=2 * BATCH + 1, letters=3), ActivityEnvironment(), []
    environment.on_heartbeat = lambda *details: beats.append(details[0])
    removed = run(rows, environment)

    assert removed == dict.fromkeys(map(str, Kept), 0) | {"deliveries": 2 * BATCH + 1, "letters": 3}
    assert [kind for kind, _ in rows.asked].count("deliveries") == 3
    assert {limit for _, limit in rows.asked} == {BATCH}
    at = list(Kept).index(Kept.DELIVERIES)
    counted = [beat.get("deliveries", 0) for beat in beats][at : at + 3]
    assert counted == [BATCH, 2 * BATCH, 2 * BATCH + 1]


def test_a_try_after_one_that_died_counts_on() -> None:
    """What was removed before is heard of."""
    environment = ActivityEnvironment()
    environment.info = replace(environment.info, heartbeat_details=[{"letters": 40}])

    assert run(Rows(letters=2), environment)["letters"] == 42


def test_a_worker_that_ends_leaves_the_rest_to_another() -> None:
    """After a whole batch."""
    environment, rows = ActivityEnvironment(), Rows(webhooks=5 * BATCH)

    def after_one(*_details: Any) -> None:
        environment.worker_shutdown()

    environment.on_heartbeat = after_one
    with pytest.raises(NotNow):
        run(rows, environment)
    assert rows.left["webhooks"] == 4 * BATCH
