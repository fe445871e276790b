"""Letters that arrive: whole, once each, over one connection."""

from dataclasses import replace
from email.message import EmailMessage

import pytest

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox, Refused
from tests.activities.smtp.mail_server import ANA, BOB, LETTER, SENDER, Postbox, mail_server, send


def parts(message: EmailMessage) -> list[tuple[str, list[str]]]:
    """Type and lines of each part."""
    return [
        (part.get_content_type(), part.get_content().splitlines()) for part in message.iter_parts()
    ]


def test_delivery(mailbox: Mailbox, postbox: Postbox) -> None:
    """A letter arrives with its headers and both of its parts."""
    send(mailbox, LETTER)

    (message,) = postbox.received
    assert postbox.recipients == [ANA]
    assert postbox.senders == ["support@vendor.example"]
    assert {name: str(value) for name, value in message.items() if name != "Content-Type"} == {
        "From": "ETO Support <support@vendor.example>",
        "To": "Ana Ruiz <ana@client.example>",
        "Subject": LETTER.subject,
        "Date": "Fri, 20 Nov 2026 22:05:00 +0000",
        "Message-ID": LETTER.message_id,
        "MIME-Version": "1.0",
        **LETTER.headers,
    }
    assert message.get_content_type() == "multipart/alternative"
    assert parts(message) == [
        ("text/plain", LETTER.text.splitlines()),
        ("text/html", LETTER.html.splitlines()),
    ]


def test_repeat(mailbox: Mailbox, postbox: Postbox) -> None:
    """A letter sent again has the same Message-ID and the same date."""
    send(mailbox, LETTER)
    send(mailbox, LETTER)

    first, again = postbox.received
    assert first["Message-ID"] == again["Message-ID"] == LETTER.message_id
    assert first["Date"] == again["Date"]


def test_one_connection(mailbox: Mailbox, postbox: Postbox) -> None:
    """One connection serves all letters of a session."""
    send(mailbox, LETTER, replace(LETTER, to=BOB), LETTER)

    assert postbox.recipients == [ANA, BOB, ANA]
    assert postbox.conversations == 1


def test_no_letter(mailbox: Mailbox, postbox: Postbox) -> None:
    """A session without a letter opens no connection."""
    send(mailbox)

    assert postbox.conversations == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".\n..\n.leading dots\n",
        "From here on\n",
        "a" * 5_000 + "\n",
        "Grüße aus Köln, 日本語, 🙂\n",
        "日" * 2_000 + "\n",
    ],
)
def test_any_text(mailbox: Mailbox, postbox: Postbox, text: str) -> None:
    """Any text arrives as it was, in lines every server takes, without bare 8-bit."""
    send(mailbox, replace(LETTER, text=text, html=text))

    lines = text.splitlines() or [""]
    assert parts(postbox.received[0]) == [("text/plain", lines), ("text/html", lines)]
    assert postbox.raw[0].isascii()
    assert max(len(line) for line in postbox.raw[0].splitlines()) < 998


def test_international_domain(mailbox: Mailbox, postbox: Postbox) -> None:
    """A domain that is not ASCII goes as the name it has in the DNS."""
    send(mailbox, replace(LETTER, to="ana@käse.example"))

    assert postbox.recipients == ["ana@xn--kse-qla.example"]


def test_no_letter_goes_to_a_namesake(mailbox: Mailbox, postbox: Postbox) -> None:
    """What has no domain of its own is refused, not sent to the one it resembles."""
    send(mailbox, replace(LETTER, to="ana@straße.example"))
    with pytest.raises(Refused) as refusal:
        send(mailbox, replace(LETTER, to="ana@ℂ.example"))

    assert postbox.recipients == ["ana@xn--strae-oqa.example"]
    assert refusal.value.code == "address"


def test_each_letter_has_an_envelope_of_its_own(postbox: Postbox) -> None:
    """A report names it by where it is sent; the letter itself is from whom it was."""
    ours = f"<{'0a' * 20}@vendor.example>"
    with mail_server(postbox) as address:
        mailbox = SmtpMailbox(f"smtp://{address}", SENDER, bounce_address="bounces@käse.example")
        send(mailbox, replace(LETTER, message_id=ours), replace(LETTER, message_id="<1@v.example>"))

    assert postbox.senders == [
        f"bounces+{'0a' * 20}@xn--kse-qla.example",
        "bounces@xn--kse-qla.example",
    ]
    assert {message["From"] for message in postbox.received} == {postbox.received[0]["From"]}


def test_international_address(mailbox: Mailbox, postbox: Postbox) -> None:
    """An address that is not ASCII goes by SMTPUTF8."""
    send(mailbox, replace(LETTER, to="änä@client.example", to_name="Änä, 日本"), LETTER)

    assert postbox.recipients == ["änä@client.example", ANA]
    assert "<änä@client.example>".encode() in postbox.raw[0]
    assert postbox.received[0]["Subject"] == LETTER.subject


def test_server_without_smtputf8(postbox: Postbox) -> None:
    """An address the server has no way to take is refused; the next letter is not."""
    with (
        mail_server(postbox, enable_SMTPUTF8=False) as address,
        SmtpMailbox(f"smtp://{address}", SENDER).open() as session,
    ):
        with pytest.raises(Refused) as caught:
            session.send(replace(LETTER, to="änä@client.example"))
        session.send(LETTER)

    assert caught.value.code == "smtputf8"
    assert postbox.recipients == [ANA]
