"""Resolved, reopened, closed; and a hold, which ends with it."""

from typing import Any

import pytest

from domain.contract.defect import (
    AttachCase,
    ChangeSeverity,
    Hold,
    OfferWorkaround,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    Resolve,
    Resume,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import CloseCases
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_defect, attachment, say
from tests.domain.defect.world import (
    DAY,
    HOUR,
    JUNE,
    SECRET,
    a_world,
    client_messages,
    refusal,
    schedule,
)

# --- hold -----------------------------------------------------------------------------------------


def test_a_hold_is_a_state_of_its_own() -> None:
    """T2: and cannot be begun or ended twice."""
    defect, _ = a_defect("S2")
    assert str(refusal(defect, Resume)) == "state: is not on hold"
    say(defect, Hold, FRIDAY, reason="waiting")
    assert defect.status(FRIDAY)["state"] == "on_hold"
    refused = refusal(defect, Hold, reason="waiting")
    assert str(refused) == "state: is on hold since 2027-03-05T22:00:00Z"
    say(defect, Resume, FRIDAY + HOUR)
    assert defect.status(FRIDAY)["state"] == "open"
    assert [(h.start, h.end) for h in defect.hold.past] == [(FRIDAY, FRIDAY + HOUR)]


def test_resolving_ends_a_hold() -> None:
    """T2: reopened, the clock runs."""
    defect, _ = a_defect("S1")
    say(defect, Hold, FRIDAY, reason="waiting")
    say(defect, Resolve, FRIDAY + HOUR, resolution="fixed")
    say(defect, Reopen, FRIDAY + 2 * HOUR, reason="not fixed")
    assert defect.state == "open"
    assert defect.target_due_at is not None


# --- the end --------------------------------------------------------------------------------------


def test_everyone_attached_is_told_once_when_it_is_resolved() -> None:
    """C9: with the public text, never the resolution; then their cases close."""
    world = a_world("S2", attachment(), attachment("CASE-2", "client-2"))
    world.hear(Resolve, resolution=SECRET, public_text="It works again.")
    assert len(world.told("defect.resolved")) == 2
    resolved = client_messages(world.carried_out)[-1]
    assert resolved.facts["text"] == "It works again."
    (closing,) = [e for e in world.carried_out if isinstance(e, CloseCases)]
    assert closing.sequence > resolved.sequence


def test_nothing_is_told_to_anybody_after_the_resolution() -> None:
    """C9: no update, no escalation, no reminder."""
    world = a_world("S1")
    schedule(world, "REL-1", FRIDAY + 5 * DAY)
    world.hear(Resolve, FRIDAY + HOUR, resolution="fixed")
    told = len(world.delivered)
    world.wait(60 * DAY)
    assert len(world.delivered) == told
    assert world.defect.finished
    assert world.next_due() is None


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (ChangeSeverity, {"severity": "S1", "reason": "x"}),
        (AttachCase, attachment("CASE-2")),
        (PostProgress, {"public_text": "We are at it."}),
        (OfferWorkaround, {"description": "Use the other form.", "effort": "easy"}),
        (Hold, {"reason": "x"}),
        (Resume, {}),
        (ScheduleRelease, {"release": "REL-1", "deploy_at": JUNE}),
        (WithdrawRelease, {"release": "REL-1", "reason": "x"}),
        (ReleaseDeployed, {"release": "REL-1"}),
        (Resolve, {"resolution": "x"}),
    ],
)
def test_what_is_resolved_takes_no_more_work(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """C9: it says what to do instead; once closed, that is no longer possible."""
    defect, _ = a_defect("S2")
    say(defect, Resolve, FRIDAY, resolution="fixed")
    refused = refusal(defect, command, **fields)
    assert str(refused) == "state: is resolved; reopen it first"
    defect.fire(FRIDAY + 14 * DAY)
    with pytest.raises(InvalidCommand, match="is closed since 2027-03-19T22:00:00Z"):
        say(defect, command, FRIDAY + 15 * DAY, **fields)


def test_it_can_be_reopened_within_the_window_and_not_later() -> None:
    """Contract, `reopen`: 14 days."""
    world = a_world("S2")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, FRIDAY + 13 * DAY, reason="not fixed")
    assert world.told("defect.reopened") == [FRIDAY + 13 * DAY]
    assert world.defect.state == "open"
    world.hear(Resolve, FRIDAY + 20 * DAY, resolution="fixed")
    with pytest.raises(InvalidCommand, match="is closed since"):
        world.hear(Reopen, FRIDAY + 34 * DAY, reason="not fixed")
    assert world.defect.finished


def test_what_is_open_cannot_be_reopened() -> None:
    """Contract, `reopen`."""
    refused = refusal(a_defect()[0], Reopen, reason="x")
    assert str(refused) == "state: is open, not resolved"


def test_a_reopened_defect_is_told_of_again_when_it_is_resolved() -> None:
    """C9: once per resolution."""
    world = a_world("S2")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, FRIDAY + DAY, reason="not fixed")
    world.hear(Resolve, FRIDAY + 2 * DAY, resolution="fixed")
    assert world.told("defect.resolved") == [FRIDAY, FRIDAY + 2 * DAY]
