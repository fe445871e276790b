"""A worker of a night: the real activities over the real database, in an activity's context."""

import asyncio
import dataclasses
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, Self
from unittest.mock import patch

import temporalio.activity
from temporalio.testing import ActivityEnvironment

import activities.adapters.database.engine
import activities.joint_letters
import activities.notifications
import activities.webhooks
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
)
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhooks import DatabaseWebhooks
from activities.adapters.policy_files import PolicyFiles
from activities.consultation import BookCalls
from activities.entities import Entities
from activities.fan_out import FanOut
from activities.heartbeat import Heartbeater
from activities.impact import ReviewImpact
from activities.notifications import Notifications
from activities.pin_policy import PinPolicy
from activities.ports import Letter
from activities.read_model import ReadModelWriter
from activities.signals import Signals
from activities.status_page import PostToStatusPage
from activities.webhooks import CallReceivers, SendWebhooks, call_forgotten, wake
from domain.contract.effects import PostStatus
from domain.contract.receipts import Receipt
from domain.contract.values import Start
from domain.policy import AcknowledgeRules, PinnedPolicy, PolicyRequest
from domain.webhooks.receiver import Report, Round
from runtime.client import DefectsClient
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from simulation.nights.client import SimulatedClient
from simulation.nights.database import Database
from simulation.nights.life import Flight, Life
from simulation.nights.outside import Attempt, Outside
from simulation.nights.server import Server

_INFO = ActivityEnvironment.default_info()
HOUR = timedelta(hours=1)
"""How often receivers are looked after: more seldom than by `worker.py`, as it costs."""
NO_SEALING = Sealer(NO_KEYS)


