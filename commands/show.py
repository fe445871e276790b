"""Shows answers: as tables for people, as JSON for programs."""

import json
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

console = Console()


def as_json(answer: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(answer, indent=2, ensure_ascii=False))


def status(answer: dict[str, Any]) -> None:
    """A status as a table of what is set."""
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
    for name, value in answer.items():
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
