"""Commands about webhooks: who receives them, what became of them, sending some once more."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from commands.cli.options import DEFAULT_ACTOR, INSTANTS, Actor, AsJson
from commands.cli.run import run

app = typer.Typer(no_args_is_help=True, help="Receivers of webhooks, and what became of each.")

Receiver = Annotated[str, typer.Argument(help="Its id, as `webhooks list` shows it.")]
Secret = Annotated[
    str | None,
    typer.Option(
        help="whsec_ and base64, or plain text; else a new one is made and shown once.",
        envvar="DEFECTS_ROTATED_SECRET",
    ),
]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Where to post to.")],
    events: Annotated[
        list[str] | None,
        typer.Option(help='Globs such as "defect.*", with commas or given several times.'),
    ] = None,
    secret: Secret = None,
    as_json: AsJson = False,
) -> None:
    """Add a receiver; it gets what happens from now on."""
    from commands import webhooks

    run(lambda settings: webhooks.add(settings, url, events, secret, as_json))


@app.command(name="list")
def list_them(as_json: AsJson = False) -> None:
    """Every receiver: what it wants, how it is, how much waits. No secret is shown."""
    from commands import webhooks

    run(lambda settings: webhooks.list_them(settings, as_json))


@app.command()
def deliveries(
    receiver: Receiver,
    state: Annotated[str | None, typer.Option(help="waiting, sent or failed")] = None,
    limit: Annotated[int, typer.Option(help="How many, the latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What became of the latest messages to a receiver."""
    from commands import webhooks

    run(lambda settings: webhooks.deliveries(settings, receiver, state, limit, as_json))


@app.command()
def replay(
    receiver: Receiver,
    since: Annotated[
        datetime | None,
        typer.Option(formats=INSTANTS, help="Everything since 2026-12-01T18:00:00Z, sent or not."),
    ] = None,
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Send again what was given up, or everything since an instant; the ids stay the same."""
    from commands import webhooks

    run(lambda settings: webhooks.replay(settings, receiver, since, actor, as_json))


@app.command()
def disable(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Send nothing to it; what waits stays, and nothing is written for it meanwhile."""
    from commands import webhooks

    run(lambda settings: webhooks.disable(settings, receiver, actor))


@app.command()
def enable(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Send to it again, what waits first; `replay --since` brings what happened meanwhile."""
    from commands import webhooks

    run(lambda settings: webhooks.enable(settings, receiver, actor))


@app.command()
def remove(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Forget a receiver and every message to it. One of the settings comes back with a worker."""
    from commands import webhooks

    run(lambda settings: webhooks.remove(settings, receiver, actor))


@app.command()
def rotate(
    receiver: Receiver,
    secret: Secret = None,
    overlap_hours: Annotated[
        float, typer.Option(min=0, help="How long the one before stays valid.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Give a receiver a new secret: both sign until the one before is over."""
    from commands import webhooks

    overlap = timedelta(hours=overlap_hours)
    run(lambda settings: webhooks.rotate(settings, receiver, secret, overlap, as_json))
