"""What a TOML file says where, and values as one would write them."""

import tomllib
from datetime import date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.toml_text import Key, Lines, at, dotted, written
from tests.domain.policy_texts import CONTENT, TEXT

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
PLAIN = st.one_of(
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    TEXTS,
    st.dates(),
    st.times(),
    st.datetimes(),
)
VALUES = st.recursive(
    PLAIN, lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXTS, each, max_size=3)
)


@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    """Whatever a file may hold."""
    assert tomllib.loads(f"x = {written(value)}") == {"x": value}


@given(st.lists(TEXTS.filter(bool), min_size=1, max_size=3))
def test_a_dotted_key_is_one(names: list[str]) -> None:
    """With names in quotes that are no plain ones."""
    assert at(tomllib.loads(f"{dotted(tuple(names))} = 1"), names) == 1


def _places(value: Any, key: Key = ()) -> list[Key]:
    below: Any = ()
    if isinstance(value, dict):
        below = value.items()
    elif isinstance(value, list):
        below = enumerate(value)
    return [key] * bool(key) + [
        place for part, each in below for place in _places(each, (*key, part))
    ]


@pytest.mark.parametrize("key", _places(dict(CONTENT)), ids=dotted)
def test_the_line_of_a_key_is_where_it_stands(key: Key) -> None:
    """That of its table, its name, or of what stands in a list."""
    number = Lines(TEXT).line_of(key)
    assert number is not None
    line = TEXT.splitlines()[number - 1]
    last, value = key[-1], at(CONTENT, key)
    shown = last if isinstance(last, str) else written(value)

    assert shown.strip("{}").split(",")[0].strip() in line


def test_what_is_not_there_has_the_line_of_the_table_around_it() -> None:
    """And nothing where no table is around it."""
    lines = Lines("[a]\nb = 1\n[c]\n")

    assert [lines.line_of(key) for key in (("a", "x"), ("a", "b", "x"), ("c", "d", 0))] == [1, 2, 3]
    assert lines.line_of(("x",)) is None


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        pytest.param("a = [\n  1,\n  2,\n]", ("a", 1), 3, id="a list over several lines"),
        pytest.param("a = [ # one\n  1,\n]", ("a",), 1, id="a comment behind its beginning"),
        pytest.param("a = [\n [1,\n 2],\n [\n3]]", ("a", 1, 0), 5, id="a list in a list"),
        pytest.param("[[a]]\nb = 1\n[[a]]\nb = 2", ("a", 1, "b"), 4, id="a list of tables"),
        pytest.param("a = '''\nb = 1\n'''\nb = 2", ("b",), 4, id="a key within a text is none"),
        pytest.param('a = """x\ny"""\n', ("a",), 1, id="a text over several lines"),
        pytest.param("# a = 1\na = 1 # a", ("a",), 2, id="a comment"),
        pytest.param("a.b.c = 1\na.b.d = 2", ("a", "b", "d"), 2, id="dotted keys"),
        pytest.param("a = 'x\u2028y\x85'\nb = 1", ("b",), 2, id="breaks of lines that are none"),
    ],
)
def test_a_line_is_found_however_the_file_is_written(text: str, key: Key, line: int) -> None:
    """What ends a line is what TOML says."""
    assert Lines(text).line_of(key) == line


def test_dates_and_times_are_written_without_quotes() -> None:
    """As TOML has them."""
    assert written([date(2027, 5, 8), time(9), datetime(2027, 5, 8, 9)]) == (  # noqa: DTZ001
        "[2027-05-08, 09:00:00, 2027-05-08T09:00:00]"
    )
