"""Alert rules and dashboards ask for what worker, portal and server really tell."""

import re
import sys
from collections.abc import AsyncIterator, Container
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from tests.domain.builders import attachment, defect_start
from tests.installation import an_installation, settled
from tests.measured_server import Measured, measured_server
from tests.monitoring_files import expressions
from tests.programs import ROOT, eventually, free_port, run, running

OF_PROMETHEUS = {"up", "instance", "job", "le"}
"""What Prometheus adds by itself."""
TOLD_AFTER_TROUBLE = {
    "temporal_activity_execution_failed_total",
    "temporal_long_request_failure_total",
    "temporal_request_failure_total",
    "temporal_sticky_cache_miss_total",
    "temporal_sticky_cache_total_forced_eviction_total",
    "temporal_workflow_task_execution_failed_total",
}
"""Counters of the SDK that begin with their first event, as its reference of metrics names them."""
LABELS_AFTER_TROUBLE = {"failure_reason"}
OF_THE_SERVER = {"approximate_backlog_count", "poll_success"}

_METRIC = rf"(?:temporal|defects|process)_[a-z_0-9]+|{'|'.join(sorted(OF_THE_SERVER))}"
_NAME = re.compile(rf"\b(?:{_METRIC}|up)\b")
_SELECTOR = re.compile(rf"\b({_METRIC})\{{([^}}]*)\}}")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!=|=)\s*"([^"]*)"')


@dataclass
class Told:
    """What a worker and a portal tell: names, and the values that each label had."""

    labels: dict[str, dict[str, set[str]]] = field(default_factory=dict)

    def take(self, text: str, only: Container[str] | None = None) -> None:
        """Read one scrape, or what of it goes by certain names."""
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                # The parser gives every counter the end `_total`; Prometheus takes what it is told.
                name = sample.name if sample.name in text else family.name
                if only is not None and name not in only:
                    continue
                labels = self.labels.setdefault(name, {})
                for label, value in sample.labels.items():
                    labels.setdefault(label, set()).add(value)


@pytest_asyncio.fixture(scope="module")
async def measured(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Measured]:
    """A Temporal server for both installations here."""
    async with measured_server(tmp_path_factory.mktemp("measured")) as server:
        yield server


@pytest_asyncio.fixture(scope="module")
async def told(measured: Measured, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """One scrape of a worker, a portal and a server that have done some work."""
    folder, found = tmp_path_factory.mktemp("told"), Told()
    worker, portal, public = (f"127.0.0.1:{free_port()}" for _ in range(3))
    settings = {"DEFECTS_PORTAL_METRICS_ADDRESS": portal, "DEFECTS_PORTAL_ADDRESS": public}
    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(folder, **settings))
        server = measured.server
        http = await stack.enter_async_context(httpx.AsyncClient())
        here.use(server)
        await DefectsClient(server.client).start(
            "DefectWorkflow", "DEF-1", defect_start("S1", attachment())
        )
        # Before the first worker it waits: the server tells nothing of what never did.
        await eventually("the server counts it", lambda: measured.waiting(http))
        here.settings["DEFECTS_METRICS_ADDRESS"] = worker
        await stack.enter_async_context(here.worker())
        del here.settings["DEFECTS_METRICS_ADDRESS"]
        env = {**here.env, "PYTHONPATH": str(ROOT)}
        command = (sys.executable, "-m", "portal")
        await stack.enter_async_context(running(*command, folder=folder, env=env))
        await settled(server.client, "DEF-1")

        async def answers() -> bool:
            try:
                return (await http.get(f"http://{public}/status")).status_code == 200
            except httpx.TransportError:
                return False

        await eventually("the portal answers", answers)
        for address in (worker, portal):
            found.take((await http.get(f"http://{address}/metrics")).text)
        found.take((await http.get(measured.metrics_url)).text, OF_THE_SERVER)
    return found


async def test_every_name_is_told(told: Told) -> None:
    """A name that was mistyped would never raise an alert, and look like a quiet day."""
    asked = {name for text in expressions() for name in _NAME.findall(re.sub(r'"[^"]*"', "", text))}

    assert len(asked) > 20
    assert asked >= OF_THE_SERVER
    assert asked - set(told.labels) - TOLD_AFTER_TROUBLE - OF_PROMETHEUS == set()


async def test_every_label_and_value_is_told(told: Told) -> None:
    """Selectors name labels that the metric has, and of our own gauges values that there are."""
    wrong = []
    for text in expressions():
        for name, matchers in _SELECTOR.findall(text):
            for label, value in _MATCHER.findall(matchers):
                values = told.labels.get(name, {}).get(label, set())
                is_gauge = name.startswith("defects_") and not name.startswith("defects_portal_")
                if label not in OF_PROMETHEUS and not values and name not in TOLD_AFTER_TROUBLE:
                    wrong.append(f"{name} has no {label}")
                elif is_gauge and not set(value.split("|")) <= values:
                    wrong.append(f"{name} has no {label} {value}")

    assert wrong == []


