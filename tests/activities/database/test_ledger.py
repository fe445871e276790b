"""The ledger: who has claimed a delivery, and what became of it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.exc import OperationalError

from activities.adapters.database import DatabaseLedger
from activities.ports import DeliveryState
from domain.contract.effects import NotifyClients, NotifyStaff
from tests.activities.database.rows import DEFECT, HOUR, NOW, THREADS, at_once, delivery, told


def test_the_first_claim_finds_it_planned(engine: Engine) -> None:
    """And leaves it `sending`."""
    ledger = DatabaseLedger(engine)
    assert ledger.claim(delivery(), NOW) == delivery()
    (row,) = ledger.deliveries()
    assert (row.state, row.attempts, row.cases) == (DeliveryState.SENDING, 1, ("CASE-000001",))


def test_what_is_sent_stays_sent(engine: Engine) -> None:
    """Neither a claim nor a second, unlucky sender changes it."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), DeliveryState.SENT, NOW)
    again = ledger.claim(delivery(), NOW + HOUR)
    ledger.settle(delivery(), DeliveryState.FAILED, NOW + HOUR, "smtp-550")
    assert (again.state, again.attempts, again.sent_at) == (DeliveryState.SENT, 1, NOW)
    assert ledger.deliveries() == [again]


def test_what_was_sent_is_written_down_though_the_database_was_away(engine: Engine) -> None:
    """The letter is gone: forgotten, it would be sent once more."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    with _away(engine, times=2) as refused:
        ledger.settle(delivery(), DeliveryState.SENT, NOW)
    (row,) = ledger.deliveries()
    assert (row.state, len(refused)) == (DeliveryState.SENT, 2)


def test_what_was_not_sent_does_not_wait_for_the_database(engine: Engine) -> None:
    """Nothing is repeated for it but the attempt; nor does anything wait without end."""
    ledger = DatabaseLedger(engine, patience=0)
    ledger.claim(delivery(), NOW)
    for state in (DeliveryState.PLANNED, DeliveryState.SENT):
        with _away(engine, times=9) as refused, pytest.raises(OperationalError):
            ledger.settle(delivery(), state, NOW)
        assert len(refused) == 1


@contextmanager
def _away(engine: Engine, times: int) -> Iterator[list[str]]:
    """The database fails at the next so many updates; these are the statements."""
    refused: list[str] = []

    def refuse(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("UPDATE") and len(refused) < times:
            refused.append(statement)
            raise OperationalError(statement, None, Exception("the database is starting up"))

    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield refused
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def test_a_sender_that_died_leaves_an_unknown_outcome(engine: Engine) -> None:
    """Whoever claims next is told so, and has claimed it."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    again = ledger.claim(delivery(), NOW)
    (row,) = ledger.deliveries()
    assert (again.state, again.attempts) == (DeliveryState.UNKNOWN, 1)
    assert (row.state, row.attempts) == (DeliveryState.SENDING, 2)


