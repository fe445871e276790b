"""What adopting a policy would move, before anybody adopts it (T8)."""

from datetime import date, datetime, timedelta
from typing import Any

from domain.contract.defect import AdoptPolicy, Hold
from domain.policy import PinnedPolicy
from domain.views.policy_preview import PreviewPolicy, preview
from tests.domain.builders import ETO, a_defect, at, eto_with
from tests.domain.world import CheckedWorld as World
from tests.domain.world import world_of

THURSDAY = at("2027-03-04 12:00")


def with_holiday(day: str) -> PinnedPolicy:
    """The published policy with a holiday more."""
    content = ETO.model_dump()
    content["calendar"]["holidays"] += (date.fromisoformat(day),)
    return PinnedPolicy.model_validate(content | {"version": "another"})


def s1() -> World:
    """An S1 that is due on Monday noon."""
    return world_of(a_defect("S1", now=THURSDAY), THURSDAY)


def foreseen(world: World, policy: PinnedPolicy, when: datetime | None = None) -> dict[str, Any]:
    """The preview, as of now unless later."""
    asked = PreviewPolicy(policy=policy, at=when or world.now)
    return preview(world.runner, asked, world.now)


def test_each_due_instant_that_a_holiday_moves_is_listed_and_nothing_happens() -> None:
    """T8: the target and the step at all of it; not the daily update."""
    world = s1()
    before = world.entity.model_dump_json()
    moved = {"before": "2027-03-08T18:00:00Z", "after": "2027-03-09T18:00:00Z"}
    assert foreseen(world, with_holiday("2027-03-05")) == {
        "number": "DEF-1",
        "severity": "S1",
        "policy": {"name": "eto", "version": ETO.version},
        "differs": True,
        "moves": [
            {"what": "target", "to": None} | moved,
            {"what": "defect.escalated to coo", "to": "coo"} | moved,
        ],
    }
    assert world.entity.model_dump_json() == before
    world.adopt(with_holiday("2027-03-05"), AdoptPolicy(actor="agent-1", policy="eto"))
    assert world.defect.target_due_at == at("2027-03-09 12:00")


def test_a_sleeper_is_asked_as_of_the_present_not_of_its_last_task() -> None:
    """T8: the Friday is spent by Saturday, so a holiday on it moves nothing any more."""
    world = s1()
    seen = foreseen(world, with_holiday("2027-03-05"), at("2027-03-06 12:00"))
    assert [move for move in seen["moves"] if move["what"] == "target"] == []


def test_what_was_missed_stays_so_in_a_preview_too() -> None:
    """T8, T9: Friday is declared a holiday two hours after Monday noon."""
    world = s1()
    world.wait_until(at("2027-03-08 14:00"))
    seen = foreseen(world, with_holiday("2027-03-05"))
    assert (seen["differs"], seen["moves"]) == (True, [])


def test_what_comes_or_goes_with_a_policy_has_no_instant_on_one_side() -> None:
    """T6: a policy without daily updates, and with a warning."""
    rungs = [{"share": 0.75, "event": "defect.target_warning", "role": "engineering"}]
    seen = foreseen(s1(), eto_with("S1", updates=None, rungs=rungs))
    moves = {move["what"]: (move["before"], move["after"]) for move in seen["moves"]}
    assert moves == {
        "status update to clients": ("2027-03-05T17:45:00Z", None),
        "defect.escalated to coo": ("2027-03-08T18:00:00Z", None),
        "defect.target_warning to engineering": (None, "2027-03-05T23:30:00Z"),
    }


def test_on_hold_nothing_is_due_and_nothing_moves() -> None:
    """T2: the target is due again when it goes on."""
    world = s1()
    world.hear(Hold, THURSDAY + timedelta(hours=1), reason="waiting for logs")
    seen = foreseen(world, with_holiday("2027-03-05"))
    assert (seen["differs"], seen["moves"]) == (True, [])


def test_the_policy_it_has_moves_nothing() -> None:
    """T8: pinned again, holidays included, it is the same."""
    seen = foreseen(s1(), PinnedPolicy.model_validate_json(ETO.model_dump_json()))
    assert (seen["differs"], seen["moves"]) == (False, [])


def test_every_step_that_is_to_come_is_listed_with_who_hears_of_it() -> None:
    """T5, T7: not the next one only; the same event to the same role again has a number."""
    world = world_of(a_defect("S2", now=THURSDAY), THURSDAY)
    step = {"event": "defect.target_warning", "role": "engineering"}
    rungs = [{"share": 0.5} | step, {"share": 0.75} | step]
    seen = foreseen(world, eto_with("S2", rungs=rungs))
    moves = {move["what"]: (move["to"], move["before"], move["after"]) for move in seen["moves"]}

    assert moves == {
        "defect.window_opened to engineering": ("engineering", "2027-04-03T18:00:00Z", None),
        "defect.target_warning to engineering": (
            *("engineering", "2027-06-02T18:00:00Z", "2027-05-03T18:00:00Z"),
        ),
        "defect.target_missed to engineering_manager": (
            *("engineering_manager", "2027-07-02T18:00:00Z", None),
        ),
        "defect.target_warning to engineering (2)": ("engineering", None, "2027-06-02T18:00:00Z"),
    }


def test_a_step_that_was_told_is_not_told_again() -> None:
    """T7: and one whose share is spent already is due at once."""
    world = world_of(a_defect("S2", now=THURSDAY), THURSDAY)
    world.wait_until(THURSDAY + timedelta(days=40))
    step = {"event": "defect.window_opened", "role": "engineering"}
    rungs = [{"share": share} | step for share in (0.25, 0.3, 0.5)]
    moves = foreseen(world, eto_with("S2", rungs=rungs))["moves"]

    assert [(move["what"], move["after"]) for move in moves if move["after"]] == [
        ("defect.window_opened to engineering", "2027-04-13T18:00:00Z"),
        ("defect.window_opened to engineering (2)", "2027-05-03T18:00:00Z"),
    ]


def test_what_is_foreseen_is_what_then_is_told() -> None:
    """T5, T7: each step at the instant that the preview has for it."""
    world = world_of(a_defect("S2", now=THURSDAY), THURSDAY)
    world.wait(timedelta(days=40))
    rungs: list[dict[str, Any]] = [
        {"share": 0.5, "event": "defect.target_warning", "role": "engineering"},
        {"share": 0.9, "event": "defect.escalated", "role": "coo"},
        {"share": 1.25, "event": "defect.target_missed", "role": "support_manager"},
    ]
    policy = eto_with("S2", rungs=rungs, round_the_clock=True)
    seen = {
        move["what"].partition(" to ")[0]: move["after"]
        for move in foreseen(world, policy)["moves"]
    }
    world.adopt(policy, AdoptPolicy(actor="agent-1", policy="eto"))
    world.wait(timedelta(days=130))

    for step in rungs:
        assert [f"{told:%Y-%m-%dT%H:%M:%SZ}" for told in world.told(step["event"])] == [
            seen[step["event"]]
        ]
