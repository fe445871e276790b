"""The metrics: what portal and worker tell Prometheus, and which alerts ask for it."""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from activities.adapters.database import DatabaseReadModel, make_engine, migrate
from domain.contract.effects import Lane, UpdateReadModel
from portal.metrics import ObligationsCollector, Requests
from portal.refusals import REFUSED
from portal.stray_watch import gauges
from runtime.stray_numbers import WORKFLOWS, Comparison, Strays
from tools.docs import week
from tools.docs.tables import code, codes, table

MONITORING = Path(__file__).parents[2] / "runtime" / "monitoring"
_OF_THE_SDK = re.compile(r"\btemporal_[a-z_0-9]+")


def metrics_of_the_portal() -> str:
    """What the portal tells, with its labels."""
    found = sorted(families(), key=lambda family: family.name)
    rows = ((code(_name(f)), f.type, codes(_labels(f)), f.documentation) for f in found)
    return table(("name", "kind", "labels", "meaning"), rows)


def metrics_of_the_worker() -> str:
    """Those of the SDK that alerts and dashboards use."""
    return table(("name", "asked for by"), ((code(n), by) for n, by in sorted(asked_for().items())))


def alerts() -> str:
    """Each alert, leading to what to do when it is raised."""
    rows = (
        (
            f"[{rule['alert']}](../operations.md#{rule['alert'].lower()})",
            rule["labels"]["severity"],
            rule["annotations"]["summary"],
        )
        for rule in rules()
    )
    return table(("alert", "severity", "raised when"), rows)


def families() -> list[Metric]:
    """What a portal tells of a database with a defect in it."""
    registry = CollectorRegistry()
    Requests(registry)
    waiting = week.confirmed().outbox.lanes[Lane.READ_MODEL].waiting
    with TemporaryDirectory() as folder:
        engine = make_engine(f"sqlite:///{folder}/one.db")
        migrate(engine)
        for effect in waiting:
            if isinstance(effect, UpdateReadModel):
                DatabaseReadModel(engine).project(effect)
        registry.register(ObligationsCollector(engine, lambda: datetime.now(UTC)))
        registry.register(REFUSED)
        registry.register(_Compared(dict.fromkeys(WORKFLOWS, Strays())))
        told = list(registry.collect())
        engine.dispose()
    return told


class _Compared(Collector):
    """A portal that has compared database and Temporal."""

    def __init__(self, found: Mapping[str, Strays]) -> None:
        self._last = Comparison(datetime.now(UTC), found, found)

    def collect(self) -> Iterator[Metric]:
        """The library's hook."""
        yield from gauges(self._last)


def rules() -> list[dict[str, Any]]:
    """The alert rules."""
    groups = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def asked_for() -> Mapping[str, str]:
    """The names of the SDK's metrics, with the alerts and panels that use each."""
    found: dict[str, list[str]] = {}
    for words, question in (*_of_alerts(), *_of_dashboards()):
        for name in dict.fromkeys(_OF_THE_SDK.findall(question)):
            found.setdefault(name, []).append(words)
    return {name: ", ".join(dict.fromkeys(by)) for name, by in found.items()}


def _of_alerts() -> Iterator[tuple[str, str]]:
    yield from ((f"alert {rule['alert']}", rule["expr"]) for rule in rules())


def _of_dashboards() -> Iterator[tuple[str, str]]:
    for file in sorted((MONITORING / "grafana" / "dashboards").glob("*.json")):
        for panel in json.loads(file.read_text(encoding="utf-8"))["panels"]:
            for target in panel.get("targets", []):
                yield f"panel “{panel['title']}”", target["expr"]


def _name(family: Metric) -> str:
    return f"{family.name}_total" if family.type == "counter" else family.name


def _labels(family: Metric) -> list[str]:
    known = {"defects_portal_requests": ["method", "route", "status"]}
    known["defects_portal_request_seconds"] = ["route"]
    if family.name in known:
        return known[family.name]
    return list(dict.fromkeys(name for sample in family.samples for name in sample.labels))
