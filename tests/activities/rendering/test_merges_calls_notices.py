"""What letters about merged defects, requests, calls and releases say."""

import pytest

from domain.contract.events import ClientEvent, StaffEvent
from tests.activities.rendering.letters import (
    ABOUT_CASE,
    CALL,
    NOTICE,
    client_letter,
    quotes,
    staff_letter,
)


def test_merged() -> None:
    """A merged defect's clients learn its new number, and are on the thread of that."""
    letter = client_letter(
        ClientEvent.DEFECT_MERGED,
        {"before": "DEF-000044", "severity": "S3", "stage": "fixing"},
        entity="DEF-000044",
        defect="DEF-000045",
    )
    resolved = client_letter(ClientEvent.DEFECT_RESOLVED)

    assert letter.subject == "[DEF-000045] DEF-000044 has been merged into this defect"
    assert "The number from now on is DEF-000045" in letter.text
    assert letter.headers["X-Defect"] == "DEF-000045"
    assert letter.headers["References"] == resolved.headers["References"]


def test_unmerged() -> None:
    """A defect that was merged by mistake has its own number again."""
    letter = client_letter(
        ClientEvent.DEFECT_UNMERGED,
        {"before": "DEF-000045"},
        entity="DEF-000045",
        defect="DEF-000044",
    )

    assert letter.subject == "[DEF-000044] The defect you reported has its own number again"
    assert letter.headers["X-Defect"] == "DEF-000044"


@pytest.mark.parametrize(
    ("approved", "subject"),
    [
        (True, "[DEF-000045] Your request is granted: severity S2 instead of S3"),
        (False, "[DEF-000045] Your request is declined: the severity stays S3"),
    ],
)
def test_decided(approved: bool, subject: str) -> None:
    """The client learns the decision and its reason either way (D4)."""
    facts = {"approved": approved, "reason": "Reports matter.", "severity": "S2", "before": "S3"}

    letter = client_letter(ClientEvent.RECLASSIFICATION_DECIDED, facts)

    assert letter.subject == subject
    assert quotes(letter) == ["Reports matter."]
    assert letter.headers["X-Defect"] == "DEF-000045"
    assert "\nSeverity" not in letter.text


@pytest.mark.parametrize(
    ("minutes", "length"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (30, "30 minutes"),
        (60, "1 hour"),
        (61, "1 hour and 1 minute"),
        (150, "2 hours and 30 minutes"),
    ],
)
def test_length(minutes: int, length: str) -> None:
    """Minutes are told as people say them."""
    letter = client_letter(ClientEvent.CALL_REMINDER, CALL | {"minutes": minutes})

    assert f"- Duration: {length}\n" in letter.text


def test_call_headers() -> None:
    """A call is about the case it is booked through."""
    to_client = client_letter(ClientEvent.CALL_REMINDER, CALL, cases=())
    to_staff = staff_letter(StaffEvent.CALL_REMINDER, CALL | ABOUT_CASE, case="CASE-000123")

    assert to_client.headers["X-Case"] == to_staff.headers["X-Case"] == "CASE-000123"
    assert "X-Defect" not in to_client.headers


def test_unanswered() -> None:
    """Who did not answer learns what is missing, and how the same case goes on."""
    letter = client_letter(
        ClientEvent.CASE_CLOSED, {"unanswered": True, "items": ["feature"], "return_days": 14.0}
    )

    assert "- Feature – the name of the feature you are working with.\n" in letter.text
    assert "If you answer within 14 days and mention CASE-000123" in " ".join(letter.text.split())
    assert client_letter(ClientEvent.CASE_CLOSED, {"unanswered": False}) == client_letter(
        ClientEvent.CASE_CLOSED
    )


def test_notice_headers() -> None:
    """A notice is about a release and no case, whoever gets it."""
    letter = client_letter(ClientEvent.RELEASE_NOTICE, NOTICE, cases=())

    assert letter.headers["X-Release"] == "REL-2026.4"
    assert {"X-Case", "X-Defect"}.isdisjoint(letter.headers)


def test_notice_tells_no_distance() -> None:
    """How many days ahead a notice was due is not told: one that comes late would be wrong."""
    assert client_letter(ClientEvent.RELEASE_NOTICE, NOTICE | {"days": 14.0}) == client_letter(
        ClientEvent.RELEASE_NOTICE, NOTICE
    )
