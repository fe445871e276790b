"""The promise guard's work is bounded: no text can keep a worker from its other work."""

import inspect
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from types import FrameType
from typing import Any

from domain import promise_guard as guard
from domain.promise_guard import Promise, promises
from domain.promise_guard.match import Matcher, Pattern, _Excusing
from domain.promise_guard.spelling import Speller

CHARACTERS = list("a1 \n.-'\"(*_\u200b\ufdfa\u2014\u0301")
WORDS = """
    a|1|1/|12.12.|2026-|e.t.|q1|7:00 to|3 days|about about|by by the|on Monday|in 3|no no|the the
    a few|next|24 hours|thanks|as soon as|20 minutes of|it was on Monday and|version 1.|monday,
    set the filter to next week|if you do not|estimated a b|reopen a b c d|mon to fri|may 1
    you asked|please send|we will post|investigating|delay by 3 days|sie fragten ob|bitte bis
    in zwei|der fehler wird|f r i d a y|&#102;|<b>|firday
    wait for|in a couple of|en dos|antes de que|el fallo se|por favor|si usted|falloe o
"""
HOSTILE = CHARACTERS + [
    f"{cell} " for row in WORDS.strip().splitlines() for cell in row.strip().split("|")
]
"""What is repeated until a text is long."""
LAST = "\nThe repair takes 5 days."


def compiled(value: Any) -> Iterator[str]:
    """The patterns within a value of a module, or within what is made when first needed."""
    if hasattr(value, "cache_info") and not inspect.signature(value).parameters:
        yield from compiled(value())
    elif isinstance(value, Matcher | _Excusing | Speller):
        yield from compiled([*vars(value).values()])
    elif isinstance(value, Pattern):
        yield value.compiled.pattern
    elif isinstance(value, re.Pattern):
        yield value.pattern
    elif isinstance(value, tuple | list):
        for item in value:
            yield from compiled(item)


def test_no_pattern_repeats_without_a_bound() -> None:
    """So each attempt to match costs a bounded amount, and a text a proportional one."""
    patterns = [
        pattern
        for module in pkgutil.walk_packages(guard.__path__, f"{guard.__name__}.")
        for value in vars(import_module(module.name)).values()
        for pattern in compiled(value)
    ]
    assert len(patterns) > 60
    for pattern in patterns:
        bare = re.sub(r"\\.", "", re.sub(r"\[(?:\\.|[^\]\\])*\]", "", pattern))
        assert re.findall(r"[*+]|\{\d*,\}", bare) == []


def last_promise(hostile: str, length: int) -> Promise:
    """The last promise of a text of this length, which ends in one."""
    before = length - len(LAST)
    return promises((hostile * before)[:before] + LAST)[-1]


def test_hostile_characters_are_read_to_the_end() -> None:
    """5,000 of every kind; only 2,000 are allowed in a public text."""
    wanted = ("takes 5 days", 5_000 - len("takes 5 days."))
    found = {hostile: last_promise(hostile, 5_000) for hostile in HOSTILE}
    assert [h for h, last in found.items() if (last.phrase, last.start) != wanted] == []


def test_20_000_of_the_slowest_character_are_read_to_the_end() -> None:
    """The longest internal text that the contract allows, of a letter that stands for 18."""
    last = last_promise("\ufdfa", 20_000)
    assert (last.phrase, last.start) == ("takes 5 days", 20_000 - len("takes 5 days."))


def test_work_grows_in_step_with_the_text() -> None:
    """Four times the text costs no more than some four times the calls.

    A text without a time is passed after a few, so the shorter one may be far below its share.
    """
    work = {
        hostile: [calls(partial(promises, (hostile * n)[:n])) for n in (1_000, 4_000)]
        for hostile in HOSTILE
    }
    assert {
        h: (short, long) for h, (short, long) in work.items() if long > 5 * short + 25_000
    } == {}


def calls(run: Callable[[], object]) -> int:
    """Count the function calls that a run makes."""
    count = 0

    def counted(frame: FrameType, event: str, arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    previous = sys.getprofile()
    sys.setprofile(counted)
    try:
        run()
    finally:
        sys.setprofile(previous)
    return count
