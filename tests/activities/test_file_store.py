"""Where files are kept: a folder and any other kind of store behave alike."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from fsspec.implementations.memory import MemoryFileSystem

from activities.adapters.file_store import FileStore, StoreDown
from runtime.codec import NO_KEYS, AlteredPayload, KeyRing, UnknownKey
from runtime.sealing import Sealer
from tests.s3 import URL, S3Server

NAME = "ab" * 32


@pytest.fixture(params=["folder", "memory", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A folder with odd letters that is not there yet, a file system of `fsspec`, and S3."""
    if request.param == "s3":
        s3: S3Server = request.getfixturevalue("s3")
        yield URL
        assert s3.objects() == {}
        return
    yield str(tmp_path / "some [files]") if request.param == "folder" else "memory://kept"
    MemoryFileSystem.store.clear()


def test_a_file_is_kept_until_it_is_removed(url: str) -> None:
    """Also written twice, and removed twice."""
    store = FileStore(url)
    before = store.read(NAME)
    for content in (b"a\0b", b"c\0d"):
        store.write(NAME, content)
    kept, begins = store.read(NAME), store.read(NAME, 2)
    for _ in range(2):
        store.remove(NAME)

    assert (before, kept, begins) == (None, b"c\0d", b"c\0")
    assert (store.read(NAME), store.read(NAME, 2)) == (None, None)


def test_a_check_leaves_nothing(url: str) -> None:
    """It writes and removes."""
    FileStore(url).check()

    left = [path for path in Path(url).rglob("*") if path.is_file()]
    assert (left, MemoryFileSystem.store) == ([], {})


def test_a_store_that_is_down_says_why_without_its_url(tmp_path: Path) -> None:
    """A folder below a file is none; the URL may hold a secret."""
    (tmp_path / "file").write_bytes(b"")
    store = FileStore(f"{tmp_path / 'file'}/swordfish")
    for ask in (partial(store.write, NAME, b""), store.check):
        with pytest.raises(StoreDown, match=r"^(NotADirectoryError|FileExistsError) ") as down:
            ask()
        assert "swordfish" not in str(down.value)


def test_readers_see_whole_files_only(tmp_path: Path) -> None:
    """While others write the same one; nothing of the writing is left, and only we may read it."""
    store, sizes = FileStore(str(tmp_path / "kept")), set()
    store.write(NAME, b"x" * 100_000)
    with ThreadPoolExecutor(4) as threads:
        writes = [threads.submit(store.write, NAME, b"x" * 100_000) for _ in range(40)]
        while not all(write.done() for write in writes):
            sizes.add(len(store.read(NAME) or b""))
    (file,) = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]

    assert sizes | {len(file.read_bytes())} == {100_000}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_a_power_cut_left_goes_with_the_file(tmp_path: Path) -> None:
    """A file that was begun stands beside it."""
    store = FileStore(str(tmp_path))
    store.write(NAME, b"whole")
    (tmp_path / NAME[:2] / f".{NAME}.begun").write_bytes(b"ha")
    store.remove(NAME)

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_files_are_sealed_under_the_first_key_and_opened_under_any() -> None:
    """Bound to whose they are; what looks sealed is nothing but a file, and clear ones stay so."""
    old, both = KeyRing({"k1": b"1" * 32}), KeyRing({"k2": b"2" * 32, "k1": b"1" * 32})
    sealed = Sealer(old).seal_file(b"swordfish", NAME)
    pretends = Sealer(NO_KEYS).seal_file(b"sealed:1:k1\nx", NAME)

    assert b"swordfish" not in sealed
    assert Sealer(both).open_file(sealed, NAME) == b"swordfish"
    assert Sealer(both).seal_file(b"", NAME).startswith(b"sealed:1:k2\n")
    assert Sealer(both).open_file(pretends, NAME) == b"sealed:1:k1\nx"
    with pytest.raises(UnknownKey, match="a kept file is encrypted under the key 'k1'"):
        Sealer(NO_KEYS).open_file(sealed, NAME)
    for altered, owner in ((sealed[:-1], NAME), (sealed, "other"), (b"", NAME), (b"x\ny", NAME)):
        with pytest.raises(AlteredPayload):
            Sealer(old).open_file(altered, owner)
