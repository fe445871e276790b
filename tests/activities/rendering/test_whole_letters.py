"""Whole letters, as a client or a member of staff reads them."""

from textwrap import dedent
from typing import Any

import pytest
from jinja2 import UndefinedError

from domain.contract.events import ClientEvent, Role, StaffEvent
from tests.activities.rendering.letters import (
    DEPLOY_AT,
    DIGEST,
    IMPACT,
    RELEASE,
    ROWS,
    TARGET,
    WORKAROUND,
    client_letter,
    staff_letter,
)


def test_whole_confirmation() -> None:
    """A confirmation that can say everything, without a line too many."""
    letter = client_letter(
        ClientEvent.DEFECT_CONFIRMED,
        {
            "severity": "S1",
            "stage": "fixing",
            "public_summary": "Reports stay empty on all sites.",
            "workaround": WORKAROUND,
            "release": RELEASE,
            "progress": {"text": "We found the cause.", "at": "2026-11-19T15:12:00Z"},
        },
        cases=("CASE-000123", "CASE-000124"),
        release="REL-2026.4",
    )

    assert letter.subject == "[DEF-000045] Confirmed as a defect (severity S1)"
    assert letter.text == dedent(
        """\
        Hello Ana Ruiz,

        Thank you for your help. We have confirmed that what you reported in your
        cases CASE-000123 and CASE-000124 is a defect in ETO. Its number is
        DEF-000045 and its severity is S1. We have found the cause and are working
        on the fix.

        Summary:

        > Reports stay empty on all sites.

        The latest update on it:

        > We found the cause.
          Sent Thursday 19 November 2026, 09:12 CST (America/Chicago)

        Until it is resolved, you can use this workaround:

        > Open the report from the site menu.

        We know that this takes some effort, and hope that it still helps.

        The fix is planned for release REL-2026.4, to be deployed on Friday 4
        December 2026, 22:00 CST (America/Chicago). We will notify you if this
        changes.

        You will get an update every day until it is resolved.

        Please mention DEF-000045 whenever you contact us about this.

        ETO Support
        Vendor

        Cases     CASE-000123, CASE-000124
        Defect    DEF-000045
        Severity  S1
        Stage     fixing
        Release   REL-2026.4

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_daily_update() -> None:
    """A daily update to a client without a name on a day without news."""
    letter = client_letter(
        ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "investigating"}, name=None
    )

    assert letter.subject == "[DEF-000045] Daily update: we are still working on it"
    assert letter.text == dedent(
        """\
        Hello,

        There is nothing new to report on DEF-000045 since our last message. We are
        still working on it.

        We are looking for the cause.

        You will get an update every day until it is resolved.

        ETO Support
        Vendor

        Case      CASE-000123
        Defect    DEF-000045
        Severity  S1
        Stage     investigating

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_escalation() -> None:
    """An escalation says why, how bad it is, and what was due when."""
    letter = staff_letter(StaffEvent.DEFECT_ESCALATED, IMPACT | TARGET)

    assert letter.subject == (
        "[DEF-000045] Escalation, S1 target missed: Report engine fails in SiteFilter"
    )
    assert letter.text == dedent(
        """\
        This is an automatic notice for the COO.

        DEF-000045, severity S1, has missed its target: it is not resolved, and its
        target time is over. The support policy requires that you are notified of
        this once.

        It affects 2 clients with 3 cases in the area "Reports":

        > Report engine fails in SiteFilter

        - Target: 2 business days
        - Spent: 2.00 business days
        - Due: Friday 4 December 2026, 22:00 CST (America/Chicago)

        Defect    DEF-000045
        Severity  S1
        Area      Reports

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_digest() -> None:
    """A review says what is first, what is new, what moved, and what clients say of it (D3)."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST, Role.ENGINEERING)

    assert letter.subject == "[REVIEW-2026-47] Review of S3 defects by impact: 12 open"
    assert letter.text == dedent(
        """\
        This is an automatic notice for engineering.

        12 S3 defects are open. These are the first 3, ranked by impact on clients.

        Since the last review, on Monday 30 November 2026, 22:00 CST
        (America/Chicago):

        - New on the list: DEF-000051
        - Up: DEF-000045
        - Down: DEF-000012
        - Off the list: DEF-000009

        1. DEF-000045: Report engine fails in SiteFilter

        - Up from place 3
        - Reports: 4 clients, known for 12 days, priority raised, on hold
        - Client c-8 rates it S2

        Client c-7 rates it S1:

        > Nobody can print.

        2. DEF-000051: A site list is not sorted

        - New on the list
        - Sites: 1 client, known for 1 day
        - Planned for release REL-2026.4, Friday 4 December 2026, 22:00 CST
          (America/Chicago)

        3. DEF-000012: The form forgets its filter

        - Down from place 1
        - Forms: 1 client, known for 90 days

        Number    REVIEW-2026-47
        Severity  S3

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_first_digest() -> None:
    """The first review has nothing to compare with, so nothing is new and nothing has moved."""
    rows = [{name: value for name, value in row.items() if name != "before"} for row in ROWS]

    letter = staff_letter(StaffEvent.REVIEW_DIGEST, {"severity": "S3", "total": 3, "rows": rows})

    assert "3 S3 defects are open. They are ranked" in letter.text
    assert "last review" not in letter.text
    assert "New on the list" not in letter.text


def test_compared_digest() -> None:
    """A place of last time is enough to compare with, even if nobody says when that was."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, {"severity": "S3", "total": 3, "rows": ROWS})

    assert "Since the last review:\n" in letter.text
    assert "- Off the list: none\n" in letter.text
    assert letter.text.count("\n- New on the list") == 2


def test_more_have_gone() -> None:
    """Where more have gone than are named, their number is told."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST | {"gone_count": 7})

    assert "- Off the list: DEF-000009, 7 in all\n" in letter.text
    assert staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST | {"gone_count": 1}) == staff_letter(
        StaffEvent.REVIEW_DIGEST, DIGEST
    )


def test_overdue_release() -> None:
    """A release that is overdue asks once for all its defects (R5)."""
    facts = {"title": "The winter release", "deploy_at": DEPLOY_AT, "defects": 3}
    of_release: dict[str, Any] = {"entity": "REL-2026.4", "release": "REL-2026.4"}

    letter = staff_letter(StaffEvent.DEFECT_RELEASE_OVERDUE, facts, Role.ENGINEERING, **of_release)

    assert letter.subject == "[REL-2026.4] Was release REL-2026.4 deployed? The winter release"
    assert letter.text == dedent(
        """\
        This is an automatic notice for engineering.

        Release REL-2026.4, "The winter release", with the fixes for 3 defects, was
        to be deployed on Friday 4 December 2026, 22:00 CST (America/Chicago). We
        have not been told whether it was deployed or rescheduled.

        Please report the deployment or the new date. Clients have not been notified
        yet.

        Release  REL-2026.4

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )
    assert {name for name in letter.headers if name.startswith("X-")} == {"X-Event", "X-Release"}
    for fact in facts:
        with pytest.raises(UndefinedError):
            staff_letter(
                StaffEvent.DEFECT_RELEASE_OVERDUE, facts | {fact: None}, Role.COO, **of_release
            )
