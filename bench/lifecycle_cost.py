"""Part `lifecycle_cost`: events and billable actions of whole lives, beside the least that would do."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from bench.measure import Aim, Figure, Section
from bench.scenarios import LIVES, STEPS
from bench.time_skipping import Lived, ages

MEASURED = ("S1", "S2", "S4")
AT_MOST = 1.3

Pair = tuple[Lived, Lived]


async def run(*, quick: bool) -> Section:
    """Live every life a few times, ours and bare in turn."""
    rounds = 1 if quick else 3
    pairs: dict[str, list[Pair]] = {name: [] for name in MEASURED}
    async with ages() as time:
        for _ in range(rounds):
            for name in MEASURED:
                pairs[name].append(await time.live_both(name))
    return _section(pairs)


def _section(pairs: dict[str, list[Pair]]) -> Section:
    section = Section("What a life costs")
    section.say(
        "Whole lives of one defect on the time-skipping server, with the real workflows and "
        "activities, a SQLite database and a mailbox that takes everything. Beside each the bare "
        "workflow of `bench/baseline.py` lives the same life: it knows beforehand what comes, starts "
        "all messages of one instant in one workflow task, and has one timer, for what is due "
        "next. That both told the same is checked in every run.",
        "Actions are counted by Temporal's published table: start, timers, activities and their "
        "retries, heartbeats that reached the server, commands, search attribute upserts. For the "
        "bare workflow heartbeats are left out: they tell nobody anything.",
    )
    rows = []
    for name, lived in pairs.items():
        title = LIVES[name].title
        for what, ours, bare in (
            ("events", _events(lived, 0), _events(lived, 1)),
            ("actions", _actions(lived, 0), _actions(lived, 1, heartbeats=False)),
            ("kB of history", _stored(lived, 0), _stored(lived, 1)),
        ):
            ratio = ours.over(bare)
            rows.append((title, what, ours, bare, ratio))
            if what != "kB of history":
                section.aims.append(
                    Aim(
                        f"{title}: {what}, times the least",
                        ratio,
                        at_most=AT_MOST,
                        missed_because=f"ours has, over the bare one, {_surplus(lived[-1], what)}",
                    )
                )
    section.table(("life", "what", "ours", "bare", "ours / bare"), rows)
    section.say(_formula())
    section.table(
        ("life", "instants", "messages", "timers", "commands", "events", "actions"),
        (
            (LIVES[n].title, steps, messages, timers, commands, events, actions)
            for n in MEASURED
            for steps, messages, timers, commands, events, actions in (_by_formula(n),)
        ),
    )
    section.say("Where the surplus of the last round comes from:")
    section.table(
        ("life", "what", "surplus over bare"),
        (
            (LIVES[name].title, what, _surplus(lived[-1], what))
            for name, lived in pairs.items()
            for what in ("events", "actions")
        ),
    )
    return section


def _events(lived: Sequence[Pair], which: int) -> Figure:
    return Figure.of(pair[which].bill.event_count for pair in lived)


def _actions(lived: Sequence[Pair], which: int, *, heartbeats: bool = True) -> Figure:
    return Figure.of(
        pair[which].bill.action_count - (0 if heartbeats else pair[which].bill.actions["heartbeat"])
        for pair in lived
    )


def _stored(lived: Sequence[Pair], which: int) -> Figure:
    return Figure.of(pair[which].bill.stored / 1000 for pair in lived)


def _surplus(pair: Pair, what: str) -> str:
    """What ours has more of, or less, largest first."""
    ours, bare = (Counter(getattr(lived.bill, what)) for lived in pair)
    if what == "actions":
        del bare["heartbeat"]
    more = {name: ours[name] - bare[name] for name in {*ours, *bare} if ours[name] != bare[name]}
    shown = sorted(more.items(), key=lambda item: (-abs(item[1]), item[0]))
    return ", ".join(f"{count:+d} {name.replace('_', ' ')}" for name, count in shown) or "none"


def _formula() -> str:
    return (
        "The same by a formula, for a server that let a workflow hear of all that was done at one "
        "instant at once: events = 2 (start, end) + 6 per instant (one workflow task starts its "
        "messages, one hears that they were delivered, 3 events each) + 3 per message + 2 per "
        "timer + 2 per command; actions = 1 + messages + timers + commands. No server does that: "
        "it wakes the workflow as soon as one activity is done, and only what is done while that "
        "workflow task is under way is heard of together. These workflow tasks are the difference "
        "between the bare workflow and the formula; they cost history, but no actions."
    )


def _by_formula(name: str) -> tuple[int, int, int, int, int, int]:
    steps = STEPS[name]
    messages = sum(len(step.effects) for step in steps)
    commands = sum(step.answers is not None for step in steps)
    due = [step.due for step in steps]
    timers = sum(at is not None and at != before for before, at in pairwise([None, *due]))
    events = 2 + 6 * len(steps) + 3 * messages + 2 * timers + 2 * commands
    return len(steps), messages, timers, commands, events, 1 + messages + timers + commands
