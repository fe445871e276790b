"""Tells Prometheus what is owed and how the portal does, on an address of its own.

The portal does that, not the worker: what is owed has to be seen when every worker is dead.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, ProcessCollector, start_http_server
from prometheus_client import Counter as Counted
from prometheus_client import Histogram as Timed
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.adapters.database.backlog import BacklogStats, Waiting
from activities.adapters.database.retention import last_runs
from domain.views.work_items import Need
from portal.context import PortalContext
from portal.pages.obligations import SEVERITIES, Obligation, StaffDashboard, staff_dashboard
from portal.refusals import REFUSED, route_of
from runtime.settings import SettingsError

FRESH = 10.0
"""Seconds for which one look at the database serves every scrape."""
PATIENCE = 5.0
"""Seconds a scrape waits for the database: half of what Prometheus waits for a scrape."""

_DUTIES: Mapping[str, Sequence[Need]] = {
    "defect": (Need.UPDATE, Need.RESOLUTION, Need.DECISION),
    "case": (Need.FIRST_RESPONSE,),
    "release": (Need.DEPLOYMENT,),
}
_NO_SEVERITY = ""
_EVERY_DUTY = [
    (kind, duty, severity)
    for kind, duties in _DUTIES.items()
    for duty in duties
    for severity in (SEVERITIES if kind == "defect" else (_NO_SEVERITY,))
]
"""What there can be, so that nought is told as 0."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """How everything stood at an instant."""

    at: datetime
    dashboard: StaffDashboard
    webhooks: Waiting
    read_model_written_at: datetime | None
    retained_at: Mapping[str, datetime]
    seconds: float
    """What taking it took."""


class ObligationsCollector(Collector):
    """Looks at the database when it is asked, but not all the time and not for ever.

    One that does not answer is told as `defects_database_up 0`, and nothing else is told then: a
    nought would say that nothing is owed.
    """

    def __init__(
        self,
        engine: Engine,
        now: Callable[[], datetime],
        *,
        fresh: float = FRESH,
        patience: float = PATIENCE,
    ) -> None:
        self._engine = engine
        self._now = now
        self._fresh = fresh
        self._patience = patience
        self._turn = threading.Lock()
        self._asked_at = 0.0
        self._answer: Future[Snapshot] | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The library's hook."""
        snapshot = self._last_snapshot()
        words = "1 where the database answers, 0 where it does not."
        yield _gauge("database_up", words, snapshot is not None)
        if snapshot is not None:
            yield from _gauges(snapshot)

    def _last_snapshot(self) -> Snapshot | None:
        with self._turn:
            if self._answer is None or (self._answer.done() and self._is_stale()):
                self._answer, self._asked_at = Future(), time.monotonic()
                thread = threading.Thread(
                    target=self._take_snapshot, args=[self._answer], daemon=True
                )
                thread.start()
            answer = self._answer
        try:
            return answer.result(self._patience)
        except (TimeoutError, SQLAlchemyError):
            return None

    def _is_stale(self) -> bool:
        return time.monotonic() - self._asked_at >= self._fresh

    def _take_snapshot(self, answer: Future[Snapshot]) -> None:
        began, at, pulse = time.monotonic(), self._now(), BacklogStats(self._engine)
        try:
            dashboard, webhooks = staff_dashboard(self._engine, at), pulse.webhooks()
            written_at, retained_at = pulse.read_model_written_at(), last_runs(self._engine)
        except Exception as error:  # noqa: BLE001 - whoever waits for the answer hears of it
            answer.set_exception(error)
        else:
            took = time.monotonic() - began
            answer.set_result(Snapshot(at, dashboard, webhooks, written_at, retained_at, took))


