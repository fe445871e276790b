"""`rekey`: afterwards the new key alone opens everything that is kept sealed."""

import base64
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from activities.adapters.database import DatabaseSetAside, make_engine, migrate
from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.file_store import FileStore
from portal.inbound.kept import opened, sealed
from runtime.codec import KeyRing, UnknownKey
from runtime.sealing import Sealer
from starter import app

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
KEYS = {
    name: f"{name}:" + base64.b64encode(bytes([n]) * 32).decode() for n, name in enumerate("ab")
}
MAIL = "From: ada@river.example\r\n\r\nGrüße".encode()


class Installation:
    """A secret, two mails that wait, and two files, one of them lost."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = make_engine(f"sqlite:///{folder / 'test.db'}")
        migrate(self.engine)

    def files(self, keys: KeyRing) -> AttachmentFiles:
        """The attachments."""
        return AttachmentFiles(self.engine, FileStore(str(self.folder / "files")), Sealer(keys))

    def fill(self, keys: KeyRing) -> str:
        """Write all of it down; answers the digest of the file that is there."""
        DatabaseWebhookReceivers(self.engine, Sealer(keys)).add(
            "https://a.example/hooks", "whsec_" + "A" * 32, NOW
        )
        mails = DatabaseSetAside(self.engine)
        for digest in ("m1", "m2"):
            kept = sealed(MAIL, digest, keys)
            mails.add(digest, f"{digest}@river.example", "x", "list", kept, NOW)
        lost = self.files(keys).keep(b"lost", NOW)
        (self.folder / "files" / lost[:2] / lost).unlink()
        return self.files(keys).keep(b"log", NOW)

    def mails(self, keys: KeyRing) -> list[bytes | None]:
        """What waits for staff, as they read it."""
        return [opened(mail, keys) for mail in DatabaseSetAside(self.engine).waiting(10)]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    """A database and a folder for files of its own, and no Temporal server."""
    monkeypatch.setenv("DEFECTS_DATABASE_URL", f"sqlite:///{tmp_path / 'test.db'}")
    monkeypatch.setenv("DEFECTS_ATTACHMENTS_URL", str(tmp_path / "files"))
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    return Installation(tmp_path)


def rekey(*words: str) -> Result:
    """What the command answers."""
    return CliRunner().invoke(app, ["rekey", *words])


def test_the_old_key_can_be_dropped(here: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    """All says what it said; a repeat changes nothing, and everything can be in clear again."""
    before, after = KeyRing.read(KEYS["a"]), KeyRing.read(KEYS["b"])
    digest = here.fill(before)
    monkeypatch.setenv("DEFECTS_ENCRYPTION_KEYS", f"{KEYS['b']},{KEYS['a']}")
    first, second = json.loads(rekey("--json").output), rekey()
    mails, content = here.mails(after), here.files(after).read(digest)
    size = DatabaseSetAside(here.engine).in_all().size
    clear = rekey("--clear")

    counts = {"dropped": 0, "problems": []}
    assert first == {
        "key": "b",
        "secrets": {"kept": 1, "changed": 1} | counts,
        "mails": {"kept": 2, "changed": 2} | counts,
        "files": {"kept": 1, "changed": 1} | counts,
    }
    assert second.output.splitlines() == [
        "encrypted under b: 1 secrets of webhooks, 0 of them newly",
        "encrypted under b: 2 mails that wait for staff, 0 of them newly",
        "encrypted under b: 1 attachments, 0 of them newly",
    ]
    assert [mail and mail.endswith(MAIL) for mail in mails] == [True, True]
    assert (content, size) == (b"log", 2 * len(sealed(MAIL, "m1", after)))
    assert (clear.exit_code, here.files(KeyRing({})).read(digest)) == (0, b"log")
    assert [mail and mail.endswith(MAIL) for mail in here.mails(KeyRing({}))] == [True, True]


def test_what_was_written_before_there_were_keys_is_sealed(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing in the store or the table is in clear afterwards."""
    digest = here.fill(KeyRing({}))
    monkeypatch.setenv("DEFECTS_ENCRYPTION_KEYS", KEYS["a"])
    done = rekey()
    stored = (here.folder / "files" / digest[:2] / digest).read_bytes()
    with pytest.raises(UnknownKey):
        here.files(KeyRing({})).read(digest)

    assert (done.exit_code, b"log" in stored) == (0, False)
    assert here.mails(KeyRing({})) == [None, None]


def test_what_needs_another_key_is_named_and_the_rest_is_done(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 1; a secret of a webhook stops it at once, as it stops a worker."""
    lost = here.files(KeyRing.read(KEYS["a"])).keep(b"old", NOW)
    mails = DatabaseSetAside(here.engine)
    mails.add("m0", "x@river.example", "x", "list", b"sealed:1:a:AAAA", NOW)
    later = here.files(KeyRing({})).keep(b"new", NOW)
    monkeypatch.setenv("DEFECTS_ENCRYPTION_KEYS", KEYS["b"])
    partly = rekey()
    done = here.files(KeyRing.read(KEYS["b"])).read(later)
    DatabaseWebhookReceivers(here.engine, Sealer(KeyRing.read(KEYS["a"]))).add(
        "https://a.example/hooks", "whsec_" + "A" * 32, NOW
    )
    too_early = rekey()
    monkeypatch.delenv("DEFECTS_ENCRYPTION_KEYS")
    without = rekey()

    assert (partly.exit_code, done) == (1, b"new")
    assert [line.partition(" is encrypted under the key 'a'")[0] for line in
        partly.stderr.splitlines()] == [
        "mail 1 that waits for staff: a secret in the database",
        f"attachment {lost}: a kept file",
    ]  # fmt: skip
    assert (too_early.exit_code, without.exit_code) == (2, 2)
    assert "under the key 'a': add it" in too_early.stderr
    assert "DEFECTS_ENCRYPTION_KEYS" in without.stderr


def test_a_store_that_is_down_leaves_the_rest_to_a_repeat(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 1, and without a word of where it is."""
    here.fill(KeyRing({}))
    monkeypatch.setenv("DEFECTS_ENCRYPTION_KEYS", KEYS["a"])
    (here.folder / "files").rename(here.folder / "away")
    (here.folder / "files").write_bytes(b"")
    down = rekey()
    (here.folder / "files").unlink()
    (here.folder / "away").rename(here.folder / "files")
    again = rekey()

    assert (down.exit_code, again.exit_code) == (1, 0)
    assert down.stderr == (
        "attachments are not all done: their store is down: NotADirectoryError Not a directory\n"
    )
    assert "1 attachments, 1 of them newly" in again.output
