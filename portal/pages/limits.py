"""How much one contact may send within an hour; what they typed beyond that is not lost."""

from dataclasses import dataclass
from datetime import timedelta

from fastapi.concurrency import run_in_threadpool

from activities.adapters.database import DatabaseAttempts
from portal.pages.auth import Person
from portal.pages.forms import Form, Trouble
from portal.refusals import refused


@dataclass(frozen=True, slots=True)
class Limit:
    """So many forms of one person within a span."""

    what: str
    """What is counted by itself."""
    most: int
    within: timedelta = timedelta(hours=1)


COMMANDS = Limit("command of", 120)
"""Forms about cases, defects and preferences: each is kept for good."""
CASES = Limit("case of", 30)
"""Cases that are opened."""


async def haste(person: Person, about: str, form: Form, limit: Limit = COMMANDS) -> Trouble | None:
    """Count one more form of theirs, and say so where there were too many lately."""
    attempts, now = DatabaseAttempts(person.context.engine), person.context.now()
    most, within = limit.most, limit.within
    if await run_in_threadpool(attempts.allows, limit.what, person.address, most, within, now):
        return None
    refused("rate", person.scope, contact=person.address)
    return Trouble(about, person.words.plain("refused.too_many"), None, form.fields, 429)
