"""Two defects that are the same become one (C9, C10, T2)."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    Absorb,
    AreaWorkStarted,
    AttachCase,
    ChangeSeverity,
    DetachCase,
    GiveBack,
    Hold,
    MergeInto,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    ReleaseDeployed,
    Reopen,
    Resolve,
    ScheduleRelease,
    WaitForClient,
)
from domain.contract.effects import CloseCases, Lane, NotifyClients, PostStatus, UpdateReadModel
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, attachment
from tests.domain.defect.pair import (
    ADA,
    BEN,
    DAY,
    EVE,
    HOUR,
    SECRET,
    a_pair,
    a_world,
    alone,
    merge,
    undo,
)

# --- who is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1, 2, 500])
def test_only_who_did_not_know_the_number_is_told_and_once(page: int) -> None:
    """Complaint (glpi#20620, merge spam): a person on several cases, over pages, too (R4)."""
    source, target = a_pair()
    source.page = page
    merge(source)
    assert target.told("defect.merged", to=BEN) == [FRIDAY]
    assert target.told("defect.merged", to=ADA) == []
    assert target.told("defect.merged", to=EVE) == []
    assert source.told() == source.told("defect.confirmed")


def test_who_is_told_learns_what_it_was_before_and_whatever_helps() -> None:
    """C9, D5: and what we wrote for ourselves is not there (D8)."""
    source, target = a_pair()
    target.hear(OfferWorkaround, description="Use the other form.", effort="easy")
    merge(source)
    merged = next(e for e in target.carried_out if e.event == "defect.merged")
    assert isinstance(merged, NotifyClients)
    assert merged.defect == "DEF-2"
    assert merged.facts == {
        "before": "DEF-1",
        "severity": "S2",
        "stage": "investigating",
        "public_summary": None,
        "workaround": {"description": "Use the other form.", "effort": "easy"},
        "release": None,
    }
    for world in (source, target):
        told = [e for e in world.carried_out if isinstance(e, NotifyClients | PostStatus)]
        assert [e.key for e in told if SECRET in e.model_dump_json()] == []


def test_nobody_is_lost() -> None:
    """Complaint (brimir#268, lost watchers): whatever follows reaches everyone from both, once."""
    source, target = a_pair()
    merge(source)
    release = {"release": "REL-1", "deploy_at": "2027-06-01T12:00:00Z"}
    target.hear(ScheduleRelease, **release)
    target.hear(Resolve, resolution="fixed")
    for event in ("defect.release_scheduled", "defect.resolved"):
        assert [target.told(event, to=who) for who in (ADA, BEN, EVE)] == [[FRIDAY]] * 3
    assert target.status()["case_count"] == 5


def test_the_cases_close_with_the_defect_that_took_them_and_only_once() -> None:
    """Complaint (escalade#320, closed cases touched): by whichever number they go."""
    source, target = a_pair()
    merge(source)
    target.hear(Resolve, FRIDAY + DAY, resolution="fixed")
    source.wait(60 * DAY)
    (closing,) = [e for e in target.carried_out if isinstance(e, CloseCases)]
    assert closing.formerly == ["DEF-1"]
    assert [e for e in source.carried_out if isinstance(e, CloseCases)] == []


def test_a_page_that_comes_again_is_harmless() -> None:
    """T9: under the same key, or, from another attempt, under another."""
    world = alone("S3")
    cases = [attachment("CASE-2", "client-2"), attachment("CASE-3", "client-2")]
    for key in ("1", "1", "2"):
        world.hear(Absorb, key=key, defect="DEF-9", cases=cases)
    assert len(world.told("defect.merged")) == 1
    assert world.defect.merge.formerly == ["DEF-9"]
    for key in ("3", "3", "4"):
        world.hear(GiveBack, key=key, defect="DEF-9", cases=["CASE-2", "CASE-3"])
    assert len(world.told("defect.unmerged")) == 1
    assert (list(world.defect.cases.numbers), world.defect.merge.formerly) == (["CASE-1"], [])


def test_a_case_that_is_named_twice_joins_and_leaves_once() -> None:
    """T9: the database would not take it twice in one change."""
    world = alone("S3")
    twice = [attachment("CASE-2", "client-2"), attachment("CASE-2", "client-3")]
    world.hear(Absorb, defect="DEF-9", cases=twice)
    assert (world.told("defect.merged", to=EVE), world.told("defect.merged", to=BEN)) == (
        [FRIDAY],
        [],
    )
    world.hear(GiveBack, defect="DEF-9", cases=["CASE-2", "CASE-2"])
    changes = [c for e in world.carried_out if isinstance(e, UpdateReadModel) for c in e.audience]
    assert [len(change.attach) for change in changes] == [1, 1, 0]
    assert [len(change.detach) for change in changes] == [0, 0, 1]


def test_what_clients_said_of_its_severity_goes_along() -> None:
    """D3: the last of each client counts for those who review the other one."""
    source, target = a_pair()
    target.hear(RecordSeverityFeedback, client="client-1", severity="S3")
    for client, severity in (("client-1", "S1"), ("client-2", "S2")):
        source.hear(RecordSeverityFeedback, client=client, severity=severity)
    merge(source)
    said = target.status()["feedback"]
    assert [(one["client"], one["severity"]) for one in said] == [
        ("client-1", "S1"),
        ("client-2", "S2"),
    ]


def test_a_defect_without_cases_can_be_merged() -> None:
    """C9: confirmed before anybody reported it; the other remembers its number all the same."""
    source, target = a_world("DEF-1", "S2"), a_world("DEF-2", "S2", attachment())
    source.other = target
    merge(source)
    assert source.defect.state == "merged"
    assert target.defect.merge.formerly == ["DEF-1"]
    assert target.told("defect.merged") == []


def test_what_more_clients_mean_is_done_where_they_arrive() -> None:
    """S3: raised in priority; T2: a hold because every case waited ends."""
    target = alone("S3")
    target.hear(WaitForClient, case="CASE-1")
    cases = [attachment("CASE-2", "client-2")]
    target.hear(Absorb, defect="DEF-9", cases=cases)
    assert target.told("defect.raised") == [FRIDAY]
    assert target.defect.state == "open"


# --- while the cases are on their way -------------------------------------------------------------


def test_until_the_other_has_answered_everything_goes_on() -> None:
    """T6, T9: the database is down for two days, and clients are told every day."""
    source, _ = a_pair("S1")
    source.places[Lane.WORKFLOWS].latency = 2 * DAY
    merge(source)
    assert (source.defect.state, source.is_pending("merge_into")) == ("open", True)
    source.wait(2 * DAY - HOUR)
    assert len(source.told("defect.update", to=BEN)) == 1
    source.wait(2 * HOUR)
    assert (source.defect.state, source.is_pending("merge_into")) == ("merged", False)
    assert source.rejection("merge_into") is None


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (MergeInto, {"defect": "DEF-3", "reason": "x"}),
        (AttachCase, attachment("CASE-9", "client-3")),
        (DetachCase, {"case": "CASE-1", "reason": "x"}),
        (Absorb, {"defect": "DEF-3", "cases": [attachment("CASE-9")]}),
        (GiveBack, {"defect": "DEF-3", "cases": ["CASE-1"]}),
        (Resolve, {"resolution": "x"}),
    ],
)
def test_meanwhile_nobody_joins_or_leaves(command: type[Command], fields: dict[str, Any]) -> None:
    """C10: what is being moved stays what it is."""
    source = alone("S2")
    source.places[Lane.WORKFLOWS].latency = HOUR
    merge(source)
    with pytest.raises(InvalidCommand, match="state: is being merged with another defect"):
        source.hear(command, **fields)


