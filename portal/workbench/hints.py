"""What stands beside the form of some actions: a suggested severity, defects alike, free times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from fastapi import Request
from pydantic import ValidationError
from sqlalchemy import Engine, select

from activities.adapters.database.tables import consultations
from domain.business_time import BusinessCalendar
from domain.contract.case import BookCall, ConfirmDefect
from domain.contract.defect import MergeInto
from domain.contract.release import AttachDefects
from domain.severity_rubric import IntakeFacts, Suggestion, suggest
from portal.pages.forms import Form
from portal.pages.page_renderer import Look, context_of
from portal.workbench.actions import Action
from portal.workbench.fields import FormField, fields_of, payload_of
from portal.workbench.search import Hit, alike, find

FREE_TIMES = 12
_CALL = timedelta(minutes=30)
RUBRIC = fields_of(IntakeFacts)


@dataclass(frozen=True)
class Hints:
    """What is shown beside a form, and what it puts into it."""

    rubric: Sequence[FormField] = ()
    asked: Mapping[str, str] = field(default_factory=dict)
    """What was answered to the questions of the rubric."""
    suggestion: Suggestion | None = None
    alike: Sequence[Hit] = ()
    looked_for: str = ""
    can_look: bool = False
    """Whether one can look for defects by words."""
    free: Sequence[datetime] = ()
    typed: dict[str, str] = field(default_factory=dict)
    """What the form begins with."""


def hints_for(action: Action, snapshot: Mapping[str, Any], request: Request, look: Look) -> Hints:
    """Those of an action on something."""
    context, given = context_of(request), request.query_params
    words = given.get("q", "")[:200]
    if action.command is BookCall:
        calendar = look.policy().calendar
        return Hints(free=free_times(context.engine, calendar, context.now()))
    if action.command in {MergeInto, AttachDefects} or action.page == "attach":
        about = words or _about(snapshot)
        found = find(context.engine, words, ["defect"]) if words else alike(context.engine, about)
        others = [hit for hit in found if hit.number != snapshot["number"]]
        return Hints(alike=others, looked_for=words, can_look=True)
    if action.command is ConfirmDefect:
        asked = {f.name: said for f in RUBRIC if (said := given.get(f.name, "")[:20])}
        suggestion = _suggested(asked, look)
        begins = {"title": _about(snapshot)[:200]}
        if suggestion is not None:
            begins["severity"] = suggestion.severity.value
        return Hints(
            RUBRIC, asked, suggestion, alike(context.engine, _about(snapshot)), typed=begins
        )
    return Hints()


def free_times(engine: Engine, calendar: BusinessCalendar, now: datetime) -> list[datetime]:
    """The next times for a call: on the half hour, within support hours, where none is booked."""
    with engine.connect() as connection:
        ahead = select(consultations.c.call_at).where(consultations.c.call_at > now)
        taken = set(connection.execute(ahead).scalars())
    until = now + timedelta(days=14)
    openings = calendar.openings_between(now + _CALL, until)
    slots = (
        opening.start + number * _CALL
        for opening in openings
        for number in range(int((opening.end - opening.start) / _CALL))
    )
    return list(
        islice((slot for slot in slots if slot > now + _CALL and slot not in taken), FREE_TIMES)
    )


def _about(snapshot: Mapping[str, Any]) -> str:
    return snapshot.get("subject") or snapshot.get("title") or ""


def _suggested(asked: Mapping[str, str], look: Look) -> Suggestion | None:
    if "function" not in asked:
        return None
    try:
        return suggest(IntakeFacts(**payload_of(RUBRIC, Form(asked), look.vendor_times())))
    except ValidationError:
        return None
