"""Budgets, holds and escalations: when somebody is told that a target was missed (T2-T5, T7)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.contract.defect import AdoptPolicy, ChangeSeverity, Hold, Reopen, Resolve, Resume
from domain.contract.effects import Lane, NotifyStaff
from domain.contract.parsing import InvalidCommand
from domain.policy import PinnedPolicy
from tests.domain.builders import CHICAGO, ETO, FRIDAY, a_defect, at, eto_with, kinds, say
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

COO = "defect.escalated"


def s1(now: datetime = FRIDAY, **fields: Any) -> World:
    """An S1 confirmed at `now`."""
    return world_of(a_defect("S1", now=now, **fields), now)


def s2(now: datetime = FRIDAY, **fields: Any) -> World:
    """An S2 confirmed at `now`."""
    return world_of(a_defect("S2", now=now, **fields), now)


def reclassify(world: World, when: str, severity: str) -> None:
    """Change the severity."""
    world.hear(ChangeSeverity, at(when), severity=severity, reason="seen again")


def hold(world: World, when: str, until: str | None = None) -> None:
    """Put it on hold, and let it go on."""
    world.hear(Hold, at(when), reason="waiting for the client")
    if until is not None:
        world.hear(Resume, at(until))


@pytest.mark.parametrize(
    ("confirmed", "due"),
    [
        pytest.param("2027-03-05 16:00", "2027-03-09 16:00", id="Friday 16:00"),
        pytest.param("2027-03-06 12:00", "2027-03-09 18:00", id="Saturday noon: at the close (T4)"),
        pytest.param("2027-03-08 07:00", "2027-03-09 18:00", id="at an opening"),
        pytest.param("2027-03-08 18:00", "2027-03-10 18:00", id="at a close"),
        pytest.param("2027-03-12 16:00", "2027-03-16 16:00", id="over the jump ahead"),
        pytest.param("2027-11-05 16:00", "2027-11-09 16:00", id="over the hour put back"),
        pytest.param("2027-11-24 16:00", "2027-11-29 16:00", id="over Thanksgiving"),
        pytest.param("2027-12-23 16:00", "2027-12-28 16:00", id="Christmas observed on Friday"),
        pytest.param("2027-12-30 16:00", "2028-01-04 16:00", id="New Year observed in December"),
    ],
)
def test_an_s1_is_escalated_when_two_business_days_are_spent(confirmed: str, due: str) -> None:
    """T3, T4: exactly then, to the COO, once."""
    world = s1(at(confirmed))
    assert world.defect.target_due_at == at(due)
    world.wait(timedelta(days=60))
    assert world.told(COO) == [at(due)]
    assert world.defect.target.missed_at == {"S1": at(due)}


@pytest.mark.parametrize(
    ("confirmed", "holds", "due"),
    [
        pytest.param(
            "2027-12-23 07:00",
            [("2027-12-23 17:50", "2027-12-27 09:30")],
            "2027-12-28 09:40",
            id="ten minutes before a holiday weekend, and 150 after it",
        ),
        pytest.param(
            "2027-03-05 16:00",
            [("2027-03-05 20:00", "2027-03-07 12:00")],
            "2027-03-09 16:00",
            id="while support is closed it costs nothing",
        ),
        pytest.param(
            "2027-03-08 07:00",
            [("2027-03-08 08:00", "2027-03-08 09:00"), ("2027-03-09 17:00", "2027-03-10 08:00")],
            "2027-03-10 10:00",
            id="two of them",
        ),
        pytest.param(
            "2027-03-08 07:00",
            [("2027-03-08 08:00", "2027-03-08 08:00")],
            "2027-03-09 18:00",
            id="for no time at all",
        ),
        pytest.param(
            "2027-03-08 07:00",
            [("2027-03-09 17:59", "2027-06-09 07:00")],
            "2027-06-09 07:01",
            id="in the last minute, for months",
        ),
        pytest.param(
            "2027-11-05 16:00",
            [("2027-11-06 23:00", "2027-11-08 08:00")],
            "2027-11-09 17:00",
            id="over the hour put back",
        ),
    ],
)
def test_a_hold_moves_the_due_instant_by_what_was_not_spent(
    confirmed: str, holds: list[tuple[str, str]], due: str
) -> None:
    """T2: a hold during the last wait delays the escalation, it never loses it."""
    world = s1(at(confirmed))
    for start, end in holds:
        hold(world, start, end)
    world.wait(timedelta(days=30))
    assert world.told(COO) == [at(due)]


def test_nothing_is_due_on_hold() -> None:
    """T7: however long it lasts."""
    world = s1()
    hold(world, "2027-03-09 15:59")
    world.wait(timedelta(days=365))
    assert world.told(COO) == []
    assert world.defect.target_due_at is None


def test_the_budget_does_not_refill_when_the_severity_leaves_and_returns() -> None:
    """T2: 1.0 of 2.0 days was spent before, so 1.0 is left."""
    world = s1()
    reclassify(world, "2027-03-08 16:00", "S3")
    reclassify(world, "2027-03-17 16:00", "S1")
    assert world.defect.target_due_at == at("2027-03-18 16:00")


def test_each_severity_spends_its_own_budget_over_many_changes() -> None:
    """T2, T5: S2 is on day 29 of the 30 after which its window opens."""
    world = s2(at("2027-03-01 07:00"))
    reclassify(world, "2027-03-15 07:00", "S1")  # 14 days, less the hour the clock jumped
    reclassify(world, "2027-03-15 12:30", "S2")  # half a business day of S1
    reclassify(world, "2027-03-30 12:30", "S1")  # 15 days more of S2
    assert world.told("defect.window_opened") == []
    assert world.defect.target_due_at == at("2027-03-31 18:00")
    reclassify(world, "2027-03-31 12:30", "S2")  # one more S1 day: 1.5
    assert world.defect.target.spent["S1"] == "3/2"
    world.wait_until(at("2027-04-02 12:00"))
    assert world.told("defect.window_opened") == [at("2027-04-01 13:30")]


def test_raising_the_severity_on_hold_breaches_nothing_at_once() -> None:
    """T2: the old hold counts for the new severity; its budget begins when the hold ends."""
    world = world_of(a_defect("S3"), FRIDAY)
    hold(world, "2027-03-06 08:00")
    reclassify(world, "2027-03-20 08:00", "S1")
    assert world.defect.target_due_at is None
    assert world.told(COO) == []
    world.hear(Resume, at("2027-03-22 07:00"))
    assert world.defect.target_due_at == at("2027-03-23 18:00")


@pytest.mark.parametrize("severity", ["S1", "S2"])
def test_what_is_not_material_has_no_target(severity: str) -> None:
    """D2: nobody is told of one, and none is shown."""
    world = world_of(a_defect(severity, material=False), FRIDAY)
    world.wait(timedelta(days=200))
    assert world.told(COO, "defect.target_missed", "defect.window_opened") == []
    assert world.status()["target"] is None


def test_what_keeps_a_user_out_has_a_target_though_not_material() -> None:
    """D2: the exception."""
    world = s1(material=False, blocks_access=True)
    assert world.defect.target_due_at == at("2027-03-09 16:00")


def test_an_update_is_owed_though_no_target_holds() -> None:
    """D2: everything else applies."""
    world = s1(material=False)
    world.wait(timedelta(days=2))
    assert len(world.told("defect.update")) == 2


@pytest.mark.parametrize("severity", ["S3", "S4"])
def test_lesser_severities_have_no_target(severity: str) -> None:
    """S3, S4."""
    world = world_of(a_defect(severity), FRIDAY)
    world.wait(timedelta(days=400))
    assert world.defect.target_due_at is None
    assert world.told(COO, "defect.target_missed") == []


def test_an_escalation_happens_once_whatever_happens_afterwards() -> None:
    """T7: not again after a hold, a change of severity, a resolution taken back."""
    world = s1()
    world.wait_until(at("2027-03-10 08:00"))
    hold(world, "2027-03-10 09:00", "2027-03-10 10:00")
    reclassify(world, "2027-03-11 09:00", "S2")
    reclassify(world, "2027-03-12 09:00", "S1")
    world.hear(Resolve, at("2027-03-15 09:00"), resolution="fixed")
    world.hear(Reopen, at("2027-03-16 09:00"), reason="not fixed")
    world.wait(timedelta(days=60))
    assert world.told(COO) == [at("2027-03-09 16:00")]


def test_a_minute_before_it_is_due_it_can_still_be_prevented() -> None:
    """T7: resolved, on hold or at another severity at the due instant."""
    for command, fields in (
        (Resolve, {"resolution": "fixed"}),
        (Hold, {"reason": "waiting"}),
        (ChangeSeverity, {"severity": "S2", "reason": "less bad"}),
    ):
        world = s1()
        world.hear(command, at("2027-03-09 15:59"), **fields)
        world.wait(timedelta(days=20))
        assert world.told(COO) == []


def test_what_is_said_at_the_due_instant_comes_too_late() -> None:
    """T7: at that instant it was not resolved."""
    world = s1()
    world.hear(Resolve, at("2027-03-09 16:00"), resolution="fixed")
    assert world.told(COO) == [at("2027-03-09 16:00")]


def test_reopened_the_budget_goes_on_where_it_was() -> None:
    """T2: the time it counted as resolved is not spent."""
    world = s1()
    world.hear(Resolve, at("2027-03-08 16:00"), resolution="fixed")
    world.hear(Reopen, at("2027-03-15 16:00"), reason="not fixed")
    assert world.defect.target_due_at == at("2027-03-16 16:00")


def test_with_no_worker_running_the_escalation_comes_late_once_with_the_true_instant() -> None:
    """T7: what fell due during an outage is done when it ends."""
    world = s1()
    world.stand_still_until(at("2027-03-12 09:00"))
    assert world.told(COO) == [at("2027-03-12 09:00")]
    assert world.defect.target.missed_at == {"S1": at("2027-03-09 16:00")}
    missed = [fact for fact in world.defect.timeline if fact.event == "target.missed"]
    assert [fact.details["due_at"] for fact in missed] == ["2027-03-09T22:00:00Z"]


def test_what_is_said_after_an_outage_comes_after_what_was_due_in_it() -> None:
    """T7: a resolution does not undo an escalation that was due before it."""
    defect, _ = a_defect()
    effects = say(defect, Resolve, at("2027-03-12 09:00"), resolution="fixed")
    assert kinds(effects).index(COO) < kinds(effects).index("defect.resolved")


def test_the_mail_server_of_clients_does_not_hold_up_the_escalation() -> None:
    """T7: lanes do not wait for each other."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY, FRIDAY + timedelta(days=7))
    world.wait(timedelta(days=7))
    assert world.told(COO) == [at("2027-03-09 16:00")]


