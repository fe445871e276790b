"""What people chose, in their mails: whether they get one, in which zone, and the way out."""

import re
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import pytest

from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.events import TOPIC_OF, ClientEvent, Topic
from domain.policy import PreferenceRules
from domain.promise_guard import promises
from tests.activities.rendering.letters import CLIENT_FACTS, NOTICE, POLICY, client_letter

PORTAL = "https://portal.vendor.example"
CHOSEN = Preference("tok/en 1")
NEWS: dict[str, Any] = {"severity": "S1", "stage": "fixing", "text": "We test the fix."}


def _writer(
    *, optional: tuple[Topic, ...] = tuple(Topic), portal_url: str | None = PORTAL, **sender: str
) -> Renderer:
    mail_from = sender.get("mail_from", "ETO Support <support@vendor.example>")
    policy = POLICY.model_copy(update={"preferences": PreferenceRules(optional=list(optional))})
    return Renderer(policy, mail_from, portal_url=portal_url)


def _notice(writer: Renderer, **person: Any) -> Letter:
    return client_letter(
        ClientEvent.RELEASE_NOTICE, NOTICE, writer=writer, preference=CHOSEN, cases=(), **person
    )


class _Links(HTMLParser):
    """Where an HTML part leads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.targets: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where a link leads."""
        if tag == "a":
            self.targets.append(dict(attrs)["href"])


# --- the way out ---------------------------------------------------------------------------------


def test_one_click() -> None:
    """With a portal, a mail program can offer one click, or a mail to the sender (RFC 8058)."""
    headers = _notice(_writer()).headers

    assert headers["List-Unsubscribe"] == (
        f"<{PORTAL}/unsubscribe/newsletter/tok%2Fen%201>,"
        " <mailto:support@vendor.example?subject=unsubscribe%20newsletter%20tok%2Fen%201>"
    )
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_by_mail_only() -> None:
    """Without a portal, a mail to the sender is the way out, and no click is promised."""
    headers = _notice(_writer(portal_url=None)).headers

    assert headers["List-Unsubscribe"] == (
        "<mailto:support@vendor.example?subject=unsubscribe%20newsletter%20tok%2Fen%201>"
    )
    assert "List-Unsubscribe-Post" not in headers


def test_footer_with_a_portal() -> None:
    """The footer leads to the page of the portal."""
    letter = _notice(_writer(portal_url=f"{PORTAL}/"))
    page = f"{PORTAL}/unsubscribe/newsletter/tok%2Fen%201"

    assert letter.text.endswith(
        f"If you no longer want emails about releases and maintenance, unsubscribe\nhere: {page}\n"
    )
    assert _Links(letter.html).targets == [f"{PORTAL}/status", page]


def test_footer_without_a_portal() -> None:
    """The footer says what to write, and to whom."""
    letter = _notice(_writer(portal_url=None))

    assert " ".join(letter.text.split()).endswith(
        'send a message with the subject "unsubscribe newsletter tok/en 1" to'
        " support@vendor.example"
    )
    assert _Links(letter.html).targets == [
        "mailto:support@vendor.example?subject=unsubscribe%20newsletter%20tok%2Fen%201"
    ]


def test_footer_in_the_language() -> None:
    """The footer is in the language of the letter."""
    letter = _notice(_writer(), language="de")

    assert "können Sie sie hier abbestellen:" in " ".join(letter.text.split())


def test_the_senders_address_in_a_link() -> None:
    """An address with a sign of its own meaning, or an international domain, stays one."""
    letter = _notice(_writer(mail_from="help&co?@käse.example", portal_url=None))

    assert letter.headers["List-Unsubscribe"].startswith(
        "<mailto:help%26co%3F@xn--kse-qla.example?subject=unsubscribe%20"
    )


def test_the_header_can_be_folded() -> None:
    """The only blank of the header is between its two ways, where a mail server may fold it."""
    way, other = _notice(_writer()).headers["List-Unsubscribe"].split(" ")

    assert (way[0], way[-2:], other[0], other[-1]) == ("<", ">,", "<", ">")


# --- which mails have one ------------------------------------------------------------------------


def test_optional_mails() -> None:
    """Only what one may opt out of has a way out."""
    writer = _writer()
    with_one = {
        kind
        for kind, facts in CLIENT_FACTS
        if "List-Unsubscribe"
        in client_letter(kind, facts, preference=CHOSEN, writer=writer).headers
    }

    assert with_one == set(TOPIC_OF)


