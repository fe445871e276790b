"""Daily updates of an S1: sent in time, restarted by what counts, on record if late (T6, T9)."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from domain.contract.defect import (
    AdoptPolicy,
    AttachCase,
    ChangeSeverity,
    DetachCase,
    DraftUpdate,
    Hold,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    Reopen,
    Resolve,
    RetryDeliveries,
    ScheduleRelease,
)
from domain.contract.effects import Lane, NotifyClients
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Command
from domain.outbox import LONGEST_PAUSE
from tests.domain.builders import (
    CHICAGO,
    FRIDAY,
    a_defect,
    at,
    attachment,
    eto_with,
    kinds,
    say,
)
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
UPDATE = "defect.update"
CLIENT = "client-1@example.org"
FIXED = {"mode": "fixed_hour", "local_time": "09:00"}
BUSINESS_DAYS = {"mode": "elapsed", "business_days_only": True}


def s1(now: datetime = FRIDAY, **fields: Any) -> World:
    """An S1 confirmed at `now`, with one client."""
    return world_of(a_defect("S1", now=now, **fields), now)


def missed(world: World) -> list[str]:
    """The deadlines on record as missed."""
    return [f.details["deadline"] for f in world.defect.timeline if f.event == "update.missed"]


def local_dates(instants: list[datetime]) -> list[str]:
    """The dates the clock in Chicago showed."""
    return [str(instant.astimezone(CHICAGO).date()) for instant in instants]


# --- in time -------------------------------------------------------------------------------------


def test_an_update_comes_every_day_until_it_is_resolved_weekends_too() -> None:
    """T6: never more than 24 hours apart, round the clock."""
    world = s1()
    world.hear(Resolve, FRIDAY + 10 * DAY, resolution="fixed")
    world.wait(20 * DAY)
    every = [FRIDAY, *world.told(UPDATE)]
    gaps = {later - earlier for earlier, later in pairwise(every)}
    assert gaps == {DAY - timedelta(minutes=15)}
    assert FRIDAY + 10 * DAY - every[-1] <= DAY
    assert missed(world) == []


@pytest.mark.parametrize(
    "confirmed",
    [
        pytest.param("2027-03-12 23:50", id="the clock jumps ahead"),
        pytest.param("2027-03-13 23:20", id="the clock jumps ahead the same night"),
        pytest.param("2027-03-14 00:05", id="it jumps today"),
        pytest.param("2027-11-06 23:50", id="the clock is put back"),
        pytest.param("2027-11-07 01:30", id="in the hour shown twice"),
        pytest.param("2027-12-31 23:59", id="the year ends"),
    ],
)
def test_no_local_date_is_without_an_update(confirmed: str) -> None:
    """T6: around the nights on which a day has 23 or 25 hours."""
    world = s1(at(confirmed))
    world.wait(8 * DAY)
    told = [at(confirmed), *world.told(UPDATE)]
    dates = sorted(set(local_dates(told)))
    expected = {str((at(confirmed).astimezone(CHICAGO) + n * DAY).date()) for n in range(8)}
    assert expected <= set(dates)
    assert all(b - a <= DAY for a, b in pairwise(told))


def test_the_confirmation_counts_as_the_first_update() -> None:
    """T6."""
    world = s1()
    assert world.status()["next_update_due_at"] == "2027-03-06T22:00:00Z"
    assert world.told(UPDATE) == []


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (PostProgress, {"public_text": "We found the cause."}),
        (OfferWorkaround, {"description": "Use the other form.", "effort": "easy"}),
    ],
)
def test_what_tells_clients_how_it_stands_restarts_the_clock(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """T6: progress, or a workaround."""
    world = s1()
    world.hear(command, FRIDAY + 10 * HOUR, **fields)
    world.wait(DAY)
    assert world.told(UPDATE)[-1] == FRIDAY + 34 * HOUR - timedelta(minutes=15)


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (PostProgress, {"internal_note": "the cache is wrong", "stage": "fixing"}),
        (AttachCase, attachment("CASE-2", "client-2")),
        (Hold, {"reason": "waiting"}),
        (ScheduleRelease, {"release": "R", "deploy_at": "2027-06-01T12:00:00Z"}),
        (RecordSeverityFeedback, {"client": "client-1", "severity": "S1"}),
        (RetryDeliveries, {}),
    ],
)
def test_what_does_not_leaves_the_clock_alone(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """T6: internal notes, another client's confirmation, a hold, news of a release."""
    world = s1()
    world.hear(command, FRIDAY + 10 * HOUR, **fields)
    world.wait(DAY)
    assert world.told(UPDATE, to=CLIENT) == [FRIDAY + 24 * HOUR - timedelta(minutes=15)]


