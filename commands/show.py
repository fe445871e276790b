"""Shows answers: as tables for people, as JSON for programs."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Column, Table

console = Console()


def as_json(answer: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(answer, indent=2, ensure_ascii=False))


def counts(what: str, how_many: str, rows: Mapping[str, int]) -> None:
    """How many there are of each, under these two headings."""
    table = Table(what, Column(how_many, justify="right"), box=None)
    for name, count in rows.items():
        table.add_row(name, str(count))
    console.print(table)


def progress(hidden: bool, count: ProgressColumn | None = None) -> Progress:
    """A progress bar on standard error; none where that is not a terminal."""
    aside = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        count or MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=aside,
        disable=hidden or not aside.is_terminal,
        transient=True,
    )


def status(answer: dict[str, Any]) -> None:
    """A status as a table of what is set."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    rows = _release(answer) if "fan_outs" in answer else answer.items()
    for name, value in rows:
        if value not in (None, [], {}, ""):
            table.add_row(f"[bold]{name}[/bold]", escape(_said(value)))
    console.print(table)


def timeline(facts: list[dict[str, Any]]) -> None:
    """Facts, one a line, oldest first."""
    for fact in facts:
        rest = {k: v for k, v in fact.items() if k not in {"at", "event", "sequence"} and v}
        details = ", ".join(f"{name} {_said(value)}" for name, value in rest.items())
        console.print(f"[dim]{fact['at']}[/dim]  [bold]{fact['event']}[/bold]  {escape(details)}")


def explanation(answer: dict[str, Any]) -> None:
    """The paragraph, then what is due as a list."""
    console.print(escape(answer["text"]))


def _said(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(part)}" for name, part in value.items() if part)
    if isinstance(value, list):
        return ", ".join(map(_said, value))
    return str(value)


# --- releases -------------------------------------------------------------------------------------


def _release(answer: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """The rows of a release: each notice and each round of telling has one of its own."""
    for name, value in answer.items():
        if name == "defects":
            yield name, _members(value)
        elif name == "notices":
            yield from ((f"{notice['days']:g} days ahead", _notice(notice)) for notice in value)
        elif name == "banner":
            yield "on the portal", "announced" if value else None
        elif name == "fan_outs":
            yield from ((f"plan {told['plan_version']}", _fan_out(told)) for told in value)
        elif name == "window_minutes":
            yield "window", f"{value} minutes" if value else None
        else:
            yield name, value


def _members(defects: dict[str, Any]) -> str:
    said = f"{defects['attached']} attached"
    if defects["to_align"]:
        said += f", {defects['to_align']} still to be notified"
    if defects["missing"]:
        said += f"; not running here: {', '.join(defects['missing'])}"
    return said


def _notice(notice: dict[str, Any]) -> str:
    if notice.get("skipped"):
        return "was too late"
    return f"sent {notice['sent_at']}" if notice["sent_at"] else f"due {notice['at']}"


def _fan_out(told: dict[str, Any]) -> str:
    said = f"{told['plan']}: {told['told']} {'defect' if told['told'] == 1 else 'defects'} notified"
    if told["left"]:
        said += f", {told['left']} left"
    if told.get("superseded"):
        return f"{said}; superseded by a newer plan"
    until = f" until {told['ended_at']}" if told["ended_at"] else ", in progress"
    return f"{said}; from {told['began_at']}{until}"
