"""Files on record: shared by cases, within their limits, and never named once they are gone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from activities.adapters.database import DatabaseSetAside
from activities.adapters.database.attachments import (
    AttachmentFiles,
    DatabaseAttachments,
    KeptFile,
    count_unneeded,
    fitting,
)
from activities.adapters.database.forgetting import DatabaseForgetting
from activities.adapters.database.retention import DatabaseRetention, last_runs
from activities.adapters.file_store import FileStore, StoreDown
from activities.ports import NotNow
from domain.retention import Kept
from runtime.codec import KeyRing
from runtime.sealing import Sealer
from tests.activities.database.rows import at_once
from tests.activities.database.test_forgetting import ADA, BOB, NOW, forget, project
from tests.activities.database.test_retention import PERIODS

LARGE = 1_000_000
DAY = timedelta(days=1)
SEALER = Sealer(KeyRing({"k1": b"k" * 32}))


@pytest.fixture
def files(engine: Engine, tmp_path: Path) -> AttachmentFiles:
    """Contents in a folder, sealed."""
    return AttachmentFiles(engine, FileStore(str(tmp_path / "files")), SEALER)


def kept(files: AttachmentFiles, content: bytes, name: str = "a.log") -> KeptFile:
    """A file that was written."""
    return KeptFile(files.keep(content, NOW), name, "text/plain", len(content))


def test_two_cases_share_a_file_until_neither_needs_it(
    engine: Engine, files: AttachmentFiles
) -> None:
    """Each has its own name for it; it goes with the last of them."""
    record = DatabaseAttachments(engine)
    one, other = kept(files, b"log"), kept(files, b"log", "b.log")
    record.attach("CASE-1", "m1", [one], LARGE, NOW)
    record.attach("CASE-2", "m2", [other], LARGE, NOW)
    removed, left = [], []
    for case, mail in (("CASE-1", "m1"), ("CASE-2", "m2")):
        record.detach(case, mail, [one.digest])
        removed.append(files.remove_unneeded(NOW, 10))
        left.append(files.read(one.digest))

    assert one.digest == other.digest
    assert (removed, left) == ([0, 1], [b"log", None])


def test_a_case_has_what_it_has_room_for(engine: Engine, files: AttachmentFiles) -> None:
    """A mail tried again keeps what it had; the same file in another mail needs no room."""
    record = DatabaseAttachments(engine)
    small, large, more = (kept(files, b"x" * size) for size in (10, 60, 50))
    first = record.attach("CASE-1", "m1", [large, small], 100, NOW)
    again = record.attach("CASE-1", "m1", [large, small], 100, NOW)
    second = record.attach("CASE-1", "m2", [more, large], 100, NOW)

    assert first == ({large.digest, small.digest}, [large.digest, small.digest])
    assert again == ({large.digest, small.digest}, [])
    assert second == ({large.digest}, [large.digest])
    assert {file.digest for file in record.of_case("CASE-1")} == {small.digest, large.digest}


def test_mails_at_once_do_not_take_the_same_room(engine: Engine, files: AttachmentFiles) -> None:
    """Each waits for the others that write about the case."""
    project(engine, "CASE-1", "open", ADA)
    found = [kept(files, bytes([n]) * 40) for n in range(8)]
    at_once(lambda n: DatabaseAttachments(engine).attach("CASE-1", f"m{n}", [found[n]], 100, NOW))

    assert len(DatabaseAttachments(engine).of_case("CASE-1")) == 2


def test_the_same_mail_at_once_is_one(engine: Engine, files: AttachmentFiles) -> None:
    """Each try hears that the case has the file."""
    one = kept(files, b"log")
    found = at_once(lambda _: DatabaseAttachments(engine).attach("CASE-1", "m1", [one], LARGE, NOW))

    assert [digests for digests, _ in found] == [{one.digest}] * len(found)
    assert DatabaseAttachments(engine).of_case("CASE-1") == [one]


@given(st.lists(st.integers(0, 50), max_size=12), st.integers(0, 200))
def test_what_fits_never_takes_more_than_there_is(sizes: list[int], room: int) -> None:
    """And nothing is left out that would still fit."""
    found = [KeptFile(str(n), "", "", size) for n, size in enumerate(sizes)]
    fit = fitting(found, room)
    left = room - sum(file.size for file in fit)

    assert left >= 0
    assert all(file.size > left for file in found if file not in fit)


def test_no_row_names_a_file_that_is_gone(engine: Engine, files: AttachmentFiles) -> None:
    """Who comes too late tries again, and so writes it anew."""
    record, late = DatabaseAttachments(engine), kept(files, b"late")
    assert files.remove_unneeded(NOW, 10) == 1
    with pytest.raises(StoreDown):
        record.attach("CASE-1", "m1", [late], LARGE, NOW)
    files.keep(b"late", NOW)
    record.attach("CASE-1", "m1", [late], LARGE, NOW)

    assert files.read(late.digest) == b"late"


def test_writing_and_removing_at_once_loses_nothing(engine: Engine, files: AttachmentFiles) -> None:
    """Whatever comes first: a file on record is there."""
    record, digest = DatabaseAttachments(engine), kept(files, b"same").digest

    def one(n: int) -> bool:
        if n % 2:
            files.remove_unneeded(NOW, 10)
            return False
        try:
            record.attach(f"CASE-{n}", "m", [kept(files, b"same")], LARGE, NOW)
        except StoreDown:
            return False
        return True

    on_record = [n for n, done in enumerate(at_once(one)) if done]

    assert [n for n in range(8) if record.find(f"CASE-{n}", digest)] == on_record
    assert files.read(digest) == b"same" or not on_record


def test_a_mail_that_waits_for_staff_needs_its_file(engine: Engine, files: AttachmentFiles) -> None:
    """Until they have decided."""
    whole, mails = kept(files, b"whole"), DatabaseSetAside(engine)
    mails.add("d", "ada@river.example", "x", "list", b"x", NOW, whole.digest)
    (aside,) = mails.waiting(10)
    before = count_unneeded(engine, NOW)
    mails.decide(aside.id, "kim", None, NOW)

    assert (aside.file, before, count_unneeded(engine, NOW)) == (whole.digest, 0, 1)


def test_files_are_pruned_after_their_case_was_closed(
    engine: Engine, files: AttachmentFiles
) -> None:
    """Those that an open case shares stay; so does for a day what no case has yet."""
    record, retention = DatabaseAttachments(engine), DatabaseRetention(engine, PERIODS, files)
    for case, state in (("CASE-1", "closed"), ("CASE-2", "open")):
        project(engine, case, state, ADA)
    both, own = kept(files, b"both"), kept(files, b"own")
    record.attach("CASE-1", "m1", [both, own], LARGE, NOW)
    record.attach("CASE-2", "m2", [both], LARGE, NOW)
    files.keep(b"on its way", NOW + PERIODS.attachments)
    pruned = [
        [retention.prune(kind, at, 10) for kind in (Kept.ATTACHMENTS, Kept.ATTACHMENT_FILES)]
        for at in (NOW + PERIODS.attachments - DAY, NOW + PERIODS.attachments + DAY / 2)
    ]

    assert pruned == [[0, 0], [2, 1]]
    assert [files.read(file.digest) for file in (both, own)] == [b"both", None]
    assert retention.count(Kept.ATTACHMENT_FILES, NOW + PERIODS.attachments + 2 * DAY) == 1


@contextmanager
def in_the_way(folder: Path) -> Iterator[None]:
    """A store that takes and removes nothing: a file stands where its folder was."""
    folder.rename(folder.with_name("away"))
    folder.write_bytes(b"")
    yield
    folder.unlink()
    folder.with_name("away").rename(folder)


def test_a_store_that_is_down_keeps_its_rows(
    engine: Engine, files: AttachmentFiles, tmp_path: Path
) -> None:
    """So that the file is removed once it is back. Without a store named nothing is tried."""
    old = kept(files, b"old")
    retention = DatabaseRetention(engine, PERIODS, files)
    with in_the_way(tmp_path / "files" / old.digest[:2]):
        with pytest.raises(NotNow, match="attachments cannot be removed: NotADirectoryError"):
            retention.prune(Kept.ATTACHMENT_FILES, NOW + 2 * DAY, 10)
        with pytest.raises(StoreDown):
            files.read(old.digest)
        late = last_runs(engine)
    without = DatabaseRetention(engine, PERIODS).prune(Kept.ATTACHMENT_FILES, NOW + 2 * DAY, 10)

    assert (late, last_runs(engine)) == ({}, {Kept.ATTACHMENT_FILES: NOW + 2 * DAY})
    assert without == 0
    assert retention.prune(Kept.ATTACHMENT_FILES, NOW + 2 * DAY, 10) == 1


def test_who_is_forgotten_takes_the_files_of_their_cases_along(
    engine: Engine, files: AttachmentFiles
) -> None:
    """But for those that somebody else's case has as well."""
    record = DatabaseAttachments(engine)
    project(engine, "CASE-1", "closed", ADA)
    project(engine, "CASE-2", "closed", BOB)
    both, own = kept(files, b"both"), kept(files, b"own")
    record.attach("CASE-1", "m1", [both, own], LARGE, NOW)
    record.attach("CASE-2", "m2", [both], LARGE, NOW)
    found = DatabaseForgetting(engine).found(["ada@straße.example"])["files of their cases"]
    _, rows = forget(engine)

    assert (found, rows["files of their cases"]) == (2, 2)
    assert files.remove_unneeded(NOW, 10) == 1
    assert [files.read(file.digest) for file in (both, own)] == [b"both", None]
    assert [file.digest for file in record.of_case("CASE-2")] == [both.digest]
