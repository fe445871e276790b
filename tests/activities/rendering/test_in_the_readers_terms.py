"""What a message is about, in words of its reader, and where all about it is found."""

import pytest

from activities.joint_ports import Companion, JointPart
from activities.ports import Letter
from activities.rendering import Renderer
from domain.contract.effects import Joint
from domain.contract.events import ClientEvent
from tests.activities.rendering.letters import (
    CLIENT_FACTS,
    DEPLOY_AT,
    NOTICE,
    POLICY,
    client_letter,
)

PORTAL = "https://help.vendor.example"
WRITER = Renderer(POLICY, "support@vendor.example", portal_url=PORTAL)
PLAN = {"release": "REL-1", "deploy_at": DEPLOY_AT}
FACTS = dict(CLIENT_FACTS)
WORDS = {
    "DEF-000045": "Nobody can log in",
    "CASE-000123": "Printer\nburns",
    "CASE-000124": "x" * 200,
    "CASE-9": "Help!",
}


def scheduled(*companions: Companion, **rest: object) -> Letter:
    """A fix is planned for a release."""
    joint = Joint(release="REL-1", says="planned", change=4)
    return client_letter(
        ClientEvent.DEFECT_RELEASE_SCHEDULED,
        PLAN,
        writer=WRITER,
        joint=joint,
        release="REL-1",
        part=JointPart(1, companions),
        words=WORDS,
        **rest,  # type: ignore[arg-type]
    )


def test_it_begins_with_what_it_is_about() -> None:
    """The defect in the words for clients, the cases in the words of the client, cut to a line."""
    letter = scheduled(cases=("CASE-000123", "CASE-000124", "CASE-77"))
    lines = letter.text.splitlines()

    at = lines.index("- DEF-000045: Nobody can log in")
    assert lines[at - 2] == "Hello Ana Ruiz,"
    assert lines[at + 1] == "- CASE-000123: Printer burns"
    assert lines[at + 2] == "- CASE-000124:"
    assert lines[at + 3] == "  " + "x" * 106 + "…"
    assert "CASE-77" not in "\n".join(lines[: at + 5])
    assert "<li" in letter.html


def test_what_it_says_itself_is_not_said_twice() -> None:
    """The letter of a new case quotes its subject."""
    kind = ClientEvent.CASE_OPENED
    opened = client_letter(kind, FACTS[kind], writer=WRITER, words=WORDS)

    assert "Printer" not in opened.text


@pytest.mark.parametrize(
    ("kind", "page"),
    [
        (ClientEvent.CASE_RESPONDED, "/cases/CASE-000123"),
        (ClientEvent.CALL_BOOKED, "/cases/CASE-000123"),
        (ClientEvent.DEFECT_UPDATE, "/defects/DEF-000045"),
        (ClientEvent.RECLASSIFICATION_DECIDED, "/defects/DEF-000045"),
        (ClientEvent.RELEASE_NOTICE, "/status"),
    ],
)
def test_it_leads_to_its_page(kind: ClientEvent, page: str) -> None:
    """In both forms of the mail; without the address of a portal there is no link."""
    facts = NOTICE if kind is ClientEvent.RELEASE_NOTICE else FACTS[kind]
    cases = () if kind is ClientEvent.RELEASE_NOTICE else ("CASE-000123",)
    letter = client_letter(kind, facts, writer=WRITER, cases=cases)

    assert f"See it in the client portal: {PORTAL}{page}" in " ".join(letter.text.split())
    assert f'<a href="{PORTAL}{page}">' in letter.html
    assert "client portal:" not in client_letter(kind, facts, cases=cases).text


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_other_defects_are_listed_with_summary_and_cases(language: str) -> None:
    """By the public summary, else by what the client called it, else by number alone."""
    letter = scheduled(
        Companion("DEF-2", "Exports stop", ("CASE-5", "CASE-6")),
        Companion("DEF-3", None, ("CASE-9",)),
        Companion("DEF-4", None, ("CASE-10",)),
        language=language,
    )
    lines = letter.text.splitlines()
    joined = {"en": "and", "de": "und", "es": "y"}[language]

    assert f"- DEF-2: Exports stop (CASE-5 {joined} CASE-6)" in lines
    assert "- DEF-3: Help! (CASE-9)" in lines
    assert "- DEF-4 (CASE-10)" in lines
    assert letter.subject.endswith("3 " + {"en": "more)", "de": "weitere)", "es": "más)"}[language])
    assert letter.headers["X-Defect"] == "DEF-000045, DEF-2, DEF-3, DEF-4"
    assert letter.headers["X-Case"] == "CASE-000123, CASE-5, CASE-6, CASE-9, CASE-10"
    assert len(letter.headers["References"].split()) == 4
    assert letter.headers["References"].endswith(letter.headers["In-Reply-To"])


def test_the_id_is_that_of_the_joint_message_whichever_defect_sends_it() -> None:
    """And another one for each of its parts."""
    alone = client_letter(ClientEvent.DEFECT_RELEASE_SCHEDULED, PLAN, writer=WRITER)
    ids = {scheduled(entity=f"DEF-{n}").message_id for n in range(3)}

    assert len(ids) == 1
    assert alone.message_id not in ids
