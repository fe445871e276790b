"""The tables of `docs/scale.md` that show where its figures come from, and why to believe them."""

from collections.abc import Mapping
from typing import Any

from bench.inputs import BRIEF, turn_milliseconds
from bench.results import Results
from bench.shown import size, table, whole
from bench.sizing import FAST, Measured, Sizing

_SUGGESTED = 4_096
"""Events with which the server suggests to continue as new."""


def derived(found: Measured) -> str:
    """The arithmetic with its numbers, for 100,000."""
    s = Sizing(found, 100_000)
    turn, replayed = s.curve("turn").within(60), s.curve("replayed").within(60)
    sent = s.curve("sent").within(1)
    lines = [
        f"release, worst minute   {turn:,.0f} workflow tasks x {found.turn * 1000:.1f} ms"
        f" = {turn * found.turn:,.0f} s of processor",
        f"                        {replayed:,.0f} events replayed /"
        f" {found.replayed_per_second:,.0f} a second ="
        f" {replayed / found.replayed_per_second:,.0f} s more",
        f"processes for 5 minutes {s.work.rate_for(FAST):.1f} cores / 0.7 = {s.processes(FAST)}",
        f"messages at 50/s        {sent:,.0f} within a second / 50 = {sent / 50:,.0f} s",
        f"history, open           {s.workflows:,.0f} workflows x {s.week['open_events']} events x"
        f" {found.event:.0f} B = {size(s.open_history)}",
        f"transactions            {s.transactions_per_turn:.1f} for each workflow task x"
        f" {s.curve('turn').rate_for(FAST):,.0f} a second = {s.transactions(FAST):,.0f}",
        f"shards                  {s.transactions(FAST):,.0f} x 10 ms / 512 ="
        f" {s.shard_busy(FAST):.1%} locked",
        f"1,000,000 defects       all of it x {Sizing(found, 1_000_000).factor:.0f}",
    ]
    return "```text\n" + "\n".join(lines) + "\n```"


def same(story: Mapping[str, Any], found: Measured) -> str:
    """The same story, told by the machines alone and by real workflows."""
    alone, seen = story["predicted"], story["seen"]
    alike = [what for what in ("mails", "effects") if alone[what] == seen[what]]
    rows = [
        ("workflows", alone["entities"], seen["entities"]),
        ("kinds of mail that differ", 0, 0 if "mails" in alike else "some"),
        ("mails", *(f"{sum(each['mails'].values()):,}" for each in (alone, seen))),
        ("kinds of effect that differ", 0, 0 if "effects" in alike else "some"),
        ("effects", *(f"{sum(each['effects'].values()):,}" for each in (alone, seen))),
        ("billable actions", f"{alone['actions']:,}", f"{seen['actions']:,}"),
        ("events", f"{alone['events']:,}", f"{seen['events']:,}"),
        ("workflow tasks", f"{alone['turns']:,}", f"{seen['turns']:,}"),
        (
            "processor of workers and clients, s",
            f"{alone['turns'] * found.turn:.0f}",
            f"{story['processor_seconds']:.0f}",
        ),
    ]
    return table(("", "machines alone", "real workflows"), rows)


def figures(found: Measured, results: Results, kept: Mapping[str, Any]) -> str:
    """The measured figures that everything else is derived from."""
    per_turn = turn_milliseconds(results, kept["turns"])
    rows = [
        *(
            (f"ms of processor a workflow task, {BRIEF[name]}", f"{value:.1f}")
            for name, value in per_turn.items()
        ),
        ("events replayed a second", whole(found.replayed_per_second)),
        ("kB of a cached open defect", f"{found.cached / 1000:.0f}"),
        ("bytes of an event", f"{found.event:.0f}"),
        (
            "defects that a release signals a second (`bench fan_out --quick`, nobody at work)",
            whole(found.told_per_second),
        ),
        ("events of an S1 a day; so it continues as new after, days", _continues(results)),
    ]
    return table(("", "figure"), rows)


def _continues(results: Results) -> str:
    a_day = results.figure("What a life costs", "S1 of five days", "events") / 5
    return f"{a_day:.0f}; {_SUGGESTED / a_day:.0f}"