class Requests:
    """Counts and times what the portal answers, by the template of the address, never by itself."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answered = Counted(
            "defects_portal_requests",
            "Requests that were answered, by template of the address and class of the status.",
            ["method", "route", "status"],
            registry=registry,
        )
        self._took = Timed(
            "defects_portal_request_seconds",
            "From a request to the end of its answer.",
            ["route"],
            registry=registry,
            buckets=_SECONDS,
        )

    def of(self, app: ASGIApp) -> ASGIApp:
        """The same application, counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            status = 500

            async def answer(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            began = time.monotonic()
            try:
                await app(scope, receive, answer)
            finally:
                method = scope["method"] if scope["method"] in _METHODS else "other"
                route = route_of(scope)
                self._answered.labels(method, route, f"{status // 100}xx").inc()
                self._took.labels(route).observe(time.monotonic() - began)

        return counted


@contextmanager
def measured(app: ASGIApp, context: PortalContext) -> Iterator[ASGIApp]:
    """The application, counted, with metrics served while the context lasts; where they are wanted.

    Raises:
        SettingsError: nothing can listen where they are wanted.
    """
    address = context.settings.portal_metrics_address
    if address is None:
        yield app
        return
    registry = CollectorRegistry()
    registry.register(ObligationsCollector(context.engine, context.now))
    registry.register(context.watch)
    registry.register(REFUSED)
    ProcessCollector(registry=registry)
    host, _, port = address.rpartition(":")
    try:
        server, thread = start_http_server(int(port), host.strip("[]"), registry)
    except OSError as error:
        raise SettingsError(f"DEFECTS_PORTAL_METRICS_ADDRESS: {error}") from None
    try:
        yield Requests(registry).of(app)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _gauges(snapshot: Snapshot) -> Iterator[GaugeMetricFamily]:
    dashboard, at = snapshot.dashboard, snapshot.at
    yield _obligations("overdue", "What should have been done and was not.", dashboard.overdue)
    yield _obligations("due", "What falls due within two weeks or is undecided.", dashboard.due)
    yield _counts(
        "deliveries",
        "Messages by their state in the ledger.",
        "state",
        {state.value: count for state, count in dashboard.deliveries.items()},
    )
    yield _gauge(
        "oldest_undelivered_seconds",
        "Age of the oldest waiting message, since its first try; 0 without one.",
        _age(dashboard.oldest_waiting_at, at),
    )
    concerns = Counter(concern.kind for concern in dashboard.attention)
    yield _counts(
        "needing_attention",
        "Cases, defects and releases that need attention.",
        "kind",
        {kind: concerns[kind] for kind in _DUTIES},
    )
    yield _counts("open", "Open defects.", "severity", dashboard.open_by_severity)
    yield _gauge("cases_open", "Open cases.", dashboard.open_cases)
    yield _gauge(
        "mails_set_aside",
        "Mails that wait for staff to decide whose they are.",
        dashboard.set_aside.mails,
    )
    yield _gauge(
        "mails_set_aside_share",
        "Of the mails that may wait for staff, by number and by size; from 1 on no more are taken.",
        dashboard.set_aside.share,
    )
    yield _gauge("webhooks_waiting", "Webhooks not yet taken.", snapshot.webhooks.count)
    yield _gauge(
        "webhooks_oldest_waiting_seconds",
        "Age of the oldest waiting webhook; 0 without one.",
        _age(snapshot.webhooks.since, at),
    )
    if snapshot.read_model_written_at is not None:
        yield _gauge(
            "read_model_written_timestamp_seconds",
            "The instant of the newest change in the read model.",
            snapshot.read_model_written_at.timestamp(),
        )
    yield _counts(
        "retention_done_timestamp_seconds",
        "When nothing was left of what is kept no longer, or since when that is looked for.",
        "kind",
        {kind: at.timestamp() for kind, at in snapshot.retained_at.items()},
    )
    yield _gauge(
        "database_look_seconds",
        "Duration of the queries for these.",
        snapshot.seconds,
    )


def _obligations(which: str, words: str, owed: Sequence[Obligation]) -> GaugeMetricFamily:
    found = Counter((o.kind, o.duty, o.severity or _NO_SEVERITY) for o in owed)
    family = GaugeMetricFamily(
        f"defects_obligations_{which}", words, labels=["kind", "what", "severity"]
    )
    for labels in dict.fromkeys([*_EVERY_DUTY, *found]):
        family.add_metric(labels, found[labels])
    return family


def _counts(name: str, words: str, label: str, counts: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"defects_{name}", words, labels=[label])
    for value, count in counts.items():
        family.add_metric([value], count)
    return family


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"defects_{name}", words, value=value)


def _age(since: datetime | None, at: datetime) -> float:
    return 0.0 if since is None else max(0.0, (at - since).total_seconds())
