"""Hand-written stand-ins for the outside world, with switches for its bad days."""

import threading
from collections.abc import Callable

from activities.ports import Letter, MailSession, NotNow, Refused


class RecordingMailbox:
    """Takes letters into a list; can be down, refuse addresses, or run a hook before each."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.tries = 0
        self.down = False
        self.refused: dict[str, str] = {}
        self.before_send: Callable[[Letter], None] = lambda letter: None
        self._lock = threading.Lock()

    def open(self) -> MailSession:
        """One conversation."""
        return _Session(self)

    def take(self, letter: Letter) -> None:
        """One letter, unless today is a bad day."""
        with self._lock:
            self.tries += 1
            if self.down:
                raise NotNow("the mail system is down")
            if letter.to in self.refused:
                raise Refused(self.refused[letter.to], "refused")
            self.before_send(letter)
            self.letters.append(letter)

    def events(self, to: str | None = None) -> list[str]:
        """What was sent, in order: to everybody, or to one address."""
        return [x.headers["X-Event"] for x in self.letters if to in (None, x.to)]


class _Session:
    def __init__(self, mailbox: RecordingMailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> MailSession:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, letter: Letter) -> None:
        self._mailbox.take(letter)
