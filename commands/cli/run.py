"""Runs one command: settings, connection, answer, and the exit code of what went wrong."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from runtime.client import DefectsClient
    from runtime.settings import Settings

ExitCodes = {
    "runtime.settings.SettingsError": 2,
    "activities.adapters.policy_files.PolicyError": 2,
    "activities.adapters.database.engine.NoDatabase": 2,
    "sqlalchemy.exc.SQLAlchemyError": 2,
    "runtime.codec.UnknownKey": 2,
    "runtime.codec.AlteredPayload": 2,
    "commands.records.RecordError": 2,
    "domain.contract.parsing.InvalidCommand": 2,
    "runtime.connection.NoServer": 3,
    "temporalio.service.RPCError": 3,
    "runtime.client.CommandRefused": 4,
    "runtime.client.NoSuchNumber": 5,
}
"""By name, so that a command loads only the modules it uses."""
INTERRUPTED = 130

Work = Callable[["Settings"], Coroutine[Any, Any, int | None]]


def run(work: Work, *, logs: bool = False) -> None:
    """Run one command with the settings of the environment, and end with its exit code."""
    from runtime.settings import read_settings
    from runtime.time_zones import use_pinned_zones

    use_pinned_zones()
    code: int | None = 0
    try:
        settings = read_settings()
        if logs:
            from runtime.logs import configure_logs

            configure_logs(settings.log)
        code = asyncio.run(work(settings)) or 0
    except Exception as error:
        code = exit_code(error)
        if code is None:
            raise
        typer.echo(_words(error), err=True)
    except KeyboardInterrupt:
        code = INTERRUPTED
    raise typer.Exit(code)


def exit_code(error: Exception) -> int | None:
    """The exit code of an error or of its base class; None for an unexpected one."""
    names = (f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__)
    return next((ExitCodes[name] for name in names if name in ExitCodes), None)


def _words(error: Exception) -> str:
    """What to say of an error; of one that the database made in the middle of things, its cause."""
    if type(error).__module__ != "sqlalchemy.exc":
        return str(error)
    from sqlalchemy.exc import SQLAlchemyError

    from activities.adapters.database import NoDatabase

    return str(NoDatabase.because(error)) if isinstance(error, SQLAlchemyError) else str(error)


def tell(number: str, as_json: bool, *updates: tuple[str, dict[str, Any]]) -> None:
    """Send updates one after another and show the last status."""

    async def work(settings: "Settings") -> None:
        from commands import show

        client = await _client(settings)
        answers = [
            await client.update(number, command, as_payload(payload))
            for command, payload in updates
        ]
        show.as_json(answers[-1]) if as_json else show.status(answers[-1])

    run(work)


def ask(number: str, query: str, as_json: bool, render: Callable[[Any], None]) -> None:
    """Send one query and show its answer."""

    async def work(settings: "Settings") -> None:
        from commands import show

        answer = await (await _client(settings)).query(number, query)
        show.as_json(answer) if as_json else render(answer)

    run(work)


def start(
    workflow: str,
    number: str | None,
    prefix: str,
    as_json: bool,
    payload: dict[str, Any],
    *,
    again: bool = False,
) -> None:
    """Start something under its number, or else the next of that prefix, and show its status."""
    if again and number is None:
        raise typer.BadParameter("--again needs the --number that is to begin again")

    async def work(settings: "Settings") -> None:
        from commands import show
        from commands.start import start

        client = await _client(settings)
        said = as_payload(payload)
        taken = await start(client, workflow, number, prefix, said, settings, again=again)
        answer = await client.query(taken, "status")
        show.as_json(answer) if as_json else show.status(answer)

    run(work)


async def _client(settings: "Settings") -> "DefectsClient":
    from runtime.client import DefectsClient
    from runtime.connection import connect

    return DefectsClient(await connect(settings))


def as_payload(fields: dict[str, Any]) -> dict[str, Any]:
    """Fields as JSON has them; what was not given is left out."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value is not None
    }