@pytest.mark.parametrize("writer", [_writer(optional=()), _writer(optional=(Topic.PROGRESS,))])
def test_what_the_policy_does_not_offer(writer: Renderer) -> None:
    """Where the policy lets nobody opt out of a topic, everybody gets it, without a way out."""
    refused = Preference("t", newsletter=False)

    assert "List-Unsubscribe" not in _notice(writer).headers
    assert writer.is_wanted(ClientEvent.RELEASE_NOTICE, refused)


def test_without_a_preference() -> None:
    """Nobody can be given a way out whose token is not known."""
    writer = _writer(portal_url=None)
    letter = client_letter(ClientEvent.RELEASE_NOTICE, NOTICE, writer=writer)

    assert "List-Unsubscribe" not in letter.headers
    assert letter == client_letter(ClientEvent.RELEASE_NOTICE, NOTICE)


@pytest.mark.parametrize("kind", ClientEvent)
def test_what_is_wanted(kind: ClientEvent) -> None:
    """Who opts out of everything misses what is optional, and nothing else."""
    refused = Preference("t", progress=False, newsletter=False)

    assert _writer().is_wanted(kind, refused) == (kind not in TOPIC_OF)
    assert _writer().is_wanted(kind, Preference("t"))


def test_topics_apart() -> None:
    """Who opts out of one topic still gets the other."""
    writer = _writer()

    assert writer.is_wanted(ClientEvent.DEFECT_UPDATE, Preference("t", newsletter=False))
    assert not writer.is_wanted(ClientEvent.RELEASE_NOTICE, Preference("t", newsletter=False))
    assert writer.is_wanted(ClientEvent.RELEASE_NOTICE, Preference("t", progress=False))
    assert not writer.is_wanted(ClientEvent.DEFECT_UPDATE, Preference("t", progress=False))


# --- what the words take from it -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "facts"),
    [
        (ClientEvent.DEFECT_CONFIRMED, {"severity": "S1", "stage": "fixing"}),
        (ClientEvent.DEFECT_MERGED, {"severity": "S1", "stage": "fixing", "before": "DEF-1"}),
        (ClientEvent.DEFECT_SEVERITY_CHANGED, {"severity": "S1", "before": "S2"}),
        (ClientEvent.DEFECT_SEVERITY_CHANGED, {"severity": "S2", "before": "S1"}),
    ],
)
@pytest.mark.parametrize(
    ("language", "every_day"),
    [("en", "every day|daily"), ("de", "täglich"), ("es", "cada día|diario")],
)
def test_no_daily_updates_are_announced_to_who_gets_none(
    kind: ClientEvent, facts: dict[str, Any], language: str, every_day: str
) -> None:
    """Who opted out of progress is not told that updates come, or end; where it counts."""
    refused = Preference("t", progress=False, language=language)

    told = {
        optional: re.search(
            every_day,
            client_letter(kind, facts, preference=refused, writer=_writer(optional=optional)).text,
        )
        is not None
        for optional in ((Topic.PROGRESS,), ())
    }

    assert told == {(Topic.PROGRESS,): False, (): True}


@pytest.mark.parametrize(
    ("preferred", "contact", "zone"),
    [
        ("Europe/Berlin", "Asia/Tokyo", "23:05 CET (Europe/Berlin)"),
        (None, "Asia/Tokyo", "07:05 JST (Asia/Tokyo)"),
        ("Central Time", "Asia/Tokyo", "07:05 JST (Asia/Tokyo)"),
        ("", None, "16:05 CST (America/Chicago)"),
        ("Central Time", "nowhere", "16:05 CST (America/Chicago)"),
    ],
)
def test_whose_zone(preferred: str | None, contact: str | None, zone: str) -> None:
    """The preferred zone goes before the contact's, and that before the vendor's."""
    preference = Preference("t", time_zone=preferred)

    letter = client_letter(ClientEvent.CASE_CLOSED, time_zone=contact, preference=preference)

    assert letter.text.rstrip().endswith(zone)
    assert letter.at == datetime(2026, 11, 20, 22, 5, tzinfo=UTC)


@pytest.mark.parametrize("portal_url", [PORTAL, None])
def test_the_footer_promises_nothing(portal_url: str | None) -> None:
    """The way out names no time (D7)."""
    letter = client_letter(
        ClientEvent.DEFECT_UPDATE, NEWS, preference=CHOSEN, writer=_writer(portal_url=portal_url)
    )
    _, _, footer = letter.text.partition("If you no longer want")

    assert footer
    assert promises(f"If you no longer want{footer}", date(2026, 11, 20)) == []
