"""Plays recorded lives of entities and writes down everything that happens, to compare versions.

A tape is one life as others see it: the start payload, what is said when, how the outside behaves.
It is in the words of the contract, so it outlives every redesign of the code. The record is what
came of it, step by step: effects with key and instant, who was told, status, agenda.

    python -m tools.behaviour record              one line per step, to standard output
    python -m tools.behaviour compare REVISION    what is different from another commit
    python -m tools.behaviour accept              today's behaviour is the expected one from now on
"""

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import Any

from activities.adapters.policy_files import PolicyFiles
from domain.case import CASE
from domain.contract.catalogue import COMMANDS
from domain.contract.defect import AdoptPolicy
from domain.contract.effects import Lane
from domain.contract.parsing import InvalidCommand, parse
from domain.defect import DEFECT
from domain.entity import Behaviour
from domain.policy import PinnedPolicy
from domain.release import RELEASE
from domain.runner import Runner
from simulation.case_world import CaseWorld
from simulation.release_world import ReleaseWorld
from simulation.world import World

HERE = Path("tests/behaviour")
TAPES = HERE / "lives.jsonl.gz"
EXPECTED = HERE / "expected.txt"
WORKTREES = Path("build/behaviour")


def tapes(file: Path = TAPES) -> list[dict[str, Any]]:
    """The recorded lives."""
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def play(tape: dict[str, Any]) -> Iterator[str]:
    """Live one life; one JSON line per step."""
    now = datetime.fromisoformat(tape["now"])
    world = _opened(tape, now)
    seen = _Seen(world)
    yield seen.line(None, None)
    for step, (op, *args) in enumerate(tape["ops"]):
        refused = _OPS[op](world, *args)
        yield seen.line(step, refused)


def digest(lines: Iterable[str]) -> str:
    """A fingerprint of a life."""
    hashed = hashlib.sha256()
    for line in lines:
        hashed.update(line.encode() + b"\n")
    return hashed.hexdigest()[:16]


def expected() -> dict[str, str]:
    """The fingerprint of each life, as last accepted."""
    return dict(row.split() for row in EXPECTED.read_text(encoding="utf-8").splitlines())


# --- adapters to the code of today ----------------------------------------------------------------


@cache
def _policy(year: int) -> PinnedPolicy:
    return PolicyFiles().load("eto", year).pinned()


_BEHAVIOURS: dict[str, tuple[Behaviour[Any], type[World]]] = {
    "defect": (DEFECT, World),
    "case": (CASE, CaseWorld),
    "release": (RELEASE, ReleaseWorld),
}


def _opened(tape: dict[str, Any], now: datetime) -> World:
    behaviour, world = _BEHAVIOURS[tape["kind"]]
    start = parse(behaviour.start, tape["start"])
    runner = Runner.begin(behaviour, tape["number"], start, _policy(tape["year"]), now)
    if tape["kind"] == "case" and not tape["id"].startswith("case-calls"):
        world = World
    return world(runner, now)


def _say(world: World, name: str, payload: dict[str, Any]) -> str | None:
    try:
        world.say(parse(COMMANDS[name], payload))
    except InvalidCommand as refused:
        world.runner.reject(name, str(refused), world.now)
        return str(refused)
    return None


def _adopt(world: World, payload: dict[str, Any]) -> None:
    world.adopt(world.entity.policy, parse(AdoptPolicy, payload))


def _set(world: World, knobs: dict[str, Any]) -> None:
    for name, value in knobs.items():
        if name != "places":
            setattr(world, name, set(value) if name == "absent" else value)
            continue
        for lane, (latency, down_until) in value.items():
            place = world.places[Lane(lane)]
            place.latency = timedelta(seconds=latency)
            place.down_until = down_until and datetime.fromisoformat(down_until)


_OPS: dict[str, Any] = {
    "say": _say,
    "adopt": _adopt,
    "set": _set,
    "wait": lambda world, end: world.wait_until(datetime.fromisoformat(end)),
    "stand_still": lambda world, end: world.stand_still_until(datetime.fromisoformat(end)),
}


class _Seen:
    """What has been written down of a world already."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._effects = self._deliveries = 0

    def line(self, step: int | None, refused: str | None) -> str:
        world = self._world
        effects = world.carried_out[self._effects :]
        delivered = world.delivered[self._deliveries :]
        self._effects, self._deliveries = len(world.carried_out), len(world.delivered)
        agenda = sorted((due.at.isoformat(), due.what) for due in world.runner.agenda)
        upcoming = world.upcoming()
        return json.dumps(
            {
                "step": step,
                "now": world.now.isoformat(),
                "refused": refused,
                "effects": [effect.model_dump(mode="json") for effect in effects],
                "delivered": [[d.event, d.key, d.recipient, d.at.isoformat()] for d in delivered],
                "status": world.entity.status(world.now).without_deliveries(),
                "attention": world.entity.attention,
                "agenda": agenda,
                "wakes": upcoming and upcoming.isoformat(),
                "pending": world.outbox.pending,
            },
            sort_keys=True,
        )


# --- the command line -----------------------------------------------------------------------------


def record(file: Path) -> Iterator[str]:
    """Every step of every life, each line beginning with its life."""
    for tape in tapes(file):
        for line in play(tape):
            yield f"{tape['id']} {line}"


def compare(revision: str) -> int:
    """Print the first difference of every life; 1 where there is one."""
    folder = WORKTREES / revision.replace("/", "-")
    git = ["git", "worktree"]
    subprocess.run([*git, "add", "--force", "--detach", str(folder), revision], check=True)
    try:
        program = [sys.executable, "-m", "tools.behaviour", "record", str(TAPES.resolve())]
        before = subprocess.run(program, cwd=folder, check=True, capture_output=True, text=True)
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)
    shown: set[str] = set()
    for old, new in zip_longest(before.stdout.splitlines(), record(TAPES), fillvalue=""):
        life = (old or new).split(" ", 1)[0]
        if old != new and life not in shown:
            shown.add(life)
            print(f"--- {life}", *_different(old, new), sep="\n")
    print(f"{len(shown)} of {len(tapes())} lives differ from {revision}")
    return 1 if shown else 0


def _different(old: str, new: str) -> Iterator[str]:
    before, after = (json.loads(line.split(" ", 1)[1]) if line else {} for line in (old, new))
    for name in sorted(before.keys() | after.keys()):
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        if isinstance(was, list) and isinstance(now, list):
            first = next(i for i, pair in enumerate(zip_longest(was, now)) if pair[0] != pair[1])
            was, now, name = was[first : first + 1], now[first : first + 1], f"{name}[{first}]"
        if isinstance(was, dict) and isinstance(now, dict):
            keys = [key for key in was.keys() | now.keys() if was.get(key) != now.get(key)]
            was, now = ({key: d.get(key) for key in sorted(keys)} for d in (was, now))
        yield f"step {after.get('step')}, {name}\n  - {json.dumps(was)}\n  + {json.dumps(now)}"


def accept() -> None:
    """Write down the fingerprints of today."""
    rows = (f"{tape['id']} {digest(play(tape))}\n" for tape in tapes())
    EXPECTED.write_text("".join(rows), encoding="utf-8")


def main(words: list[str]) -> int:
    """The command line."""
    match words:
        case ["record", *file]:
            for line in record(Path(file[0]) if file else TAPES):
                print(line)
            return 0
        case ["compare", revision]:
            return compare(revision)
        case ["accept"]:
            accept()
            return 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
