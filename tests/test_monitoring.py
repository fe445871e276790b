"""Alert rules and dashboards: they ask for what is really told, and somebody can act on them."""

import json
import re
import sys
from collections.abc import AsyncIterator, Container, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml
from prometheus_client.parser import text_string_to_metric_families

from portal.metrics import PATIENCE
from runtime.client import Line
from tests.domain.builders import attachment, defect_start
from tests.installation import an_installation, settled
from tests.measured_server import measured_server
from tests.programs import ROOT, eventually, free_port, running
from tests.promtool import Promtool

FOLDER = ROOT / "runtime" / "monitoring"
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))
SEVERITIES = {"page", "ticket"}
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

every_dashboard = pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)


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
async def told(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Told]:
    """One scrape of a worker, a portal and a server that have done some work."""
    folder, found = tmp_path_factory.mktemp("told"), Told()
    worker, portal, public = (f"127.0.0.1:{free_port()}" for _ in range(3))
    settings = {"DEFECTS_PORTAL_METRICS_ADDRESS": portal, "DEFECTS_PORTAL_ADDRESS": public}
    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(folder, **settings))
        measured = await stack.enter_async_context(measured_server(folder))
        server = measured.server
        http = await stack.enter_async_context(httpx.AsyncClient())
        here.use(server)
        await Line(server.client).start("DefectWorkflow", "DEF-1", defect_start("S1", attachment()))
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
        yield found


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def _dashboard(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def _panels(file: Path) -> list[dict[str, Any]]:
    return [panel for panel in _dashboard(file)["panels"] if panel["type"] != "row"]


def _expressions() -> Iterator[str]:
    """Every question that is asked anywhere."""
    yield from (rule["expr"] for rule in _rules())
    for file in DASHBOARDS:
        yield from (target["expr"] for panel in _panels(file) for target in panel["targets"])


RULES = _rules()
_METRIC = rf"(?:temporal|defects|process)_[a-z_0-9]+|{'|'.join(sorted(OF_THE_SERVER))}"
_NAME = re.compile(rf"\b(?:{_METRIC}|up)\b")
_SELECTOR = re.compile(rf"\b({_METRIC})\{{([^}}]*)\}}")
_MATCHER = re.compile(r'(\w+)\s*(?:=~|!=|=)\s*"([^"]*)"')


# --- names ----------------------------------------------------------------------------------------


async def test_every_name_is_told(told: Told) -> None:
    """A name that was mistyped would never raise an alert, and look like a quiet day."""
    asked = {
        name for text in _expressions() for name in _NAME.findall(re.sub(r'"[^"]*"', "", text))
    }

    assert len(asked) > 20
    assert asked >= OF_THE_SERVER
    assert asked - set(told.labels) - TOLD_AFTER_TROUBLE - OF_PROMETHEUS == set()


async def test_every_label_and_value_is_told(told: Told) -> None:
    """Selectors name labels that the metric has, and of our own gauges values that there are."""
    wrong = []
    for text in _expressions():
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
        for text in _expressions()
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


async def test_the_server_tells_what_waits_for_a_version_that_nobody_serves(tmp_path: Path) -> None:
    """First for a build that was never rolled out, then for one whose workers are gone."""

    async def waits(*places: tuple[str, str]) -> None:
        async def as_said() -> bool:
            return set(await measured.waiting(http)) == set(places)

        await eventually(f"tasks wait in {places}", as_said)

    async with AsyncExitStack() as stack:
        here = stack.enter_context(an_installation(tmp_path, DEFECTS_BUILD_ID="1.0"))
        measured = await stack.enter_async_context(measured_server(tmp_path))
        http = await stack.enter_async_context(httpx.AsyncClient())
        here.use(measured.server)
        client, line = measured.server.client, Line(measured.server.client)
        async with here.worker():
            await line.start("DefectWorkflow", "DEF-1", defect_start("S2"))
            await waits(("defects", "__unversioned__"))
            assert (await here.starter("rollout", "to", "1.0")).code == 0
            await settled(client, "DEF-1")
            await waits()
        here.settings["DEFECTS_BUILD_ID"] = "2.0"
        async with here.worker():
            await line.start("DefectWorkflow", "DEF-2", defect_start("S2"))
            await waits(("defects", "defects_1_0"))


# --- alerts ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_somebody_can_act_on_an_alert(rule: dict[str, Any]) -> None:
    """It says what is wrong and how urgent that is, and the runbook has a heading of its name."""
    file, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text("utf-8"), re.MULTILINE)

    assert rule["labels"]["severity"] in SEVERITIES
    assert rule["annotations"]["summary"].endswith(".")
    assert anchor == rule["alert"].lower()
    assert rule["alert"] in headings


