"""The oracle finds escalations and reminders that are missing, late or too many (T2-T7)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import pytest

from domain.contract.defect import ChangeSeverity, Hold, Reopen, Resolve, Resume
from simulation.oracle.expected_state import History, Said
from tests.domain.builders import FRIDAY, at, attachment
from tests.simulation.histories import (
    DAY,
    HOUR,
    MONDAY,
    ON_TUESDAY,
    came,
    history,
    judged,
    said,
)


def escalated(*instants: datetime, log: Sequence[Said] = ()) -> History:
    """An S1 without clients until Wednesday, and when the COO was told."""
    told = [came(instant, "defect.escalated", "coo") for instant in instants]
    life = history("S1", at("2027-03-10 20:00"), log, told)
    start = life.start.model_copy(update={"cases": []})
    return replace(life, start=start, delivered=list(life.delivered)[1:])


@pytest.mark.parametrize(
    ("instants", "broken"),
    [
        pytest.param([ON_TUESDAY], [], id="to the minute"),
        pytest.param([], [("T7", ON_TUESDAY)], id="never"),
        pytest.param([ON_TUESDAY + HOUR], [("T7", ON_TUESDAY)], id="late"),
        pytest.param([ON_TUESDAY, ON_TUESDAY + HOUR], [("T7", ON_TUESDAY + HOUR)], id="twice"),
        pytest.param(
            [ON_TUESDAY - HOUR],
            [("T7", ON_TUESDAY - HOUR), ("T7", ON_TUESDAY)],
            id="too early is not in time",
        ),
    ],
)
def test_the_coo_is_told_exactly_once_when_the_budget_is_spent(
    instants: list[datetime], broken: list[tuple[str, datetime]]
) -> None:
    """S1, T7."""
    assert judged(escalated(*instants)) == broken


@pytest.mark.parametrize(
    ("log", "due"),
    [
        pytest.param(
            [
                said(MONDAY, Hold, reason="waiting"),
                said(MONDAY + HOUR, Resume),
            ],
            ON_TUESDAY + HOUR,
            id="a hold",
        ),
        pytest.param(
            [
                said(MONDAY, ChangeSeverity, severity="S3", reason="better"),
                said(MONDAY + HOUR, ChangeSeverity, severity="S1", reason="worse"),
            ],
            ON_TUESDAY + HOUR,
            id="another severity for a while",
        ),
        pytest.param(
            [
                said(MONDAY, Resolve, resolution="fixed"),
                said(MONDAY + HOUR, Reopen, reason="not fixed"),
            ],
            ON_TUESDAY + HOUR,
            id="resolved for a while",
        ),
        pytest.param(
            [said(ON_TUESDAY, Resolve, resolution="fixed")],
            ON_TUESDAY,
            id="what is said at that instant comes too late",
        ),
        pytest.param(
            [
                said(MONDAY, Hold, reason="waiting", key="1"),
                said(MONDAY + HOUR, Resume, key="2"),
                said(MONDAY + 2 * HOUR, Hold, reason="waiting", key="1"),
            ],
            ON_TUESDAY + HOUR,
            id="a repeated key changes nothing",
        ),
        pytest.param([said(MONDAY, Hold, reason="waiting")], None, id="on hold it is not due"),
        pytest.param(
            [said(MONDAY, ChangeSeverity, severity="S2", reason="better")],
            None,
            id="nor at another severity",
        ),
    ],
)
def test_the_budget_is_spent_as_the_log_says(log: list[Said], due: datetime | None) -> None:
    """T2, T7."""
    escalations = {b for b in judged(escalated(log=log)) if b[0] == "T7"}
    assert escalations == ({("T7", due)} if due else set())
    if due is not None:
        assert [b for b in judged(escalated(due, log=log)) if b[0] == "T7"] == []


def test_a_reminder_may_wait_for_the_next_opening_and_no_longer() -> None:
    """T5, T10: day 30 is a Sunday."""
    confirmed, opening = at("2027-01-08 22:00"), at("2027-02-08 07:00")
    for told, broken in (
        (opening, []),
        (at("2027-02-07 22:00"), [("T7", at("2027-02-07 22:00")), ("T7", opening)]),
        (opening + HOUR, [("T7", opening)]),
    ):
        window = came(told, "defect.window_opened", "engineering")
        life = history("S2", opening + DAY, [], [window], confirmed_at=confirmed)
        assert judged(life) == broken


def test_a_reminder_may_be_left_out_if_it_no_longer_matters_at_the_opening() -> None:
    """T10: resolved in between."""
    confirmed, resolved = at("2027-01-08 22:00"), at("2027-02-07 23:00")
    life = history(
        "S2",
        at("2027-02-10 07:00"),
        [said(resolved, Resolve, resolution="fixed")],
        [came(resolved, "defect.resolved")],
        confirmed_at=confirmed,
    )
    assert judged(life) == []


def test_engineering_is_told_at_each_moment_it_becomes_s1() -> None:
    """S1."""
    log = [said(FRIDAY + HOUR, ChangeSeverity, severity="S1", reason="worse")]
    told = [came(FRIDAY + HOUR, "defect.severity_changed")]
    life = history("S2", FRIDAY + 2 * HOUR, log, told)
    assert judged(life) == [("S1", FRIDAY + HOUR)]


def test_engineering_is_told_once_that_several_clients_are_hit() -> None:
    """S3."""
    cases = (attachment(), attachment("CASE-2", "client-2"))
    assert judged(history("S3", FRIDAY + HOUR, [], [], *cases)) == [("S3", FRIDAY)]
    raised = [came(FRIDAY, "defect.raised", "engineering")]
    assert judged(history("S3", FRIDAY + HOUR, [], raised, *cases)) == []
