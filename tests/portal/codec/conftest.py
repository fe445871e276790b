"""A codec server without Temporal: a database with tokens and sessions, and a ring of keys."""

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest_asyncio
from sqlalchemy import Engine
from temporalio.api.common.v1 import Payload

from activities.adapters.database import DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens
from portal.codec import create_codec_server
from portal.codec.place import Limits, Place
from runtime.codec import KeyRing, KeyRingCodec
from runtime.settings import Settings
from tests.portal.conftest import Wall
from tests.quick_databases import empty_database
from tests.workflows.world import settings_of_tests

KEYS = {"k1": bytes(range(32)), "k2": bytes(range(32, 64)), "k3": bytes(range(64, 96))}
UI = "http://127.0.0.1:8233"
SECRET = '"Nobody can log in"'
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=SECRET.encode())


@dataclass
class Codec:
    """A codec server with the keys `k2` and `k1`, and who asks it."""

    engine: Engine
    wall: Wall
    settings: Settings
    http: httpx.AsyncClient = field(init=False)

    def token(self, *scopes: str, days: float = 1) -> str:
        """A token that may read payloads, unless it is for something else."""
        made, _ = DatabaseTokens(self.engine).create(
            "lead-1", scopes or ["payloads:read"], self.wall.at, timedelta(days=days)
        )
        return made

    def session(self, token: str) -> dict[str, str]:
        """The cookie of somebody who signed in at the portal with this token."""
        cookie = DatabaseSessions(self.engine).begin("staff", token.split("_")[1], self.wall.at)
        return {"Cookie": f"portal-staff={cookie}"}

    async def ask(
        self, *payloads: Payload, to: str = "/decode", token: str | None = None, **headers: str
    ) -> httpx.Response:
        """Send payloads as the command line does."""
        return await self.http.post(
            to,
            json={"payloads": [as_json(payload) for payload in payloads]},
            headers={"Authorization": f"Bearer {token or self.token()}", **headers},
        )

    async def browse(self, *payloads: Payload, **headers: str) -> httpx.Response:
        """Send payloads as the UI does for somebody who has signed in."""
        return await self.http.post(
            "/decode?preserveStorageRefs=true",
            json={"payloads": [as_json(payload) for payload in payloads]},
            headers={"X-Namespace": "defects", **headers},
        )

    def limited(self, **limits: Any) -> None:
        """Take other limits from now on."""
        self.restarted(limits=Limits(**limits))

    def restarted(self, limits: Limits | None = None, **settings: Any) -> None:
        """A server with other settings or limits."""
        self.settings = self.settings.model_copy(update=settings)
        place = Place(self.engine, self.settings, self.wall, limits or Limits())
        transport = httpx.ASGITransport(
            create_codec_server(place), raise_app_exceptions=False, client=("192.0.2.7", 50_000)
        )
        self.http = httpx.AsyncClient(transport=transport, base_url="http://codec.test")


def as_json(payload: Payload) -> dict[str, Any]:
    """As Temporal's tools write it."""
    metadata = {name: _base64(value) for name, value in payload.metadata.items()}
    return {"metadata": metadata, "data": _base64(payload.data)}


def of_json(answer: httpx.Response) -> list[Payload]:
    """As Temporal's tools read it."""
    assert answer.status_code == 200, answer.text
    return [
        Payload(
            metadata={k: base64.b64decode(v) for k, v in said.get("metadata", {}).items()},
            data=base64.b64decode(said.get("data", "")),
        )
        for said in answer.json()["payloads"]
    ]


async def sealed(key: str, payload: Payload = CLEAR) -> Payload:
    """A payload as Temporal keeps it."""
    (kept,) = await KeyRingCodec(KeyRing({key: KEYS[key]})).encode([payload])
    return kept


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


@pytest_asyncio.fixture
async def codec(tmp_path: Path) -> AsyncIterator[Codec]:
    """One that the UI's pages may ask."""
    engine = empty_database(tmp_path / "defects.db")
    ring = KeyRing({"k2": KEYS["k2"], "k1": KEYS["k1"]})
    ours = {"encryption_keys": ring, "temporal_ui_url": UI + "/"}
    settings = settings_of_tests().model_copy(update=ours)
    standing = Codec(engine, Wall(datetime(2026, 11, 22, tzinfo=UTC)), settings)
    standing.restarted()
    yield standing
    await standing.http.aclose()
    engine.dispose()
