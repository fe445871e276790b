"""What a log line looks like, whoever wrote it, and what never gets into one."""

import json
import logging
import warnings
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog

from domain.contract.values import Contact
from runtime.logs import configure_logs

SECRET = "vanished@client.example"
log = structlog.get_logger("tests.logs")


class Colour(StrEnum):
    """Something with a word for a value."""

    GREEN = "green"


@pytest.fixture
def written(log_stream: StringIO) -> StringIO:
    """What is written as JSON."""
    configure_logs("json", stream=log_stream)
    return log_stream


def lines(written: StringIO) -> list[dict[str, Any]]:
    """Every line, each of which has to be one object."""
    return [json.loads(line) for line in written.getvalue().splitlines()]


def fail() -> None:
    """Raise, with a client's words in a local variable."""
    words = SECRET
    raise OSError(f"disk full after {len(words)} characters")


def test_one_object_per_line(written: StringIO) -> None:
    """Both ways to log give one JSON object per line, with time in UTC, level and logger."""
    log.info("defect.confirmed", defect="DEF-000045")
    logging.getLogger("library").warning("retry %d of %d", 1, 3, extra={"defect": "DEF-000045"})

    ours, theirs = lines(written)
    assert ours.pop("timestamp") <= theirs.pop("timestamp")
    assert ours == {
        "event": "defect.confirmed",
        "level": "info",
        "logger": "tests.logs",
        "defect": "DEF-000045",
    }
    assert theirs == {
        "event": "retry 1 of 3",
        "level": "warning",
        "logger": "library",
        "defect": "DEF-000045",
    }


def test_time(written: StringIO) -> None:
    """A line says when it was written, in UTC."""
    before = datetime.now(UTC)
    log.info("now")

    [line] = lines(written)
    at = datetime.fromisoformat(line["timestamp"])
    assert before <= at <= datetime.now(UTC)
    assert at.utcoffset() == timedelta()


def test_context(written: StringIO) -> None:
    """What is bound to the context is on the lines of libraries as well."""
    with structlog.contextvars.bound_contextvars(workflow_id="DEF-000045"):
        logging.getLogger("library").warning("slow")

    assert lines(written)[0]["workflow_id"] == "DEF-000045"


def test_exceptions(written: StringIO) -> None:
    """An exception is on its line with its words, and local variables are not."""
    try:
        fail()
    except OSError:
        log.exception("mail.failed")
        logging.getLogger("library").exception("failed")

    for line in lines(written):
        assert "OSError: disk full after 23 characters" in line["exception"]
        assert SECRET not in json.dumps(line)


def test_exceptions_on_a_console(log_stream: StringIO) -> None:
    """On a console a traceback has no local variables either."""
    configure_logs("console", stream=log_stream)
    try:
        fail()
    except OSError:
        log.exception("mail.failed")

    assert "OSError: disk full after 23 characters" in log_stream.getvalue()
    assert SECRET not in log_stream.getvalue()


@pytest.mark.parametrize("style", ["json", "console"])
def test_objects(log_stream: StringIO, style: Any) -> None:
    """Of an object only the type is written, wherever it is; plain values are written."""
    configure_logs(style, stream=log_stream)
    contact = Contact(email=SECRET)
    log.info("told", contact=contact, people=[contact], by={"case": contact}, left=object())
    logging.getLogger("library").warning("told", extra={"contact": contact})

    assert SECRET not in log_stream.getvalue()
    assert log_stream.getvalue().count("<Contact>") == 4
    assert "<object>" in log_stream.getvalue()


def test_plain_values(written: StringIO) -> None:
    """Numbers, times, paths, choices and collections of them can be read in the line."""
    log.info(
        "all",
        n=3,
        ok=True,
        none=None,
        at=datetime(2026, 12, 1, tzinfo=UTC),
        budget=timedelta(days=2),
        path=Path("var/defects.db"),
        colour=Colour.GREEN,
        names=("a", "b"),
        by={1: "one"},
    )

    [line] = lines(written)
    assert {k: line[k] for k in line.keys() - {"timestamp", "level", "logger", "event"}} == {
        "n": 3,
        "ok": True,
        "none": None,
        "at": "2026-12-01 00:00:00+00:00",
        "budget": "2 days, 0:00:00",
        "path": "var/defects.db",
        "colour": "green",
        "names": ["a", "b"],
        "by": {"1": "one"},
    }


def test_levels(written: StringIO) -> None:
    """Below the level nothing is written; chatty libraries have to warn to be heard."""
    log.debug("quiet")
    logging.getLogger("library").debug("quiet")
    logging.getLogger("httpx").info("POST https://hooks.example/secret-path")
    logging.getLogger("httpx2").info("POST https://sign-in.example/secret-path")
    logging.getLogger("httpx").warning("loud")

    assert [line["event"] for line in lines(written)] == ["loud"]


def test_warnings(written: StringIO) -> None:
    """Python's warnings are log lines too."""
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old", UserWarning, stacklevel=1)

    [line] = lines(written)
    assert line["logger"] == "py.warnings"
    assert "old" in line["event"]