def test_the_escalation_names_budget_and_due_instant_but_no_text() -> None:
    """S1: what the COO needs to know."""
    defect, _ = a_defect(internal_description="the cache is wrong")
    told = [e for e in defect.fire(at("2027-03-09 16:00")) if isinstance(e, NotifyStaff)]
    escalation = next(effect for effect in told if effect.kind == COO)
    assert escalation.role == "coo"
    assert escalation.facts["budget"] == "2 business days"
    assert escalation.facts["spent"] == "2.00 business days"
    assert escalation.facts["due_at"] == "2027-03-09T22:00:00Z"
    assert "cache" not in escalation.model_dump_json()


# --- S2 ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "window", "warning", "missed"),
    [
        pytest.param(
            "2027-01-04 10:00",
            "2027-02-03 10:00",
            "2027-04-05 07:00",  # day 90 is Sunday 4 April 11:00 with the clock ahead
            "2027-05-04 11:00",
            id="elapsed days; a reminder waits for Monday",
        ),
        pytest.param(
            "2027-01-08 22:00",
            "2027-02-08 07:00",  # day 30 is Sunday
            "2027-04-09 07:00",  # day 90 is Thursday at 23:00
            "2027-05-08 23:00",
            id="the missed target does not wait",
        ),
    ],
)
def test_an_s2_is_told_at_30_90_and_120_days(
    confirmed: str, window: str, warning: str, missed: str
) -> None:
    """T5, T10: the window and the warning within support hours, the missed target once."""
    world = s2(at(confirmed))
    world.wait(timedelta(days=200))
    assert world.told("defect.window_opened", to="engineering") == [at(window)]
    assert world.told("defect.target_warning", to="engineering") == [at(warning)]
    assert world.told("defect.target_missed", to="engineering_manager") == [at(missed)]


