"""A release to 300 defects while parts of the installation are killed and come back."""

import json
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from tests.containers.outside import Visitor, eventually
from tests.containers.place import Place

_NOW = f"{time.time():.0f}"
"""So that one that was kept up can be asked again."""
RELEASE = f"REL-{_NOW}"
DEFECTS = [f"KILL-{_NOW}-{n:03}" for n in range(300)]
CLIENTS = {f"{number}@clients.example".lower() for number in DEFECTS}
FIRST = datetime.now(UTC).replace(microsecond=0) + timedelta(days=20)
AT_ONCE = 50
"""Mails that one worker may be sending at the moment of its death: these may come again, under the
same Message-ID."""
LONG = 600.0


@pytest.fixture(scope="module")
def planned(place: Place) -> Place:
    """300 defects, each with a client of its own, in a release; everybody knows."""
    past = {"confirmed_at": (datetime.now(UTC) - timedelta(days=30)).isoformat()}
    lines = [
        {"type": "defect", "number": number, "actor": "import", "severity": "S3", "title": "Slow",
         "functional_area": "reports", "past": past,
         "cases": [{"case": f"{number}-C", "client": number.lower(),
                    "contact": {"email": f"{number}@clients.example".lower()}}]}
        for number in DEFECTS
    ]  # fmt: skip
    text = "".join(json.dumps(line) + "\n" for line in lines)
    place.starter("import", "/dev/stdin", given=text)
    eventually("all are there", lambda: len(_states(place)) == len(DEFECTS), LONG)
    when = f"{FIRST:%Y-%m-%dT%H:%M:%SZ}"
    _ask(place, "plan-release", "--kind", "major", "--title", "Spring", "--number", RELEASE,
         "--deploy-at", when)  # fmt: skip
    _ask(place, "attach-defect", RELEASE, *DEFECTS)
    _everybody_once(place, "is planned for release")
    return place


def _ask(place: Place, *command: str) -> None:
    """Give a command; that nobody has answered within 30 seconds takes nothing of it back."""
    words = " ".join(f"'{word}'" for word in command)
    code, _ = place.tries(f"docker compose exec -T worker python starter.py {words}")
    assert code in {0, 3}


def _states(place: Place) -> list[str]:
    rows = place.sql(f"SELECT state FROM entities WHERE number LIKE 'KILL-{_NOW}-___'")
    return [state for (state,) in rows]


def test_postgresql_stops_and_comes_back_under_load(planned: Place) -> None:
    """Each client is told of the new date, by one mail each."""
    when = f"{FIRST + timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    _ask(planned, "reschedule", RELEASE, when, "--reason", "a test takes longer")
    eventually("some were told", lambda: len(planned.told("has a new date")) > 20, LONG)
    planned.types("docker compose stop postgres")
    assert len(planned.told("has a new date")) < len(CLIENTS)
    planned.types("docker compose up --no-recreate --wait --scale worker=3 --scale portal=2")
    _everybody_once(planned, "has a new date")
    eventually("all is well", lambda: planned.tries(HEALTH)[0] == 0, LONG)


HEALTH = "docker compose exec -T worker python starter.py health"


def test_a_worker_and_a_portal_are_killed_in_the_middle(planned: Place) -> None:
    """Nothing is lost and nothing twice; whoever asks the proxy meanwhile is answered."""
    _ask(planned, "deploy", RELEASE)
    eventually("some were told", lambda: len(planned.told("is resolved")) > 20, LONG)
    with _asking(planned) as answers:
        for service in ("worker", "portal"):
            doomed = planned.containers(service)[-1]
            os.kill(doomed["State"]["Pid"], signal.SIGKILL)
        assert len(planned.told("is resolved")) < len(CLIENTS)
        _everybody_once(planned, "is resolved")
    assert answers[200] > 10
    assert set(answers) == {200}, answers
    for service in ("worker", "portal"):
        eventually(f"{service} is back", partial(_came_back, planned, service))
    # What pages show is written by an activity of its own, which may have died with its worker.
    eventually("pages say so", lambda: set(_states(planned)) == {"resolved"}, LONG)


def _came_back(place: Place, service: str) -> bool:
    """Whether one container of several was started again by the engine, and is healthy."""
    again = [one for one in place.containers(service) if one["RestartCount"]]
    return [one["State"]["Health"]["Status"] for one in again] == ["healthy"]


def _everybody_once(place: Place, words: str) -> None:
    """Every client gets the mail with these words; again only what was being sent at a death."""

    def reached() -> Counter[str]:
        return Counter(address for address, _ in place.told(words) if address in CLIENTS)

    eventually(f"300 are told: {words}", lambda: reached().keys() == CLIENTS, LONG)
    counts = {key: n for key, n in place.told(words).items() if key[0] in CLIENTS}
    again = sum(counts.values()) - len(counts)
    print(f"{words}: {len(CLIENTS)} clients, {len(counts)} mails, {again} again by the same id")
    assert max(reached().values()) == 1
    assert again <= AT_ONCE


@contextmanager
def _asking(place: Place) -> Iterator[Counter[int]]:
    """Ask the proxy for the status page all the while; counts the answers by status."""
    answers: Counter[int] = Counter()
    over = threading.Event()

    def ask() -> None:
        visitor = Visitor(place.folder)
        while not over.is_set():
            try:
                answers[visitor.ask("GET", "/status").status_code] += 1
            except httpx.TransportError:
                answers[0] += 1
            time.sleep(0.2)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        yield answers
    finally:
        over.set()
        asking.join()
