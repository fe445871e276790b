"""Commands about defects: severity, who is attached, the work, its release, and the end."""

from typing import Annotated

import typer

from commands.cli.options import (
    Area,
    At,
    ClientId,
    DeployAt,
    Email,
    MaybeWhy,
    Number,
    Payload,
    Phone,
    Release,
    Why,
    update,
)
from domain.contract.events import Reminder
from domain.contract.values import Severity, Stage

app = typer.Typer()

PlanVersion = Annotated[int | None, typer.Option()]


# --- severity and people --------------------------------------------------------------------------


@update(app, "change_severity")
def change_severity(
    defect: Number, severity: Annotated[Severity, typer.Argument()], reason: Why
) -> None:
    """Change the severity; clocks follow (D1, T2)."""


@update(app, "request_reclassification")
def request_reclassification(
    defect: Number,
    client: ClientId,
    severity: Annotated[Severity, typer.Option()],
    justification: Annotated[str, typer.Option()],
) -> None:
    """Request another severity for a client; client success decides (D4)."""


@update(app, "decide_reclassification")
def decide_reclassification(
    defect: Number,
    approve: Annotated[bool, typer.Option("--approve/--decline")],
    reason: Annotated[str, typer.Option()],
) -> None:
    """Decide on a client's request; the client gets the reason either way (D4)."""


@update(app, "attach_case")
def attach(
    defect: Number,
    case: Annotated[str, typer.Argument(help="Number of the case.")],
    client: ClientId,
    email: Email = None,
    name: Annotated[str | None, typer.Option()] = None,
    phone: Phone = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
) -> Payload:
    """Attach a case to a defect (C10)."""
    del defect  # The recipient of the command, not part of its payload.
    contact = {"email": email, "name": name, "phone": phone, "time_zone": time_zone}
    return {"case": case, "client": client, "contact": contact}


@update(app, "merge_into")
def merge(
    merged: Number,
    defect: Annotated[str, typer.Option("--into")],
    reason: Why,
) -> None:
    """Merge a defect into another one, which takes over its cases."""


@update(app, "undo_merge")
def undo_merge(defect: Number, reason: Why) -> None:
    """Undo a merge; the defect takes its cases back."""


# --- the work -------------------------------------------------------------------------------------


@update(app, "post_progress")
def post_progress(
    defect: Number,
    public_text: Annotated[str | None, typer.Option("--text")] = None,
    internal_note: Annotated[str | None, typer.Option("--note")] = None,
    stage: Annotated[Stage | None, typer.Option()] = None,
) -> None:
    """Post progress (D6)."""


@update(app, "offer_workaround")
def workaround(
    defect: Number,
    description: Annotated[str, typer.Option()],
    effort: Annotated[str, typer.Option(help="easy or laborious")] = "easy",
) -> None:
    """Publish a workaround (D5)."""


@update(app, "area_work_started")
def area_work_started(
    defect: Number,
    functional_area: Area,
    note: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Mark one defect as being worked on (R6); `begin-area-work` marks all of an area."""


@update(app, "hold")
def hold(defect: Number, reason: Why) -> None:
    """Stop the target clock (T2)."""


@update(app, "resume")
def resume(defect: Number, reason: MaybeWhy = None) -> None:
    """Restart the target clock."""


# --- its release ----------------------------------------------------------------------------------


@update(app, "schedule_release")
def schedule_release(
    defect: Number, release: Release, deploy_at: DeployAt, plan_version: PlanVersion = None
) -> None:
    """Plan the fix for a release, or follow a change of that plan (R3)."""


@update(app, "withdraw_release")
def withdraw_release(
    defect: Number, release: Release, reason: Why, plan_version: PlanVersion = None
) -> None:
    """Remove the fix from the release it is planned for (R3)."""


@update(app, "release_deployed")
def release_deployed(defect: Number, release: Release) -> None:
    """Report that the release is deployed; resolves the defect (R4)."""


# --- the end --------------------------------------------------------------------------------------


@update(app, "resolve")
def resolve(
    defect: Number,
    resolution: Annotated[str, typer.Option()],
    public_text: Annotated[str | None, typer.Option("--text")] = None,
) -> None:
    """Resolve the defect, notify attached clients once, and close their cases (C9)."""


@update(app, "reopen")
def reopen(defect: Number, reason: Why) -> None:
    """Reopen a resolved defect."""


@update(app, "acknowledge")
def acknowledge(
    number: Number,
    notice: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Acknowledge a notice to staff, or all of a number, so that it is not repeated (T7)."""


@update(app, "snooze")
def snooze(
    number: Number,
    reminder: Annotated[Reminder, typer.Argument(help="What staff were reminded of.")],
    until: At,
    reason: MaybeWhy = None,
) -> None:
    """Put a reminder to staff off for a while; never an escalation."""


@update(app, "retry_deliveries")
def retry_deliveries(number: Number) -> None:
    """Retry failed and resting deliveries now."""
