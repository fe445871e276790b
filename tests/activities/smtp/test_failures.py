"""Letters that do not arrive: refused for good, or not now."""

import socket
from dataclasses import replace

import pytest

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox, NotNow, Refused
from tests.activities.smtp.mail_server import (
    ANA,
    BOB,
    HOST,
    LETTER,
    SENDER,
    Postbox,
    mail_server,
    not_now,
    send,
)


@pytest.mark.parametrize("where", ["to_recipient", "to_text"])
@pytest.mark.parametrize("answer", ["550 5.1.1 <ana@client.example>: unknown", "552 too large"])
def test_refused(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A letter refused for good says so by code; the session goes on with the next one."""
    getattr(postbox, where).append(answer)

    with mailbox.open() as session:
        with pytest.raises(Refused) as caught:
            session.send(LETTER)
        session.send(replace(LETTER, to=BOB))

    assert caught.value.code == f"smtp-{answer[:3]}"
    assert postbox.recipients == [BOB]
    assert postbox.conversations == 1


@pytest.mark.parametrize("where", ["to_sender", "to_recipient", "to_text"])
def test_not_now(mailbox: Mailbox, postbox: Postbox, where: str) -> None:
    """A letter put off may be sent again; the session goes on with the next one."""
    getattr(postbox, where).append("451 4.3.0 <ana@client.example>: try again later")

    with mailbox.open() as session:
        with pytest.raises(NotNow, match="smtp-451"):
            session.send(LETTER)
        session.send(LETTER)

    assert postbox.recipients == [ANA]
    assert postbox.conversations == 1


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("to_sender", "550 sender unknown"),
        ("to_sender", "530 login first"),
        ("to_recipient", "530 login first"),
        ("to_recipient", "353 what now"),
    ],
)
def test_system(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A no that is about us and not about the letter is not for good."""
    getattr(postbox, where).append(answer)

    not_now(mailbox)

    assert postbox.received == []


@pytest.mark.parametrize("where", ["to_sender", "to_recipient", "to_text"])
@pytest.mark.parametrize("answer", ["drop", "421 4.3.2 shutting down"])
def test_lost_within_a_letter(mailbox: Mailbox, postbox: Postbox, where: str, answer: str) -> None:
    """A connection lost within a letter puts that letter off; the next one gets a new one."""
    getattr(postbox, where).append(answer)

    with mailbox.open() as session:
        with pytest.raises(NotNow):
            session.send(LETTER)
        session.send(replace(LETTER, to=BOB))

    assert postbox.recipients == [BOB]


def test_lost_between_letters(mailbox: Mailbox, postbox: Postbox) -> None:
    """A connection lost between two letters is replaced without a word."""
    postbox.to_text.append("250 and hang up")

    send(mailbox, LETTER, replace(LETTER, to=BOB))

    assert postbox.recipients == [ANA, BOB]
    assert postbox.conversations == 2


def test_server_gone() -> None:
    """A server that is not there is worth another try."""
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))
        port = nobody.getsockname()[1]

        assert "ConnectionRefusedError" in not_now(SmtpMailbox(f"smtp://{HOST}:{port}", SENDER))


def test_server_gone_within_a_session(postbox: Postbox) -> None:
    """A server that goes away within a session is worth another try."""
    with mail_server(postbox) as address:
        session = SmtpMailbox(f"smtp://{address}", SENDER).open()
        session.send(LETTER)
    with session, pytest.raises(NotNow):
        session.send(LETTER)

    assert postbox.recipients == [ANA]


def test_silent_server() -> None:
    """A server that says nothing is given up after the timeout."""
    with socket.create_server((HOST, 0)) as silent:
        port = silent.getsockname()[1]

        mailbox = SmtpMailbox(f"smtp://{HOST}:{port}", SENDER, timeout=0.05)
        assert "SMTPServerDisconnected" in not_now(mailbox)
