"""Part `replay`: how fast a worker reads the history of an S1 back in."""

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from bench.baseline import BareWorkflow
from bench.installation import BARE, BOTH, OURS
from bench.measure import Figure, Section
from bench.time_skipping import ages
from runtime.plugin import DefectsPlugin
from worker import WORKFLOWS

_LIFE = "S1"


async def run(*, quick: bool) -> Section:
    """Live it once, ours and bare, and replay both in turn."""
    rounds, copies = (1, 3) if quick else (7, 20)
    async with ages() as time_passes:
        ours, bare = await time_passes.live_both(_LIFE)
    histories = {OURS: ours.history, BARE: bare.history}
    for kind in BOTH:
        await _replay([histories[kind]])
    rates: dict[str, list[float]] = {kind: [] for kind in BOTH}
    for _ in range(rounds):
        for kind in BOTH:
            rates[kind].append(await _events_per_second(histories[kind], copies))
    mine, least = (Figure.of(rates[kind]) for kind in BOTH)
    events = {kind: len(histories[kind].events) for kind in BOTH}
    whole = [Figure.of(1000 * events[kind] / rate for rate in rates[kind]) for kind in BOTH]
    section = Section("Replay")
    section.say(
        f"The whole history of an S1 of five days ({events[OURS]} events ours, {events[BARE]} "
        f"bare) replayed {copies} times a round by one replayer, sandbox and payload conversion "
        "included. A worker does this when a defect is no longer in its cache. Only processor time "
        "counts, that of all threads.",
    )
    section.table(
        ("", "ours", "bare", "ours / bare"),
        [
            ("events per second of CPU", mine, least, mine.over(least)),
            ("CPU ms for the whole history", *whole, whole[0].over(whole[1])),
        ],
    )
    return section


async def _events_per_second(history: WorkflowHistory, copies: int) -> float:
    begun = time.process_time()
    await _replay([replace(history, workflow_id=f"COPY-{n}") for n in range(copies)])
    return copies * len(history.events) / (time.process_time() - begun)


async def _replay(histories: Sequence[WorkflowHistory]) -> None:
    async def given() -> AsyncIterator[WorkflowHistory]:
        for history in histories:
            yield history

    replayer = Replayer(workflows=[*WORKFLOWS, BareWorkflow], plugins=[DefectsPlugin()])
    await replayer.replay_workflows(given(), raise_on_replay_failure=True)
