"""Commands about defects: severity, who is attached, the work, its release, and the end."""

from typing import Annotated

import typer

from commands.cli.options import (
    Area,
    ClientId,
    DeployAt,
    Email,
    MaybeWhy,
    Number,
    Payload,
    Release,
    Why,
    update,
)
from domain.contract.values import Severity, Stage

app = typer.Typer()

PlanVersion = Annotated[int | None, typer.Option()]


# --- severity and people --------------------------------------------------------------------------


@update(app, "change_severity")
def change_severity(
    defect: Number, severity: Annotated[Severity, typer.Argument()], reason: Why
) -> None:
    """Reclassify; clocks follow (D1, T2)."""


@update(app, "request_reclassification")
def request_reclassification(
    defect: Number,
    client: ClientId,
    severity: Annotated[Severity, typer.Option()],
    justification: Annotated[str, typer.Option()],
) -> None:
    """A client thinks it should be classified otherwise; client success decides (D4)."""


@update(app, "decide_reclassification")
def decide_reclassification(
    defect: Number,
    approve: Annotated[bool, typer.Option("--approve/--decline")],
    reason: Annotated[str, typer.Option()],
) -> None:
    """Decide on a client's request; they get the reason either way (D4)."""


@update(app, "attach_case")
def attach(
    defect: Number,
    case: Annotated[str, typer.Argument(help="Number of the case.")],
    client: ClientId,
    email: Email,
    name: Annotated[str | None, typer.Option()] = None,
    time_zone: Annotated[str | None, typer.Option()] = None,
) -> Payload:
    """Attach a further case to a defect (C10)."""
    del defect  # It is told, not part of what it is told.
    contact = {"email": email, "name": name, "time_zone": time_zone}
    return {"case": case, "client": client, "contact": contact}


@update(app, "merge_into")
def merge(
    merged: Number,
    defect: Annotated[str, typer.Option("--into")],
    reason: Why,
) -> None:
    """It is the same as another defect: its cases move there, and this one ends."""


@update(app, "undo_merge")
def undo_merge(defect: Number, reason: Why) -> None:
    """It was not the same after all: its cases come back."""


# --- the work -------------------------------------------------------------------------------------


@update(app, "post_progress")
def post_progress(
    defect: Number,
    public_text: Annotated[str | None, typer.Option("--text")] = None,
    internal_note: Annotated[str | None, typer.Option("--note")] = None,
    stage: Annotated[Stage | None, typer.Option()] = None,
) -> None:
    """Post meaningful progress (D6)."""


@update(app, "offer_workaround")
def workaround(
    defect: Number,
    description: Annotated[str, typer.Option()],
    effort: Annotated[str, typer.Option(help="easy or laborious")] = "easy",
) -> None:
    """Offer a way to live with it (D5)."""


@update(app, "area_work_started")
def area_work_started(
    defect: Number,
    functional_area: Area,
    note: Annotated[str | None, typer.Option()] = None,
) -> None:
    """Mark this one defect as being worked on (R6); `begin-area-work` marks all of an area."""


@update(app, "hold")
def hold(defect: Number, reason: Why) -> None:
    """Stop the target clock (T2)."""


@update(app, "resume")
def resume(defect: Number, reason: MaybeWhy = None) -> None:
    """Let the target clock run again."""


# --- its release ----------------------------------------------------------------------------------


@update(app, "schedule_release")
def schedule_release(
    defect: Number, release: Release, deploy_at: DeployAt, plan_version: PlanVersion = None
) -> None:
    """The fix is planned for this release, or the plan moved (R3): 2026-12-01T18:00:00Z."""


@update(app, "withdraw_release")
def withdraw_release(
    defect: Number, release: Release, reason: Why, plan_version: PlanVersion = None
) -> None:
    """The fix is no longer in this release (R3)."""


@update(app, "release_deployed")
def release_deployed(defect: Number, release: Release) -> None:
    """The release is out: the defect is resolved (R4)."""


# --- the end --------------------------------------------------------------------------------------


@update(app, "resolve")
def resolve(
    defect: Number,
    resolution: Annotated[str, typer.Option()],
    public_text: Annotated[str | None, typer.Option("--text")] = None,
) -> None:
    """It is done: everyone attached is told once, cases close (C9)."""


@update(app, "reopen")
def reopen(defect: Number, reason: Why) -> None:
    """It was not done after all."""


@update(app, "retry_deliveries")
def retry_deliveries(number: Number) -> None:
    """Try again now what could not be delivered."""
