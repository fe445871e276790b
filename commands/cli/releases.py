"""Commands about releases, work in a functional area, and the impact review."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal

import typer

from commands.cli.options import (
    DEFAULT_ACTOR,
    Actor,
    Again,
    Area,
    AsJson,
    At,
    DeployAt,
    Key,
    Release,
    Why,
    described_by,
    update,
)
from commands.cli.run import run, start, tell
from domain.contract.release import AreaWorkStart, ReleaseStart

app = typer.Typer()

PAGE = 500
"""Defects that one update of a release takes."""


@app.command()
@described_by(ReleaseStart)
def plan_release(
    kind: Annotated[Literal["major", "maintenance", "hotfix"], typer.Option()],
    title: Annotated[str, typer.Option()],
    deploy_at: At,
    number: Annotated[
        str | None, typer.Option(help="Number of your own, such as REL-2026.4; else the next one.")
    ] = None,
    window_minutes: Annotated[int | None, typer.Option()] = None,
    area: Annotated[
        list[str] | None, typer.Option(help="Functional area; may be repeated.")
    ] = None,
    notes: Annotated[str | None, typer.Option(help="Release notes; public.")] = None,
    policy: Annotated[str, typer.Option()] = "eto",
    again: Again = False,
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Plan a release; clients get notices ahead of it (R1, R2)."""
    payload = {
        "actor": actor,
        "kind": kind,
        "title": title,
        "deploy_at": deploy_at,
        "window_minutes": window_minutes,
        "functional_areas": area,
        "public_notes": notes,
        "policy": policy,
    }
    start("ReleaseWorkflow", number, "REL", as_json, payload, again=again)


@app.command()
def attach_defect(
    release: Release,
    defects: Annotated[list[str], typer.Argument(help="Numbers of defects.")],
    actor: Actor = DEFAULT_ACTOR,
    key: Key = None,
    as_json: AsJson = False,
) -> None:
    """Add the fixes of defects to the release; attached clients are notified (R3)."""
    tell(release, as_json, *attaching(defects, actor, key))


def attaching(
    defects: Sequence[str], actor: str, key: str | None = None
) -> list[tuple[str, dict[str, Any]]]:
    """The updates that attach these defects: one by its own, more in pages with keys of their own.

    A page under the key of another would count as its repeat.
    """
    if len(defects) == 1:
        return [("attach_defect", {"actor": actor, "key": key, "defect": defects[0]})]
    said: list[tuple[str, dict[str, Any]]] = []
    for first in range(0, len(defects), PAGE):
        of_page = f"{key}.{len(said) + 1}" if key and said else key
        page = list(defects[first : first + PAGE])
        said.append(("attach_defects", {"actor": actor, "key": of_page, "defects": page}))
    return said


@update(app, "detach_defect")
def detach_defect(
    release: Release,
    defect: Annotated[str, typer.Argument()],
    reason: Why,
) -> None:
    """Remove the fix of a defect from the release (R3)."""


@update(app, "reschedule")
def reschedule(release: Release, deploy_at: DeployAt, reason: Why) -> None:
    """Move the release to another date; attached clients are notified (R3)."""


@update(app, "announce")
def announce(release: Release) -> None:
    """Send the advance notice now, whatever its date (R2)."""


@update(app, "freeze")
def freeze(release: Release, reason: Why) -> None:
    """Freeze the contents of the release: no defect joins or leaves."""


@update(app, "unfreeze")
def unfreeze(release: Release) -> None:
    """Unfreeze the contents of the release."""


@update(app, "deploy")
def deploy(release: Release) -> None:
    """Report that the release is deployed; resolves its defects (R4)."""


@update(app, "cancel")
def cancel_release(release: Release, reason: Why) -> None:
    """Cancel the release (R3)."""


@app.command()
@described_by(AreaWorkStart)
def begin_area_work(
    area: Area,
    note: Annotated[str | None, typer.Option()] = None,
    number: Annotated[
        str | None, typer.Option(help="Number of your own; else the next one.")
    ] = None,
    policy: Annotated[str, typer.Option()] = "eto",
    actor: Actor = DEFAULT_ACTOR,
    as_json: AsJson = False,
) -> None:
    """Mark the open S3 and S4 defects of an area as being worked on, in the portal only (R6)."""
    payload = {"actor": actor, "functional_area": area, "note": note, "policy": policy}
    start("AreaWorkWorkflow", number, "AREA", as_json, payload)


@app.command()
def review_impact() -> None:
    """Run the impact review now."""
    from commands import review

    run(review.run)
