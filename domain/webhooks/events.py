"""Which facts leave as webhooks, what a message says, and what an answer to it means.

After the Standard Webhooks specification 1.0.0,
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from fnmatch import fnmatchcase
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from domain.contract.effects import Fact
from domain.entity import iso

EVENTS: Mapping[str, tuple[str, ...]] = {
    "case.opened": ("channel", "priority", "flags"),
    "case.imported": (),
    "case.responded": (),
    "case.information_requested": ("items",),
    "case.information_reminded": ("items", "reminder"),
    "case.information_provided": ("items", "still_missing"),
    "case.information_given_up": ("items",),
    "case.first_response_missed": ("due_at",),
    "case.critical_confirmed": (),
    "case.critical_declined": (),
    "case.attached": ("case", "defect", "before"),
    "case.detached": ("case",),
    "case.answered": (),
    "case.closed": ("defect", "unanswered", "due_at"),
    "case.reopened": (),
    "call.booked": ("call_at", "minutes"),
    "call.reminder": ("call_at", "minutes"),
    "call.cancelled": ("call_at", "minutes"),
    "defect.confirmed": ("severity",),
    "defect.imported": (),
    "defect.severity_changed": ("before", "severity"),
    "defect.progress": ("stage",),
    "defect.update": (),
    "defect.workaround": ("effort",),
    "defect.held": ("waiting",),
    "defect.resumed": (),
    "defect.raised": ("clients",),
    "defect.area_work_started": (),
    "defect.release_scheduled": ("release", "deploy_at"),
    "defect.release_rescheduled": ("release", "deploy_at", "before"),
    "defect.release_withdrawn": ("release",),
    "defect.release_reminder": ("release", "deploy_at"),
    "defect.release_overdue": ("release", "since"),
    "defect.window_opened": ("severity", "due_at"),
    "defect.target_warning": ("severity", "due_at"),
    "defect.target_missed": ("severity", "due_at"),
    "defect.escalated": ("severity", "due_at"),
    "target.missed": ("severity", "due_at"),
    "update.missed": ("deadline",),
    "defect.merged": ("into",),
    "defect.unmerged": (),
    "defect.absorbed": ("defect",),
    "defect.resolved": ("release",),
    "defect.reopened": (),
    "defect.closed": (),
    "severity.feedback": ("client", "severity"),
    "reclassification.requested": ("client", "requested"),
    "reclassification.decided": ("client", "requested", "approved"),
    "release.planned": ("deploy_at", "release_kind"),
    "release.notice": ("deploy_at", "days"),
    "release.frozen": (),
    "release.unfrozen": (),
    "release.defects_attached": ("defect", "count"),
    "release.defects_detached": ("defect",),
    "release.rescheduled": ("deploy_at", "before"),
    "release.overdue": ("since",),
    "release.deployed": (),
    "release.cancelled": (),
    "area_work.began": ("functional_area",),
    "area_work.marked": ("defects",),
    "review.ranked": ("defects",),
}
"""The documented events with the details each may carry. What is not named here stays inside, so
that a new fact, or a new detail of one, reaches nobody by accident (D8)."""

EVERYTHING = ("*",)
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, 86_400, 86_400)
)
"""How long to wait after the first, second, … failure: the specification's example, to which two
days are added."""
PATIENCE = sum(PAUSES, timedelta())
"""5 days and 3 hours: a message that the receiver did not accept in this time is given up."""
LONGEST_ASKED = timedelta(days=1)
SHORTEST_ASKED = timedelta(minutes=5)
"""The bounds of `Retry-After`: nobody puts us off for longer, or calls us oftener once our own
pause is longer."""
_JITTER = 0.1
_SECRET_PREFIX = "whsec_"  # noqa: S105 - the mark of a secret, not one


class Verdict(StrEnum):
    """What an answer means."""

    TAKEN = "taken"
    REFUSED = "refused"
    """The receiver answers, but does not take this message: others may pass."""
    DOWN = "down"
    """No message gets through: nothing else is tried before the pause is over."""
    GONE = "gone"
    """It wants no more, ever."""


_ABOUT_THE_MESSAGE = {400, 406, 409, 412, 413, 415, 422, 428, 431, 451, 500}
_GONE = 410


def judge(status: int) -> Verdict:
    """What a status code means; a redirect is a failure, since it is never followed."""
    if 200 <= status < 300:
        return Verdict.TAKEN
    if status == _GONE:
        return Verdict.GONE
    return Verdict.REFUSED if status in _ABOUT_THE_MESSAGE else Verdict.DOWN


def announced(facts: Sequence[Fact]) -> list[Fact]:
    """The facts that leave as webhooks.

    Whoever is brought in from elsewhere brings a past, and nobody is told of what lies in it.
    """
    began = max((f.at for f in facts if f.event.endswith(".imported")), default=None)
    return [f for f in facts if f.event in EVENTS and (began is None or f.at >= began)]


def wants(patterns: Iterable[str], event: str) -> bool:
    """Whether a filter of globs such as `defect.*` lets an event through."""
    return any(fnmatchcase(event, pattern) for pattern in patterns)


def unknown_patterns(patterns: Iterable[str]) -> list[str]:
    """Those of a filter that no documented event matches: a typing error."""
    return [p for p in patterns if not any(fnmatchcase(event, p) for event in EVENTS)]


def message_id(entity: str, sequence: int, event: str) -> str:
    """The fact's key, the same for every receiver and every try: `DEF-000045/17/defect.update`."""
    return f"{entity}/{sequence}/{event}"


