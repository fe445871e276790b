"""A Temporal server of its own whose metrics a test can read, as Prometheus does."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from prometheus_client.parser import text_string_to_metric_families

from runtime.connection import connect_to
from runtime.plugin import DefectsPlugin
from runtime.search_attributes import ensure
from runtime.servers import DevServer, binary
from tests.programs import environment, eventually, free_port, running


@dataclass(frozen=True)
class Measured:
    """A Temporal server that tells numbers of itself."""

    server: DevServer
    metrics_url: str

    async def waiting(self, http: httpx.AsyncClient) -> dict[tuple[str, str], int]:
        """Of each queue and version, how many tasks wait."""
        text, found = (await http.get(self.metrics_url)).text, Counter[tuple[str, str]]()
        for family in text_string_to_metric_families(text):
            for sample in family.samples:
                if sample.name == "approximate_backlog_count" and sample.value:
                    of = sample.labels
                    found[of["taskqueue"], of["worker_version"]] += int(sample.value)
        return dict(found)


@asynccontextmanager
async def measured_server(folder: Path) -> AsyncIterator[Measured]:
    """A development server that counts what waits all the time, and not once a minute."""
    address, metrics = f"127.0.0.1:{free_port()}", free_port()
    options = ["--headless", "--disable-config-file", "--log-level", "error", "--ip", "127.0.0.1"]
    options += ["--port", address.rpartition(":")[2], "--metrics-port", str(metrics)]
    options += ["--dynamic-config-value", 'matching.backlogMetricsEmitInterval="200ms"']
    command = (binary("temporal"), "server", "start-dev", *options)
    env = environment(folder, TEMPORAL_VERSION_CHECK_DISABLED="1")
    async with running(*command, folder=folder, env=env) as program:
        await eventually("the server answers", lambda: "Temporal Server:" in program.out)
        client = await connect_to(address, DefectsPlugin())
        await ensure(client)
        url = f"http://127.0.0.1:{metrics}/metrics"
        yield Measured(DevServer(client, address, None), url)
