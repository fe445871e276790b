"""What one seed stands for: who begins, what is said, and what goes wrong.

More was added later, and is in `draw.py`.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from domain.policy import AcknowledgeRules
from simulation.nights.faults import Disturbance, Fault, Place

FIRST = datetime(2027, 3, 1, 6, tzinfo=UTC)
ACTIVE = timedelta(hours=26)
"""In which things are said and go wrong: more than a day, so that a daily update is among it."""
RECOVERY = timedelta(hours=2, seconds=30)
"""A lane that rested tries again within half an hour, and the lanes that wait for it after it.

Calls and releases are hours after the beginning: what falls due at the last hour has its seconds.
"""
LISTEN, LEAVE = "a receiver of webhooks is added", "a receiver of webhooks is removed"
PEOPLE = ("ada", "ben", "cem", "dia", "eva", "fay", "gus", "hal")
DEFECTS, CASES, RELEASES = ("DEF-1", "DEF-2"), ("CASE-1", "CASE-2"), ("REL-1",)
AREAS = ("ledger", "payroll")
INTERNAL = "the cache forgets half of it"
_PUBLIC = ("We found where it comes from.", "A first correction is under test.", "We go on.")
_ONCE: dict[Fault, tuple[Place, ...]] = {
    Fault.CRASH: (
        *("activity begins", "activity ends", "letter", "taken", "transaction", "commit"),
        *("page", "posted", "signal", "heard", "task"),
    ),
    Fault.MAIL_BREAKS: ("taken",),
    Fault.STALL: ("letter",),
    Fault.ROLLED_BACK: ("commit",),
    Fault.COMMIT_UNHEARD: ("commit",),
    Fault.SIGNAL_UNHEARD: ("signal",),
    Fault.RESULT_LOST: ("activity ends",),
    Fault.LEFT_BEHIND: ("activity ends",),
}
_LASTING = (
    Fault.MAIL_DOWN,
    Fault.MAIL_LATER,
    Fault.MAIL_REFUSES,
    Fault.SLOW,
    Fault.PAGE_DOWN,
    Fault.PAGE_REFUSES,
    Fault.PAGE_BREAKS,
    Fault.DATABASE_AWAY,
    Fault.SIGNALS_DOWN,
    Fault.NO_WORKER,
)
_AIMED = (Fault.LEAVE, Fault.CANCEL, Fault.RESET, Fault.EVICTED)
WEIGHTS = {
    Fault.CRASH: 10,
    Fault.MAIL_DOWN: 3,
    Fault.DATABASE_AWAY: 3,
    Fault.LEAVE: 4,
    Fault.EVICTED: 3,
    Fault.RESULT_LOST: 3,
    Fault.LEFT_BEHIND: 3,
    Fault.STALL: 2,
}
"""How often each is drawn, where it is not once."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that somebody does: a start, an update or a signal."""

    at: timedelta
    number: str
    name: str
    """Of the workflow that is started, or of the message; or `LISTEN` or `LEAVE`."""
    payload: dict[str, Any] = field(hash=False)
    signal: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """One night. Nothing of it depends on anything else of it, so that it can be made shorter."""

    seed: int
    began: datetime
    steps: tuple[Step, ...]
    disturbances: tuple[Disturbance, ...]
    asks: AcknowledgeRules | None = None
    """Which notices staff acknowledge; the rest of the policy is the published one."""

    @property
    def is_reset(self) -> bool:
        """Whether a part of what happened is taken back: then the log does not tell all."""
        return any(d.fault is Fault.RESET for d in self.disturbances)

    @property
    def patience(self) -> timedelta:
        """How long anything may be held up, should one outage follow the other."""
        return sum((d.lasts for d in self.disturbances), RECOVERY)

    @property
    def until(self) -> datetime:
        """When it is over, and everything that was owed has come."""
        return self.began + ACTIVE + self.patience

    def without(self, parts: set[int]) -> "Plan":
        """The same night without some of its steps and disturbances, counted together."""
        kept = [part for n, part in enumerate(self.parts) if n not in parts]
        return replace(
            self,
            steps=tuple(part for part in kept if isinstance(part, Step)),
            disturbances=tuple(part for part in kept if isinstance(part, Disturbance)),
        )

    @property
    def parts(self) -> tuple[Step | Disturbance, ...]:
        """Everything that can be left out."""
        return (*self.steps, *self.disturbances)


