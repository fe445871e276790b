"""Keys of commands that come over the web, each in the namespace of whoever sent it."""

import hashlib
import json
from typing import Literal

Way = Literal["http", "form", "staff-form", "mail"]
"""`http` is the interface and the agents: one token is one caller, whichever of them it uses."""


def key_of(way: Way, whose: str, said: str) -> str:
    """What a workflow is given as `key` for a caller's own, of any length.

    Nobody else's key makes the same, whatever is in it: neither a caller's by another way, nor
    that of a program with a client of Temporal, nor that of one of our workflows.
    """
    return f"{way}:{hashlib.sha256(json.dumps([whose, said]).encode()).hexdigest()}"
