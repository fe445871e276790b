"""Traces of processes: one runs from a client to the mail; no collector holds up work."""

import signal
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from runtime.client import DefectsClient
from runtime.plugin import DefectsPlugin
from runtime.servers import DevServer, dev_server
from runtime.tracing import LAST_SPANS
from tests.domain.builders import attachment, defect_start
from tests.installation import an_installation, assert_sound, settled
from tests.programs import eventually
from tests.runtime.collector import Collector, collector

SECRET = "patient 4711 vanished"
SOON = {"OTEL_BSP_SCHEDULE_DELAY": "100"}
"""Spans are handed on after 100 milliseconds."""


@pytest.fixture
def listening() -> Iterator[Collector]:
    """A collector."""
    with collector() as here:
        yield here


@pytest.fixture
async def in_clear() -> AsyncIterator[DevServer]:
    """A server for processes that have no keys; each installation has one of its own."""
    async with dev_server(DefectsPlugin()) as server:
        yield server


async def test_a_trace_runs_from_a_client_to_the_mail(
    in_clear: DevServer, listening: Collector, tmp_path: Path
) -> None:
    """Command, workflow and activities of two processes make one trace, each under its own name."""
    with an_installation(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=listening.endpoint, **SOON) as here:
        here.use(in_clear)
        async with here.worker():
            words = ("--subject", SECRET, "--client", "river", "--email", "ada@example.org")
            opened = await here.started("open-case", *words, "--json")
            number = opened.answer["number"]
            await settled(in_clear.client, number)
            await eventually("a mail's span", lambda: listening.named("RunActivity:tell_clients"))
        await assert_sound(in_clear.client, number)

    (start,) = listening.named("StartWorkflow:CaseWorkflow")
    (run,) = listening.named("RunWorkflow:CaseWorkflow")
    begun = {span.id: span for span in listening.named("StartActivity:tell_clients")}
    mails = listening.named("RunActivity:tell_clients")
    assert (start.service, start.parent) == ("defects-starter", b"")
    assert (run.service, run.parent, run.trace) == ("defects-worker", start.id, start.trace)
    assert {mail.service for mail in mails} == {"defects-worker"}
    assert {mail.trace for mail in mails} == {start.trace}
    assert {begun[mail.parent].parent for mail in mails} == {start.id}
    assert {mail.attributes["temporalWorkflowID"] for mail in mails} == {number}
    assert SECRET.encode() not in listening.everything
    assert b"@example.org" not in listening.everything


@pytest.mark.parametrize("collector_is", ["silent", "absent"])
async def test_a_collector_that_fails_holds_up_nobody(
    collector_is: str, in_clear: DevServer, listening: Collector, tmp_path: Path
) -> None:
    """Mails go out as ever, and the worker ends as soon as it would but for a short wait."""
    endpoint = listening.endpoint if collector_is == "silent" else "http://127.0.0.1:1"
    listening.silent.set()
    number = f"DEF-{collector_is}"
    with an_installation(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, **SOON) as here:
        here.use(in_clear)
        async with here.worker() as worker:
            client = in_clear.client
            await DefectsClient(client).start(
                "DefectWorkflow", number, defect_start("S1", attachment())
            )
            await settled(client, number)
            worker.send(signal.SIGTERM)
            await worker.logs("worker.stopped")
            stopped = time.monotonic()
            code = await worker.ended()
            took = time.monotonic() - stopped

    assert here.mails(number)["defect.confirmed", "client-1@example.org"] == 1
    assert code == 0
    # What the interpreter takes to end is not the collector's doing; the SDK alone waits for 30.
    assert took < LAST_SPANS + 5


async def test_the_last_spans_of_a_short_command_arrive(
    in_clear: DevServer, listening: Collector, tmp_path: Path
) -> None:
    """What ends at once still tells of itself."""
    with an_installation(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=listening.endpoint) as here:
        here.use(in_clear)
        ended = await here.started("status", "DEF-unknown")

    (asked,) = listening.named("QueryWorkflow:status")
    assert ended.code != 0
    assert (asked.service, asked.is_error) == ("defects-starter", True)
    assert asked.attributes == {"temporalWorkflowID": "DEF-unknown"}
