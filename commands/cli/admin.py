"""Commands for operators of an installation: development server, import, database, health."""

from pathlib import Path
from typing import Annotated

import typer

from commands.cli.options import DEFAULT_ACTOR, Actor, AsJson, Number
from commands.cli.run import run

app = typer.Typer()


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port of the Temporal server.")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Port of the Temporal UI.")] = 8233,
    smtp_port: Annotated[int, typer.Option(help="Port of the mail receiver.")] = 1025,
    portal_port: Annotated[int, typer.Option(help="Port of the portal.")] = 8080,
    codec_port: Annotated[
        int, typer.Option(help="Port of the codec server; it runs only with encryption keys.")
    ] = 8082,
    folder: Annotated[Path, typer.Option(help="Folder for all data.")] = Path("var/dev"),
) -> None:
    """Run Temporal with its UI, a worker and a mail receiver until Ctrl-C; data is kept."""
    from commands import dev

    ports = dev.Ports(port, ui_port, smtp_port, portal_port, codec_port)
    run(lambda settings: dev.run(settings, folder, ports), logs=True)


@app.command(name="import")
def import_file(
    file: Annotated[
        Path, typer.Argument(help="JSON Lines in the contract's shapes, or Bugzilla bugs.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Check only, without a server.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import existing cases and defects without notifying anyone about past events.

    A line is `{"type": "case" or "defect", "number": …, …, "past": {…}}` with the fields a start
    has, or a bug as Bugzilla's REST API answers it, alone or in `{"bugs": […]}`. A repeat is
    harmless: existing entities stay unchanged. Exits with 1 if a line was refused.
    """
    from commands import importer as bring_in

    run(lambda settings: bring_in.run(settings, file, dry_run=dry_run, as_json=as_json))


@app.command()
def adopt_policy(
    numbers: Annotated[
        list[str] | None, typer.Argument(help="Numbers of defects, such as DEF-000001.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every open defect.")] = False,
    policy: Annotated[str, typer.Option(help="Name of the policy.")] = "eto",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list which due instants would move.")
    ] = False,
    per_second: Annotated[
        float, typer.Option(min=0.01, max=100, help="How many defects per second, at most.")
    ] = 5,
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Move open defects to the present version of the policy (T8), and list what that moves.

    A defect that has it already stays as it is, so a repeat continues where it stopped. Exits with
    1 if any refused, as all do where the workers have another version than this program.
    """
    from commands import adoption

    if everything is bool(numbers):
        raise typer.BadParameter("give numbers, or --all")
    run(
        lambda settings: adoption.run(
            settings,
            numbers,
            adoption.Asked(policy, actor, dry_run=dry_run, per_second=per_second),
            as_json,
        )
    )


@app.command(name="migrate")
def migrate_database() -> None:
    """Migrate the database of DEFECTS_DATABASE_URL to the present schema."""
    from commands import tables

    run(tables.bring_up_to_date)


@app.command()
def health() -> None:
    """Check that server and database answer, and that workers serve all queues and versions."""
    from commands import health

    run(health.run)


@app.command()
def rekey(
    clear: Annotated[
        bool, typer.Option("--clear", help="Write everything in clear, for an older version.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Encrypt what is kept anew under the first of DEFECTS_ENCRYPTION_KEYS.

    Secrets of webhooks, mails that wait for staff, attachments: once after keys were set, and again
    after each change of the first key, before an older one is dropped. What they say stays the
    same. A repeat is harmless, and goes on where one ended. Exits with 1 if something is left that
    needs another key.
    """
    from commands import rekey

    run(lambda settings: rekey.run(settings, clear=clear, as_json=as_json))


@app.command()
def recover(
    number: Number,
    yes: Annotated[bool, typer.Option("--yes", help="Do what is proposed.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is wrong with the workflow of a number and how to set it right; --yes does it.

    A workflow that was terminated or cancelled or has failed is reset to the last good point of its
    history. One that Temporal has lost begins anew from the database. Exits with 1 if something is
    left to do.
    """
    from commands import recover

    run(lambda settings: recover.run(settings, number, yes=yes, as_json=as_json))


@app.command()
def reconcile(
    yes: Annotated[bool, typer.Option("--yes", help="Mend what differs.")] = False,
    per_second: Annotated[
        float, typer.Option(min=0.01, max=100, help="How many workflows per second, at most.")
    ] = 20,
    as_json: AsJson = False,
) -> None:
    """Compare everything that runs with the database, and mend the database with --yes.

    For a database that was restored from an older copy, or is new: workers have to run, started
    with --go-on. Nobody is told anything. Exits with 1 if something is left to do.
    """
    from commands import reconcile

    run(lambda settings: reconcile.run(settings, yes=yes, per_second=per_second, as_json=as_json))


@app.command()
def prune(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only count what would be removed.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Remove what the database keeps no longer, as the schedule `retention` does every night.

    Settings say for how long. What is open keeps all of its own. It needs no Temporal server.
    """
    from commands import retention

    run(lambda settings: retention.run(settings, dry_run=dry_run, as_json=as_json))


@app.command()
def forget(
    contact: Annotated[
        str,
        typer.Argument(
            help="Email address of the person or, without one, the number of a case of theirs."
        ),
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Forget; it cannot be undone.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what would go, as without --yes.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what the database knows of a person; --yes forgets it.

    That something was promised, sent and kept stays on record, under a pseudonym. Whatever is open
    has to be closed first, or to get another contact: it is listed, and the exit code is 4. A
    repeat is harmless. It needs no Temporal server.
    """
    from commands import forgetting

    if yes and dry_run:
        raise typer.BadParameter("give --dry-run or --yes")
    run(lambda settings: forgetting.run(settings, contact, yes=yes, as_json=as_json))
