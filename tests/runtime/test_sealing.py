"""Secrets in the database: sealed under the first key, opened under any, and in their row only."""

import base64

import pytest

from runtime.codec import NO_KEYS, AlteredPayload, KeyRing, UnknownKey
from runtime.sealing import Sealer

OLD, NEW = bytes(range(32)), bytes(range(32, 64))
SECRET = "whsec_c3dvcmRmaXNo"


def test_a_sealed_secret_shows_nothing_of_itself_and_opens_again() -> None:
    """Sealed twice it differs: nobody sees that two receivers share one."""
    sealer = Sealer(KeyRing({"k1": OLD}))
    once, again = sealer.seal(SECRET, "a"), sealer.seal(SECRET, "a")

    assert once != again
    assert SECRET not in once
    assert base64.b64decode(once.rpartition(":")[2]).find(SECRET.encode()) == -1
    assert sealer.open(once, "a") == sealer.open(again, "a") == SECRET
    assert sealer.key_of(once) == "k1"


def test_without_keys_a_secret_stays_in_clear() -> None:
    """And one that was written so before there were keys stays readable."""
    assert Sealer(NO_KEYS).seal(SECRET, "a") == SECRET
    assert Sealer(KeyRing({"k1": OLD})).open(SECRET, "a") == SECRET
    assert Sealer(NO_KEYS).key_of(SECRET) is None


def test_the_first_key_seals_and_all_open() -> None:
    """So that a key can be changed in rounds."""
    before = Sealer(KeyRing({"k1": OLD})).seal(SECRET, "a")
    rotated = Sealer(KeyRing({"k2": NEW, "k1": OLD}))

    assert rotated.open(before, "a") == SECRET
    assert rotated.key_of(rotated.seal(SECRET, "a")) == "k2"


@pytest.mark.parametrize("keys", [NO_KEYS, KeyRing({"k2": NEW})])
def test_a_key_that_is_missing_is_named(keys: KeyRing) -> None:
    """With the variable it belongs into; the secret is not."""
    kept = Sealer(KeyRing({"k1": OLD})).seal(SECRET, "a")

    with pytest.raises(UnknownKey, match=r"'k1': add it to DEFECTS_ENCRYPTION_KEYS") as missing:
        Sealer(keys).open(kept, "a")
    assert SECRET not in str(missing.value)


def test_one_that_was_altered_moved_or_relabelled_does_not_open() -> None:
    """Nor one whose key's id stands for another key now."""
    sealer = Sealer(KeyRing({"k1": OLD, "k2": NEW}))
    kept = sealer.seal(SECRET, "a")
    raw = bytearray(base64.b64decode(kept.rpartition(":")[2]))
    raw[-1] ^= 1
    altered = "sealed:1:k1:" + base64.b64encode(raw).decode()
    wrong = [
        (altered, "a", sealer),
        (kept, "b", sealer),
        (kept.replace(":k1:", ":k2:"), "a", sealer),
        (kept[:-9], "a", sealer),
        ("sealed:1:k1:", "a", sealer),
        ("sealed:1:k1:not base64", "a", sealer),
        (kept, "a", Sealer(KeyRing({"k1": NEW}))),
    ]

    for text, owner, by in wrong:
        with pytest.raises(AlteredPayload, match="a secret in the database"):
            by.open(text, owner)
