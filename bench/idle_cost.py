"""Part `idle_cost`: an S4 that nobody touches for a year, and what it costs while it waits."""

from datetime import timedelta

from bench.billable_actions import cost_of
from bench.measure import OURS, Aim, Figure, Section
from bench.scenarios import SCENARIOS
from bench.time_skipping import time_skipping

_DAYS = 364


async def run(*, quick: bool) -> Section:  # noqa: ARG001 - a year is quick here
    """Confirm it, wait, and count its history again."""
    async with time_skipping() as server:
        number, confirmed = await server.confirm(OURS, SCENARIOS["S4"])
        before = cost_of(await server.events(number), server.heartbeats.count)
        await server.until(confirmed + timedelta(days=_DAYS))
        await server.settle(number)
        after = cost_of(await server.events(number), server.heartbeats.count)
    begun = before.events.total(), before.actions.total()
    idle = after.events.total() - begun[0], after.actions.total() - begun[1]
    section = Section("Cost of an idle S4")
    section.say(
        f"Confirmed, and then left alone for {_DAYS} days: it waits without a timer, so there is "
        "nothing a server would have to keep an eye on."
    )
    section.table(
        ("", "events", "actions"),
        (("to confirm it", *begun), (f"in the {_DAYS} days after", *idle)),
    )
    section.aims += [
        Aim(f"Idle S4: {what} while it waits", Figure.of([count]), at_most=0)
        for what, count in zip(("events", "actions"), idle, strict=True)
    ]
    return section