@pytest.mark.parametrize(
    "state", [DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.UNKNOWN]
)
def test_what_is_not_sent_can_be_claimed_again(engine: Engine, state: DeliveryState) -> None:
    """`retry_deliveries` goes this way."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), state, NOW, "smtp-451")
    before = ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), DeliveryState.SENT, NOW)
    (after,) = ledger.deliveries()
    assert (before.state, before.attempts, before.problem) == (state, 1, "smtp-451")
    assert (after.state, after.attempts, after.problem) == (DeliveryState.SENT, 2, None)


def test_of_many_threads_one_finds_it_planned(engine: Engine) -> None:
    """The others learn that somebody is at it; every attempt is counted."""
    ledger = DatabaseLedger(engine)
    for n in range(5):
        this = delivery(f"{n}@example.org")
        found = at_once(lambda _, this=this: ledger.claim(this, NOW))  # type: ignore[misc]
        states = [before.state for before in found]
        assert sorted(before.attempts for before in found) == list(range(THREADS))
        assert states.count(DeliveryState.PLANNED) == 1
        assert states.count(DeliveryState.UNKNOWN) == THREADS - 1


def test_settling_what_was_never_claimed_is_an_error(engine: Engine) -> None:
    """It would be a message that nobody remembers."""
    with pytest.raises(LookupError, match=re.escape(f"{DEFECT}/17/defect.update")):
        DatabaseLedger(engine).settle(delivery(), DeliveryState.SENT, NOW)


def test_operators_see_what_fails_and_since_when(engine: Engine) -> None:
    """What was refused for good fails, but does not wait."""
    ledger = DatabaseLedger(engine)
    assert ledger.oldest_unsent_at() is None
    states = [state for state in DeliveryState if state is not DeliveryState.SENDING]
    for state in states:
        ledger.claim(delivery(state), NOW + HOUR * len(state))
        ledger.settle(delivery(state), state, NOW + 9 * HOUR)
    assert [row.recipient for row in ledger.failing(2)] == ["failed", "planned"]
    assert ledger.oldest_unsent_at() == NOW + HOUR * len("planned")
    assert ledger.summary() == dict.fromkeys(states, 1) | {DeliveryState.SENDING: 0}


def tried(
    ledger: DatabaseLedger, effect: NotifyClients | NotifyStaff, to: str, state: DeliveryState
) -> None:
    """One message of an effect that was tried, and what came of it."""
    this = replace(
        delivery(to), effect_key=effect.key, decided_at=effect.at, lane=effect.lane, message_id=to
    )
    ledger.claim(this, effect.at)
    if state is not DeliveryState.SENDING:
        ledger.settle(this, state, effect.at)


def test_nobody_waits_for_what_was_overtaken(engine: Engine) -> None:
    """A newer message of the lane was sent: what it replaced does not count, nor who has left."""
    ledger = DatabaseLedger(engine)
    tried(ledger, told(1), "ann", DeliveryState.PLANNED)
    tried(ledger, told(2), "ann", DeliveryState.SENDING)
    tried(ledger, told(3), "ann", DeliveryState.SENT)
    tried(ledger, told(3), "left", DeliveryState.PLANNED)
    before = ledger.oldest_unsent_at()
    ledger.overtake(told(3), NOW + HOUR * 4)

    assert before == NOW + HOUR
    assert ledger.oldest_unsent_at() is None
    assert ledger.failing() == []
    assert {state: n for state, n in ledger.summary().items() if n} == {DeliveryState.SENT: 1}
    assert [row.overtaken_at is not None for row in ledger.deliveries()] == [
        True,
        True,
        False,
        True,
    ]


def test_overtaking_leaves_what_is_still_to_come(engine: Engine) -> None:
    """Another lane, a newer message and one that was refused are still waited for."""
    ledger = DatabaseLedger(engine)
    tried(ledger, told(1, NotifyStaff), "staff", DeliveryState.PLANNED)
    tried(ledger, told(1), "refused", DeliveryState.FAILED)
    tried(ledger, told(3), "ann", DeliveryState.PLANNED)
    ledger.overtake(told(2), NOW + HOUR * 4)

    assert [row.recipient for row in ledger.failing()] == ["staff", "refused", "ann"]
    assert ledger.oldest_unsent_at() == NOW + HOUR


def test_what_was_overtaken_and_is_tried_again_counts_again(engine: Engine) -> None:
    """As when a row is older than lanes are, and its lane has not come to it yet."""
    ledger = DatabaseLedger(engine)
    ledger.claim(replace(delivery(), decided_at=NOW), NOW)
    ledger.overtake(told(2, NotifyStaff), NOW + HOUR)
    between = ledger.oldest_unsent_at()
    ledger.claim(replace(delivery(), decided_at=NOW, lane=told(1).lane), NOW + HOUR * 2)

    assert between is None
    assert ledger.oldest_unsent_at() == NOW


def test_deliveries_are_listed_oldest_first(engine: Engine) -> None:
    """Of one entity or of all."""
    ledger = DatabaseLedger(engine)
    for recipient, entity in [("b", "DEF-1"), ("a", "DEF-2"), ("a", "DEF-1")]:
        ledger.claim(delivery(recipient, entity), NOW)
    assert [row.recipient for row in ledger.deliveries("DEF-1")] == ["b", "a"]
    assert [row.entity for row in ledger.deliveries()] == ["DEF-1", "DEF-2", "DEF-1"]
