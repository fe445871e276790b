"""A service in another language drives the product with a plain Temporal client and JSON."""

from pathlib import Path
from typing import Any

from tests import node
from tests.installation import Running, settled
from tests.programs import eventually, run

CASE = "ETO-1234"
CONTACT = "grace@river.example"
ENGINEERING = "engineering@vendor.example"


async def test_a_service_in_another_language_needs_nothing_but_json(
    up: Running, node_program: Path
) -> None:
    """It opens a case, confirms a defect, signals, queries, and is refused in the contract's words;
    the mails go out and the defect is found by its search attributes."""
    address = up.here.settings["TEMPORAL_ADDRESS"]
    command = ["node", str(node_program), address, CASE]
    ended = await run(*command, folder=up.here.folder, env=up.here.env)
    assert ended.code == 0, ended.err
    said: dict[str, Any] = ended.answer
    defect = said["defect"]

    assert defect.startswith("DEF-")
    assert said["refused"]["type"] == "InvalidCommand"
    assert "severity" in said["refused"]["message"]
    assert [said[answer]["severity"] for answer in ("before", "told", "status")] == ["S1"] * 3
    assert said["status"]["number"] == defect
    assert said["status"]["state"] == "open"
    assert said["status"]["cases"] == [CASE]
    assert said["status"]["rejected"] == []

    await settled(up.client, CASE, defect)
    assert up.here.mails(CASE)["case.opened", CONTACT] == 1
    mails = up.here.mails(defect)
    assert mails["defect.confirmed", CONTACT] == 1
    assert mails["defect.severity_changed", CONTACT] == 1
    assert mails["defect.update", CONTACT] == 1
    assert mails["defect.urgent", ENGINEERING] == 1

    async def found(query: str) -> list[str]:
        return [x.id async for x in up.client.list_workflows(query)]

    query = f"DefectSeverity='S1' AND FunctionalArea='login' AND WorkflowId='{defect}'"
    assert await eventually("the defect is found", lambda: found(query)) == [defect]
    query = f"ClientId='river' AND CaseState='attached' AND WorkflowId='{CASE}'"
    assert await eventually("the case is found", lambda: found(query)) == [CASE]


def test_its_lock_names_no_registry() -> None:
    """Packages, versions and hashes only: where they come from is the machine's own setting."""
    lock = node.LOCK.read_text(encoding="utf-8")
    assert "sha512-" in lock
    assert "://" not in lock
