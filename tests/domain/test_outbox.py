"""The outbox: what waits, in which order, what a newer effect drops, and when to try again."""

from datetime import timedelta
from typing import Any

import pytest

from domain.contract.effects import (
    AudienceChange,
    CloseCases,
    Effect,
    Lane,
    NotifyClients,
    NotifyStaff,
    Person,
    PostStatus,
    UpdateReadModel,
)
from domain.contract.parsing import parse
from domain.contract.values import Attachment
from domain.outbox import FAILED_KEPT, FIRST_PAUSE, REPORTED_AFTER, Outbox
from tests.domain.builders import FRIDAY, attachment

STATUS = "status"
MINUTE = timedelta(minutes=1)


def common(number: int, event: str) -> dict[str, Any]:
    """The fields of every effect."""
    key = f"DEF-1/{number}/{event}"
    return {"key": key, "entity": "DEF-1", "sequence": number, "at": FRIDAY}


def news(number: int, **rest: Any) -> NotifyClients:
    """A message to everyone attached."""
    return NotifyClients.model_validate(
        common(number, "defect.update") | {"kind": "defect.update"} | rest
    )


def daily(number: int) -> NotifyClients:
    """One that the next of its kind makes pointless."""
    return news(number, replaceable=STATUS, replaces=(STATUS,))


def to_staff(number: int) -> NotifyStaff:
    """A message to staff."""
    fields = {"kind": "defect.escalated", "role": "coo"}
    return NotifyStaff.model_validate(common(number, "defect.escalated") | fields)


def projection(number: int, *joined: str) -> UpdateReadModel:
    """A write to the read model, attaching cases."""
    change = AudienceChange(
        sequence=number,
        at=FRIDAY,
        attach=[parse(Attachment, attachment(case)) for case in joined],
    )
    return UpdateReadModel(
        **common(number, "project"),
        kind="defect",
        snapshot={"sequence": number},
        audience=[change] if joined else [],
    )


def filled(*effects: Effect) -> Outbox:
    """An outbox with nothing under way."""
    outbox = Outbox()
    outbox.put(list(effects))
    return outbox


def waiting(outbox: Outbox, lane: Lane) -> list[int]:
    """The sequences of what waits in a lane."""
    return [effect.sequence for effect in outbox.lanes[lane].waiting]


def test_a_lane_is_first_in_first_out() -> None:
    """Clients hear things in the order in which they happened."""
    outbox = filled(news(1), news(2), news(3))
    told = []
    while (effect := outbox.next_of(Lane.CLIENTS, FRIDAY)) is not None:
        told.append(effect.sequence)
        outbox.done(effect)
    assert told == [1, 2, 3]


def test_lanes_do_not_wait_for_each_other() -> None:
    """T7: with the clients' lane resting, staff are still told."""
    outbox = filled(news(1), to_staff(2))
    outbox.postpone(news(1), FRIDAY)
    assert outbox.next_of(Lane.CLIENTS, FRIDAY) is None
    assert outbox.next_of(Lane.STAFF, FRIDAY) == to_staff(2)


def test_a_waiting_update_is_replaced_by_the_next() -> None:
    """T9: clients get the present status, not three stale ones."""
    outbox = filled(news(1), daily(2), daily(3), daily(4))
    assert waiting(outbox, Lane.CLIENTS) == [1, 4]


def test_only_what_may_be_replaced_is_and_only_in_its_lane() -> None:
    """Other tags, untagged messages and other lanes stay."""
    incident = PostStatus.model_validate(
        common(3, "status")
        | {
            "incident": "DEF-1/S1-1",
            "name": "Login",
            "body": "Down",
            "stage": "investigating",
            "severity": "S1",
            "replaceable": STATUS,
        }
    )
    outbox = filled(news(1), news(2, replaceable="release reminder"), incident, daily(4))
    assert waiting(outbox, Lane.CLIENTS) == [1, 2, 4]
    assert waiting(outbox, Lane.STATUS_PAGE) == [3]


def test_an_effect_may_replace_more_than_one_topic() -> None:
    """C9: a resolution makes status updates and release reminders pointless."""
    reminder = news(2, replaceable="release reminder")
    resolved = news(3, replaces=(STATUS, "release reminder"))
    assert waiting(filled(daily(1), reminder, resolved), Lane.CLIENTS) == [3]


def test_what_is_under_way_is_not_replaced() -> None:
    """It may have reached somebody already."""
    outbox = filled(daily(1))
    outbox.start(FRIDAY)
    outbox.put([daily(2)])
    assert waiting(outbox, Lane.CLIENTS) == [1, 2]