def test_updates_go_on_while_it_is_on_hold() -> None:
    """S1: until it is resolved."""
    world = s1()
    world.hear(Hold, FRIDAY + HOUR, reason="waiting")
    world.wait(3 * DAY)
    assert len(world.told(UPDATE)) == 3


def test_updates_begin_with_s1_and_end_with_it() -> None:
    """S2 to S4: no status mails; the change of severity counts as the first update."""
    world = world_of(a_defect("S2"), FRIDAY)
    world.hear(ChangeSeverity, FRIDAY + 3 * DAY, severity="S1", reason="worse")
    world.hear(ChangeSeverity, FRIDAY + 5 * DAY, severity="S3", reason="better")
    world.wait(10 * DAY)
    quarter = timedelta(minutes=15)
    assert world.told(UPDATE) == [FRIDAY + 4 * DAY - quarter, FRIDAY + 5 * DAY - 2 * quarter]
    assert world.status()["next_update_due_at"] is None


def test_reopened_counts_as_the_first_update_again() -> None:
    """T6."""
    world = s1()
    world.hear(Resolve, FRIDAY + HOUR, resolution="fixed")
    world.hear(Reopen, FRIDAY + 3 * DAY, reason="not fixed")
    world.wait(DAY)
    assert world.told(UPDATE) == [FRIDAY + 4 * DAY - timedelta(minutes=15)]


def test_with_nobody_attached_nobody_is_told() -> None:
    """T6: the obligation is to clients; a case attached later is confirmed first."""
    defect, effects = a_defect("S1", attachment())
    effects += say(defect, DetachCase, FRIDAY, case="CASE-1", reason="wrong one")
    world = world_of((defect, effects), FRIDAY)
    world.stand_still_until(FRIDAY + 3 * DAY)
    assert world.told(UPDATE) == []
    assert missed(world) == []


def test_with_nothing_new_the_update_says_so_and_the_owner_is_nudged() -> None:
    """T6: at once, S1 does not wait for support hours (T10)."""
    defect, _ = a_defect("S1", owner="dev-7")
    effects = defect.fire(FRIDAY + DAY)
    update = next(e for e in effects if isinstance(e, NotifyClients))
    assert update.facts["text"] is None
    assert "defect.update_needed" in kinds(effects)


def test_text_not_mailed_yet_is_what_the_next_update_says() -> None:
    """T6, D6: under a policy that mails progress with the daily update; nobody is nudged then."""
    policy = eto_with("S1", progress_by_mail=False)
    defect, _ = a_defect("S1", under=policy)
    say(defect, PostProgress, FRIDAY + HOUR, public_text="We found the cause.")
    first = defect.fire(FRIDAY + DAY)
    second = defect.fire(FRIDAY + 2 * DAY)
    texts = [e.facts["text"] for e in [*first, *second] if isinstance(e, NotifyClients)]
    assert texts == ["We found the cause.", None]
    assert "defect.update_needed" not in kinds(first)


def test_a_draft_is_what_the_next_update_says_once() -> None:
    """D6, T6: it is shown before, sent when the update is due, and then it is the last progress."""
    world = s1()
    world.hear(DraftUpdate, public_text="The vendor has sent us a patch.")
    assert world.status()["update_draft"] == "The vendor has sent us a patch."
    assert world.status()["update_written"]
    assert world.told(UPDATE) == []
    world.wait(2 * DAY)
    texts = [
        effect.facts["text"]
        for effect in world.carried_out
        if isinstance(effect, NotifyClients) and effect.kind == UPDATE
    ]
    assert texts[:2] == ["The vendor has sent us a patch.", None]
    assert world.defect.progress.text == "The vendor has sent us a patch."
    assert world.status()["update_draft"] is None


