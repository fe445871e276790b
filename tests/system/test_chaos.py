"""Half a minute of chaos on real parts, and that what is judged by it would not pass by luck."""

from dataclasses import replace

import pytest

from tests.chaos.judge import Evidence, judge
from tests.chaos.plan import Chaos
from tests.chaos.run import play

CHAOS = Chaos(seed=20, seconds=30, kills=20, restarts=1, outages=3)

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
async def evidence() -> Evidence:
    """What is left of a month of some thirty cases, defects and releases."""
    played = await play(CHAOS, size=0.2, workers=2, kind=None, patience=500, report=print)
    assert played.circumstances["kills"] > 0
    assert played.circumstances["server_restarts"] == 1
    return played.evidence


def test_nothing_is_lost_and_nobody_is_told_twice(evidence: Evidence) -> None:
    """Workers are killed, server, database, mail and status page fail: all is told, once."""
    verdict = judge(evidence)

    assert verdict.faults == []
    assert verdict.figures.owed > 80
    assert verdict.figures.delivered >= verdict.figures.owed


def test_a_letter_that_did_not_come_is_missed(evidence: Evidence) -> None:
    """By the ledger, and where that knows nothing of it by the oracle."""
    resolved = next(t for t in evidence.taken if t.event == "defect.resolved")
    others = [t for t in evidence.taken if t.message_id != resolved.message_id]
    unknown = [row for row in evidence.ledger if row["message_id"] != resolved.message_id]

    assert judge(replace(evidence, taken=others)).figures.lost > 0
    assert judge(replace(evidence, taken=others, ledger=unknown)).figures.lost == 1


def test_a_letter_that_comes_again_is_counted_by_its_cause(evidence: Evidence) -> None:
    """Whose sender had our answer is told twice; whose sender was killed could not know."""
    letter = next(t for t in evidence.taken if t.heard)
    killed = replace(letter, heard=False, lost_at=evidence.killed_at[0])
    before = judge(evidence).figures

    twice = judge(replace(evidence, taken=[*evidence.taken, letter])).figures
    others = [t for t in evidence.taken if t is not letter]
    again = judge(replace(evidence, taken=[killed, letter, *others])).figures

    assert twice.twice == before.twice + 1
    assert (again.twice, again.killed) == (before.twice, before.killed + 1)


def test_a_command_that_is_applied_twice_is_found(evidence: Evidence) -> None:
    """Each has one fact on record."""
    one = next(said for said in evidence.said if said.step.command == "post_progress")
    number = one.step.number
    doubled = [*evidence.on_record[number], *evidence.on_record[number][-1:]]
    fact = next(f for f in evidence.on_record[number] if f["actor"] == one.actor)
    doubled[-1] = fact

    faults = judge(replace(evidence, on_record={**evidence.on_record, number: doubled})).faults

    assert f"post_progress of {number} ({one.actor}) is on record 2 times" in faults