def test_the_runbook_has_no_alert_that_is_none() -> None:
    """Every heading under "Alerts" is the name of a rule."""
    runbook = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = re.split(r"^## ", runbook.partition("\n## Alerts\n")[2], flags=re.MULTILINE)[0]

    assert re.findall(r"^### (.+)$", section, re.MULTILINE) == [rule["alert"] for rule in RULES]


def test_every_alert_is_tried_both_ways() -> None:
    """Each has a case in which it is raised, one in which it is not, and the quiet installation."""
    *cases, quiet = yaml.safe_load((FOLDER / "alerts_test.yml").read_text("utf-8"))["tests"]
    tried = [(c["alertname"], bool(c["exp_alerts"])) for t in cases for c in t["alert_rule_test"]]
    silent = [(c["alertname"], bool(c["exp_alerts"])) for c in quiet["alert_rule_test"]]
    names = [rule["alert"] for rule in RULES]

    assert {(name, raised) for name in names for raised in (True, False)} == set(tried)
    assert silent == [(name, False) for name in names]


def test_prometheus_takes_the_configuration(promtool: Promtool) -> None:
    """Its own checker finds no fault with the configuration and the rules."""
    checked = promtool("check", "config", "prometheus.yml", folder=FOLDER)

    assert checked.returncode == 0, checked.stdout
    assert f"{len(RULES)} rules found" in checked.stdout


def test_alerts_are_raised_when_they_should_be(promtool: Promtool) -> None:
    """Each at its time, and none on a quiet day."""
    tested = promtool("test", "rules", "alerts_test.yml", folder=FOLDER)

    assert tested.returncode == 0, tested.stdout


def test_the_trial_of_the_rules_bites(promtool: Promtool, tmp_path: Path) -> None:
    """With one threshold moved the same cases fail."""
    rules = (FOLDER / "alerts.yml").read_text("utf-8")
    (tmp_path / "alerts.yml").write_text(rules.replace("> 1800", "> 18000"), "utf-8")
    cases = (FOLDER / "alerts_test.yml").read_text("utf-8")
    (tmp_path / "alerts_test.yml").write_text(cases, "utf-8")
    tested = promtool("test", "rules", "alerts_test.yml", folder=tmp_path)

    assert tested.returncode != 0
    assert "OldestUndelivered" in tested.stdout


def test_prometheus_asks_for_what_the_rules_need() -> None:
    """Every job a rule names is scraped, and a scrape waits longer than a portal does."""
    asked = yaml.safe_load((FOLDER / "prometheus.yml").read_text("utf-8"))
    jobs = {job["job_name"] for job in asked["scrape_configs"]}
    named = {job for text in _expressions() for job in re.findall(r'job="([^"]+)"', text)}

    assert named == jobs
    assert asked["rule_files"] == ["alerts.yml"]
    assert int(asked["global"]["scrape_timeout"].rstrip("s")) > PATIENCE


# --- dashboards -----------------------------------------------------------------------------------


@every_dashboard
def test_a_panel_says_what_it_shows(file: Path) -> None:
    """A title, a unit, a sentence for who sees it for the first time, and something to show."""
    for panel in _panels(file):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["expr"] for target in panel["targets"]), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"


@every_dashboard
def test_panels_have_places_of_their_own(file: Path) -> None:
    """Ids and refs are unique, and no panel lies on another."""
    panels = _dashboard(file)["panels"]
    ids = [panel["id"] for panel in panels]
    squares = [
        (x, y)
        for place in (panel["gridPos"] for panel in panels)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(ids) == len(set(ids))
    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < 24
    for panel in _panels(file):
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))


def test_grafana_finds_the_dashboards() -> None:
    """Their uids differ, and the provider reads the folder that the README says to mount."""
    provisioning = FOLDER / "grafana" / "provisioning"
    (provider,) = yaml.safe_load((provisioning / "dashboards/defects.yml").read_text("utf-8"))[
        "providers"
    ]
    (source,) = yaml.safe_load((provisioning / "datasources/prometheus.yml").read_text("utf-8"))[
        "datasources"
    ]

    assert len({_dashboard(file)["uid"] for file in DASHBOARDS}) == len(DASHBOARDS) == 2
    assert provider["options"]["path"] in (FOLDER / "README.md").read_text("utf-8")
    assert source["type"] == "prometheus"
