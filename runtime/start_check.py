"""Judges a start before it is made: one that its workflow refuses uses the number up."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from domain.addresses import refuse_unusable_addresses
from domain.area_work import AREA_WORK
from domain.case import CASE
from domain.contract.parsing import InvalidCommand, parse, refuse_kept
from domain.contract.values import Start
from domain.defect import DEFECT
from domain.entity import Behaviour
from domain.policy import PinnedPolicy, Policy
from domain.promise_guard.edge import refuse_promises
from domain.release import RELEASE

_BEHAVIOURS: Mapping[str, Behaviour[Any]] = {
    "CaseWorkflow": CASE,
    "DefectWorkflow": DEFECT,
    "ReleaseWorkflow": RELEASE,
    "AreaWorkWorkflow": AREA_WORK,
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

        Beyond the payload's form: promises of time (D7), addresses that take no mail, a past that
        is not in order, a number that is kept for other workflows.

        Raises:
            InvalidCommand: naming the first field that is wrong and what would be right.
        """
        behaviour = _BEHAVIOURS[workflow]
        start = parse(behaviour.start, payload)
        refuse_kept("number", number or "", workflow)
        refuse_unusable_addresses(start)
        policy = self.policy(start.policy, now.year)
        behaviour.begin(number or "unnumbered", start, policy, now)
        refuse_promises(start, policy.calendar.local_date(now), policy.next_update_within)
        return start

    def policy(self, name: str, year: int) -> PinnedPolicy:
        """The policy of a name as it would be pinned in that year.

        Raises:
            InvalidCommand: there is none.
        """
        key = name, year
        if key not in self._pinned:
            try:
                self._pinned[key] = self._policies.load(name, year).pinned()
            except LookupError as error:
                raise InvalidCommand("policy", str(error)) from None
        return self._pinned[key]
