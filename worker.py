"""Composition root: settings, adapters, activity objects, workers. SIGTERM drains.

`python worker.py` runs one worker process with the settings of the environment. `--go-on` lets it
run on a database that is empty or older than what runs.
"""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseConsultation,
    DatabaseImpact,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabaseMembers,
    DatabaseNumbers,
    DatabasePreferences,
    DatabaseReadModel,
    DatabaseRecords,
    DatabaseStatusPage,
    IncidentRefs,
    NoDatabase,
    make_engine,
    migrate,
)
from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.database.digests import DatabaseDigests
from activities.adapters.database.open_numbers import DatabaseOpenNumbers
from activities.adapters.database.retention import DatabaseRetention, look_for_runs
from activities.adapters.database.subscribers import DatabaseSubscribers
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhook_secrets import DatabaseWebhookSecrets
from activities.adapters.database.webhooks import CALL_HOLDS, DatabaseWebhooks
from activities.adapters.mailbox import mailbox_for
from activities.adapters.places import NoPlaces, places_for
from activities.adapters.policy_files import PolicyError, PolicyFiles
from activities.adapters.statuspage import StatuspageApi
from activities.adapters.webhook_http import WebhookHttp
from activities.consultation import BookCalls
from activities.digest import MailDigests, begin_digest_mail
from activities.entities import Entities
from activities.fan_out import FanOut
from activities.impact import ReviewImpact
from activities.notifications import Notifications
from activities.pin_policy import PinPolicy
from activities.ports import Mailbox, Places, Policies, StatusPage
from activities.read_model import ReadModelWriter
from activities.retention import PruneRows
from activities.signals import Signals
from activities.status_page import PostToStatusPage
from activities.subscribers import MailSubscribers, begin_status_mail
from activities.webhook_ports import Poster, Sealing
from activities.webhooks import CallReceivers, SendWebhooks, call_forgotten, wake
from domain.contract.identity import DEFECTS_QUEUE, OUTBOUND_QUEUE, WEBHOOKS_QUEUE
from domain.promise_guard import find_promise
from domain.webhooks.events import checked_url, secret_key
from runtime.client import DefectsClient
from runtime.codec import NO_KEYS, AlteredPayload, UnknownKey
from runtime.connection import NoServer, connect
from runtime.logs import configure_logs
from runtime.older_database import OlderDatabase, refuse_older
from runtime.schedules import IMPACT_REVIEW, RETENTION, ensure_retention, ensure_review
from runtime.sealing import Sealer
from runtime.search_attributes import ensure
from runtime.settings import Settings, SettingsError, read_settings
from runtime.shutdown import stop_on_signals
from runtime.temporal_runtime import WORKER
from runtime.time_zones import use_pinned_zones
from runtime.versioning import deployment_config
from workflows.area_work import AreaWorkWorkflow
from workflows.case import CaseWorkflow
from workflows.defect import DefectWorkflow
from workflows.digest_mail import DigestMailWorkflow
from workflows.entity import EntityWorkflow
from workflows.impact_review import ImpactReviewWorkflow
from workflows.release import ReleaseWorkflow
from workflows.retention import RetentionWorkflow
from workflows.status_mail import StatusMailWorkflow
from workflows.webhook import WebhookWorkflow

log = structlog.get_logger()

WORKFLOWS: list[type[EntityWorkflow[Any]]] = [
    CaseWorkflow,
    DefectWorkflow,
    ReleaseWorkflow,
    AreaWorkWorkflow,
    ImpactReviewWorkflow,
    WebhookWorkflow,
]
UPKEEP = [RetentionWorkflow, StatusMailWorkflow, DigestMailWorkflow]
"""Workflows that are no entities: they have no number, no commands and no outbox."""
ACTIVITY_THREADS = 40
MAILS_SEEN_WITHIN = timedelta(seconds=10)
"""After which a worker looks whether subscribers are to be told of a post, or digests are due."""
STICKY_PATIENCE = timedelta(seconds=1)
"""How long a task waits for the worker that has its workflow in memory before any may take it.

With the SDK's ten seconds, whatever is said or asked within them of a worker's death waits for the
dead; and so do the queries that `runtime/query_guard.py` is about.
"""


