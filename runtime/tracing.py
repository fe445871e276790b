"""Sends traces to a collector: who called, which workflow it reached, which activity came of it.

Off unless OpenTelemetry's own variables name a collector. A span is a name of ours, ids and
instants; nothing else leaves: the SDK would add the words of an error, which may quote a client.

The interceptor that makes spans writes two headers and no command, so it can be switched on and off
while workflows are open. (`OpenTelemetryPlugin`, its successor, draws ids from the workflow's own
chance: a history that began without it could decide otherwise. temporalio 1.35 calls it
experimental.)
"""

import atexit
import functools
import os
import threading
from collections.abc import Callable, Collection, Sequence
from typing import get_args
from urllib.parse import urlsplit

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
from opentelemetry.sdk.trace import Event, ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Link, Status
from temporalio.contrib.opentelemetry import TracingInterceptor

from domain.contract.catalogue import COMMANDS
from domain.contract.effects import Effect

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"
LAST_SPANS = 2.0
"""Seconds the end of a process may wait for a collector to take the last spans."""

_IDS = {
    "temporalWorkflowID",
    "temporalRunID",
    "temporalActivityID",
    "temporalActivityType",
    "temporalUpdateID",
}
_WORKFLOWS = {
    "CaseWorkflow",
    "DefectWorkflow",
    "ReleaseWorkflow",
    "AreaWorkWorkflow",
    "ImpactReviewWorkflow",
    "WebhookWorkflow",
    "RetentionWorkflow",
    "StatusMailWorkflow",
    "DigestMailWorkflow",
}
_ACTIVITIES = {effect.model_fields["type"].default for effect in get_args(get_args(Effect)[0])}
_OTHERS = {
    *("status", "timeline", "explain", "preview", "preview_policy", "read_model"),
    *("load_policy", "send_webhooks", "prune_rows"),
    *("mail_subscribers", "mail_digests"),
    *("wake", "request_continue_as_new"),
}
NAMES = frozenset(_WORKFLOWS | set(COMMANDS) | _ACTIVITIES | _OTHERS)
"""All that is traced here. Whoever sends a signal may call it by any name, that of a client too."""
_TYPE = "exception.type"


def tracing(service: str) -> TracingInterceptor | None:
    """What makes the spans of this process, None where no collector is named.

    `OTEL_SERVICE_NAME` goes before `service`; samplers, headers and the like are read from the
    environment too, by OpenTelemetry itself.

    Raises:
        ValueError: naming the variable that cannot be used.
    """
    return _tracing(service, _collector())


@functools.cache
def _tracing(service: str, collector: str | None) -> TracingInterceptor | None:
    if collector is None:
        return None
    provider = tracer_provider(service, OTLPSpanExporter())
    atexit.register(in_time(provider.shutdown, LAST_SPANS))
    return TracingInterceptor(provider.get_tracer("defects"))


def tracer_provider(service: str, exporter: SpanExporter) -> TracerProvider:
    """Spans in batches, from a thread of their own: who makes them never waits for a collector.

    More than it takes are thrown away.
    """
    provider = TracerProvider(
        resource=Resource({SERVICE_NAME: service}).merge(OTELResourceDetector().detect()),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(Discreet(exporter)))
    return provider


def in_time(last_act: Callable[[], None], seconds: float) -> Callable[[], None]:
    """The same act, of which one waits for the end only so long.

    Its thread is started now: an interpreter that is ending starts none.
    """
    asked = threading.Event()

    def act() -> None:
        asked.wait()
        last_act()

    thread = threading.Thread(target=act, name="last-spans", daemon=True)
    thread.start()

    def ask() -> None:
        asked.set()
        thread.join(seconds)

    return ask


class Discreet(SpanExporter):
    """Hands on of each span its name if that is known, ids and instants; of an error its type."""

    def __init__(self, exporter: SpanExporter, known: Collection[str] = NAMES) -> None:
        self._exporter = exporter
        self._known = known

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """The SDK's hook."""
        return self._exporter.export([self._discreet(span) for span in spans])

    def shutdown(self) -> None:
        """The SDK's hook."""
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """The SDK's hook."""
        return self._exporter.force_flush(timeout_millis)

    def _discreet(self, span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=self._name(span.name),
            context=span.context,
            parent=span.parent,
            resource=span.resource,
            attributes={k: v for k, v in (span.attributes or {}).items() if k in _IDS},
            events=[_typed(event) for event in span.events],
            links=[Link(link.context) for link in span.links],
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _name(self, name: str) -> str:
        """`SignalWorkflow:hold` as it is, `SignalWorkflow:?` for a name that is not ours."""
        kind, _, what = name.partition(":")
        return name if what in self._known else f"{kind[:40]}:?"


def _typed(event: Event) -> Event:
    kind = (event.attributes or {}).get(_TYPE)
    return Event(event.name, {_TYPE: kind} if isinstance(kind, str) else {}, event.timestamp)


def _collector() -> str | None:
    """The address of the collector, checked."""
    if os.environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    if os.environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() == "none":
        return None
    variable = next((name for name in ENDPOINTS if os.environ.get(name)), None)
    if variable is None:
        return None
    for name in PROTOCOLS:
        if os.environ.get(name, SPOKEN) != SPOKEN:
            raise ValueError(f"{name}: must be {SPOKEN}, the one protocol spoken here")
    address = os.environ[variable]
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise ValueError(f"{variable}: must be a URL such as http://collector:4318")
    return address
