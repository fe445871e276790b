"""How a defect moves to another version of the policy: a deliberate, recorded act (T8)."""

from datetime import datetime

from pydantic import Field

from domain.contract.defect import AdoptPolicy
from domain.contract.parsing import InvalidCommand
from domain.defect import updates
from domain.defect.hold import spend_budget
from domain.defect.state import Defect
from domain.policy import PinnedPolicy


class AdoptPinnedPolicy(AdoptPolicy):
    """`adopt_policy` once the policy was looked up; callers do not send it."""

    # What was looked up is no part of what was said, by whose key a repeat is known.
    pinned: PinnedPolicy = Field(exclude=True)


def accept(_defect: Defect, _command: AdoptPolicy, _now: datetime) -> None:
    """T8: any defect may move; what is said is applied as soon as the policy was looked up."""


def adopt(defect: Defect, command: AdoptPinnedPolicy, now: datetime) -> None:
    """T8: from `now` on the new version holds; what was spent and told stays so."""
    before, policy = defect.policy, command.pinned
    if command.version not in {None, policy.version}:
        raise InvalidCommand("version", f"must be {policy.version}, which the workers have")
    defect.target.pause(defect.rules.target, defect.calendar, now)
    if policy.reading >= 2:
        _count_in_its_units(defect, policy)
    defect.policy = policy
    spend_budget(defect, now)
    if defect.updates.clock is not None and defect.rules.updates is not None:
        defect.updates.clock = defect.updates.clock.under(
            defect.rules.updates, defect.calendar, now
        )
    elif defect.active:
        updates.restart(defect, now, None)
    defect.record(
        "policy.adopted", now, before=before.version, version=policy.version, actor=command.actor
    )


def _count_in_its_units(defect: Defect, policy: PinnedPolicy) -> None:
    for severity, rules in policy.severities.items():
        before = defect.policy.severities[severity].target
        if before is not None and rules.target is not None and before.unit != rules.target.unit:
            calendar = defect.policy.calendar_of(severity)
            defect.target.recount(severity, before, rules.target, calendar)
