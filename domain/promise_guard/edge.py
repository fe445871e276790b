"""Judges the texts of a message where it comes in: in validators, activities, interfaces.

Never in a replay: the table of phrases grows, and a history must not be judged by phrases it could
not know.
"""

from collections.abc import Iterable
from datetime import date

from domain.contract.client_texts import ClientText, client_texts
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Message
from domain.promise_guard import find_promise


def refuse_promises(message: Message, today: date) -> None:
    """Refuse a message that promises clients a time (D7).

    `today` is the local date on which it is said, in the zone of support.

    Raises:
        InvalidCommand: naming the field and the phrase.
    """
    refuse_promised(client_texts(message), today)


def refuse_promised(texts: Iterable[ClientText], today: date) -> None:
    """The same for texts that were found before."""
    for written in texts:
        promise = find_promise(written.text, today=today)
        if promise is not None:
            raise InvalidCommand(
                written.field,
                f'"{promise.phrase}" {promise.why}; clients are never given an estimated time',
            )
