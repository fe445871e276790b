"""The card in the Temporal UI: how it stands, what comes next, and no markup but its own."""

import re
from datetime import timedelta

import pytest

from domain.contract.case import Answer, RequestInformation
from domain.contract.defect import (
    Absorb,
    DecideReclassification,
    DetachCase,
    Hold,
    MergeInto,
    RequestReclassification,
    ScheduleRelease,
    WaitForClient,
)
from domain.contract.effects import Lane
from domain.outbox import LaneState
from domain.views.operator_card import card
from tests.domain.builders import FRIDAY, Alone, a_case, a_defect, attachment, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of


def shown(entity: Alone | World, *failing: Lane) -> str:
    """The card an hour after Friday 16:00."""
    runner = entity.runner
    for lane in failing:
        runner.outbox.lanes[lane] = LaneState(failing_since=FRIDAY, reported=True)
    return card(runner, FRIDAY + timedelta(hours=1))


def test_a_defect_shows_how_it_stands_and_what_happens_next() -> None:
    """In the order in which it happens, in the calendar's zone with the zone named."""
    defect, _ = a_defect("S1")
    assert shown(defect) == "\n".join(
        [
            "### DEF\\-1: S1, open",
            "",
            "- **What** Login fails",
            "- **Area** login",
            "- **Stage** investigating",
            "- **Attached** cases 1, clients 1",
            "- **Target** 0.09 business days of 2 business days",
            "- **Deliveries** 0 pending, 0 failed",
            f"- **Policy** eto {defect.policy.version}",
            "",
            "**What happens next**",
            "",
            "1. Sat 2027-03-06 15:45 CST: status update to clients",
            "1. Tue 2027-03-09 16:00 CST: target missed",
            "1. Tue 2027-03-09 16:00 CST: defect.escalated to coo",
        ]
    )


def test_a_missed_target_a_release_and_a_failing_lane_are_shown() -> None:
    """What an operator looks for."""
    defect, _ = a_defect("S1")
    say(defect, ScheduleRelease, FRIDAY, release="REL-1", deploy_at="2027-06-01T12:00Z")
    defect.fire(FRIDAY + timedelta(days=5))
    say(defect, DetachCase, FRIDAY + timedelta(days=5), case="CASE-1", reason="another matter")
    text = shown(defect, Lane.CLIENTS)
    assert "missed 2027-03-09T22:00:00Z" in text
    assert "REL\\-1, Tue 2027-06-01 07:00 CDT" in text
    assert text.endswith("**Needs attention**\n\n- no case is attached\n- lane clients is failing")


def test_who_is_waited_for_and_why_it_is_on_hold_are_shown() -> None:
    """T2: some of the cases, all of them, or staff."""
    defect, _ = a_defect("S1", attachment(), attachment("CASE-2", "client-2"))
    say(defect, WaitForClient, FRIDAY, case="CASE-1")
    assert "- **Waits for clients of** 1 of 2 cases" in shown(defect)
    assert "On hold since" not in shown(defect)
    say(defect, WaitForClient, FRIDAY, case="CASE-2")
    assert "### DEF\\-1: S1, on hold" in shown(defect)
    since = "- **On hold since** Fri 2027-03-05 16:00 CST"
    assert f"{since}, every case waits for its client" in shown(defect)
    say(defect, Hold, FRIDAY, reason="waiting")
    assert f"{since}, by staff" in shown(defect)


def test_a_request_and_a_merge_are_shown() -> None:
    """D4, C9: while the cases are on their way, once they are, and why they are not."""
    world = world_of(a_defect("S3"), FRIDAY)
    fields = {"client": "client-1", "severity": "S1", "justification": "It hurts."}
    world.hear(RequestReclassification, **fields)
    assert "- **Reclassification** S1 asked for by client\\-1, Fri 2027" in shown(world)
    world.hear(DecideReclassification, approve=False, reason="There is a workaround.")
    world.other_refuses = "DEF-2: state: is resolved; reopen it first"
    world.places[Lane.WORKFLOWS].latency = timedelta(hours=1)
    world.hear(MergeInto, defect="DEF-2", reason="the same")
    assert "- **Cases** on their way to another defect, or back from it" in shown(world)
    world.wait(timedelta(hours=1))
    assert "- **Merge refused** DEF\\-2\\: state\\: is resolved" in shown(world)
    world.other_refuses = None
    world.hear(MergeInto, defect="DEF-2", reason="the same")
    world.wait(timedelta(hours=1))
    text = shown(world)
    assert "### DEF\\-1: S3, merged" in text
    assert "- **Merged into** DEF\\-2" in text
    assert "the merge becomes final" in text
    assert "Merge refused" not in text


def test_what_was_merged_into_it_is_shown() -> None:
    """C9: cases may still go by those numbers."""
    defect, _ = a_defect("S3")
    say(defect, Absorb, FRIDAY, defect="DEF-7", cases=[])
    assert "- **Formerly** DEF\\-7" in shown(defect)


def test_a_case_shows_what_the_client_was_asked_for() -> None:
    """C3."""
    case, _ = a_case(steps=None, channel="emergency_line")
    text = shown(case)
    assert text.startswith("### CASE\\-1: critical case, waiting for client")
    assert "- **Asked the client for** steps" in text
    assert "first response due" in text
    assert "- **Defect** none" in text


def test_where_nothing_is_due_it_says_so() -> None:
    """And nothing once it is over."""
    case, _ = a_case()
    assert shown(case).endswith("Nothing is due: it waits for a command.")
    say(case, Answer, FRIDAY, message="It works as designed.")
    assert "Nothing is due" not in shown(case)


@pytest.mark.parametrize(
    "planted",
    [
        "[click](javascript:alert(1))",
        "![x](https://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "**bold** _it_ `code` ~~gone~~",
        "# heading",
        "> quote",
        "| a | b |",
        "<https://evil.example>",
        "https://evil.example",
        "www.evil.example",
        "someone@evil.example",
        "&lt;b&gt; &#x3c;",
        "a\\[b](c)",
        "- item",
        "1. item",
        "+ item",
    ],
)
def test_markup_planted_in_free_text_is_disarmed(planted: str) -> None:
    """D8: a client's words are shown as words, wherever they appear."""
    defect, _ = a_defect("S1", title=planted, functional_area=planted)
    case, _ = a_case()
    say(case, RequestInformation, FRIDAY, items=[planted])
    for text in (shown(defect), shown(case)):
        line = next(line for line in text.splitlines() if re.search("What|Asked", line))
        value = line.partition("** ")[2]
        escaped = r"\\([^a-zA-Z0-9\s])"
        assert re.sub(escaped, r"\1", value) == planted
        assert re.findall(r"[^a-zA-Z0-9\s/=;,'\"]", re.sub(escaped, "", value)) == []


def test_a_title_cannot_begin_a_line_of_its_own() -> None:
    """Line breaks are folded before they get here."""
    defect, _ = a_defect("S1", title="a\n\n# b\r\n- c")
    assert [line for line in shown(defect).splitlines() if line.startswith("# ")] == []