def test_a_refusal_leaves_it_as_it_was_and_says_why() -> None:
    """Complaint (freescout#1314): the answer names the reason; it can be tried again."""
    source, target = a_pair("S1")
    target.hear(Resolve, resolution="fixed")
    agenda = [(due.at, due.what) for due in source.agenda()]
    status = source.status()
    merge(source)
    refusal = source.rejection("merge_into")
    assert str(refusal) == "defect: DEF-2: state: is resolved; reopen it first"
    assert [(due.at, due.what) for due in source.agenda()] == agenda
    assert source.status() == status
    assert target.told("defect.merged") == []
    target.hear(Reopen, reason="not fixed")
    merge(source)
    assert (source.defect.state, source.rejection("merge_into")) == ("merged", None)


@pytest.mark.parametrize(
    ("refuses", "state", "told"),
    [
        pytest.param("DEF-2: state: is resolved", "resolved", 1, id="it is resolved after all"),
        pytest.param(None, "merged", 0, id="the other defect goes on for it"),
    ],
)
def test_a_release_deployed_meanwhile_is_not_forgotten(
    refuses: str | None, state: str, told: int
) -> None:
    """Complaint (plan changes racing deployment), R4: it waits for what comes of the merge."""
    source = alone("S2")
    deploy_at = (FRIDAY + DAY).isoformat()
    source.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at, watched=True)
    source.places[Lane.WORKFLOWS].latency, source.other_refuses = 2 * HOUR, refuses
    merge(source, FRIDAY + DAY)
    source.hear(ReleaseDeployed, FRIDAY + DAY + HOUR, release="REL-1", plan_version=4)
    assert source.told("defect.resolved") == []
    source.wait(2 * HOUR)
    assert source.defect.state == state
    assert source.told("defect.resolved") == [FRIDAY + DAY + 2 * HOUR] * told


