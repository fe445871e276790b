"""Subjects, headers and ids of letters, by which mail programs thread and filter."""

import re

import pytest

from activities.ports import Letter
from activities.rendering import Renderer
from activities.template_words import SUBJECT_LENGTH
from domain.contract.effects import NotifyStaff
from domain.contract.events import ClientEvent, Role, StaffEvent
from tests.activities.rendering.letters import (
    AT,
    DEPLOY_AT,
    IMPACT,
    POLICY,
    STAFF_FACTS,
    client_letter,
    client_letters,
    number_of,
    staff_letter,
    staff_letters,
)


@pytest.mark.parametrize("letter", [*client_letters(), *staff_letters()])
def test_subject(letter: Letter) -> None:
    """The subject begins with the number."""
    event = letter.headers["X-Event"]
    kind = ClientEvent(event) if event in set(ClientEvent) else StaffEvent(event)

    assert letter.subject.startswith(f"[{number_of(kind)}] ")
    assert letter.subject.strip() == letter.subject


def test_long_subject() -> None:
    """A long subject is cut, and shows it."""
    letter = client_letter(ClientEvent.CASE_OPENED, {"subject": "long " * 40, "critical": False})

    assert len(letter.subject) <= SUBJECT_LENGTH
    assert letter.subject.endswith("long…")


def test_headers() -> None:
    """The headers name the event, all cases of the person, the defect and the release."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_SCHEDULED,
        {"release": "REL-2026.4", "deploy_at": DEPLOY_AT},
        cases=("CASE-000123", "CASE-000124"),
        defect="DEF-000045",
        release="REL-2026.4",
    )

    thread = letter.headers["References"]
    assert {
        "X-Event": "defect.release_scheduled",
        "X-Case": "CASE-000123, CASE-000124",
        "X-Defect": "DEF-000045",
        "X-Release": "REL-2026.4",
        "Auto-Submitted": "auto-generated",
        "References": thread,
        "In-Reply-To": thread,
    } == letter.headers


def test_fewer_headers() -> None:
    """Headers that do not apply are left out; a case's own number is known."""
    opened = client_letter(ClientEvent.CASE_CLOSED, cases=())
    raised = staff_letter(StaffEvent.DEFECT_RAISED, IMPACT)
    missed = staff_letter(*STAFF_FACTS[0], case="CASE-000123")

    always = {"X-Event", "Auto-Submitted", "References", "In-Reply-To"}
    assert opened.headers.keys() == always | {"X-Case"}
    assert opened.headers["X-Case"] == "CASE-000123"
    assert raised.headers.keys() == always | {"X-Defect"}
    assert missed.headers["X-Case"] == "CASE-000123"


def test_message_id() -> None:
    """The Message-ID is the same on every retry, however the address is capitalised."""
    first = client_letter(ClientEvent.CASE_CLOSED, email="ana@client.example")
    again = client_letter(ClientEvent.CASE_CLOSED, email="Ana@Client.Example", name=None)

    assert first.message_id == again.message_id
    assert re.fullmatch(r"<[0-9a-f]{40}@vendor\.example>", first.message_id)


def test_other_message_id() -> None:
    """The Message-ID differs by recipient and by effect."""
    letters = [
        client_letter(ClientEvent.CASE_CLOSED),
        client_letter(ClientEvent.CASE_CLOSED, email="bob@client.example"),
        client_letter(ClientEvent.CASE_CLOSED, key="2"),
    ]

    assert len({letter.message_id for letter in letters}) == 3


def test_threads() -> None:
    """All messages to one person about one number refer to the same thread."""
    confirmed = client_letter(ClientEvent.DEFECT_CONFIRMED, {"severity": "S3", "stage": "fixing"})
    resolved = client_letter(ClientEvent.DEFECT_RESOLVED, key="9")
    closed = client_letter(ClientEvent.CASE_CLOSED, defect="DEF-000045")
    to_bob = client_letter(ClientEvent.DEFECT_RESOLVED, email="bob@client.example")

    thread = confirmed.headers["References"]
    assert thread == resolved.headers["References"]
    assert thread != closed.headers["References"]
    assert thread != to_bob.headers["References"]
    assert thread not in {confirmed.message_id, resolved.message_id}


def test_sender() -> None:
    """The sender may have a name, and a domain that is not ASCII."""
    named = Renderer(POLICY, "ETO Support <support@käse.example>")
    tell = NotifyStaff(
        key="DEF-1/1/defect.raised",
        entity="DEF-1",
        sequence=1,
        at=AT,
        kind=StaffEvent.DEFECT_RAISED,
        role=Role.ENGINEERING,
        facts=IMPACT,
    )

    letter = named.staff_letter(tell, "x@vendor.example", AT)

    assert letter.message_id.endswith("@xn--kse-qla.example>")


@pytest.mark.parametrize("mail_from", ["", "support", "@vendor.example", "support@"])
def test_wrong_sender(mail_from: str) -> None:
    """A sender without an address is named as the wrong setting."""
    with pytest.raises(ValueError, match="DEFECTS_MAIL_FROM"):
        Renderer(POLICY, mail_from)
