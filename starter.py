"""The command line: a demonstration, a development server, and every command of the contract.

Exit codes: 0 done, 1 a promise of the policy was broken (`simulate`), 2 wrong usage or settings,
3 no Temporal server or worker answers, 4 the case or defect refused, 5 no such number.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from temporalio.service import RPCError

from activities.adapters.database import DatabaseNumbers, NoDatabase, make_engine, migrate
from activities.adapters.policy_files import PolicyError
from commands import demo as demonstration
from commands import dev as development
from commands import health as liveness
from commands import show
from commands import simulate as simulation
from commands.histories import HistoryError
from commands.talk import CommandRefused, Line, NoSuchNumber
from domain.messages import Channel, InvalidCommand, Severity, Stage
from domain.severity import Function, IntakeFacts, WorkaroundEffort, suggest
from runtime.codec import AlteredPayload, UnknownKey
from runtime.connection import NoServer, connect
from runtime.logs import configure_logs
from runtime.settings import Settings, SettingsError, read_settings
from runtime.time_zones import use_pinned_zones

app = typer.Typer(no_args_is_help=True, add_completion=False, help=__doc__)

Number = Annotated[str, typer.Argument(help="Number of the case or defect: DEF-000001.")]
Actor = Annotated[str, typer.Option(help="Who acts, an opaque id.", envvar="DEFECTS_ACTOR")]
Key = Annotated[str | None, typer.Option(help="Makes a repeat of this command harmless.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Why = Annotated[str, typer.Option(help="The reason; stays internal.")]

DEFAULT_ACTOR = "starter"

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


def _run(
    work: Callable[[Settings], Coroutine[Any, Any, int | None]], *, logs: bool = False
) -> None:
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
        code = 130
    raise typer.Exit(code)


def _tell(number: str, command: str, as_json: bool, **payload: Any) -> None:
    async def work(settings: Settings) -> None:
        line = Line(await connect(settings))
        answer = await line.tell(number, command, payload)
        show.as_json(answer) if as_json else show.status(answer)

    _run(work)


def _ask(number: str, query: str, as_json: bool, render: Callable[[Any], None]) -> None:
    async def work(settings: Settings) -> None:
        answer = await Line(await connect(settings)).ask(number, query)
        show.as_json(answer) if as_json else render(answer)

    _run(work)


# --- seeing it ------------------------------------------------------------------------------------


@app.command()
def demo(
    mails: Annotated[Path, typer.Option(help="Folder for the mails.")] = Path("var/demo"),
) -> None:
    """Watch cases become defects whose policy carries itself out: months in under a minute."""
    _run(lambda settings: demonstration.run(settings, mails))


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="Port of the Temporal server.")] = 7233,
    ui_port: Annotated[int, typer.Option(help="Port of the Temporal UI.")] = 8233,
    smtp_port: Annotated[int, typer.Option(help="Port of the mail receiver.")] = 1025,
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path("var/dev"),
) -> None:
    """Temporal server with its UI, worker and mail receiver; Ctrl-C stops all, nothing is lost."""
    ports = development.Ports(port, ui_port, smtp_port)
    _run(lambda settings: development.run(settings, folder, ports), logs=True)


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="Bugzilla or status-page histories, JSON Lines.")],
    fast: Annotated[bool, typer.Option(help="The pure machines alone, without Temporal.")] = False,
    as_json: AsJson = False,
    limit: Annotated[int | None, typer.Option(help="Only the first so many histories.")] = None,
) -> None:
    """Run real histories under the policy; ends with 1 if one of its promises is broken."""
    _run(lambda settings: simulation.run(settings, file, fast=fast, as_json=as_json, limit=limit))


# --- cases ----------------------------------------------------------------------------------------


@app.command()
def open_case(
    client: Annotated[str, typer.Option(help="The client's id.")],
    email: Annotated[str, typer.Option(help="Whom to write to.")],
    subject: Annotated[str, typer.Option()],
    description: Annotated[str, typer.Option()] = "",
    number: Annotated[str | None, typer.Option(help="Your own number; else the next one.")] = None,
    channel: Annotated[Channel, typer.Option()] = Channel.PORTAL,
    priority: Annotated[str, typer.Option(help="normal or critical")] = "normal",
    package: Annotated[str, typer.Option(help="standard, legacy or premium")] = "standard",
    name: Annotated[str | None, typer.Option(help="The contact's name.")] = None,
    time_zone: Annotated[str | None, typer.Option(help="The contact's IANA zone.")] = None,
    who_am_i: Annotated[str | None, typer.Option()] = None,
    steps: Annotated[str | None, typer.Option()] = None,
    feature: Annotated[str | None, typer.Option()] = None,
    form_or_report: Annotated[str | None, typer.Option()] = None,
    policy: Annotated[str, typer.Option(help="Name of the policy.")] = "eto",
    as_json: AsJson = False,
) -> None:
    """Log a contact as a case (C1)."""
    payload = {
        "client": client,
        "contact": {"email": email, "name": name, "time_zone": time_zone},
        "channel": channel.value,
        "subject": subject,
        "description": description,
        "priority": priority,
        "support_package": package,
        "who_am_i": who_am_i,
        "steps": steps,
        "feature": feature,
        "form_or_report": form_or_report,
        "policy": policy,
    }

    async def work(settings: Settings) -> None:
        line = Line(await connect(settings))
        case = number if number is not None else await asyncio.to_thread(_next_number, settings)
        await line.start("CaseWorkflow", case, payload)
        answer = await line.ask(case, "status")
        show.as_json(answer) if as_json else show.status(answer)

    _run(work)


def _next_number(settings: Settings) -> str:
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine)
    try:
        return DatabaseNumbers(engine).issue("CASE", str(uuid.uuid4()))
    finally:
        engine.dispose()


@app.command()
def respond(
    case: Number,
    message: Annotated[str, typer.Option(help="To the client.")],
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Answer the client; stops the first-response clock (C6)."""
    _tell(case, "respond", as_json, actor=actor, key=key, message=message)