@dataclass(frozen=True)
class Adapters:
    """The outside world as this installation has it."""

    engine: Engine
    mailbox: Mailbox
    status_page: StatusPage
    policies: Policies
    webhooks: Poster = field(default_factory=WebhookHttp)
    sealing: Sealing = field(default_factory=lambda: Sealer(NO_KEYS))
    places: Places = field(default_factory=NoPlaces)


def build_adapters(settings: Settings) -> Adapters:
    """Choose the adapters the settings ask for; the database is brought up to date.

    Raises:
        PolicyError: the policy file is wrong.
        NoDatabase: the database cannot be used.
        SettingsError: the mail server's URL, a place's, a receiver's or the webhooks' secret cannot
            be used, or a secret needs a key that is not there.
    """
    policies = PolicyFiles(settings.policy_file)
    try:
        places = places_for(policies.places(), settings.places)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    engine = make_engine(settings.database_url.get_secret_value(), pool_size=ACTIVITY_THREADS)
    migrate(engine)
    smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    try:
        mailbox = mailbox_for(engine, smtp_url, settings.mail_from, settings.bounce_address)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    page: StatusPage = DatabaseStatusPage(engine)
    if settings.statuspage_url and settings.statuspage_page_id and settings.statuspage_api_key:
        page = StatuspageApi(
            settings.statuspage_url,
            settings.statuspage_page_id,
            settings.statuspage_api_key.get_secret_value(),
            refs=IncidentRefs(engine),
        )
    private = settings.webhook_allow_private
    synchronise_receivers(engine, settings, private=private)
    return Adapters(
        engine,
        mailbox,
        page,
        policies,
        WebhookHttp(allow_private=private),
        Sealer(settings.encryption_keys),
        places,
    )


def synchronise_receivers(engine: Engine, settings: Settings, *, private: bool) -> None:
    """Bring the receivers of webhooks in line with the settings; those added otherwise stay."""
    try:
        urls = [checked_url(url, private=private) for url in settings.webhook_urls]
    except ValueError as error:
        raise SettingsError(f"DEFECTS_WEBHOOK_URLS: {error}") from None
    try:
        secret = settings.webhook_secret
        key = secret_key(secret.get_secret_value()) if secret else None
    except ValueError as error:
        raise SettingsError(f"DEFECTS_WEBHOOK_SECRET: {error}") from None
    sealer, now = Sealer(settings.encryption_keys), datetime.now(UTC)
    try:
        DatabaseWebhookSecrets(engine, sealer).check(now)
        DatabaseWebhookReceivers(engine, sealer).synchronise(urls, key, now)
    except (UnknownKey, AlteredPayload) as error:
        raise SettingsError(f"Webhooks cannot be signed: {error}") from None


