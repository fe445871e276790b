"""The codec server: what it answers, how much of it, and what is on record afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from temporalio.api.common.v1 import Payload

from portal.api.rates import Rate
from runtime.codec import ENCODING, KEY_ID
from tests.portal.codec.conftest import CLEAR, KEYS, SECRET, Codec, of_json, sealed
from tests.portal.conftest import Wall

RUNBOOK = Path(__file__).parents[3] / "docs" / "operations.md"

# --- what it answers ------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["/decode", "/defects/decode", "/codec/v1/decode"])
async def test_payloads_come_back_in_clear_and_in_order(codec: Codec, to: str) -> None:
    """Under whichever key of the ring, in clear already, and wherever the address begins."""
    answer = await codec.ask(await sealed("k1"), CLEAR, await sealed("k2"), to=to)

    assert of_json(answer) == [CLEAR, CLEAR, CLEAR]
    assert answer.headers["content-type"] == "application/json"


async def test_what_is_encoded_is_under_the_first_key(codec: Codec) -> None:
    """So that the input of a signal is in clear nowhere, and whoever decodes it has it again."""
    (encoded,) = of_json(await codec.ask(CLEAR, to="/encode"))

    assert dict(encoded.metadata) == {"encoding": ENCODING, KEY_ID: b"k2"}
    assert of_json(await codec.ask(encoded)) == [CLEAR]


async def test_a_retired_key_leaves_the_rest_readable(codec: Codec) -> None:
    """In the place of what cannot be read a word names the key and the variable."""
    answer = await codec.ask(await sealed("k1"), await sealed("k3"), await sealed("k2"))
    before, instead, after = of_json(answer)
    said = json.loads(instead.data)

    assert (before, after) == (CLEAR, CLEAR)
    assert instead.metadata["encoding"] == b"json/plain"
    assert said["unreadable"] is True
    assert "'k3'" in said["message"]
    assert "DEFECTS_ENCRYPTION_KEYS" in said["message"]


async def test_an_altered_payload_says_so(codec: Codec) -> None:
    """And nothing of what it may once have been."""
    kept = await sealed("k1")
    altered = Payload(metadata=dict(kept.metadata), data=kept.data[:-1] + b"x")

    instead, beside = of_json(await codec.ask(altered, kept))

    assert "was altered" in json.loads(instead.data)["message"]
    assert beside == CLEAR


async def test_what_tools_add_of_their_own_changes_nothing(codec: Codec) -> None:
    """Such as the UI, which notes in words what a payload is encoded with."""
    kept = await sealed("k1")
    kept.metadata["encodingDecoded"] = b"binary/encrypted"

    assert of_json(await codec.ask(kept)) == [CLEAR]


@pytest.mark.parametrize(
    "body", ["", "{", "[1]", '{"payloads": [1]}', '{"payloads": [{"data": 5}]}', '{"payloads": {}}']
)
async def test_what_is_no_list_of_payloads_is_malformed(codec: Codec, body: str) -> None:
    """A problem document says what would be right."""
    answer = await codec.http.post(
        "/decode",
        content=body,
        headers={
            "Authorization": f"Bearer {codec.token()}",
            "Content-Type": "application/json",
        },
    )

    assert (answer.status_code, answer.json()["type"]) == (400, "urn:defects:problem:malformed")
    assert "payloads" in answer.json()["detail"]


async def test_no_answer_is_kept(codec: Codec) -> None:
    """Neither what was decrypted nor a refusal; and no answer is taken for a page."""
    for answer in (await codec.ask(CLEAR), await codec.ask(CLEAR, token="dft_none")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_other_addresses_and_methods_are_refused(codec: Codec) -> None:
    """There is nothing else to be had here."""
    there = [await codec.http.get("/decode"), await codec.http.post("/download")]
    there += [await codec.http.get("/"), await codec.http.post("/decode/")]

    assert [answer.status_code for answer in there] == [405, 404, 404, 404]
    assert {answer.headers["content-type"] for answer in there} == {"application/problem+json"}


# --- how much -------------------------------------------------------------------------------------


async def test_too_large_and_too_many_are_refused(codec: Codec) -> None:
    """By bytes as they come, and by number; what Temporal itself takes at once fits."""
    codec.limited(body_bytes=3_000_000, payloads=3)
    headers = {"Authorization": f"Bearer {codec.token()}", "Content-Type": "application/json"}

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(50):
            yield b" " * 65_536

    large = Payload(metadata={"encoding": b"binary/plain"}, data=b"x" * 2 * 1024 * 1024)
    long = await codec.http.post("/decode", content=stream(), headers=headers)
    many = await codec.ask(CLEAR, CLEAR, CLEAR, CLEAR)
    fits = await codec.ask(await sealed("k1", large))

    assert (long.status_code, many.status_code) == (413, 413)
    assert of_json(fits) == [large]


async def test_a_request_that_never_arrives_is_given_up(codec: Codec) -> None:
    """Whoever sends a byte a minute does not hold a place."""
    codec.limited(arrival_seconds=0.05)
    headers = {"Authorization": f"Bearer {codec.token()}", "Content-Type": "application/json"}

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    answer = await codec.http.post("/decode", content=slow(), headers=headers)

    assert answer.status_code == 408


async def test_who_asks_too_often_is_told_when_to_come_again(codec: Codec) -> None:
    """By token, however it is known; another is served all the same."""
    codec.limited(rate=Rate(per_second=0.01, burst=2))
    token = codec.token("staff:read", "payloads:read")
    page = {"Origin": "http://127.0.0.1:8233", **codec.session(token)}

    answers = [await codec.ask(CLEAR, token=token), await codec.browse(CLEAR, **page)]
    answers += [await codec.ask(CLEAR, token=token), await codec.ask(CLEAR)]

    assert [answer.status_code for answer in answers] == [200, 200, 429, 200]
    assert int(answers[2].headers["retry-after"]) in range(50, 101)


async def test_a_database_that_is_away_is_said_so(codec: Codec) -> None:
    """503, which the UI tries again, and nothing of how it failed."""
    token = codec.token()
    with codec.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE tokens RENAME TO gone")

    answer = await codec.ask(CLEAR, token=token)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "SELECT" not in answer.text


class Stopped(Wall):
    """A clock that fails."""

    def __call__(self) -> datetime:
        """No time."""
        raise KeyError("my password is swordfish")


async def test_what_nobody_foresaw_tells_nothing(codec: Codec) -> None:
    """A problem document without the error's words, which may be a client's."""
    token = codec.token()
    codec.wall = Stopped(codec.wall.at)
    codec.restarted()

    answer = await codec.ask(CLEAR, token=token)

    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert "swordfish" not in answer.text


# --- on record ------------------------------------------------------------------------------------


async def test_a_decode_leaves_one_line(codec: Codec) -> None:
    """Who, how known, where, how much, which keys and which were lacking; nothing of the text."""
    token = codec.token()
    kept = await sealed("k1")
    altered = Payload(metadata=dict(kept.metadata), data=kept.data[:-1] + b"x")
    with capture_logs() as logged:
        answer = await codec.ask(
            *(kept, await sealed("k2"), await sealed("k3"), altered, CLEAR),
            token=token,
            **{"X-Namespace": "defects"},
        )

    assert len(of_json(answer)) == 5
    assert logged == [
        {
            "event": "codec.decoded",
            "log_level": "info",
            "token": token.split("_")[1],
            "actor": "lead-1",
            "by": "token",
            "namespace": "defects",
            "address": "192.0.2.7",
            "payloads": 5,
            "keys": ["k1", "k2"],
            "lacking": ["k3"],
            "altered": 1,
        }
    ]


async def test_the_line_is_that_of_the_runbook(codec: Codec) -> None:
    """What the runbook shows has exactly the fields that are logged, in their order."""
    runbook = RUNBOOK.read_text(encoding="utf-8")
    shown = runbook.partition("```json codec\n")[2].partition("\n```")[0]
    with capture_logs() as logged:
        await codec.ask(CLEAR)

    line = {name: value for name, value in logged[0].items() if name != "log_level"}
    assert [*json.loads(shown)] == ["event", *(name for name in line if name != "event")]


async def test_an_encode_leaves_one_line(codec: Codec) -> None:
    """With the key that it is under."""
    with capture_logs() as logged:
        await codec.ask(CLEAR, CLEAR, to="/encode")

    assert [(line["event"], line["payloads"], line["keys"]) for line in logged] == [
        ("codec.encoded", 2, ["k2"])
    ]


async def test_a_refusal_leaves_one_line(codec: Codec) -> None:
    """Who is not known is on record by where they are."""
    with capture_logs() as logged:
        await codec.http.post("/decode", json={"payloads": []})

    assert logged == [
        {
            "event": "codec.refused",
            "log_level": "warning",
            "problem": "unauthorized",
            "address": "192.0.2.7",
        }
    ]


async def test_what_a_caller_makes_up_is_not_on_record(codec: Codec) -> None:
    """Neither as a namespace nor as the id of a key, where anything could be written."""
    kept = await sealed("k1")
    made_up = Payload(metadata={"encoding": ENCODING, KEY_ID: SECRET.encode()}, data=kept.data)
    with capture_logs() as logged:
        await codec.ask(kept, made_up, **{"X-Namespace": f"a {SECRET}"})

    assert (logged[0]["namespace"], logged[0]["lacking"]) == (None, ["(no id of a key)"])
    assert "log in" not in str(logged)
    assert set(KEYS) >= set(logged[0]["keys"])
