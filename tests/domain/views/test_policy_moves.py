"""What adopting a policy would move, summed up by who hears of it."""

from typing import Any

import pytest

from domain.views.policy_moves import Move, directions, notified

EARLY, LATE = "2027-03-08T18:00:00Z", "2027-03-09T18:00:00Z"
WARNING = "defect.target_warning to engineering"


def move(what: str, to: str | None, before: str | None, after: str | None) -> Move:
    """A due instant that moves."""
    said: dict[str, Any] = {"what": what, "to": to, "before": before, "after": after}
    return Move(number="DEF-1", severity=None, **said)


@pytest.mark.parametrize(
    ("before", "after", "direction"),
    [
        pytest.param(EARLY, LATE, "later", id="later"),
        pytest.param(LATE, EARLY, "earlier", id="earlier"),
        pytest.param(EARLY, None, "gone", id="not any more"),
        pytest.param(None, EARLY, "new", id="for the first time"),
        pytest.param("2027-03-08T18:00:00.5Z", EARLY, "earlier", id="not as text"),
    ],
)
def test_an_instant_moves_in_one_direction(
    before: str | None, after: str | None, direction: str
) -> None:
    """As instants, not as they are written."""
    assert move("target", None, before, after).direction == direction


def test_each_recipient_hears_of_each_event_once_with_the_counts() -> None:
    """What is sent to nobody is heard by nobody; the same step again is the same event."""
    moves = [
        move("target", None, EARLY, LATE),
        move(WARNING, "engineering", EARLY, LATE),
        move(WARNING, "engineering", EARLY, LATE),
        move(f"{WARNING} (2)", "engineering", EARLY, None),
        move("status update to clients", "clients", LATE, EARLY),
        move("release overdue", "engineering", None, EARLY),
    ]

    assert [each.sentence for each in notified(moves)] == [
        "Clients: status update, 1 earlier.",
        "Engineering: defect.target_warning, 2 later, 1 not any more.",
        "Engineering: release overdue, 1 for the first time.",
    ]
    assert directions(moves) == {"earlier": 1, "later": 3, "gone": 1, "new": 1}