def draw_first(seed: int) -> Plan:
    """The first part of the night of a seed: cases, defects, a release."""
    chance = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    began = FIRST + timedelta(days=chance.randrange(14), minutes=chance.randrange(1440))
    steps = sorted(_steps(chance, began), key=lambda step: step.at)
    disturbances = sorted(_disturbances(chance), key=lambda d: d.at)
    return Plan(seed, began, tuple(steps), tuple(disturbances))


# --- what goes wrong ------------------------------------------------------------------------------


def _disturbances(chance: Random) -> list[Disturbance]:
    faults = [*_ONCE, *_LASTING, *_AIMED]
    if chance.random() < 0.8:  # A reset takes back what the log says: most nights go without.
        faults.remove(Fault.RESET)
    weights = [WEIGHTS.get(fault, 1) for fault in faults]
    drawn = chance.choices(faults, weights, k=chance.choice((1, 2, 3, 4, 6, 8)))
    return [_disturbance(chance, fault) for fault in drawn]


def _disturbance(chance: Random, fault: Fault) -> Disturbance:
    at = a_moment(chance)
    if fault in _ONCE:
        place, nth = chance.choice(_ONCE[fault]), chance.choice((1, 1, 1, 2, 3, 5, 8))
        return Disturbance(fault, at, place=place, nth=nth)
    if fault in _LASTING:
        lasts = timedelta(minutes=chance.choice((1, 4, 12, 35, 35, 90)))
        whom = f"{chance.choice(PEOPLE)}@client.example" if fault is Fault.MAIL_REFUSES else None
        return Disturbance(fault, at, lasts, whom=whom)
    whom = chance.choice((*DEFECTS, *DEFECTS, *CASES, *RELEASES))
    return Disturbance(fault, at, whom=whom, share=chance.random() ** 2)


def a_moment(chance: Random) -> timedelta:
    """Mostly in the first hours, when most is said."""
    hours = chance.choice((0.2, 1.0, 6.0, 26.0))
    return timedelta(seconds=round(chance.random() * hours * 3600))


# --- what is said ---------------------------------------------------------------------------------


def _steps(chance: Random, began: datetime) -> list[Step]:
    steps = [_defect(chance, DEFECTS[0], timedelta())]
    with_second = chance.random() < 0.35
    with_release = chance.random() < 0.35
    cases = CASES[: chance.choice((0, 0, 1, 1, 2))]
    if with_second:
        steps.append(_defect(chance, DEFECTS[1], timedelta(minutes=chance.randrange(60))))
    defects = DEFECTS[: 1 + with_second]
    for case in cases:
        steps += _case(chance, case, began)
    if with_release:
        steps += _release(chance, began, defects)
    said = chance.choice((2, 4, 6, 9))
    steps += [_said_to_defect(chance, defects, n, began) for n in range(said)]
    return steps


def _person(chance: Random, case: str) -> dict[str, Any]:
    name = chance.choice(PEOPLE)
    return {
        "case": case,
        "client": f"client-{name[0] in 'abcd'}",
        "contact": {"email": f"{name}@client.example", "language": chance.choice(("en", "de"))},
    }


def _defect(chance: Random, number: str, at: timedelta) -> Step:
    people = chance.choice((0, 1, 2, 3, 5))
    return Step(
        at,
        number,
        "DefectWorkflow",
        {
            "actor": "agent-1",
            "severity": chance.choice(("S1", "S1", "S1", "S2", "S3", "S4")),
            "title": "Totals differ",
            "functional_area": chance.choice(AREAS),
            "internal_description": INTERNAL,
            "cases": [_person(chance, f"CRM-{number[-1]}{n}") for n in range(people)],
        },
    )