@asynccontextmanager
async def workers(
    client: Client,
    adapters: Adapters,
    settings: Settings,
    *,
    max_cached_workflows: int = 1000,
) -> AsyncIterator[None]:
    """All workers: `defects` for workflows and quick activities, `outbound` rate-limited, and
    `webhooks`, whose receivers may be as slow as they like."""
    # Compiles the table of phrases now: inside a workflow's task it would take too long.
    find_promise("ready")
    engine, signals = adapters.engine, Signals(client)
    files = AttachmentFiles.at(settings.attachments_url, engine, Sealer(settings.encryption_keys))
    defects = DefectsClient(client, records=DatabaseRecords(engine))
    ledger, audience = DatabaseLedger(engine), DatabaseAudience(engine)
    impact, preferences = DatabaseImpact(engine), DatabasePreferences(engine)
    digests = DatabaseDigests(engine)
    tell = Notifications(
        adapters.mailbox,
        ledger,
        audience,
        adapters.policies,
        settings.mail_from,
        preferences,
        adapters.places,
        DatabaseJointMessages(engine),
        settings.portal_url,
        digests=digests,
    )
    send_digests = MailDigests(
        adapters.mailbox,
        ledger,
        audience,
        digests,
        preferences,
        adapters.policies,
        settings.mail_from,
        settings.portal_url,
    )
    status_page = PostToStatusPage(adapters.status_page, ledger)
    subscribers = DatabaseSubscribers(engine)
    tell_subscribers = MailSubscribers(
        adapters.mailbox,
        ledger,
        subscribers,
        adapters.policies,
        settings.mail_from,
        settings.portal_url or f"http://{settings.portal_address}",
    )
    entities = Entities(defects, signals, DatabaseNumbers(engine), audience)
    fan_out = FanOut(signals, DatabaseMembers(engine), impact)
    webhooks = DatabaseWebhooks(engine, adapters.sealing)
    calls = CallReceivers(defects, webhooks, asyncio.get_running_loop())
    pin = PinPolicy(adapters.policies, defects)
    read_model = ReadModelWriter(DatabaseReadModel(engine), preferences, calls)
    drain = timedelta(seconds=settings.graceful_shutdown_seconds)
    version = deployment_config(settings.build_id)
    with ThreadPoolExecutor(ACTIVITY_THREADS, thread_name_prefix="activity") as threads:
        parts = (
            Worker(
                client,
                task_queue=DEFECTS_QUEUE,
                workflows=[*WORKFLOWS, *UPKEEP],
                activities=[
                    pin.load_policy,
                    read_model.project,
                    read_model.keep_preferences,
                    entities.open_defect,
                    entities.close_cases,
                    entities.tell_defect,
                    entities.move_cases,
                    fan_out.align_defects,
                    fan_out.mark_area,
                    BookCalls(DatabaseConsultation(engine)).book_minutes,
                    ReviewImpact(impact).rank_impact,
                    PruneRows(DatabaseRetention(engine, settings.periods, files)).prune_rows,
                ],
                activity_executor=threads,
                max_concurrent_activities=ACTIVITY_THREADS // 2,
                max_cached_workflows=max_cached_workflows,
                sticky_queue_schedule_to_start_timeout=STICKY_PATIENCE,
                graceful_shutdown_timeout=drain,
                deployment_config=version,
            ),
            Worker(
                client,
                task_queue=OUTBOUND_QUEUE,
                activities=[
                    tell.tell_clients,
                    tell.tell_staff,
                    status_page.post_status,
                    tell_subscribers.mail_subscribers,
                    send_digests.mail_digests,
                ],
                activity_executor=threads,
                max_concurrent_activities=ACTIVITY_THREADS // 2,
                max_task_queue_activities_per_second=settings.outbound_per_second,
                # Eager activities would go past the queue, and so past its rate limit.
                disable_eager_activity_execution=True,
                graceful_shutdown_timeout=drain,
                deployment_config=version,
            ),
            Worker(
                client,
                task_queue=WEBHOOKS_QUEUE,
                activities=[SendWebhooks(webhooks, adapters.webhooks).send_webhooks],
                graceful_shutdown_timeout=drain,
                deployment_config=version,
            ),
        )
        async with AsyncExitStack() as running:
            for part in parts:
                await running.enter_async_context(part)
            looking = (
                asyncio.create_task(look_after_receivers(defects, webhooks)),
                asyncio.create_task(look_after_mails(client, subscribers, digests)),
            )
            try:
                yield
            finally:
                for task in looking:
                    task.cancel()
                # One after the other each would have the whole of the grace, the last one idle.
                await asyncio.gather(*(part.shutdown() for part in parts))


