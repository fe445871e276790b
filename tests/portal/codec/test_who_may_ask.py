"""The codec server: whom it answers, and on which pages."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from structlog.testing import capture_logs

from activities.adapters.database.tokens import DatabaseTokens
from portal.codec import create_codec_server
from portal.codec.callers import caller
from portal.codec.origins import allowed_origins
from portal.codec.place import Place
from runtime.settings import SettingsError, read_settings
from tests.portal.codec.conftest import CLEAR, Codec, of_json, sealed

# --- whom -----------------------------------------------------------------------------------------


def test_every_route_knows_who_comes(codec: Codec) -> None:
    """Nothing of it is open by mistake."""
    app = create_codec_server(Place(codec.engine, codec.settings))
    routes = [route for route in iter_route_contexts(app.routes) if route.path]

    def guards(route: Any) -> set[Any]:
        return {each.call for each in route.dependant.dependencies}

    assert {route.path for route in routes} == {
        "/decode",
        "/encode",
        "/{before:path}/decode",
        "/{before:path}/encode",
    }
    assert [route.path for route in routes if caller not in guards(route)] == []


@pytest.mark.parametrize("to", ["/decode", "/encode"])
async def test_without_a_valid_token_nothing_is_answered(codec: Codec, to: str) -> None:
    """None, an unknown, a revoked and an expired one are refused with the same words."""
    revoked, expired = codec.token(), codec.token(days=0.5)
    DatabaseTokens(codec.engine).revoke(revoked.split("_")[1], codec.wall.at)
    codec.wall.at += timedelta(days=0.5)
    answers = [
        await codec.ask(CLEAR, to=to, token=token)
        for token in (f"dft_{'0' * 12}_{'a' * 43}", "nothing", revoked, expired)
    ]
    answers.append(await codec.ask(CLEAR, to=to, Authorization="Basic bGVhZDpsZWFk"))
    answers.append(await codec.http.post(to, json={"payloads": []}))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1


async def test_a_token_needs_the_scope(codec: Codec) -> None:
    """Whoever may read cases over the interface may not read every payload for that."""
    token = codec.token("cases:read", "staff:read")

    by_token = await codec.ask(await sealed("k1"), token=token)
    by_session = await codec.browse(
        await sealed("k1"), Origin="http://127.0.0.1:8233", **codec.session(token)
    )

    assert (by_token.status_code, by_session.status_code) == (403, 403)
    assert "payloads:read" in by_token.json()["detail"]


async def test_whoever_signed_in_at_the_portal_is_known(codec: Codec) -> None:
    """By the cookie of its page for staff, as long as session and token are good."""
    token = codec.token("staff:read", "payloads:read")
    cookie = codec.session(token)
    page = {"Origin": "http://127.0.0.1:8233", **cookie}

    first = await codec.browse(await sealed("k1"), **page)
    codec.wall.at += timedelta(minutes=20)
    busy = await codec.browse(await sealed("k1"), **page)
    codec.wall.at += timedelta(minutes=31)
    idle = await codec.browse(await sealed("k1"), **page)
    again = {"Origin": "http://127.0.0.1:8233", **codec.session(token)}
    known = await codec.browse(await sealed("k1"), **again)
    DatabaseTokens(codec.engine).revoke(token.split("_")[1], codec.wall.at)
    revoked = await codec.browse(await sealed("k1"), **again)

    assert [of_json(answer) for answer in (first, busy, known)] == [[CLEAR]] * 3
    assert (idle.status_code, revoked.status_code) == (401, 401)


async def test_a_cookie_alone_is_not_enough(codec: Codec) -> None:
    """Without an origin nobody says that a page which may ask has asked."""
    cookie = codec.session(codec.token("staff:read", "payloads:read"))

    assert (await codec.browse(CLEAR, **cookie)).status_code == 401


async def test_over_tls_only_the_cookie_of_the_host_counts(codec: Codec) -> None:
    """Where people reach the portal over TLS, one that another host could have set does not."""
    codec.restarted(portal_url="https://support.vendor.example")
    cookie = codec.session(codec.token("staff:read", "payloads:read"))
    value = cookie["Cookie"].partition("=")[2]
    origin = {"Origin": "http://127.0.0.1:8233"}

    assert (await codec.browse(CLEAR, **origin, **cookie)).status_code == 401
    assert of_json(await codec.browse(CLEAR, **origin, Cookie=f"__Host-staff={value}")) == [CLEAR]


# --- from which pages -----------------------------------------------------------------------------

OTHERS = [
    "http://127.0.0.1:8234",
    "http://127.0.0.1",
    "https://127.0.0.1:8233",
    "http://localhost:8233",
    "http://127.0.0.1:8233.evil.example",
    "http://evil.example",
    "null",
    "*",
    "",
]


async def test_a_page_that_may_ask_is_told_so(codec: Codec) -> None:
    """Before it asks, and with each answer; with a refusal too, which is no failing network."""
    origin = {"Origin": "http://127.0.0.1:8233"}
    asks = {"Access-Control-Request-Method": "POST"}
    before = await codec.http.options("/decode", headers=origin | asks)
    answer = await codec.ask(CLEAR, **origin)
    refused = await codec.browse(CLEAR, **origin)

    assert (before.status_code, answer.status_code, refused.status_code) == (204, 200, 401)
    for each in (before, answer, refused):
        assert each.headers["access-control-allow-origin"] == "http://127.0.0.1:8233"
        assert each.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in each.headers["vary"]
    assert before.headers["access-control-allow-methods"] == "POST"
    assert "X-Namespace" in before.headers["access-control-allow-headers"]


@pytest.mark.parametrize("origin", OTHERS)
async def test_any_other_page_is_refused(codec: Codec, origin: str) -> None:
    """With a good token and a good cookie too, and its browser is not let read why."""
    token = codec.token("staff:read", "payloads:read")
    headers = {"Origin": origin, **codec.session(token)}
    before = await codec.http.options(
        "/decode", headers={"Origin": origin, "Access-Control-Request-Method": "POST"}
    )
    with capture_logs() as logged:
        by_cookie = await codec.browse(await sealed("k1"), **headers)
        by_token = await codec.ask(await sealed("k1"), token=token, **headers)

    for answer in (before, by_cookie, by_token):
        assert answer.status_code == 403
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert "Origin" in answer.headers["vary"]
    assert [(line["event"], line["origin"]) for line in logged] == [
        ("codec.origin_refused", origin)
    ] * 2


async def test_what_is_no_page_needs_no_origin(codec: Codec) -> None:
    """The command line says none; without any origin allowed, no page may ask at all."""
    codec.restarted(temporal_ui_url=None)

    assert of_json(await codec.ask(CLEAR)) == [CLEAR]
    assert (await codec.ask(CLEAR, Origin="http://127.0.0.1:8233")).status_code == 403


async def test_origins_that_are_set_take_the_place_of_the_uis(codec: Codec) -> None:
    """Exactly those, and the address of the UI no longer."""
    codec.restarted(codec_origins=("https://ui.vendor.example", "https://two.vendor.example"))
    origins = ("https://ui.vendor.example", "https://two.vendor.example", "http://127.0.0.1:8233")

    answers = [await codec.ask(CLEAR, Origin=origin) for origin in origins]

    assert [answer.status_code for answer in answers] == [200, 200, 403]


async def test_only_json_is_taken(codec: Codec) -> None:
    """What a browser sends across origins without asking first is refused, whoever sends it."""
    page = codec.session(codec.token("staff:read", "payloads:read"))
    page["Origin"] = "http://127.0.0.1:8233"

    answer = await codec.http.post(
        "/decode", content='{"payloads": []}', headers={"Content-Type": "text/plain", **page}
    )

    assert answer.status_code == 415


# --- settings -------------------------------------------------------------------------------------


def test_origins_are_read_as_browsers_send_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several with blanks between them, and none where nothing is set."""
    monkeypatch.setenv("DEFECTS_CODEC_ORIGINS", "https://ui.vendor.example, http://[::1]:8233")
    several = read_settings().codec_origins
    monkeypatch.setenv("DEFECTS_CODEC_ORIGINS", "")

    assert several == ("https://ui.vendor.example", "http://[::1]:8233")
    assert read_settings().codec_origins == ()