def test_a_reminder_whose_reason_is_gone_by_the_opening_is_left_out() -> None:
    """T10: resolved over the weekend."""
    world = s2(at("2027-01-08 22:00"))
    world.hear(Resolve, at("2027-02-07 23:00"), resolution="fixed")
    world.wait(timedelta(days=3))
    assert world.told("defect.window_opened") == []


def test_an_s2_does_not_age_on_hold() -> None:
    """T2, T5: 40 days on hold make day 30 day 70."""
    world = s2(at("2027-01-04 10:00"))
    hold(world, "2027-01-14 10:00", "2027-02-23 10:00")
    world.wait(timedelta(days=200))
    assert world.told("defect.window_opened") == [at("2027-03-15 11:00")]


def test_notices_of_a_severity_that_runs_round_the_clock_do_not_wait() -> None:
    """T10: critical ones."""
    rungs = [{"share": 0.01, "event": "defect.target_warning", "role": "engineering"}]
    target = {"amount": 2, "unit": "calendar_days"}
    policy = eto_with("S1", target=target, rungs=rungs)
    world = world_of(
        a_defect("S1", now=at("2027-03-06 12:00"), under=policy), at("2027-03-06 12:00")
    )
    world.wait(timedelta(days=1))
    assert world.told("defect.target_warning") == [at("2027-03-06 12:28") + timedelta(seconds=48)]


