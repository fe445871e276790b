"""Backup and restore, reconcile, and another version, by the words of the runbook."""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from textwrap import dedent

import pytest

from tests.compose.files import ROOT, bases
from tests.containers import engine
from tests.containers.outside import eventually
from tests.containers.place import Place
from tests.containers.stand_ins import NEXT_PYTHON, next_python

RUNBOOK = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
OPEN = ["DRILL-1", "DRILL-2", "DRILL-3"]
LONG = 600.0
PYTHON = min(bases()).partition(":")[2].partition("-")[0]
"""The version of the image's Python."""


def commands(heading: str) -> list[str]:
    """What the runbook has one type under a heading, block by block."""
    section = re.split(rf"^#+ {re.escape(heading)}$", RUNBOOK, flags=re.MULTILINE)[1]
    section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```$", section, re.MULTILINE | re.DOTALL)
    return [dedent(block) for block in blocks]


def begin(place: Place, *numbers: str) -> None:
    """Open defects that were elsewhere."""
    past = {"confirmed_at": (datetime.now(UTC) - timedelta(days=3)).isoformat()}
    lines = [
        {"type": "defect", "number": number, "actor": "import", "severity": "S2", "title": "Slow",
         "functional_area": "reports", "past": past,
         "cases": [{"case": f"{number}-C", "client": "drill", "contact": {"email": "d@r.example"}}]}
        for number in numbers
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    place.starter("import", "/dev/stdin", given=text)


def there_are(place: Place, name: str = "DRILL") -> list[str]:
    """The defects of that name that the database has."""
    asked = f"SELECT number FROM entities WHERE kind = 'defect' AND number LIKE '{name}-_'"
    return [number for (number,) in place.sql(asked)]


def due(place: Place) -> list[list[tuple[str, str]]]:
    """What is due of each open defect, and when."""
    said = [place.answer("explain", number) for number in OPEN]
    return [[(one["what"], one["due_at"]) for one in each["due"]] for each in said]


@pytest.fixture(scope="module")
def drill(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation that was empty, with what the first one had at its backup."""
    begin(place, *OPEN)
    eventually("they are there", lambda: len(there_are(place)) == len(OPEN), LONG)
    at_rest, restore_there, look = commands("The drill")
    place.types(at_rest)
    there = Place(tmp_path_factory.mktemp("drill"), project="drill")
    engine.remove(there.project)
    there.fill()
    shutil.copy(place.folder / ".env", there.folder)
    shutil.copy(place.folder / "backup.tar", there.folder)
    try:
        there.types(restore_there)
        there.types(look)
        yield there
    finally:
        engine.remove(there.project)


def test_a_backup_goes_into_an_empty_installation(place: Place, drill: Place) -> None:
    """What is open is due there as here, and as many workflows run."""
    assert due(drill) == due(place)
    assert all(due(place))
    count = "temporal workflow count --namespace defects --query 'ExecutionStatus=\"Running\"'"
    here, there = (
        place.types(f"{count} --address 127.0.0.1:{port}").split()[-1] for port in (7233, 17233)
    )
    assert here == there


def test_what_temporal_knows_beyond_the_backup_is_found(drill: Place) -> None:
    """A worker does not begin on an older database; `reconcile` brings back what it lacks."""
    begin(drill, "BEYOND-1")
    eventually("it is there", lambda: there_are(drill, "BEYOND"), LONG)
    drill.types("docker compose stop worker portal")
    drill.types("docker compose run --rm -T restore < backup.tar")
    assert there_are(drill, "BEYOND") == []
    drill.types("docker compose up --detach --no-deps worker")
    eventually(
        "it refuses", lambda: any(c["RestartCount"] for c in drill.containers("worker")), LONG
    )
    assert "BEYOND-1" in drill.types("docker compose logs worker 2>&1")
    drill.types("docker compose stop worker")
    go_on, look, mend, over = commands("The database went back, in containers")
    drill.types(go_on)
    log = "docker logs go-on 2>&1"
    eventually("it has begun", lambda: "worker.started" in drill.types(log), LONG)
    code, said = drill.tries(look)
    assert (code, "1 numbers that the database does not have" in said) == (1, True), said
    drill.types(mend)
    assert drill.sql("SELECT state FROM entities WHERE number = 'BEYOND-1'") == [["open"]]
    drill.types(over)
    assert drill.tries("docker compose exec -T worker python starter.py health")[0] == 0


def test_another_version_beside_this_one_and_back(place: Place, images: frozenset[str]) -> None:
    """Open defects go over by the commands of the rollout, nothing of them changed, and back.

    Where images can be made, the other version runs on the next Python as well.
    """
    begin(place, *OPEN)
    before, build = due(place), (place.folder / "Dockerfile").read_text(encoding="utf-8")
    (roll_out,) = commands("Upgrading")
    with next_python() if images else nullcontext(PYTHON) as newer:
        raised = build.replace(f"ARG PYTHON={PYTHON}\n", f"ARG PYTHON={newer}\n")
        assert (raised != build) == bool(images)
        (place.folder / "Dockerfile").write_text(raised, encoding="utf-8")
        _raise(place.folder, "0.3.0", "0.3.1")
        place.types(roll_out)
    version = place.types("docker compose exec -T worker python --version")
    assert version.startswith(f"Python {NEXT_PYTHON}." if images else "Python 3.")
    assert _running_on(place) == {"0.3.1"}
    assert due(place) == before
    _raise(place.folder, "0.3.1", "0.3.0")
    (place.folder / "Dockerfile").write_text(build, encoding="utf-8")
    place.types(roll_out.replace("0.3.1", "0.3.0"))
    assert _running_on(place) == {"0.3.0"}
    assert due(place) == before


def _raise(folder: Path, old: str, new: str) -> None:
    """Another version, by the two lines that the runbook names."""
    for name, words in (
        ("docker-compose.yml", "defect-orchestrator:{}"),
        (".env", "DEFECTS_BUILD_ID={}"),
    ):
        file = folder / name
        text = file.read_text(encoding="utf-8")
        assert words.format(old) in text
        file.write_text(text.replace(words.format(old), words.format(new)), encoding="utf-8")


def _running_on(place: Place) -> set[str]:
    """The versions that something runs on."""
    said = place.answer("rollout")
    return {v["build_id"] for v in said["versions"] if any(v["running"].values())}
