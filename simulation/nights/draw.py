"""Draws a night: its first part, and what came to be drawn later by a chance of its own.

So what a seed drew before stays as it was, and a night that failed once can be played again.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from domain.webhooks.events import receiver_id
from domain.webhooks.receiver import workflow_id
from simulation.nights.faults import Disturbance, Fault
from simulation.nights.plan import (
    AREAS,
    CASES,
    INTERNAL,
    LEAVE,
    LISTEN,
    Plan,
    Step,
    a_moment,
    draw_first,
)

RECEIVERS = ("https://one.example/hook", "https://two.example/hook")
WANTED = (["*"], ["*"], ["*"], ["defect.*"], ["case.*", "release.*"])
_LASTING = (
    *(Fault.RECEIVER_DOWN, Fault.RECEIVER_LATER),
    *(Fault.RECEIVER_REFUSES, Fault.RECEIVER_REFUSES, Fault.RECEIVER_REFUSES),
)
_ONCE = (
    Disturbance(Fault.RECEIVER_GONE, timedelta(), place="webhook"),
    Disturbance(Fault.CRASH, timedelta(), place="webhook"),
    Disturbance(Fault.CRASH, timedelta(), place="webhook taken"),
    Disturbance(Fault.RECEIVER_BREAKS, timedelta(), place="webhook taken"),
)
_AIMED = (Fault.LEAVE, Fault.CANCEL, Fault.EVICTED)


def draw(seed: int, *, whole: bool = True) -> Plan:
    """The night of a seed; where it is not to be `whole`, its first part only."""
    plan = draw_first(seed)
    if not whole:
        return plan
    chance = Random(f"{seed}/more")  # noqa: S311 - to be repeated, not to be secret
    said = [step for case in CASES for step in _said_to_case(chance, case, plan)]
    work = _work(chance)
    heard, trouble = _receivers(chance)
    steps = sorted((*plan.steps, *said, *work, *heard), key=lambda step: step.at)
    disturbances = sorted((*plan.disturbances, *trouble), key=lambda d: d.at)
    return replace(plan, steps=tuple(steps), disturbances=tuple(disturbances))


def _said_to_case(chance: Random, number: str, plan: Plan) -> list[Step]:
    begins = (s.at for s in plan.steps if s.number == number and s.name == "CaseWorkflow")
    at = next(begins, None)
    if at is None or chance.random() < 0.3:
        return []
    said = []
    for place in range(chance.choice((1, 2, 3))):
        name, payload = chance.choice(
            (
                ("respond", {"message": "We look into it."}),
                ("request_information", {"items": ["steps", "a picture"]}),
                ("provide_information", {"note": "It began on the second page."}),
                ("provide_information", {"who_am_i": "Site 2", "feature": "Sums"}),
                ("assess_critical", {"justified": False, "reason": INTERNAL}),
                ("cancel_call", {"reason": INTERNAL}),
                ("close", {"reason": INTERNAL}),
            )
        )
        at += timedelta(minutes=chance.choice((3, 50, 400)))
        keyed = {"actor": "agent-3", "key": f"more-{place}"} | payload
        said.append(Step(at, number, name, keyed))
    return said


def _work(chance: Random) -> Iterator[Step]:
    """Work begins in an area, and defects are reviewed."""
    if chance.random() < 0.25:
        begins = {"actor": "agent-4", "functional_area": chance.choice(AREAS), "note": INTERNAL}
        yield Step(a_moment(chance), "AREA-1", "AreaWorkWorkflow", begins)
    for number in ("REVIEW-1", "REVIEW-2")[: chance.choice((0, 0, 0, 1, 2))]:
        yield Step(a_moment(chance), number, "ImpactReviewWorkflow", {})


def _receivers(chance: Random) -> tuple[list[Step], list[Disturbance]]:
    """Who listens, until when, and what goes wrong there: on a quarter of the nights, since every
    message costs a round.

    No trouble of theirs lasts longer than half an hour: the pauses between tries grow to days.
    """
    steps, trouble = list[Step](), list[Disturbance]()
    for url in RECEIVERS[: chance.choice((0, 0, 0, 0, 0, 0, 1, 2))]:
        at = chance.choice((timedelta(), a_moment(chance)))
        steps.append(Step(at, url, LISTEN, {"url": url, "events": chance.choice(WANTED)}))
        if chance.random() < 0.25:
            at += a_moment(chance)
            steps.append(Step(at, url, LEAVE, {"url": url}))
        if chance.random() < 0.4:
            lasts = timedelta(minutes=chance.choice((1, 4, 12, 30)))
            trouble.append(Disturbance(chance.choice(_LASTING), a_moment(chance), lasts, whom=url))
        if chance.random() < 0.4:
            nth, at = chance.choice((1, 1, 2, 5)), a_moment(chance)
            trouble.append(replace(chance.choice(_ONCE), at=at, nth=nth, whom=url))
        if chance.random() < 0.3:
            whom = workflow_id(receiver_id(url))
            trouble.append(Disturbance(chance.choice(_AIMED), a_moment(chance), whom=whom))
    return steps, trouble
