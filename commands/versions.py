"""Which version of the worker's code runs what, and how all of it gets to another one.

Temporal keeps each run on the version it began on. A run moves where it continues as new, which
it does by itself as soon as it has something to do; the sleepers among them have to be nudged.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from temporalio.api.enums.v1 import WorkerDeploymentVersionStatus
from temporalio.api.workflowservice.v1 import (
    DescribeWorkerDeploymentRequest,
    SetWorkerDeploymentCurrentVersionRequest,
    SetWorkerDeploymentRampingVersionRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.contract.identity import DEFECTS_QUEUE
from runtime.client import CommandRefused
from runtime.pollers import UNVERSIONED, serving
from runtime.versioning import DEPLOYMENT

KINDS = {
    "CaseWorkflow": "case",
    "DefectWorkflow": "defect",
    "ReleaseWorkflow": "release",
    "AreaWorkWorkflow": "area work",
    "ImpactReviewWorkflow": "review",
    "WebhookWorkflow": "receiver",
    "RetentionWorkflow": "retention",
    "StatusMailWorkflow": "status mail",
    "DigestMailWorkflow": "digest mail",
}
WORKERS_SETTLE = 15.0
"""Seconds from a worker's start until the server knows all queues that it serves."""

_STATUS = {
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_CURRENT: "current",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_RAMPING: "ramping",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINING: "draining",
    WorkerDeploymentVersionStatus.WORKER_DEPLOYMENT_VERSION_STATUS_DRAINED: "drained",
}
OPEN = f'ExecutionStatus = "Running" AND TaskQueue = "{DEFECTS_QUEUE}"'


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the worker's code, and what depends on it."""

    build_id: str
    """`UNVERSIONED` for workers without one."""
    state: str
    """`current`, `ramping`, `draining`, `drained`, or `inactive`: never current."""
    workers: int
    """Processes that asked for work lately."""
    running: dict[str, int]
    """Open workflows by kind, as `KINDS` words them; without those there are none of."""

    @property
    def may_stop(self) -> bool:
        """Whether nothing depends on its workers any more."""
        return not self.running and self.state not in {"current", "ramping"}


@dataclass(frozen=True, slots=True)
class Rollout:
    """All versions, and which of them new runs begin on."""

    current: str
    ramping: str | None
    percent: float
    """Of new runs that begin on `ramping`."""
    versions: list[Version] = field(default_factory=list)


class Place(NamedTuple):
    """Where an open workflow is."""

    build_id: str
    kind: str
    number: str


async def look(client: Client) -> Rollout:
    """How things stand. Raises RPCError."""
    states, current, ramping, percent = await routing(client)
    workers = await serving(client)
    versions = [
        Version(build_id, state, len(workers.get(build_id, ())), await _running(client, build_id))
        for build_id, state in states.items()
    ]
    return Rollout(current, ramping, percent, [v for v in versions if _is_worth_a_line(v, current)])


async def unserved(client: Client, now: datetime | None = None) -> list[str]:
    """What stands still because no worker of its version runs, a line each."""
    states, current, ramping, _ = await routing(client)
    workers = await serving(client, now)
    problems = [
        f"what begins now waits for workers {_of(build_id)}"
        for build_id in (current, ramping)
        if build_id is not None and build_id not in workers
    ]
    for build_id in states.keys() - workers.keys() - {current}:
        # Where a version is current, it takes over those of none, and those that have not begun.
        if build_id == UNVERSIONED:
            continue
        count = (await client.count_workflows(f"{OPEN} AND {on_version(build_id)}")).count
        if count:
            problems.append(f"{count} open wait for workers {_of(build_id)}")
    return problems


def _of(build_id: str) -> str:
    return "without a build id" if build_id == UNVERSIONED else f"of version {build_id}"


async def where(client: Client) -> AsyncIterator[Place]:
    """Where each open workflow is."""
    states, *_ = await routing(client)
    for build_id in states:
        async for found in client.list_workflows(f"{OPEN} AND {on_version(build_id)}"):
            yield Place(build_id, KINDS.get(found.workflow_type, found.workflow_type), found.id)


async def route(
    client: Client,
    build_id: str,
    percent: float | None = None,
    *,
    patience: float = WORKERS_SETTLE,
) -> None:
    """Let new runs, and those that continue as new, begin on a version; or some percent of them.

    What was ramping before is so no more.

    Raises:
        CommandRefused: no worker of that version has been seen lately, or another one works on
            queues that this one does not serve.
    """
    if percent == 0:
        return await _route(client, "", 0)
    give_up_at = time.monotonic() + patience
    while True:
        problem = "no worker of it has been seen lately"
        try:
            if build_id in await serving(client):
                await _route(client, "" if build_id == UNVERSIONED else build_id, percent)
                break
        except RPCError as error:
            if error.status not in {RPCStatusCode.NOT_FOUND, RPCStatusCode.FAILED_PRECONDITION}:
                raise
            problem = error.message
        if time.monotonic() > give_up_at:
            raise CommandRefused(f"version: {build_id} cannot be used: {problem}")
        await asyncio.sleep(1)
    if percent is None and (await routing(client))[2] is not None:
        await _route(client, "", 0)
    return None


async def _route(client: Client, build_id: str, percent: float | None) -> None:
    service, who = client.workflow_service, client.identity
    if percent is None:
        await service.set_worker_deployment_current_version(
            SetWorkerDeploymentCurrentVersionRequest(
                namespace=client.namespace,
                deployment_name=DEPLOYMENT,
                build_id=build_id,
                identity=who,
            )
        )
        return
    await service.set_worker_deployment_ramping_version(
        SetWorkerDeploymentRampingVersionRequest(
            namespace=client.namespace,
            deployment_name=DEPLOYMENT,
            build_id=build_id,
            percentage=percent,
            identity=who,
        )
    )


async def routing(client: Client) -> tuple[dict[str, str], str, str | None, float]:
    """The state of every version; the current one; the ramping one and its percentage."""
    try:
        answer = await client.workflow_service.describe_worker_deployment(
            DescribeWorkerDeploymentRequest(namespace=client.namespace, deployment_name=DEPLOYMENT)
        )
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return {UNVERSIONED: "current"}, UNVERSIONED, None, 0.0
    found = answer.worker_deployment_info
    routing = found.routing_config
    current = routing.current_deployment_version.build_id or UNVERSIONED
    ramping, percent = routing.ramping_deployment_version.build_id, 0.0
    if percent := routing.ramping_version_percentage:
        ramping = ramping or UNVERSIONED
    states = {
        version.deployment_version.build_id: _STATUS.get(version.status, "inactive")
        for version in found.version_summaries
    }
    states[UNVERSIONED] = {current: "current", ramping: "ramping"}.get(UNVERSIONED, "inactive")
    return states, current, ramping or None, percent


async def _running(client: Client, build_id: str) -> dict[str, int]:
    counts = {}
    for workflow, kind in KINDS.items():
        query = f'{OPEN} AND WorkflowType = "{workflow}" AND {on_version(build_id)}'
        if count := (await client.count_workflows(query)).count:
            counts[kind] = count
    return counts


def on_version(build_id: str) -> str:
    """The part of a query that finds what runs on a version."""
    if build_id == UNVERSIONED:
        return "TemporalWorkerDeploymentVersion IS NULL"
    return f'TemporalWorkerDeploymentVersion = "{DEPLOYMENT}:{build_id}"'


def _is_worth_a_line(version: Version, current: str) -> bool:
    if version.build_id != UNVERSIONED:
        return True
    return current == UNVERSIONED or bool(version.workers or version.running)
