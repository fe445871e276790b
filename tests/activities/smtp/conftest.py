"""A mail server on loopback, and our adapter to it, with TLS and without."""

from collections.abc import Iterator

import pytest

from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox
from tests.activities.smtp.mail_server import SENDER, Postbox, mail_server


@pytest.fixture
def postbox() -> Postbox:
    """What the server got."""
    return Postbox()


@pytest.fixture
def mailbox(postbox: Postbox) -> Iterator[Mailbox]:
    """A mailbox on a running server without TLS."""
    with mail_server(postbox) as address:
        yield SmtpMailbox(f"smtp://{address}", SENDER)
