"""What Prometheus says when the workers are stopped."""

import httpx

from tests.containers.outside import eventually
from tests.containers.place import Place

ALERT = "WorkerAbsent"


def test_an_alert_is_raised_when_the_workers_stop(place: Place) -> None:
    """After three minutes without any, and it ends when they are back."""
    place.types("docker compose stop worker")
    eventually(f"{ALERT} is raised", lambda: "firing" in states(), 420)
    place.types("docker compose start worker")
    eventually(f"{ALERT} has ended", lambda: not states(), 420)


def states() -> set[str]:
    """Of this alert: pending, firing, or nothing."""
    raised = httpx.get("http://127.0.0.1:9090/api/v1/alerts").json()["data"]["alerts"]
    return {one["state"] for one in raised if one["labels"]["alertname"] == ALERT}
