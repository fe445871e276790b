"""A mail server that comes and goes, and knows which letters it took without being heard."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from random import Random
from typing import Any

from aiosmtpd.smtp import SMTP

from runtime.servers import LOOPBACK
from tests.programs import free_port


@dataclass
class Taken:
    """A letter that was taken."""

    at: float
    """Seconds since the epoch."""
    message_id: str
    recipient: str
    event: str
    about: str
    """Numbers of the case, defect or release."""
    heard: bool = False
    """The sender said something else on the same connection: it had our answer, and as it says
    nothing more before the ledger knows, that was written too."""
    hung_up: bool = False
    """We closed the connection without an answer."""
    lost_at: float | None = None
    """When the sender closed it without another word."""


@dataclass
class FlappingMail:
    """What it does with letters is changed while it runs."""

    random: Random
    slowest: float = 0.2
    """Seconds that an answer takes at most."""
    port: int = field(default_factory=free_port)
    how: str = ""
    """Empty while all is well; else `refuse`, `later` or `hang_up`."""
    taken: list[Taken] = field(default_factory=list)
    turned_away: int = 0
    before_answer: list[Callable[[], None]] = field(default_factory=list)
    """Each is called once, when a letter was taken and nobody has heard so yet."""
    _server: asyncio.Server | None = None
    _open: set["_Conversation"] = field(default_factory=set)

    @property
    def url(self) -> str:
        """As a setting has it."""
        return f"smtp://{LOOPBACK}:{self.port}"

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FlappingMail"]:
        """Listen while the context lasts."""
        await self._listen()
        try:
            yield self
        finally:
            self._vanish()

    async def become(self, how: str) -> None:
        """Go wrong in another way, or be well again."""
        before, self.how = self.how, how
        if how == "refuse":
            self._vanish()
        elif before == "refuse":
            await self._listen()

    async def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Conversation(self, loop), LOOPBACK, self.port
        )

    def _vanish(self) -> None:
        if self._server is not None:
            self._server.close()
        for conversation in list(self._open):
            conversation.hang_up()
        self._server = None

    # --- aiosmtpd's hooks ------------------------------------------------------------------------

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Take a letter, or do not, or take it and be silent."""
        if self.how == "later":
            self.turned_away += 1
            return "451 come back later"
        silent = self.how == "hang_up"
        if silent and self.random.random() < 0.5:
            self.turned_away += 1
            server.hang_up()
            return "451 nobody hears this"
        letter = message_from_bytes(envelope.content, policy=default)
        assert isinstance(letter, EmailMessage)
        server.take(letter, envelope.rcpt_tos[0])
        if self.before_answer:
            self.before_answer.pop()()
        await asyncio.sleep(self.random.uniform(0, self.slowest))
        if silent:
            server.hang_up()
        return "250 taken"

    async def handle_RSET(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        """The sender goes on, so it has heard us."""
        server.was_heard()
        return "250 OK"

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: N802
        """The sender takes leave, so it has heard us."""
        server.was_heard()
        return "221 Bye"


class _Conversation(SMTP):
    def __init__(self, mail: FlappingMail, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(mail, hostname="mail.example", loop=loop)
        self._mail = mail
        self._unheard: list[Taken] = []

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._mail._open.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._mail._open.discard(self)
        for taken in self._unheard:
            taken.lost_at = time.time()
        super().connection_lost(error)

    def take(self, letter: EmailMessage, recipient: str) -> None:
        """Keep it."""
        numbers = [letter[name] for name in ("X-Defect", "X-Case", "X-Release")]
        about = " ".join(str(number) for number in numbers if number)
        event, message_id = str(letter["X-Event"]), str(letter["Message-ID"])
        taken = Taken(time.time(), message_id, recipient.lower(), event, about)
        self._unheard.append(taken)
        self._mail.taken.append(taken)

    def was_heard(self) -> None:
        """All answers so far have arrived."""
        for taken in self._unheard:
            taken.heard = True
        self._unheard.clear()

    def hang_up(self) -> None:
        """Close without another word."""
        for taken in self._unheard:
            taken.hung_up = True
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
