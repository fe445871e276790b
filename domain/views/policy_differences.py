"""Says what is different between two policies, a sentence for each thing, by its part."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Literal

from domain.contract.values import Value
from domain.policy_file import PolicyFile
from domain.views.policy_words import CALENDAR, POLICY, Statement, statements

Change = Literal["added", "removed", "changed"]
Dates = Mapping[date, Sequence[str]]


class Difference(Value):
    """One thing that two policies do not say alike."""

    part: str
    key: str
    change: Change
    sentence: str


def differences(
    before: PolicyFile, after: PolicyFile, dates: tuple[Dates, Dates] | None = None
) -> list[Difference]:
    """What another policy says otherwise; nothing exactly where both would be pinned alike.

    `dates` are the holidays with their names that each has in the coming years.
    """
    if before.version == after.version:
        return []
    old = {said.key: said for said in statements(before)}
    new = {said.key: said for said in statements(after)}
    # What is not said any more stands where it stood.
    order = {part: place for place, part in enumerate(_in_order(before, after))}
    keys = sorted({**old, **new}, key=lambda key: order[(new.get(key) or old[key]).part])
    found = [each for key in keys for each in _difference(old.get(key), new.get(key))]
    if dates is not None:
        place = next((n for n, each in enumerate(found) if order[each.part] > 1), len(found))
        found[place:place] = _closed(*dates)
    return found or [
        Difference(
            part=POLICY,
            key="version",
            change="changed",
            sentence=f"Its version is {after.version} (before: {before.version}), since it writes "
            "out what holds anyway, or does so no longer: nothing else is different.",
        )
    ]


def _in_order(before: PolicyFile, after: PolicyFile) -> list[str]:
    return list(dict.fromkeys(s.part for file in (after, before) for s in statements(file)))


def _difference(old: Statement | None, new: Statement | None) -> Iterator[Difference]:
    if old is None and new is not None:
        yield _as(new, "added", f"New: {new._replace(aside='')}")
    elif new is None and old is not None:
        yield _as(old, "removed", f"No longer: {old._replace(aside='')}")
    elif old is not None and new is not None and (old.sentence, old.value) != new[2:4]:
        if isinstance(old.value, tuple) and isinstance(new.value, tuple):
            yield _as(new, "changed", f"{new.sentence.format(_moved(old.value, new.value))}.")
        else:
            yield _as(new, "changed", f"{new.sentence.format(new.value)} (before: {old.value}).")


def _as(said: Statement, change: Change, sentence: str) -> Difference:
    return Difference(part=said.part, key=said.key, change=change, sentence=sentence)


def _moved(old: Collection[str], new: Collection[str]) -> str:
    more = [each for each in new if each not in old]
    less = [each for each in old if each not in new]
    said = [f"now also {', '.join(more)}"] if more else []
    said += [f"no longer {', '.join(less)}"] if less else []
    return "; ".join(said) or f"{', '.join(new)}, in this order"


def _closed(old: Dates, new: Dates) -> Iterator[Difference]:
    change: Change
    for change, before, after in (("added", old, new), ("removed", new, old)):
        dates = {day: names for day, names in after.items() if day not in before}
        words = "closes" if change == "added" else "opens"
        if dates:
            shown = [f"{day:%a} {day} ({', '.join(names)})" for day, names in dates.items()]
            more = f" and {len(shown) - 5} more until {max(dates)}" if len(shown) > 5 else ""
            yield Difference(
                part=CALENDAR,
                key="calendar.holidays",
                change=change,
                sentence=f"As dates, that {words} {', '.join(shown[:5])}{more}.",
            )
