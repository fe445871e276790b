"""The interface is what its description says: OpenAPI, held against contract and answers."""

import asyncio
import inspect
import socket
from collections import Counter
from typing import Any

import pytest
import schemathesis
import uvicorn
from fastapi import FastAPI
from hypothesis import strategies
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from temporalio import workflow

from domain.contract.status import CaseStatus, DefectStatus, ReleaseStatus, Status
from domain.contract.values import Command
from portal.api.contract import CASES, DEFECTS, KINDS, RELEASES, WITHIN, Kind
from portal.api.mail import MEDIA_TYPE
from portal.api.rates import Rate
from portal.api.security import Scope
from tests.domain.builders import FRIDAY, a_case, a_defect, a_release
from tests.portal.api.mails import a_mail
from tests.portal.conftest import Portal
from workflows.case import CaseWorkflow
from workflows.defect import DefectWorkflow
from workflows.release import ReleaseWorkflow

WORKFLOWS = {"case": CaseWorkflow, "defect": DefectWorkflow, "release": ReleaseWorkflow}
OF_THE_WORKFLOW = {"needs_attention", "attention", "pending_deliveries", "failed_deliveries"}
WHERE_THERE_IS_SOME = {"by_telephone", "to_acknowledge", "snoozed"}

schemathesis.openapi.media_type(
    MEDIA_TYPE, strategies.sampled_from([a_mail(), a_mail(headers={"From": "x"}), b"", b"\xff"])
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_update_of_the_contract_is_offered(kind: Kind) -> None:
    """But for those that workflows send each other."""
    updates = workflow._Definition.must_from_class(WORKFLOWS[kind.name]).updates
    within = {command.name for command in WITHIN}

    assert {command.name for command in kind.commands} == set(updates) - within


@pytest.mark.parametrize(
    ("machine", "model"),
    [(a_case()[0], CaseStatus), (a_defect()[0], DefectStatus), (a_release()[0], ReleaseStatus)],
    ids=["case", "defect", "release"],
)
def test_every_status_is_described(machine: Any, model: type[Status]) -> None:
    """Field by field, so that a new one is not forgotten here."""
    said = machine.status(FRIDAY)

    assert set(model.model_fields) - OF_THE_WORKFLOW - WHERE_THERE_IS_SOME == set(said)


async def test_the_description_is_of_the_messages_themselves(portal: Portal) -> None:
    """Every field of every message is in it, with the limits of the contract."""
    described = (await portal.service().get("/openapi.json")).json()
    schemas = described["components"]["schemas"]
    models = [kind.begins for kind in KINDS] + [c for kind in KINDS for c in kind.commands]

    for model in models:
        fields = set(model.model_fields)
        assert fields <= set(schemas[model.__name__]["properties"]), model.__name__
    assert schemas["Respond"]["properties"]["message"]["maxLength"] == 2_000
    assert "actor" not in schemas["Respond"]["required"]


async def test_the_description_needs_a_token_and_no_scope(portal: Portal) -> None:
    """It says what an installation can do, so it is for those who are known here."""
    answer = await portal.service(portal.token("x", Scope.MAIL_WRITE)).get("/openapi.json")

    described = answer.json()
    assert described["servers"] == [{"url": "/api/v1"}]
    operation = described["paths"]["/cases/{number}/respond"]["post"]
    assert operation["security"] == [{"token": ["cases:write"]}]


def test_messages_have_names_of_their_own() -> None:
    """Two messages of one name would share a schema."""
    models: set[type[Any]] = {*(kind.begins for kind in KINDS)}
    models |= {command for kind in KINDS for command in kind.commands}
    names = Counter(model.__name__ for model in models)

    assert [name for name, count in names.items() if count > 1] == []
    assert all(inspect.getdoc(model) for model in models if issubclass(model, Command))


@pytest.mark.timeout(180)
async def test_schemathesis_finds_nothing(portal: Portal, pytestconfig: pytest.Config) -> None:
    """Generated requests, sound and broken, to every operation, with real workflows behind it.

    `--hypothesis-seed` gives others.

    422 is a right answer to what the schemas allow: no schema says that a case is closed already.
    """
    portal.limited(rate=Rate(10_000, 10_000))
    await portal.world.case("CASE-1")
    await portal.world.defect("DEF-1", "S2")
    await portal.world.release("REL-1")
    token = portal.token("schemathesis", *Scope)
    seed = int(pytestconfig.getoption("hypothesis_seed") or 1)
    described = (await portal.service(token).get("/openapi.json")).json()

    async with _served(portal.app) as address:
        failed, requests, operations = await asyncio.to_thread(
            _checked, described, f"{address}/api/v1", token, seed
        )

    assert failed == []
    assert operations == sum(len(methods) for methods in described["paths"].values())
    assert requests > 2 * operations


class _served:  # noqa: N801 - reads as what it does
    """The application on a port of loopback."""

    def __init__(self, app: FastAPI) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))

    async def __aenter__(self) -> str:
        self._serving = asyncio.create_task(self._server.serve([self._socket]))
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    async def __aexit__(self, *error: object) -> None:
        self._server.should_exit = True
        await self._serving


def _checked(
    described: dict[str, Any], url: str, token: str, seed: int
) -> tuple[list[str], int, int]:
    """What failed, how many requests there were, and to how many operations."""
    config = SchemathesisConfig.from_dict(
        {
            "seed": seed,
            "continue-on-failure": True,
            "base-url": url,
            "headers": {"Authorization": f"Bearer {token}"},
            "generation": {"max-examples": 3, "deterministic": True, "database": "none"},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": ["2xx", "403", "404", "422"]}
            },
            "phases": {
                "examples": {"enabled": False},
                "coverage": {"enabled": False},
                "stateful": {"enabled": False},
            },
        }
    )
    failed: list[str] = []
    requests, operations = 0, set()
    for event in from_schema(schemathesis.openapi.from_dict(described, config=config)).execute():
        if isinstance(event, events.NonFatalError | events.FatalError):
            failed.append(repr(event))
        if isinstance(event, events.ScenarioFinished):
            requests += len(event.recorder.interactions)
            operations.add(event.recorder.label)
            failed += [
                f"{event.recorder.label}: {check.name}"
                for checks in event.recorder.checks.values()
                for check in checks
                if check.status != "success"
            ]
    return failed, requests, len(operations)


def test_kinds_are_told_apart() -> None:
    """By their workflows and the numbers of ours."""
    assert [kind.prefix for kind in (CASES, DEFECTS, RELEASES)] == ["CASE", "DEF", "REL"]
    assert len({kind.workflow for kind in KINDS}) == len(KINDS)
