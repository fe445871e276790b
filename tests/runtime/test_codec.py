"""Encryption of payloads under a ring of keys."""

import base64
import re

import pytest
from temporalio.api.common.v1 import Payload

from runtime.codec import (
    ENCODING,
    KEY_ID,
    NO_KEYS,
    AlteredPayload,
    KeyRing,
    KeyRingCodec,
    UnknownKey,
)

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
OLD_TEXT, NEW_TEXT = base64.b64encode(OLD).decode(), base64.b64encode(NEW).decode()
CLEAR = Payload(metadata={"encoding": b"json/plain"}, data=b'"nobody can log in"')


async def encrypted(keys: KeyRing, payload: Payload = CLEAR) -> Payload:
    """One payload as it is sent to the server."""
    [sealed] = await KeyRingCodec(keys).encode([payload])
    return sealed


async def decrypted(keys: KeyRing, payload: Payload) -> Payload:
    """One payload as it comes back."""
    [opened] = await KeyRingCodec(keys).decode([payload])
    return opened


async def test_round_trip() -> None:
    """A payload comes back as it was, with its metadata."""
    keys = KeyRing({"k1": OLD})

    assert await decrypted(keys, await encrypted(keys)) == CLEAR


async def test_what_the_server_sees() -> None:
    """The server sees the encoding and the key id, and nothing else in clear."""
    sealed = await encrypted(KeyRing({"k1": OLD}))

    assert dict(sealed.metadata) == {"encoding": b"binary/encrypted", "encryption-key-id": b"k1"}
    assert b"log in" not in sealed.SerializeToString()
    assert b"json" not in sealed.SerializeToString()


async def test_nonce() -> None:
    """The same payload never looks the same twice."""
    codec = KeyRingCodec(KeyRing({"k1": OLD}))

    first, second = await codec.encode([CLEAR, CLEAR])

    assert first.data != second.data


async def test_order() -> None:
    """Payloads stay in their order."""
    codec = KeyRingCodec(KeyRing({"k1": OLD}))
    payloads = [Payload(data=bytes([number])) for number in range(5)]

    assert payloads == await codec.decode(await codec.encode(payloads))


async def test_rotation() -> None:
    """The first key encrypts, and all decrypt."""
    before = await encrypted(KeyRing({"old": OLD}))
    rotated = KeyRing({"new": NEW, "old": OLD})

    assert (await encrypted(rotated)).metadata[KEY_ID] == b"new"
    assert await decrypted(rotated, before) == CLEAR


async def test_unknown_key() -> None:
    """An unknown key is named, with the variable it belongs into."""
    sealed = await encrypted(KeyRing({"retired": OLD}))

    with pytest.raises(UnknownKey, match=r"'retired'.*DEFECTS_ENCRYPTION_KEYS.*now: new\)"):
        await decrypted(KeyRing({"new": NEW}), sealed)


async def test_no_keys() -> None:
    """Without keys payloads stay in clear, and the key of an encrypted one is named."""
    assert await encrypted(NO_KEYS) == CLEAR
    assert await decrypted(NO_KEYS, CLEAR) == CLEAR
    with pytest.raises(UnknownKey, match=r"'k1'.*now: none\)"):
        await decrypted(NO_KEYS, await encrypted(KeyRing({"k1": OLD})))


async def test_switched_on_later() -> None:
    """What was written before encryption was switched on stays readable."""
    assert await decrypted(KeyRing({"k1": OLD}), CLEAR) == CLEAR


@pytest.mark.parametrize("position", [0, 11, 12, -17, -1])
async def test_changed_byte(position: int) -> None:
    """A payload with one bit changed is refused."""
    sealed = await encrypted(KeyRing({"k1": OLD}))
    data = bytearray(sealed.data)
    data[position] ^= 1

    with pytest.raises(AlteredPayload, match="'k1'"):
        await decrypted(
            KeyRing({"k1": OLD}), Payload(metadata=dict(sealed.metadata), data=bytes(data))
        )


@pytest.mark.parametrize("length", [0, 5, 12, 20])
async def test_shortened(length: int) -> None:
    """A payload that lost its end is refused."""
    sealed = await encrypted(KeyRing({"k1": OLD}))

    with pytest.raises(AlteredPayload):
        await decrypted(
            KeyRing({"k1": OLD}),
            Payload(metadata=dict(sealed.metadata), data=sealed.data[:length]),
        )


async def test_relabelled() -> None:
    """A payload given the id of another key is refused, were the keys the same."""
    sealed = await encrypted(KeyRing({"k1": OLD}))
    relabelled = Payload(metadata={"encoding": ENCODING, KEY_ID: b"k2"}, data=sealed.data)

    with pytest.raises(AlteredPayload):
        await decrypted(KeyRing({"k1": OLD, "k2": OLD}), relabelled)


async def test_other_key_same_id() -> None:
    """Where another key has taken over an id, the error says so."""
    sealed = await encrypted(KeyRing({"k1": OLD}))

    with pytest.raises(AlteredPayload, match="not the key it was encrypted with"):
        await decrypted(KeyRing({"k1": NEW}), sealed)


async def test_read() -> None:
    """A ring is read from `id:key` entries, blanks between them allowed."""
    keys = KeyRing.read(f"2026-11:{NEW_TEXT}, 2025:{OLD_TEXT}")

    assert keys.first == "2026-11"
    assert await decrypted(keys, await encrypted(KeyRing({"2025": OLD}))) == CLEAR


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "entry 1 must be id:key"),
        (OLD_TEXT, "entry 1 must be id:key"),
        (f"{OLD_TEXT}:k1", "entry 1 must be id:key"),
        (f"k1:{OLD_TEXT},", "entry 2 must be id:key"),
        (f"k1:{OLD_TEXT},k1:{NEW_TEXT}", "entry 2 must have an id of its own, k1 is taken"),
        (f"k1:{OLD_TEXT},k2:{NEW_TEXT[:-1]}", "the key of entry 2 must be base64"),
        (f"k1:{OLD_TEXT[:20]}", "the key of entry 1 must be 32 bytes, not 15"),
    ],
)
def test_unreadable(text: str, message: str) -> None:
    """An entry that is wrong is named by its position, and no key is shown."""
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        KeyRing.read(text)

    assert OLD_TEXT[:8] not in str(caught.value)
    assert NEW_TEXT[:8] not in str(caught.value)


def test_repr() -> None:
    """A ring shows ids only."""
    assert repr(KeyRing({"k1": OLD})) == "KeyRing(k1)"
