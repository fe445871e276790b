"""The card in the Temporal UI: how it stands, what comes next, and no markup but its own."""

import re
from datetime import timedelta
from typing import Any

import pytest

from domain import messages
from domain.card import card
from domain.effects import Lane
from domain.machine import Machine
from tests.domain.builders import FRIDAY, a_case, a_defect, say

QUIET = {"pending_deliveries": 0, "failed_deliveries": 0}


def shown(machine: Machine, *failing: Lane, **rest: Any) -> str:
    """The card an hour after Friday 16:00."""
    now = FRIDAY + timedelta(hours=1)
    status = machine.status(now) | QUIET | {"attention": machine.attention} | rest
    return card(machine, status, failing, now)


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
    say(defect, messages.ScheduleRelease, FRIDAY, release="REL-1", deploy_at="2027-06-01T12:00Z")
    defect.fire(FRIDAY + timedelta(days=5))
    text = shown(defect, Lane.CLIENTS, attention=["no case is attached"])
    assert "missed 2027-03-09T22:00:00Z" in text
    assert "REL\\-1, Tue 2027-06-01 07:00 CDT" in text
    assert text.endswith("**Needs attention**\n\n- no case is attached\n- lane clients is failing")


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
    assert shown(case).endswith("Nothing is due: it waits for somebody to say something.")
    say(case, messages.Answer, FRIDAY, message="It works as designed.")
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
    say(case, messages.RequestInformation, FRIDAY, items=[planted])
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
