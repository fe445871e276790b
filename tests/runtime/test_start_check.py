"""What a workflow would refuse is refused before it is started, in the same words."""

from datetime import timedelta
from typing import Any

import pytest

from activities.adapters.policy_files import PolicyFiles
from domain.contract.parsing import InvalidCommand
from runtime.start_check import StartCheck
from tests.domain.builders import FRIDAY, case_start, defect_start, release_start

CHECK = StartCheck(PolicyFiles())
AREA = {"actor": "lead-1", "functional_area": "login"}


@pytest.mark.parametrize(
    ("workflow", "payload"),
    [
        ("CaseWorkflow", case_start()),
        ("DefectWorkflow", defect_start("S3")),
        ("ReleaseWorkflow", release_start(deploy_at=(FRIDAY + timedelta(days=9)).isoformat())),
        ("AreaWorkWorkflow", AREA),
    ],
)
def test_a_sound_start_is_answered_as_a_message(workflow: str, payload: dict[str, Any]) -> None:
    """With or without a number, since the next one is not known before."""
    assert CHECK.check(workflow, None, payload, FRIDAY) == CHECK.check(
        workflow, "X-1", payload, FRIDAY
    )


@pytest.mark.parametrize(
    ("number", "workflow", "is_taken"),
    [
        ("webhook-163a9558de48", "CaseWorkflow", False),
        ("impact-review", "CaseWorkflow", False),
        ("impact-review-2027-03-08T15.00.00Z", "CaseWorkflow", False),
        ("retention", "CaseWorkflow", False),
        ("retention-2027-03-08T03.00.00Z", "CaseWorkflow", False),
        ("area-work-login", "CaseWorkflow", False),
        ("webhook-163a9558de48", "AreaWorkWorkflow", False),
        ("area-work-login", "AreaWorkWorkflow", True),
        ("WEBHOOK-1", "CaseWorkflow", True),
        ("CRM-webhook-1", "CaseWorkflow", True),
        ("webhook", "CaseWorkflow", True),
    ],
)
def test_ids_of_our_own_workflows_are_no_numbers(
    number: str, workflow: str, *, is_taken: bool
) -> None:
    """Whoever takes one could silence what runs, or is going to run, under it."""
    payload = case_start() if workflow == "CaseWorkflow" else AREA
    if is_taken:
        assert CHECK.check(workflow, number, payload, FRIDAY)
        return
    with pytest.raises(InvalidCommand, match=r"^number: is kept for a workflow"):
        CHECK.check(workflow, number, payload, FRIDAY)


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
