"""What S3 alone can do to attachments: refuse, hang, be gone; none of it takes long or tells."""

import re
import time
from collections.abc import Callable
from functools import partial

import pytest

from activities.adapters import file_store
from activities.adapters.file_store import FileStore, StoreDown
from tests.programs import free_port
from tests.s3 import URL, S3Server, forget_connections

NAME = "ab" * 32


def asking(url: str = URL) -> list[Callable[[], object]]:
    """Everything that is ever asked of a store."""
    store = FileStore(url)
    return [
        partial(store.write, NAME, b"log"),
        partial(store.read, NAME),
        partial(store.remove, NAME),
        store.check,
    ]


def test_a_file_lies_under_its_name_in_the_folder(s3: S3Server) -> None:
    """Its access is to read, write and remove in one folder of one bucket, and no list."""
    FileStore(URL).write(NAME, b"log")

    assert s3.objects() == {f"files/ab/{NAME}": b"log"}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"AWS_SECRET_ACCESS_KEY": "swordfish"}, "PermissionError"),
        ({"AWS_ACCESS_KEY_ID": "AKIANOBODY"}, "PermissionError"),
        ({"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}, "NoCredentialsError"),
    ],
    ids=["wrong secret", "unknown key", "none"],
)
def test_access_is_by_the_environment_alone(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch, changed: dict[str, str | None], said: str
) -> None:
    """Without the right key nothing is kept or had, and the words name no secret."""
    for name, value in changed.items():
        monkeypatch.setenv(name, value) if value else monkeypatch.delenv(name)
    forget_connections()
    for ask in asking():
        with pytest.raises(StoreDown) as down:
            ask()
        assert str(down.value) == said


@pytest.mark.parametrize("url", ["s3://attachments/elsewhere", "s3://no-such-bucket/files"])
def test_no_other_place_takes_files(s3: S3Server, url: str) -> None:
    """Neither a folder that the access does not reach, nor a bucket that is none."""
    for ask in asking(url):
        with pytest.raises(StoreDown, match=r"^PermissionError$"):
            ask()
    assert s3.objects() == {}


def test_a_server_that_hangs_is_not_waited_for(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever brings a mail is answered in time, and a transaction ends; later it works again."""
    monkeypatch.setattr(file_store, "PATIENCE", 0.5)
    s3.hang()
    began = time.monotonic()
    for ask in asking():
        with pytest.raises(StoreDown, match=r"^FSTimeoutError"):
            ask()
    took = time.monotonic() - began
    s3.go_on()
    monkeypatch.undo()
    forget_connections()

    assert took < 8


def test_a_server_that_is_gone_is_said_in_time(
    s3: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody listens there."""
    monkeypatch.setattr(file_store, "PATIENCE", 1.0)
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{free_port()}")
    forget_connections()
    began = time.monotonic()
    for ask in asking():
        with pytest.raises(StoreDown) as down:
            ask()
        assert re.fullmatch(r"(EndpointConnectionError|FSTimeoutError)", str(down.value))
    assert time.monotonic() - began < 10
