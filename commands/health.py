"""Whether workers can do their work: server, pollers, versions, database, and what both know."""

import asyncio
from datetime import UTC, datetime

import typer
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from temporalio.api.enums.v1 import TaskQueueType, WorkflowExecutionStatus
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from activities.adapters.database import DatabaseSetAside, NoDatabase, make_engine
from activities.adapters.database.open_numbers import DatabaseOpenNumbers
from activities.adapters.database.set_aside import Waiting
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhook_secrets import DatabaseWebhookSecrets
from activities.adapters.file_store import FileStore, StoreDown
from activities.adapters.places import unknown_places
from activities.adapters.policy_files import PolicyError, PolicyFiles
from commands.versions import unserved
from domain.contract.identity import DEFECTS_QUEUE, OUTBOUND_QUEUE, WEBHOOKS_QUEUE
from domain.webhooks.receiver import workflow_id
from runtime.client import DefectsClient
from runtime.codec import AlteredPayload, UnknownKey
from runtime.connection import connect
from runtime.failing_tasks import failing_tasks
from runtime.schedules import missing_schedules
from runtime.sealing import Sealer
from runtime.settings import Settings
from runtime.stray_numbers import compare

POLLED = (
    (DEFECTS_QUEUE, "workflows", TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW),
    (DEFECTS_QUEUE, "activities", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    (OUTBOUND_QUEUE, "activities", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
    (WEBHOOKS_QUEUE, "activities", TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY),
)


MAILS = "decide on them at /staff/mails of the portal"
SHOWN = 10
"""Numbers that are named one by one."""


async def run(settings: Settings) -> int:
    """Say what is wrong, a line each; 0 where nothing is, else 1. Raises NoServer."""
    client = await connect(settings)
    problems = [
        f"no worker polls the task queue {queue} for {what}"
        for queue, what, kind in POLLED
        if not await _pollers(client, queue, kind)
    ]
    problems += await unserved(client)
    problems += [
        f"the schedule {name} is missing: a worker makes it when it starts, where it may"
        for name in await _missing(client)
    ]
    problems += await asyncio.to_thread(_attachments, settings)
    problems += _places(settings)
    no_database = await asyncio.to_thread(_database_problems, settings)
    if not no_database:
        problems += await asyncio.to_thread(_sealed_secrets, settings)
        problems += await _receivers(client, settings)
    problems += no_database or await _strays(client, settings)
    problems += await _failing(client)
    for problem in problems:
        typer.echo(problem, err=True)
    if not problems:
        typer.echo("healthy")
    if not no_database and (waiting := await asyncio.to_thread(_set_aside, settings)).mails:
        many, full = waiting.mails, " (no more are taken)" if waiting.share >= 1 else ""
        typer.echo(f"{many} {'mail waits' if many == 1 else 'mails wait'} for staff{full}: {MAILS}")
    return 1 if problems else 0


def _set_aside(settings: Settings) -> Waiting:
    """Mails that wait for a decision; no fault of an installation, so health is not told by it."""
    engine = make_engine(settings.database_url.get_secret_value())
    try:
        return DatabaseSetAside(engine).in_all()
    except SQLAlchemyError:
        return Waiting(0, 0)  # A worker of this version has not brought the tables up yet.
    finally:
        engine.dispose()


async def _pollers(client: Client, queue: str, kind: "TaskQueueType.ValueType") -> int:
    answer = await client.workflow_service.describe_task_queue(
        DescribeTaskQueueRequest(
            namespace=client.namespace, task_queue=TaskQueue(name=queue), task_queue_type=kind
        )
    )
    return len(answer.pollers)


async def _missing(client: Client) -> list[str]:
    """Schedules that are not there; a server that knows none is none of their problems."""
    try:
        return await missing_schedules(client)
    except RPCError:
        return []


async def _strays(client: Client, settings: Settings) -> list[str]:
    """Numbers that are open in the database and do not run, and the other way round."""
    engine = make_engine(settings.database_url.get_secret_value())
    numbers = DatabaseOpenNumbers(engine)
    try:
        found = await compare(DefectsClient(client), numbers, datetime.now(UTC))
    except RPCError as error:
        return [f"running workflows cannot be compared with the database: {error.message}"]
    except SQLAlchemyError as error:
        return [str(NoDatabase.because(error))]
    finally:
        engine.dispose()
    shown = [f"{stray}; see `starter.py recover {stray.number}`" for stray in found.strays[:SHOWN]]
    more = found.count - len(shown)
    return [*shown, f"and {more} more numbers like these"] if more else shown


def _attachments(settings: Settings) -> list[str]:
    """A store of files that takes none."""
    url = settings.attachments_url
    try:
        if url is not None:
            FileStore(url.get_secret_value()).check()
    except StoreDown as error:
        return [f"DEFECTS_ATTACHMENTS_URL: cannot be written to, so mails with files wait: {error}"]
    return []


def _places(settings: Settings) -> list[str]:
    """Places at which the policy tells staff, and that no setting knows."""
    try:
        named = PolicyFiles(settings.policy_file).places()
    except PolicyError as error:
        return str(error).splitlines()
    return unknown_places(named, settings.places)


def _sealed_secrets(settings: Settings) -> list[str]:
    """Secrets of webhooks that cannot be opened."""
    engine = make_engine(settings.database_url.get_secret_value())
    secrets = DatabaseWebhookSecrets(engine, Sealer(settings.encryption_keys))
    try:
        secrets.check(datetime.now(UTC))
    except (UnknownKey, AlteredPayload) as error:
        return [f"webhooks cannot be signed: {error}"]
    except SQLAlchemyError as error:
        return [str(NoDatabase.because(error))]
    finally:
        engine.dispose()
    return []


async def _receivers(client: Client, settings: Settings) -> list[str]:
    """Receivers of webhooks whose workflow's id another workflow has."""
    engine = make_engine(settings.database_url.get_secret_value())
    receivers = DatabaseWebhookReceivers(engine, Sealer(settings.encryption_keys))
    try:
        known = await asyncio.to_thread(receivers.all)
        ids = [workflow_id(row.id) for row in known if row.disabled is None]
        found = [(id_, await DefectsClient(client).describe(id_)) for id_ in ids]
    except RPCError as error:
        return [f"workflows of webhook receivers cannot be looked up: {error.message}"]
    except SQLAlchemyError as error:
        return [str(NoDatabase.because(error))]
    finally:
        engine.dispose()
    return [
        f"{id_} is taken by a {here.type.name}: its receiver is sent nothing until that has ended"
        for id_, here in found
        if here is not None
        and here.status == WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING
        and here.type.name != "WebhookWorkflow"
    ]


async def _failing(client: Client) -> list[str]:
    """Workflows whose tasks fail; a server that cannot tell is none of their problems."""
    try:
        return [
            f"{found}; see `starter.py recover`" for found in await failing_tasks(client, SHOWN)
        ]
    except RPCError:
        return []


def _database_problems(settings: Settings) -> list[str]:
    try:
        engine = make_engine(settings.database_url.get_secret_value())
        try:
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        finally:
            engine.dispose()
    except NoDatabase as error:
        return [str(error)]
    except SQLAlchemyError as error:
        return [str(NoDatabase.because(error))]
    return []
