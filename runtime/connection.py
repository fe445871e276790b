"""The one connection to Temporal."""

from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from runtime.plugin import DefectsPlugin
from runtime.settings import Settings


class NoServer(ConnectionError):  # noqa: N818 - what the reader sees
    """No Temporal server answers; the message says where and what to try."""


async def connect(settings: Settings) -> Client:
    """Connect as Temporal's own variables and `temporal.toml` say, with our plugin.

    Raises:
        NoServer: nobody answers at the address.
    """
    config = ClientConfig.load_client_connect_config()
    address = config.setdefault("target_host", "localhost:7233")
    try:
        return await Client.connect(
            **config, plugins=[DefectsPlugin.of(settings)], runtime=_runtime(settings)
        )
    except RuntimeError as error:
        raise NoServer(
            f"No Temporal server answers at {address}. Start one with `make dev`, or set "
            f"TEMPORAL_ADDRESS to where yours is. ({str(error).splitlines()[0][:200]})"
        ) from None


def _runtime(settings: Settings) -> Runtime | None:
    if settings.metrics_address is None:
        return None
    return Runtime(
        telemetry=TelemetryConfig(
            metrics=PrometheusConfig(
                bind_address=settings.metrics_address,
                # The names every dashboard and document assumes.
                counters_total_suffix=True,
                unit_suffix=True,
                durations_as_seconds=True,
            )
        )
    )
