"""The contract as the interface offers it: what can be started, and what may be said to it.

The messages are the domain's own, and so are their schemas; what differs over HTTP is said once,
here: `actor` may be left out, since the token says who acts, and types are taken strictly.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

from fastapi import Body
from pydantic import BeforeValidator, Field, ValidationError, create_model

from domain.contract import case, contacts, defect, release, staff_notices
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.status import (
    CaseState,
    CaseStatus,
    DefectState,
    DefectStatus,
    ReleaseState,
    ReleaseStatus,
    Status,
)
from domain.contract.values import Command, Message, Number, Opaque
from portal.api.security import Scope

M = TypeVar("M", bound=Message)

_ACTOR: Any = Field(
    default=None,
    description="Counts where the token has the scope `actor:any`; else the token's name does.",
)
_NUMBER: Any = Field(
    default=None, description="A number of your own; without it the next one is issued."
)
WITHIN = (defect.Absorb, defect.GiveBack, defect.WaitForClient, defect.StopWaiting)
"""Updates that only workflows send, to each other: not offered here."""

_JUDGED_BY: Mapping[type[Message], Scope] = {
    case.AssessCritical: Scope.DEFECTS_ASSESS,
    case.ConfirmDefect: Scope.DEFECTS_ASSESS,
    defect.DefectStart: Scope.DEFECTS_ASSESS,
    defect.ChangeSeverity: Scope.DEFECTS_ASSESS,
    defect.DecideReclassification: Scope.DEFECTS_DECIDE,
}
"""What somebody has to judge, who is not whoever else writes: a specialist (C7, C9, D1), or client
success (D4)."""


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
    commands: tuple[type[Command], ...]
    status: type[Status]
    states: Any
    read: Scope
    write: Scope
    queries: tuple[str, ...] = ("timeline",)
    bring_in: Scope | None = None
    """What a start with a `past` needs beside `write`, where it may have one."""

    def needed(self, message: type[Message]) -> tuple[Scope, ...]:
        """The scopes to say something, or to begin one."""
        judged = _JUDGED_BY.get(message)
        return (self.write,) if judged is None else (self.write, judged)

    def lacking(self, message: type[Message], scopes: Collection[str]) -> Scope | None:
        """The first of these that somebody does not have."""
        return next((scope for scope in self.needed(message) if scope not in scopes), None)

    def shown(self, status: Mapping[str, Any], scopes: Collection[str]) -> dict[str, Any]:
        """What a caller may read of an answer: without the scope to read, the number alone."""
        if self.read in scopes:
            return dict(status)
        return {"number": status["number"]}


CASES = Kind(
    name="case",
    plural="cases",
    workflow="CaseWorkflow",
    prefix="CASE",
    begins=case.CaseStart,
    commands=(
        case.Respond,
        case.RequestInformation,
        case.ProvideInformation,
        case.AssessCritical,
        case.ConfirmDefect,
        case.Answer,
        case.BookCall,
        case.CancelCall,
        case.SetPreferences,
        contacts.CorrectContact,
        contacts.RecordNotification,
        staff_notices.Acknowledge,
        staff_notices.Snooze,
        case.CloseCase,
        defect.Assign,
        defect.RetryDeliveries,
    ),
    status=CaseStatus,
    states=CaseState,
    read=Scope.CASES_READ,
    write=Scope.CASES_WRITE,
    bring_in=Scope.CASES_IMPORT,
)
DEFECTS = Kind(
    name="defect",
    plural="defects",
    workflow="DefectWorkflow",
    prefix="DEF",
    begins=defect.DefectStart,
    commands=(
        defect.ChangeSeverity,
        defect.AttachCase,
        defect.DetachCase,
        contacts.CorrectContact,
        contacts.RecordNotification,
        staff_notices.Acknowledge,
        staff_notices.Snooze,
        defect.PostProgress,
        defect.DraftUpdate,
        defect.OfferWorkaround,
        defect.ScheduleRelease,
        defect.WithdrawRelease,
        defect.ReleaseDeployed,
        defect.Hold,
        defect.Resume,
        defect.RecordSeverityFeedback,
        defect.RequestReclassification,
        defect.DecideReclassification,
        defect.AreaWorkStarted,
        defect.MergeInto,
        defect.UndoMerge,
        defect.Resolve,
        defect.Reopen,
        defect.Assign,
        defect.AdoptPolicy,
        defect.RetryDeliveries,
    ),
    status=DefectStatus,
    states=DefectState,
    read=Scope.DEFECTS_READ,
    write=Scope.DEFECTS_WRITE,
    queries=("timeline", "explain"),
    bring_in=Scope.DEFECTS_IMPORT,
)
RELEASES = Kind(
    name="release",
    plural="releases",
    workflow="ReleaseWorkflow",
    prefix="REL",
    begins=release.ReleaseStart,
    commands=(
        release.AttachDefect,
        release.AttachDefects,
        release.DetachDefect,
        release.Reschedule,
        release.Announce,
        release.Freeze,
        release.Unfreeze,
        release.Deploy,
        release.CancelRelease,
        staff_notices.Acknowledge,
        staff_notices.Snooze,
        defect.RetryDeliveries,
    ),
    status=ReleaseStatus,
    states=ReleaseState,
    read=Scope.RELEASES_READ,
    write=Scope.RELEASES_WRITE,
)
KINDS = (CASES, DEFECTS, RELEASES)


@cache
def start_model(kind: Kind) -> type[Message]:
    """The start payload, and the number if there is one; it need not say who acts."""
    return create_model(
        kind.begins.__name__,
        __base__=kind.begins,
        __doc__=kind.begins.__doc__,
        actor=(Opaque | None, _ACTOR),
        number=(Number | None, _NUMBER),
    )


@cache
def command_model(command: type[Command]) -> type[Message]:
    """The command's payload, which need not say who acts."""
    return create_model(
        command.__name__,
        __base__=command,
        __doc__=command.__doc__,
        actor=(Opaque | None, _ACTOR),
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
