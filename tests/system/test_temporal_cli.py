"""An operator with nothing but Temporal's own command line."""

import json
from typing import Any

from runtime.client import DefectsClient
from tests.domain.builders import attachment, defect_start
from tests.installation import Running, settled
from tests.programs import eventually

DEFECT = "DEF-CLI.1"


async def test_the_command_line_of_temporal_raises_finds_and_shows_a_defect(up: Running) -> None:
    """A signal with JSON makes it an S1; it is found by that, and its card says what comes next."""
    defects = DefectsClient(up.client)
    await defects.start(
        "DefectWorkflow", DEFECT, defect_start("S2", attachment("CASE-CLI.1", "lake"))
    )
    payload = {"severity": "S1", "reason": "all sites are down", "actor": "agent-7"}
    signalled = await up.here.temporal(
        *("workflow", "signal", "-w", DEFECT, "--name", "change_severity"),
        *("--input", json.dumps(payload)),
    )
    assert signalled.code == 0, signalled.err
    await settled(up.client, DEFECT)

    status = await defects.query(DEFECT, "status")
    assert (status["severity"], status["rejected"]) == ("S1", [])
    assert up.here.mails(DEFECT)["defect.severity_changed", "lake@example.org"] == 1
    assert up.here.mails(DEFECT)["defect.urgent", "engineering@vendor.example"] == 1

    async def listed() -> bool:
        query = ["--query", "DefectSeverity='S1'", "--output", "json"]
        answer = await up.here.temporal("workflow", "list", *query)
        return DEFECT in [found["execution"]["workflowId"] for found in answer.answer]

    await eventually("the defect is listed", listed)

    asked = await up.here.temporal(
        *("workflow", "query", "-w", DEFECT, "--type", "__temporal_workflow_metadata"),
        *("--output", "json"),
    )
    metadata: dict[str, Any] = asked.answer["queryResult"][0]
    card = metadata["currentDetails"]
    assert f"{DEFECT.replace('.', chr(92) + '.').replace('-', chr(92) + '-')}: S1, open" in card
    assert "**What happens next**" in card
    assert "status update to clients" in card
    assert "defect.escalated" in card
