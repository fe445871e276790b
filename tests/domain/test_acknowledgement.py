"""Urgent notices to staff: repeated, then sent up, until somebody acknowledges them (T7, T10)."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.contract.case import Answer, AssessCritical, Respond
from domain.contract.defect import (
    AdoptPolicy,
    ChangeSeverity,
    DecideReclassification,
    Hold,
    MergeInto,
    RequestReclassification,
    Resolve,
    Resume,
)
from domain.contract.effects import Fact, Lane, NotifyStaff, UpdateReadModel
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.release import Deploy, Reschedule
from domain.contract.staff_notices import Acknowledge
from domain.contract.values import Command
from domain.policy import AcknowledgeRules, PinnedPolicy
from domain.unacknowledged import TEXT_REPEATED
from domain.views.operator_card import card
from tests.domain.builders import (
    ETO,
    FRIDAY,
    a_case,
    a_defect,
    a_release,
    at,
    eto_asking,
)
from tests.domain.lives import OUTAGES, QUIET, STARTS
from tests.domain.world import CheckedWorld as World
from tests.domain.world import release_world, world_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HALF = timedelta(minutes=30)
UP = {"engineering": "engineering_manager", "engineering_manager": "coo"}
ASKING = eto_asking()


def an_s1(policy: PinnedPolicy = ASKING, **fields: Any) -> World:
    """A defect that engineering has to start work on at once."""
    return world_of(a_defect("S1", under=policy, **fields), FRIDAY)


def sent(world: World, event: str = "defect.urgent") -> list[NotifyStaff]:
    """The notices of an event that went out."""
    staff = [effect for effect in world.carried_out if isinstance(effect, NotifyStaff)]
    return [effect for effect in staff if effect.event == event]


def at_minutes(world: World, event: str = "defect.urgent") -> list[int]:
    """When they went out, in minutes after the first."""
    times = [effect.at for effect in sent(world, event)]
    return [(time - times[0]) // timedelta(minutes=1) for time in times]


def facts(world: World, event: str) -> list[Fact]:
    """What is on record, as the read model has it."""
    written = [e for e in world.carried_out if isinstance(e, UpdateReadModel)]
    return [fact for effect in written for fact in effect.facts if fact.event == event]


def awaited(world: World) -> list[tuple[str, str, int]]:
    """What status says is to be acknowledged."""
    listed = world.runner.status(world.now).to_acknowledge
    return [(one.event, one.role.value, one.times) for one in listed]


# --- repeats --------------------------------------------------------------------------------------


def test_an_urgent_notice_is_repeated_so_often_and_no_oftener() -> None:
    """Every half hour round the clock, eight times; it stays on the list."""
    defect = an_s1()
    defect.wait(2 * DAY)

    assert at_minutes(defect) == [30 * number for number in range(9)]
    assert awaited(defect) == [("defect.urgent", "engineering", 9)]
    assert defect.runner.status(defect.now).to_acknowledge[0].next_at is None
    assert len({effect.key for effect in sent(defect)}) == 9


def test_a_repeat_says_that_it_is_one() -> None:
    """Which number of how many, and of which notice; else it says what the first one said."""
    defect = an_s1()
    defect.wait(HOUR)
    first, _, second = sent(defect)

    repeat = {"times": 2, "number": 2, "of": 8}
    assert first.facts["acknowledge"] == first.key
    assert second.facts == first.facts | {"repeat": repeat}
    assert (second.role, second.defect) == (first.role, first.defect)
    number = [fact.details["number"] for fact in facts(defect, "notice.repeated")]
    assert number == [1, 2]


def test_long_reasons_are_cut_in_what_the_state_keeps() -> None:
    """However long the texts are, the state stays small."""
    defect = world_of(a_defect("S2", under=ASKING), FRIDAY)
    defect.hear(ChangeSeverity, severity="S1", reason="x" * 20_000)
    defect.wait(HALF)
    first, again = sent(defect)

    assert (len(first.facts["reason"]), len(again.facts["reason"])) == (20_000, TEXT_REPEATED + 1)


def test_without_the_table_nothing_is_asked() -> None:
    """The published policy is as it was: each once, and nothing to acknowledge."""
    defect = an_s1(ETO)
    defect.wait(2 * DAY)

    assert len(sent(defect)) == 1
    assert "to_acknowledge" not in defect.status()
    with pytest.raises(InvalidCommand, match="notice: has nothing to name"):
        defect.hear(Acknowledge)


# --- acknowledging --------------------------------------------------------------------------------


@pytest.mark.parametrize("named", [True, False])
def test_who_acknowledges_is_on_record_and_it_is_not_repeated(named: bool) -> None:
    """By its key or all at once; once, however many have seen it."""
    defect = an_s1()
    (first,) = sent(defect)
    notice = {"notice": first.key} if named else {}
    defect.hear(Acknowledge, FRIDAY + timedelta(minutes=40), actor="staff:ada", **notice)
    defect.wait(DAY)

    (fact,) = facts(defect, "notice.acknowledged")
    assert (fact.actor, fact.at) == ("staff:ada", FRIDAY + timedelta(minutes=40))
    assert fact.details == {
        "about": "defect.urgent",
        "notice": first.key,
        "role": "engineering",
        "times": 2,
        "asked_at": "2027-03-05T22:00:00Z",
    }
    assert at_minutes(defect) == [0, 30]
    assert awaited(defect) == []
    with pytest.raises(InvalidCommand, match="notice: is none that is still to be"):
        defect.hear(Acknowledge, notice=first.key)


def test_a_repeat_that_waits_does_not_go_out_once_it_is_acknowledged() -> None:
    """Mail is away: of the repeats one waits at a time, and none where somebody has seen it."""
    defect = an_s1()
    defect.places[Lane.STAFF].latency = 3 * HOUR
    defect.wait(100 * timedelta(minutes=1))
    staff = defect.outbox.lanes[Lane.STAFF]
    assert [effect.at - FRIDAY for effect in staff.waiting] == [HALF, 3 * HALF]

    defect.hear(Acknowledge)
    assert [effect.at - FRIDAY for effect in staff.waiting] == [HALF]
    defect.wait(DAY)
    assert [effect.facts["repeat"]["number"] for effect in sent(defect)[1:]] == [1]


def test_one_that_was_tried_goes_on() -> None:
    """The ledger has it as tried: it says in the end what came of it."""
    defect = an_s1()
    defect.down(Lane.STAFF, FRIDAY + timedelta(minutes=29), FRIDAY + 3 * HOUR)
    defect.wait(timedelta(minutes=2))
    defect.hear(Acknowledge)
    defect.wait(DAY)

    assert [effect.facts.get("repeat", {}).get("number") for effect in sent(defect)] == [None, 1]


OVER: list[tuple[type[Command], dict[str, Any]]] = [
    (Resolve, {"resolution": "fixed"}),
    (ChangeSeverity, {"severity": "S2", "reason": "not so bad"}),
    (MergeInto, {"defect": "DEF-2", "reason": "the same"}),
]


@pytest.mark.parametrize(("command", "fields"), OVER)
def test_it_stops_when_the_matter_is_over(command: type[Command], fields: dict[str, Any]) -> None:
    """Resolved, less severe, merged: nobody acknowledged it, which is on record."""
    defect = an_s1()
    defect.hear(command, FRIDAY + HOUR, **fields)
    defect.wait(DAY)

    assert at_minutes(defect) == [0, 30, 60]
    assert awaited(defect) == []
    (fact,) = facts(defect, "notice.not_acknowledged")
    assert fact.details["reason"] == "over"


def test_on_hold_nothing_is_repeated() -> None:
    """T7; what came due meanwhile comes when work goes on."""
    defect = an_s1()
    defect.hear(Hold, FRIDAY + timedelta(minutes=10), reason="we wait")
    defect.hear(Resume, FRIDAY + 5 * HOUR)
    defect.wait(HALF)

    assert at_minutes(defect) == [0, 300, 330]
    assert awaited(defect) == [("defect.urgent", "engineering", 3)]


def test_another_policy_may_ask_for_nothing() -> None:
    """T8: what is not asked for any more is let go of."""
    defect = an_s1()
    defect.adopt(ETO, parse(AdoptPolicy, {"actor": "agent-1", "policy": "eto"}))
    defect.wait(DAY)

    assert len(sent(defect)) == 1
    assert awaited(defect) == []


def test_another_policy_may_have_nowhere_to_go() -> None:
    """T8: what was to go up stays where it is."""
    defect = an_s1(eto_asking(repeat={"at_most": 0}, goes_up=UP))
    adopted = eto_asking(repeat={"at_most": 0})
    defect.adopt(adopted, parse(AdoptPolicy, {"actor": "agent-1", "policy": "eto"}))
    defect.wait(DAY)

    assert len(sent(defect)) == 1
    assert awaited(defect) == [("defect.urgent", "engineering", 1)]
    assert defect.runner.status(defect.now).to_acknowledge[0].next_at is None


# --- up a rung ------------------------------------------------------------------------------------


def test_what_nobody_acknowledges_goes_up() -> None:
    """Each role of the way gets it with repeats of its own, but the COO once."""
    rules = {"repeat": {"every_minutes": 10, "at_most": 2}, "goes_up": UP}
    defect = an_s1(eto_asking(**rules))
    defect.wait(10 * HOUR)

    told = [effect.role.value for effect in sent(defect)]
    assert told == [*["engineering"] * 3, *["engineering_manager"] * 3, "coo"]
    assert at_minutes(defect) == [0, 10, 20, 30, 40, 50, 60]
    assert sent(defect)[3].facts["repeat"] == {"times": 3, "before": "engineering"}
    ups = [(f.details["before"], f.details["role"]) for f in facts(defect, "notice.gone_up")]
    assert ups == [*UP.items()]
    assert awaited(defect) == [("defect.urgent", "coo", 7)]


def test_the_coo_is_not_asked_by_default() -> None:
    """T7: once per defect and step."""
    defect = an_s1()
    defect.hear(Acknowledge)
    defect.wait(8 * DAY)

    assert len(sent(defect, "defect.escalated")) == 1
    assert awaited(defect) == []


def test_of_roles_that_are_asked_the_coo_may_be_one() -> None:
    """Where a vendor says so."""
    defect = an_s1(eto_asking(roles=["coo"], repeat={"at_most": 2}))
    defect.wait(8 * DAY)

    assert len(sent(defect)) == 1
    assert at_minutes(defect, "defect.escalated") == [0, 30, 60]


# --- support hours --------------------------------------------------------------------------------


def test_repeats_of_a_reminder_keep_to_support_hours() -> None:
    """T10: what is no escalation waits until Monday."""
    policy = eto_asking(events=["reclassification.requested"], repeat={"at_most": 2})
    defect = world_of(a_defect("S2", under=policy), FRIDAY)
    defect.hear(
        RequestReclassification,
        at("2027-03-05 17:20"),
        client="client-1",
        severity="S1",
        justification="it hurts",
    )
    defect.wait(3 * DAY)

    times = [effect.at for effect in sent(defect, "reclassification.requested")]
    assert times == [at(f"2027-03-{when}") for when in ("05 17:20", "05 17:50", "08 07:00")]


def test_a_decided_request_is_over() -> None:
    """The decision is the answer, whoever made it."""
    policy = eto_asking(events=["reclassification.requested"])
    defect = world_of(a_defect("S2", under=policy), FRIDAY)
    asked = {"client": "client-1", "severity": "S1", "justification": "it hurts"}
    defect.hear(RequestReclassification, **asked)
    assert awaited(defect) == [("reclassification.requested", "client_success", 1)]
    defect.hear(DecideReclassification, approve=False, reason="it can wait")

    assert awaited(defect) == []


# --- cases and releases ---------------------------------------------------------------------------


def a_critical_case() -> World:
    """A critical case that nobody answers for two hours."""
    case = world_of(a_case(subject="Critical", under=ASKING), FRIDAY)
    case.wait(2 * HOUR)
    return case


def test_a_missed_first_response_is_repeated_until_somebody_answers() -> None:
    """C6: to the support manager, also at night."""
    case = a_critical_case()
    case.hear(Respond, FRIDAY + 3 * HOUR + timedelta(minutes=5), message="We look into it.")
    case.wait(DAY)

    assert at_minutes(case, "case.first_response_missed") == [0, 30, 60]
    assert awaited(case) == []


@pytest.mark.parametrize(
    ("command", "fields"),
    [
        (Answer, {"message": "Press the other button."}),
        (AssessCritical, {"justified": False, "reason": "it is a question"}),
    ],
)
def test_a_case_that_owes_nothing_repeats_nothing(
    command: type[Command], fields: dict[str, Any]
) -> None:
    """Answered, or not critical but missed all the same: the latter goes on until seen."""
    case = a_critical_case()
    case.hear(command, **fields)

    expected = [] if command is Answer else [("case.first_response_missed", "support_manager", 1)]
    assert awaited(case) == expected


def test_an_answer_that_does_not_arrive_is_no_end() -> None:
    """T9: it was written, and missed since it was not delivered: somebody has to look."""
    case = world_of(a_case(subject="Critical", under=ASKING), FRIDAY)
    case.places[Lane.CLIENTS].down_until = FRIDAY + DAY
    case.hear(Respond, FRIDAY + HOUR, message="We look into it.")
    case.wait(2 * HOUR)

    assert awaited(case) == [("case.first_response_missed", "support_manager", 3)]


def test_a_release_asks_until_there_is_word_of_it() -> None:
    """R5: asked at the next opening, and again within support hours."""
    policy = eto_asking(events=["defect.release_overdue"])
    releases = [release_world(a_release(under=policy)) for _ in range(3)]
    overdue = at("2027-03-29 07:10")
    for release in releases:
        release.wait_until(overdue)
        assert awaited(release) == [("defect.release_overdue", "engineering", 1)]
    releases[0].hear(Deploy)
    releases[1].hear(Reschedule, deploy_at=overdue + 9 * DAY, reason="later")
    releases[2].hear(Acknowledge)

    assert [awaited(release) for release in releases] == [[], [], []]


def test_the_operators_card_shows_what_nobody_has_acknowledged() -> None:
    """With whom it went to, and how often."""
    defect = an_s1()
    defect.wait(HALF)

    assert "**To acknowledge** defect\\.urgent, engineering, sent 2 times" in card(
        defect.runner, defect.now
    )


# --- what a policy may say ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ({"events": ["delivery.failing"]}, "events may not have delivery.failing"),
        ({"goes_up": {"coo": "coo"}}, "goes_up leads from coo back to coo"),
        (
            {"goes_up": {"support": "engineering", "engineering": "support"}},
            "goes_up leads from support back to support",
        ),
        ({"repeat": {"every_minutes": 0}}, "greater than or equal to 1"),
        ({"repeat": {"at_most": -1}}, "greater than or equal to 0"),
    ],
)
def test_what_would_never_end_is_refused(rules: dict[str, Any], wrong: str) -> None:
    """The refusal says what is wrong."""
    with pytest.raises(ValidationError, match=wrong):
        AcknowledgeRules.model_validate(rules)


# --- whatever happens -----------------------------------------------------------------------------

_SAID = st.sampled_from(
    [
        (Acknowledge, {}),
        (Acknowledge, {"notice": "DEF-1/1/defect.urgent"}),
        (Hold, {"reason": "we wait"}),
        (Resume, {}),
        *OVER[:2],
        (ChangeSeverity, {"severity": "S1", "reason": "x" * 3_000}),
        (
            RequestReclassification,
            {"client": "client-1", "severity": "S3", "justification": "y" * 3_000},
        ),
        (DecideReclassification, {"approve": True, "reason": "it is so"}),
    ]
)
_EVERYTHING = eto_asking(
    events=[
        *("defect.urgent", "defect.escalated", "defect.update_needed", "defect.target_missed"),
        *("reclassification.requested", "reclassification.reminder"),
    ],
    repeat={"every_minutes": 45, "at_most": 3},
    goes_up=UP | {"client_success": "support_manager"},
)


@QUIET
@given(
    start=STARTS,
    said=st.lists(st.tuples(OUTAGES, st.booleans(), _SAID), max_size=8),
)
def test_no_notice_is_repeated_oftener_than_said(
    start: datetime, said: list[tuple[timedelta, bool, Any]]
) -> None:
    """Whatever is said and whatever fails: each at most so often to each role, none after it was
    acknowledged, and none of a matter that is over."""
    world = world_of(a_defect("S1", now=start, under=_EVERYTHING), start)
    world.through_json = True
    for time, away, (command, fields) in said:
        if away:
            world.places[Lane.STAFF].latency = time / 2
        world.wait(time)
        world.places[Lane.STAFF].latency = timedelta()
        with suppress(InvalidCommand):
            world.hear(command, **fields)
        assert len(world.entity.unacknowledged) <= 10
    world.wait(2 * DAY)

    staff = [effect for effect in world.carried_out if isinstance(effect, NotifyStaff)]
    repeats = [effect for effect in staff if "repeat" in effect.facts]
    sent_once = {effect.key for effect in staff if "repeat" not in effect.facts}
    numbers = [(e.facts["acknowledge"], e.facts["repeat"]["times"]) for e in repeats]
    assert len(numbers) == len(set(numbers))
    assert all(e.facts["acknowledge"] in sent_once for e in repeats)
    assert all(e.facts["repeat"].get("number", 0) <= 3 for e in repeats)
    ended = {
        fact.details["notice"]: fact.sequence
        for event in ("notice.acknowledged", "notice.not_acknowledged")
        for fact in facts(world, event)
    }
    late = [e for e in repeats if e.sequence > ended.get(e.facts["acknowledge"], e.sequence)]
    assert late == []
