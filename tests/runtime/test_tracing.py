"""Traces: spans of ours have their names and tell no words; replays know nothing of them."""

import re
import threading
from collections import Counter
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio import workflow
from temporalio.client import Client, WorkflowFailureError, WorkflowHistory
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.worker import Replayer
from temporalio.workflow import NondeterminismError

from domain.contract.identity import REQUEST_CONTINUE_AS_NEW
from runtime.connection import connect
from runtime.plugin import DefectsPlugin
from runtime.servers import DevServer
from runtime.settings import Settings, SettingsError
from runtime.tracing import NAMES, Discreet, in_time, tracing
from tests.programs import ROOT
from tests.runtime.conftest import KEYS, letter_worker
from tests.runtime.letters import TASK_QUEUE, Letter, LetterWorkflow, TornWorkflow
from tests.workflows.broken import BrokenDefectWorkflow
from worker import UPKEEP, WORKFLOWS

HISTORIES = Path(__file__).parents[1] / "workflows" / "histories"
SECRET = "patient 4711 vanished"
A_PERSON = "ada_lovelace"
LETTERS = {"LetterWorkflow", "TornWorkflow", "read_aloud", "tear_up", "reply"}
"""What is traced of the workflows of these tests."""


@pytest.fixture(autouse=True)
def _no_collector_of_whoever_runs_this(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("ENDPOINT", "TRACES_ENDPOINT", "PROTOCOL", "TRACES_PROTOCOL", "HEADERS"):
        monkeypatch.delenv(f"OTEL_EXPORTER_OTLP_{variable}", raising=False)
    for variable in ("SDK_DISABLED", "TRACES_EXPORTER", "SERVICE_NAME", "RESOURCE_ATTRIBUTES"):
        monkeypatch.delenv(f"OTEL_{variable}", raising=False)


class Kept:
    """Spans that stay in this process, behind what keeps words back."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(Discreet(self.exporter, NAMES | LETTERS)))
        self.traces = TracingInterceptor(provider.get_tracer("tests"))

    @property
    def names(self) -> list[str]:
        """Of all spans, in the order they ended."""
        return [span.name for span in self.exporter.get_finished_spans()]


async def test_spans_tell_no_words(dev: DevServer) -> None:
    """Neither payloads, nor the words of an error, nor a signal's name that is none."""
    kept = Kept()
    config = dev.client.config(active_config=True)
    config["interceptors"] = [kept.traces]
    client = Client(**config)
    async with letter_worker(client):
        with pytest.raises(WorkflowFailureError):
            await client.execute_workflow(
                TornWorkflow.run, Letter(words=SECRET), id="torn-traced", task_queue=TASK_QUEUE
            )
        handle = await client.start_workflow(
            LetterWorkflow.run, Letter(words=SECRET), id="traced", task_queue=TASK_QUEUE
        )
        await handle.signal(SECRET, Letter(words=SECRET))
        await handle.signal(A_PERSON, Letter(words=SECRET))
        await handle.signal(LetterWorkflow.reply, Letter(words=SECRET))
        await handle.result()

    spans = kept.exporter.get_finished_spans()
    failed = [span for span in spans if not span.status.is_ok and span.name.endswith("tear_up")]
    told = "".join(span.to_json() for span in spans)
    assert {"StartWorkflow:TornWorkflow", "RunActivity:tear_up"} <= set(kept.names)
    assert Counter(kept.names)["SignalWorkflow:?"] == 2
    assert (SECRET in told, A_PERSON in told) == (False, False)
    assert [event.attributes for event in failed[0].events] == [
        {"exception.type": "temporalio.exceptions.ApplicationError"}
    ]


def test_everything_of_ours_is_called_by_its_name() -> None:
    """Types of workflows and activities, updates, signals and queries, and nothing else."""
    ours = {REQUEST_CONTINUE_AS_NEW}
    for each in [*WORKFLOWS, *UPKEEP]:
        defined = workflow._Definition.must_from_class(each)
        ours |= {
            str(defined.name),
            *vars(each).get("signals", {}),
            *map(str, [*defined.updates, *defined.queries]),
        }
    for found in (ROOT / "activities").rglob("*.py"):
        ours |= set(re.findall(r'@activity\.defn\(name="(\w+)"\)', found.read_text("utf-8")))

    assert ours == NAMES
    assert len(ours) > 50


@pytest.mark.parametrize("path", sorted(HISTORIES.glob("*.json")), ids=lambda path: path.stem)
async def test_golden_histories_replay_with_traces(path: Path) -> None:
    """Traces can be switched on while workflows are open: no history is read in another way."""
    kept = Kept()
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    replayer = Replayer(
        workflows=[*WORKFLOWS, *UPKEEP], plugins=[DefectsPlugin(traces=kept.traces)]
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)

    assert result.replay_failure is None
    assert kept.names == []


async def test_with_traces_a_broken_variant_is_still_found_out() -> None:
    """The guard bites with the interceptor too."""
    path = HISTORIES / "s1-weekend-0.3.0.json"
    history = WorkflowHistory.from_json(path.stem, path.read_text())
    replayer = Replayer(
        workflows=[BrokenDefectWorkflow], plugins=[DefectsPlugin(traces=Kept().traces)]
    )
    result = await replayer.replay_workflow(history, raise_on_replay_failure=False)

    assert isinstance(result.replay_failure, NondeterminismError)


async def test_traced_histories_replay_without_traces(dev: DevServer) -> None:
    """And they can be switched off again."""
    kept = Kept()
    config = dev.client.config(active_config=True)
    config["interceptors"] = [kept.traces]
    client = Client(**config)
    async with letter_worker(client):
        handle = await client.start_workflow(
            LetterWorkflow.run, Letter(words="hello"), id="traced-once", task_queue=TASK_QUEUE
        )
        await handle.signal(LetterWorkflow.reply, Letter(words="there"))
        await handle.result()
    history = await handle.fetch_history()
    replayer = Replayer(workflows=[LetterWorkflow], plugins=[DefectsPlugin(KEYS)])

    assert "RunActivity:read_aloud" in kept.names
    await replayer.replay_workflow(history)


def test_waiting_for_the_last_spans_has_an_end() -> None:
    """An act that takes for ever is left alone after its time."""
    never, began = threading.Event(), threading.Event()

    def act() -> None:
        began.set()
        never.wait()

    ask = in_time(act, 0.05)
    ask()

    assert began.is_set()
    never.set()


def test_no_collector_no_traces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is made and nothing sent unless a collector is named, or where it is switched off."""
    assert tracing("defects-tests") is None

    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    assert tracing("defects-tests") is None

    monkeypatch.setenv("OTEL_SDK_DISABLED", "false")
    monkeypatch.setenv("OTEL_TRACES_EXPORTER", "none")
    assert tracing("defects-tests") is None


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:secret", "OTEL_EXPORTER_OTLP_ENDPOINT: must be"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://", "TRACES_ENDPOINT: must be a URL"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc", "OTLP_PROTOCOL: must be http/protobuf"),
    ],
)
async def test_a_collector_that_cannot_be_is_named(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing starts with a wrong variable, and its value is not shown."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setenv(variable, value)

    with pytest.raises(SettingsError, match=said) as caught:
        await connect(Settings())

    assert "secret" not in str(caught.value)
