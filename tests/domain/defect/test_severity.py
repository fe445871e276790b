"""Severity: whom it makes hear, and what it does to the status page (D1, D3, S1-S4)."""

import pytest

from domain.contract.defect import (
    AttachCase,
    ChangeSeverity,
    PostProgress,
    RecordSeverityFeedback,
    Reopen,
    Resolve,
)
from domain.contract.effects import NotifyStaff, PostStatus
from tests.domain.builders import FRIDAY, a_defect, at, attachment, kinds, say
from tests.domain.defect.world import DAY, HOUR, SECRET, a_world, client_messages, refusal
from tests.domain.world import CheckedWorld as World

# --- severity -------------------------------------------------------------------------------------


def test_engineering_is_told_the_moment_it_becomes_s1() -> None:
    """S1: confirmed as one, raised to one, reopened as one; at night too (T10)."""
    night = at("2027-03-06 03:00")
    defect, confirmed = a_defect("S1", now=night)
    assert kinds(confirmed).count("defect.urgent") == 1
    say(defect, ChangeSeverity, night + HOUR, severity="S2", reason="better")
    raised = say(defect, ChangeSeverity, night + 2 * HOUR, severity="S1", reason="worse")
    assert kinds(raised).count("defect.urgent") == 1
    say(defect, Resolve, night + 3 * HOUR, resolution="fixed")
    reopened = say(defect, Reopen, night + 4 * HOUR, reason="not fixed")
    assert kinds(reopened).count("defect.urgent") == 1


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_lesser_severities_are_not_urgent(severity: str) -> None:
    """S2 to S4."""
    _, effects = a_defect(severity)
    assert kinds(effects) == ["defect.confirmed"]


def test_clients_hear_of_a_change_of_severity_but_not_why() -> None:
    """D1, D8."""
    defect, _ = a_defect("S3")
    effects = say(defect, ChangeSeverity, FRIDAY, severity="S1", reason=SECRET)
    (told,) = client_messages(effects)
    assert told.facts == {"before": "S3", "severity": "S1"}
    urgent = next(effect for effect in effects if isinstance(effect, NotifyStaff))
    assert urgent.facts["reason"] == SECRET


def test_the_severity_it_has_is_refused() -> None:
    """D1."""
    refused = refusal(a_defect("S1")[0], ChangeSeverity, severity="S1", reason="x")
    assert str(refused) == "severity: is already S1"


def test_severity_feedback_changes_nothing_by_itself() -> None:
    """D3: recorded, the last of each client, and shown to those who review."""
    world = a_world("S3")
    agenda = world.agenda()
    for severity, client in (("S1", "client-1"), ("S2", "client-2"), ("S2", "client-1")):
        world.hear(RecordSeverityFeedback, client=client, severity=severity, comment=SECRET)
    assert world.told() == world.told("defect.confirmed")
    assert world.defect.severity == "S3"
    assert world.agenda() == agenda
    feedback = world.status()["feedback"]
    assert [(f["client"], f["severity"]) for f in feedback] == [
        ("client-2", "S2"),
        ("client-1", "S2"),
    ]
    assert SECRET not in str(feedback)


def test_an_s3_is_raised_in_priority_once_when_it_hits_several_clients() -> None:
    """S3: distinct clients, not cases."""
    world = a_world("S3")
    world.hear(AttachCase, **attachment("CASE-2", "client-1"))
    assert world.status()["priority"] == "normal"
    world.hear(AttachCase, **attachment("CASE-3", "client-2"))
    world.hear(AttachCase, **attachment("CASE-4", "client-3"))
    assert world.status()["priority"] == "raised"
    assert world.told("defect.raised") == [FRIDAY]


@pytest.mark.parametrize("severity", ["S1", "S2", "S4"])
def test_other_severities_are_not_raised(severity: str) -> None:
    """S3: only there."""
    world = a_world(severity, attachment(), attachment("CASE-2", "client-2"))
    assert world.defect.priority == "normal"


def test_what_becomes_an_s3_with_several_clients_is_raised_too() -> None:
    """S3."""
    world = a_world("S2", attachment(), attachment("CASE-2", "client-2"))
    world.hear(ChangeSeverity, severity="S3", reason="better")
    assert world.told("defect.raised") == [FRIDAY]


# --- status page ----------------------------------------------------------------------------------


def posts(world: World) -> list[tuple[str, str]]:
    """Incident and stage of everything posted on the status page."""
    return [(e.incident, e.stage) for e in world.carried_out if isinstance(e, PostStatus)]


def test_an_s1_is_posted_updated_and_resolved_on_the_status_page() -> None:
    """S1: one incident from the beginning to the end."""
    world = a_world("S1", public_summary="Nobody can log in.")
    world.hear(PostProgress, public_text="We found the cause.", stage="identified")
    world.wait(DAY)
    world.hear(Resolve, resolution=SECRET, public_text="Logging in works again.")
    assert posts(world) == [
        ("DEF-1/S1-1", "investigating"),
        ("DEF-1/S1-1", "identified"),
        ("DEF-1/S1-1", "identified"),
        ("DEF-1/S1-1", "resolved"),
    ]
    assert SECRET not in str([e for e in world.carried_out if isinstance(e, PostStatus)])


def test_leaving_s1_ends_the_incident_and_returning_opens_another() -> None:
    """S1: and a reopened one is a new incident."""
    world = a_world("S1")
    world.hear(ChangeSeverity, severity="S2", reason="better")
    world.hear(PostProgress, public_text="We found the cause.")
    world.hear(ChangeSeverity, severity="S1", reason="worse")
    world.hear(Resolve, resolution="fixed")
    world.hear(Reopen, reason="not fixed")
    assert [incident for incident, _ in posts(world)] == [
        *["DEF-1/S1-1"] * 2,
        *["DEF-1/S1-2"] * 2,
        "DEF-1/S1-3",
    ]


def test_the_first_post_of_an_incident_says_that_work_begins() -> None:
    """S1: that we continue to work is said of what was posted before, with nothing new to say."""
    world = a_world("S1")
    world.wait(DAY)
    world.hear(PostProgress, internal_note=SECRET, stage="fixing")
    world.hear(ChangeSeverity, severity="S2", reason="better")
    world.hear(ChangeSeverity, severity="S1", reason="worse")
    bodies = [effect.body for effect in world.carried_out if isinstance(effect, PostStatus)]
    assert list(dict.fromkeys(bodies)) == [
        "We are investigating this issue.",
        "We continue to work on this issue.",
        "The impact of this issue is lower now. We continue to work on it.",
        "We are working on this issue.",
    ]


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_only_an_s1_is_on_the_status_page(severity: str) -> None:
    """S1."""
    world = a_world(severity)
    world.hear(PostProgress, public_text="We found the cause.", stage="identified")
    world.hear(Resolve, resolution="fixed")
    assert posts(world) == []
