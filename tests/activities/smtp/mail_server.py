"""A mail server that speaks the real protocol on loopback, and a letter to hand it."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from activities.ports import Letter, Mailbox, NotNow

HOST = "127.0.0.1"
SENDER = "ETO Support <support@vendor.example>"
ANA, BOB = "ana@client.example", "bob@client.example"
SECRET = "hunter2"
LETTER = Letter(
    message_id="<0123456789abcdef@vendor.example>",
    to=ANA,
    to_name="Ana Ruiz",
    subject="[DEF-000045] The defect you reported is resolved",
    text="Hello Ana,\n\nDEF-000045 is resolved.\n",
    html="<p>Hello Ana,</p>\n<p>DEF-000045 is resolved.</p>\n",
    headers={
        "X-Event": "defect.resolved",
        "X-Case": "CASE-000123, CASE-000124",
        "X-Defect": "DEF-000045",
        "Auto-Submitted": "auto-generated",
        "References": "<fedcba9876543210@vendor.example>",
    },
    at=datetime(2026, 11, 20, 22, 5, tzinfo=UTC),
)


class Postbox:
    """What the server does with letters: keeps them, unless told to answer something else."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.senders: list[str] = []
        self.conversations = 0
        self.to_sender: list[str] = []
        """Answers to the next senders; `drop` hangs up. The same for recipients and texts."""
        self.to_recipient: list[str] = []
        self.to_text: list[str] = []

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]
    ) -> list[str]:
        """Count those who say hello."""
        session.host_name = hostname
        self.conversations += 1
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer to a sender."""
        envelope.mail_from = address
        return self._answer(self.to_sender, server)

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer to a recipient."""
        answer = self._answer(self.to_recipient, server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer to a text."""
        hang_up = self.to_text[:1] == ["250 and hang up"]
        answer = self._answer(self.to_text, server)
        if answer.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.received.append(message)
            self.raw.append(envelope.content)
            self.recipients += envelope.rcpt_tos
            self.senders.append(envelope.mail_from)
        if hang_up:
            server.loop.call_soon(server.transport.close)
        return answer

    @staticmethod
    def _answer(answers: list[str], server: Any) -> str:
        answer = answers.pop(0) if answers else "250 OK"
        if answer == "drop":
            server.transport.abort()
        return answer


class MailServer(Controller):
    """A server on a port the system chose."""

    def __init__(self, postbox: Postbox, **options: Any) -> None:
        self.listener = socket.create_server((HOST, 0))
        port = self.listener.getsockname()[1]
        super().__init__(postbox, hostname=HOST, port=port, server_hostname=HOST, **options)

    def _create_server(self) -> Any:
        return self.loop.create_server(
            self._factory_invoker, sock=self.listener, ssl=self.ssl_context
        )


@contextmanager
def mail_server(postbox: Postbox, **options: Any) -> Iterator[str]:
    """A running server; the value is its host and port."""
    server = MailServer(postbox, **options)
    server.start()
    try:
        yield f"{HOST}:{server.port}"
    finally:
        server.stop()


def send(mailbox: Mailbox, *letters: Letter) -> None:
    """Hand over the letters in one session."""
    with mailbox.open() as session:
        for letter in letters:
            session.send(letter)


def not_now(mailbox: Mailbox, letter: Letter = LETTER) -> str:
    """What the mailbox says when it may take the letter later."""
    with pytest.raises(NotNow) as caught:
        send(mailbox, letter)
    return str(caught.value)
