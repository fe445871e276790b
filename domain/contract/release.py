"""What may be said to a release, and how work in an area and a review begin."""

from typing import Annotated, Literal

from pydantic import Field

from domain.contract.values import (
    Command,
    Instant,
    InternalText,
    Line,
    Number,
    Opaque,
    PublicText,
    PublicTitle,
    Reason,
    Start,
)

ReleaseKind = Literal["major", "maintenance", "hotfix"]


class ReleaseStart(Start):
    """The start payload of `ReleaseWorkflow` (R1)."""

    actor: Opaque
    """Who acts: an id that means something to you."""
    kind: ReleaseKind
    """What kind of release it is."""
    title: PublicTitle
    """Public name; may promise no time."""
    deploy_at: Instant
    """When it will be deployed."""
    window_minutes: int | None = Field(default=None, ge=1, le=100_000)
    """How long the software may be unavailable."""
    functional_areas: list[Line] = Field(default_factory=list, max_length=100)
    """What it changes; public."""
    public_notes: PublicText | None = None
    """What is new; public."""
    policy: Opaque = "eto"
    """Name of the policy it begins under."""


class AttachDefect(Command):
    """Add the fix of a defect to the release (R3)."""

    name = "attach_defect"
    defect: Number
    """Number of the defect."""


class AttachDefects(Command):
    """Add the fixes of several defects to the release (R3)."""

    name = "attach_defects"
    defects: Annotated[list[Number], Field(min_length=1, max_length=500)]
    """Numbers of the defects."""


class DetachDefect(Command):
    """Remove the fix of a defect from the release (R3)."""

    name = "detach_defect"
    defect: Number
    """Number of the defect."""
    reason: Reason
    """Why; stays internal."""


class Reschedule(Command):
    """Move the release to another date (R3)."""

    name = "reschedule"
    deploy_at: Instant
    """The new date, in the future."""
    reason: Reason
    """Why; stays internal."""


class Announce(Command):
    """Send the advance notice now, whatever its date (R2)."""

    name = "announce"


class Freeze(Command):
    """Freeze the contents of the release: no defect joins or leaves."""

    name = "freeze"
    reason: Reason
    """Why; stays internal."""


class Unfreeze(Command):
    """Unfreeze the contents of the release."""

    name = "unfreeze"


class Deploy(Command):
    """Report that the release is deployed; resolves its defects (R4)."""

    name = "deploy"


class CancelRelease(Command):
    """Cancel the release (R3)."""

    name = "cancel"
    reason: Reason
    """Why; stays internal."""


class AreaWorkStart(Start):
    """The start payload of `AreaWorkWorkflow`: work begins in a functional area (R6)."""

    actor: Opaque
    """Who acts: an id that means something to you."""
    functional_area: Line
    """The part of the product concerned, named the same way every time."""
    note: InternalText | None = None
    """For staff."""
    policy: Opaque = "eto"
    """Name of the policy it begins under."""


class ReviewStart(Start):
    """The start payload of `ImpactReviewWorkflow`."""

    actor: Opaque = "impact-review"
    """Who acts: an id that means something to you."""
    policy: Opaque = "eto"
    """Name of the policy it begins under."""
