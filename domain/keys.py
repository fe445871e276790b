"""Which commands are repeats: the keys that each sender has used, and what was said under them.

A sender is known by the `actor` of its commands. What workflows of ours say to each other has
marked keys and is a sender of its own, whoever the `actor` is that it names. No sender can use up
or foresee a key of another one.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from itertools import islice
from typing import Any

from pydantic import Field

from domain.contract.content import content
from domain.contract.parsing import InvalidCommand
from domain.contract.values import NUMBER_PATTERN, Command
from domain.state import Part

KEYS_KEPT = 1_000
"""Keys remembered of all senders: de-duplication that survives continue-as-new."""
_MARK = "workflow:"
_MOST_CHARACTERS = 128
_LIKE_OURS = re.compile(rf"{_MARK}|{NUMBER_PATTERN[1:-1]}/\d+/")


def own_key(key: str) -> str:
    """The key under which a workflow of ours says something to another one."""
    marked = _MARK + key
    return marked if len(marked) <= _MOST_CHARACTERS else _MARK + _digest(key, 24)


def refuse_own_key(key: str | None) -> None:
    """Refuse a key from outside that is, or looks like, one of our workflows' own.

    Raises:
        InvalidCommand: for `workflow:…`, and for `NUMBER/n/…` as effects have it.
    """
    if key is not None and _LIKE_OURS.match(key):
        raise InvalidCommand("key", "looks like one of the product's own; take another form")


class KnownKeys(Part):
    """The keys of an entity's commands, as digests: a key may be long."""

    of: dict[str, dict[str, str]] = Field(default_factory=dict)
    """By sender, who spoke last at the end: what was said under each key, the newest last."""

    def has(self, command: Command) -> bool:
        """Whether this very command of this sender was applied before.

        Raises:
            InvalidCommand: its key was used for another one, or is not the sender's to use.
        """
        if command.key is None:
            return False
        if not _is_own(command):
            refuse_own_key(command.key)
        said = self.of.get(_sender(command), {}).get(_digest(command.key))
        if said is not None and said != _content(command):
            raise InvalidCommand(
                "key", "was used for another command, or with other content; take a new one"
            )
        return said is not None

    def remember(self, command: Command) -> None:
        """A repeat of this command will change nothing.

        Where more are kept than may be, the sender with the most forgets its oldest: none can have
        the keys of others forgotten by sending more.
        """
        if command.key is None:
            return
        sender = _sender(command)
        known = dict(self.of)
        known[sender] = known.pop(sender, {}) | {_digest(command.key): _content(command)}
        if sum(map(len, known.values())) > KEYS_KEPT:
            most = max(known, key=lambda name: len(known[name]))
            known[most] = dict(islice(known[most].items(), 1, None))
            if not known[most]:
                del known[most]
        self.of = known


def _is_own(command: Command) -> bool:
    return command.key is not None and command.key.startswith(_MARK)


def _sender(command: Command) -> str:
    return _digest(_MARK if _is_own(command) else f"actor:{command.actor}", 12)


def _content(command: Command) -> str:
    """The command and all that it says but who says it."""
    incidental: dict[str, Any] = {"key": True, "actor": True}
    if _is_own(command):
        incidental |= command.incidental
    return _digest(f"{command.name} {content(command, exclude=incidental)}")


def _digest(text: str, size: int = 9) -> str:
    digest = blake2b(text.encode(), digest_size=size).digest()
    return urlsafe_b64encode(digest).decode()
