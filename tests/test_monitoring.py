"""Alert rules and dashboards: alerts are raised in time, and somebody can act on them."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from portal.metrics import PATIENCE
from tests.monitoring_files import DASHBOARDS, FOLDER, RULES, dashboard, expressions, panels
from tests.programs import ROOT
from tests.promtool import Promtool

SEVERITIES = {"page", "ticket"}

every_dashboard = pytest.mark.parametrize("file", DASHBOARDS, ids=lambda file: file.stem)


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
    named = {job for text in expressions() for job in re.findall(r'job="([^"]+)"', text)}

    assert named == jobs
    assert asked["rule_files"] == ["alerts.yml"]
    assert int(asked["global"]["scrape_timeout"].rstrip("s")) > PATIENCE


# --- dashboards -----------------------------------------------------------------------------------


@every_dashboard
def test_a_panel_says_what_it_shows(file: Path) -> None:
    """A title, a unit, a sentence for who sees it for the first time, and something to show."""
    for panel in panels(file):
        assert panel["title"]
        assert panel["description"].endswith("."), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert all(target["expr"] for target in panel["targets"]), panel["title"]
        assert panel["datasource"]["uid"] == "${datasource}"


@every_dashboard
def test_panels_have_places_of_their_own(file: Path) -> None:
    """Ids and refs are unique, and no panel lies on another."""
    shown = dashboard(file)["panels"]
    ids = [panel["id"] for panel in shown]
    squares = [
        (x, y)
        for place in (panel["gridPos"] for panel in shown)
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]

    assert len(ids) == len(set(ids))
    assert len(squares) == len(set(squares))
    assert max(x for x, _ in squares) < 24
    for panel in panels(file):
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

    assert len({dashboard(file)["uid"] for file in DASHBOARDS}) == len(DASHBOARDS) == 2
    assert provider["options"]["path"] in (FOLDER / "README.md").read_text("utf-8")
    assert source["type"] == "prometheus"
