"""A defect whose every case waits for its client stands, and goes on with the first answer (T2)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    Absorb,
    AttachCase,
    ChangeSeverity,
    DetachCase,
    Hold,
    Reopen,
    Resolve,
    Resume,
    StopWaiting,
    WaitForClient,
)
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_defect, at, attachment, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MONDAY = at("2027-03-08 09:00")
DUE = at("2027-03-09 16:00")
TWO = (attachment(), attachment("CASE-2", "client-2"))


def a_world(severity: str = "S1", *cases: dict[str, Any], **fields: Any) -> World:
    """A defect confirmed on Friday 16:00; all it hears is put to a copy that continued as new."""
    world = world_of(a_defect(severity, *(cases or TWO), **fields), FRIDAY)
    world.through_json = True
    return world


def wait_for(world: World, *cases: str, when: datetime | None = None) -> None:
    """Cases that wait for their clients from now on."""
    for case in cases:
        world.hear(WaitForClient, when, case=case)


def test_it_stands_only_once_every_case_waits() -> None:
    """T2: as long as somebody can be asked, work can go on."""
    world = a_world()
    wait_for(world, "CASE-1", when=MONDAY)
    assert (world.defect.state, world.defect.target_due_at) == ("open", DUE)
    assert world.status()["waiting_for_clients"] == 1
    wait_for(world, "CASE-2")
    assert (world.defect.state, world.defect.target_due_at) == ("on_hold", None)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        pytest.param(StopWaiting, {"case": "CASE-2"}, id="an answer"),
        pytest.param(AttachCase, attachment("CASE-3", "client-3"), id="another case"),
        pytest.param(
            Absorb,
            {"defect": "DEF-2", "cases": [attachment("CASE-3", "client-3")]},
            id="cases of another defect",
        ),
        pytest.param(Resume, {}, id="staff"),
    ],
)
def test_whatever_changes_that_lets_it_run_again(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """T2: three hours on hold move the due instant by three hours of opening."""
    world = a_world()
    wait_for(world, "CASE-1", "CASE-2", when=MONDAY)
    world.hear(command, MONDAY + 3 * HOUR, **fields)
    assert world.defect.state == "open"
    assert world.defect.target_due_at == at("2027-03-10 08:00")
    assert [(hold.start, hold.end) for hold in world.defect.hold.past] == [
        (MONDAY, MONDAY + 3 * HOUR)
    ]


def test_without_cases_nobody_is_waited_for() -> None:
    """T2: the last case that waited was about something else."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1")
    world.hear(DetachCase, case="CASE-1", reason="something else")
    assert world.defect.state == "open"


def test_the_only_case_that_did_not_wait_can_leave() -> None:
    """T2: then all that remain do."""
    world = a_world()
    wait_for(world, "CASE-1")
    world.hear(DetachCase, case="CASE-2", reason="something else")
    assert world.defect.state == "on_hold"
    assert world.status()["waiting_for_clients"] == 1


def test_a_case_that_left_is_not_waited_for_when_it_returns() -> None:
    """T2: it has to say so again."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1")
    world.hear(DetachCase, case="CASE-1", reason="something else")
    world.hear(AttachCase, **attachment())
    assert world.defect.state == "open"


def test_clients_are_kept_up_to_date_while_they_are_waited_for() -> None:
    """T6: and nobody is told that the target was missed."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1")
    world.wait(5 * DAY)
    assert len(world.told("defect.update")) == 5
    assert world.told("defect.escalated") == []


def test_an_answer_outside_support_hours_costs_nothing() -> None:
    """T3: waited for from Friday's close until Monday's opening."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1", when=at("2027-03-05 18:00"))
    world.hear(StopWaiting, at("2027-03-08 07:00"), case="CASE-1")
    assert world.defect.target_due_at == DUE


def test_a_hold_during_the_last_wait_still_breaches_later() -> None:
    """Complaint (alga-psa): a pause just before the limit must not swallow the escalation."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1", when=DUE - timedelta(minutes=1))
    world.hear(StopWaiting, DUE + 30 * timedelta(minutes=1), case="CASE-1")
    world.wait(5 * DAY)
    assert world.told("defect.escalated", to="coo") == [DUE + 31 * timedelta(minutes=1)]


