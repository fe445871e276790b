"""The installation that all tests here share: made by the page about it, as it stands there."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.containers import engine
from tests.containers.place import Place, blocks
from tests.containers.stand_ins import stand_ins

ORDER = ("how_it_stands", "image", "from_outside", "kills", "alert", "drills")
"""Of the files: how it stands is looked at first, and drills leave one worker."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Go through the installation in that order."""
    here = [item for item in items if item.path.parent == Path(__file__).parent]
    here.sort(key=lambda item: ORDER.index(item.path.stem.removeprefix("test_")))
    others = [item for item in items if item not in here]
    items[:] = [*others, *here]


@pytest.fixture(scope="session")
def images() -> Iterator[frozenset[str]]:
    """Every image is there, or stands in."""
    missing = engine.why_not()
    if missing:
        pytest.skip(f"no container engine: {missing}")
    with stand_ins() as standing_in:
        yield standing_in


@pytest.fixture(scope="session")
def place(images: frozenset[str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Everything on, every command of the page typed.

    Not where an installation stands, whose ports and tags it would take. While tests are written
    `KEEP_INSTALLATION` names a folder: what stands there stays, and is used again.
    """
    assert not engine.there_are("defects"), "an installation stands on this host: not beside it"
    kept = os.environ.get("KEEP_INSTALLATION")
    here = Place(Path(kept) if kept else tmp_path_factory.mktemp("installation"))
    here.settings["DEFECTS_WEBHOOK_ALLOW_PRIVATE"] = "true"  # the receiver is beside the worker
    try:
        if not (here.folder / ".env").exists():
            engine.remove(here.project)
            here.fill()
            for text in blocks():
                began = time.monotonic()
                here.types(text)
                if "compose up" in text and not here.at_first:
                    here.at_first = here.containers()
                print(f"{time.monotonic() - began:6.1f} s  {text.splitlines()[0]}")
        yield here
    except AssertionError:
        print(here.types("docker compose ps -a; docker compose logs --tail 30 2>&1", check=False))
        raise
    finally:
        if not kept:
            engine.remove(here.project)
