"""Judges a start before it is made: one that its workflow refuses uses the number up."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from domain.area_work import AreaWork
from domain.case.lifecycle import Case
from domain.contract.case import CaseStart
from domain.contract.defect import DefectStart
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.release import AreaWorkStart, ReleaseStart
from domain.defect.lifecycle import Defect
from domain.policy import PinnedPolicy, Policy
from domain.release.lifecycle import Release

Start = CaseStart | DefectStart | ReleaseStart | AreaWorkStart

_STARTS: Mapping[str, tuple[type[Start], Callable[..., object]]] = {
    "CaseWorkflow": (CaseStart, Case.open),
    "DefectWorkflow": (DefectStart, Defect.open),
    "ReleaseWorkflow": (ReleaseStart, Release.open),
    "AreaWorkWorkflow": (AreaWorkStart, AreaWork.open),
}


class Policies(Protocol):
    """The policies that are installed where a start is judged."""

    def load(self, name: str, year: int) -> Policy:
        """The policy of a name. Raises LookupError where there is none."""


class StartCheck:
    """Judges starts by the policies they name, each of which is pinned once."""

    def __init__(self, policies: Policies) -> None:
        self._policies = policies
        self._pinned: dict[tuple[str, int], PinnedPolicy] = {}

    def check(self, workflow: str, number: str | None, payload: object, now: datetime) -> Start:
        """The payload as a message that the workflow would begin with at `now`.

        Raises:
            InvalidCommand: naming the first field that is wrong and what would be right.
        """
        start = parse(_STARTS[workflow][0], payload)
        check_start(workflow, number, start, self._policy(start.policy, now.year), now)
        return start

    def _policy(self, name: str, year: int) -> PinnedPolicy:
        key = name, year
        if key not in self._pinned:
            try:
                self._pinned[key] = self._policies.load(name, year).pinned()
            except LookupError as error:
                raise InvalidCommand("policy", str(error)) from None
        return self._pinned[key]


def check_start(
    workflow: str, number: str | None, start: Start, policy: PinnedPolicy, now: datetime
) -> None:
    """Let the entity itself say what it refuses beyond the payload's form: promises, a past.

    Raises:
        InvalidCommand: naming the field and what would be right.
    """
    _, opens = _STARTS[workflow]
    opens(number or "unnumbered", start, policy, now)