def _said_to_defect(chance: Random, defects: tuple[str, ...], place: int, began: datetime) -> Step:
    number, at = chance.choice(defects), a_moment(chance)
    case = f"CRM-{number[-1]}{chance.randrange(6)}"
    text, actor = chance.choice(_PUBLIC), {"actor": "agent-1", "key": f"said-{place}"}
    later = (began + at + timedelta(hours=chance.randrange(1, 60))).isoformat()
    other = DEFECTS[1] if number == DEFECTS[0] else DEFECTS[0]
    severity = chance.choice(("S1", "S2", "S3"))
    name, payload = chance.choice(
        (
            ("attach_case", _person(chance, case)),
            ("attach_case", _person(chance, case)),
            ("detach_case", {"case": case, "reason": INTERNAL}),
            ("post_progress", {"public_text": text}),
            ("post_progress", {"public_text": text, "stage": "fixing"}),
            ("post_progress", {"internal_note": INTERNAL}),
            ("offer_workaround", {"description": text, "effort": "easy"}),
            ("change_severity", {"severity": severity, "reason": INTERNAL}),
            ("schedule_release", {"release": "REL-9", "deploy_at": later}),
            ("withdraw_release", {"release": "REL-9", "reason": INTERNAL}),
            ("hold", {"reason": INTERNAL}),
            ("resume", {}),
            ("wait_for_client", {"case": case}),
            ("stop_waiting", {"case": case}),
            (
                "request_reclassification",
                {"client": "client-True", "severity": severity, "justification": INTERNAL},
            ),
            ("decide_reclassification", {"approve": True, "reason": text}),
            ("resolve", {"resolution": INTERNAL}),
            ("reopen", {"reason": INTERNAL}),
            ("merge_into", {"defect": other, "reason": INTERNAL}),
            ("undo_merge", {"reason": INTERNAL}),
            ("correct_contact", _correction(chance, case)),
            ("retry_deliveries", {}),
        )
    )
    signals = {"change_severity", "schedule_release", "withdraw_release", "wait_for_client"}
    signal = name in signals and chance.random() < 0.4
    return Step(at, number, name, actor | payload, signal)


def _correction(chance: Random, case: str) -> dict[str, Any]:
    contact = {"email": f"{chance.choice(PEOPLE)}@client.example"}
    return {"case": case, "contact": contact, "reason": INTERNAL}


def _case(chance: Random, number: str, began: datetime) -> list[Step]:
    at, person = a_moment(chance), _person(chance, number)
    start = {
        "client": person["client"],
        "contact": person["contact"],
        "channel": chance.choice(("portal", "email", "phone")),
        "subject": "Totals differ",
        "description": "The sums are not right.",
        "priority": chance.choice(("normal", "critical")),
    }
    steps = [Step(at, number, "CaseWorkflow", start)]
    new = {"severity": chance.choice(("S1", "S2", "S3")), "title": "Sums", "functional_area": "x"}
    call = (began + timedelta(hours=chance.randrange(60))).isoformat()
    choices: list[tuple[str, dict[str, Any]]] = [
        ("respond", {"message": "We look into it."}),
        ("request_information", {"items": ["steps"]}),
        ("provide_information", {"steps": "Open, and look."}),
        ("confirm_defect", {"defect": chance.choice(DEFECTS)}),
        ("confirm_defect", new),
        ("book_call", {"at": call, "minutes": 30}),
        ("correct_contact", {k: v for k, v in _correction(chance, "").items() if k != "case"}),
        ("assess_critical", {"justified": True, "reason": INTERNAL}),
        ("answer", {"message": "It works as it should."}),
    ]
    for place in range(chance.choice((1, 2, 4))):
        name, payload = chance.choice(choices)
        keyed = {"actor": "agent-1", "key": f"case-{place}"} | payload
        at += timedelta(minutes=chance.choice((1, 10, 120)))
        steps.append(Step(at, number, name, keyed))
    return steps


def _release(chance: Random, began: datetime, defects: tuple[str, ...]) -> list[Step]:
    number, at = RELEASES[0], a_moment(chance)
    deploy_at = began + at + timedelta(hours=chance.choice((3, 20, 60, 200)))
    kind = chance.choice(("major", "maintenance", "hotfix"))
    start = {
        "actor": "agent-2",
        "kind": kind,
        "title": "Spring",
        "deploy_at": deploy_at.isoformat(),
    }
    steps = [Step(at, number, "ReleaseWorkflow", start)]
    moved = (deploy_at + timedelta(hours=chance.choice((1, 30)))).isoformat()
    for place in range(chance.choice((1, 2, 4))):
        name, payload = chance.choice(
            (
                ("attach_defects", {"defects": list(defects)}),
                ("attach_defect", {"defect": chance.choice(DEFECTS)}),
                ("detach_defect", {"defect": chance.choice(DEFECTS), "reason": INTERNAL}),
                ("reschedule", {"deploy_at": moved, "reason": INTERNAL}),
                ("announce", {}),
                ("deploy", {}),
                ("cancel", {"reason": INTERNAL}),
                ("retry_deliveries", {}),
            )
        )
        at += timedelta(minutes=chance.choice((0, 5, 100)))
        steps.append(Step(at, number, name, {"actor": "agent-2", "key": f"rel-{place}"} | payload))
    return steps