# --- hours as the unit ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("confirmed", "hours", "due"),
    [
        pytest.param("2027-03-05 16:00", 8, "2027-03-08 13:00", id="over a weekend"),
        pytest.param("2027-03-06 12:00", 11, "2027-03-08 18:00", id="at the close (T4)"),
        pytest.param("2027-03-05 17:00", 0.25, "2027-03-05 17:15", id="a quarter of an hour"),
        pytest.param("2027-11-24 16:00", 4, "2027-11-26 09:00", id="over Thanksgiving"),
    ],
)
def test_a_budget_of_business_hours_is_open_time(confirmed: str, hours: float, due: str) -> None:
    """T2, T4: however it is spread over dates."""
    policy = eto_with("S1", target={"amount": hours, "unit": "business_hours"})
    world = s1(at(confirmed), under=policy)
    assert world.defect.target_due_at == at(due)
    world.wait(timedelta(days=9))
    assert world.told(COO) == [at(due)]


def test_business_hours_are_not_spent_on_hold() -> None:
    """T2: two hours on Friday, one on Monday; the rest after the hold."""
    policy = eto_with("S1", target={"amount": 8, "unit": "business_hours"})
    world = s1(under=policy)
    hold(world, "2027-03-08 08:00", "2027-03-09 12:00")
    target = world.status()["target"]
    assert (target["budget"], target["spent"], target["unit"]) == (8.0, 3.0, "business_hours")
    assert world.defect.target_due_at == at("2027-03-09 17:00")
    assert world.defect.budget_text(world.now) == {
        "budget": "8 business hours",
        "spent": "3.00 business hours",
    }


# --- beyond the target ---------------------------------------------------------------------------

BEYOND = [
    {"share": 1.0, "event": "defect.target_missed", "role": "engineering_manager"},
    {"share": 1.5, "event": "defect.escalated", "role": "coo"},
]


