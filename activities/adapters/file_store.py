"""Keeps files under names of ours, in a folder or wherever `fsspec` reaches."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from fsspec import AbstractFileSystem
from fsspec.asyn import AsyncFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

PATIENCE = 15.0
"""Seconds that a store elsewhere has for one file. By itself a package tries for many minutes, in
which whoever brings a mail waits, and so does all that writes to the database where one is removed.
"""


class StoreDown(RuntimeError):  # noqa: N818 - what the reader sees
    """Files cannot be kept or had now; the message says why, without the URL, which may hold a
    secret."""


class FileStore:
    """A folder, or what another URL leads to.

    A name is at least three letters or digits of ours, never what somebody else has called it.
    """

    def __init__(self, url: str) -> None:
        self._url = url

    def write(self, name: str, content: bytes) -> None:
        """Keep a file, in place of one of that name: afterwards it is there as a whole.

        Raises:
            StoreDown: it is not kept.
        """
        with _asking():
            files, path = self._at(name)
            if isinstance(files, LocalFileSystem):
                _write_whole(Path(path), content)
            else:
                files.pipe_file(path, content, **_in_time(files))

    def read(self, name: str, first: int | None = None) -> bytes | None:
        """What is kept under a name, or its first bytes; None where nothing is.

        Raises:
            StoreDown: it cannot be had now.
        """
        with _asking():
            files, path = self._at(name)
            try:
                part = {} if first is None else {"start": 0, "end": first}
                content: bytes = files.cat_file(path, **part, **_in_time(files))
            except FileNotFoundError:
                return None
            return content

    def remove(self, name: str) -> None:
        """Keep it no longer, nor what was left of writing it. Raises StoreDown."""
        with _asking():
            files, path = self._at(name)
            if isinstance(files, LocalFileSystem):
                for left in (Path(path), *Path(path).parent.glob(f".{name}.*")):
                    left.unlink(missing_ok=True)
                return
            with suppress(FileNotFoundError):
                files.rm_file(path, **_in_time(files))

    def check(self) -> None:
        """Write a file and remove it again. Raises StoreDown."""
        name = f"check{secrets.token_hex(8)}"
        self.write(name, b"")
        self.remove(name)

    def _at(self, name: str) -> tuple[AbstractFileSystem, str]:
        files, root = url_to_fs(self._url)
        # Folders of some stores are slow with 100,000 files in one.
        return files, f"{root.rstrip('/')}/{name[:2]}/{name}"


def _in_time(files: AbstractFileSystem) -> dict[str, float]:
    """What has those that wait for a network give up; the others know no such thing."""
    return {"timeout": PATIENCE} if isinstance(files, AsyncFileSystem) else {}


@contextmanager
def _asking() -> Iterator[None]:
    """Each kind of store has errors of its own."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is kept or had
        said = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else ""
        raise StoreDown(f"{type(error).__name__} {said}".strip()) from None


def _write_whole(path: Path, content: bytes) -> None:
    """No reader sees half a file, and none is lost by a power cut once this has returned."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    begun = NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False)  # noqa: SIM115
    try:
        with begun:
            begun.write(content)
            begun.flush()
            os.fsync(begun.fileno())
        Path(begun.name).replace(path)
    except BaseException:
        Path(begun.name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
