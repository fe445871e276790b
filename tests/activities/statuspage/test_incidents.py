"""What the Statuspage adapter writes: one incident through its life."""

from typing import Literal

import pytest

from activities.ports import StatusPage
from domain.contract.values import Severity, Stage
from tests.activities.statuspage.page import AT, KEY, Refs, an_effect, bodies, calls
from tests.statuspage_server import StatuspageServer


def test_first_effect_creates_the_incident(
    server: StatuspageServer, page: StatusPage, refs: Refs
) -> None:
    """The first effect puts an incident on the page with text, status, impact and our keys."""
    page.post(an_effect(), AT)

    (incident,) = server.incidents
    assert incident["metadata"]["defect_orchestrator"] == {
        "incident": KEY,
        "last": "DEF-000045/3/defect.update",
    }
    assert incident["name"] == "Log-in fails"
    assert incident["status"] == "investigating"
    assert incident["impact"] == "critical"
    assert bodies(incident) == ["We are looking into it."]
    assert incident["incident_updates"][0]["deliver_notifications"] is True
    assert refs.known == {KEY: incident["id"]}


def test_one_incident_through_its_life(server: StatuspageServer, page: StatusPage) -> None:
    """Later effects update the same incident, each with one text, and the last resolves it."""
    page.post(an_effect(3, Stage.INVESTIGATING, body="one"), AT)
    page.post(an_effect(5, Stage.IDENTIFIED, body="two"), AT)
    page.post(an_effect(9, "resolved", body="three"), AT)

    (incident,) = server.incidents
    assert bodies(incident) == ["one", "two", "three"]
    assert incident["status"] == "resolved"
    assert incident["resolved_at"] is not None


@pytest.mark.parametrize(
    ("stage", "status"),
    [
        (Stage.INVESTIGATING, "investigating"),
        (Stage.IDENTIFIED, "identified"),
        (Stage.FIXING, "identified"),
        (Stage.VERIFYING, "monitoring"),
        ("resolved", "resolved"),
    ],
)
def test_status_of_each_stage(
    server: StatuspageServer,
    page: StatusPage,
    stage: Stage | Literal["resolved"],
    status: str,
) -> None:
    """Stages are told in the four words the page knows."""
    page.post(an_effect(3, body="one"), AT)
    page.post(an_effect(4, stage, body="two"), AT)

    assert [incident["status"] for incident in server.incidents] == [status]


@pytest.mark.parametrize(
    ("severity", "impact"),
    [
        (Severity.S1, "critical"),
        (Severity.S2, "major"),
        (Severity.S3, "minor"),
        (Severity.S4, "none"),
    ],
)
def test_impact_of_each_severity(
    server: StatuspageServer, page: StatusPage, severity: Severity, impact: str
) -> None:
    """The impact follows the severity, S1 is critical."""
    page.post(an_effect(severity=severity), AT)

    assert [incident["impact_override"] for incident in server.incidents] == [impact]


def test_foreign_metadata_survives(server: StatuspageServer, page: StatusPage) -> None:
    """What other tools keep in the incident's metadata survives an update, replaced or merged."""
    page.post(an_effect(3), AT)
    (incident,) = server.incidents
    server.edit(incident["id"], metadata={**incident["metadata"], "jira": {"issue_id": "ETO-1234"}})

    page.post(an_effect(4), AT)

    (incident,) = server.incidents
    assert incident["metadata"]["jira"] == {"issue_id": "ETO-1234"}
    assert incident["metadata"]["defect_orchestrator"]["last"] == "DEF-000045/4/defect.update"


def test_second_incident_of_a_defect(server: StatuspageServer, page: StatusPage) -> None:
    """A defect that becomes S1 again gets an incident of its own."""
    page.post(an_effect(3, incident="DEF-000045/S1-1"), AT)
    page.post(an_effect(8, incident="DEF-000045/S1-2"), AT)

    assert [
        incident["metadata"]["defect_orchestrator"]["incident"] for incident in server.incidents
    ] == ["DEF-000045/S1-1", "DEF-000045/S1-2"]


def test_cost_of_an_update(server: StatuspageServer, page: StatusPage) -> None:
    """An update costs two requests of the sixty a minute, however long the page's history."""
    page.post(an_effect(3), AT)
    server.add(150)
    server.requests.clear()

    page.post(an_effect(4), AT)

    assert calls(server) == ["GET", "PATCH"]