def test_a_step_beyond_the_target_comes_that_much_later_than_it_was_missed() -> None:
    """T7: two business days, then one more."""
    world = s1(under=eto_with("S1", rungs=BEYOND))
    world.wait(timedelta(days=30))
    assert world.told("defect.target_missed") == [at("2027-03-09 16:00")]
    assert world.told(COO) == [at("2027-03-10 16:00")]
    assert world.defect.target.missed_at == {"S1": at("2027-03-09 16:00")}


def test_a_hold_after_the_target_was_missed_puts_off_the_next_step() -> None:
    """T2, T7: by as much open time as it lasts."""
    world = s1(under=eto_with("S1", rungs=BEYOND))
    hold(world, "2027-03-10 08:00", "2027-03-15 08:00")
    world.wait(timedelta(days=30))
    assert world.told(COO) == [at("2027-03-15 16:00")]


def test_nothing_comes_after_a_target_that_was_met() -> None:
    """T7: nor once it is resolved after it was missed; reopened, it goes on."""
    policy = eto_with("S1", rungs=BEYOND)
    world = s1(under=policy)
    world.hear(Resolve, at("2027-03-09 15:00"), resolution="fixed")
    world.wait(timedelta(days=9))
    assert world.told("defect.target_missed") == world.told(COO) == []

    world = s1(under=policy)
    world.hear(Resolve, at("2027-03-10 15:00"), resolution="fixed")
    world.wait_until(at("2027-03-15 07:00"))
    assert world.told(COO) == []
    world.hear(Reopen, world.now, reason="not fixed")
    world.wait(timedelta(days=9))
    assert world.told(COO) == [at("2027-03-15 08:00")]


# --- another policy, another clock ---------------------------------------------------------------


def test_what_was_spent_stays_spent_under_another_policy() -> None:
    """T8: 1.0 of 2 days spent, then a budget of 3: two more."""
    world = s1()
    longer = eto_with("S1", target={"amount": 3, "unit": "business_days"})
    world.wait_until(at("2027-03-08 16:00"))
    world.adopt(longer, AdoptPolicy(actor="agent-1", policy="eto"))
    assert world.defect.target_due_at == at("2027-03-10 16:00")


def test_a_shorter_budget_that_is_spent_already_is_missed_when_it_is_adopted() -> None:
    """T8: from then on it holds."""
    world = s1()
    shorter = eto_with("S1", target={"amount": 0.5, "unit": "business_days"})
    world.wait_until(at("2027-03-08 16:00"))
    world.adopt(shorter, AdoptPolicy(actor="agent-1", policy="eto"))
    world.wait(timedelta(days=9))
    assert world.told(COO) == [at("2027-03-08 16:00")]


def with_holiday(day: str) -> PinnedPolicy:
    """The published policy with a holiday more."""
    content = ETO.model_dump()
    content["calendar"]["holidays"] += (date.fromisoformat(day),)
    return PinnedPolicy.model_validate(content | {"version": "another"})


def test_a_holiday_that_is_declared_ahead_moves_what_is_due() -> None:
    """T8: Monday to Tuesday."""
    world = s1(at("2027-03-04 12:00"))
    assert world.defect.target_due_at == at("2027-03-08 12:00")
    world.adopt(with_holiday("2027-03-05"), AdoptPolicy(actor="agent-1", policy="eto"))
    assert world.defect.target_due_at == at("2027-03-09 12:00")


def test_a_holiday_that_is_declared_too_late_changes_nothing_that_happened() -> None:
    """T8, T9: what was missed at noon stays due and missed at noon, and is told once."""
    world = s1(at("2027-03-04 12:00"))
    world.wait_until(at("2027-03-08 14:00"))
    before = world.status()["target"]
    world.adopt(with_holiday("2027-03-05"), AdoptPolicy(actor="agent-1", policy="eto"))
    world.wait(timedelta(days=9))
    after = world.status()["target"]
    assert after["due_at"] == after["missed_at"] == before["missed_at"] == "2027-03-08T18:00:00Z"
    assert round(before["spent"], 2) == 2.18
    assert world.told(COO) == [at("2027-03-08 12:00")]