@pytest.mark.parametrize(
    "wrong",
    [
        "*",
        "null",
        "https://*.vendor.example",
        "ui.vendor.example",
        "https://ui.vendor.example/",
        "https://UI.vendor.example",
        "https://ui.vendor.example:443",
        "https://you@ui.vendor.example",
        "https://ui.vendor.example:x",
        "https://one.vendor.example https://two.vendor.example",
    ],
)
def test_what_no_browser_would_send_is_no_origin(
    monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    """It would never match, or is thought to match too much: the server says so and stops."""
    monkeypatch.setenv("DEFECTS_CODEC_ORIGINS", f"https://ui.vendor.example,{wrong}")

    with pytest.raises(SettingsError, match="DEFECTS_CODEC_ORIGINS: origin 2 must be"):
        read_settings()


@pytest.mark.parametrize(
    ("ui", "origin"),
    [
        ("https://UI.vendor.example:443/temporal", "https://ui.vendor.example"),
        ("http://127.0.0.1:8233", "http://127.0.0.1:8233"),
        ("http://[::1]:80/", "http://[::1]"),
    ],
)
def test_the_origin_of_the_ui_is_that_of_its_address(codec: Codec, ui: str, origin: str) -> None:
    """Its path, a default port and the case of letters are no part of it."""
    settings = codec.settings.model_copy(update={"temporal_ui_url": ui})

    assert allowed_origins(settings) == {origin}
