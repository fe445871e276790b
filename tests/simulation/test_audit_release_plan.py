"""The oracle finds what a release keeps from its defects, and tells wrongly (R2 to R5)."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from domain.contract.defect import ReleaseDeployed, Resolve, ScheduleRelease, WithdrawRelease
from domain.contract.parsing import parse
from domain.contract.release import (
    Announce,
    AttachDefect,
    CancelRelease,
    Deploy,
    ReleaseStart,
    Reschedule,
)
from simulation.oracle.expected_state import Delivered, Said
from simulation.oracle.release_audit import DefectLog, ReleaseHistory, audit_release
from tests.domain.builders import ETO, FRIDAY, at, release_start
from tests.simulation.histories import DAY, HOUR, came, said

DEPLOY_AT, LATER = FRIDAY + 21 * DAY, FRIDAY + 28 * DAY
SOON, CHANGE = FRIDAY + HOUR, FRIDAY + DAY
ATTACHED = said(FRIDAY, AttachDefect, defect="DEF-1")
MOVED = said(CHANGE, Reschedule, deploy_at=LATER.isoformat(), reason="late")
CANCELLED = said(CHANGE, CancelRelease, reason="no time")
DEPLOYED = said(CHANGE, Deploy)
OVERDUE = came(at("2027-03-29 07:00"), "defect.release_overdue", "engineering")
"""An hour after it on Friday support has closed."""


def scheduled(when: datetime, deploy_at: datetime = DEPLOY_AT) -> Said:
    """The defect hears of the plan."""
    return said(when, ScheduleRelease, release="REL-1", deploy_at=deploy_at.isoformat())


def judged(
    log: list[Said], heard: list[Said], delivered: list[Delivered], days: float = 10
) -> list[tuple[str, datetime]]:
    """Clause and instant of whatever is wrong, with two hours of patience."""
    start = parse(ReleaseStart, release_start())
    defects = {"DEF-1": DefectLog(FRIDAY - DAY, heard)}
    until = FRIDAY + days * DAY
    history = ReleaseHistory("REL-1", start, FRIDAY, until, log, delivered, defects)
    return [(b.clause, b.at) for b in audit_release(history, ETO, timedelta(hours=2))]


@pytest.mark.parametrize(
    ("log", "heard", "broken"),
    [
        pytest.param([ATTACHED], [scheduled(SOON)], [], id="scheduled"),
        pytest.param([ATTACHED], [], [("R3", FRIDAY)], id="not scheduled"),
        pytest.param([], [scheduled(SOON)], [("R3", SOON)], id="scheduled, and not in it"),
        pytest.param([ATTACHED, MOVED], [scheduled(SOON)], [("R3", CHANGE)], id="not moved"),
        pytest.param(
            [ATTACHED, MOVED],
            [scheduled(SOON), scheduled(CHANGE, LATER), scheduled(CHANGE + DAY)],
            [("R3", CHANGE + DAY)],
            id="moved back by nobody",
        ),
        pytest.param([ATTACHED, CANCELLED], [scheduled(SOON)], [("R3", CHANGE)], id="kept in it"),
        pytest.param(
            [ATTACHED, CANCELLED],
            [scheduled(SOON), said(CHANGE, WithdrawRelease, release="REL-1", reason="no time")],
            [],
            id="withdrawn",
        ),
        pytest.param([ATTACHED, DEPLOYED], [scheduled(SOON)], [("R4", CHANGE)], id="not resolved"),
        pytest.param(
            [ATTACHED, DEPLOYED],
            [scheduled(SOON), said(CHANGE, ReleaseDeployed, release="REL-1")],
            [],
            id="resolved",
        ),
        pytest.param(
            [ATTACHED, MOVED],
            [scheduled(SOON), said(SOON, Resolve, resolution="by hand")],
            [],
            id="resolved by hand before",
        ),
    ],
)
def test_what_defects_hear(
    log: list[Said], heard: list[Said], broken: list[tuple[str, datetime]]
) -> None:
    """R3, R4: how the plan stands, soon after each change, and nothing that is not so."""
    assert judged(log, heard, []) == broken


def test_engineering_is_asked_once_for_each_date_that_passes() -> None:
    """R5: an hour later, within support hours; not of a date that was moved in time."""
    asked = replace(OVERDUE, key="again")

    assert judged([], [], [OVERDUE], days=25) == []
    assert judged([], [], [], days=25) == [("R5", OVERDUE.at)]
    assert judged([], [], [OVERDUE, asked], days=25) == [("R5", OVERDUE.at)]
    assert judged([MOVED], [], [OVERDUE], days=25) == [("R5", OVERDUE.at)]


def test_a_notice_has_a_reason() -> None:
    """R2: its day ahead, or that somebody asked for it."""
    due, early = (came(FRIDAY + days * DAY, "release.notice") for days in (7, 3))

    assert judged([], [], [due]) == []
    assert judged([], [], [early]) == [("R2", early.at)]
    assert judged([said(early.at, Announce)], [], [early]) == []
