"""The oracle finds what is not told of releases (R3-R5)."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.contract.defect import ScheduleRelease, WithdrawRelease
from simulation.oracle.expected_state import Delivered
from tests.domain.builders import FRIDAY
from tests.simulation.histories import (
    DAY,
    DEPLOY,
    HOUR,
    REMINDED,
    SCHEDULED,
    came,
    history,
    judged,
    planned,
    said,
)


@pytest.mark.parametrize(
    ("delivered", "broken"),
    [
        pytest.param([SCHEDULED, REMINDED], [], id="told and reminded"),
        pytest.param([REMINDED], [("R3", FRIDAY)], id="not told"),
        pytest.param([SCHEDULED], [("R5", DEPLOY - 2 * DAY)], id="not reminded"),
        pytest.param(
            [SCHEDULED, replace(SCHEDULED, key="again"), REMINDED],
            [("R3", FRIDAY)],
            id="told twice",
        ),
        pytest.param(
            [SCHEDULED, replace(REMINDED, at=FRIDAY + DAY, key="early"), REMINDED],
            [("R5", FRIDAY + DAY)],
            id="reminded too early",
        ),
    ],
)
def test_everyone_is_told_of_a_plan_once_and_reminded_of_it(
    delivered: list[Delivered], broken: list[tuple[str, datetime]]
) -> None:
    """R3, R5."""
    assert judged(planned(*delivered)) == broken


def test_a_plan_at_short_notice_needs_no_reminder() -> None:
    """R5: scheduled less than two days ahead."""
    log = [said(FRIDAY, ScheduleRelease, release="REL-1", deploy_at=FRIDAY + DAY)]
    life = history("S3", FRIDAY + DAY, log, [SCHEDULED])
    assert judged(life) == []


def test_the_same_plan_said_again_is_no_change_and_another_is() -> None:
    """R3: word of a release that moves is another word."""
    log = [
        said(FRIDAY, ScheduleRelease, release="REL-1", deploy_at=DEPLOY),
        said(FRIDAY + HOUR, ScheduleRelease, release="REL-1", deploy_at=DEPLOY),
        said(FRIDAY + 2 * HOUR, ScheduleRelease, release="REL-2", deploy_at=DEPLOY),
        said(FRIDAY + 3 * HOUR, WithdrawRelease, release="REL-2", reason="x"),
    ]
    told = [
        SCHEDULED,
        came(FRIDAY + 2 * HOUR, "defect.release_rescheduled"),
        came(FRIDAY + 3 * HOUR, "defect.release_withdrawn"),
    ]
    assert judged(history("S3", FRIDAY + 9 * DAY, log, told)) == []
    assert judged(history("S3", FRIDAY + 9 * DAY, log, told[:1])) == [
        ("R3", FRIDAY + 2 * HOUR),
        ("R3", FRIDAY + 3 * HOUR),
    ]


def test_engineering_is_asked_when_the_hour_has_passed() -> None:
    """R5: Monday 17:00 is within support hours."""
    asked = came(DEPLOY + HOUR, "defect.release_overdue", "engineering")
    assert judged(planned(SCHEDULED, REMINDED, asked, until=DEPLOY + DAY)) == []
    assert judged(planned(SCHEDULED, REMINDED, until=DEPLOY + DAY)) == [("R5", DEPLOY + HOUR)]
