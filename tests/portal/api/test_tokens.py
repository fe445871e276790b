"""Who gets in, with what token, and what it is good for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from activities.adapters.database.tables import tokens
from activities.adapters.database.tokens import DatabaseTokens
from portal.api.security import Scope
from tests.domain.builders import FRIDAY, case_start
from tests.portal.conftest import Portal
from tests.quick_databases import empty_database


@pytest.fixture
def known(tmp_path: Path) -> DatabaseTokens:
    """Tokens in a database of their own."""
    return DatabaseTokens(empty_database(tmp_path / "tokens.db"))


def test_a_token_is_known_by_itself_and_kept_as_its_hash(known: DatabaseTokens) -> None:
    """Nothing in the database is the token or a part that makes it one."""
    said, token = known.create("crm", ["cases:read"], FRIDAY, timedelta(days=1))
    secret = said.rpartition("_")[2]
    with known._engine.connect() as connection:
        row = connection.execute(select(tokens)).one()

    assert known.known(said, FRIDAY) == token
    assert all(secret[:20] not in str(value) for value in row)


@pytest.mark.parametrize(
    "forge",
    [
        lambda said: said[:-1] + ("A" if said[-1] != "A" else "B"),
        lambda said: said.replace("dft_", "dft_0", 1),
        lambda said: said.upper(),
        lambda said: said + "A",
        lambda said: said[:-43],
        lambda said: "",
        lambda said: "dft_" + "0" * 12 + "_" + "A" * 43,
    ],
)
def test_nearly_the_token_is_nobodys(known: DatabaseTokens, forge: Any) -> None:
    """Every character of it counts."""
    said, _ = known.create("crm", ["cases:read"], FRIDAY, None)

    assert known.known(forge(said), FRIDAY) is None


def test_a_token_ends(known: DatabaseTokens) -> None:
    """By itself at its instant, at once when it is revoked."""
    said, token = known.create("crm", [], FRIDAY, timedelta(days=1))
    other, to_revoke = known.create("crm", [], FRIDAY, None)
    revoked = known.revoke(to_revoke.id, FRIDAY)
    again = known.revoke(to_revoke.id, FRIDAY + timedelta(hours=1))

    assert known.known(said, FRIDAY + timedelta(days=1, microseconds=-1)) is not None
    assert known.known(said, FRIDAY + timedelta(days=1)) is None
    assert known.known(other, FRIDAY) is None
    assert again == revoked
    assert known.revoke("none", FRIDAY) is None
    assert token.id != to_revoke.id


def test_the_last_use_is_noted_to_the_minute(known: DatabaseTokens) -> None:
    """Not for every request: that would be a write each."""
    said, _ = known.create("crm", [], FRIDAY, None)

    for seconds in (0, 30, 61):
        known.known(said, FRIDAY + timedelta(seconds=seconds))
        last = known.all()[0].last_used_at
        assert last == FRIDAY + timedelta(seconds=0 if seconds < 60 else 61)


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer x", "Basic dXNlcjpwYXNz", "Bearer dft_000000000000_" + "A" * 43],
)
async def test_nobody_gets_past_without_a_token(portal: Portal, header: str | None) -> None:
    """Not to what exists, not to what does not, and not to the description."""
    headers = {} if header is None else {"Authorization": header}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(portal.app), base_url="http://portal.test", headers=headers
    ) as stranger:
        for path in ("/cases", "/nothing", "/openapi.json", "/inbound-mail", "/"):
            answer = await stranger.get(f"/api/v1{path}")
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_scope_is_good_for_its_own_kind_only(portal: Portal) -> None:
    """Reading is not writing, and cases are no defects; the refusal names what lacks."""
    service = portal.service(portal.token("reader", Scope.CASES_READ))
    await portal.world.case("C-1")

    assert (await service.get("/cases/C-1")).status_code == 200
    for answer in (
        await service.post("/cases", json=case_start()),
        await service.post("/cases/C-1/close", json={"reason": "r"}),
        await service.get("/defects"),
        await service.post("/inbound-mail", headers={"Content-Type": "message/rfc822"}),
    ):
        assert answer.status_code == 403
        assert "lacks" in answer.json()["detail"]


async def test_a_line_break_in_an_address_does_not_lead_past(portal: Portal) -> None:
    """The framework's own mounts end at one."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(portal.app), base_url="http://portal.test"
    ) as stranger:
        answer = await stranger.get("/api/v1/cases/%0A/timeline")

    assert answer.status_code == 401
    assert (await portal.service().get("/cases/%0A")).status_code == 422
