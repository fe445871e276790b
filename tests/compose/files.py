"""The container files, read."""

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRODUCT = sorted(name for name, service in SERVICES.items() if "build" in service)

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?::(?P<kind>[-?])(?P<rest>[^}]*))?\})")


def interpolated(text: str, values: Mapping[str, str]) -> str:
    """The text as Compose reads it: `$$`, `${NAME}`, `${NAME:-default}` and `${NAME:?message}`."""

    def value(found: re.Match[str]) -> str:
        if found["dollar"]:
            return "$"
        given = values.get(found["name"], "")
        if not given and found["kind"] == "?":
            raise LookupError(f"{found['name']}: {found['rest']}")
        return given or (found["rest"] if found["kind"] == "-" else "")

    return _VARIABLE.sub(value, text)


def script(service: str) -> str:
    """The shell script a job runs, as its container gets it."""
    assert SERVICES[service]["entrypoint"] == ["/bin/sh", "-euc"]
    (text,) = SERVICES[service]["command"]
    return interpolated(text, {})


def run_script(
    service: str, environment: Mapping[str, str], given: bytes = b""
) -> "subprocess.CompletedProcess[bytes]":
    """Run a job's script on this machine, with something on standard input."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["/bin/sh", "-euc", script(service)],
        env={"PATH": path, "HOME": "/nonexistent", **environment},
        input=given,
        capture_output=True,
        timeout=90,
        check=False,
    )


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, with what follows; arguments by their defaults."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    for name, default in re.findall(r"^ARG (\w+)=(\S+)$", text, re.MULTILINE):
        text = text.replace(f"${{{name}}}", default)
    pairs = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(word.upper(), " ".join(rest.split())) for word, rest in pairs]


def bases() -> set[str]:
    """The images that the Dockerfile begins with, which come from a registry."""
    return {rest.split()[0] for word, rest in instructions() if word == "FROM"} - {"scratch"}


def copied() -> set[str]:
    """The files and folders the Dockerfile takes from the checkout."""
    return {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }
