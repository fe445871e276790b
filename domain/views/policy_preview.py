"""Says what adopting a policy would do to a defect: what is due before and after, on a copy."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from domain.contract.events import Role
from domain.contract.values import Instant, Message
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.defect.state import Defect
from domain.policy import PinnedPolicy
from domain.runner import Runner
from domain.views.preview import due_instants, moves

CLIENTS = "clients"


class PreviewPolicy(Message):
    """Which policy to try, and the instant at which it would be adopted."""

    policy: PinnedPolicy
    """What would be pinned."""
    at: Instant
    """When; a workflow that sleeps knows no later instant than that of its last task."""


_HEARD_BY: Mapping[str, str] = {
    "status update to clients": CLIENTS,
    "release reminder": CLIENTS,
    "release overdue": Role.ENGINEERING,
    "reclassification undecided": Role.CLIENT_SUCCESS,
}
"""Who hears of what time brings, beside the steps of an escalation."""


def preview(runner: Runner[Defect], asked: PreviewPolicy, now: datetime) -> dict[str, Any]:
    """Whether the policy differs from the pinned one, and every due instant that would move."""
    at = max(asked.at, now)
    copy = Runner(runner.behaviour, deepcopy(runner.entity))
    copy.tick(at, start=False)
    before = due_instants(copy) | _steps(copy.entity)
    copy.apply(
        AdoptPinnedPolicy(actor="preview", policy=asked.policy.name, pinned=asked.policy), at
    )
    after = due_instants(copy) | _steps(copy.entity)
    return {
        "number": runner.entity.number,
        "severity": copy.entity.severity.value,
        "policy": runner.entity.policy_version.model_dump(),
        "differs": runner.entity.policy != asked.policy,
        "moves": [
            {**move.model_dump(mode="json"), "to": _heard_by(move.what, copy.entity)}
            for move in moves(before, after)
        ],
    }


def _steps(defect: Defect) -> dict[str, datetime]:
    """The steps that are to come, each by its event and role; the same again with a number."""
    rules, clock, steps = defect.rules, defect.target, dict[str, datetime]()
    if not defect.has_target or rules.target is None:
        return steps
    for step in sorted(rules.rungs, key=lambda step: step.share):
        at = clock.due_at(defect.severity, rules.target, defect.calendar, step.share)
        if at is not None and clock.step_key(defect.severity, step) not in clock.fired:
            what = f"{step.event} to {step.role}"
            again = sum(1 for known in steps if known.partition(" (")[0] == what)
            steps[f"{what} ({again + 1})" if again else what] = at
    return steps


def _heard_by(what: str, defect: Defect) -> str | None:
    """Clients or a role; None for what nobody is sent."""
    if known := _HEARD_BY.get(what):
        return str(known)
    role = what.partition(" (")[0].rpartition(" to ")[2]
    waiting = (each.notice.role for each in defect.postponed if each.notice.kind == what)
    return role if role in set(Role) else next(map(str, waiting), None)
