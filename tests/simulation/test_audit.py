"""The oracle itself: each promise that is broken is found, and a life that kept them all passes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import (
    Absorb,
    AttachCase,
    ChangeSeverity,
    DecideReclassification,
    DefectStart,
    DetachCase,
    GiveBack,
    Hold,
    MergeInto,
    PostProgress,
    RecordSeverityFeedback,
    ReleaseDeployed,
    Reopen,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
    StopWaiting,
    UndoMerge,
    WaitForClient,
    WithdrawRelease,
)
from domain.contract.parsing import parse
from domain.contract.values import Command, Severity
from domain.policy import PinnedPolicy
from simulation.oracle.audit import Audit, Figures, audit
from simulation.oracle.expected_state import Delivered, History, Moved, Said
from tests.domain.builders import ETO, FRIDAY, at, attachment, defect_start, eto_with

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA = "client-1@example.org"
BEN = "client-2@example.org"
SECRET = "the cache forgets half of it"


def came(when: datetime, event: str, to: str = ADA, **rest: Any) -> Delivered:
    """A delivery with a key of its own."""
    key = rest.pop("key", f"DEF-1/{when:%m%d%H%M}/{event}")
    return Delivered(at=when, event=event, key=key, recipient=to, **rest)


def said(when: datetime, command: type[Command], **fields: Any) -> Said:
    """A command that was accepted."""
    return Said(when, parse(command, {"actor": "agent-1"} | fields))


def history(
    severity: str,
    until: datetime,
    log: Sequence[Said | Moved] = (),
    delivered: Sequence[Delivered] = (),
    *cases: dict[str, Any],
    confirmed_at: datetime = FRIDAY,
    **fields: Any,
) -> History:
    """A life that began on Friday with what is told then; one client unless others are given."""
    start = parse(DefectStart, defect_start(severity, *cases, **fields))
    people = dict.fromkeys(case.contact.email for case in start.cases)
    first = [came(confirmed_at, "defect.confirmed", who) for who in people]
    if severity == "S1":
        first.append(came(confirmed_at, "defect.urgent", "engineering"))
    return History(start, confirmed_at, until, log, [*first, *delivered])


def findings(found: Audit) -> list[tuple[str, datetime]]:
    """Clause and instant of everything that is broken."""
    return [(broken.clause, broken.at) for broken in found.broken]


def judged(
    history: History, policy: PinnedPolicy = ETO, grace: timedelta = timedelta(0)
) -> list[tuple[str, datetime]]:
    """What the oracle finds, by default without any patience."""
    return findings(audit(history, policy, grace))


def daily(count: int, start: datetime = FRIDAY, to: str = ADA) -> list[Delivered]:
    """An update every 24 hours."""
    return [came(start + n * DAY, "defect.update", to) for n in range(1, count + 1)]


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


# --- status updates ------------------------------------------------------------------------------


def test_an_update_that_is_late_breaks_t6_once_for_each_limit_that_passed() -> None:
    """T6: 24 hours, and 48."""
    late = history("S1", FRIDAY + 50 * HOUR, [], [came(FRIDAY + 49 * HOUR, "defect.update")])
    assert judged(late) == [("T6", FRIDAY + DAY), ("T6", FRIDAY + 2 * DAY)]
    figures = audit(late, ETO).figures
    assert (figures.updates_owed, figures.updates_sent, figures.updates_late) == (2, 1, 2)


def test_an_update_that_never_came_is_late_too() -> None:
    """T6: as far as the log goes."""
    assert judged(history("S1", FRIDAY + DAY)) == []
    assert judged(history("S1", FRIDAY + DAY + HOUR)) == [("T6", FRIDAY + DAY)]


def test_a_local_date_without_an_update_breaks_t6() -> None:
    """T6: 24 hours skip the Sunday on which the clock jumps ahead."""
    saturday = at("2027-03-13 23:30")
    life = history(
        "S1",
        saturday + 25 * HOUR,
        [],
        [came(saturday + DAY, "defect.update")],
        confirmed_at=saturday,
    )
    assert judged(life) == [("T6", at("2027-03-15 00:00"))]
    assert (
        judged(life, eto_with("S1", updates={"every_local_date": False, "mode": "elapsed"})) == []
    )


def test_it_holds_for_everyone_attached_from_when_they_were() -> None:
    """T6: Ben joined a day later and got nothing after his confirmation."""
    joined = FRIDAY + DAY
    life = history(
        "S1",
        FRIDAY + 3 * DAY,
        [said(joined, AttachCase, **attachment("CASE-2", "client-2"))],
        [came(joined, "defect.confirmed", BEN), *daily(3)],
    )
    found = audit(life, ETO, timedelta(0)).broken
    assert [(b.clause, b.at, b.recipient) for b in found] == [("T6", joined + DAY, BEN)]


def test_who_left_is_owed_nothing() -> None:
    """T6: detached on Saturday."""
    life = history(
        "S1",
        FRIDAY + 2 * DAY,
        [said(FRIDAY + HOUR, DetachCase, case="CASE-1", reason="something else")],
    )
    assert judged(life) == []


@pytest.mark.parametrize("event", ["workaround", "severity_changed", "reopened"])
def test_what_says_how_it_stands_counts_as_an_update(event: str) -> None:
    """T6: the promise of each is checked by itself."""
    life = history("S1", FRIDAY + 40 * HOUR, [], [came(FRIDAY + 20 * HOUR, f"defect.{event}")])
    assert ("T6", FRIDAY + DAY) not in judged(life)


def test_a_confirmation_of_a_second_case_does_not_count() -> None:
    """T6: it says nothing new to who is attached already."""
    life = history(
        "S1",
        FRIDAY + 30 * HOUR,
        [said(FRIDAY + 20 * HOUR, AttachCase, **attachment("CASE-2"))],
        [came(FRIDAY + 20 * HOUR, "defect.confirmed")],
    )
    assert judged(life) == [("T6", FRIDAY + DAY)]


def test_an_update_where_none_is_owed_breaks_t6() -> None:
    """S2 to S4: status in the portal only."""
    assert judged(history("S2", FRIDAY + DAY, [], daily(1))) == [("T6", FRIDAY + DAY)]


def test_business_days_leave_out_the_weekend_but_no_business_date() -> None:
    """T6: Friday 16:00 to Monday 16:00 counts as 24 hours."""
    updates = {"mode": "elapsed", "business_days_only": True}
    policy = eto_with("S1", updates=updates, target=None, rungs=[])
    monday = at("2027-03-08 15:00")
    assert judged(history("S1", monday, [], []), policy) == []
    in_time = history("S1", monday + DAY, [], [came(monday, "defect.update")])
    assert judged(in_time, policy) == []
    late = history("S1", monday + 25 * HOUR, [], [came(monday, "defect.update")])
    assert judged(late, policy) == [("T6", monday + DAY)]


def test_at_a_fixed_hour_an_update_belongs_to_its_hour() -> None:
    """T6: within its time to arrive."""
    policy = eto_with("S1", updates={"mode": "fixed_hour", "local_time": "09:00"})
    nine = at("2027-03-06 09:00")
    for minutes, broken in ((0, []), (15, []), (16, [("T6", nine)]), (-1, [("T6", nine)])):
        arrival = came(nine + timedelta(minutes=minutes), "defect.update")
        assert judged(history("S1", nine + HOUR, [], [arrival]), policy) == broken
    assert audit(history("S1", nine + HOUR), policy).figures.updates_owed == 1


def test_progress_that_is_not_mailed_breaks_d6() -> None:
    """D6: at S1, at once."""
    log = [said(FRIDAY + HOUR, PostProgress, public_text="We found the cause.")]
    assert judged(history("S1", FRIDAY + 2 * HOUR, log)) == [("D6", FRIDAY + HOUR)]
    mailed = [came(FRIDAY + HOUR, "defect.update")]
    assert judged(history("S1", FRIDAY + 2 * HOUR, log, mailed)) == []
    assert judged(history("S2", FRIDAY + 2 * HOUR, log)) == []


# --- escalations ---------------------------------------------------------------------------------

MONDAY = at("2027-03-08 16:00")
ON_TUESDAY = at("2027-03-09 16:00")


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


# --- releases ------------------------------------------------------------------------------------

DEPLOY = at("2027-03-15 14:00")


def planned(*delivered: Delivered, until: datetime = FRIDAY + 9 * DAY) -> History:
    """A fix scheduled on Friday for the Monday after the next."""
    log = [said(FRIDAY, ScheduleRelease, release="REL-1", deploy_at=DEPLOY)]
    return history("S3", until, log, delivered)


SCHEDULED = came(FRIDAY, "defect.release_scheduled")
REMINDED = came(DEPLOY - 2 * DAY, "defect.release_reminder")


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


# --- every message -------------------------------------------------------------------------------


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


# --- clients who are waited for, requests, merges, imports ----------------------------------------

WAITS = said(MONDAY, WaitForClient, case="CASE-1")


def escalations(log: Sequence[Said | Moved], *instants: datetime) -> list[datetime]:
    """When the escalation of an S1 is missing or wrong, if the COO was told at these instants."""
    told = [came(instant, "defect.escalated", "coo") for instant in instants]
    life = history("S1", at("2027-03-12 20:00"), log, told)
    return [at for clause, at in judged(life) if clause == "T7"]


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
