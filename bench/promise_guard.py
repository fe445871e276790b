"""Part `promise_guard`: texts judged per second of processor time, beside a plain expression.

Both read the same texts: the sentences that the tests hold the guard to, joined until they are as
long as a status update.
"""

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from bench.measure import OURS, Aim, Section, in_turn
from domain.promise_guard import find_promise

_AT_LEAST = 0.01
_LENGTH = 280
_MEASURED = 300
_WRITTEN = date(2026, 11, 25)
_PLAIN = "a regular expression"
_SENTENCES = Path(__file__).parents[1] / "tests" / "data" / "promise_guard"
_TIME = re.compile(
    r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|to(?:morrow|day|night)|soon|shortly|eta"
    r"|\d{1,2}(?::\d\d| ?[ap]m)|\d{1,3} ?(?:minutes?|hours?|days?|weeks?|months?)"
    r"|(?:this|next|coming) (?:week|month|quarter|year)|(?:with)?in (?:an?|the|\w{3,6}) "
    r"(?:minutes?|hours?|days?|weeks?|months?)|20\d\d-\d\d-\d\d"
    r"|january|february|march|april|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
"""What one would write first: it finds times, and knows nothing of tense."""


async def run(*, quick: bool) -> Section:
    """Judge the same texts with the guard and with the expression, in turn."""
    texts = [*_texts()][:_MEASURED]
    rounds, seconds = (1, 0.2) if quick else (5, 1.0)

    def guard() -> int:
        for text in texts:
            find_promise(text, _WRITTEN, timedelta(days=1))
        return len(texts)

    def plain() -> int:
        for text in texts:
            _TIME.findall(text)
        return len(texts)

    found = in_turn({OURS: guard, _PLAIN: plain}, rounds, seconds)
    ratio = found[OURS].over(found[_PLAIN])
    section = Section("Judging a text for clients")
    section.say(
        f"Texts of {_LENGTH} characters and more, of the sentences in `tests/data/promise_guard/`, "
        "per second of processor time. Nearly every sentence names a time and promises nothing, so "
        "the guard has all of them to judge: the most work that honest texts make. Updates of "
        "status pages, of which one in four names a time, are judged some four times as fast. The "
        "expression finds times, and judges nothing."
    )
    section.table(
        ("", OURS, _PLAIN, f"{OURS} / {_PLAIN}"),
        [("texts per second", found[OURS], found[_PLAIN], ratio)],
    )
    section.aims.append(
        Aim(
            "Texts judged per second, times a regular expression",
            ratio,
            at_least=_AT_LEAST,
            missed_because="each time found is judged by the words and the sentence around it",
        )
    )
    return section


def _texts() -> Iterator[str]:
    lines = (_SENTENCES / "turns_of_phrase_english.jsonl").read_text(encoding="utf-8").splitlines()
    said = ""
    for row in map(json.loads, lines):
        if row["label"] != "clean":
            continue
        said = f"{said} {row['text']}".strip()
        if len(said) >= _LENGTH:
            yield said
            said = ""
