"""The reference is written from the code and lacks nothing."""

import json
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer.main
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter
from typer.core import TyperGroup

import starter
from activities.adapters.policy_files import BUILT_IN
from activities.languages import TEMPLATES
from domain.contract.catalogue import COMMANDS, MESSAGES
from domain.contract.events import TOPIC_OF, ClientEvent, Role, StaffEvent
from domain.contract.values import Command, Message
from domain.policy_file import PolicyFile
from domain.views.search_attributes import ATTRIBUTES
from domain.webhooks.events import EVENTS
from portal.api.contract import KINDS, command_model, start_model
from portal.api.security import Scope
from runtime.settings import PREFIX, Settings
from tools.docs import about_messages, schema_words, schemas, site
from tools.docs.about_policy import tables_in
from worker import WORKFLOWS

ROOT = Path(__file__).parents[2]


def _page(name: str) -> str:
    """A page of the reference with what is written from the code."""
    return site.completed((ROOT / "docs" / "reference" / f"{name}.md").read_text("utf-8"))


@cache
def _files() -> dict[str, str]:
    """What is written for programs; too dear for a process that only looks for tests."""
    return dict(site.files())


def _codes(page: str) -> set[str]:
    return set(re.findall(r"`([^`\n]+)`", _page(page)))


def _rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the rows below a heading."""
    after = _page(page).partition(f"\n{heading}\n")[2]
    lines = re.split(r"\n#+ ", after)[0].splitlines()
    return [[c.strip() for c in line.strip("|").split(" |")] for line in lines if line[:3] == "| `"]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_messages_have_every_command_of_a_workflow(workflow: type[Any]) -> None:
    """Each has its section under it, with every field of its message and how it is sent."""
    page = _page("messages").partition(f"\n## {workflow.__name__}\n")[2]
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
    page = _page("messages")
    starts = about_messages.STARTS

    assert set(starts) == {workflow.__name__ for workflow in WORKFLOWS}
    for model in {*schemas.published(), *starts.values()} - set(Command.__subclasses__()):
        assert model in starts.values() or f"\n### {model.__name__}\n" in page
        assert [field for field in model.model_fields if f"| `{field}` |" not in page] == []


def test_the_limits_of_texts_are_those_of_the_code() -> None:
    """What the page says of each kind is what it refuses beyond."""
    rows = re.findall(r"^\| <a id=.*></a>(.*?) \| (.*?) \|", _page("messages"), re.M)
    limits = dict(rows)
    assert set(limits) == set(schema_words.KINDS)
    for kind, hint in schema_words.KINDS.items():
        schema = TypeAdapter(hint).json_schema()
        said = limits[kind].replace(",", "")
        for limit in ("maxLength", "minLength"):
            if limit in schema and kind != "address":
                assert str(schema[limit]) in said, (kind, limit)


def test_events_have_every_mail_and_webhook() -> None:
    """With its topic, each role, and the details that a webhook can have."""
    page = "events"
    clients = {row[0].strip("`"): row[2].strip("`") for row in _rows(page, "## Emails to clients")}
    staff = {row[0].strip("`") for row in _rows(page, "## Emails to staff")}
    webhooks = {row[0].strip("`"): row[2] for row in _rows(page, "## Webhooks")}
    details = {row[0].strip("`") for row in _rows(page, "### Details of webhooks")}

    assert clients == {event: TOPIC_OF.get(event, "") for event in ClientEvent}
    assert staff == set(StaffEvent)
    assert {row[0].strip("`") for row in _rows(page, "## Roles")} == set(Role)
    assert webhooks == {e: ", ".join(f"`{d}`" for d in some) for e, some in EVENTS.items()}
    assert details == {detail for some in EVENTS.values() for detail in some}


def test_events_have_the_subject_of_each_template() -> None:
    """Each mail has one, with its places in braces."""
    page = _page("events")
    rows = re.findall(r"^\| (client|staff) \| `(.+)` \| `(.+)` \|$", page, re.MULTILINE)
    mails = {(side, event) for side, event, _ in rows}

    assert mails == {
        (file.parent.name, file.stem)
        for side in ("client", "staff")
        for file in (TEMPLATES / "en" / side).glob("*.j2")
    }
    assert "`[{number}] Confirmed as a defect (severity {severity})`" in page


def test_http_has_every_request_and_scope() -> None:
    """Every address and method of the OpenAPI description, and the description itself."""
    described = json.loads(_files()["reference/openapi.json"])
    page = _page("http")
    wanted = [
        f"## `{method.upper()} {path}`"
        for path, methods in described["paths"].items()
        for method in methods
    ]

    assert len(wanted) > sum(len(kind.commands) for kind in KINDS)
    assert [heading for heading in wanted if heading not in page] == []
    assert {row[0].strip("`") for row in _rows("http", "## Scopes")} == set(Scope)


def test_settings_have_every_variable_with_its_secrets() -> None:
    """And a row that says what it is for; what is secret is marked, and no other is."""
    rows = {
        line.split("|")[1].strip(" `"): line.split(" | ")
        for line in _page("settings").splitlines()
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
    page = _page("policy-file")
    published = tomllib.loads(BUILT_IN.read_text("utf-8"))
    schema = PolicyFile.model_json_schema()
    keys = set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    assert sorted(_keys(schema, schema["$defs"]) - keys) == []
    assert "| `reopen_window_days` | number, more than 0 | required | `14` |" in page
    assert published["defects"]["reopen_window_days"] == 14


def _keys(schema: dict[str, Any], models: dict[str, Any]) -> set[str]:
    """Every key of the file that holds a value and not a table."""
    found: set[str] = set()
    for name, field in schema["properties"].items():
        parts = tables_in(field)
        found |= set().union(*(_keys(models[p], models) for p in parts)) if parts else {name}
    return found


def test_the_command_line_has_every_command_and_option() -> None:
    """Those of groups too, each with what it means."""
    page = _page("commands")
    commands = dict(_commands(typer.main.get_command(starter.app)))
    missing = []
    for name, command in commands.items():
        section = re.split(r"\n##", page.partition(f"# `{name}`\n")[2])[0]
        for parameter in command.params:
            said = re.search(rf"^\* `[^`]*{parameter.opts[0]}\b[^`]*`: \S", section, re.MULTILINE)
            missing += [] if said else [f"{name} {parameter.opts[0]}"]

    assert {"open-case", "webhooks add", "token create"} <= set(commands)
    assert missing == []


def _commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        yield before + name, command
        if isinstance(command, TyperGroup):
            yield from _commands(command, f"{before}{name} ")


def test_metrics_have_what_the_portal_tells_and_the_dashboards_ask_for() -> None:
    """And every search attribute and alert."""
    page = _page("metrics")
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
    assert set(ATTRIBUTES) <= _codes("metrics")
    assert set(re.findall(r"alert: (\w+)", asked)) <= set(re.findall(r"\[(\w+)\]\(", page))


# --- what things mean -----------------------------------------------------------------------------


def test_every_field_says_what_it_means() -> None:
    """In the contract, over HTTP, in the policy file and in the settings."""
    offered = [start_model(kind) for kind in KINDS]
    offered += [command_model(command) for kind in KINDS for command in kind.commands]
    models: list[type[BaseModel]] = [*schemas.published(), *MESSAGES, *offered]
    models += [PolicyFile, Settings]
    named = {f"{m.__name__}.{f}": i for m in models for f, i in m.model_fields.items()}

    assert [name for name, field in named.items() if not field.description] == []


def test_a_field_that_means_nothing_is_an_error() -> None:
    """It ends the build of the site, by its name."""

    class Odd(Message):
        """One that nobody explains."""

        nobody_knows: str

    with pytest.raises(LookupError, match=r"Odd\.nobody_knows"):
        list(schema_words.fields_of(Odd.model_json_schema()))


def test_a_mark_for_which_nothing_is_written_is_an_error() -> None:
    """It ends the build of the site, by its name."""
    with pytest.raises(KeyError, match="nothing of the kind"):
        site.completed("<!-- written: nothing of the kind -->")


# --- the contract as JSON Schema ------------------------------------------------------------------


def test_every_message_is_published_as_a_schema(tmp_path: Path) -> None:
    """One file for each, and each is sound by the rules of JSON Schema."""
    files = []
    for name, content in _files().items():
        if name.startswith("schemas/"):
            files.append(tmp_path / Path(name).name)
            files[-1].write_text(content, "utf-8")
    checked = CliRunner().invoke(check_jsonschema, ["--check-metaschema", *map(str, files)])

    assert {f.stem for f in files} >= {model.__name__ for model in COMMANDS.values()}
    assert {f.stem for f in files} >= {"CaseStart", "DefectStart", "ReleaseStart"}
    assert checked.exit_code == 0, checked.output


@pytest.mark.parametrize(
    ("file", "after", "model"),
    [
        ("docs/how-to/bring-in.md", "END'\n", "DefectStart"),
        ("docs/operations.md", "```json\n", "DefectStart"),
        ("docs/how-to/connect-by-http.md", "crm-4711\" --json '", "CaseStart"),
        ("docs/how-to/connect-by-http.md", "crm-4712\" --json '", "ConfirmDefect"),
        ("docs/how-to/connect-by-temporal.md", "hold = ", "Hold"),
        ("docs/tutorial.md", "--input '", "ChangeSeverity"),
    ],
)
def test_a_schema_accepts_the_examples_of_the_pages(file: str, after: str, model: str) -> None:
    """As they stand there; over HTTP the token says who acts."""
    said, _ = json.JSONDecoder().raw_decode((ROOT / file).read_text("utf-8").partition(after)[2])

    assert _wrong(model, {"actor": "tracker", **said}) == []


def test_the_schema_of_each_answer_accepts_its_example() -> None:
    """That of the contract."""
    contract = (ROOT / "docs" / "contract.md").read_text("utf-8")
    wrong = {}
    for model in schemas.published():
        if kind := re.fullmatch(r"(\w+)Status", model.__name__):
            tag = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind[1]).lower()
            (example,) = re.findall(rf"^```json {tag}\n(.*?)^```$", contract, re.M | re.S)
            wrong[kind[1]] = _wrong(model.__name__, json.loads(example))

    assert wrong.keys() >= {"Case", "Defect", "Release"}
    assert not any(wrong.values()), wrong


def test_a_schema_refuses_what_the_contract_refuses() -> None:
    """A severity that is none, a number that is none, and a field that is missing."""
    refused = Draft202012Validator(_schema("ConfirmDefect"))
    known = {"actor": "tracker"}

    assert refused.is_valid(known)
    for wrong in ({"severity": "S5"}, {"defect": "two words"}, {"title": ""}):
        assert not refused.is_valid(known | wrong), wrong
    assert not refused.is_valid({})


def _wrong(model: str, said: object) -> list[str]:
    """What a message's schema has against it."""
    errors = Draft202012Validator(_schema(model)).iter_errors(said)
    return [f"{error.json_path}: {error.message}" for error in errors]


def _schema(model: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(_files()[f"schemas/{model}.json"])
    return schema
