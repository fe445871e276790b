"""Chooses where letters go: a mail server, or the database where none is named."""

from sqlalchemy import Engine

from activities.adapters.database import MailArchive
from activities.adapters.smtp import SmtpMailbox
from activities.ports import Mailbox


def mailbox_for(
    engine: Engine, smtp_url: str | None, mail_from: str, bounce_address: str | None = None
) -> Mailbox:
    """The mailbox of an installation.

    Raises:
        ValueError: the mail server's URL, or an address, cannot be used.
    """
    if smtp_url is None:
        return MailArchive(engine)
    return SmtpMailbox(smtp_url, mail_from, bounce_address=bounce_address)
