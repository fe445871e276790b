"""Why an instant is due: budget, spent, windows, holidays and holds, as data and in words."""

from datetime import datetime, timedelta
from typing import Any

from domain.business_time import BusinessCalendar
from domain.contract.defect import (
    Hold,
    MergeInto,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
    WaitForClient,
)
from domain.views.explain import WINDOWS_SHOWN, explain
from tests.domain.builders import ETO, FRIDAY, Alone, a_defect, at, eto_with
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

DAY = timedelta(days=1)


def s1(now: datetime = FRIDAY) -> World:
    """An S1 confirmed at `now`."""
    return world_of(a_defect("S1", now=now), now)


def part(defect: Alone | World, now: datetime, what: str) -> dict[str, Any]:
    """The explanation of one thing that is due."""
    return next(due for due in explain(defect.runner, now)["due"] if due["what"] == what)


def test_a_target_is_explained_by_the_openings_that_make_it_up() -> None:
    """T3: two hours of Friday, all of Monday, nine hours of Tuesday."""
    target = part(s1(), FRIDAY, "target")
    assert target["windows"] == [
        {"start": "2027-03-05T22:00:00Z", "end": "2027-03-06T00:00:00Z"},
        {"start": "2027-03-08T13:00:00Z", "end": "2027-03-09T00:00:00Z"},
        {"start": "2027-03-09T13:00:00Z", "end": "2027-03-09T22:00:00Z"},
    ]
    assert (target["budget"], target["spent"], target["unit"]) == (2.0, 0.0, "business_days")
    assert target["time_zone"] == "America/Chicago"
    assert target["holidays"] == []
    assert target["text"] == (
        "The S1 target is a budget of 2 business days, 0.00 business days of which are spent; "
        "at this pace it is spent on Tuesday 09 March 2027, 16:00 CST."
    )


def test_a_holiday_on_the_way_is_named() -> None:
    """T3, C5."""
    now = at("2027-11-24 16:00")
    target = part(s1(now), now, "target")
    assert target["holidays"] == ["2027-11-25"]
    assert "Closed for holidays on 2027-11-25." in target["text"]


def test_special_hours_on_the_way_are_named() -> None:
    """T3, C5: a holiday that is open for once is none."""
    now = at("2027-11-24 16:00")
    policy = eto_with("S1")
    open_after_all = [{"date": "2027-11-25", "hours": [["09:00", "13:00"]]}]
    content = policy.calendar.model_dump(mode="json") | {"also_open": open_after_all}
    calendar = BusinessCalendar.model_validate(content)
    policy = policy.model_copy(update={"calendar": calendar})
    target = part(world_of(a_defect("S1", now=now, under=policy), now), now, "target")
    assert (target["holidays"], target["also_open"]) == ([], ["2027-11-25"])
    assert "Special hours on 2027-11-25." in target["text"]
    assert target["due_at"] == "2027-11-26T22:00:00Z"


def test_the_steps_of_the_escalation_are_listed_and_those_beyond_the_target_told() -> None:
    """T7: what is done, and what comes when."""
    rungs = [
        {"share": 1.0, "event": "defect.target_missed", "role": "engineering_manager"},
        {"share": 1.5, "event": "defect.escalated", "role": "coo"},
    ]
    world = world_of(a_defect("S1", under=eto_with("S1", rungs=rungs)), FRIDAY)
    world.wait_until(at("2027-03-10 08:00"))
    target = part(world, world.now, "target")
    assert target["steps"] == [
        rungs[0] | {"due_at": None, "done": True},
        rungs[1] | {"due_at": "2027-03-10T22:00:00Z", "done": False},
    ]
    assert (
        "At 150% of it, on Wednesday 10 March 2027, 16:00 CST, coo is notified." in target["text"]
    )


def test_holds_and_earlier_stretches_are_listed() -> None:
    """T2: what was spent before, and when the clock stood."""
    world = s1()
    world.hear(Hold, at("2027-03-08 09:00"), reason="waiting")
    held = part(world, world.now, "target")
    assert held["on_hold_since"] == "2027-03-08T15:00:00Z"
    assert held["windows"] == []
    assert held["due_at"] is None
    assert "it is on hold, so nothing is spent and nothing is due" in held["text"]
    world.hear(Resume, at("2027-03-08 12:00"))
    resumed = part(world, world.now, "target")
    assert resumed["holds"] == [{"start": "2027-03-08T15:00:00Z", "end": "2027-03-08T18:00:00Z"}]
    assert resumed["ran_before"] == [
        {"severity": "S1", "start": "2027-03-05T22:00:00Z", "end": "2027-03-08T15:00:00Z"}
    ]
    assert resumed["running_since"] == "2027-03-08T18:00:00Z"
    assert resumed["due_at"] == "2027-03-10T14:00:00Z"


def test_a_hold_because_every_case_waits_says_so() -> None:
    """T2: nobody of ours has put it on hold; then somebody has."""
    world = s1()
    world.hear(WaitForClient, at("2027-03-08 09:00"), case="CASE-1")
    waits = part(world, world.now, "target")
    assert (waits["on_hold_for"], waits["waiting_for_clients"]) == ("client", 1)
    assert waits["text"].endswith(
        "; every case waits for its client, so nothing is spent and nothing is due."
    )
    assert explain(world.runner, world.now)["text"].startswith(
        "Every case waits for its client, since Monday 08 March 2027, 09:00 CST. "
    )
    world.hear(Hold, reason="waiting")
    held = part(world, world.now, "target")
    assert held["on_hold_for"] == "staff"
    assert "it is on hold, so nothing is spent" in held["text"]
    assert explain(world.runner, world.now)["text"].startswith(
        "It is on hold since Monday 08 March 2027, 09:00 CST. "
    )


