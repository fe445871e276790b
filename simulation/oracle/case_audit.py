"""Says which promises to the client of a case were broken (C2, C3, C6 to C8, C11).

An oracle like `audit`, for cases. Contacts that were corrected are not followed.
"""

from collections.abc import Iterator
from datetime import timedelta

from domain.contract.case import AssessCritical, CancelCall, CloseCase
from domain.contract.events import ClientEvent, StaffEvent
from domain.policy import PinnedPolicy
from simulation.oracle.audit import GRACE, SHORTEST_SECRET
from simulation.oracle.case_course import CaseCourse
from simulation.oracle.case_history import CaseHistory
from simulation.oracle.expected_state import Said
from simulation.oracle.matching import Broken, mismatches

CLAUSES: dict[str, str] = {
    ClientEvent.CASE_OPENED: "C2",
    ClientEvent.CASE_INFORMATION_REQUESTED: "C3",
    ClientEvent.CASE_RESPONDED: "C6",
    ClientEvent.CASE_ANSWERED: "C8",
    ClientEvent.CASE_CLOSED: "C8",
    ClientEvent.CASE_REOPENED: "C3",
    ClientEvent.CALL_BOOKED: "C11",
    ClientEvent.CALL_REMINDER: "C11",
    ClientEvent.CALL_CANCELLED: "C11",
    StaffEvent.CASE_FIRST_RESPONSE_MISSED: "C6",
    StaffEvent.CASE_CRITICAL_DECLINED: "C7",
    StaffEvent.CASE_CLIENT_WROTE: "C3",
}
"""Every event a case owes, and the clause that asks for it."""


def audit_case(
    history: CaseHistory, policy: PinnedPolicy, grace: timedelta = GRACE
) -> tuple[Broken, ...]:
    """Hold a case against its policy; what was broken, earliest first."""
    owed = CaseCourse(history, policy, grace).play()
    found = [
        *mismatches(owed, history.delivered, CLAUSES, history.until, grace),
        *_twice(history),
        *_told_secrets(history),
    ]
    return tuple(sorted(found, key=lambda broken: broken.at))


def _twice(history: CaseHistory) -> Iterator[Broken]:
    seen: set[tuple[str, str]] = set()
    for came in history.delivered:
        if (came.key, came.recipient) in seen:
            yield Broken("R4", came.at, f"{came.key} came twice", came.recipient)
        seen.add((came.key, came.recipient))


def _told_secrets(history: CaseHistory) -> Iterator[Broken]:
    """D8: what staff wrote for themselves."""
    secrets = {
        reason
        for entry in history.log
        if isinstance(entry, Said)
        and isinstance(entry.command, AssessCritical | CloseCase | CancelCall)
        and len(reason := entry.command.reason or "") >= SHORTEST_SECRET
    }
    client = history.start.contact.email
    for came in history.delivered:
        to_client = client is not None and came.recipient == client.lower()
        if to_client and any(secret in came.text for secret in secrets):
            yield Broken("D8", came.at, f"{came.key} holds internal text", came.recipient)