async def test_what_is_grouped_by_is_told(told: Told) -> None:
    """Every label in a `by` is one of what is told."""
    known = {label for labels in told.labels.values() for label in labels}
    grouped = {
        label.strip()
        for text in expressions()
        for labels in re.findall(r"\bby \(([^)]*)\)", text)
        for label in labels.split(",")
    }

    assert grouped - known - OF_PROMETHEUS - LABELS_AFTER_TROUBLE == set()


async def test_the_sdk_tells_units_and_looks_closely_where_it_matters(told: Told) -> None:
    """Names and buckets that thresholds rely on: 10, 300 and 1800 seconds of waiting."""
    waiting = "temporal_{}_schedule_to_start_latency_seconds_bucket"
    workflow = told.labels[waiting.format("workflow_task")]["le"]
    activity = told.labels[waiting.format("activity")]["le"]

    assert {"0.05", "1", "10", "30"} <= workflow
    assert {"60", "300", "1800"} <= activity
    assert told.labels["temporal_num_pollers"]["service_name"] == {"defects-worker"}
    pollers = told.labels["temporal_num_pollers"]
    assert pollers["task_queue"] == {"defects", "outbound", "webhooks"}
    assert pollers["poller_type"] == {"workflow_task", "sticky_workflow_task", "activity_task"}


async def test_the_server_tells_of_each_queue_and_version(told: Told) -> None:
    """What waits and what is fetched, and what goes to who has a workflow in memory told apart."""
    for name in OF_THE_SERVER:
        assert "defects" in told.labels[name]["taskqueue"]
        assert told.labels[name]["worker_version"] == {"__unversioned__"}
    assert "outbound" in told.labels["poll_success"]["taskqueue"]
    assert "__sticky__" in told.labels["poll_success"]["partition"]


async def test_the_server_tells_what_waits_for_a_version_that_nobody_serves(
    told: Told, measured: Measured, tmp_path: Path
) -> None:
    """First for a build that was never rolled out, then for one whose workers are gone."""

    async def waits(*places: tuple[str, str]) -> None:
        async def as_said() -> bool:
            return set(await measured.waiting(http)) == set(places)

        await eventually(f"tasks wait in {places}", as_said)

    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(tmp_path, DEFECTS_BUILD_ID="1.0"))
        http = await stack.enter_async_context(httpx.AsyncClient())
        here.use(measured.server)
        client, defects = measured.server.client, DefectsClient(measured.server.client)
        # The server knows DEF-1 of the other installation, which this one's database lacks.
        async with here.worker("--go-on"):
            await defects.start("DefectWorkflow", "DEF-8", defect_start("S2"))
            await waits(("defects", "__unversioned__"))
            assert (await here.starter("rollout", "to", "1.0")).code == 0
            await settled(client, "DEF-8")
            await waits()
        here.settings["DEFECTS_BUILD_ID"] = "2.0"
        async with here.worker("--go-on"):
            await defects.start("DefectWorkflow", "DEF-9", defect_start("S2"))
            await waits(("defects", "defects_1_0"))


async def test_the_portal_serves_them_on_an_address_of_their_own(tmp_path: Path) -> None:
    """`python -m portal` tells what is owed there; the public address knows no metrics."""
    here, there = f"127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    settings = {"DEFECTS_PORTAL_ADDRESS": here, "DEFECTS_PORTAL_METRICS_ADDRESS": there}
    with an_installation(tmp_path, **settings) as installation:
        async with dev_server(DefectsPlugin()) as server, httpx.AsyncClient() as http:
            installation.use(server)
            env = {**installation.env, "PYTHONPATH": str(ROOT)}
            command = (sys.executable, "-m", "portal")
            async with running(*command, folder=tmp_path, env=env):

                async def answers() -> bool:
                    try:
                        return (await http.get(f"http://{here}/status")).status_code == 200
                    except httpx.TransportError:
                        return False

                await eventually("the portal answers", answers)
                metrics = (await http.get(f"http://{there}/metrics")).text
                public = await http.get(f"http://{here}/metrics")
                taken = await run(*command, folder=tmp_path, env=env)

    assert "defects_database_up 1.0" in metrics
    assert 'defects_portal_requests_total{method="GET",route="/status",status="2xx"} 1.0' in metrics
    assert "process_resident_memory_bytes" in metrics
    assert public.status_code == 404
    assert taken.code == 2
    assert taken.err.startswith("DEFECTS_PORTAL_METRICS_ADDRESS: ")
