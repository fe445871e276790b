"""Judges the texts of a message where it comes in: in validators, activities, interfaces.

Never in a replay: the table of phrases grows, and a history must not be judged by phrases it could
not know.
"""

from collections.abc import Iterable
from datetime import date, timedelta

from domain.contract.client_texts import ClientText, client_texts
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Message
from domain.promise_guard import DAILY
from domain.promise_guard.classify import NAMES_A_RELEASE, promises_in


def refuse_promises(message: Message, today: date, next_update_within: timedelta = DAILY) -> None:
    """Refuse a message that promises clients a time (D7).

    `today` is the local date on which it is said, in the zone of support; the policy says how far
    ahead the next update may be announced.

    Raises:
        InvalidCommand: naming the field and the phrase.
    """
    refuse_promised(client_texts(message), today, next_update_within)


def refuse_promised(
    texts: Iterable[ClientText], today: date, next_update_within: timedelta = DAILY
) -> None:
    """The same for texts that were found before."""
    for written in texts:
        found = promises_in(written.text, today, next_update_within)
        promise = next(
            (p for p in found if not (written.is_name and p.kind == NAMES_A_RELEASE)), None
        )
        if promise is not None:
            raise InvalidCommand(
                written.field,
                f'"{promise.phrase}" {promise.why}; clients are never given an estimated time',
            )
