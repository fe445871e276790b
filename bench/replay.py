"""Part `replay`: how fast a worker reads the history of an S1 back in."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from bench.baseline import BaselineWorkflow
from bench.measure import BASELINE, BOTH, COMPARED, OURS, Aim, Comparison, Section
from bench.time_skipping import time_skipping
from runtime.plugin import DefectsPlugin
from worker import WORKFLOWS

_SCENARIO = "S1"
_AT_LEAST = 0.85


async def run(*, quick: bool) -> Section:
    """Run it once, ours and the baseline, and replay both in turn."""
    rounds, copies = (1, 3) if quick else (7, 20)
    async with time_skipping() as server:
        runs = await server.run_both(_SCENARIO)
    count = {kind: len(runs[kind].history.events) for kind in BOTH}
    rates, whole = Comparison(), Comparison()
    for kind in BOTH:
        await _seconds(runs[kind].history, 1)
    for _ in range(rounds):
        for kind in BOTH:
            each = await _seconds(runs[kind].history, copies) / copies
            rates.add(kind, count[kind] / each)
            whole.add(kind, 1000 * each)
    section = Section("Replay")
    section.say(
        f"The whole history of an S1 of five days ({count[OURS]} events ours, {count[BASELINE]} of "
        f"the baseline) replayed {copies} times a round by one replayer, sandbox and payload "
        "conversion included. A worker does this when a defect is no longer in its cache. Only "
        "processor time counts, that of all threads.",
    )
    section.table(
        ("", *COMPARED),
        [
            ("events per second of CPU", *rates.row()),
            ("CPU ms for the whole history", *whole.row()),
        ],
    )
    section.aims.append(
        Aim(
            "Replay of an S1: events per second, times the baseline's",
            rates.ratio,
            at_least=_AT_LEAST,
            missed_because="the baseline decides nothing, so it has nothing to decide again",
        )
    )
    return section


async def _seconds(history: WorkflowHistory, copies: int) -> float:
    """Of processor time, to replay it so many times."""

    async def given() -> AsyncIterator[WorkflowHistory]:
        for n in range(copies):
            yield replace(history, workflow_id=f"COPY-{n}")

    begun = time.process_time()
    replayer = Replayer(workflows=[*WORKFLOWS, BaselineWorkflow], plugins=[DefectsPlugin()])
    await replayer.replay_workflows(given(), raise_on_replay_failure=True)
    return time.process_time() - begun
