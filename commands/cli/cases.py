"""Commands about cases: log and answer a contact, book calls, confirm a defect."""

from typing import Annotated

import typer

from commands.cli.options import (
    Again,
    AsJson,
    At,
    ClientId,
    Email,
    MaybeWhy,
    Number,
    Payload,
    Phone,
    ToClient,
    Why,
    described_by,
    update,
)
from commands.cli.run import start
from domain.contract.case import CaseStart
from domain.contract.values import Channel, Contact, Severity
from domain.severity_rubric import Function, IntakeFacts, WorkaroundEffort, suggest

app = typer.Typer()


@app.command()
@described_by(Contact, CaseStart)
def open_case(
    client: ClientId,
    subject: Annotated[str, typer.Option()],
    email: Email = None,
    description: Annotated[str, typer.Option()] = "",
    number: Annotated[
        str | None, typer.Option(help="Number of your own; else the next one.")
    ] = None,
    channel: Annotated[Channel, typer.Option()] = Channel.PORTAL,
    priority: Annotated[str, typer.Option(help="normal or critical")] = "normal",
    package: Annotated[str, typer.Option(help="standard, legacy or premium")] = "standard",
    name: Annotated[str | None, typer.Option()] = None,
    phone: Phone = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    who_am_i: Annotated[str | None, typer.Option()] = None,
    steps: Annotated[str | None, typer.Option()] = None,
    feature: Annotated[str | None, typer.Option()] = None,
    form_or_report: Annotated[str | None, typer.Option()] = None,
    policy: Annotated[str, typer.Option()] = "eto",
    again: Again = False,
    as_json: AsJson = False,
) -> None:
    """Open a case for a contact (C1)."""
    payload = {
        "client": client,
        "contact": {"email": email, "name": name, "phone": phone, "time_zone": time_zone},
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
    start("CaseWorkflow", number, "CASE", as_json, payload, again=again)


@update(app, "respond")
def respond(case: Number, message: ToClient) -> None:
    """Reply to the client; stops the first-response clock (C6)."""


@update(app, "answer")
def answer(case: Number, message: ToClient) -> None:
    """Answer the question, or explain why it is not a defect; closes the case (C8)."""


@update(app, "confirm_defect")
def confirm(
    case: Number,
    severity: Annotated[Severity | None, typer.Option()] = None,
    title: Annotated[str | None, typer.Option()] = None,
    functional_area: Annotated[str | None, typer.Option("--area")] = None,
    defect: Annotated[str | None, typer.Option()] = None,
    public_summary: Annotated[str | None, typer.Option()] = None,
    internal_description: Annotated[str | None, typer.Option()] = None,
    material: Annotated[bool, typer.Option()] = True,
    blocks_access: Annotated[bool, typer.Option()] = False,
    owner: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Confirm a defect for this case, or attach the case to a known one (C9, C10)."""


@update(app, "book_call")
def book_call(
    case: Number,
    at: At,
    minutes: Annotated[int, typer.Option()],
) -> None:
    """Book a call, or move the one that is booked (C11)."""


@update(app, "cancel_call")
def cancel_call(case: Number, reason: MaybeWhy = None) -> None:
    """Cancel the booked call; its minutes are credited back (C11)."""


@update(app, "set_preferences")
def set_preferences(
    case: Number,
    progress: Annotated[bool | None, typer.Option("--progress/--no-progress")] = None,
    newsletter: Annotated[bool | None, typer.Option("--newsletter/--no-newsletter")] = None,
    digest: Annotated[bool | None, typer.Option("--digest/--no-digest")] = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    language: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Set the email preferences of the contact of this case; the rest stays unchanged."""


@update(app, "correct_contact")
def correct_contact(
    number: Number,
    reason: Why,
    email: Email = None,
    name: Annotated[str | None, typer.Option()] = None,
    phone: Phone = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
    language: Annotated[str | None, typer.Option()] = None,
    case: Annotated[str | None, typer.Option()] = None,
) -> Payload:
    """Replace the contact of a case; what the old address sent back goes to the new one."""
    del number  # The recipient of the command, not part of its payload.
    contact = {"email": email, "name": name, "phone": phone}
    contact |= {"time_zone": time_zone, "language": language}
    return {"contact": contact, "reason": reason, "case": case}


@update(app, "record_notification")
def record_notification(
    number: Number,
    message: Annotated[str, typer.Option()],
    case: Annotated[str | None, typer.Option()] = None,
    note: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Record that a contact without an email address was told something by telephone (T9)."""


@app.command(name="suggest")
def suggest_severity(
    function: Annotated[Function, typer.Option(help="Affected function.")],
    blocked: Annotated[bool, typer.Option(help="Whether it cannot be used at all.")] = False,
    nobody_can_work: Annotated[
        bool, typer.Option(help="Whether there is an outage, or no user can log in.")
    ] = False,
    workaround: Annotated[
        WorkaroundEffort,
        typer.Option(help="Whether there is a workaround, and how much work it is."),
    ] = WorkaroundEffort.NONE,
    major_impact: Annotated[
        bool, typer.Option(help="Whether many users or important work are affected.")
    ] = False,
    unsupported_browser: Annotated[
        bool, typer.Option(help="Whether it happens only in an unsupported browser.")
    ] = False,
    clients_exposed: Annotated[
        int, typer.Option(help="Number of clients whose data was exposed.")
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """Suggest a severity from intake facts, with the reason; the specialist decides (D1)."""
    from commands import show

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
