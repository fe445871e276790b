"""What whole lives come to, with their cases: averages over many, on the machines alone."""

from collections.abc import Iterable
from datetime import timedelta
from random import Random
from statistics import fmean
from typing import Any

from bench.alone import Alone, actions, events
from bench.lives import LIVES, MONDAY, Life
from bench.lives import TEMPLATE as NUMBER
from bench.population import LIVE, REOPEN_DAYS, Crowd
from bench.story import Stage
from domain.contract.defect import DefectStart
from domain.contract.parsing import parse
from domain.defect.lifecycle import Defect
from domain.policy import PinnedPolicy

_SPARE_DAYS = 40
"""Between the end of a life and the end of the story, for whatever closes late."""


def averages(crowd: Crowd, size: int) -> dict[str, Any]:
    """Actions, events, mails and workflows of a defect with its cases, by severity; `other` is a
    case that is no defect."""
    stage = Stage(crowd.week)
    found: dict[str, Any] = {}
    for severity, days in LIVE.items():
        lives: list[list[Alone]] = []
        for n in range(size):
            draw = Random(f"{crowd.seed}/whole/{severity}/{n}")
            age = days + REOPEN_DAYS + _SPARE_DAYS + draw.uniform(0, 300)
            lives.append(stage.family(crowd.defect(draw, f"DEF-{n:07}", severity, age)))
        found[severity] = _average(lives)
    others: list[list[Alone]] = []
    for n in range(size):
        draw = Random(f"{crowd.seed}/whole/case/{n}")
        came = crowd.week - timedelta(days=_SPARE_DAYS + draw.uniform(0, 300))
        others.append([stage.case(crowd.case(draw, f"CASE-{n:07}", came))])
    found["other"] = _average(others)
    return found


def _average(lives: Iterable[list[Alone]]) -> dict[str, float]:
    counted = [
        {
            "workflows": len(family),
            "actions": sum(actions(alone.notes) for alone in family),
            "events": sum(events(alone.notes) for alone in family),
            "mails": sum(note.mails for alone in family for note in alone.notes),
            "finished": sum(alone.finished for alone in family),
        }
        for family in lives
    ]
    return {what: round(fmean(each[what] for each in counted), 2) for what in counted[0]}


def lived(life: Life, policy: PinnedPolicy, until: timedelta | None = None) -> Alone:
    """A life of the bench on its machine alone, to its end or until then."""
    start = parse(DefectStart, life.start)
    defect, effects = Defect.open(NUMBER, start, policy, MONDAY, accepted=True)
    alone = Alone(defect, effects, MONDAY, people=lambda: len(defect.cases))
    for word in life.words:
        alone.say(parse(word.command, word.payload(MONDAY)), MONDAY + word.after)
    alone.until(MONDAY + (until or life.lasts))
    return alone


def turns_until_told(name: str, policy: PinnedPolicy) -> int:
    """Workflow tasks of a brief life up to where everybody knows it is resolved."""
    life = LIVES[name]
    last = max(word.after for word in life.words) + timedelta(hours=1)
    return sum(note.what == "turn" for note in lived(life, policy, last).notes)
