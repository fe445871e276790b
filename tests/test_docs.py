"""The documentation names only what exists, and leaves nothing out that it claims to list."""

import ast
import json
import re
import shlex
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import typer.main
from typer.core import TyperGroup

import starter
from domain.contract.defect import DefectStart
from domain.contract.events import TOPIC_OF, ClientEvent, Role, StaffEvent
from domain.contract.parsing import parse
from domain.contract.release import AttachDefect
from domain.contract.values import Command
from domain.defect import DEFECT
from domain.staff_places import VARIABLES
from domain.views.search_attributes import ATTRIBUTES
from domain.webhooks.receiver import RECEIVER, WebhookStart
from runtime.settings import PREFIX, Settings
from tests.domain.builders import (
    CHICAGO,
    ETO,
    FRIDAY,
    Alone,
    a_case,
    a_defect,
    a_release,
    a_review,
    an_area_work,
    begin_alone,
)
from tools.docs import site
from worker import WORKFLOWS

ROOT = Path(__file__).parents[1]
GENERATED = {"var", "build", "node_modules"}
FOLDERS = (
    *("domain", "workflows", "activities", "runtime", "commands", "portal"),
    *("simulation", "tools", "tests", "bench", "deploy"),
)
OPENING = "When do you touch this folder?"
OF_THE_COMMAND_LINE = {"DEFECTS_ACTOR", "DEFECTS_TOKEN"}
"""Variables of ours that are no settings of an installation."""
NUMBERS = {"C": 11, "D": 8, "S": 4, "R": 6, "T": 10}
"""How many clauses the policy has of each kind."""


_FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@cache
def _written() -> dict[str, str]:
    """Files of the site that are written from the code."""
    return {f"docs/{name}": content for name, content in site.files()}


class Page(NamedTuple):
    """One Markdown file."""

    name: str
    text: str

    @property
    def code(self) -> list[str]:
        """Every piece of code: inline, and each fenced or indented block."""
        inline = re.findall(r"`([^`\n]+)`", _FENCED.sub("", self.text))
        return inline + [block for _, block in self.blocks()]

    def blocks(self) -> Iterator[tuple[str, str]]:
        """Language and text of each fenced block, then the indented lines, each by itself."""
        for found in _FENCED.finditer(self.text):
            yield found[1].strip(), found[2]
        for line in re.findall(r"^ {4,}(\S.*)$", _FENCED.sub("", self.text), re.MULTILINE):
            yield "", line

    def rows(self) -> Iterator[list[str]]:
        """The cells of every row of its tables."""
        for line in self.text.splitlines():
            if line.startswith("|") and not re.fullmatch(r"[|\s:-]+", line):
                yield [cell.strip() for cell in line.strip("|").split("|")]


def _pages() -> list[Page]:
    files = sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.md"))
    return [
        Page(str(file), (ROOT / file).read_text("utf-8"))
        for file in files
        if not any(part in GENERATED or part.startswith(".") for part in file.parts)
    ]


PAGES = _pages()
PAGE = {page.name: page for page in PAGES}
CONTRACT, POLICY = PAGE["docs/contract.md"], PAGE["docs/policy.md"]
CONTRIBUTING, FEATURES = PAGE["CONTRIBUTING.md"], PAGE["docs/features.md"]
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


# --- names of files, targets, commands, settings --------------------------------------------------


