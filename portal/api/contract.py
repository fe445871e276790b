"""The contract as the interface offers it: what can be started, and what may be said to it.

The messages are the domain's own, and so are their schemas; what differs over HTTP is said once,
here: `actor` may be left out, since the token says who acts, and types are taken strictly.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Body
from pydantic import BeforeValidator, ValidationError, create_model

from domain import messages
from domain.case import Case
from domain.defect import Defect
from domain.messages import Command, InvalidCommand, Message, Number, Opaque, parse
from domain.release import Release
from portal.api.answers import (
    CaseState,
    CaseStatus,
    DefectState,
    DefectStatus,
    ReleaseState,
    ReleaseStatus,
    Status,
)
from portal.api.security import Scope

M = TypeVar("M", bound=Message)

WITHIN = (messages.Absorb, messages.GiveBack, messages.WaitForClient, messages.StopWaiting)
"""Updates that workflows send each other and nobody else has cause to: not offered here."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Cases, defects or releases: everything the endpoints of one of them are made of."""

    name: Literal["case", "defect", "release"]
    plural: str
    workflow: str
    prefix: str
    """What numbers of ours begin with."""
    begins: type[Message]
    """The start payload."""
    opens: Callable[..., Any]
    """Tries a start payload."""
    commands: tuple[type[Command], ...]
    status: type[Status]
    states: Any
    read: Scope
    write: Scope
    queries: tuple[str, ...] = ("timeline",)


CASES = Kind(
    name="case",
    plural="cases",
    workflow="CaseWorkflow",
    prefix="CASE",
    begins=messages.CaseStart,
    opens=Case.open,
    commands=(
        messages.Respond,
        messages.RequestInformation,
        messages.ProvideInformation,
        messages.AssessCritical,
        messages.ConfirmDefect,
        messages.Answer,
        messages.BookCall,
        messages.CancelCall,
        messages.SetPreferences,
        messages.CloseCase,
        messages.RetryDeliveries,
    ),
    status=CaseStatus,
    states=CaseState,
    read=Scope.CASES_READ,
    write=Scope.CASES_WRITE,
)
DEFECTS = Kind(
    name="defect",
    plural="defects",
    workflow="DefectWorkflow",
    prefix="DEF",
    begins=messages.DefectStart,
    opens=Defect.open,
    commands=(
        messages.ChangeSeverity,
        messages.AttachCase,
        messages.DetachCase,
        messages.PostProgress,
        messages.OfferWorkaround,
        messages.ScheduleRelease,
        messages.WithdrawRelease,
        messages.ReleaseDeployed,
        messages.Hold,
        messages.Resume,
        messages.RecordSeverityFeedback,
        messages.RequestReclassification,
        messages.DecideReclassification,
        messages.AreaWorkStarted,
        messages.MergeInto,
        messages.UndoMerge,
        messages.Resolve,
        messages.Reopen,
        messages.AdoptPolicy,
        messages.RetryDeliveries,
    ),
    status=DefectStatus,
    states=DefectState,
    read=Scope.DEFECTS_READ,
    write=Scope.DEFECTS_WRITE,
    queries=("timeline", "explain"),
)
RELEASES = Kind(
    name="release",
    plural="releases",
    workflow="ReleaseWorkflow",
    prefix="REL",
    begins=messages.ReleaseStart,
    opens=Release.open,
    commands=(
        messages.AttachDefect,
        messages.AttachDefects,
        messages.DetachDefect,
        messages.Reschedule,
        messages.Announce,
        messages.Freeze,
        messages.Unfreeze,
        messages.Deploy,
        messages.CancelRelease,
        messages.RetryDeliveries,
    ),
    status=ReleaseStatus,
    states=ReleaseState,
    read=Scope.RELEASES_READ,
    write=Scope.RELEASES_WRITE,
)
KINDS = (CASES, DEFECTS, RELEASES)


def start_model(kind: Kind) -> type[Message]:
    """The start payload, and the number if there is one; it need not say who acts."""
    return create_model(
        kind.begins.__name__,
        __base__=kind.begins,
        __doc__=kind.begins.__doc__,
        actor=(Opaque | None, None),
        number=(Number | None, None),
    )


def command_model(command: type[Command]) -> type[Message]:
    """The command's payload, which need not say who acts."""
    return create_model(
        command.__name__,
        __base__=command,
        __doc__=command.__doc__,
        actor=(Opaque | None, None),
    )


def start_body(kind: Kind) -> Any:
    """The annotation of a start's body."""
    return _body(start_model(kind))


def command_body(command: type[Command]) -> Any:
    """The annotation of a command's body."""
    return _body(command_model(command))


def _body(model: Any) -> Any:
    return Annotated[model, BeforeValidator(lambda payload: read(model, payload)), Body()]


def read(model: type[M], payload: object) -> M:
    """A payload in the contract's words, taken strictly: `"true"` is no truth value.

    Raises:
        InvalidCommand: naming the first field that is wrong.
    """
    said = parse(model, payload)
    try:
        model.model_validate_json(json.dumps(payload), strict=True)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or "payload"
        raise InvalidCommand(field, first["msg"].replace("Input should", "must")) from None
    return said
