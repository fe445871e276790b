"""Commands about webhooks: manage receivers, inspect and replay deliveries."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from commands.cli.options import DEFAULT_ACTOR, INSTANTS, Actor, AsJson
from commands.cli.run import run

app = typer.Typer(
    no_args_is_help=True, help="Manage webhook receivers, inspect and replay deliveries."
)

Receiver = Annotated[str, typer.Argument(help="Id of the receiver, as `webhooks list` shows it.")]
Secret = Annotated[
    str | None,
    typer.Option(
        help="Secret: whsec_ and base64, or plain text; else a new one, shown once.",
        envvar="DEFECTS_ROTATED_SECRET",
    ),
]


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="URL to post to.")],
    events: Annotated[
        list[str] | None,
        typer.Option(help='Event filter: globs such as "defect.*", comma-separated or repeated.'),
    ] = None,
    secret: Secret = None,
    as_json: AsJson = False,
) -> None:
    """Add a receiver; it gets events from now on."""
    from commands import webhooks

    run(lambda settings: webhooks.add(settings, url, events, secret, as_json))


@app.command(name="list")
def list_them(as_json: AsJson = False) -> None:
    """List receivers with event filter, health and backlog. No secret is shown."""
    from commands import webhooks

    run(lambda settings: webhooks.list_them(settings, as_json))


@app.command()
def deliveries(
    receiver: Receiver,
    state: Annotated[str | None, typer.Option(help="State: waiting, sent or failed.")] = None,
    limit: Annotated[int, typer.Option(help="Maximum number, latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Show the state of the latest messages to a receiver."""
    from commands import webhooks

    run(lambda settings: webhooks.deliveries(settings, receiver, state, limit, as_json))


@app.command()
def replay(
    receiver: Receiver,
    since: Annotated[
        datetime | None,
        typer.Option(
            formats=INSTANTS, help="Start, such as 2026-12-01T18:00:00Z; else failed messages only."
        ),
    ] = None,
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Resend failed messages, or all messages since an instant; the ids stay the same."""
    from commands import webhooks

    run(lambda settings: webhooks.replay(settings, receiver, since, actor, as_json))


@app.command()
def disable(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Disable a receiver: its backlog is kept, and no new messages are written for it."""
    from commands import webhooks

    run(lambda settings: webhooks.disable(settings, receiver, actor))


@app.command()
def enable(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Enable a receiver, backlog first; `replay --since` sends the events it missed."""
    from commands import webhooks

    run(lambda settings: webhooks.enable(settings, receiver, actor))


@app.command()
def remove(receiver: Receiver, actor: Actor = DEFAULT_ACTOR) -> None:
    """Remove a receiver and its messages. A worker adds one of the settings again at its start."""
    from commands import webhooks

    run(lambda settings: webhooks.remove(settings, receiver, actor))


@app.command()
def rotate(
    receiver: Receiver,
    secret: Secret = None,
    overlap_hours: Annotated[
        float, typer.Option(min=0, help="Hours the old secret stays valid.")
    ] = 24,
    as_json: AsJson = False,
) -> None:
    """Rotate the secret of a receiver: the old secret stays valid during the overlap."""
    from commands import webhooks

    overlap = timedelta(hours=overlap_hours)
    run(lambda settings: webhooks.rotate(settings, receiver, secret, overlap, as_json))