@every_page
def test_links_lead_somewhere(page: Page) -> None:
    """Each relative link is a file, a folder or a written page, and its anchor a heading there."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", page.text):
        if re.match(r"\w+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = ((ROOT / page.name).parent / path).resolve() if path else ROOT / page.name
        text = _text(file)
        if text is None or (anchor and anchor not in _anchors(text)):
            dead.append(target)

    assert dead == []


def _text(file: Path) -> str | None:
    """What a link leads to, with what the site writes into it; nothing of a folder."""
    if file.is_file():
        return site.completed(file.read_bytes().decode("utf-8", errors="replace"))
    return "" if file.is_dir() else _written().get(str(file.relative_to(ROOT)))


def _anchors(text: str) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading).lower().replace(" ", "-") for heading in headings}


_PATH = re.compile(
    r"(?<![\w./:~-])"
    r"((?:domain|workflows|activities|runtime|commands|portal|tests|bench|docs)/[\w./-]*[\w/]"
    r"|(?:[\w-]+/)*[\w-]+\.(?:py|toml|lock|yml)"
    r"|(?:[\w-]+/)+(?=`|$))"
    r"(?:::([\w.]+))?"
    r"(?![\w/*…-])"
)
_NOT_OURS = {
    "yours.toml",
    "var/yours.toml",
    "temporal.toml",
    "tests/workflows/histories/DEF-000001.json",
}
_WRITTEN = {"bench/RESULTS.md"}
"""What a command that is named there writes."""


@every_page
def test_files_exist(page: Page) -> None:
    """Each path in code is there, from the root or the page's folder, with what follows `::`."""
    missing = []
    for code in page.code:
        for path, name in _PATH.findall(code):
            file = _file(page, path)
            if path in _NOT_OURS | _WRITTEN:
                continue
            if file is None:
                missing.append(path)
            elif name and name not in _definitions(file):
                missing.append(f"{path}::{name}")

    assert missing == []


def _file(page: Page, path: str) -> Path | None:
    here = (ROOT / page.name).parent
    return next((p for p in (ROOT / path, here / path) if p.exists()), None)


