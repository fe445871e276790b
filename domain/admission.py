"""Judges a command where it comes in: its form, whether it applies, its texts and its addresses.

Validators and previews do, a replay never does: a history is not judged by phrases or letters that
it could not know.
"""

from datetime import datetime
from typing import Any, TypeVar

from domain.addresses import refuse_unusable_addresses
from domain.contract.parsing import parse
from domain.contract.values import Command
from domain.promise_guard.edge import refuse_promises
from domain.runner import Runner

C = TypeVar("C", bound=Command)


def admitted(model: type[C], payload: object, runner: Runner[Any] | None, now: datetime) -> C:
    """The command, which the entity would carry out at that instant.

    Without a runner, since the policy is not pinned yet, as far as the payload alone says.

    Raises:
        InvalidCommand: naming the field.
        Busy: too much waits in the outbox.
    """
    said = parse(model, payload)
    admit(said, runner, now)
    return said


def admit(said: Command, runner: Runner[Any] | None, now: datetime) -> None:
    """The same of a command whose form was judged.

    Raises:
        InvalidCommand, Busy: as above.
    """
    if runner is None:
        refuse_promises(said, now.date())
    else:
        runner.require_room(said)
        runner.check(said, now)
        if runner.entity.known_keys.has(said):
            return
        policy = runner.entity.policy
        refuse_promises(said, policy.calendar.local_date(now), policy.next_update_within)
    refuse_unusable_addresses(said)
