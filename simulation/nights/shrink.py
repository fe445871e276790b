"""Makes a night that fails as short as it can be while it still fails."""

import re
from dataclasses import dataclass

from simulation.nights.judge import Verdict, judge
from simulation.nights.night import play
from simulation.nights.plan import Plan

_VARIES = re.compile(r"\d[\d.:+TZ-]*")


@dataclass(frozen=True, slots=True)
class Failure:
    """A night on which something was wrong, made short."""

    plan: Plan
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        parts = [f"  {part}" for part in self.plan.parts]
        return "\n".join([f"Seed {self.plan.seed}, {self.plan.began}", *parts, *self.wrong])


def verdict(plan: Plan) -> Verdict:
    """Play a night and judge it; one that cannot be played to its end is wrong too."""
    try:
        return judge(play(plan))
    except Exception as error:  # noqa: BLE001 - a bug of whatever kind is what nights look for
        return Verdict((f"{type(error).__name__}: {error}",), letters=0, twice_unavoidably=0)


def shrunk(plan: Plan) -> Failure:
    """The shortest night found that fails as this one does: delta debugging over its parts.

    Raises:
        ValueError: this one does not fail.
    """
    wrong = verdict(plan).wrong
    if not wrong:
        raise ValueError(f"nothing is wrong with the night of seed {plan.seed}")
    kind, size = _kind(wrong), max(1, len(plan.parts) // 2)
    while True:
        shorter = _shorter(plan, size, kind)
        if shorter is not None:
            plan, wrong = shorter.plan, shorter.wrong
        elif size == 1:
            return Failure(plan, wrong)
        else:
            size = max(1, size // 2)


def _shorter(plan: Plan, size: int, kind: str) -> Failure | None:
    """The night without one run of `size` of its parts, if it still fails alike without one."""
    for start in range(0, len(plan.parts), size):
        tried = plan.without(set(range(start, start + size)))
        wrong = verdict(tried).wrong
        if wrong and _kind(wrong) == kind:
            return Failure(tried, wrong)
    return None


def _kind(wrong: tuple[str, ...]) -> str:
    """What is wrong, whenever and with whichever number."""
    return _VARIES.sub("#", wrong[0])[:60]
