"""The container engine of this machine, if there is one."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

OLDEST_COMPOSE = (2, 24, 0)
"""The first whose files of variables may be missing."""
LONGEST = 1200.0
"""Seconds that a command may take, such as building an image."""


def why_not() -> str | None:
    """What is missing of an engine, or None."""
    if shutil.which("docker") is None:
        return "there is no docker"
    engine = run("docker", "version", "--format", "{{.Server.Version}}", check=False)
    if engine.returncode:
        return "no engine answers docker"
    compose = run("docker", "compose", "version", "--short", check=False)
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", compose.stdout)
    if compose.returncode or not found:
        return "docker has no compose"
    if tuple(map(int, found.groups())) < OLDEST_COMPOSE:
        return f"compose is {compose.stdout.strip()}, and too old"
    return None


def run(
    *command: str,
    folder: Path | None = None,
    env: Mapping[str, str] | None = None,
    given: str | None = None,
    check: bool = True,
    longest: float = LONGEST,
    tries: int = 1,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end; again, where something outside that it needs may stumble.

    Raises:
        AssertionError: it failed, with all that it wrote.
    """
    ended = subprocess.run(
        command,
        cwd=folder,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        timeout=longest,
        check=False,
    )
    if ended.returncode and tries > 1:
        return run(
            *command,
            folder=folder,
            env=env,
            given=given,
            check=check,
            longest=longest,
            tries=tries - 1,
        )
    assert not check or ended.returncode == 0, f"{command}: {ended.stdout}\n{ended.stderr}"
    return ended


def there_are(project: str) -> bool:
    """Whether a project of Compose has containers here."""
    return bool(_ids("ps", "--all", project=project))


def remove(project: str) -> None:
    """Remove a project of Compose with all that it has: containers, networks, volumes."""
    for kind, listed, removing in (
        ("container", ("ps", "--all"), ("rm", "--force", "--volumes")),
        ("network", ("network", "ls"), ("network", "rm")),
        ("volume", ("volume", "ls"), ("volume", "rm")),
    ):
        if ids := _ids(*listed, project=project):
            run("docker", *removing, *ids)
        assert not _ids(*listed, project=project), kind


def _ids(*listed: str, project: str) -> list[str]:
    label = f"label=com.docker.compose.project={project}"
    return run("docker", *listed, "--quiet", "--filter", label).stdout.split()
