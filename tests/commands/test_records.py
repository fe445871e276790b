"""Files of records are read one by one, and what is no record is named."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from commands.records import BLOCK, LONGEST, Record, RecordError, read_records
from domain.contract.parsing import InvalidCommand


def _read(folder: Path, content: str | bytes) -> list[Record]:
    file = folder / "records"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(read_records(file))


def _said(records: list[Record]) -> dict[str, Any]:
    """What each place holds; in words where it is wrong."""
    return {
        record.place: str(record.content)
        if isinstance(record.content, InvalidCommand)
        else record.content
        for record in records
    }


def test_every_line_is_a_record(tmp_path: Path) -> None:
    """Blank lines count as lines only; a byte order mark and Windows' line ends do no harm."""
    records = _read(tmp_path, '\ufeff{"a": 1}\r\n\r\n{"b": "\u2028"}')

    assert _said(records) == {"line 1": {"a": 1}, "line 3": {"b": "\u2028"}}


def test_a_wrong_line_does_not_stop_the_rest(tmp_path: Path) -> None:
    """Each is named with what is wrong; what comes after is read."""
    lines = [b"{", b"[]", b'{"x": NaN}', b"\xff", b'{"x": ' + b"[" * 100_000, b'{"a": 1}']
    said = _said(_read(tmp_path, b"\n".join(lines)))

    assert "payload: is not JSON" in said["line 1"]
    assert said["line 2"] == "payload: must be one JSON object"
    assert "NaN" in said["line 3"]
    assert said["line 4"] == "payload: must be UTF-8"
    assert "is not JSON" in said["line 5"]
    assert said["line 6"] == {"a": 1}


def test_a_line_that_is_too_long_is_passed_over(tmp_path: Path) -> None:
    """It is never held as a whole, and the next one is read."""
    said = _said(_read(tmp_path, b"x" * (2 * LONGEST + 1) + b'\n{"a": 1}\n'))

    assert str(LONGEST) in said["line 1"]
    assert said["line 2"] == {"a": 1}


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("before", [{}, {"faults": [], "offset": 12, "total_matches": 3}])
def test_a_list_of_bugs_is_read_bug_by_bug(
    tmp_path: Path, indent: int | None, before: dict[str, Any]
) -> None:
    """Whatever comes before the list, on one line or many, across the blocks it is read in."""
    bugs = [{"id": n, "summary": "é" * (BLOCK // 40)} for n in range(100)]
    content = json.dumps({**before, "bugs": bugs, "limit": 1}, indent=indent, ensure_ascii=False)

    assert _said(_read(tmp_path, content)) == {f"bug {n}": b for n, b in enumerate(bugs, 1)}


def test_a_bug_longer_than_a_block_is_read(tmp_path: Path) -> None:
    """Its end may lie far ahead."""
    bug = {"id": 1, "summary": "x" * (5 * BLOCK)}

    assert _said(_read(tmp_path, json.dumps({"bugs": [bug, 7]}))) == {
        "bug 1": bug,
        "bug 2": "payload: must be one JSON object",
    }


@pytest.mark.parametrize("rest", ["", "{", '{"id": 2, "x"', '{"id" 2}, {"id": 3}]}'])
def test_a_list_that_breaks_off_says_where(tmp_path: Path, rest: str) -> None:
    """What was read until then counts."""
    said = _said(_read(tmp_path, '{"bugs": [{"id": 1}, ' + rest))

    assert said == {
        "bug 1": {"id": 1},
        "bug 2": "payload: is not JSON; the file was read up to here",
    }


def test_a_file_that_is_missing_is_said_to_be(tmp_path: Path) -> None:
    """It is named."""
    with pytest.raises(RecordError, match=r"nowhere\.jsonl"):
        list(read_records(tmp_path / "nowhere.jsonl"))


def test_an_empty_file_holds_nothing(tmp_path: Path) -> None:
    """No record, and nothing wrong; nor with an empty list."""
    assert _read(tmp_path, "") == []
    assert _read(tmp_path, '{"bugs": []}') == []


@pytest.mark.parametrize("text", ['{"a": 1}\n{"a": 2}\n', '{"bugs": [{"a": 1}, {"a": 2}]}'])
def test_a_pipe_is_read_as_a_file_is(text: str) -> None:
    """It has no way back to its beginning."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())
    os.close(writing)
    try:
        found = [record.content for record in read_records(Path(f"/dev/fd/{reading}"))]
    finally:
        os.close(reading)
    assert found == [{"a": 1}, {"a": 2}]
