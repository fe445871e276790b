"""Removes what the database keeps no longer."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import structlog
from temporalio import activity

from activities.delivery import present
from activities.ports import NotNow, Retention
from domain.retention import Kept

BATCH = 1_000
"""Rows of one transaction: others write between two of them."""

log = structlog.get_logger()


class PruneRows:
    """The activity `prune_rows`."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    @activity.defn(name="prune_rows")
    def prune_rows(self) -> dict[str, int]:
        """Remove it, batch by batch; answers how many rows of each kind were removed.

        A try that dies leaves less to the next one, which hears what was removed before.

        Raises:
            NotNow: the worker ends.
        """
        removed = Counter[str](*activity.info().heartbeat_details[:1])
        meter = activity.metric_meter().create_counter(
            "defects_rows_pruned", "Rows that were kept no longer and were removed."
        )

        def note(kind: Kept, rows: int) -> None:
            removed[kind.value] += rows
            meter.add(rows, {"kind": kind.value})
            activity.heartbeat(dict(removed))
            if activity.is_worker_shutdown():
                raise NotNow("the worker ends")

        prune_all(self._retention, present(), note)
        log.info("retention.pruned", **removed)
        return {kind.value: removed[kind.value] for kind in Kept}


def prune_all(retention: Retention, now: datetime, note: Callable[[Kept, int], None]) -> None:
    """Remove everything that is kept no longer at `now`; `note` hears of each batch."""
    for kind in Kept:
        rows = BATCH
        while rows == BATCH:
            rows = retention.prune(kind, now, BATCH)
            note(kind, rows)
