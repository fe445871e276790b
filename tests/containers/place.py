"""An installation made of containers: a copy of the checkout, and what one types in it."""

import json
import os
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.compose.files import ROOT, copied
from tests.containers.engine import run

PAGE = ROOT / "docs/how-to/install.md"
HOST = "support.vendor.example"
PLACE = "DEFECTS_PLACE_DESK", "json://desk.example/$HOME"
"""A place of staff, which no policy here names."""
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_OTHERS = ("DEFECTS_", "TEMPORAL_", "COMPOSE_", "OTEL_", "PROXY_", "PORTAL_", "AWS_")


def blocks() -> list[str]:
    """What the page about the installation has one type, in order."""
    return _BLOCK.findall(PAGE.read_text(encoding="utf-8"))


@dataclass
class Place:
    """A folder with the compose file as it is, and a project of that name."""

    folder: Path
    project: str = "installation-test"
    settings: dict[str, str] = field(default_factory=dict)
    """Given by the environment, which goes before `.env`."""
    at_first: list[dict[str, Any]] = field(default_factory=list)
    """The containers as they were when everything had come up for the first time."""

    def fill(self) -> None:
        """Copy what an installation is made of."""
        for name in sorted(copied() | {"docker-compose.yml", "Dockerfile", ".dockerignore"}):
            self._copy(name)
        for name in (".env.example", "deploy"):
            self._copy(name)
        (self.folder / "places.env").write_text("{}='{}'\n".format(*PLACE), encoding="utf-8")

    def _copy(self, name: str) -> None:
        source, target = ROOT / name, self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            left_out = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target, ignore=left_out, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)

    # --- typing ----------------------------------------------------------------------------------

    def types(self, script: str, given: str | None = None, check: bool = True) -> str:
        """What a shell in the folder writes to standard output."""
        return self.tries(script, given, check=check)[1]

    def tries(self, script: str, given: str | None = None, check: bool = False) -> tuple[int, str]:
        """Its exit code and standard output; `temporal` is the pinned one."""
        ours = {k: v for k, v in os.environ.items() if not k.startswith(_OTHERS)}
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = ours | {"PATH": path, "COMPOSE_PROJECT_NAME": self.project, **self.settings}
        command = ("bash", "-euo", "pipefail", "-c", script)
        ended = run(*command, folder=self.folder, env=env, given=given, check=check)
        return ended.returncode, ended.stdout

    def starter(self, *arguments: str, given: str | None = None) -> str:
        """What `starter.py` says in a worker's container."""
        words = " ".join(f"'{word}'" for word in arguments)
        return self.types(f"docker compose exec -T worker python starter.py {words}", given)

    def answer(self, *arguments: str, given: str | None = None) -> Any:
        """The same of a command whose answer is a JSON document."""
        return json.loads(self.starter(*arguments, "--json", given=given))

    def sql(self, query: str) -> list[list[str]]:
        """Rows of our database."""
        command = "docker compose exec -T postgres psql -U postgres -d defects -AtX -F '|' -f -"
        return [line.split("|") for line in self.types(command, query).splitlines()]

    # --- looking ---------------------------------------------------------------------------------

    def containers(self, service: str = "") -> list[dict[str, Any]]:
        """What the engine knows of the containers, those that have ended too."""
        ids = self.types(f"docker compose ps -aq {service}").split()
        found: list[dict[str, Any]] = json.loads(run("docker", "inspect", *ids).stdout)
        return sorted(found, key=lambda one: str(one["Name"]))

    def log(self, service: str) -> list[dict[str, Any]]:
        """The lines that a service of ours has logged."""
        lines = self.types(f"docker compose logs --no-log-prefix --no-color {service} 2>&1")
        lines = lines.replace("\x1b[2K", "")  # Compose erases what a terminal would show
        return [json.loads(line) for line in lines.splitlines() if line.startswith("{")]

    def mails(self) -> list[dict[str, Any]]:
        """Every mail that was caught, oldest first."""
        found: list[dict[str, Any]] = []
        with httpx.Client(base_url="http://127.0.0.1:8025/api/v1", timeout=60) as http:
            total = 1
            while len(found) < total:
                asked = {"start": len(found), "limit": 500}
                page = http.get("/messages", params=asked).json()
                total, found = page["total"], [*found, *page["messages"]]
                if not page["messages"]:
                    break
        return found[::-1]

    def told(self, words: str) -> Counter[tuple[str, str]]:
        """How often whom a mail reached whose subject has these words, with its Message-ID."""
        return Counter(
            (letter["To"][0]["Address"], letter["MessageID"])
            for letter in self.mails()
            if words in letter["Subject"]
        )
