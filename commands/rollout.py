"""`starter.py rollout`: shows the versions of the worker's code, and moves what runs on them."""

from dataclasses import asdict

import typer
from rich.table import Table

from commands import nudge as nudging
from commands import show, versions
from runtime.connection import connect
from runtime.settings import Settings


async def look(settings: Settings, as_json: bool) -> None:
    """Each version, what runs on it, and whether its workers may stop."""
    found = await versions.look(await connect(settings))
    if as_json:
        each = [asdict(v) | {"may_stop": v.may_stop} for v in found.versions]
        show.as_json(asdict(found) | {"versions": each})
    else:
        show.console.print(_table(found))


async def numbers(settings: Settings, as_json: bool) -> None:
    """Every open workflow with its version, one a line as they come, or all in one list."""
    everything = versions.where(await connect(settings))
    if as_json:
        show.as_json([p._asdict() async for p in everything])
    else:
        async for place in everything:
            typer.echo("\t".join(place))


async def to(settings: Settings, build_id: str, percent: float | None) -> None:
    """Make a version the current one, or ramp it."""
    client = await connect(settings)
    await versions.route(client, build_id, percent)
    show.console.print(_table(await versions.look(client)))


async def nudge(settings: Settings, limit: int | None, as_json: bool) -> int:
    """Move what is elsewhere; answers the exit code."""
    client = await connect(settings)
    with show.progress(as_json) as bar:
        task = bar.add_task("Moving", total=None)
        done = await nudging.nudge(
            client, limit=limit, on_moved=lambda count: bar.update(task, completed=count)
        )
    if as_json:
        show.as_json(asdict(done))
    else:
        typer.echo(f"{done.moved} moved to {done.target}, {len(done.left)} did not")
        for number in done.left:
            typer.echo(f"  {number}", err=True)
    if done.gave_up:
        typer.echo("Nothing moved any more. Do workers of its version run?", err=True)
    return 1 if done.left else 0


def _table(found: versions.Rollout) -> Table:
    table = Table("version", "state", "workers", "runs", "may stop", box=None)
    for version in found.versions:
        state = version.state
        if version.build_id == found.ramping:
            state += f", {found.percent:g} %"
        runs = ", ".join(
            f"{count} {kind}{'' if count == 1 else 's'}" for kind, count in version.running.items()
        )
        may_stop = "yes" if version.may_stop else "no"
        table.add_row(version.build_id, state, str(version.workers), runs or "nothing", may_stop)
    return table
