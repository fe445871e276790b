"""Two defects that were merged are two again if they were not the same (C9, C10, T2)."""

import pytest

from domain.contract.defect import AttachCase, Resolve, ScheduleRelease, WaitForClient
from domain.contract.effects import Lane, MoveCases
from domain.contract.parsing import InvalidCommand
from tests.domain.builders import FRIDAY, at, attachment
from tests.domain.defect.pair import ADA, BEN, DAY, EVE, HOUR, a_pair, a_world, alone, merge, undo

# --- undone ---------------------------------------------------------------------------------------


def test_undone_its_obligations_start_again_and_the_budget_goes_on() -> None:
    """T2, T6, S1: eight business hours were spent before, engineering is told anew."""
    source = alone("S1")
    merge(source, at("2027-03-08 13:00"))
    undone = at("2027-03-10 09:00")
    undo(source, undone)
    assert source.defect.state == "open"
    assert source.told("defect.urgent")[1:] == [undone]
    assert source.defect.target_due_at == at("2027-03-11 12:00")
    source.wait_until(at("2027-03-12 12:00"))
    assert source.told("defect.escalated", to="coo") == [at("2027-03-11 12:00")]
    first = next(told for told in source.told("defect.update", to=ADA) if told > undone)
    assert first <= undone + DAY


def test_an_escalation_told_before_the_merge_is_not_told_again() -> None:
    """T7: once per defect and escalation step."""
    source = alone("S1")
    merge(source, at("2027-03-10 09:00"))
    undo(source, at("2027-03-11 09:00"))
    source.wait(10 * DAY)
    assert source.told("defect.escalated") == [at("2027-03-09 16:00")]


def test_undone_it_is_planned_as_it_was_and_asks_by_itself() -> None:
    """R3, R5: its release could not tell it anything meanwhile."""
    source = alone("S3")
    deploy_at = at("2027-03-15 12:00")
    fields = {"release": "REL-1", "deploy_at": deploy_at, "plan_version": 1, "watched": True}
    source.hear(ScheduleRelease, **fields)
    merge(source)
    undo(source, FRIDAY + DAY)
    assert source.defect.state == "scheduled"
    source.wait_until(at("2027-03-16 12:00"))
    assert source.told("defect.release_reminder") == [deploy_at - 2 * DAY]
    assert source.told("defect.release_overdue") == [deploy_at + HOUR]


def test_undone_after_its_release_it_asks_at_once_and_reminds_of_nothing() -> None:
    """R5: clients are told nothing that has not happened."""
    source = alone("S3")
    deploy_at = at("2027-03-12 12:00")
    source.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at)
    merge(source)
    undo(source, at("2027-03-16 12:00"))
    source.wait(DAY)
    assert source.told("defect.release_reminder") == []
    assert source.told("defect.release_overdue") == [at("2027-03-16 12:00")]


def test_who_goes_back_is_told_by_the_defect_they_leave() -> None:
    """C9: unless they stay there with another case; each once."""
    source, target = a_pair()
    merge(source)
    source.page = 1
    undo(source, FRIDAY + DAY)
    assert target.told("defect.unmerged", to=BEN) == [FRIDAY + DAY]
    assert target.told("defect.unmerged", to=ADA) == []
    assert list(target.defect.cases.numbers) == ["CASE-4", "CASE-5"]
    assert source.told() == source.told("defect.confirmed")
    assert list(source.defect.cases.numbers) == ["CASE-1", "CASE-2", "CASE-3"]
    source.hear(Resolve, resolution="fixed")
    assert source.told("defect.resolved", to=BEN) == [FRIDAY + DAY]
    target.hear(Resolve, FRIDAY + DAY, resolution="fixed")
    assert target.told("defect.resolved", to=BEN) == []


def test_what_is_resolved_gives_back_too() -> None:
    """C9: its fix was none for them."""
    source, target = a_pair()
    merge(source)
    target.hear(Resolve, FRIDAY + DAY, resolution="fixed")
    undo(source, FRIDAY + 2 * DAY)
    assert source.defect.state == "open"
    assert target.told("defect.unmerged", to=BEN) == [FRIDAY + 2 * DAY]


def test_it_can_be_undone_within_the_window_only() -> None:
    """Contract, `undo_merge`: 14 days."""
    source = alone("S2")
    merge(source)
    undo(source, FRIDAY + 14 * DAY - HOUR)
    assert source.defect.state == "open"
    merge(source, FRIDAY + 20 * DAY)
    with pytest.raises(InvalidCommand, match="state: is closed since 2027-04-08T22:00:00Z"):
        undo(source, FRIDAY + 34 * DAY)


