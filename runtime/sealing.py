"""Encrypts the secrets that the database has to keep, under the key ring of the payloads.

A sealed secret is the text `sealed:1:<key id>:<base64 of nonce and ciphertext>`. Bound into it, as
associated data, are the key's id and whose secret it is, so that it opens in its own row only.
"""

import base64

from runtime.codec import AlteredPayload, KeyRing

_MARK = "sealed:1:"
_CLEAR = b"clear:1"


class Sealer:
    """`Sealing` with the keys of this installation; without any, secrets stay in clear."""

    def __init__(self, keys: KeyRing) -> None:
        self._keys = keys

    def seal(self, secret: str, owner: str) -> str:
        """What to write down of a secret that belongs to `owner`: under the first key."""
        name = self._keys.first
        if name is None:
            return secret
        sealed = self._keys.encrypt(name, secret.encode(), _bound(name, owner))
        return f"{_MARK}{name}:{base64.b64encode(sealed).decode()}"

    def open(self, kept: str, owner: str) -> str:
        """The secret, as it was given; one written down in clear is itself.

        Raises:
            UnknownKey: the ring lacks its key.
            AlteredPayload: it is not what was sealed, or not of this owner.
        """
        name = self.key_of(kept)
        if name is None:
            return kept
        try:
            sealed = base64.b64decode(kept.removeprefix(f"{_MARK}{name}:"), validate=True)
        except ValueError:
            sealed = b""  # Which nothing decrypts.
        what = "a secret in the database"
        return self._keys.decrypt(name, sealed, _bound(name, owner), what).decode()

    def seal_file(self, content: bytes, owner: str) -> bytes:
        """What to keep of a file: a line of ours, so that none can look as if it were sealed."""
        name = self._keys.first
        if name is None:
            return _CLEAR + b"\n" + content
        sealed = self._keys.encrypt(name, content, _bound(name, owner))
        return f"{_MARK}{name}\n".encode() + sealed

    def open_file(self, kept: bytes, owner: str) -> bytes:
        """The file, as it was given.

        Raises:
            UnknownKey: the ring lacks its key.
            AlteredPayload: it is not what was sealed, or not of this owner.
        """
        line, _, rest = kept.partition(b"\n")
        if line == _CLEAR:
            return rest
        name = self.key_of_file(kept)
        if name is None:
            raise AlteredPayload("a kept file was altered: it does not begin with a line of ours")
        return self._keys.decrypt(name, rest, _bound(name, owner), "a kept file")

    def key_of_file(self, kept: bytes) -> str | None:
        """The id of the key that opens it, by its first line; None where it is in clear."""
        return self.key_of(kept.partition(b"\n")[0].decode("ascii", "replace"))

    def key_of(self, kept: str) -> str | None:
        """The id of the key that opens it; None where it is in clear."""
        if not kept.startswith(_MARK):
            return None
        return kept.removeprefix(_MARK).partition(":")[0]


def _bound(name: str, owner: str) -> bytes:
    # A key's id has no colon, so the two cannot be mistaken for another two.
    return f"{name}:{owner}".encode()
