"""Repeats, records, outages: nothing counts twice, and nothing is lost."""

from domain.contract.defect import (
    Hold,
    PostProgress,
    RecordSeverityFeedback,
    Resolve,
    Resume,
    ScheduleRelease,
)
from domain.contract.effects import Lane
from domain.contract.parsing import parse
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.runner import Runner
from tests.domain.builders import FRIDAY, Alone, a_defect, eto_with, say
from tests.domain.defect.world import DAY, HOUR, JULY, JUNE, SECRET, a_world, refusal
from tests.domain.world import world_of


def test_a_repeat_with_the_same_key_changes_nothing() -> None:
    """Contract: not even after continue-as-new; under the same key nothing else is taken."""
    defect, _ = a_defect("S2")
    plan = {"key": "1", "release": "REL-1", "deploy_at": JUNE}
    say(defect, ScheduleRelease, FRIDAY, **plan)
    defect = Alone(Runner(DEFECT, Defect.model_validate_json(defect.model_dump_json())))
    before = defect.model_dump()
    assert say(defect, ScheduleRelease, FRIDAY + HOUR, **plan) == []
    assert refusal(defect, ScheduleRelease, **plan | {"deploy_at": JULY}).field == "key"
    assert refusal(defect, Resolve, key="1", resolution="x").field == "key"
    assert defect.model_dump() == before


def test_a_refused_command_does_not_use_up_its_key() -> None:
    """Contract: it can be corrected and sent again."""
    defect, _ = a_defect("S2")
    refusal(defect, Resume, key="1")
    say(defect, Hold, FRIDAY + HOUR, key="1", reason="waiting")
    assert defect.state == "on_hold"


def test_a_signal_that_cannot_be_applied_is_on_record() -> None:
    """Contract: under `rejected`, the last twenty."""
    defect, _ = a_defect("S2")
    for number in range(25):
        defect.reject("change_severity", f"severity: wrong {number}", FRIDAY)
    rejected = defect.status(FRIDAY)["rejected"]
    assert len(rejected) == 20
    assert rejected[-1] == {
        "at": "2027-03-05T22:00:00Z",
        "signal": "change_severity",
        "reason": "severity: wrong 24",
    }


def test_a_command_never_overtakes_what_was_due_before_it() -> None:
    """T7: the update that was due comes first, whatever is said then."""
    defect, _ = a_defect("S1")
    defect.handle(parse(Hold, {"actor": "a", "reason": "x"}), FRIDAY + DAY)
    events = [fact.event for fact in defect.timeline]
    assert events == ["defect.confirmed", "defect.update", "defect.held"]


def test_the_timeline_keeps_ids_and_values_but_no_text() -> None:
    """Contract: the last 200 facts, oldest first."""
    world = a_world("S1", internal_description=SECRET)
    for _ in range(120):
        world.hear(PostProgress, public_text="We are at it.", internal_note=SECRET)
        world.hear(RecordSeverityFeedback, client="client-1", severity="S1", comment=SECRET)
    timeline = [fact.flat() for fact in world.defect.timeline]
    assert len(timeline) == 200
    assert timeline[-1]["event"] == "severity.feedback"
    assert SECRET not in str(timeline)
    assert "at it" not in str(timeline)


def test_support_hears_of_a_failing_lane_through_another() -> None:
    """Architecture, the outbox: through the staff's own lane, but not about that lane."""
    world = a_world("S1")
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 3 * DAY)
    world.wait(3 * DAY)
    assert len(world.told("delivery.failing", to="support")) == 1
    world = a_world("S1")
    world.down(Lane.STAFF, FRIDAY + HOUR, FRIDAY + 3 * DAY)
    world.wait(4 * DAY)
    assert world.told("delivery.failing") == []


def test_a_policy_without_updates_or_status_page_is_followed_too() -> None:
    """Severities are data."""
    policy = eto_with("S1", updates=None, status_page=False, urgent=False, target=None, rungs=[])
    world = world_of(a_defect("S1", under=policy), FRIDAY)
    world.wait(30 * DAY)
    assert [came.event for came in world.delivered] == ["defect.confirmed"]
