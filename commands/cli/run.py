"""Runs one command: settings, connection, answer, and the exit code of what went wrong."""

import asyncio
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

import typer
from temporalio.service import RPCError

from activities.adapters.database import DatabaseNumbers, NoDatabase, make_engine, migrate
from activities.adapters.policy_files import PolicyError
from commands import show
from commands.histories import HistoryError
from commands.talk import CommandRefused, Line, NoSuchNumber
from domain.messages import InvalidCommand
from runtime.codec import AlteredPayload, UnknownKey
from runtime.connection import NoServer, connect
from runtime.logs import configure_logs
from runtime.settings import Settings, SettingsError, read_settings
from runtime.time_zones import use_pinned_zones

ExitCodes: dict[type[Exception], int] = {
    SettingsError: 2,
    PolicyError: 2,
    NoDatabase: 2,
    UnknownKey: 2,
    AlteredPayload: 2,
    HistoryError: 2,
    InvalidCommand: 2,
    NoServer: 3,
    RPCError: 3,
    CommandRefused: 4,
    NoSuchNumber: 5,
}
INTERRUPTED = 130


def run(work: Callable[[Settings], Coroutine[Any, Any, int | None]], *, logs: bool = False) -> None:
    """Run one command with the settings of the environment, and end with its exit code."""
    use_pinned_zones()
    code = 0
    try:
        settings = read_settings()
        if logs:
            configure_logs(settings.log)
        code = asyncio.run(work(settings)) or 0
    except tuple(ExitCodes) as error:
        typer.echo(str(error), err=True)
        code = next(c for kind, c in ExitCodes.items() if isinstance(error, kind))
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise typer.Exit(code)


def tell(number: str, as_json: bool, *updates: tuple[str, dict[str, Any]]) -> None:
    """Send updates one after another and show the last status."""

    async def work(settings: Settings) -> None:
        line = Line(await connect(settings))
        answers = [
            await line.tell(number, command, as_payload(payload)) for command, payload in updates
        ]
        show.as_json(answers[-1]) if as_json else show.status(answers[-1])

    run(work)


def ask(number: str, query: str, as_json: bool, render: Callable[[Any], None]) -> None:
    """Send one query and show its answer."""

    async def work(settings: Settings) -> None:
        answer = await Line(await connect(settings)).ask(number, query)
        show.as_json(answer) if as_json else render(answer)

    run(work)


def start(
    workflow: str, number: str | None, prefix: str, as_json: bool, payload: dict[str, Any]
) -> None:
    """Start something under its number, or else the next of that prefix, and show its status."""

    async def work(settings: Settings) -> None:
        line, given = Line(await connect(settings)), as_payload(payload)
        if number is None:
            taken = await _under_the_next_number(line, workflow, prefix, given, settings)
        else:
            taken = number
            await line.start(workflow, number, given)
        answer = await line.ask(taken, "status")
        show.as_json(answer) if as_json else show.status(answer)

    run(work)


async def _under_the_next_number(
    line: Line, workflow: str, prefix: str, payload: dict[str, Any], settings: Settings
) -> str:
    """An import may have brought numbers that look like ours: those are passed over."""
    while True:
        number = await asyncio.to_thread(_next_number, prefix, settings)
        if await line.begin(workflow, number, payload):
            return number


def _next_number(prefix: str, settings: Settings) -> str:
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine)
    try:
        return DatabaseNumbers(engine).issue(prefix, str(uuid.uuid4()))
    finally:
        engine.dispose()


def as_payload(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as JSON has them; what was not given is left out."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value is not None
    }
