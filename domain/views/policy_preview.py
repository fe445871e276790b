"""Says what adopting a policy would do to a defect: what is due before and after, on a copy."""

from copy import deepcopy
from datetime import datetime
from typing import Any

from domain.contract.values import Instant, Message
from domain.defect.policy_change import AdoptPinnedPolicy
from domain.defect.state import Defect
from domain.policy import PinnedPolicy
from domain.runner import Runner
from domain.views.preview import due_instants, moves


class PreviewPolicy(Message):
    """Which policy to try, and the instant at which it would be adopted."""

    policy: PinnedPolicy
    """What would be pinned."""
    at: Instant
    """When; a workflow that sleeps knows no later instant than that of its last task."""


def preview(runner: Runner[Defect], asked: PreviewPolicy, now: datetime) -> dict[str, Any]:
    """Whether the policy differs from the pinned one, and every due instant that would move."""
    at = max(asked.at, now)
    copy = Runner(runner.behaviour, deepcopy(runner.entity))
    copy.tick(at, start=False)
    before = due_instants(copy)
    copy.apply(
        AdoptPinnedPolicy(actor="preview", policy=asked.policy.name, pinned=asked.policy), at
    )
    return {
        "number": runner.entity.number,
        "policy": runner.entity.policy_version.model_dump(),
        "differs": runner.entity.policy != asked.policy,
        "moves": [move.model_dump(mode="json") for move in moves(before, due_instants(copy))],
    }
