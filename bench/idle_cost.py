"""Part `idle_cost`: an S4 that nobody touches for a year, and what it costs while it waits."""

from datetime import timedelta

from bench.billable_actions import bill
from bench.installation import OURS
from bench.measure import Aim, Figure, Section
from bench.scenarios import LIVES
from bench.time_skipping import ages

_DAYS = 364


async def run(*, quick: bool) -> Section:  # noqa: ARG001 - a year is quick here
    """Confirm it, wait, and look at its history again."""
    async with ages() as time:
        number, confirmed = await time.confirm(OURS, LIVES["S4"])
        before = bill(await time.events(number), time.heartbeats.count)
        await time.until(confirmed + timedelta(days=_DAYS))
        await time.settle(number)
        after = bill(await time.events(number), time.heartbeats.count)
    events = after.event_count - before.event_count
    actions = after.action_count - before.action_count
    section = Section("A quiet S4")
    section.say(
        f"Confirmed, and then left alone for {_DAYS} days: it waits without a timer, so there is "
        "nothing a server would have to keep an eye on."
    )
    section.table(
        ("", "events", "actions"),
        (
            ("to confirm it", before.event_count, before.action_count),
            (f"in the {_DAYS} days after", events, actions),
        ),
    )
    section.aims += [
        Aim("Quiet S4: events while it waits", Figure.of([events]), at_most=0),
        Aim("Quiet S4: actions while it waits", Figure.of([actions]), at_most=0),
    ]
    return section
