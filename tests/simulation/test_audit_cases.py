"""The oracle finds what is not told to the client of a case (C2, C3, C6 to C8, C11)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CaseStart,
    CloseCase,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.parsing import parse
from simulation.oracle.case_audit import audit_case
from simulation.oracle.case_history import Arrived, Booked, CaseEntry, CaseHistory
from simulation.oracle.expected_state import Delivered
from tests.domain.builders import ETO, FRIDAY, at, case_start
from tests.simulation.histories import ADA, DAY, HOUR, SECRET, came, said

MINUTE = timedelta(minutes=1)
OPENED = came(FRIDAY, "case.opened")
MISSED = came(FRIDAY + 2 * HOUR, "case.first_response_missed", "support_manager")
ANSWERED = said(FRIDAY + HOUR, Respond, message="We look into it.")
RESPONDED = came(FRIDAY + HOUR, "case.responded")
MONDAY = FRIDAY + 3 * DAY
"""One business day later."""
ASKED = said(FRIDAY, RequestInformation, items=["a picture"])
ASKED_FOR = came(FRIDAY, "case.information_requested")
REMINDED = came(MONDAY, "case.information_requested")
CALL = at("2027-03-09 10:00")
BOOKED: list[CaseEntry] = [
    said(FRIDAY, BookCall, at=CALL.isoformat(), minutes=30),
    Booked(FRIDAY, 30),
]
CALLED = [came(FRIDAY, "call.booked", who) for who in (ADA, "support")]
CALL_REMINDERS = [
    came(when, "call.reminder", who)
    for when in (CALL - DAY, CALL - HOUR)
    for who in (ADA, "support")
]


def judged(
    log: Sequence[CaseEntry], delivered: list[Delivered], days: float = 1, **start: Any
) -> list[tuple[str, datetime]]:
    """Clause and instant of whatever is wrong, without any patience."""
    begun = parse(CaseStart, case_start(**start))
    ordered = sorted(delivered, key=lambda came: came.at)
    history = CaseHistory(begun, FRIDAY, FRIDAY + days * DAY, log, ordered)
    return [(b.clause, b.at) for b in audit_case(history, ETO, timedelta(0))]


@pytest.mark.parametrize(
    ("log", "delivered", "broken"),
    [
        pytest.param([], [OPENED, MISSED], [], id="missed, and told so"),
        pytest.param([], [OPENED], [("C6", FRIDAY + 2 * HOUR)], id="missed in silence"),
        pytest.param(
            [ANSWERED, Arrived(FRIDAY + HOUR, FRIDAY + HOUR)], [OPENED, RESPONDED], [], id="met"
        ),
        pytest.param(
            [ANSWERED, Arrived(FRIDAY + HOUR, FRIDAY + HOUR)],
            [OPENED, RESPONDED, MISSED],
            [("C6", FRIDAY + 2 * HOUR)],
            id="met, and called missed",
        ),
        pytest.param(
            [ANSWERED, Arrived(FRIDAY + 3 * HOUR, FRIDAY + HOUR)],
            [OPENED, RESPONDED],
            [("C6", FRIDAY + 2 * HOUR)],
            id="written in time, and arrived too late",
        ),
        pytest.param(
            [said(FRIDAY + HOUR, AssessCritical, justified=False, reason=SECRET)],
            [OPENED],
            [],
            id="declined",
        ),
        pytest.param([], [MISSED], [("C2", FRIDAY)], id="no number"),
    ],
)
def test_first_responses(
    log: Sequence[CaseEntry], delivered: list[Delivered], broken: list[tuple[str, datetime]]
) -> None:
    """C2, C6, C7, T9: two hours round the clock, until the answer has arrived."""
    assert judged(log, delivered, subject="Critical: nothing works") == broken


@pytest.mark.parametrize(
    ("log", "delivered", "broken"),
    [
        pytest.param([ASKED], [OPENED, ASKED_FOR, REMINDED], [], id="reminded"),
        pytest.param([ASKED], [OPENED, ASKED_FOR], [("C3", MONDAY)], id="not reminded"),
        pytest.param(
            [ASKED],
            [OPENED, ASKED_FOR, REMINDED, came(MONDAY, "case.information_requested", key="again")],
            [("C3", MONDAY)],
            id="reminded twice",
        ),
        pytest.param(
            [ASKED, said(FRIDAY + HOUR, ProvideInformation, note="Here it is.")],
            [OPENED, ASKED_FOR, REMINDED],
            [("C3", MONDAY)],
            id="reminded of what was given",
        ),
        pytest.param(
            [ASKED, said(FRIDAY + HOUR, Answer, message="It works.")],
            [OPENED, ASKED_FOR],
            [("C8", FRIDAY + HOUR)],
            id="answered in silence",
        ),
    ],
)
def test_what_is_missing(
    log: Sequence[CaseEntry], delivered: list[Delivered], broken: list[tuple[str, datetime]]
) -> None:
    """C3, C8: reminded once per business day for as long as it is missing."""
    assert judged(log, delivered, days=3.5) == broken


def test_after_the_last_reminder_the_case_closes_and_says_so() -> None:
    """C3: three reminders, a business day for each, and one more."""
    weekdays = [MONDAY, *(MONDAY + n * DAY for n in (1, 2))]
    reminders = [came(when, "case.information_requested") for when in weekdays]
    closed = came(MONDAY + 3 * DAY, "case.closed")

    assert judged([ASKED], [OPENED, ASKED_FOR, *reminders, closed], days=9) == []
    assert judged([ASKED], [OPENED, ASKED_FOR, *reminders], days=9) == [("C8", closed.at)]


def test_calls() -> None:
    """C11: both sides hear that it is booked, and are reminded a day and an hour ahead."""
    told = [OPENED, *CALLED]

    assert judged(BOOKED, [*told, *CALL_REMINDERS], days=5) == []
    assert judged(BOOKED, [*told, *CALL_REMINDERS[1:]], days=5) == [("C11", CALL - DAY)]
    refused: list[CaseEntry] = [BOOKED[0], Booked(FRIDAY, 30, refused=True)]
    assert judged(refused, [OPENED], days=5) == []
    assert judged(refused, told, days=5) == [("C11", FRIDAY)] * 2


def test_nothing_twice_and_no_internal_text() -> None:
    """R4, D8: by key, and by what clients read."""
    closing = [said(FRIDAY + HOUR, CloseCase, reason=SECRET)]
    closed = came(FRIDAY + HOUR, "case.closed", text=f"Closed: {SECRET}")
    twice = [("R4", FRIDAY), ("C2", FRIDAY)]

    assert judged(closing, [OPENED, closed]) == [("D8", FRIDAY + HOUR)]
    assert sorted(judged([], [OPENED, OPENED])) == sorted(twice)
