"""The commands that containers run, as far as that goes without an engine."""

import asyncio
import mmap
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import typer.main
import yaml
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.testing import WorkflowEnvironment
from typer.core import TyperGroup

import starter
from runtime.servers import binary
from tests.compose.files import (
    COMPOSE,
    PRODUCT,
    ROOT,
    SERVICES,
    copied,
    instructions,
    run_script,
)


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
        assert where in {"worker", "portal", "codec"}
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
