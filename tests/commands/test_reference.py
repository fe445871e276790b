"""The reference is written from the code and lacks nothing."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from pydantic import BaseModel, TypeAdapter

from activities.adapters.policy_files import BUILT_IN
from domain.contract.case import SetPreferences
from domain.contract.catalogue import MESSAGES
from domain.contract.defect import DefectFields, Hold
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Command, Message, Value
from domain.policy import PolicyFile
from domain.views.search_attributes import ATTRIBUTES
from domain.webhooks.events import EVENTS
from portal.api.contract import KINDS
from portal.api.security import Scope
from runtime.settings import PREFIX, Settings
from tools.docs import about_commands, about_messages, fields, meanings
from tools.docs.about_policy import sections_in
from tools.docs.meanings import NoMeaning, of_field, of_name
from tools.docs.written import PAGES
from worker import WORKFLOWS

ROOT = Path(__file__).parents[2]
WRITTEN = {name: written() for name, written in PAGES.items()}


def _codes(page: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", WRITTEN[page]))


def _section(page: str, heading: str) -> str:
    after = WRITTEN[page].partition(f"\n{heading}\n")[2]
    return re.split(r"\n#+ ", after)[0]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_messages_have_every_command_of_a_workflow(workflow: type[Any]) -> None:
    """Each has its section under it, with every field of its message and how it is sent."""
    page = WRITTEN["reference/messages.md"].partition(f"\n## {workflow.__name__}\n")[2]
    section = re.split(r"\n## ", page)[0]
    commands = about_messages.commands_of(workflow)

    assert set(workflow.signals) <= set(commands)
    for name, how in commands.items():
        said = re.split(r"\n###? ", section.partition(f"\n### `{name}`\n")[2])[0]
        known = set(about_messages.command_called(name, workflow).model_fields)
        own = known - set(Command.model_fields)
        assert f"*({how})*" in said
        assert [field for field in own if f"| `{field}` |" not in said] == []


def test_messages_have_every_start_and_part() -> None:
    """No model of the contract is left out, and none lacks a field."""
    told = {*about_messages.STARTS.values(), *about_messages.PARTS, *Command.__subclasses__()}
    ours = set(MESSAGES)
    within = {Message, Value, Command, DefectFields}
    starts = set(about_messages.STARTS)

    assert sorted(m.__name__ for m in ours - told - within) == []
    assert starts == {workflow.__name__ for workflow in WORKFLOWS}
    for model in (*about_messages.STARTS.values(), *about_messages.PARTS):
        missing = [
            f for f in model.model_fields if f"| `{f}` |" not in WRITTEN["reference/messages.md"]
        ]
        assert missing == []


def test_the_limits_of_texts_are_those_of_the_code() -> None:
    """What the page says of each kind is what it refuses beyond."""
    for kind, hint in fields.KINDS.items():
        schema = TypeAdapter(hint).json_schema()
        said = about_messages.LIMITS[kind].replace(",", "")
        for limit in ("maxLength", "minLength"):
            if limit in schema and kind != "address":
                assert str(schema[limit]) in said, (kind, limit)


def test_events_have_every_mail_and_webhook() -> None:
    """With each role, each detail, and the subject of each template."""
    page = WRITTEN["reference/events.md"]
    rows = [line.split(" | ") for line in page.splitlines() if line.startswith("| `")]
    named = {row[0].strip("| `") for row in rows}
    mails = [row for row in rows if row[0].strip("| `") in {*ClientEvent, *StaffEvent}]

    assert {*ClientEvent, *StaffEvent, *Role, *EVENTS} <= named
    assert {detail for details in EVENTS.values() for detail in details} <= named
    assert [row for row in mails if len(row) == 4 and row[3].strip(" |") == ""] == []
    assert "`[{number}] Confirmed as a defect (severity {severity})`" in page


def test_http_has_every_request_and_scope() -> None:
    """Every address and method of the OpenAPI description, and the description itself."""
    described = json.loads(WRITTEN["reference/openapi.json"])
    page = WRITTEN["reference/http.md"]
    wanted = [
        f"## `{method.upper()} {path}`"
        for path, methods in described["paths"].items()
        for method in methods
    ]

    assert len(wanted) > sum(len(kind.commands) for kind in KINDS)
    assert [heading for heading in wanted if heading not in page] == []
    assert set(Scope) <= _codes("reference/http.md")


def test_settings_have_every_variable_with_its_secrets() -> None:
    """And a row that says what it is for; what is secret is marked, and no other is."""
    rows = {
        line.split("|")[1].strip(" `"): line.split(" | ")
        for line in WRITTEN["reference/settings.md"].splitlines()
        if line.startswith(f"| `{PREFIX}")
    }
    secret = {name for name, row in rows.items() if row[3].strip() == "yes"}

    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    assert {
        "DEFECTS_DATABASE_URL",
        "DEFECTS_SMTP_URL",
        "DEFECTS_STATUSPAGE_API_KEY",
        "DEFECTS_WEBHOOK_SECRET",
        "DEFECTS_ENCRYPTION_KEYS",
    } <= secret
    assert "DEFECTS_MAIL_FROM" not in secret


def test_the_policy_file_has_every_key() -> None:
    """With what the built-in file says of it."""
    page = WRITTEN["reference/policy-file.md"]
    published = tomllib.loads(BUILT_IN.read_text("utf-8"))

    assert sorted(_keys(PolicyFile) - set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))) == []
    assert "| `reopen_window_days` | number, more than 0 | required | `14` |" in page
    assert published["defects"]["reopen_window_days"] == 14


def _keys(model: type[BaseModel]) -> set[str]:
    """Every key of the file that holds a value and not a table."""
    hints = get_type_hints(model, include_extras=True)
    found: set[str] = set()
    for name in model.model_fields:
        parts = sections_in(hints[name])
        found |= set().union(*(_keys(part) for part in parts)) if parts else {name}
    return found


def test_the_command_line_has_every_command_and_option() -> None:
    """Those of groups too, each with what it means."""
    page = WRITTEN["reference/commands.md"]
    commands = dict(about_commands.every_command())
    missing = []
    for name, command in commands.items():
        section = re.split(r"\n## ", page.partition(f"\n## {name}\n")[2])[0]
        options = [option for parameter in command.params for option in parameter.opts]
        missing += [
            f"{name} {option}"
            for option in options
            if option.startswith("--") and option != "--help" and f"`{option}`" not in section
        ]

    assert {"open-case", "webhooks add", "token create"} <= set(commands)
    assert missing == []


def test_metrics_have_what_the_portal_tells_and_the_dashboards_ask_for() -> None:
    """And every search attribute and alert."""
    page = WRITTEN["reference/metrics.md"]
    monitoring = ROOT / "runtime" / "monitoring"
    asked = "".join(
        file.read_text("utf-8")
        for file in (monitoring / "alerts.yml", *(monitoring / "grafana").rglob("*.json"))
    )
    names = set(re.findall(r"\b(?:defects|temporal)_[a-z_0-9]+[a-z0-9]\b", asked))
    bare = {re.sub(r"_(bucket|count|sum)$", "", name) for name in names}
    told = re.findall(r"^\| `((?:defects|temporal)_[a-z_0-9]+)`", page, re.MULTILINE)
    shown = {re.sub(r"_(bucket|count|sum)$", "", name) for name in told}

    assert len(bare) > 20
    assert sorted(bare - shown) == []
    assert set(ATTRIBUTES) <= _codes("reference/metrics.md")
    assert set(re.findall(r"alert: (\w+)", asked)) <= set(re.findall(r"\[(\w+)\]\(", page))


def test_the_reference_can_be_written_without_the_site(tmp_path: Path) -> None:
    """`python -m tools.docs FOLDER` writes the same pages."""
    command = [sys.executable, "-m", "tools.docs", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, stdin=subprocess.DEVNULL, timeout=60)
    files = {str(f.relative_to(tmp_path)): f.read_text("utf-8") for f in tmp_path.rglob("*.*")}

    assert set(files) == set(PAGES)
    assert files["reference/messages.md"] == WRITTEN["reference/messages.md"]


# --- what things mean -----------------------------------------------------------------------------


def test_every_kept_meaning_is_needed() -> None:
    """A line for what is no more, or says itself what it means, is on no page."""
    text = "\n".join(WRITTEN.values())
    lines = [
        (owner, name, said)
        for owner, kept in meanings.kept().items()
        for name, said in kept.items()
    ]

    assert [(owner, name) for owner, name, said in lines if said not in text] == []


def test_what_means_nothing_is_an_error() -> None:
    """A field without a docstring and without a line ends the build, by its name."""

    class Odd(Message):
        """One that nobody explains."""

        nobody_knows: str

    with pytest.raises(NoMeaning, match=r"Odd\.nobody_knows"):
        of_field(Odd, "nobody_knows")
    with pytest.raises(NoMeaning, match="--nothing"):
        of_name("--nothing", "Options")


def test_a_docstring_goes_before_a_kept_line() -> None:
    """What a field says of itself is what the page has."""
    assert of_field(SetPreferences, "progress").startswith("Whether they get progress")
    assert of_field(Hold, "reason") == meanings.kept()["everywhere"]["reason"]


def test_the_tools_of_the_site_are_no_part_of_the_product() -> None:
    """Only the hook knows MkDocs, so that the reference can be written without it."""
    knowing = {
        file.name
        for file in (ROOT / "tools" / "docs").glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("mkdocs")
    }

    assert knowing == {"hooks.py"}