class _Beats(Heartbeater):
    """As the product's, without the thread that beats while a letter hangs: nothing hangs here."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        return None


class _InlineLoop(asyncio.SelectorEventLoop):
    """Runs what is meant for a thread at once: nothing is at the same time as anything else."""

    def run_in_executor(  # type: ignore[override]
        self, _executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it raises is the future's
            future.set_exception(error)
        return future

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., Any], *args: Any, context: Any = None
    ) -> asyncio.Handle:
        """What another thread asks for is done before that goes on, as there is none."""
        handle = self.call_soon(callback, *args, context=context)
        if not self.is_running():
            self.run_until_complete(_rest())
        return handle


async def _rest() -> None:
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.gather(*others, return_exceptions=True)


@cache
def inline_loop() -> asyncio.AbstractEventLoop:
    """One for each process."""
    return _InlineLoop()


class _Ports:
    """`Mailbox`, `Places`, `StatusPage` and `Poster` of whatever night it is."""

    outside: Outside

    def open(self) -> Any:
        return self.outside.open()

    def tell(self, place: str, letter: Letter) -> None:
        self.outside.take(dataclasses.replace(letter, to=place))

    def post(self, effect: PostStatus, at: datetime) -> None:
        self.outside.post(effect, at)


class ActivityWorker:
    """`Worker`; one for each process, since templates are compiled once. `begin` has it serve the
    next night."""

    def __init__(self) -> None:
        self.database = Database()
        engine = self.database.engine
        self._client = SimulatedClient()
        client: Any = self._client
        self._ports = _Ports()
        defects = DefectsClient(client, records=DatabaseRecords(engine))
        ledger, audience = DatabaseLedger(engine, patience=1.0), DatabaseAudience(engine)
        preferences, signals = DatabasePreferences(engine), Signals(client)
        policies = PolicyFiles()
        tell = Notifications(
            self._ports,
            ledger,
            audience,
            policies,
            "support@vendor.example",
            preferences,
            self._ports,
            DatabaseJointMessages(engine, patience=1.0),
        )
        page = PostToStatusPage(self._ports, ledger)
        entities = Entities(defects, signals, DatabaseNumbers(engine), audience)
        fan_out = FanOut(signals, DatabaseMembers(engine), DatabaseImpact(engine))
        self._defects, self._webhooks = defects, DatabaseWebhooks(engine, NO_SEALING)
        calls = CallReceivers(defects, self._webhooks, inline_loop())
        read_model = ReadModelWriter(DatabaseReadModel(engine), preferences)
        self._project = (
            read_model.project,
            ReadModelWriter(DatabaseReadModel(engine), preferences, calls).project,
        )
        self._pin = PinPolicy(policies, defects)
        self._activities: dict[str, Callable[[Any], Any]] = {
            "tell_clients": tell.tell_clients,
            "tell_staff": tell.tell_staff,
            "post_status": page.post_status,
            "project": read_model.project,
            "keep_preferences": read_model.keep_preferences,
            "open_defect": entities.open_defect,
            "close_cases": entities.close_cases,
            "tell_defect": entities.tell_defect,
            "move_cases": entities.move_cases,
            "align_defects": fan_out.align_defects,
            "mark_area": fan_out.mark_area,
            "book_minutes": BookCalls(DatabaseConsultation(engine)).book_minutes,
            "rank_impact": ReviewImpact(DatabaseImpact(engine)).rank_impact,
            "send_webhooks": SendWebhooks(self._webhooks, self._ports).send_webhooks,
        }

    def begin(self) -> None:
        """As `worker.prepare` does."""
        for receiver in self._webhooks.waited_for() if self._listens else ():
            calling = wake(self._defects, self._webhooks, receiver, self._server.now)
            inline_loop().run_until_complete(calling)

    def look_after_receivers(self) -> None:
        """As the function of this name in `worker.py` does."""
        calling = call_forgotten(self._defects, self._webhooks, self._server.now)
        inline_loop().run_until_complete(calling)

    def serve(
        self, server: Server, outside: Outside, *, listens: bool, asks: AcknowledgeRules | None
    ) -> None:
        """Serve another night, whose database is empty; where nobody `listens` for webhooks they
        cost nothing."""
        self._listens, self._asks = listens, asks
        if listens:
            server.every(HOUR, self.look_after_receivers)
        self._activities["project"] = self._project[listens]
        self._server = self._client.server = server
        self._outside = self._ports.outside = outside
        self.database.begin(server.weather, lambda: server.now)
        self.receivers = DatabaseWebhookReceivers(self.database.engine, NO_SEALING)

    def perform(self, life: Life, flight: Flight, rival: Callable[[], None]) -> Receipt | Report:
        """One try of an activity, as `worker.py` would have it done."""
        self._outside.attempts.append(Attempt(flight.asked, rival))
        try:
            asked = flight.asked
            name = "send_webhooks" if isinstance(asked, Round) else asked.type
            receipt: Receipt | Report = self._run(self._activities[name], asked, life, flight)
        except BaseException:
            self._note_unheard(self._outside.attempt)
            raise
        finally:
            self._outside.attempts.pop()
        return receipt

    def _note_unheard(self, attempt: Attempt) -> None:
        """A try broke off: what mail took last may not be in the ledger, and then comes again."""
        if attempt.last is None:
            return
        key, message_id = attempt.last
        if not self.database.is_sent(key, message_id):
            self._outside.arrivals.unheard.append(message_id)

    def pin_policy(self, life: Life, start: Start) -> PinnedPolicy:
        """The activity `load_policy`."""
        request = PolicyRequest(name=start.policy, year=life.began.year, at=life.began)
        policy: PinnedPolicy = self._run(self._pin.load_policy, request, life, None)
        return policy.model_copy(update={"acknowledge": self._asks})

    def _run(self, do: Callable[[Any], Any], asked: Any, life: Life, flight: Flight | None) -> Any:
        env = ActivityEnvironment()
        env.info = self._info(life, flight)

        def beat(*details: Any) -> None:
            if flight is not None and flight.attempt == env.info.attempt:
                flight.heartbeat = details

        env.on_heartbeat = beat
        answer = env.run(do, asked)
        if isinstance(answer, Coroutine):
            return inline_loop().run_until_complete(answer)
        return answer

    def _info(self, life: Life, flight: Flight | None) -> temporalio.activity.Info:
        return dataclasses.replace(
            _INFO,
            attempt=1 if flight is None else flight.attempt,
            heartbeat_details=[] if flight is None else list(flight.heartbeat),
            started_time=self._server.now,
            workflow_id=life.number,
            workflow_run_id=f"{life.number}/{life.run}",
        )


class _QuickTime:
    """For what is to be tried again within moments: they pass at once."""

    def __init__(self) -> None:
        self._passed = 0.0

    def monotonic(self) -> float:
        return self._passed

    def sleep(self, seconds: float) -> None:
        self._passed += seconds


@contextmanager
def without_threads() -> Iterator[None]:
    """Have deliveries beat their hearts without a thread of their own, and nothing take time."""
    still = SimpleNamespace(monotonic=lambda: 0.0)
    with (
        patch.object(activities.notifications, "Heartbeater", _Beats),
        patch.object(activities.joint_letters, "time", _QuickTime()),
        patch.object(activities.webhooks, "time", still),
        patch.object(activities.adapters.database.engine, "time", _QuickTime()),
    ):
        yield


@cache
def activity_worker() -> ActivityWorker:
    """One for each process."""
    return ActivityWorker()
