"""How a case ends: answered, closed, or with its defect (C8)."""

from datetime import datetime
from typing import Literal

from domain.case import calls
from domain.case.first_response import responded
from domain.case.intake import stop_waiting
from domain.case.state import Case, require_open
from domain.contract.case import Answer, CloseCase
from domain.contract.events import ClientEvent


def answer(case: Case, command: Answer, now: datetime) -> None:
    """C8: the question is answered, or it is no defect."""
    require_open(case)
    case.record("case.answered", now, public=True, public_text=command.message, actor=command.actor)
    responded(case, case.write(ClientEvent.CASE_ANSWERED, now, message=command.message))
    close(case, "answered", now)


def close_case(case: Case, command: CloseCase, now: datetime) -> None:
    """Close without an answer; the reason stays internal (D8)."""
    require_open(case)
    case.record("case.closed", now, public=True, internal_text=command.reason, actor=command.actor)
    case.write(ClientEvent.CASE_CLOSED, now)
    close(case, "closed", now)


def close(
    case: Case, outcome: Literal["answered", "defect_resolved", "closed"], now: datetime
) -> None:
    """The case waits for its client no longer, and no call takes place."""
    stop_waiting(case, now)
    calls.cancel(case, now, "support", None)
    case.closed_at, case.outcome = now, outcome
    case.information.missing, case.information.wrote_at = [], None
