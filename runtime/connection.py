"""Makes the one connection to Temporal."""

from datetime import timedelta

from temporalio.client import Client
from temporalio.envconfig import ClientConfig, ClientConnectConfig
from temporalio.runtime import Runtime

from runtime.plugin import DefectsPlugin
from runtime.settings import Settings, SettingsError
from runtime.temporal_runtime import STARTER, WORKER, core
from runtime.tracing import tracing

DEFAULT_ADDRESS = "localhost:7233"
_PATIENCE = timedelta(seconds=10)


class NoServer(ConnectionError):  # noqa: N818 - what the reader sees
    """No Temporal server answers; the message says where and what to try."""


async def connect(settings: Settings, *, service: str = STARTER) -> Client:
    """Connect as Temporal's own variables and `temporal.toml` say, with our plugin.

    Workers made of this client have the plugin too: do not give it to them again. `service` is what
    the process is called in traces. Only one of a machine can serve metrics at their address, and
    that is the worker. The core writes to standard output, which is the answer of a short command:
    there it says nothing.

    Raises:
        SettingsError: Temporal's or OpenTelemetry's variables, or where metrics shall be served,
            cannot be used.
        NoServer: no Temporal server answers at the address.
    """
    try:
        runtime = core(
            settings.log,
            settings.metrics_address if service == WORKER else None,
            level="OFF" if service == STARTER else "WARN",
        )
    except ValueError as error:
        raise SettingsError(f"DEFECTS_METRICS_ADDRESS: {error}") from None
    try:
        traces = tracing(service)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    try:
        config = ClientConfig.load_client_connect_config()
    except (RuntimeError, ValueError, OSError) as error:
        raise SettingsError(
            f"The connection settings cannot be used: {error}. They are TEMPORAL_ADDRESS, "
            "TEMPORAL_PROFILE, TEMPORAL_TLS_… and what temporal.toml says"
        ) from None
    return await _open(config, DefectsPlugin.of(settings, traces), runtime)


async def connect_to(address: str, plugin: DefectsPlugin) -> Client:
    """Connect to an embedded server, whatever the environment says.

    Raises:
        NoServer: no Temporal server answers at the address.
    """
    return await _open(ClientConnectConfig(target_host=address), plugin, core())


async def _open(config: ClientConnectConfig, plugin: DefectsPlugin, runtime: Runtime) -> Client:
    address = config.setdefault("target_host", DEFAULT_ADDRESS)
    try:
        return await Client.connect(
            **config, plugins=[plugin], runtime=runtime, connect_timeout=_PATIENCE
        )
    except (RuntimeError, ValueError) as error:
        raise NoServer(
            f"No Temporal server answers at {address}.\n"
            "Start one on this machine with `make dev`, or set TEMPORAL_ADDRESS (or "
            "TEMPORAL_PROFILE, with a temporal.toml) to the one you mean.\n"
            f"({error})"
        ) from error
