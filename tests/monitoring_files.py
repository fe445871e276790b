"""The files of `runtime/monitoring/` as tests read them: rules, dashboards, their questions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tests.programs import ROOT

FOLDER = ROOT / "runtime" / "monitoring"
DASHBOARDS = sorted((FOLDER / "grafana" / "dashboards").glob("*.json"))


def _rules() -> list[dict[str, Any]]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


RULES = _rules()


def dashboard(file: Path) -> dict[str, Any]:
    """A dashboard as Grafana reads it."""
    read: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return read


def panels(file: Path) -> list[dict[str, Any]]:
    """Its panels that show something."""
    return [panel for panel in dashboard(file)["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Every question that is asked anywhere."""
    yield from (rule["expr"] for rule in RULES)
    for file in DASHBOARDS:
        yield from (target["expr"] for panel in panels(file) for target in panel["targets"])
