"""The oracle itself: each promise that is broken is found, and a life that kept them all passes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.contract.defect import Hold, PostProgress, RecordSeverityFeedback, Reopen, Resolve
from domain.contract.values import Command, Severity
from simulation.oracle.audit import Audit, Figures, audit
from tests.domain.builders import ETO, FRIDAY, at, attachment, eto_with
from tests.simulation.histories import (
    DAY,
    HOUR,
    REMINDED,
    SECRET,
    came,
    daily,
    findings,
    history,
    judged,
    planned,
    said,
)

COO = came(at("2027-03-09 16:00"), "defect.escalated", "coo")


def test_a_life_that_kept_every_promise_passes_with_its_figures() -> None:
    """S1: six daily updates, one escalation, resolved; updates are counted per person."""
    end = FRIDAY + 6 * DAY + HOUR
    life = history(
        "S1",
        end + 30 * DAY,
        [said(end, Resolve, resolution=SECRET)],
        [*daily(4), COO, *daily(2, FRIDAY + 4 * DAY), came(end, "defect.resolved")],
    )
    life = replace(life, delivered=sorted(life.delivered, key=lambda delivery: delivery.at))
    assert audit(life, ETO, timedelta(0)) == Audit(
        broken=(),
        figures=Figures(
            updates_owed=6,
            updates_sent=6,
            updates_late=0,
            targets_met=0,
            targets_missed=1,
            escalations=1,
            messages={"client-1": 8},
        ),
    )


def test_a_target_is_met_when_it_is_resolved_in_time() -> None:
    """S1, S2: figures; D2: none where no target holds."""
    for material, met in ((True, 1), (False, 0)):
        life = history(
            "S2",
            FRIDAY + 10 * DAY,
            [said(FRIDAY + DAY, Resolve, resolution="fixed")],
            [came(FRIDAY + DAY, "defect.resolved")],
            material=material,
        )
        figures = audit(life, ETO).figures
        assert (figures.targets_met, figures.targets_missed) == (met, 0)


def test_what_never_cost_a_business_minute_is_met_not_missing() -> None:
    """T2: confirmed and resolved over a weekend."""
    life = history(
        "S1",
        at("2027-03-07 09:00"),
        [said(at("2027-03-06 10:00"), Resolve, resolution="fixed")],
        [came(at("2027-03-06 10:00"), "defect.resolved")],
        confirmed_at=at("2027-03-06 08:00"),
    )
    found = audit(life, ETO)
    assert (found.broken, found.figures.targets_met) == ((), 1)


# --- every message --------------------------------------------------------------------------------


def test_one_message_per_person_however_many_cases() -> None:
    """R4: the same key twice to one person."""
    cases = (attachment("CASE-1"), attachment("CASE-2"))
    log = [said(FRIDAY + HOUR, Resolve, resolution="fixed")]
    resolved = came(FRIDAY + HOUR, "defect.resolved")
    assert judged(history("S2", FRIDAY + DAY, log, [resolved], *cases)) == []
    twice = judged(history("S2", FRIDAY + DAY, log, [resolved, resolved], *cases))
    assert ("R4", FRIDAY + HOUR) in twice


def test_nothing_is_told_after_the_resolution() -> None:
    """C9: until it is reopened."""
    resolved_at = FRIDAY + HOUR
    log = [said(resolved_at, Resolve, resolution="fixed")]
    resolved = came(resolved_at, "defect.resolved")
    after = came(FRIDAY + DAY, "defect.update")
    life = history("S1", FRIDAY + 2 * DAY, log, [resolved, after])
    assert ("C9", FRIDAY + DAY) in judged(life)
    stale = replace(after, decided_at=FRIDAY)
    assert ("C9", FRIDAY + DAY) in judged(replace(life, delivered=[*life.delivered[:-1], stale]))
    log.append(said(FRIDAY + 20 * HOUR, Reopen, reason="not fixed"))
    told = [
        resolved,
        came(FRIDAY + 20 * HOUR, "defect.reopened"),
        came(FRIDAY + 20 * HOUR, "defect.urgent", "engineering"),
        after,
    ]
    assert judged(history("S1", FRIDAY + 2 * DAY, log, told)) == []


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (PostProgress, {"internal_note": SECRET}),
        (Hold, {"reason": SECRET}),
        (RecordSeverityFeedback, {"client": "c", "severity": "S1", "comment": SECRET}),
    ],
)
def test_internal_text_in_a_message_to_a_client_breaks_d8(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """D8: wherever it was written; staff may read it."""
    log = [said(FRIDAY, command, **fields)]
    leak = came(FRIDAY + HOUR, "defect.update", text=f"We say: {SECRET}.")
    internal = came(FRIDAY, "defect.update_needed", "engineering", text=SECRET)
    assert judged(history("S1", FRIDAY + HOUR, log, [internal, leak])) == [("D8", FRIDAY + HOUR)]


def test_internal_text_of_the_start_is_known_too() -> None:
    """D8: but a word that could be anywhere is not held against a message."""
    leak = came(FRIDAY + HOUR, "defect.update", text=f"{SECRET}, ok")
    life = history("S1", FRIDAY + HOUR, [], [leak], internal_description=SECRET)
    assert judged(life) == [("D8", FRIDAY + HOUR)]
    assert judged(history("S1", FRIDAY + HOUR, [], [leak], internal_description="ok")) == []


def test_delivery_may_take_a_while_but_not_for_ever() -> None:
    """T9: fifteen minutes, unless told otherwise."""
    for minutes, broken in ((15, []), (16, [("R3", FRIDAY)])):
        told = came(FRIDAY + timedelta(minutes=minutes), "defect.release_scheduled")
        assert findings(audit(planned(told, REMINDED), ETO)) == broken


def test_what_may_still_come_is_not_missing() -> None:
    """T9: the log ends before its time is up."""
    life = planned(until=FRIDAY + timedelta(minutes=14))
    assert findings(audit(life, ETO)) == []


def test_severities_of_other_policies_are_followed() -> None:
    """T8: the policy it is pinned to, whatever it says."""
    policy = eto_with("S4", urgent=True)
    assert policy.severities[Severity.S4].urgent
    assert judged(history("S4", FRIDAY + HOUR), policy) == [("S1", FRIDAY)]
