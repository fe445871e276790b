"""Draws a night: its first part, and what came to be drawn later by chances of their own.

So what a seed drew before stays as it was, and a night that failed once can be played again.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random

from domain.contract.events import Reminder, Role, StaffEvent
from domain.policy import AcknowledgeRules, RepeatRules
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


_ASKED = (
    *(StaffEvent.DEFECT_URGENT, StaffEvent.CASE_FIRST_RESPONSE_MISSED),
    *(StaffEvent.DEFECT_ESCALATED, StaffEvent.DEFECT_TARGET_MISSED),
    *(StaffEvent.DEFECT_UPDATE_NEEDED, StaffEvent.DEFECT_RELEASE_OVERDUE),
    *(StaffEvent.RECLASSIFICATION_REQUESTED, StaffEvent.DEFECT_RAISED),
)
_UP: tuple[dict[Role, Role], ...] = (
    {},
    {Role.ENGINEERING: Role.ENGINEERING_MANAGER},
    {Role.ENGINEERING: Role.ENGINEERING_MANAGER, Role.ENGINEERING_MANAGER: Role.COO},
    {Role.SUPPORT_MANAGER: Role.COO, Role.CLIENT_SUCCESS: Role.SUPPORT_MANAGER},
)
_REMINDERS = {
    "CaseWorkflow": (Reminder.CALL, Reminder.CLIENT_WROTE),
    "DefectWorkflow": (Reminder.UPDATE_NEEDED, Reminder.RELEASE_OVERDUE, Reminder.RECLASSIFICATION),
    "ReleaseWorkflow": (Reminder.RELEASE_OVERDUE,),
}

PARTS = 4
"""What came to be drawn later is a part of its own: a seed goes on to stand for what it did."""


def draw(seed: int, *, parts: int = PARTS) -> Plan:
    """The night of a seed, or the first of its parts: as many as there were at some time."""
    plan = draw_first(seed)
    if parts > 1:
        plan = _with_more(plan, Random(f"{seed}/more"))  # noqa: S311 - to be repeated
    if parts > 2:
        plan = _with_webhooks(plan, Random(f"{seed}/webhooks"))  # noqa: S311 - the same
    if parts > 3:
        plan = _with_staff(plan, Random(f"{seed}/staff"))  # noqa: S311 - the same
    return plan


def _with_more(plan: Plan, chance: Random) -> Plan:
    said = [step for case in CASES for step in _said_to_case(chance, case, plan)]
    work = _work(chance)
    heard, trouble = _receivers(chance)
    return _joined(plan, (*said, *work, *heard), trouble)


def _with_webhooks(plan: Plan, chance: Random) -> Plan:
    """Most nights have a receiver, and what goes wrong there is as usual as all else."""
    listening = [step.number for step in plan.steps if step.name == LISTEN]
    added = [] if listening else [*RECEIVERS[: chance.choice((0, 1, 1, 1, 2))]]
    heard = [_listen(chance, url) for url in added]
    trouble = [
        chance.choice((_failing, _struck, _struck, _aimed))(chance, url)
        for url in (*listening, *added)
        for _ in range(chance.choice((0, 1, 1, 2, 3)))
    ]
    return _joined(plan, heard, trouble)


def _with_staff(plan: Plan, chance: Random) -> Plan:
    """On half of the nights urgent notices are acknowledged, or nobody does; on most somebody puts
    reminders off."""
    said = [
        step
        for begins in plan.steps
        if begins.name in _REMINDERS
        for step in (*_acknowledged(chance, begins), *_put_off(chance, begins, plan))
    ]
    asks = _asking(chance) if chance.random() < 0.5 else None
    return replace(_joined(plan, said, ()), asks=asks)


def _asking(chance: Random) -> AcknowledgeRules:
    everybody = [role for role in Role if role is not Role.COO or chance.random() < 0.5]
    return AcknowledgeRules(
        events=sorted(chance.sample(_ASKED, chance.choice((2, 5, 8)))),
        roles=everybody,
        repeat=RepeatRules(
            every_minutes=chance.choice((10, 30, 55)), at_most=chance.choice((0, 1, 2, 5))
        ),
        goes_up=chance.choice(_UP),
    )


def _acknowledged(chance: Random, begins: Step) -> Iterator[Step]:
    for place in range(chance.choice((0, 0, 1, 1, 3))):
        at = begins.at + a_moment(chance)
        yield Step(at, begins.number, "acknowledge", {"actor": "agent-5", "key": f"seen-{place}"})


def _put_off(chance: Random, begins: Step, plan: Plan) -> Iterator[Step]:
    """Whenever, and near the end: by then an update without a text was sent, or a release is due
    of which there is no word."""
    for place in range(chance.choice((0, 1, 2, 4))):
        late = timedelta(hours=24, seconds=chance.randrange(7_200))
        at = chance.choice((begins.at + a_moment(chance), late))
        until = plan.began + at + timedelta(minutes=chance.choice((10, 40, 100, 900)))
        said = {
            "actor": "agent-6",
            "key": f"off-{place}",
            "reminder": chance.choice(_REMINDERS[begins.name]),
            "until": until.isoformat(),
        }
        yield Step(at, begins.number, "snooze", said)


def _joined(plan: Plan, said: Iterable[Step], trouble: Iterable[Disturbance]) -> Plan:
    steps = sorted((*plan.steps, *said), key=lambda step: step.at)
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
        steps.append(_listen(chance, url))
        if chance.random() < 0.25:
            at = steps[-1].at + a_moment(chance)
            steps.append(Step(at, url, LEAVE, {"url": url}))
        if chance.random() < 0.4:
            trouble.append(_failing(chance, url))
        if chance.random() < 0.4:
            trouble.append(_struck(chance, url))
        if chance.random() < 0.3:
            trouble.append(_aimed(chance, url))
    return steps, trouble


def _listen(chance: Random, url: str) -> Step:
    at = chance.choice((timedelta(), a_moment(chance)))
    return Step(at, url, LISTEN, {"url": url, "events": chance.choice(WANTED)})


def _failing(chance: Random, url: str) -> Disturbance:
    lasts = timedelta(minutes=chance.choice((1, 4, 12, 30)))
    return Disturbance(chance.choice(_LASTING), a_moment(chance), lasts, whom=url)


def _struck(chance: Random, url: str) -> Disturbance:
    nth, at = chance.choice((1, 1, 2, 5)), a_moment(chance)
    return replace(chance.choice(_ONCE), at=at, nth=nth, whom=url)


def _aimed(chance: Random, url: str) -> Disturbance:
    """At the workflow of a receiver."""
    whom = workflow_id(receiver_id(url))
    return Disturbance(chance.choice(_AIMED), a_moment(chance), whom=whom)