# --- merged ---------------------------------------------------------------------------------------


def test_a_merged_defect_says_where_it_went() -> None:
    """Contract, `status`."""
    source, _ = a_pair()
    merge(source)
    status = source.status()
    assert (status["state"], status["merged_into"]) == ("merged", "DEF-2")
    assert (status["target"]["due_at"], status["next_update_due_at"]) == (None, None)


def test_a_merged_defect_says_nothing_and_ends_with_its_window() -> None:
    """C9: no update, escalation, reminder or question; not even what waited for the opening."""
    source = alone("S1")
    deploy_at = (FRIDAY + 4 * DAY).isoformat()
    source.hear(ScheduleRelease, release="REL-1", deploy_at=deploy_at)
    merge(source, FRIDAY + HOUR)
    told = len(source.delivered)
    source.wait_until(FRIDAY + HOUR + 14 * DAY - timedelta(seconds=1))
    assert source.defect.closed_at is None
    source.wait(60 * DAY)
    assert (source.defect.finished, source.defect.state) == (True, "closed")
    assert source.defect.closed_at == FRIDAY + HOUR + 14 * DAY
    assert (len(source.delivered), source.next_due()) == (told, None)


def test_a_hold_ends_with_the_merge() -> None:
    """T2: nothing is spent anyway."""
    source = alone("S2")
    source.hear(Hold, reason="waiting")
    merge(source, FRIDAY + HOUR)
    assert source.defect.hold.since is None
    assert [(hold.start, hold.end) for hold in source.defect.hold.past] == [(FRIDAY, FRIDAY + HOUR)]


def test_the_status_page_gets_a_last_word_and_a_new_incident_if_it_goes_on() -> None:
    """S1."""
    source = alone("S1")
    merge(source)
    undo(source)
    posts = [e for e in source.carried_out if isinstance(e, PostStatus)]
    assert [(e.incident, e.stage) for e in posts] == [
        ("DEF-1/S1-1", "investigating"),
        ("DEF-1/S1-1", "resolved"),
        ("DEF-1/S1-2", "investigating"),
    ]


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (ChangeSeverity, {"severity": "S1", "reason": "x"}),
        (AttachCase, attachment("CASE-9", "client-3")),
        (PostProgress, {"public_text": "We are at it."}),
        (Hold, {"reason": "x"}),
        (WaitForClient, {"case": "CASE-1"}),
        (ReleaseDeployed, {"release": "REL-1", "plan_version": 1}),
        (AreaWorkStarted, {"functional_area": "login"}),
        (Resolve, {"resolution": "x"}),
        (MergeInto, {"defect": "DEF-3", "reason": "x"}),
        (Absorb, {"defect": "DEF-3", "cases": []}),
    ],
)
def test_what_is_merged_takes_no_more_work(command: type[Command], fields: dict[str, Any]) -> None:
    """It says which one does."""
    source = alone("S2")
    merge(source)
    with pytest.raises(InvalidCommand, match=r"state: is merged into DEF-2$"):
        source.hear(command, **fields)


def test_what_is_merged_is_not_reopened() -> None:
    """Contract: its merge is undone instead."""
    source = alone("S2")
    merge(source)
    with pytest.raises(InvalidCommand, match="state: is merged, not resolved"):
        source.hear(Reopen, reason="x")