async def check_database(client: Client, engine: Engine) -> None:
    """Refuse a database that is not the one that what runs was written into.

    Where Temporal does not tell in time, as a server that has no lists, nothing is refused.

    Raises:
        OlderDatabase: it is empty, or an older copy.
    """
    try:
        await refuse_older(DefectsClient(client), DatabaseOpenNumbers(engine))
    except (RPCError, TimeoutError) as error:
        log.warning("database.not_compared", error=type(error).__name__)


async def prepare(client: Client, adapters: Adapters) -> None:
    """Make on the server what it needs to have, or say what is missing where we may not."""
    if missing := await ensure(client):
        log.error("search_attributes.missing", names=missing, hint="register them, see docs")
    webhooks = DatabaseWebhooks(adapters.engine, adapters.sealing)
    for receiver in webhooks.waited_for():
        await wake(DefectsClient(client), webhooks, receiver, datetime.now(UTC))
    policy = adapters.policies.load("eto", datetime.now(UTC).year)
    await _made(IMPACT_REVIEW, ensure_review(client, policy))
    await _made(RETENTION, ensure_retention(client))
    look_for_runs(adapters.engine, datetime.now(UTC))


async def look_after_receivers(client: DefectsClient, webhooks: DatabaseWebhooks) -> None:
    """Call receivers whose last call was lost, for as long as the process runs."""
    while True:
        await asyncio.sleep(CALL_HOLDS.total_seconds())
        try:
            await call_forgotten(client, webhooks, datetime.now(UTC))
        except (RPCError, SQLAlchemyError) as error:
            log.warning("webhook.not_looked_after", problem=type(error).__name__)


async def look_after_mails(
    client: Client, subscribers: DatabaseSubscribers, digests: DatabaseDigests
) -> None:
    """Have subscribers told what was posted, and digests sent, for as long as the process runs."""
    while True:
        await asyncio.sleep(MAILS_SEEN_WITHIN.total_seconds())
        try:
            if await asyncio.to_thread(subscribers.is_wanted):
                await begin_status_mail(client)
            if await asyncio.to_thread(digests.is_due, datetime.now(UTC)):
                await begin_digest_mail(client)
        except (RPCError, SQLAlchemyError) as error:
            log.warning("mails.not_looked_after", problem=type(error).__name__)


async def _made(schedule: str, making: Awaitable[None]) -> None:
    try:
        await making
    except RPCError as error:
        log.warning("schedule.missing", name=schedule, problem=error.message)


async def main(arguments: Sequence[str] = ()) -> int:
    """Run until SIGTERM or SIGINT; answers the exit code."""
    asked = _parser().parse_args(arguments)
    use_pinned_zones()
    try:
        settings = read_settings()
        configure_logs(settings.log)
        adapters = build_adapters(settings)
        client = await connect(settings, service=WORKER)
        await prepare(client, adapters)
        if not asked.go_on:
            await check_database(client, adapters.engine)
    except (SettingsError, PolicyError, NoDatabase, NoServer, OlderDatabase) as error:
        print(error, file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(NoDatabase.because(error), file=sys.stderr)
        return 2
    except RPCError as error:
        hint = "see TEMPORAL_NAMESPACE, TEMPORAL_API_KEY and TEMPORAL_TLS_…"
        print(f"The Temporal server refuses: {error.message} ({hint})", file=sys.stderr)
        return 2
    stop = stop_on_signals(asyncio.get_running_loop())
    async with workers(client, adapters, settings):
        queues = [DEFECTS_QUEUE, OUTBOUND_QUEUE, WEBHOOKS_QUEUE]
        log.info("worker.started", queues=queues, build_id=settings.build_id)
        await stop.wait()
        log.info("worker.draining", seconds=settings.graceful_shutdown_seconds)
    log.info("worker.stopped")
    adapters.engine.dispose()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="worker.py", description="Run one worker process.")
    parser.add_argument(
        "--go-on",
        action="store_true",
        help="run although the database is empty or older than what runs; see starter.py reconcile",
    )
    return parser


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1:])))