def test_a_draft_can_be_dropped_and_goes_with_the_obligation() -> None:
    """D6: what was written for an S1 is not said of an S3."""
    world = s1()
    world.hear(DraftUpdate, public_text="We test a patch.")
    world.hear(DraftUpdate)
    assert world.status()["update_draft"] is None
    world.hear(DraftUpdate, public_text="We test a patch.")
    world.hear(ChangeSeverity, severity="S3", reason="a way round was found")
    assert world.defect.updates.draft is None
    with pytest.raises(InvalidCommand, match="severity: S3 owes no updates"):
        world.hear(DraftUpdate, public_text="We test a patch.")


def test_a_draft_may_promise_no_time() -> None:
    """D7."""
    with pytest.raises(InvalidCommand, match="public_text"):
        s1().hear(DraftUpdate, public_text="It will be fixed by Friday.")


# --- other cadences ------------------------------------------------------------------------------


def test_a_policy_may_fix_the_hour() -> None:
    """T6: every day at nine, and a minute on the way is not late (T9)."""
    world = s1(under=eto_with("S1", updates=FIXED))
    world.places[Lane.CLIENTS].latency = timedelta(minutes=1)
    world.wait(4 * DAY)
    nine = [at(f"2027-03-0{day} 09:01") for day in (6, 7, 8, 9)]
    assert world.told(UPDATE) == nine
    assert missed(world) == []


def test_a_policy_may_keep_to_business_days() -> None:
    """T6: nothing on the weekend, each business date has one."""
    world = s1(under=eto_with("S1", updates=BUSINESS_DAYS))
    world.wait_until(at("2027-03-12 18:00"))
    dates = local_dates(world.told(UPDATE))
    assert dates == [f"2027-03-{day:02}" for day in (8, 9, 10, 11, 12)]
    assert missed(world) == []


def test_a_stricter_policy_makes_nothing_late_that_was_in_time() -> None:
    """T8, T9: the update it owes goes out at once."""
    world = s1()
    world.wait_until(FRIDAY + 20 * HOUR)
    strict = eto_with("S1", updates={"mode": "elapsed", "max_gap_hours": 6})
    world.adopt(strict, AdoptPolicy(actor="agent-1", policy="eto"))
    world.wait(2 * HOUR)
    assert world.told(UPDATE) == [FRIDAY + 20 * HOUR]
    assert missed(world) == []


def test_an_update_on_its_way_when_another_policy_is_adopted_is_still_owed() -> None:
    """T8, T9."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 30 * HOUR)
    world.wait_until(FRIDAY + DAY - timedelta(minutes=5))
    world.adopt(eto_with("S1"), AdoptPolicy(actor="agent-1", policy="eto"))
    world.wait(DAY)
    assert missed(world) == ["2027-03-06T22:00:00Z"]


# --- late ----------------------------------------------------------------------------------------


def test_what_arrives_late_is_on_record_as_missed_once() -> None:
    """T9: handed out in time, delivered after the deadline."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 25 * HOUR)
    world.wait(40 * HOUR)
    (arrived,) = world.told(UPDATE)
    assert timedelta() <= arrived - (FRIDAY + 25 * HOUR) <= LONGEST_PAUSE
    assert missed(world) == ["2027-03-06T22:00:00Z"]
    assert world.status()["updates_missed"] == 1


def test_what_arrives_on_the_stroke_is_in_time() -> None:
    """T9."""
    world = s1()
    world.places[Lane.CLIENTS].latency = timedelta(minutes=15)
    world.wait(3 * DAY)
    assert world.told(UPDATE)[0] == FRIDAY + DAY
    assert missed(world) == []


def test_after_three_days_without_mail_clients_get_one_update_and_three_are_on_record() -> None:
    """T9: the present status, not three stale ones."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 73 * HOUR)
    world.wait(80 * HOUR)
    assert len(world.told(UPDATE, to=CLIENT)) == 1
    assert len(missed(world)) == 3


@pytest.mark.parametrize("minutes", range(1, 60, 4))
def test_an_update_that_is_being_tried_gives_way_to_the_next(minutes: int) -> None:
    """T9: also where mail is back soon after the next one was handed over."""
    world = s1()
    end = FRIDAY + 3 * timedelta(hours=23, minutes=45) + timedelta(minutes=minutes)
    world.down(Lane.CLIENTS, FRIDAY + timedelta(minutes=1), end)
    world.wait_until(end + LONGEST_PAUSE)
    (arrived,) = world.told(UPDATE, to=CLIENT)
    assert end <= arrived
    assert world.idle
    assert world.defect.updates.missed >= 2


def test_progress_written_while_mail_is_down_replaces_the_waiting_update() -> None:
    """T9: it says more; what it replaced is missed all the same."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 40 * HOUR)
    world.hear(PostProgress, FRIDAY + 38 * HOUR, public_text="We found the cause.")
    world.wait(10 * HOUR)
    told = [e for e in world.carried_out if isinstance(e, NotifyClients) and e.event == UPDATE]
    assert [effect.facts["text"] for effect in told] == ["We found the cause."]
    assert missed(world)[0] == "2027-03-06T22:00:00Z"


