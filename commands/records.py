"""Reads a file of records one after another, however long it is: JSON Lines or `{"bugs": […]}`."""

import codecs
import io
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from domain.contract.parsing import InvalidCommand

LONGEST = 4 * 1024 * 1024
"""Bytes of one record: twice of what Temporal takes as a start payload."""
BLOCK = 64 * 1024
LIST = "bugs"
_TOO_LONG = InvalidCommand("payload", f"must have at most {LONGEST} bytes")


class RecordError(ValueError):
    """A file of records cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file, or what is wrong with it."""

    place: str
    """Where it is: `line 7`, or `bug 7` in a list."""
    content: dict[str, Any] | InvalidCommand
    read: int
    """Bytes of the file up to its end."""


def read_records(path: Path) -> Iterator[Record]:
    """The records of a file; of one that is no record it says what is wrong, and goes on.

    Raises:
        RecordError: the file cannot be read.
    """
    try:
        with path.open("rb") as opened:
            # The beginning is read twice, and a pipe can be read once: it is kept in memory.
            file: BinaryIO = opened if opened.seekable() else io.BytesIO(opened.read())
            listed = _List(file)
            if listed.begins():
                yield from listed.records()
            else:
                file.seek(0)
                yield from _lines(file)
    except OSError as error:
        raise RecordError(f"{path}: {error}") from None


def _lines(file: BinaryIO) -> Iterator[Record]:
    read = number = 0
    while line := file.readline(LONGEST):
        number += 1
        whole = line.endswith(b"\n") or len(line) < LONGEST
        read += len(line)
        content = _object(line.removeprefix(b"\xef\xbb\xbf")) if whole else _TOO_LONG
        while not whole:
            rest = file.readline(LONGEST)
            read += len(rest)
            whole = rest.endswith(b"\n") or len(rest) < LONGEST
        if content is not None:
            yield Record(f"line {number}", content, read)


def _object(line: bytes) -> dict[str, Any] | InvalidCommand | None:
    """The object on a line; None where the line is blank."""
    if not line.strip():
        return None
    try:
        found = json.loads(line.decode("utf-8"), parse_constant=_no_number)
    except UnicodeDecodeError:
        return InvalidCommand("payload", "must be UTF-8")
    except json.JSONDecodeError as error:
        return InvalidCommand("payload", f"is not JSON: {error.msg} at column {error.colno}")
    except (ValueError, RecursionError) as error:
        return InvalidCommand("payload", f"is not JSON that can be read: {error}")
    if not isinstance(found, dict):
        return InvalidCommand("payload", "must be one JSON object")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


class _List:
    """The list `bugs` of one JSON object, element after element, a block of the file at a time."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._utf8 = codecs.getincrementaldecoder("utf-8-sig")()
        self._json = json.JSONDecoder(parse_constant=_no_number)
        self._text = ""
        self._at = 0

    def begins(self) -> bool:
        """Go to the first element, past whatever fields come before the list; whether there is one.

        Bugzilla says `faults`, `offset` or `total_matches` there.
        """
        try:
            found = self._passes("{")
            while found and (name := self._value()) != LIST:
                found = isinstance(name, str) and self._passes(":")
                if found:
                    self._value()
                    found = self._passes(",")
            return found and self._passes(":") and self._passes("[")
        except (ValueError, RecursionError):
            return False

    def records(self) -> Iterator[Record]:
        """Its elements; one that cannot be read is the last, as its end is unknown."""
        for number in itertools.count(1):
            try:
                if self._passes("]"):
                    return
                content = self._value()
            except (ValueError, RecursionError):
                ended = InvalidCommand("payload", "is not JSON; the file was read up to here")
                yield Record(f"bug {number}", ended, self._file.tell())
                return
            if not isinstance(content, dict):
                content = InvalidCommand("payload", "must be one JSON object")
            yield Record(f"bug {number}", content, self._file.tell())
            self._passes(",")

    def _passes(self, mark: str) -> bool:
        """Whether this character comes next, but for blanks; if so it is passed."""
        while self._text[self._at : self._at + 1].isspace() or self._at == len(self._text):
            if self._at < len(self._text):
                self._at += 1
            elif not self._more():
                return False
        if self._text[self._at] != mark:
            return False
        self._at += 1
        return True

    def _value(self) -> Any:
        """The next value. Raises ValueError where there is none, or one too long."""
        self._passes(" ")
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except ValueError:
                if len(self._text) - self._at > LONGEST or not self._more():
                    raise
                continue
            if end == len(self._text) and self._more():
                continue  # A number may go on in the next block.
            self._at = end
            return value

    def _more(self) -> bool:
        """Read on, in growing steps, so that a long value is not tried too often."""
        block = self._file.read(max(BLOCK, len(self._text) - self._at))
        self._text = self._text[self._at :] + self._utf8.decode(block, final=not block)
        self._at = 0
        return bool(block)
