"""Effects for the status page, and the page that speaks the real protocol."""

from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from activities.adapters.statuspage import StatuspageApi
from domain.contract.effects import PostStatus
from domain.contract.values import Severity, Stage
from tests.statuspage_server import Incident, StatuspageServer

AT = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
KEY = "DEF-000045/S1-1"


class Refs:
    """The cache, in memory; `forgetful` is one that was lost."""

    def __init__(self, *, forgetful: bool = False) -> None:
        self.known: dict[str, str] = {}
        self.forgetful = forgetful

    def find(self, incident_key: str) -> str | None:
        """What is known, unless it was lost."""
        return None if self.forgetful else self.known.get(incident_key)

    def remember(self, incident_key: str, external_id: str) -> None:
        """Keep it."""
        self.known[incident_key] = external_id


def an_api(
    server: StatuspageServer, client: httpx.Client, refs: Refs, **changed: Any
) -> StatuspageApi:
    """The adapter with `changed` settings."""
    settings = {"base_url": server.url, "page_id": server.page_id, "api_key": server.api_key}
    return StatuspageApi(**{**settings, **changed}, client=client, refs=refs)


def an_effect(
    sequence: int = 3,
    stage: Stage | Literal["resolved"] = Stage.INVESTIGATING,
    *,
    body: str = "We are looking into it.",
    severity: Severity = Severity.S1,
    incident: str = KEY,
) -> PostStatus:
    """An effect of `DEF-000045`, by default its first."""
    return PostStatus(
        key=f"DEF-000045/{sequence}/defect.update",
        entity="DEF-000045",
        sequence=sequence,
        at=AT,
        incident=incident,
        name="Log-in fails",
        body=body,
        stage=stage,
        severity=severity,
    )


def impatient(method: str) -> httpx.Client:
    """A client that gives up at once on the answer to this method, and on no other."""

    def hurry(request: httpx.Request) -> None:
        if request.method == method:
            request.extensions["timeout"]["read"] = 0.01

    return httpx.Client(trust_env=False, event_hooks={"request": [hurry]})


def bodies(incident: Incident) -> list[str]:
    """Its updates, oldest first."""
    return [update["body"] for update in reversed(incident["incident_updates"])]


def calls(server: StatuspageServer) -> list[str]:
    """The methods of all requests so far, in order."""
    return [request.method for request in server.requests]
