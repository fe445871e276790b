"""The services of the compose file: order, images, ports, privileges."""

import ipaddress
import re
import subprocess
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml
from click.testing import CliRunner
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from runtime.servers import binary
from tests.compose.files import (
    COMPOSE,
    COMPOSE_FILE,
    PRODUCT,
    PROJECT,
    ROOT,
    SERVICES,
    interpolated,
)

JOBS = sorted(name for name, service in SERVICES.items() if service["restart"] == "no")


def validate(file: Path) -> tuple[int, str]:
    """Check a compose file against the compose specification that the installed package brings."""
    arguments = ["--builtin-schema", "vendor.compose-spec", str(file)]
    result = CliRunner().invoke(check_jsonschema.main, arguments)
    return result.exit_code, result.output


def test_the_file_follows_the_compose_specification() -> None:
    """Compose would accept every key and value."""
    code, output = validate(COMPOSE_FILE)
    assert code == 0, output


def test_the_specification_is_really_applied(tmp_path: Path) -> None:
    """A misspelt key is refused, so the test above means something."""
    broken = tmp_path / "docker-compose.yml"
    text = COMPOSE_FILE.read_text(encoding="utf-8")
    broken.write_text(text.replace("depends_on:", "depend_on:"), encoding="utf-8")
    code, output = validate(broken)
    assert code == 1
    assert "depend_on" in output


def test_everything_waited_for_says_when_it_is_ready() -> None:
    """A service waits for the health of what runs, and for the success of what ends."""
    for name, service in SERVICES.items():
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES, f"{name} waits for {other}, which does not exist"
            assert "profiles" not in SERVICES[other], f"{name} waits for {other}, which is optional"
            if other in JOBS:
                assert how == {"condition": "service_completed_successfully"}, (name, other)
            else:
                assert how == {"condition": "service_healthy"}, (name, other)
                assert SERVICES[other]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}


def test_every_job_is_waited_for() -> None:
    """`up --wait` takes a job that ended for a failure unless something depends on its success."""
    awaited = {other for service in SERVICES.values() for other in service.get("depends_on", {})}
    by_hand = {name for name in JOBS if SERVICES[name].get("profiles") == ["maintenance"]}
    assert by_hand == {"backup", "restore"}
    assert set(JOBS) - by_hand == {"databases", "migrate", "temporal-namespace", "temporal-schema"}
    assert set(JOBS) - by_hand <= awaited


def test_the_worker_starts_last() -> None:
    """Databases, schemas, server, namespace and migration are there before the worker."""

    def before(name: str) -> set[str]:
        direct = set(SERVICES[name].get("depends_on", {}))
        return direct.union(*(before(other) for other in direct))

    everything = {name for name, service in SERVICES.items() if "profiles" not in service}
    assert before("worker") == everything - {"worker", "portal", "temporal-ui"}
    assert before("codec") == {"migrate", "databases", "postgres"}


def test_whatever_runs_for_long_comes_back() -> None:
    """Services that do not end are restarted after a crash and after a reboot."""
    policies = {name: service["restart"] for name, service in SERVICES.items() if name not in JOBS}
    assert set(policies.values()) == {"unless-stopped"}, policies


@pytest.mark.parametrize("name", SERVICES)
def test_images_are_exact(name: str) -> None:
    """No tag that will mean something else next month."""
    tag = SERVICES[name]["image"].rpartition(":")[2]
    parts = 2 if SERVICES[name]["image"].startswith("postgres:") else 3
    assert re.fullmatch(r"v?\d+" + r"\.\d+" * (parts - 1) + r"(-[a-z]+)?", tag), tag


def test_temporal_versions_agree() -> None:
    """Schema tool and server are of one version, of the minor the tests run against."""
    tags = {
        SERVICES[name]["image"].partition(":")[2]
        for name in ("temporal", "temporal-schema", "temporal-namespace")
    }
    assert len(tags) == 1
    version = subprocess.run(
        [binary("temporal"), "--version"], capture_output=True, text=True, check=True, timeout=30
    ).stdout
    embedded = re.search(r"Server (\d+\.\d+)\.", version)
    assert embedded
    assert tags.pop().startswith(f"{embedded[1]}.")


def test_our_image_has_the_version_of_the_project() -> None:
    """Migration, worker and portal run one image, tagged with the version in pyproject.toml."""
    assert PRODUCT == ["codec", "migrate", "portal", "worker"]
    expected = f"{PROJECT['project']['name']}:{PROJECT['project']['version']}"
    assert {SERVICES[name]["image"] for name in PRODUCT} == {expected}
    assert {SERVICES[name]["build"]["context"] for name in PRODUCT} == {"."}


def test_places_of_staff_are_for_workers_alone() -> None:
    """Their variables are secrets, and no other process tells staff anything."""
    assert {name for name, service in SERVICES.items() if "env_file" in service} == {"worker"}


