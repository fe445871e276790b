"""People on several defects of a release: one message of each change of it, that names them all."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from simulation.nights.faults import Disturbance, Fault, Place
from simulation.nights.judge import judge
from simulation.nights.night import Night, play
from simulation.nights.plan import Plan, Step
from simulation.oracle.expected_state import Delivered
from tests.domain.builders import attachment, defect_start, release_start

BEGAN = datetime(2027, 3, 1, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
DEFECTS = tuple(f"DEF-{n}" for n in range(1, 13))
PEOPLE = tuple(f"c{n}" for n in range(5))
ACTOR = {"actor": "agent-2"}
PLACES: list[Place] = ["letter", "taken", "commit", "activity ends"]
CASES = {
    defect: [(f"C-{n}-{m}", PEOPLE[(n + m) % len(PEOPLE)]) for m in range(3)]
    for n, defect in enumerate(DEFECTS)
}
"""Each defect has three people, each person seven or eight defects."""


def _plan(*trouble: Disturbance, until: str = "deploy") -> Plan:
    """Planned, moved by an hour, one fix taken out, reminded of, and deployed or cancelled."""
    at = BEGAN + 2 * DAY + 20 * HOUR
    moved = {**ACTOR, "deploy_at": (at + HOUR).isoformat(), "reason": "later"}
    starts = [
        Step(timedelta(), defect, "DefectWorkflow", defect_start("S2", *map(_attached, cases)))
        for defect, cases in CASES.items()
    ]
    out = {**ACTOR, "defect": DEFECTS[0], "reason": "not ready"}
    steps = (
        *starts,
        Step(MINUTE, "REL-1", "ReleaseWorkflow", release_start(deploy_at=at.isoformat())),
        Step(2 * MINUTE, "REL-1", "attach_defects", {**ACTOR, "defects": list(DEFECTS)}),
        Step(62 * MINUTE, "REL-1", "reschedule", moved),
        Step(122 * MINUTE, "REL-1", "detach_defect", out),
        Step(DAY, "REL-1", until, _end(until)),
    )
    return Plan(0, BEGAN, steps, trouble)


def _attached(case: tuple[str, str]) -> dict[str, object]:
    return attachment(*case)


def _end(until: str) -> dict[str, object]:
    return {**ACTOR} if until == "deploy" else {**ACTOR, "reason": "no time"}


def _of(night: Night, event: str, person: str) -> list[Delivered]:
    return [
        letter
        for letter in night.outside.arrivals.letters
        if (letter.event, letter.recipient) == (event, f"{person}@example.org")
    ]


def _defects_of(person: str, *but: str) -> set[str]:
    on = {defect for defect, cases in CASES.items() if person in dict(cases).values()}
    return on - set(but)


@pytest.mark.parametrize("until", ["deploy", "cancel"])
def test_each_change_is_told_once_and_names_every_defect_with_its_cases(until: str) -> None:
    """R3, R4, R5: though defects decide by themselves, in whatever order."""
    night = play(_plan(until=until))

    assert judge(night).wrong == ()
    last = "defect.resolved" if until == "deploy" else "defect.release_withdrawn"
    for person in PEOPLE:
        all_of_theirs, but_one = _defects_of(person), _defects_of(person, DEFECTS[0])
        told = {
            "defect.release_scheduled": all_of_theirs,
            "defect.release_rescheduled": all_of_theirs,
            "defect.release_reminder": but_one,
            last: but_one,
        }
        for event, defects in told.items():
            *earlier, letter = _of(night, event, person)
            # Before a release is cancelled, one fix was taken out of it.
            taken_out = event == last == "defect.release_withdrawn" and but_one < all_of_theirs
            assert len(earlier) == taken_out
            assert all(f"- {d}" in letter.text or f"[{d}]" in letter.text for d in defects)
            cases = {c for d in defects for c, whose in CASES[d] if whose == person}
            assert all(case in letter.text for case in cases)


def test_who_is_on_one_defect_reads_of_no_other() -> None:
    """The fix that was taken out is told of to its three people alone, each by name."""
    night = play(_plan())
    for person in PEOPLE:
        withdrawn = _of(night, "defect.release_withdrawn", person)
        assert len(withdrawn) == (DEFECTS[0] in _defects_of(person))
        assert not any(other in x.text for x in withdrawn for other in DEFECTS[1:])


@pytest.mark.parametrize("seed", range(6))
def test_trouble_of_every_kind_makes_nobody_hear_it_twice_or_not_at_all(seed: int) -> None:
    """Whoever was about to send may die: another defect's message comes instead, the same id."""
    chance = Random(seed)
    kinds = [Fault.MAIL_DOWN, Fault.DATABASE_AWAY, Fault.SIGNALS_DOWN, Fault.NO_WORKER]
    hours = [minutes * MINUTE for minutes in (2, 62, 122, 21 * 60, 24 * 60)]
    lasting = [
        Disturbance(
            chance.choice(kinds), at + chance.random() * MINUTE, chance.random() * 40 * MINUTE
        )
        for at in hours
    ]
    once = [
        Disturbance(Fault.CRASH, at, place=place)
        for at in hours
        for place in chance.sample(PLACES, 2)
    ]
    night = play(_plan(*lasting, *once))

    assert judge(night).wrong == ()
    told = defaultdict[tuple[str, str], set[str]](set)
    for letter in night.outside.arrivals.letters:
        told[letter.event, letter.recipient].add(letter.message_id)
    for (event, recipient), ids in told.items():
        if event in {"defect.release_reminder", "defect.resolved"}:
            assert len(ids) == 1, (event, recipient)
