"""What staff may say of the notices that they get."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from domain.contract.events import Reminder
from domain.contract.values import Command, Instant, Reason


def _known(event: object) -> object:
    if isinstance(event, str) and event not in set(Reminder):
        known = ", ".join(Reminder)
        raise ValueError(f"must be a reminder, {known}: nothing else can be snoozed")
    return event


class Acknowledge(Command):
    """Acknowledge a notice to staff: it is not repeated any more, and goes to nobody else (T7)."""

    name = "acknowledge"
    notice: str | None = Field(default=None, max_length=300)
    """Key of the notice, of those under `to_acknowledge` of `status`: `DEF-000045/3/defect.urgent`.
    Left out, it is all of them."""


class Snooze(Command):
    """Put off a reminder to staff: it comes again at the end, unless its matter is over by then.

    Clients and escalations do not wait for it (T7)."""

    name = "snooze"
    reminder: Annotated[Reminder, BeforeValidator(_known)]
    """What staff were reminded of; one at a time."""
    until: Instant
    """When it comes again: within support hours, as ever (T10)."""
    reason: Reason | None = None
    """Why it can wait; internal."""
