"""How much one contact may send within an hour; what they typed beyond that is not lost."""

from datetime import timedelta

from fastapi.concurrency import run_in_threadpool

from activities.adapters.database import DatabaseAttempts
from portal.pages.auth import Person
from portal.pages.forms import Form, Trouble
from portal.refusals import refused

COMMANDS = "command of"
PER_PERSON = (120, timedelta(hours=1))
"""Forms of one person about cases, defects and preferences: each is kept for good."""


async def haste(person: Person, about: str, form: Form) -> Trouble | None:
    """Count one more form of theirs, and say so where there were too many lately."""
    attempts, now = DatabaseAttempts(person.context.engine), person.context.now()
    if await run_in_threadpool(attempts.allows, COMMANDS, person.address, *PER_PERSON, now):
        return None
    refused("rate", person.scope, contact=person.address)
    return Trouble(about, person.words.plain("refused.too_many"), None, form.fields, 429)