def test_a_target_that_was_missed_stays_due_when_it_was_missed() -> None:
    """T2, T9: whatever stops its clock later."""
    world = s1()
    hold(world, "2027-03-10 08:00", "2027-03-15 08:00")
    assert world.defect.target_due_at == world.defect.target.missed_at["S1"]
    world.hear(Resolve, at("2027-03-16 08:00"), resolution="fixed")
    assert world.defect.target_due_at is None
    world.hear(Reopen, at("2027-03-17 08:00"), reason="not fixed")
    assert world.defect.target_due_at == at("2027-03-09 16:00")


def test_what_was_pinned_before_that_was_so_goes_on_as_it_was() -> None:
    """T8: then it is due again whenever its clock goes on, as in histories that bind."""
    content = ETO.model_dump()
    del content["reading"]
    world = s1(under=PinnedPolicy.model_validate(content))
    hold(world, "2027-03-10 08:00", "2027-03-15 08:00")
    assert world.defect.target_due_at == at("2027-03-15 08:00")


@pytest.mark.parametrize(
    ("amount", "unit", "spent", "due"),
    [
        pytest.param(22, "business_hours", 11.0, "2027-03-09 16:00", id="hours for days"),
        pytest.param(8, "business_hours", 11.0, "2027-03-08 16:00", id="fewer than were spent"),
        pytest.param(4, "calendar_days", 3.0, "2027-03-09 16:00", id="days of 24 hours"),
        pytest.param(3, "business_days", 1.0, "2027-03-10 16:00", id="the same unit"),
    ],
)
def test_what_was_spent_is_counted_in_the_unit_of_the_new_policy(
    amount: float, unit: str, spent: float, due: str
) -> None:
    """T8: Friday 16:00 to Monday 16:00 is a business day, 11 open hours, three days."""
    world = s1()
    world.wait_until(at("2027-03-08 16:00"))
    policy = eto_with("S1", target={"amount": amount, "unit": unit})
    world.adopt(policy, AdoptPolicy(actor="agent-1", policy="eto"))
    target = world.status()["target"]
    assert (target["spent"], target["unit"]) == (spent, unit)
    assert world.defect.target_due_at == at(due)


def test_a_version_that_is_not_the_one_asked_for_is_refused() -> None:
    """T8: it keeps what it has."""
    world = s1()
    said = AdoptPolicy(actor="agent-1", policy="eto", version=ETO.version)
    with pytest.raises(InvalidCommand, match="version: must be another"):
        world.adopt(eto_with("S1"), said)
    assert world.defect.policy.version == ETO.version
    world.adopt(ETO, said)
    assert [fact.event for fact in world.defect.timeline].count("policy.adopted") == 1


def test_adopting_twice_with_one_key_happens_once() -> None:
    """T8: a key makes a repeat harmless."""
    world = s1()
    said = AdoptPolicy(actor="agent-1", policy="eto", key="once")
    world.adopt(eto_with("S1"), said)
    world.adopt(ETO, said)
    assert world.defect.policy.version == "another"
    adopted = [fact for fact in world.defect.timeline if fact.event == "policy.adopted"]
    assert len(adopted) == 1


def test_status_shows_what_is_spent_at_any_moment() -> None:
    """T2: budget, spent, due and missed, in days."""
    world = s1()
    world.wait_until(at("2027-03-08 12:30"))
    target = world.status()["target"]
    assert target == {
        "budget": 2.0,
        "spent": round(120 / 660 + 0.5, 6),
        "unit": "business_days",
        "due_at": "2027-03-09T22:00:00Z",
        "missed_at": None,
    }


def test_instants_are_utc_whatever_zone_they_were_given_in() -> None:
    """T1."""
    defect, _ = a_defect(now=FRIDAY.astimezone(CHICAGO))
    due = defect.target_due_at
    assert due is not None
    assert due.tzinfo is UTC
