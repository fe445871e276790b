"""The oracle on clients who are waited for, requests, merges and imports."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    Absorb,
    AttachCase,
    DecideReclassification,
    DetachCase,
    GiveBack,
    Hold,
    MergeInto,
    ReleaseDeployed,
    Reopen,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
    StopWaiting,
    UndoMerge,
    WaitForClient,
)
from simulation.oracle.audit import audit
from simulation.oracle.expected_state import Delivered, History, Moved, Said
from tests.domain.builders import ETO, FRIDAY, at, attachment
from tests.simulation.histories import (
    ADA,
    BEN,
    DAY,
    DEPLOY,
    HOUR,
    MONDAY,
    ON_TUESDAY,
    SCHEDULED,
    SECRET,
    came,
    escalations,
    history,
    judged,
    said,
)

WAITS = said(MONDAY, WaitForClient, case="CASE-1")


@pytest.mark.parametrize(
    ("log", "due"),
    [
        pytest.param([WAITS], None, id="the only case waits"),
        pytest.param(
            [WAITS, said(MONDAY + HOUR, StopWaiting, case="CASE-1")],
            ON_TUESDAY + HOUR,
            id="it waits no more",
        ),
        pytest.param(
            [WAITS, said(MONDAY + HOUR, Resume)], ON_TUESDAY + HOUR, id="resumed by staff"
        ),
        pytest.param(
            [
                WAITS,
                said(MONDAY, Hold, reason="waiting"),
                said(MONDAY + HOUR, StopWaiting, case="CASE-1"),
            ],
            None,
            id="staff took the hold over",
        ),
        pytest.param(
            [WAITS, said(MONDAY + HOUR, AttachCase, **attachment("CASE-2"))],
            ON_TUESDAY + HOUR,
            id="another case does not wait",
        ),
        pytest.param(
            [
                said(FRIDAY, AttachCase, **attachment("CASE-2")),
                WAITS,
                said(MONDAY + HOUR, DetachCase, case="CASE-2", reason="x"),
            ],
            None,
            id="the one that did not wait has left",
        ),
        pytest.param(
            [
                said(MONDAY, MergeInto, defect="DEF-2", reason="x"),
                Moved(MONDAY + HOUR, refused=True),
            ],
            ON_TUESDAY,
            id="a merge that was refused",
        ),
        pytest.param(
            [said(MONDAY, MergeInto, defect="DEF-2", reason="x")],
            ON_TUESDAY,
            id="a merge that was not answered",
        ),
        pytest.param(
            [said(MONDAY, MergeInto, defect="DEF-2", reason="x"), Moved(MONDAY)],
            None,
            id="merged",
        ),
        pytest.param(
            [
                said(MONDAY, MergeInto, defect="DEF-2", reason="x"),
                Moved(MONDAY),
                said(MONDAY + HOUR, UndoMerge, reason="x"),
                Moved(MONDAY + HOUR),
            ],
            ON_TUESDAY + HOUR,
            id="merged for a while",
        ),
    ],
)
def test_the_budget_stands_while_clients_are_waited_for_and_while_merged(
    log: list[Said | Moved], due: datetime | None
) -> None:
    """T2, T7: as on hold and as resolved."""
    assert escalations(log) == ([due] if due else [])
    if due is not None:
        assert escalations(log, due) == []


def test_a_release_deployed_while_cases_are_moved_resolves_if_they_stay() -> None:
    """R4: at the instant of the refusal."""
    log: list[Said | Moved] = [
        said(FRIDAY, MergeInto, defect="DEF-2", reason="x"),
        said(FRIDAY, ReleaseDeployed, release="REL-1", plan_version=1),
        Moved(FRIDAY + HOUR, refused=True),
    ]
    assert judged(history("S2", FRIDAY + DAY, log)) == [("C9", FRIDAY + HOUR)]
    resolved = [came(FRIDAY + HOUR, "defect.resolved")]
    assert judged(history("S2", FRIDAY + DAY, log, resolved)) == []


def test_a_merged_defect_that_speaks_breaks_c9() -> None:
    """C9: and when it goes on, updates are owed again and engineering is told."""
    log: list[Said | Moved] = [
        said(FRIDAY + HOUR, MergeInto, defect="DEF-2", reason="x"),
        Moved(FRIDAY + HOUR),
    ]
    update = came(FRIDAY + DAY, "defect.update")
    assert judged(history("S1", FRIDAY + 5 * DAY, log)) == []
    assert ("C9", FRIDAY + DAY) in judged(history("S1", FRIDAY + 5 * DAY, log, [update]))
    undone = FRIDAY + 2 * DAY
    log += [said(undone, UndoMerge, reason="x"), Moved(undone)]
    life = history("S1", undone + 25 * HOUR, log)
    assert judged(life) == [("S1", undone), ("T6", undone + DAY)]


def test_who_did_not_know_the_number_is_told_of_a_merge_and_nobody_else() -> None:
    """C9: Ada was there before; Ben leaves again when it is undone."""
    cases = [attachment("CASE-2", "client-1"), attachment("CASE-3", "client-2")]
    back = FRIDAY + DAY
    log = [
        said(FRIDAY + HOUR, Absorb, defect="DEF-2", cases=cases),
        said(back, GiveBack, defect="DEF-2", cases=["CASE-2", "CASE-3"]),
    ]
    ben = [came(FRIDAY + HOUR, "defect.merged", BEN), came(back, "defect.unmerged", BEN)]
    ada = [came(FRIDAY + HOUR, "defect.merged"), came(back, "defect.unmerged")]
    until = FRIDAY + 2 * DAY
    assert judged(history("S2", until, log, ben)) == []
    assert judged(history("S2", until, log)) == [("C9", FRIDAY + HOUR), ("C9", back)]
    spam = audit(history("S2", until, log, [*ben, *ada]), ETO, timedelta(0)).broken
    assert [(broken.clause, broken.recipient) for broken in spam] == [("C9", ADA), ("C9", ADA)]


def test_client_success_is_reminded_daily_until_a_request_is_decided() -> None:
    """D4, T10: asked on Friday 16:00, decided on Thursday; the client is answered."""
    thursday = at("2027-03-11 12:00")
    log = [
        said(
            FRIDAY,
            RequestReclassification,
            client="client-1",
            severity="S3",
            justification="It hurts less.",
        ),
        said(thursday, DecideReclassification, approve=True, reason="So it does."),
    ]
    asked = came(FRIDAY, "reclassification.requested", "client_success")
    reminders = [
        came(at(f"2027-03-{day:02} 16:00"), "reclassification.reminder", "client_success")
        for day in (9, 10)
    ]
    decided = [
        came(thursday, "reclassification.decided"),
        came(thursday, "defect.severity_changed"),
    ]
    life = history("S2", at("2027-03-13 12:00"), log, [asked, *reminders, *decided])
    assert judged(life) == []
    for missing in [asked, *reminders, *decided]:
        delivered = [delivery for delivery in life.delivered if delivery != missing]
        (broken,) = judged(replace(life, delivered=delivered))
        assert broken[1] == missing.at
    late = came(at("2027-03-12 16:00"), "reclassification.reminder", "client_success")
    assert judged(replace(life, delivered=[*life.delivered, late])) == [("D4", late.at)]


def test_only_the_client_who_asked_is_answered() -> None:
    """D4: with the reason, which is no secret."""
    cases = (attachment(), attachment("CASE-2", "client-2"))
    fields = {"client": "client-1", "severity": "S1", "justification": SECRET}
    log = [
        said(FRIDAY, RequestReclassification, **fields),
        said(FRIDAY, DecideReclassification, approve=False, reason="There is a way."),
    ]
    told = [
        came(FRIDAY, "reclassification.requested", "client_success"),
        came(FRIDAY, "reclassification.decided", text="There is a way."),
    ]
    assert judged(history("S2", FRIDAY + DAY, log, told, *cases)) == []
    leak = came(FRIDAY, "reclassification.decided", BEN, text=SECRET)
    life = history("S2", FRIDAY + DAY, log, [*told, leak], *cases)
    assert judged(life) == [("D4", FRIDAY), ("D8", FRIDAY)]


WATCHED: dict[str, Any] = {"release": "REL-1", "deploy_at": DEPLOY, "watched": True}
RESOLVED_FOR_A_DAY: list[Said | Moved] = [
    said(FRIDAY + DAY, Resolve, resolution="x"),
    said(FRIDAY + 2 * DAY, Reopen, reason="x"),
]
MERGED_FOR_A_DAY: list[Said | Moved] = [
    said(FRIDAY + DAY, MergeInto, defect="DEF-2", reason="x"),
    Moved(FRIDAY + DAY),
    said(FRIDAY + 2 * DAY, UndoMerge, reason="x"),
    Moved(FRIDAY + 2 * DAY),
]


@pytest.mark.parametrize(
    ("severity", "log", "asked"),
    [
        pytest.param("S3", [], None, id="the release asks by itself"),
        pytest.param("S1", [], DEPLOY + HOUR, id="an S1 does not wait for support hours"),
        pytest.param(
            "S3",
            [said(DEPLOY + DAY, ScheduleRelease, release="REL-1", deploy_at=DEPLOY)],
            DEPLOY + DAY,
            id="said by hand again",
        ),
        pytest.param("S3", RESOLVED_FOR_A_DAY, DEPLOY + HOUR, id="resolved for a while"),
        pytest.param("S3", MERGED_FOR_A_DAY, DEPLOY + HOUR, id="merged for a while"),
    ],
)
def test_a_plan_that_its_release_watches_is_asked_about_only_if_it_may_have_lost_sight_of_it(
    severity: str, log: list[Said | Moved], asked: datetime | None
) -> None:
    """R5: the reminder of it is owed in any case."""
    plan = said(FRIDAY, ScheduleRelease, **WATCHED)
    life = history(severity, DEPLOY + 3 * DAY, [plan, *log], [SCHEDULED])
    found = [at for clause, at in judged(life) if clause == "R5"]
    assert found == [DEPLOY - 2 * DAY, *([asked] if asked else [])]


def test_what_is_resolved_by_another_hand_leaves_an_unwatched_plan() -> None:
    """R5: reopened, it is planned for nothing."""
    plan = said(FRIDAY, ScheduleRelease, release="REL-1", deploy_at=DEPLOY)
    life = history("S3", DEPLOY + 3 * DAY, [plan, *RESOLVED_FOR_A_DAY], [SCHEDULED])
    assert [at for clause, at in judged(life) if clause == "R5"] == []


def an_import(severity: str, until: datetime, *delivered: Delivered, **past: Any) -> History:
    """A life that goes on here from Friday; nobody was told that it does."""
    past = {"confirmed_at": FRIDAY - 200 * DAY} | past
    return replace(history(severity, until, past=past), delivered=delivered)


def test_nothing_is_owed_for_what_an_import_has_behind_it() -> None:
    """T7: confirmed 200 days ago; the next update is due within a day of the import."""
    assert judged(an_import("S1", FRIDAY + DAY)) == []
    assert judged(an_import("S1", FRIDAY + 25 * HOUR)) == [("T6", FRIDAY + DAY)]
    confirmed = came(FRIDAY, "defect.confirmed")
    assert judged(an_import("S2", FRIDAY + DAY, confirmed)) == [("C9", FRIDAY)]
    urgent = came(FRIDAY, "defect.urgent", "engineering")
    assert judged(an_import("S1", FRIDAY + HOUR, urgent)) == [("S1", FRIDAY)]
    assert audit(an_import("S2", FRIDAY + DAY), ETO).figures.targets_missed == 1


def test_what_falls_due_after_an_import_is_owed() -> None:
    """T2, T5: the warning on day 90 if it stood on hold for none, or the last ten of 95 days."""
    day_90 = FRIDAY + 5 * DAY
    late = {"confirmed_at": FRIDAY - 85 * DAY}
    assert judged(an_import("S2", FRIDAY + 20 * DAY, **late)) == [("T7", day_90)]
    held = {"confirmed_at": FRIDAY - 95 * DAY, "held_since": FRIDAY - 10 * DAY}
    assert judged(an_import("S2", FRIDAY + 20 * DAY, **held)) == []
    resolved = {"resolved_at": FRIDAY - 110 * DAY}
    assert judged(an_import("S2", FRIDAY + 200 * DAY, **resolved)) == []


def test_a_plan_that_was_imported_is_reminded_of_and_asked_about() -> None:
    """R5."""
    plan = {"release": {"id": "REL-1", "deploy_at": DEPLOY}}
    assert judged(an_import("S3", DEPLOY + DAY, **plan)) == [
        ("R5", DEPLOY - 2 * DAY),
        ("R5", DEPLOY + HOUR),
    ]