def test_the_pause_is_kept_when_the_severity_changes() -> None:
    """Complaint (glpi#6902): it stays on hold, and what stood is not counted afterwards."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1", when=MONDAY)
    world.hear(ChangeSeverity, MONDAY + HOUR, severity="S2", reason="better")
    assert (world.defect.state, world.defect.target_due_at) == ("on_hold", None)
    world.hear(ChangeSeverity, MONDAY + 2 * HOUR, severity="S1", reason="worse")
    world.hear(StopWaiting, MONDAY + 3 * HOUR, case="CASE-1")
    assert world.defect.target_due_at == at("2027-03-10 08:00")


def test_a_hold_for_clients_becomes_one_of_ours() -> None:
    """Contract, `hold`: then an answer does not end it, and `resume` does."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1", when=MONDAY)
    world.hear(Hold, MONDAY + HOUR, reason="a vendor of ours")
    world.hear(StopWaiting, MONDAY + 2 * HOUR, case="CASE-1")
    assert world.defect.state == "on_hold"
    with pytest.raises(InvalidCommand, match="is on hold since 2027-03-08T15:00:00Z"):
        world.hear(Hold, reason="again")
    world.hear(Resume, MONDAY + 3 * HOUR)
    assert world.defect.target_due_at == at("2027-03-10 08:00")
    assert [(hold.start, hold.end) for hold in world.defect.hold.past] == [
        (MONDAY, MONDAY + 3 * HOUR)
    ]


def test_a_hold_of_ours_stays_one_whoever_is_waited_for() -> None:
    """T2: clients who wait and answer meanwhile change nothing."""
    world = a_world("S1", attachment())
    world.hear(Hold, MONDAY, reason="a vendor of ours")
    wait_for(world, "CASE-1")
    world.hear(StopWaiting, case="CASE-1")
    assert world.defect.state == "on_hold"


def test_resuming_gives_up_waiting_for_anybody() -> None:
    """Contract, `resume`: it stands again only once every case has said so anew."""
    world = a_world()
    wait_for(world, "CASE-1", "CASE-2")
    world.hear(Resume)
    assert world.status()["waiting_for_clients"] == 0
    wait_for(world, "CASE-1")
    assert world.defect.hold.since is None
    wait_for(world, "CASE-2")
    assert world.defect.state == "on_hold"


def test_a_repeat_is_harmless() -> None:
    """Contract: said twice it is one hold, and the end of none is none."""
    defect, _ = a_defect("S1")
    assert say(defect, StopWaiting, FRIDAY, case="CASE-1") == []
    say(defect, WaitForClient, FRIDAY, case="CASE-1")
    assert say(defect, WaitForClient, FRIDAY + HOUR, case="CASE-1") == []
    assert defect.hold.since == FRIDAY


def test_a_case_that_is_not_attached_is_not_waited_for() -> None:
    """Contract, `wait_for_client`."""
    with pytest.raises(InvalidCommand, match="case: CASE-9 is not attached"):
        say(a_defect("S1")[0], WaitForClient, FRIDAY, case="CASE-9")


def test_a_case_that_closes_because_its_defect_is_resolved_may_say_so() -> None:
    """C9: it was waited for until then; that is no mistake of anybody's."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1")
    world.hear(Resolve, resolution="fixed")
    world.hear(StopWaiting, case="CASE-1")
    with pytest.raises(InvalidCommand, match="is resolved"):
        wait_for(world, "CASE-1")


def test_what_is_reopened_waits_for_nobody() -> None:
    """T2: the resolution ended the hold."""
    world = a_world("S1", attachment())
    wait_for(world, "CASE-1", when=MONDAY)
    world.hear(Resolve, MONDAY + HOUR, resolution="fixed")
    world.hear(Reopen, MONDAY + 2 * HOUR, reason="not fixed")
    assert (world.defect.state, world.defect.hold.waiting_cases) == ("open", {})
    assert world.defect.target_due_at == at("2027-03-09 18:00")


def test_a_defect_without_a_target_can_be_waited_for_too() -> None:
    """D2: it is on hold all the same; nothing was due anyway."""
    world = a_world("S4", attachment())
    wait_for(world, "CASE-1")
    assert world.defect.state == "on_hold"
    assert world.next_due() is None
    assert world.told() == world.told("defect.confirmed")
