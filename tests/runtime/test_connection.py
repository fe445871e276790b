"""The one connection: what it takes from the environment, and what it says when it fails."""

import socket
from pathlib import Path

import httpx
import pytest

from runtime.connection import NoServer, connect
from runtime.servers import LOOPBACK, DevServer
from runtime.settings import Settings, SettingsError
from runtime.temporal_runtime import WORKER
from tests.runtime.conftest import KEYS


@pytest.fixture(autouse=True)
def _no_connection_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for variable in ("ADDRESS", "NAMESPACE", "PROFILE", "API_KEY", "TLS", "CONFIG_FILE"):
        monkeypatch.delenv(f"TEMPORAL_{variable}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)


async def test_environment(dev: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Address and namespace come from Temporal's variables, the plugin from ours."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", dev.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "temporal-system")

    client = await connect(Settings(encryption_keys=KEYS))

    assert client.namespace == "temporal-system"
    [payload] = await client.data_converter.encode(["hello"])
    assert payload.metadata["encoding"] == b"binary/encrypted"


async def test_profile(dev: DevServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile of a `temporal.toml` serves as well."""
    file = tmp_path / "temporal.toml"
    file.write_text(f'[profile.blue]\naddress = "{dev.address}"\nnamespace = "default"\n')
    monkeypatch.setenv("TEMPORAL_CONFIG_FILE", str(file))
    monkeypatch.setenv("TEMPORAL_PROFILE", "blue")

    client = await connect(Settings())

    assert client.service_client.config.target_host == dev.address


async def test_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers, the address is named with two things to try."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    with pytest.raises(NoServer) as caught:
        await connect(Settings())

    said = str(caught.value)
    assert said.startswith("No Temporal server answers at 127.0.0.1:1.\n")
    assert "`make dev`" in said
    assert "TEMPORAL_ADDRESS" in said


async def test_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that is none reads like one where nobody answers."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "my server")

    with pytest.raises(NoServer, match="at my server"):
        await connect(Settings())


async def test_unknown_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A profile that does not exist is named."""
    monkeypatch.setenv("TEMPORAL_PROFILE", "blue")

    with pytest.raises(SettingsError, match=r"'blue'.*TEMPORAL_PROFILE"):
        await connect(Settings())


async def test_unreadable_certificate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that is not there is named."""
    monkeypatch.setenv("TEMPORAL_TLS_CLIENT_CERT_PATH", "/no/such.pem")

    with pytest.raises(SettingsError, match=r"/no/such\.pem"):
        await connect(Settings())


async def test_metrics(dev: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Metrics are served under the names that documents and dashboards assume."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", dev.address)
    with socket.create_server((LOOPBACK, 0)) as probe:
        address = f"{LOOPBACK}:{probe.getsockname()[1]}"

    client = await connect(Settings(metrics_address=address), service=WORKER)
    await client.count_workflows("")
    async with httpx.AsyncClient() as scraper:
        metrics = (await scraper.get(f"http://{address}/metrics")).text

    assert "temporal_request_total{" in metrics
    assert "temporal_request_latency_seconds_bucket{" in metrics


async def test_metrics_address_taken(dev: DevServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """An address for metrics that is taken is refused with its variable."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", dev.address)
    with socket.create_server((LOOPBACK, 0)) as taken:
        settings = Settings(metrics_address=f"{LOOPBACK}:{taken.getsockname()[1]}")

        with pytest.raises(SettingsError, match=r"DEFECTS_METRICS_ADDRESS: .*in use"):
            await connect(settings, service=WORKER)
        await connect(settings)
