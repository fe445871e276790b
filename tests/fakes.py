"""Hand-written stand-ins for the outside world, with switches for its bad days."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from activities.ports import Letter, MailSession, NotNow, Preference, Refused
from domain.contract.events import Topic


class RecordingMailbox:
    """Takes letters into a list; can be down, refuse addresses, or run a hook before each."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.tries = 0
        self.down = False
        self.refused: dict[str, str] = {}
        self.not_now: set[str] = set()
        """Recipients that are not accepted now, while others are."""
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
            if letter.to in self.not_now:
                raise NotNow("smtp-450: recipient not accepted now", of_recipient=True)
            if letter.to in self.refused:
                raise Refused(self.refused[letter.to], "refused")
            self.before_send(letter)
            self.letters.append(letter)

    def events(self, to: str | None = None) -> list[str]:
        """What was sent, in order: to everybody, or to one address."""
        return [x.headers["X-Event"] for x in self.letters if to in (None, x.to)]


class RecordingPlaces:
    """`Places` in lists; each may be down, for a time that it names or not, or refuse."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Letter]] = []
        self.tries: list[str] = []
        self.down: dict[str, timedelta | None] = {}
        self.refused: dict[str, str] = {}

    def tell(self, place: str, letter: Letter) -> None:
        """One letter, unless today is a bad day there."""
        self.tries.append(place)
        if place in self.down:
            raise NotNow(f"{place} is down", self.down[place])
        if place in self.refused:
            raise Refused(self.refused[place], "refused")
        self.told.append((place, letter))

    def events(self, place: str) -> list[str]:
        """What was told there, in order."""
        return [letter.headers["X-Event"] for to, letter in self.told if to == place]


class _Session:
    def __init__(self, mailbox: RecordingMailbox) -> None:
        self._mailbox = mailbox

    def __enter__(self) -> MailSession:
        return self

    def __exit__(self, *exc: object) -> None:
        return None

    def send(self, letter: Letter) -> None:
        self._mailbox.take(letter)


class MemoryPreferences:
    """`Preferences` in a dictionary; notes how many addresses it was asked for at a time."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self._chosen: dict[str, Preference] = {}
        self._chosen_at: dict[tuple[str, str], datetime] = {}

    def of(self, addresses: Sequence[str]) -> Mapping[str, Preference]:
        """By lower-cased address, one for each, the token made from the address."""
        self.asked.append(len(addresses))
        return {address.lower(): self._of(address.lower()) for address in addresses}

    def keep(self, address: str, chosen: Mapping[str, Any], at: datetime) -> None:
        """Remember a choice made at `at`, unless a newer one of the same thing is known."""
        for thing, value in chosen.items():
            key = (address.lower(), thing)
            if self._chosen_at.get(key, at) <= at:
                self._chosen_at[key] = at
                known = self._of(address.lower())
                self._chosen[address.lower()] = replace(known, **{thing: value})

    def unsubscribe(self, token: str, topics: Iterable[Topic], at: datetime) -> str | None:
        """Opt the person of a token out."""
        address = next((a for a, known in self._chosen.items() if known.token == token), None)
        if address is not None:
            self.keep(address, {topic.value: False for topic in topics}, at)
        return address

    def _of(self, address: str) -> Preference:
        return self._chosen.setdefault(address, Preference(f"token-{address.partition('@')[0]}"))
