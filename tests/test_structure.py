"""The shape of the source: imports point one way, and nothing reads a clock where none may be."""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OURS = {
    *("domain", "workflows", "activities", "runtime", "commands", "portal"),
    *("simulation", "bench", "tools", "worker", "starter"),
}
MAY_IMPORT = {
    "domain": {"domain"},
    "workflows": {"workflows", "domain"},
    "activities": {"activities", "runtime", "domain"},
    "runtime": {"runtime", "domain"},
    "commands": {"commands", "portal", "activities", "runtime", "domain", "worker"},
    "portal": {"portal", "commands", "activities", "runtime", "domain"},
}
PURE = {"pydantic", "pydantic_core", "idna"}
"""What the domain may use besides the standard library."""
DOORS = {"smtplib", "socket", "subprocess", "sqlite3", "pathlib", "io", "logging"}
"""Ways out that the standard library has."""

BANNED_CALLS = {
    "asyncio.TaskGroup",
    "asyncio.wait",
    "asyncio.as_completed",
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "time.time",
    "time.monotonic",
    "time.sleep",
    "uuid.uuid4",
    "uuid.uuid1",
    "os.environ",
    "os.getenv",
}
BANNED_MODULES = {"random", "secrets", "uuid", "os", "time", "threading"}


def _sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def _pure(package: str) -> bool:
    if package in DOORS | BANNED_MODULES:
        return False
    return package in PURE | {"domain"} or package in sys.stdlib_module_names


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("folder", MAY_IMPORT)
def test_imports_point_one_way(folder: str) -> None:
    """All know the domain, the portal what it shows; nobody knows who stands above them."""
    wrong = [
        f"{_name(path)} imports {module}"
        for path in _sources(folder)
        for module in _imports(_tree(path))
        if module.split(".")[0] in OURS - MAY_IMPORT[folder]
    ]

    assert wrong == []


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def _at_once(tree: ast.Module) -> ast.Module:
    """The statements that run when a module is imported: no functions, nothing for types only."""

    class Running(ast.NodeTransformer):
        def visit_FunctionDef(self, _node: ast.FunctionDef) -> None: ...
        def visit_AsyncFunctionDef(self, _node: ast.AsyncFunctionDef) -> None: ...
        def visit_If(self, node: ast.If) -> ast.If | None:
            return None if _dotted(node.test).endswith("TYPE_CHECKING") else node

    running: ast.Module = Running().visit(tree)
    return running


def _needed(modules: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """Which modules each one needs to be there, with the packages they lie in, when it is loaded.

    Its own packages are left out: they have begun by then.
    """
    needed: dict[str, set[str]] = {}
    for module, tree in modules.items():
        names = [name.split(".") for name in _imports(_at_once(tree))]
        wanted = {".".join(name[:end]) for name in names for end in range(1, len(name) + 1)}
        needed[module] = {
            name for name in wanted & modules.keys() if not f"{module}.".startswith(f"{name}.")
        }
    return needed


def _circle(modules: Mapping[str, ast.Module]) -> list[str]:
    try:
        TopologicalSorter(_needed(modules)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_every_module_can_be_imported_first() -> None:
    """No circle of imports: none works only since another module happened to be loaded before."""
    modules = {_module(path): _tree(path) for path in _sources(*sorted(MAY_IMPORT))}

    assert _circle(modules) == []


def test_a_circle_of_imports_is_found() -> None:
    """Also one through a package that loads its own modules; not one inside a function."""
    source = {
        "api": "from api.mail import router",
        "api.mail": "from intake import receive",
        "api.problems": "",
        "intake": "from api.problems import Problem",
    }
    late = source | {"api.mail": "def take():\n    from intake import receive"}

    assert _circle({name: ast.parse(text) for name, text in source.items()}) != []
    assert _circle({name: ast.parse(text) for name, text in late.items()}) == []


def test_the_domain_is_pure() -> None:
    """Standard library, pydantic and idna; no clock, no chance, no environment, no I/O."""
    wrong = [
        f"{_name(path)} imports {module}"
        for path in _sources("domain")
        for module in _imports(_tree(path))
        if not _pure(module.split(".")[0])
    ]

    assert wrong == []


def test_activities_know_adapters_only_by_their_ports() -> None:
    """An activity names what it needs, not who gives it."""
    wrong = [
        _name(path)
        for path in (ROOT / "activities").glob("*.py")
        if any(module.startswith("activities.adapters") for module in _imports(_tree(path)))
    ]

    assert wrong == []


def test_activities_know_nothing_of_the_runtime_but_the_client() -> None:
    """Settings, connections and servers are the worker's to hand over."""
    wrong = [
        f"{_name(path)} imports {module}"
        for path in _sources("activities")
        for module in _imports(_tree(path))
        if module.startswith("runtime") and not module.startswith("runtime.client")
    ]

    assert wrong == []


def test_workflows_and_domain_use_nothing_that_breaks_a_replay() -> None:
    """No clock, no chance, no unordered waits, no bare except."""
    wrong: list[str] = []
    for path in _sources("workflows", "domain"):
        tree = _tree(path)
        wrong += [
            f"{_name(path)} imports {module}"
            for module in _imports(tree)
            if module.split(".")[0] in BANNED_MODULES
        ]
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and _dotted(node) in BANNED_CALLS:
                wrong.append(f"{_name(path)}:{node.lineno} uses {_dotted(node)}")
            if isinstance(node, ast.ExceptHandler):
                caught = _dotted(node.type) if node.type else ""
                if caught in {"", "BaseException"} and not isinstance(node.type, ast.Tuple):
                    wrong.append(f"{_name(path)}:{node.lineno} catches everything")
            if isinstance(node, ast.keyword) and ast.unparse(node) == "timeout=0":
                wrong.append(f"{_name(path)}:{node.lineno} waits with timeout=0")

    assert wrong == []


def test_the_check_bites() -> None:
    """A module that does what is banned would be found."""
    tree = ast.parse("import random\nx = datetime.now()\n")

    assert "random" in list(_imports(tree))
    assert any(_dotted(n) in BANNED_CALLS for n in ast.walk(tree) if isinstance(n, ast.Attribute))


@pytest.mark.parametrize("folder", sorted(OURS - {"worker", "starter"}))
def test_no_folder_hides_what_it_is_for(folder: str) -> None:
    """No utils, helpers, common, shared or base anywhere."""
    vague = {"utils", "util", "helpers", "common", "shared", "base", "misc"}

    assert [_name(p) for p in (ROOT / folder).rglob("*") if p.stem in vague] == []
