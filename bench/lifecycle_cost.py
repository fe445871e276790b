"""Part `lifecycle_cost`: events and billable actions of whole scenarios, beside the baseline's."""

from collections import Counter

from bench.measure import BASELINE, BOTH, COMPARED, Aim, Comparison, Section
from bench.scenarios import SCENARIOS
from bench.time_skipping import Run, time_skipping

_MEASURED = ("S1", "S2", "S4")
_EVENTS_AT_MOST, _ACTIONS_AT_MOST = 1.2, 1.3


async def run(*, quick: bool) -> Section:
    """Run every scenario a few times, ours and the baseline in turn."""
    runs: dict[str, list[dict[str, Run]]] = {name: [] for name in _MEASURED}
    async with time_skipping() as server:
        for _ in range(1 if quick else 3):
            for name in _MEASURED:
                runs[name].append(await server.run_both(name))
    return _section(runs)


def _section(runs: dict[str, list[dict[str, Run]]]) -> Section:
    section = Section("Cost of a lifecycle")
    section.say(
        "Whole lifecycles of one defect on the time-skipping server, with the real workflows and "
        "activities, a SQLite database and a mailbox that takes everything. Beside each the "
        "baseline workflow of `bench/baseline.py` runs the same schedule: it knows beforehand what "
        "comes, starts all activities of one instant in one workflow task, and has one timer, for "
        "what is due next. That both had the same effects is checked in every run.",
        "Actions are counted by Temporal's published table: start, timers, activities and their "
        "retries, heartbeats that reached the server, commands, search attribute upserts. For the "
        "baseline heartbeats are left out: it has no use for them.",
    )
    rows = []
    for name, rounds in runs.items():
        title, last = SCENARIOS[name].title, rounds[-1]
        stored, events, actions = Comparison(), Comparison(), Comparison()
        for each in rounds:
            for kind in BOTH:
                stored.add(kind, each[kind].cost.stored / 1000)
                events.add(kind, each[kind].cost.events.total())
                actions.add(kind, _billed(each, kind).total())
        rows += [
            (title, "events", *events.row()),
            (title, "actions", *actions.row()),
            (title, "kB of history", *stored.row()),
        ]
        section.aims += [
            Aim(
                f"{title}: {what}, times the baseline's",
                found.ratio,
                at_most=limit,
                missed_because=f"ours has, beyond the baseline, {_surplus(last, what)}",
            )
            for what, found, limit in (
                ("events", events, _EVENTS_AT_MOST),
                ("actions", actions, _ACTIONS_AT_MOST),
            )
        ]
    section.table(("scenario", "what", *COMPARED), rows)
    section.say("Where the surplus of the last round comes from:")
    section.table(
        ("scenario", "what", "surplus over the baseline"),
        [
            (SCENARIOS[name].title, what, _surplus(rounds[-1], what))
            for name, rounds in runs.items()
            for what in ("events", "actions")
        ],
    )
    return section


def _billed(runs: dict[str, Run], kind: str) -> Counter[str]:
    actions = Counter(runs[kind].cost.actions)
    if kind == BASELINE:
        del actions["heartbeat"]
    return actions


def _surplus(runs: dict[str, Run], what: str) -> str:
    """What ours has more of, or less, largest first."""
    ours, baseline = (
        _billed(runs, kind) if what == "actions" else runs[kind].cost.events for kind in BOTH
    )
    more = {name: ours[name] - baseline[name] for name in {*ours, *baseline}}
    shown = sorted(more.items(), key=lambda item: (-abs(item[1]), item[0]))
    named = [f"{count:+d} {name.replace('_', ' ')}" for name, count in shown if count]
    return ", ".join(named) or "nothing"