def payload(
    kind: str,
    entity: str,
    event: str,
    at: datetime,
    details: Mapping[str, Any],
    public_text: str | None,
) -> str:
    """The body, the same to the byte on every try. No actor and no internal text (D8)."""
    shown = {name: details[name] for name in EVENTS.get(event, ()) if name in details}
    body = {"number": entity, "kind": kind, "event": event} | shown
    if public_text is not None:
        body["public_text"] = public_text
    message = {"type": event, "timestamp": iso(at), "data": body}
    return json.dumps(message, ensure_ascii=False, separators=(",", ":"))


def pause_after(failures: int, who: str) -> timedelta | None:
    """How long to wait after so many failures in a row (1 or more); None to give up.

    Up to a tenth longer, by who waits and how often it has: what failed together for one reason
    does not come back all at once.
    """
    if failures > len(PAUSES):
        return None
    spread = int.from_bytes(sha256(f"{who}/{failures}".encode()).digest()[:4]) / 2**32
    return PAUSES[failures - 1] * (1 + _JITTER * spread)


def pause_while_down(failures: int, receiver: str, asked: timedelta | None) -> timedelta:
    """How long to leave alone a receiver that is down, `asked` being its own `Retry-After`.

    It never ends: messages are given up, receivers are not.
    """
    pause = pause_after(min(failures, len(PAUSES)), receiver) or PAUSES[-1]
    if asked is None:
        return pause
    return min(max(asked, min(pause, SHORTEST_ASKED)), LONGEST_ASKED)


def secret_key(secret: str) -> str:
    """A signing secret in the specification's form, `whsec_` and base64.

    Anything else is taken as the key itself, in UTF-8: a receiver's library gets what this
    function answers.

    Raises:
        ValueError: there is no key in it. The message does not show it.
    """
    text = secret.strip()
    if text.startswith(_SECRET_PREFIX):
        encoded = text.removeprefix(_SECRET_PREFIX).rstrip("=")
        padded = encoded + "=" * (-len(encoded) % 4)
        try:
            key = base64.b64decode(padded, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("what follows whsec_ must be base64") from None
    else:
        key = text.encode()
    if not key:
        raise ValueError("a signing secret must not be empty")
    return _SECRET_PREFIX + base64.b64encode(key).decode()


def checked_url(url: str, *, private: bool) -> str:
    """A receiver's URL: HTTPS, or HTTP too where receivers in the private network are allowed.

    Where its name leads is looked up, and judged, whenever something is sent.

    Raises:
        ValueError: saying what would be right. The message does not show the URL.
    """
    try:
        parts = urlsplit(url.strip())
        sound = bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    schemes = {"https", "http"} if private else {"https"}
    if not sound or parts.scheme not in schemes:
        also = " (or http://, as private receivers are allowed)" if private else ""
        raise ValueError(f"must be a URL such as https://host/path{also}")
    return url.strip()


def receiver_id(url: str) -> str:
    """The id of the receiver at a URL: one URL is one receiver, and the id tells nothing of it."""
    return sha256(url.encode()).hexdigest()[:12]
