"""Puts on record who was turned away and why: a line of the log and a count for each.

Never a secret, an address or a text: a token by its id, people and computers by a hash. Whoever
makes refusals by the thousand must not push everything else out of the log, so beyond a steady rate
they are only counted, and the next line says how many were left out.
"""

import itertools
from collections.abc import Mapping
from typing import Any, Literal, get_args

import structlog
from prometheus_client import Counter

from activities.adapters.database.sessions import hashed
from portal.api.rates import Rate, Rates
from portal.security import computer

log = structlog.get_logger(__name__)

Kind = Literal[
    "token",
    "scope",
    "form",
    "link",
    "staff_token",
    "identity",
    "role",
    "rate",
    "host",
    "malformed",
    "too_large",
    "too_slow",
]
"""Why somebody was turned away.

An unknown, revoked or expired token; one without the scope; a form that is not from our page; a
link to sign in that is void or another browser's; a token that is not good for staff's pages; what
came back from the identity provider and proves nothing; a person whom it knows and who has no role
here; too many requests; a host that is not ours; a request that cannot be read, is too large or too
slow.
"""
REFUSED = Counter(
    "defects_portal_refusals",
    "Requests that were turned away, by the reason.",
    ["kind"],
    registry=None,
)
for _kind in get_args(Kind):
    REFUSED.labels(_kind)
LINES = Rate(per_second=5, burst=500)
"""Of the log: about 100 MB a day if somebody keeps at it."""


class _Lines:
    """Says which refusals get a line."""

    def __init__(self) -> None:
        self._rates = Rates(LINES)
        self._left_out = itertools.count()

    def take(self) -> int | None:
        """How many were left out since the last line; None where this one is."""
        if self._rates.take("refusals"):
            next(self._left_out)
            return None
        left_out, self._left_out = next(self._left_out), itertools.count()
        return left_out


_lines = _Lines()


def refused(
    kind: Kind,
    scope: Mapping[str, Any],
    *,
    token: str | None = None,
    contact: str | None = None,
    person: str | None = None,
    why: str | None = None,
) -> None:
    """Take note of a refusal: of the request of an ASGI `scope`, with what is known of who asked.

    `token` is an id, `contact` an address, `person` a hash of one of the staff; `why` tells
    refusals of a kind apart.
    """
    REFUSED.labels(kind).inc()
    left_out = _lines.take()
    if left_out is None:
        return
    log.warning(
        "portal.refused",
        kind=kind,
        route=route_of(scope),
        token=token,
        contact=hashed(contact)[:16] if contact else None,
        computer=hashed(computer(scope))[:16],
        left_out=left_out,
        **{name: said for name, said in (("person", person), ("why", why)) if said},
    )


def route_of(scope: Mapping[str, Any]) -> str:
    """`/api/v1/cases/{number}`: what applications left in the scope on the way down, no address."""
    path = getattr(scope.get("route"), "path", None)
    return f"{scope.get('root_path', '')}{path if isinstance(path, str) else '/*'}"
