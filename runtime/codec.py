"""Encrypts payloads with AES-256-GCM under a ring of keys: the first encrypts, all decrypt.

Bound into each ciphertext (as associated data) is the id of its key, and nothing else. Binding the
workflow id would stop someone who can write to Temporal's database from moving a payload to
another workflow. But the id a payload is decrypted under is not always the one it was encrypted
under: Temporal adds a timestamp to the ids that Schedules start, and a codec server, which shows
payloads in the UI, is told no id at all. A payload that cannot be read wedges a workflow for good,
so who may write to that database stays a matter of its access rights.

Nonces are random: change the key well before 2**32 payloads (NIST SP 800-38D, 8.3). An old key is
needed until the last workflow that has used it is closed and its retention is over.
"""

import base64
import binascii
import os
import re
from collections.abc import Mapping, Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
VARIABLE = "DEFECTS_ENCRYPTION_KEYS"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


class Unreadable(RuntimeError):  # noqa: N818 - the two below are what an operator looks for
    """A payload cannot be decrypted."""


class UnknownKey(Unreadable):
    """A payload was encrypted under a key this process does not have."""


class AlteredPayload(Unreadable):
    """A payload is not what was encrypted, or its key's id stands for another key now."""


class KeyRing:
    """Keys of 32 bytes by id, in order; without any, payloads stay in clear."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.first = next(iter(self._ciphers), None)
        """The id of the key that encrypts, None where none does."""

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(self._ciphers)})"

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `id:base64key,…`.

        Raises:
            ValueError: naming the entry that is wrong by its position; entries are secrets.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(text.split(","), 1):
            name, _, encoded = entry.strip().partition(":")
            if not _ID.fullmatch(name):
                raise ValueError(
                    f"entry {position} must be id:key, the id 1 to 32 of A-Z a-z 0-9 . _ -"
                )
            if name in keys:
                raise ValueError(f"entry {position} must have an id of its own, {name} is taken")
            keys[name] = _key(encoded, position)
        return cls(keys)

    def encrypt(self, name: str, content: bytes, bound: bytes) -> bytes:
        """Nonce and ciphertext under one of the keys; `bound` has to be known to decrypt it."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[name].encrypt(nonce, content, bound)

    def decrypt(self, name: str, sealed: bytes, bound: bytes, what: str) -> bytes:
        """What was encrypted; `what` it is, for the words of an error.

        Raises:
            UnknownKey: naming what, the id and the variable it belongs into.
            AlteredPayload: it is not what was encrypted, or another thing was bound to it.
        """
        if name not in self._ciphers:
            known = ", ".join(self._ciphers) or "none"
            raise UnknownKey(
                f"{what} is encrypted under the key {name!r}: add it to {VARIABLE} "
                f"(keys there now: {known})"
            )
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            return self._ciphers[name].decrypt(nonce, encrypted, bound)
        except (InvalidTag, ValueError):
            raise AlteredPayload(
                f"{what} encrypted under the key {name!r} was altered, or {name!r} in "
                f"{VARIABLE} is not the key it was encrypted with"
            ) from None


NO_KEYS = KeyRing({})


class KeyRingCodec(PayloadCodec):
    """Payloads in and out of encryption; a ring without keys reads and writes in clear."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload, its metadata included, under the first key."""
        name = self._keys.first
        return [p if name is None else self._encrypted(p, name) for p in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted; what was written in clear before stays readable.

        Raises:
            UnknownKey: the ring lacks the key.
            AlteredPayload: the payload is not what was encrypted.
        """
        return [
            self._decrypted(p) if p.metadata.get("encoding") == ENCODING else p for p in payloads
        ]

    def _encrypted(self, payload: Payload, name: str) -> Payload:
        key_id = name.encode()
        sealed = self._keys.encrypt(name, payload.SerializeToString(), key_id)
        return Payload(metadata={"encoding": ENCODING, KEY_ID: key_id}, data=sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        key_id = payload.metadata.get(KEY_ID, b"")
        name = key_id.decode(errors="replace")
        return Payload.FromString(self._keys.decrypt(name, payload.data, key_id, "a payload"))


def _key(encoded: str, position: int) -> bytes:
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise ValueError(f"the key of entry {position} must be base64") from None
    if len(key) != _KEY_BYTES:
        raise ValueError(
            f"the key of entry {position} must be {_KEY_BYTES} bytes, not {len(key)}; "
            "`openssl rand -base64 32` makes one"
        )
    return key
