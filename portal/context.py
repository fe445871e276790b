"""What every page and every endpoint is given: the contract, the database, the policy, the time."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.database.open_numbers import DatabaseOpenNumbers
from activities.adapters.mailbox import mailbox_for
from activities.ports import Mailbox, Policies
from portal.security import public_url
from portal.stray_watch import StrayWatch
from portal.workbench.pace import Pace
from runtime.client import DefectsClient
from runtime.sealing import Sealer
from runtime.settings import Settings
from runtime.start_check import StartCheck

if TYPE_CHECKING:
    from portal.identity.provider import Provider

COME_BACK = "/staff/sign-in/oidc"
"""Where an identity provider sends the browser back to."""


def _present() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class PortalContext:
    """One installation as its web pages see it. It decides nothing: `client` and `engine` do."""

    client: DefectsClient
    engine: Engine
    policies: Policies
    settings: Settings
    now: Callable[[], datetime] = _present
    """The one clock of the portal (UTC); tests set it."""
    mailbox: Mailbox | None = None
    """Where links to sign in are sent; None means what the settings name."""
    pace: Pace = field(default_factory=Pace)
    """How often it is worked out what would happen."""

    @cached_property
    def starts(self) -> StartCheck:
        """Judges starts before they are made."""
        return StartCheck(self.policies)

    @cached_property
    def watch(self) -> StrayWatch:
        """Compares what is open in the database with what runs."""
        return StrayWatch(self.client, DatabaseOpenNumbers(self.engine), self.now)

    @cached_property
    def files(self) -> AttachmentFiles | None:
        """Keeps the files that come with mails; None where they are not kept."""
        settings = self.settings
        return AttachmentFiles.at(
            settings.attachments_url, self.engine, Sealer(settings.encryption_keys)
        )

    @property
    def provider(self) -> "Provider | None":
        """The identity provider that staff sign in at; None where none is named."""
        # What speaks its protocol takes long to load, and who hands over a mail needs none of it.
        from portal.identity.provider import Provider

        named = self.settings.oidc
        return Provider(named, f"{public_url(self.settings)}{COME_BACK}") if named else None

    @property
    def shows_letters(self) -> bool:
        """Whether staff may read letters, which stay in the database without a mail server."""
        return self.settings.smtp_url is None and self.settings.letters_shown

    def outgoing(self) -> Mailbox:
        """Where letters go.

        Raises:
            ValueError: the mail server's URL cannot be used.
        """
        named = self.settings.smtp_url
        smtp_url = named.get_secret_value() if named else None
        return self.mailbox or mailbox_for(
            self.engine, smtp_url, self.settings.mail_from, self.settings.bounce_address
        )