def _definitions(file: Path) -> set[str]:
    """Functions, classes, methods, fields and constants of a module, dotted."""
    found: set[str] = set()

    def visit(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                visit(node.body, f"{prefix}{node.name}.")
            if isinstance(node, ast.Assign):
                found.update(prefix + t.id for t in node.targets if isinstance(t, ast.Name))
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found.add(prefix + node.target.id)

    visit(ast.parse(file.read_text("utf-8")).body, "")
    return found


@every_page
def test_make_targets_exist(page: Page) -> None:
    """Each `make …` in code is a target."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {n for code in page.code for n in re.findall(r"(?:^|\s)make ([a-z-]+)", code)}

    assert named - targets == set()


def test_every_make_target_is_in_contributing() -> None:
    """Who reads it knows all of them."""
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)

    assert [t for t in targets if not any(f"make {t}" in c for c in CONTRIBUTING.code)] == []


def _commands() -> dict[str, Any]:
    group = typer.main.get_command(starter.app)
    assert isinstance(group, TyperGroup)
    return dict(group.commands)


@every_page
def test_commands_and_options_exist(page: Page) -> None:
    """Each `starter.py …` in code is a command, and knows the options it is given."""
    commands, wrong = _commands(), []
    for code in page.code:
        for line in code.replace("\\\n", " ").splitlines():
            words = _words(line.partition("starter.py ")[2])
            if not words or not re.fullmatch(r"[a-z-]+[a-z]", words[0]):
                continue
            if words[0] not in commands:
                wrong.append(words[0])
                continue
            command = commands[words[0]]
            if isinstance(command, TyperGroup):
                if len(words) == 1:
                    continue
                if words[1] not in command.commands:
                    wrong.append(f"{words[0]} {words[1]}")
                    continue
                command = command.commands[words[1]]
            known = {o for p in command.params for o in (*p.opts, *p.secondary_opts)}
            given = {word.partition("=")[0] for word in words if re.match(r"--[a-z]", word)}
            wrong += [f"{words[0]} {option}" for option in given - known - {"--help"}]

    assert wrong == []


def _words(line: str) -> list[str]:
    try:
        return shlex.split(line, comments=True)
    except ValueError:  # a sentence with an apostrophe
        return re.split(r"[\s,;]+", line)


def test_every_command_is_with_the_features() -> None:
    """Who reads them knows all of them."""
    named = {n for code in FEATURES.code for n in re.findall(r"starter\.py ([a-z-]+)", code)}

    groups = [c for c in _commands().values() if isinstance(c, TyperGroup)]

    assert set(_commands()) - named == set()
    assert {name for group in groups for name in group.commands} - set(FEATURES.code) == set()


@every_page
def test_settings_exist(page: Page) -> None:
    """No page names a variable of ours that is none."""
    named = set(re.findall(rf"\b{PREFIX}[A-Z_]+[A-Z]\b", page.text))

    ours = {PREFIX + name.upper() for name in Settings.model_fields} | OF_THE_COMMAND_LINE
    assert {name for name in named - ours if not name.startswith(VARIABLES.rstrip("_"))} == set()


def test_every_setting_has_its_row_with_its_default() -> None:
    """The table of the reference is complete, and says what holds where nothing is set."""
    page = Page("", _text(ROOT / "docs/reference/settings.md") or "")
    rows = {row[0].strip("`"): row for row in page.rows() if row[0].startswith(f"`{PREFIX}")}
    plain = {
        PREFIX + name.upper(): _as_set(default)
        for name, field in Settings.model_fields.items()
        if isinstance(default := field.get_default(), str | int | float)
    }

    assert set(rows) == {PREFIX + name.upper() for name in Settings.model_fields}
    assert {name: rows[name][2].strip("`") for name in plain} == plain


def _as_set(default: str | float) -> str:
    """A default as one would set it."""
    if isinstance(default, bool):
        return str(default).lower()
    return default if isinstance(default, str) else f"{default:g}"


def test_every_package_earns_its_place() -> None:
    """Each dependency in pyproject.toml has its row with its reason, and no other has one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"]
    extras = project["project"]["optional-dependencies"]
    alone = [line for name in ("audit", "system") for line in groups[name]]
    installed = [*project["project"]["dependencies"], *alone]
    installed += [line for lines in extras.values() for line in lines]
    wanted = {_package(line) for line in installed}
    page = PAGE["docs/dependencies.md"]
    table = {row[0].strip("`") for row in page.rows()} - {"package"}
    dev = {_package(line) for line in groups["dev"]}

    assert table == wanted
    assert [name for name in sorted(dev) if f"`{name}`" not in page.text] == []


def test_licences_are_those_that_packages_state() -> None:
    """By the field that has an SPDX expression, where the package is here and has one."""
    noted = {row[0].strip("`"): row[-1] for row in PAGE["docs/dependencies.md"].rows()}
    del noted["package"]
    stated = {name: _licence(name) for name in noted}

    assert "" not in noted.values()
    assert len([name for name, licence in stated.items() if licence]) > 10
    assert {name: licence for name, licence in stated.items() if licence} == {
        name: noted[name] for name, licence in stated.items() if licence
    }


def _licence(package: str) -> str | list[str] | None:
    try:
        return metadata.metadata(package).json.get("license_expression")
    except metadata.PackageNotFoundError:
        return None


def _package(line: str) -> str:
    return re.split(r"[\[<>=~! ]", line, maxsplit=1)[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_says_when_you_touch_it(folder: str) -> None:
    """Its README opens with the question, and the page of the architecture leads there."""
    lines = [line for line in PAGE[f"{folder}/README.md"].text.splitlines() if line]

    assert lines[0].startswith("# ")
    assert lines[1].lstrip("*").startswith(OPENING)
    assert f"(../{folder}/README.md)" in PAGE["docs/architecture.md"].text


# --- what the pages claim ------------------------------------------------------------------------


def test_every_clause_has_its_row() -> None:
    """Each clause of the policy is there once, with who keeps it or that nobody does yet."""
    rows = [row for row in POLICY.rows() if re.fullmatch(r"[CDSRT]\d+", row[0])]
    ids = [f"{kind}{n}" for kind, last in NUMBERS.items() for n in range(1, last + 1)]

    assert sorted(row[0] for row in rows) == sorted(ids)
    assert [row[0] for row in rows if not (row[3] or row[2].startswith("not yet"))] == []


def test_what_two_business_days_are() -> None:
    """Each example of the page on time is what the calendar says."""
    form = "%a %Y-%m-%d %H:%M"
    instant = re.compile(r"[A-Z][a-z]{2} \d{4}-\d\d-\d\d \d\d:\d\d$")
    rows = [row for row in PAGE["docs/explanation/time.md"].rows() if instant.match(row[0])]
    due = {
        row[0]: ETO.calendar.add_business_days(
            datetime.strptime(row[0], form).replace(tzinfo=CHICAGO), 2.0
        ).astimezone(CHICAGO)
        for row in rows
    }

    assert len(rows) > 5
    assert {row[0]: row[1] for row in rows} == {at: f"{due[at]:{form}}" for at in due}


ENTITIES: dict[str, Callable[[], tuple[Alone, Any]]] = {
    "case": a_case,
    "defect": a_defect,
    "release": a_release,
    "area_work": an_area_work,
    "review": a_review,
    "receiver": lambda: begin_alone(RECEIVER, "webhook-1", WebhookStart(receiver="1"), ETO, FRIDAY),
}
"""One of each kind that has a status."""


@pytest.mark.parametrize("kind", ENTITIES)
def test_status_is_what_the_contract_shows(kind: str) -> None:
    """The example of a `status` has exactly the fields that the query answers, in its order."""
    (shown,) = (text for language, text in CONTRACT.blocks() if language == f"json {kind}")
    entity, _ = ENTITIES[kind]()
    answered = entity.runner.status(FRIDAY).model_dump(mode="json")

    assert list(json.loads(shown)) == list(answered)
    if kind == "defect":
        assert list(json.loads(shown)["target"]) == list(answered["target"])


def test_the_parts_of_a_release_are_what_the_contract_shows() -> None:
    """Members, notices, rounds of telling and the banner have exactly the fields that are shown."""
    (text,) = (text for language, text in CONTRACT.blocks() if language == "json release")
    shown = json.loads(text)
    release, _ = a_release()
    said = parse(AttachDefect, {"actor": "a", "defect": "DEF-1"})
    release.handle(said, release.planned_at)
    answered = release.status(release.deploy_at)
    (banner,) = (row[1] for row in CONTRACT.rows() if row[0] == "`banner`")

    assert list(shown["defects"]) == list(answered["defects"])
    assert [notice["days"] for notice in shown["notices"]] == ETO.releases.notice_days
    for part in ("notices", "fan_outs"):
        assert {*map(tuple, shown[part])} == {tuple(answered[part][0])}
    assert re.findall(r"\w+", banner.partition("{")[2].partition("}")[0]) == [*answered["banner"]]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_messages_are_those_of_the_contract(workflow: type[Any]) -> None:
    """Each update, signal and query is in the section of its workflow, and no other is."""
    section = CONTRACT.text.partition(f"### `{workflow.__name__}`")[2]
    page = Page("", re.split(r"\n##", section)[0])
    updates, queries = _handlers(workflow, "update"), _handlers(workflow, "query")
    in_rows = {row[0]: row for row in page.rows() if row[0].startswith("`")}
    listed = {name.partition(" ")[0].strip("`") for name in in_rows}
    marked = {name.split("`")[1] for name in in_rows if name.endswith(" s")}
    signals = set(workflow.signals)
    commands = {command.name for command in Command.__subclasses__()}

    assert updates <= listed
    assert listed & commands <= updates | signals
    assert marked <= signals <= marked | (listed - updates)
    assert [q for q in queries if f"`{q}`" not in page.text] == []


def test_payloads_are_those_of_the_contract() -> None:
    """Each command has a row, whose braces name every field of its message and no other."""
    rows = {row[0].split("`")[1]: row[1] for row in CONTRACT.rows() if row[0].startswith("`")}
    ours = {"actor", "key"}
    said = [c for c in Command.__subclasses__() if c.__module__.startswith("domain.contract")]
    fields = {command.name: set(command.model_fields) - ours for command in said}

    assert {name: _fields(rows.get(name, "")) for name in fields} == fields


def _fields(cell: str) -> set[str]:
    """The names in the first braces of a cell, those of nested braces left out."""
    braces = re.match(r"`\{(.*?)\}`", cell)
    flat = re.sub(r"\{[^{}]*\}", "", braces[1]) if braces else "nothing is said of it"
    return {found[0] for part in flat.split(",") if (found := re.search(r"\w+", part))}


def _handlers(workflow: type[Any], kind: str) -> set[str]:
    wanted = {"update": "_UpdateDefinition", "query": "_QueryDefinition"}[kind]
    members = (getattr(workflow, name) for name in dir(workflow))
    definitions: Iterator[Any] = (
        definition
        for member in members
        for definition in (
            getattr(member, "_defn", None),
            getattr(member, f"__temporal_{kind}_definition", None),
        )
        if type(definition).__name__ == wanted
    )
    return {definition.name for definition in definitions if definition.name}


def test_the_contract_lists_what_is_told_and_found() -> None:
    """Every event, role and search attribute is there; what is not there yet is said to be so."""
    built, missing = CONTRACT.text.partition("## Not there yet")[::2]
    named = {*ClientEvent, *StaffEvent, *Role, *ATTRIBUTES}

    assert sorted(name for name in named if f"`{name}`" not in built) == []
    assert sorted(name for name in named if f"`{name}`" in missing) == []


_ABOUT = "case|cases|defect|call|release|area_work|review|reclassification|preferences|severity"
_FACT = re.compile(rf"(?:{_ABOUT}|target|update|policy|deliveries|delivery)\.[a-z_]*[a-z]")


def test_the_contract_lists_what_a_timeline_holds() -> None:
    """Every fact that a machine records is there, and none that no machine does."""
    section = CONTRACT.text.partition("### `timeline`")[2].partition("\n### ")[0]
    named = {name for name in re.findall(r"`([^`\n]+)`", section) if _FACT.fullmatch(name)}
    recorded = {
        node.value
        for file in (ROOT / "domain").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and _FACT.fullmatch(node.value)
    }

    assert sorted(recorded - named - {*ClientEvent, *StaffEvent}) == []
    assert sorted(named - recorded) == []


def test_the_contract_says_what_one_can_opt_out_of() -> None:
    """Each topic has its row with its events, and no other event is in one."""
    section = CONTRACT.text.partition("### Preferences")[2].partition("\n### ")[0]
    rows = {row[0].strip("`"): row[1].strip("`") for row in Page("", section).rows()}

    assert {topic: rows.get(topic) for topic in TOPIC_OF.values()} == {
        topic: event for event, topic in TOPIC_OF.items()
    }


def test_the_line_to_import_is_one() -> None:
    """What the runbook shows as a line of a file begins a defect that has a past."""
    (shown,) = (
        text for language, text in PAGE["docs/operations.md"].blocks() if language == "json"
    )
    start = parse(DefectStart, json.loads(shown))
    defect, effects = begin_alone(DEFECT, "ETO-1234", start, ETO, FRIDAY)

    assert start.past is not None
    assert defect.confirmed_at == start.past.confirmed_at
    assert [effect.event for effect in effects] == ["project"]


def test_exit_codes_are_those_of_the_contract() -> None:
    """Each code that the command line maps an error to has its row."""
    rows = {row[0] for row in CONTRACT.rows() if row[0].isdecimal()}

    assert {str(code) for code in starter.ExitCodes.values()} | {"0", "1", "130"} == rows


def test_the_check_bites() -> None:
    """A page that names what is not there would be found."""
    page = Page("docs/x.md", "`domain/nowhere.py`, `make nothing`, `domain/case/intake.py::Nobody`")
    found = [match for code in page.code for match in _PATH.findall(code)]

    assert found == [("domain/nowhere.py", ""), ("domain/case/intake.py", "Nobody")]
    assert _file(page, "domain/nowhere.py") is None
    assert "Nobody" not in _definitions(ROOT / "domain/case/intake.py")
