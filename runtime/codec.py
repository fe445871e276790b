"""Encrypts payloads with AES-256-GCM under a ring of keys: the first encrypts, all decrypt."""

import base64
import binascii
import os
from collections.abc import Sequence
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from runtime.settings import SettingsError

ENCODING = b"binary/encrypted"
KEY_ID = "encryption-key-id"
_NONCE_BYTES = 12
_KEY_BYTES = 32
_VARIABLE = "DEFECTS_ENCRYPTION_KEYS"


class UnknownKey(RuntimeError):  # noqa: N818 - what an operator looks for
    """A payload was encrypted under a key this ring does not have."""


class KeyRing:
    """Keys by id, in order."""

    def __init__(self, keys: dict[str, bytes]) -> None:
        self._ciphers = {name: AESGCM(key) for name, key in keys.items()}
        self.first = next(iter(keys))

    @classmethod
    def read(cls, text: str) -> Self:
        """Read `id:base64key,...`.

        Raises:
            SettingsError: naming the position that is wrong, never a key.
        """
        keys: dict[str, bytes] = {}
        for position, entry in enumerate(text.split(","), 1):
            name, colon, encoded = entry.strip().partition(":")
            try:
                key = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                key = b""
            if not (name and colon) or len(key) != _KEY_BYTES or name in keys:
                raise SettingsError(
                    f"{_VARIABLE}: entry {position} must be id:key, the id once only and the key "
                    f"{_KEY_BYTES} bytes in base64"
                )
            keys[name] = key
        return cls(keys)

    def cipher(self, name: str) -> AESGCM:
        """The cipher of a key id.

        Raises:
            UnknownKey: naming the id and the variable to add it to.
        """
        try:
            return self._ciphers[name]
        except KeyError:
            raise UnknownKey(f"no key {name!r}: add it to {_VARIABLE} again") from None


class KeyRingCodec(PayloadCodec):
    """Payloads in and out of encryption.

    The key id is bound in as associated data. Workflow ids are not: continue-as-new and signals
    hand payloads from one execution to another.
    """

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt each payload under the first key."""
        return [self._encrypted(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt what is encrypted; what was written in clear before stays readable.

        Raises:
            UnknownKey: the ring lacks the key.
        """
        return [self._decrypted(payload) for payload in payloads]

    def _encrypted(self, payload: Payload) -> Payload:
        name = self._keys.first
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._keys.cipher(name).encrypt(nonce, payload.SerializeToString(), name.encode())
        return Payload(metadata={"encoding": ENCODING, KEY_ID: name.encode()}, data=nonce + sealed)

    def _decrypted(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        name = payload.metadata[KEY_ID].decode()
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            opened = self._keys.cipher(name).decrypt(nonce, sealed, name.encode())
        except InvalidTag:
            raise RuntimeError(f"a payload under key {name!r} was tampered with") from None
        return Payload.FromString(opened)