def test_what_was_under_way_gives_way_once_it_is_given_up() -> None:
    """T9: the newer one that came meanwhile says it all."""
    outbox = filled(daily(1))
    outbox.start(FRIDAY)
    outbox.put([daily(2)])
    outbox.postpone(daily(1), FRIDAY)
    assert waiting(outbox, Lane.CLIENTS) == [2]


def test_waiting_projections_become_one() -> None:
    """An outage of the database costs one write, and loses nobody who joined."""
    outbox = filled(projection(1, "CASE-1"), projection(2), projection(3, "CASE-2"))
    (merged,) = outbox.lanes[Lane.READ_MODEL].waiting
    assert isinstance(merged, UpdateReadModel)
    assert merged.snapshot == {"sequence": 3}
    joined = [case.case for change in merged.audience for case in change.attach]
    assert joined == ["CASE-1", "CASE-2"]


def test_a_projection_under_way_is_left_as_it_is() -> None:
    """The next one waits behind it."""
    outbox = filled(projection(1, "CASE-1"))
    outbox.start(FRIDAY)
    outbox.put([projection(2), projection(3)])
    assert waiting(outbox, Lane.READ_MODEL) == [1, 3]


@pytest.mark.parametrize(
    "effect",
    [
        pytest.param(news(5), id="a message to everyone attached"),
        pytest.param(
            CloseCases(**common(5, "close_cases"), resolution="done"), id="closing of cases"
        ),
    ],
)
def test_who_reads_the_audience_waits_until_it_is_written(effect: Effect) -> None:
    """C9: nobody who joined before is left out."""
    joining = projection(4, "CASE-1")
    outbox = filled(joining, effect)
    assert outbox.next_of(effect.lane, FRIDAY) is None
    outbox.done(joining)
    assert outbox.next_of(effect.lane, FRIDAY) == effect


def test_who_joins_later_holds_up_nothing() -> None:
    """Only changes before the message matter to it."""
    outbox = filled(news(5), projection(6, "CASE-1"))
    assert outbox.next_of(Lane.CLIENTS, FRIDAY) == news(5)


def test_a_message_to_people_by_name_does_not_wait_for_the_audience() -> None:
    """C9: a confirmation names whom it is for."""
    contact = parse(Attachment, attachment()).contact
    confirmation = news(5, people=[Person(contact=contact, cases=["CASE-1"])])
    outbox = filled(projection(4, "CASE-1"), confirmation)
    assert outbox.next_of(Lane.CLIENTS, FRIDAY) == confirmation


def test_a_failing_lane_tries_again_less_and_less_often() -> None:
    """It goes on within 5 minutes, or a twelfth of a long outage; and nothing is dropped."""
    outbox, now, pauses = filled(news(1)), FRIDAY, []
    while now < FRIDAY + timedelta(days=1):
        state = outbox.postpone(news(1), now)
        assert state.retry_at is not None
        pauses.append((state.retry_at - now).total_seconds())
        late = (now - FRIDAY) / 12
        assert state.retry_at - now <= max(5 * MINUTE, min(late, 30 * MINUTE))
        now = state.retry_at
    assert pauses[:8] == [15, 30, 60, 120, 240, 300, 300, 300]
    assert pauses[-1] == 1800
    assert len(pauses) < 80
    assert outbox.lanes[Lane.CLIENTS].failing_since == FRIDAY
    assert waiting(outbox, Lane.CLIENTS) == [1]


@pytest.mark.parametrize(
    ("asked", "pause"), [(MINUTE / 60, FIRST_PAUSE), (MINUTE, MINUTE), (99 * MINUTE, 30 * MINUTE)]
)
def test_the_other_side_may_ask_for_a_longer_pause(asked: timedelta, pause: timedelta) -> None:
    """`Retry-After`, within bounds."""
    assert filled(news(1)).postpone(news(1), FRIDAY, asked).retry_at == FRIDAY + pause


def test_a_resting_lane_says_when_it_tries_again() -> None:
    """The earliest of all that are not under way."""
    outbox = filled(news(1), to_staff(2))
    outbox.postpone(news(1), FRIDAY)
    outbox.postpone(to_staff(2), FRIDAY - FIRST_PAUSE / 2)
    soon = FRIDAY + FIRST_PAUSE / 2
    assert outbox.next_retry(FRIDAY) == soon
    assert outbox.start(soon) == {Lane.STAFF: to_staff(2)}
    assert outbox.next_retry(soon) == FRIDAY + FIRST_PAUSE
    assert outbox.next_of(Lane.CLIENTS, FRIDAY + FIRST_PAUSE) == news(1)