def test_without_a_target_a_hold_is_explained_too() -> None:
    """D2: nothing was due anyway."""
    world = world_of(a_defect("S4"), FRIDAY)
    world.hear(WaitForClient, case="CASE-1")
    assert explain(world.runner, world.now)["text"] == (
        "Every case waits for its client, since Friday 05 March 2027, 16:00 CST."
    )


def test_a_merged_defect_says_which_one_goes_on() -> None:
    """C9: with what was spent here, and when the merge becomes final."""
    world = s1()
    world.hear(MergeInto, at("2027-03-08 18:00"), defect="DEF-2", reason="the same")
    assert explain(world.runner, world.now)["text"] == (
        "It is merged into DEF-2, where the work continues. "
        "The S1 target is a budget of 2 business days, 1.18 business days of which are spent; "
        "it is merged into DEF-2, so nothing is spent here. "
        "The merge becomes final: Monday 22 March 2027, 19:00 CDT."
    )


def test_an_open_request_is_explained() -> None:
    """D4: when client success is reminded of it."""
    world = world_of(a_defect("S4"), FRIDAY)
    fields = {"client": "client-1", "severity": "S1", "justification": "It hurts."}
    world.hear(RequestReclassification, **fields)
    assert explain(world.runner, world.now)["text"] == (
        "Reclassification undecided: Tuesday 09 March 2027, 16:00 CST."
    )


def test_a_missed_target_says_when_it_was_missed() -> None:
    """T7."""
    world = s1()
    world.wait(10 * DAY)
    target = part(world, world.now, "target")
    assert target["missed_at"] == "2027-03-09T22:00:00Z"
    assert "It was missed at 2027-03-09T22:00:00Z." in target["text"]


def test_a_calendar_that_runs_out_says_so() -> None:
    """T8: the instant may move."""
    known = at("2027-03-08 12:00").date()
    calendar = ETO.calendar.model_copy(update={"holidays_known_until": known})
    defect, _ = a_defect("S1", under=ETO.model_copy(update={"calendar": calendar}))
    target = part(defect, FRIDAY, "target")
    assert target["horizon_exceeded"] is True
    assert "Holidays are known only until 2027-03-08: the instant may move." in target["text"]


def test_calendar_days_need_no_openings() -> None:
    """T5."""
    defect, _ = a_defect("S2")
    target = part(defect, FRIDAY, "target")
    assert (target["windows"], target["holidays"]) == ([], [])
    assert "Saturday 03 July 2027, 17:00 CDT" in target["text"]


def test_a_long_list_of_openings_is_cut_and_says_so() -> None:
    """A target of a hundred business days."""
    policy = eto_with("S1", target={"amount": 100, "unit": "business_days"})
    target = part(a_defect("S1", under=policy)[0], FRIDAY, "target")
    assert (len(target["windows"]), target["windows_cut"]) == (WINDOWS_SHOWN, True)


def test_the_next_update_is_explained() -> None:
    """T6: the rule, the last one, and how long before its deadline it is sent."""
    update = part(s1(), FRIDAY, "status update to clients")
    assert update == {
        "what": "status update to clients",
        "due_at": "2027-03-06T22:00:00Z",
        "sent_at": "2027-03-06T21:45:00Z",
        "last_at": "2027-03-05T22:00:00Z",
        "rule": "at most 24 hours after the last one and one on every local date",
        "lead_minutes": 15.0,
        "missed_so_far": 0,
        "text": (
            "The next status update to clients is due by Saturday 06 March 2027, 16:00 CST: "
            "at most 24 hours after the last one and one on every local date; "
            "the last one was on Friday 05 March 2027, 16:00 CST."
        ),
    }


def test_a_fixed_hour_is_explained() -> None:
    """T6."""
    policy = eto_with("S1", updates={"mode": "fixed_hour", "local_time": "09:00"})
    update = part(a_defect("S1", under=policy)[0], FRIDAY, "status update to clients")
    assert update["rule"] == "daily at 09:00 in America/Chicago"
    assert update["sent_at"] == "2027-03-06T15:00:00Z"


def test_releases_and_the_reopen_window_are_explained() -> None:
    """R5: whatever else time will bring, earliest first."""
    world = world_of(a_defect("S3"), FRIDAY)
    world.hear(ScheduleRelease, release="R", deploy_at=FRIDAY + 10 * DAY)
    due = explain(world.runner, world.now)["due"]
    assert [item["what"] for item in due] == ["release reminder", "release overdue"]
    world.hear(Resolve, resolution="fixed")
    assert explain(world.runner, world.now)["text"] == (
        "Reopen window ends: Friday 19 March 2027, 17:00 CDT."
    )


def test_where_nothing_is_due_it_says_that() -> None:
    """S4: waits for area work."""
    defect, _ = a_defect("S4")
    assert explain(defect.runner, FRIDAY) == {
        "number": "DEF-1",
        "at": "2027-03-05T22:00:00Z",
        "due": [],
        "text": "Nothing is due.",
    }
