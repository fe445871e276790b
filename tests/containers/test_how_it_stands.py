"""What the engine says of the containers once everything is up."""

import re

import pytest

from tests.compose.files import PRODUCT, SERVICES
from tests.containers.place import PLACE, Place

JOBS = {name for name, service in SERVICES.items() if service["restart"] == "no"}
BY_HAND = {"backup", "restore"}


def test_everything_is_up_and_the_jobs_are_done(place: Place) -> None:
    """`up --wait` has waited: what runs is healthy, what had to end has ended well, once."""
    for name in SERVICES.keys() - BY_HAND:
        found = [one["State"] for one in place.containers(name)]
        assert found, name
        if name in JOBS:
            assert {(s["Status"], s["ExitCode"]) for s in found} == {("exited", 0)}, name
        else:
            assert {s["Health"]["Status"] for s in found} == {"healthy"}, name
            assert {one["RestartCount"] for one in place.containers(name)} == {0}, name


def test_one_thing_came_after_the_other(place: Place) -> None:
    """Whatever waits for a job began after it had ended."""
    first = {one["Config"]["Labels"]["com.docker.compose.service"]: one for one in place.at_first}
    for name, one in first.items():
        for other in SERVICES[name].get("depends_on", {}).keys() & JOBS:
            ended = first[other]["State"]["FinishedAt"]
            assert one["State"]["StartedAt"] > ended, (name, other)


@pytest.mark.parametrize("name", sorted(set(PRODUCT) - {"migrate"}))
def test_our_processes_may_do_nothing(place: Place, name: str) -> None:
    """No root, no capability, nothing to write to but /tmp, from which nothing is executed."""
    look = (
        "import os; print(os.getuid(), os.getgid());"
        "lines = open('/proc/self/status').read().splitlines();"
        "wanted = ('CapEff', 'CapBnd', 'NoNewPrivs');"
        "print(*[line.split()[1] for line in lines if line.startswith(wanted)]);"
        "folders = ('/', '/app', '/venv', '/etc/defects', '/tmp');"
        "print(*[folder for folder in folders if os.access(folder, os.W_OK)])"
    )
    said = place.types(f'docker compose exec -T {name} python -c "{look}"').splitlines()
    assert said == ["10001 10001", "0000000000000000 0000000000000000 1", "/tmp"]


def test_secrets_are_in_no_image_and_no_command(place: Place) -> None:
    """They come by the environment, each only to whom it is for."""
    lines = (place.folder / ".env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    secret = {k: v for k, v in given.items() if k.endswith(("PASSWORD", "KEYS"))}
    assert len(secret) == 4
    for one in place.containers():
        name = one["Config"]["Labels"]["com.docker.compose.service"]
        words = [*(one["Config"]["Cmd"] or ()), *(one["Config"]["Entrypoint"] or ())]
        has = " ".join(one["Config"]["Env"])
        assert not any(value in " ".join(words) for value in secret.values()), name
        superuser = secret["POSTGRES_PASSWORD"] in has
        assert superuser == (name in {"postgres", "databases"}), name
        assert (secret["DEFECTS_ENCRYPTION_KEYS"] in has) == (name in PRODUCT), name
        assert ("=".join(PLACE) in one["Config"]["Env"]) == (name == "worker"), name


def test_only_loopback_is_published(place: Place) -> None:
    """Here the proxy too, as `.env` says."""
    for one in place.containers():
        for published in (one["NetworkSettings"]["Ports"] or {}).values():
            assert {port["HostIp"] for port in published or ()} <= {"127.0.0.1"}, one["Name"]