def test_only_loopback_is_published() -> None:
    """Nothing but the proxy listens where another machine could reach it, the database nowhere."""
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    for port in ports.pop("proxy"):
        assert re.fullmatch(
            r"192\.0\.2\.1:\d+:\d+", interpolated(port, {"PROXY_ADDRESS": "192.0.2.1"})
        )
    for name, published in ports.items():
        for port in published:
            assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", interpolated(port, {})), (name, port)
    assert {name for name, published in ports.items() if published} == {
        "temporal", "temporal-ui", "portal", "codec", "prometheus", "grafana", "mailpit",
    }  # fmt: skip
    assert not any("network_mode" in service for service in SERVICES.values())


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        ("gateway", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("proxy", "203.0.113.9", "203.0.113.9"),
        ("proxy", "1.2.3.4, 203.0.113.9", "203.0.113.9"),
        ("another container", "203.0.113.9", "another container"),
        ("elsewhere", "203.0.113.9", "elsewhere"),
    ],
)
async def test_what_a_client_says_of_its_address_does_not_count(
    peer: str, forwarded: str, counts: str
) -> None:
    """Only the proxy before the portal is believed, and only what it added itself."""
    (config,) = COMPOSE["networks"]["default"]["ipam"]["config"]
    network, others = (
        ipaddress.IPv4Network(interpolated(config[what], {})) for what in ("subnet", "ip_range")
    )
    proxy = interpolated(SERVICES["proxy"]["networks"]["default"]["ipv4_address"], {})
    allowed = interpolated(SERVICES["portal"]["environment"]["FORWARDED_ALLOW_IPS"], {})
    peers = {
        "gateway": interpolated(config["gateway"], {}),
        "proxy": proxy,
        "another container": str(others[9]),
        "elsewhere": "192.0.2.1",
    }
    seen: list[str] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"][0])

    scope: Any = {
        "type": "http",
        "client": (peers[peer], 50_000),
        "headers": [(b"x-forwarded-for", forwarded.encode())],
    }
    await ProxyHeadersMiddleware(app, allowed)(scope, None, None)  # type: ignore[arg-type]

    assert seen == [peers.get(counts, counts)]
    assert others.subnet_of(network)
    assert ipaddress.ip_address(proxy) in network
    assert not any(ipaddress.ip_address(name) in others for name in allowed.split(","))


@pytest.mark.parametrize("name", PRODUCT)
def test_our_containers_may_do_nothing_they_need_not(name: str) -> None:
    """Read-only, without capabilities or new privileges, with one small folder to write to."""
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert [folder.partition(":")[0] for folder in service["tmpfs"]] == ["/tmp"]
    assert not {"privileged", "cap_add", "user", "network_mode", "pid"} & service.keys()
    assert all(volume.endswith(":ro") for volume in service["volumes"])


def test_no_container_gains_privileges_or_fills_the_disk() -> None:
    """No setuid program helps anywhere, and every log has a limit."""
    for name, service in SERVICES.items():
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["logging"]["options"].keys() == {"max-size", "max-file"}, name


def test_the_database_survives_its_container() -> None:
    """PostgreSQL writes to a named volume."""
    assert SERVICES["postgres"]["volumes"] == ["postgres:/var/lib/postgresql/data"]
    assert "postgres" in COMPOSE["volumes"]


def test_prometheus_asks_who_is_there() -> None:
    """Each target is a service that listens there, inside the network; of the product, every one.

    A target that is a name has one address, however many containers have it.
    """
    (folder, _, target) = SERVICES["prometheus"]["volumes"][0].partition(":")
    assert target == "/etc/prometheus:ro"
    asked = yaml.safe_load((ROOT / folder / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job.pop("job_name"): job for job in asked["scrape_configs"]}
    by_name = {name: job["dns_sd_configs"] for name, job in jobs.items() if name != "temporal"}
    assert {
        name: (group["names"], group["type"], group["port"]) for name, (group,) in by_name.items()
    } == {
        "defects-worker": (["worker"], "A", int(_port("worker", "DEFECTS_METRICS_ADDRESS"))),
        "defects-portal": (["portal"], "A", int(_port("portal", "DEFECTS_PORTAL_METRICS_ADDRESS"))),
    }
    server = f"temporal:{_port('temporal', 'PROMETHEUS_ENDPOINT')}"
    assert jobs["temporal"] == {"static_configs": [{"targets": [server]}]}
    assert all(len(job) == 1 for job in jobs.values())
    assert all((ROOT / folder / name).exists() for name in asked["rule_files"])


def _port(service: str, variable: str) -> str:
    """The port of an address that a service is given, in its environment or its command."""
    words = SERVICES[service].get("command", [])
    by_command = dict(word.split("=", 1) for word in words if "=" in word)
    given = by_command | SERVICES[service]["environment"]
    return str(given[variable]).rpartition(":")[2]


def test_the_worker_has_time_to_drain() -> None:
    """It is killed only well after the time it gives its activities."""
    grace = SERVICES["worker"]["stop_grace_period"]
    drain = float(SERVICES["worker"]["environment"]["DEFECTS_GRACEFUL_SHUTDOWN_SECONDS"])
    assert float(grace.removesuffix("s")) >= drain + 10