def test_what_was_asked_for_in_time_is_undone_even_if_the_answer_comes_late() -> None:
    """Contract, `undo_merge`: the window ends meanwhile."""
    source = alone("S2")
    merge(source)
    source.places[Lane.WORKFLOWS].latency = 2 * HOUR
    undo(source, FRIDAY + 14 * DAY - HOUR)
    source.wait(DAY)
    assert source.defect.state == "open"


def test_it_stays_merged_if_the_cases_are_not_given_back() -> None:
    """And ends, if its window is over by then."""
    source = alone("S2")
    merge(source)
    source.places[Lane.WORKFLOWS].latency = 2 * HOUR
    source.other_refuses = "DEF-2: state: is merged into DEF-3; undo that first"
    undo(source, FRIDAY + DAY)
    source.wait(3 * HOUR)
    assert source.defect.merge.into == "DEF-2"
    refusal = source.rejection("undo_merge")
    assert str(refusal) == "defect: DEF-2: state: is merged into DEF-3; undo that first"
    undo(source, FRIDAY + 14 * DAY - HOUR)
    source.wait(3 * HOUR)
    assert source.defect.state == "closed"


def test_what_was_never_merged_cannot_be_undone() -> None:
    """Contract, `undo_merge`: nor twice."""
    source = alone("S2")
    with pytest.raises(InvalidCommand, match="state: is not merged into another defect"):
        undo(source)
    merge(source)
    undo(source)
    with pytest.raises(InvalidCommand, match="state: is not merged into another defect"):
        undo(source)


def test_cases_that_wait_for_their_clients_say_so_again_when_they_come_back() -> None:
    """T2: even if their word is here before they are."""
    source = alone("S2")
    merge(source)
    source.places[Lane.WORKFLOWS].latency = HOUR
    undo(source, FRIDAY + DAY)
    source.hear(WaitForClient, FRIDAY + DAY + HOUR / 2, case="CASE-1")
    source.wait(HOUR)
    assert (source.defect.state, source.defect.hold.since) == ("on_hold", FRIDAY + DAY + HOUR)


# --- chains ---------------------------------------------------------------------------------------


def test_it_cannot_be_merged_into_itself() -> None:
    """Contract, `merge_into`."""
    with pytest.raises(InvalidCommand, match="defect: must be another defect"):
        merge(alone(), defect="DEF-1")


def test_two_that_are_merged_into_each_other_at_once_stay_two() -> None:
    """Neither may vanish in the other."""
    source, target = a_pair()
    target.other = source
    source.places[Lane.WORKFLOWS].latency = HOUR
    merge(source)
    merge(target, defect="DEF-1")
    assert str(target.rejection("merge_into")) == (
        "defect: DEF-1: state: is being merged with another defect"
    )
    source.wait(HOUR)
    assert (source.defect.state, target.defect.state) == ("merged", "open")


def test_the_other_cannot_be_merged_back() -> None:
    """The first merge is undone instead."""
    source, target = a_pair()
    target.other = source
    merge(source)
    merge(target, defect="DEF-1")
    assert str(target.rejection("merge_into")) == ("defect: DEF-1: state: is merged into DEF-2")


def test_a_chain_is_undone_from_its_end() -> None:
    """DEF-1 into DEF-2, DEF-2 into DEF-3: everyone arrives, and is back where they were."""
    source, middle = a_pair()
    end = a_world("DEF-3", "S2", attachment("CASE-6", "client-4"))
    middle.other = end
    merge(source)
    merge(middle, defect="DEF-3")
    assert sorted(end.defect.cases.numbers) == [f"CASE-{number}" for number in range(1, 7)]
    assert [end.told("defect.merged", to=who) for who in (ADA, BEN, EVE)] == [[FRIDAY]] * 3
    undo(source)
    assert str(source.rejection("undo_merge")) == (
        "defect: DEF-2: state: is merged into DEF-3; undo that first"
    )
    undo(middle)
    undo(source)
    assert [list(world.defect.cases.numbers) for world in (source, middle, end)] == [
        ["CASE-1", "CASE-2", "CASE-3"],
        ["CASE-4", "CASE-5"],
        ["CASE-6"],
    ]


def test_who_was_attached_when_it_was_asked_for_is_moved() -> None:
    """C10: the effect waits until the database knows them all."""
    source, target = a_pair()
    source.places[Lane.READ_MODEL].latency = HOUR
    source.hear(AttachCase, **attachment("CASE-7", "client-7"))
    merge(source)
    source.wait(3 * HOUR)
    assert "CASE-7" in target.defect.cases
    assert len([e for e in source.carried_out if isinstance(e, MoveCases)]) == 1
