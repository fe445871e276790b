"""T9: what everyone was told reached everyone only if the database knew all cases."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import AttachCase, DetachCase, PostProgress
from domain.contract.effects import NotifyClients
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, Alone, a_defect, attachment, say
from tests.domain.defect.world import DAY, HOUR, a_world, client_messages

THREE = [attachment(f"CASE-{n}", name) for n, name in enumerate(("ada", "ben", "ada"), 1)]
LACKS_ONE = (
    "3 cases are attached, but the database knew 2 of them when everyone was told: see "
    "`starter.py reconcile`"
)


def an_update(defect: Alone, hours: int = 1) -> NotifyClients:
    """A message to everyone attached."""
    now = FRIDAY + hours * HOUR
    (message,) = client_messages(say(defect, PostProgress, now, public_text="We know more."))
    return message


def receive(defect: Alone, message: NotifyClients, **receipt: Any) -> list[str]:
    """What a receipt makes of it: facts about the audience."""
    defect.delivered(message, DeliveryReceipt(key=message.key, **receipt), FRIDAY + 2 * HOUR)
    return [fact.event for fact in defect.timeline if fact.event.startswith("audience")]


@pytest.mark.parametrize(
    ("receipt", "attention"),
    [
        ({"sent": 2, "cases": 3}, []),  # two cases share an address
        ({"sent": 1, "opted_out": 1, "cases": 3}, []),
        ({"sent": 2}, []),  # a version that did not count
        ({"sent": 2, "cases": 2}, [LACKS_ONE]),
        ({"already": 1, "failed": 1, "cases": 2}, [LACKS_ONE]),
    ],
)
def test_cases_are_compared_not_addresses(receipt: dict[str, int], attention: list[str]) -> None:
    """Two clients may share an address, and one may have several."""
    defect, _ = a_defect("S1", *THREE)
    receive(defect, an_update(defect), **receipt)
    assert defect.attention == attention


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (AttachCase, attachment("CASE-4", "cleo")),
        (DetachCase, {"case": "CASE-2", "reason": "another fault"}),
    ],
)
def test_nothing_is_judged_where_cases_came_or_left_meanwhile(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """The message was decided before; the next one tells."""
    defect, _ = a_defect("S1", *THREE)
    message = an_update(defect)
    say(defect, command, FRIDAY + HOUR, **fields)
    assert receive(defect, message, sent=2, cases=2) == []
    assert defect.attention == []


def test_it_stands_until_a_message_finds_all() -> None:
    """Both are on the timeline, once."""
    defect, _ = a_defect("S1", *THREE)
    receive(defect, an_update(defect, 1), sent=2, cases=2)
    assert receive(defect, an_update(defect, 2), sent=2, cases=2) == ["audience.incomplete"]
    events = receive(defect, an_update(defect, 3), sent=2, cases=3)
    assert events == ["audience.incomplete", "audience.complete"]
    assert defect.attention == []


def test_an_update_to_nobody_is_missed() -> None:
    """The database is empty: no address failed, and no client was told."""
    defect, _ = a_defect("S1", *THREE)
    receive(defect, an_update(defect), cases=0)
    defect.fire(FRIDAY + 2 * DAY)
    assert defect.updates.missed > 0


def test_a_world_that_loses_nothing_never_alarms() -> None:
    """Attached and detached in the middle of an outage of the mail, for a week."""
    world = a_world("S1", *THREE)
    world.wait(timedelta(days=7))
    assert world.entity.attention == []