def test_with_no_worker_running_what_was_owed_is_on_record_and_the_next_goes_out_at_once() -> None:
    """T9: two deadlines passed."""
    world = s1()
    world.stand_still_until(FRIDAY + 50 * HOUR)
    assert world.told(UPDATE) == [FRIDAY + 50 * HOUR]
    assert len(missed(world)) == 2
    world.wait(DAY)
    assert world.told(UPDATE)[1] == FRIDAY + 74 * HOUR - timedelta(minutes=15)


def test_an_update_that_nobody_could_be_given_is_not_met() -> None:
    """T9: every address refused."""
    defect, _ = a_defect("S1")
    update = next(e for e in defect.fire(FRIDAY + DAY) if isinstance(e, NotifyClients))
    defect.delivered(update, DeliveryReceipt(key=update.key, failed=1), FRIDAY + DAY)
    defect.fire(FRIDAY + 2 * DAY)
    assert defect.updates.missed == 1


@pytest.mark.parametrize("receipt", [{"sent": 1, "failed": 1}, {"already": 1, "failed": 1}, {}])
def test_an_update_that_reached_everybody_it_could_is_met(receipt: dict[str, int]) -> None:
    """T9: one dead address among others, a repeat, or nobody left to tell."""
    defect, _ = a_defect("S1")
    update = next(e for e in defect.fire(FRIDAY + DAY) if isinstance(e, NotifyClients))
    defect.delivered(update, DeliveryReceipt(key=update.key, **receipt), FRIDAY + DAY)
    defect.fire(FRIDAY + 2 * DAY - timedelta(minutes=15))
    assert defect.updates.missed == 0


def test_what_only_one_client_gets_does_not_meet_what_all_are_owed() -> None:
    """T9: somebody else's confirmation."""
    defect, _ = a_defect("S1")
    defect.fire(FRIDAY + DAY)
    effects = say(defect, AttachCase, FRIDAY + DAY, **attachment("CASE-2", "client-2"))
    confirmation = next(e for e in effects if isinstance(e, NotifyClients))
    defect.delivered(confirmation, DeliveryReceipt(key=confirmation.key, sent=1), FRIDAY + DAY)
    defect.fire(FRIDAY + DAY + HOUR)
    assert defect.updates.missed == 1


def test_an_update_that_waits_when_the_severity_changes_is_dropped() -> None:
    """S2: clients hear of the change, not of a daily update nobody owes them any more."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 30 * HOUR)
    world.hear(ChangeSeverity, FRIDAY + 26 * HOUR, severity="S2", reason="better")
    world.wait(DAY)
    assert world.told(UPDATE) == []
    assert len(world.told("defect.severity_changed")) == 1
    assert len(missed(world)) == 1


def test_an_update_that_waits_when_it_is_resolved_is_dropped() -> None:
    """C9: after the resolution clients hear of nothing else."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 30 * HOUR)
    world.hear(Resolve, FRIDAY + 26 * HOUR, resolution="fixed")
    world.wait(3 * DAY)
    assert world.told(UPDATE) == []
    assert len(world.told("defect.resolved")) == 1


def test_what_is_owed_after_the_end_is_not_missed() -> None:
    """T9: resolved before the deadline."""
    world = s1()
    world.down(Lane.CLIENTS, FRIDAY + HOUR, FRIDAY + 30 * HOUR)
    world.hear(Resolve, FRIDAY + 23 * HOUR, resolution="fixed")
    world.wait(3 * DAY)
    assert missed(world) == []
    assert world.told(UPDATE) == []
