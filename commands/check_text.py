"""Checks texts for clients, a line each, without any server."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TextIO

from rich.markup import escape

from activities.adapters.policy_files import PolicyFiles
from commands.show import console
from domain.contract.parsing import InvalidCommand
from domain.policy import PinnedPolicy
from runtime.settings import Settings
from runtime.text_check import LONGEST, TextVerdict, text_verdict


class Asked(NamedTuple):
    """A text, and the date on which it is written where it says so."""

    text: str
    on: date | None


async def run(settings: Settings, lines: TextIO, policy: str, as_json: bool) -> None:
    """Judge each line, and say so at once.

    Raises:
        InvalidCommand: naming the line that is wrong, or the policy that is not known.
    """
    now = datetime.now(UTC)
    try:
        pinned = PolicyFiles(settings.policy_file).load(policy, now.year).pinned()
    except LookupError as error:
        raise InvalidCommand("policy", str(error)) from None
    for asked in _asked(lines):
        _say(asked, _judged(asked, now, pinned), as_json)


def _judged(asked: Asked, now: datetime, policy: PinnedPolicy) -> TextVerdict:
    return text_verdict(asked.text, asked.on or policy.calendar.local_date(now), policy)


def _asked(lines: TextIO) -> Iterator[Asked]:
    for number, line in enumerate(lines, 1):
        field = f"line {number}"
        try:
            asked = _read(line.rstrip("\r\n"))
        except ValueError as error:
            raise InvalidCommand(field, str(error)) from None
        if len(asked.text) > LONGEST:
            raise InvalidCommand(field, f"is longer than {LONGEST:,} characters")
        yield asked


def _read(line: str) -> Asked:
    """Read a line: a JSON object with a text, or else the text itself.

    Raises:
        ValueError: an object whose fields are wrong.
    """
    try:
        said: Any = json.loads(line) if line.startswith("{") else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        return Asked(line, None)
    match said:
        case {"text": str(text), "on": str(on)}:
            return Asked(text, date.fromisoformat(on))
        case {"text": str(), "on": other} if other is not None:
            raise ValueError('"on" must be a date such as 2026-11-25')
        case {"text": str(text)}:
            return Asked(text, None)
    raise ValueError('an object must have a "text"')


def _say(asked: Asked, judged: TextVerdict, as_json: bool) -> None:
    if as_json:
        print(json.dumps(judged.model_dump(), ensure_ascii=False), flush=True)
    elif judged.phrase is None:
        console.print(f"[green]passed[/green]   {escape(asked.text)}")
    else:
        reason = f'[bold]"{escape(judged.phrase)}"[/bold] {judged.why}'
        console.print(f"[red]refused[/red]  {escape(asked.text)}\n         {reason}")
