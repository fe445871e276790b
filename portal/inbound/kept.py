"""How mails that were set aside are written down: sealed, where the installation has keys.

A line of ours goes before each, so that none can look as if it were sealed.
"""

from activities.adapters.database.set_aside import RAW_BYTES, SetAside
from runtime.codec import AlteredPayload, KeyRing, UnknownKey
from runtime.sealing import Sealer

_BEFORE = b"X-Set-Aside: yes\r\n"


def sealed(raw: bytes, digest: str, keys: KeyRing) -> bytes:
    """A mail, its beginning where it is long, as it is written down."""
    kept = _BEFORE + raw[:RAW_BYTES]
    return Sealer(keys).seal(kept.decode("latin-1"), digest).encode("latin-1")


def opened(mail: SetAside, keys: KeyRing) -> bytes | None:
    """The mail; None where the ring lacks its key, or it was altered."""
    try:
        return Sealer(keys).open(mail.kept.decode("latin-1"), mail.digest).encode("latin-1")
    except (UnknownKey, AlteredPayload):
        return None
