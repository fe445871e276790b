"""What a workflow would refuse is refused before it is started, in the same words."""

from datetime import timedelta
from typing import Any

import pytest

from activities.adapters.policy_files import PolicyFiles
from domain.contract.parsing import InvalidCommand
from runtime.start_check import StartCheck
from tests.domain.builders import FRIDAY, case_start, defect_start, release_start

CHECK = StartCheck(PolicyFiles())


@pytest.mark.parametrize(
    ("workflow", "payload"),
    [
        ("CaseWorkflow", case_start()),
        ("DefectWorkflow", defect_start("S3")),
        ("ReleaseWorkflow", release_start(deploy_at=(FRIDAY + timedelta(days=9)).isoformat())),
        ("AreaWorkWorkflow", {"actor": "lead-1", "functional_area": "login"}),
    ],
)
def test_a_sound_start_is_answered_as_a_message(workflow: str, payload: dict[str, Any]) -> None:
    """With or without a number, since the next one is not known before."""
    assert CHECK.check(workflow, None, payload, FRIDAY) == CHECK.check(
        workflow, "X-1", payload, FRIDAY
    )


@pytest.mark.parametrize(
    ("workflow", "payload", "field"),
    [
        ("CaseWorkflow", case_start(channel="pigeon"), "channel"),
        ("CaseWorkflow", case_start(policy="none"), "policy"),
        ("CaseWorkflow", case_start(contact={"email": "ada@ℂ.example"}), "contact.email"),
        ("DefectWorkflow", defect_start("S3", public_summary="Fixed by Friday"), "public_summary"),
        ("ReleaseWorkflow", release_start(deploy_at=FRIDAY.isoformat()), "deploy_at"),
        ("AreaWorkWorkflow", [], "payload"),
    ],
)
def test_what_would_be_refused_is_named(workflow: str, payload: Any, field: str) -> None:
    """The form of the payload, its policy, and what the entity itself says of it."""
    with pytest.raises(InvalidCommand) as refused:
        CHECK.check(workflow, None, payload, FRIDAY)

    assert refused.value.field == field