def test_an_outage_is_somebodys_business_after_half_an_hour() -> None:
    """Support hears of it once; a new one is another."""
    outbox = filled(news(1), news(2))
    lane = outbox.postpone(news(1), FRIDAY)
    assert not lane.is_failing_for_long(FRIDAY + REPORTED_AFTER - MINUTE)
    assert lane.is_failing_for_long(FRIDAY + REPORTED_AFTER)
    lane.reported = True
    assert not lane.is_failing_for_long(FRIDAY + REPORTED_AFTER)
    assert outbox.failing == [Lane.CLIENTS]
    outbox.done(news(1))
    assert outbox.failing == []


def test_what_is_abandoned_is_tried_again_later() -> None:
    """Whoever carries it out for a run that is gone may still be at it."""
    outbox = filled(news(1), to_staff(2))
    outbox.start(FRIDAY)
    outbox.landed(Lane.STAFF)
    outbox.abandon(FRIDAY + MINUTE)
    again = Outbox.model_validate_json(outbox.model_dump_json())
    assert again.start(FRIDAY) == {Lane.STAFF: to_staff(2)}
    assert again.start(FRIDAY + MINUTE) == {Lane.CLIENTS: news(1)}


def test_success_ends_the_rest() -> None:
    """The next failure starts from the shortest pause."""
    outbox = filled(news(1), news(2))
    outbox.postpone(news(1), FRIDAY)
    outbox.postpone(news(1), FRIDAY)
    outbox.done(news(1))
    assert outbox.postpone(news(2), FRIDAY).retry_at == FRIDAY + FIRST_PAUSE


def test_an_impatient_person_can_have_everything_tried_now() -> None:
    """`retry_deliveries`: what rests and what was refused for good."""
    outbox = filled(news(1), to_staff(2))
    outbox.postpone(news(1), FRIDAY)
    outbox.done(to_staff(2))
    outbox.park(to_staff(2), {})
    outbox.retry()
    assert outbox.next_of(Lane.CLIENTS, FRIDAY) == news(1)
    assert outbox.next_of(Lane.STAFF, FRIDAY) == to_staff(2)
    assert outbox.failed == []


def test_what_was_refused_goes_before_what_waits() -> None:
    """It is older."""
    outbox = filled(news(1), news(2))
    outbox.done(news(1))
    outbox.park(news(1), {})
    outbox.retry()
    assert waiting(outbox, Lane.CLIENTS) == [1, 2]


@pytest.mark.parametrize("under_way", [False, True])
def test_a_refused_update_never_displaces_a_newer_one(under_way: bool) -> None:
    """T9: the present status wins, whether it waits or is under way."""
    outbox = filled(daily(1), daily(9))
    outbox.park(daily(1), {})
    if under_way:
        outbox.start(FRIDAY)
    outbox.retry()
    assert waiting(outbox, Lane.CLIENTS) == [9]


def test_a_refused_update_is_forgotten_once_a_newer_one_was_delivered() -> None:
    """T9: retrying must not tell anybody yesterday's status after today's."""
    outbox = filled(daily(2))
    outbox.park(daily(1), {})
    outbox.park(news(1), {})
    outbox.done(daily(2))
    assert outbox.failed == [news(1)]


def test_a_retry_leaves_alone_what_is_under_way() -> None:
    """What was refused comes behind it."""
    outbox = filled(news(2), news(3))
    outbox.park(news(1), {})
    outbox.start(FRIDAY)
    outbox.retry()
    assert waiting(outbox, Lane.CLIENTS) == [2, 1, 3]


def test_refusals_are_kept_within_bounds() -> None:
    """The state stays small; the ledger has them all."""
    outbox = Outbox()
    for number in range(FAILED_KEPT + 5):
        outbox.park(news(number), {})
    assert len(outbox.failed) == FAILED_KEPT
    assert outbox.failed[-1].sequence == FAILED_KEPT + 4


def test_pending_counts_what_waits_in_all_lanes() -> None:
    """`pending_deliveries` of the status."""
    assert filled(news(1), news(2), to_staff(3)).pending == 3
    assert Outbox().pending == 0


def test_it_survives_continue_as_new() -> None:
    """Everything in it goes through JSON and comes out the same."""
    outbox = filled(daily(1), to_staff(2), projection(3, "CASE-1"))
    outbox.postpone(to_staff(2), FRIDAY)
    outbox.park(news(4), {})
    assert Outbox.model_validate_json(outbox.model_dump_json()) == outbox