@app.command()
def answer(
    case: Number,
    message: Annotated[str, typer.Option(help="To the client.")],
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """The question is answered, or it is no defect: closes the case (C8)."""
    _tell(case, "answer", as_json, actor=actor, key=key, message=message)


@app.command()
def confirm(
    case: Number,
    severity: Annotated[Severity | None, typer.Option()] = None,
    title: Annotated[str | None, typer.Option(help="Internal title.")] = None,
    area: Annotated[str | None, typer.Option(help="Functional area.")] = None,
    defect: Annotated[
        str | None, typer.Option(help="Number to use, or of a known defect to attach to.")
    ] = None,
    public_summary: Annotated[str | None, typer.Option(help="What clients may read.")] = None,
    internal_description: Annotated[str | None, typer.Option()] = None,
    material: Annotated[bool, typer.Option()] = True,
    blocks_access: Annotated[bool, typer.Option()] = False,
    owner: Annotated[str | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Confirm a defect for this case, or attach the case to a known one (C9, C10)."""
    _tell(
        case,
        "confirm_defect",
        as_json,
        actor=actor,
        key=key,
        defect=defect,
        severity=severity,
        title=title,
        functional_area=area,
        public_summary=public_summary,
        internal_description=internal_description,
        material=material,
        blocks_access=blocks_access,
        owner=owner,
    )


@app.command(name="suggest")
def suggest_severity(
    function: Annotated[Function, typer.Option(help="What is affected.")],
    blocked: Annotated[bool, typer.Option(help="It cannot be used at all.")] = False,
    nobody_can_work: Annotated[bool, typer.Option(help="An outage, or nobody can log in.")] = False,
    workaround: Annotated[WorkaroundEffort, typer.Option()] = WorkaroundEffort.NONE,
    major_impact: Annotated[bool, typer.Option()] = False,
    unsupported_browser: Annotated[bool, typer.Option()] = False,
    clients_exposed: Annotated[int, typer.Option(help="Clients whose data was exposed.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Suggest a severity from intake facts, with the reason; the specialist decides (D1)."""
    suggestion = suggest(
        IntakeFacts(
            function=function,
            blocked=blocked,
            nobody_can_work=nobody_can_work,
            workaround=workaround,
            major_impact=major_impact,
            unsupported_browser=unsupported_browser,
            clients_exposed=clients_exposed,
        )
    )
    said = {"severity": suggestion.severity.value, "reason": suggestion.reason}
    show.as_json(said) if as_json else show.status(said)


# --- defects --------------------------------------------------------------------------------------


@app.command()
def change_severity(
    defect: Number,
    severity: Annotated[Severity, typer.Argument()],
    reason: Why,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Reclassify; clocks follow (D1, T2)."""
    _tell(
        defect, "change_severity", as_json, actor=actor, key=key, severity=severity, reason=reason
    )


@app.command()
def attach(
    defect: Number,
    case: Annotated[str, typer.Argument(help="Number of the case.")],
    client: Annotated[str, typer.Option(help="The client's id.")],
    email: Annotated[str, typer.Option(help="Whom to write to.")],
    name: Annotated[str | None, typer.Option()] = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Attach a further case to a defect (C10)."""
    contact = {"email": email, "name": name, "time_zone": time_zone}
    _tell(
        defect,
        "attach_case",
        as_json,
        actor=actor,
        key=key,
        case=case,
        client=client,
        contact=contact,
    )


@app.command()
def post_progress(
    defect: Number,
    text: Annotated[str | None, typer.Option(help="For clients.")] = None,
    note: Annotated[str | None, typer.Option(help="Internal.")] = None,
    stage: Annotated[Stage | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Post meaningful progress (D6)."""
    _tell(
        defect,
        "post_progress",
        as_json,
        actor=actor,
        key=key,
        public_text=text,
        internal_note=note,
        stage=stage,
    )


@app.command()
def workaround(
    defect: Number,
    description: Annotated[str, typer.Option(help="For clients.")],
    effort: Annotated[str, typer.Option(help="easy or laborious")] = "easy",
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Offer a way to live with it (D5)."""
    _tell(
        defect,
        "offer_workaround",
        as_json,
        actor=actor,
        key=key,
        description=description,
        effort=effort,
    )


@app.command()
def schedule_release(
    defect: Number,
    release: Annotated[str, typer.Argument(help="Number of the release: REL-2026.4.")],
    deploy_at: Annotated[datetime, typer.Argument(formats=["%Y-%m-%dT%H:%M:%S%z"])],
    plan_version: Annotated[int | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """The fix is planned for this release, or the plan moved (R3): 2026-12-01T18:00:00Z."""
    _tell(
        defect,
        "schedule_release",
        as_json,
        actor=actor,
        key=key,
        release=release,
        deploy_at=deploy_at.isoformat(),
        plan_version=plan_version,
    )


@app.command()
def withdraw_release(
    defect: Number,
    release: Annotated[str, typer.Argument()],
    reason: Why,
    plan_version: Annotated[int | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """The fix is no longer in this release (R3)."""
    _tell(
        defect,
        "withdraw_release",
        as_json,
        actor=actor,
        key=key,
        release=release,
        reason=reason,
        plan_version=plan_version,
    )


@app.command()
def release_deployed(
    defect: Number,
    release: Annotated[str, typer.Argument()],
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """The release is out: the defect is resolved (R4)."""
    _tell(defect, "release_deployed", as_json, actor=actor, key=key, release=release)


@app.command()
def hold(
    defect: Number, reason: Why, actor: Actor = DEFAULT_ACTOR, as_json: AsJson = False
) -> None:
    """Stop the target clock (T2)."""
    _tell(defect, "hold", as_json, actor=actor, reason=reason)


@app.command()
def resume(
    defect: Number,
    reason: Annotated[str | None, typer.Option()] = None,
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Let the target clock run again."""
    _tell(defect, "resume", as_json, actor=actor, reason=reason)


@app.command()
def resolve(
    defect: Number,
    resolution: Annotated[str, typer.Option(help="Internal.")],
    text: Annotated[str | None, typer.Option(help="For clients.")] = None,
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """It is done: everyone attached is told once, cases close (C9)."""
    _tell(
        defect,
        "resolve",
        as_json,
        actor=actor,
        key=key,
        resolution=resolution,
        public_text=text,
    )


@app.command()
def reopen(
    defect: Number, reason: Why, actor: Actor = DEFAULT_ACTOR, as_json: AsJson = False
) -> None:
    """It was not done after all."""
    _tell(defect, "reopen", as_json, actor=actor, reason=reason)


@app.command()
def retry_deliveries(defect: Number, actor: Actor = DEFAULT_ACTOR, as_json: AsJson = False) -> None:
    """Try again now what could not be delivered."""
    _tell(defect, "retry_deliveries", as_json, actor=actor)


@app.command()
def tell(
    number: Number,
    command: Annotated[str, typer.Argument(help="Any update of the contract.")],
    payload: Annotated[str, typer.Argument(help="Its payload, one JSON object.")],
    as_json: AsJson = False,
) -> None:
    """Send any command of the contract with its payload as JSON."""
    try:
        fields = json.loads(payload)
    except json.JSONDecodeError as error:
        raise typer.BadParameter(f"payload is not JSON: {error}") from None
    if not isinstance(fields, dict):
        raise typer.BadParameter("payload must be one JSON object")
    _tell(number, command, as_json, **{"actor": DEFAULT_ACTOR, **fields})


# --- looking --------------------------------------------------------------------------------------


@app.command()
def status(number: Number, as_json: AsJson = False) -> None:
    """How a case or defect stands."""
    _ask(number, "status", as_json, show.status)


@app.command()
def timeline(number: Number, as_json: AsJson = False) -> None:
    """What happened, oldest first."""
    _ask(number, "timeline", as_json, show.timeline)


@app.command()
def explain(defect: Number, as_json: AsJson = False) -> None:
    """What produced every due instant."""
    _ask(defect, "explain", as_json, show.explanation)


# --- running --------------------------------------------------------------------------------------


@app.command(name="migrate")
def migrate_database() -> None:
    """Bring the database of DEFECTS_DATABASE_URL up to date."""

    async def work(settings: Settings) -> None:
        engine = make_engine(settings.database_url.get_secret_value())
        await asyncio.to_thread(migrate, engine)
        engine.dispose()
        typer.echo("the database is up to date")

    _run(work)


@app.command()
def health() -> None:
    """Whether the server answers, workers poll both queues and the database is up to date."""
    _run(liveness.run)


if __name__ == "__main__":
    sys.exit(app())
