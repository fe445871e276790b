"""Finds everything that is wrong with a policy file: where it stands, why, what would be right."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from pydantic import ValidationError

from domain.contract.values import Value
from domain.policy_draft import MISSING, Draft
from domain.policy_file import Contradictory, HolidayRules, PolicyFile
from domain.policy_hints import about_choice, about_unknown, allowed_values, example, known_names
from domain.toml_text import Key, Lines, at, dotted, written

_ROUNDS = 100
"""More than any file needs: each mends all that was found, or more around it."""
_KINDS = (
    ("model_", "a table"),
    ("dict_", "a table"),
    ("list_", "a list"),
    ("tuple_", "a list"),
    ("string_type", "text in quotes"),
    ("bool_", "true or false"),
    ("int_", "a whole number"),
    ("float_", "a number"),
    ("date_", "a date such as 2027-12-24"),
    ("time_", "a time of day such as 09:00:00"),
)
"""What pydantic wanted where it found something else, by how the type of its error begins."""


class Finding(Value):
    """One thing that is wrong with a policy file, or that its writer will hardly have meant."""

    line: int | None = None
    """Its line, counted from 1: the one of the table around it where it is missing."""
    key: str
    """Dotted, as TOML has it, places in lists as numbers from 0; empty for the whole file."""
    value: str | None = None
    """What stands there, as TOML has it; None where nothing does, or a whole table."""
    reason: str
    """Reads on from the key."""
    hint: str | None = None
    """What would be right."""

    def said(self, file: str, kind: str = "") -> str:
        """In one line, as programs that read compilers' messages know it."""
        where = file if self.line is None else f"{file}:{self.line}"
        given = "" if self.value is None else f" (is {self.value})"
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}: {kind}{self.key or 'file'}: {self.reason}{given}{hint}"


class Problem(NamedTuple):
    """The same before its place in the file is looked up."""

    key: Key
    reason: str
    hint: str | None = None


UnknownHolidays = Callable[[HolidayRules], Iterator[Problem]]
"""What no calendar knows of the holidays of a file, with keys from there on."""


class Reading(NamedTuple):
    """What became of a file: a policy, or everything that is wrong with it."""

    policy: PolicyFile | None
    errors: list[Finding]
    warnings: list[Finding]


Look = Callable[[PolicyFile], list[Problem]]


def _no_look(_policy: PolicyFile) -> list[Problem]:
    return []


def read(
    text: str, right: Mapping[str, Any], unknown: UnknownHolidays, look: Look = _no_look
) -> Reading:
    """Read a policy file.

    `right` is the content of a policy file without errors: examples are taken from it, and what
    stands in for what is wrong, so that everything else is looked at as well. `look` finds what to
    warn of in a policy without errors.
    """
    try:
        content = tomllib.loads(text)
        problems, policy = _problems(content, right, unknown)
    except tomllib.TOMLDecodeError as error:
        return Reading(None, [_no_toml(str(error))], [])
    except RecursionError:
        return Reading(None, [Finding(key="", reason="is nested too deeply")], [])
    if problems or policy is None:
        return Reading(None, _located(problems, text, content), [])
    return Reading(policy, [], _located(look(policy), text, content))


def _located(problems: list[Problem], text: str, content: Mapping[str, Any]) -> list[Finding]:
    """Problems with their lines and values, in the order of the file."""
    lines = Lines(text)
    found = [
        Finding(
            line=lines.line_of(problem.key),
            key=dotted(problem.key),
            value=_value(content, problem.key),
            reason=problem.reason,
            hint=problem.hint,
        )
        for problem in problems
    ]
    return sorted(found, key=lambda finding: finding.line or 0)


def _no_toml(said: str) -> Finding:
    # Python 3.14 gives it as a number; before that it is in the words only.
    where = re.search(r"\(at line (\d+), column \d+\)", said)
    return Finding(
        line=int(where[1]) if where else None,
        key="",
        reason=f"is no TOML: {said}",
        hint="what follows is looked at once this is right",
    )


def _value(content: Mapping[str, Any], key: Key) -> str | None:
    try:
        value = at(content, key)
    except LookupError:
        return None
    if isinstance(value, Mapping) and len(key) <= 2:
        return None
    said = written(value)
    return said if len(said) <= 200 else f"{said[:200]} …"


# --- what is wrong --------------------------------------------------------------------------------


def _problems(
    content: Mapping[str, Any], right: Mapping[str, Any], unknown: UnknownHolidays
) -> tuple[list[Problem], PolicyFile | None]:
    """Everything that is wrong, and the policy with the rest.

    A part is looked at for contradictions only once its keys are right by themselves. So what was
    found is mended in a copy, and that is read again, until nothing is found any more.
    """
    draft, found, tried = Draft(content), dict[Key, Problem](), Counter[Key]()
    policy: PolicyFile | None = None
    for _ in range(_ROUNDS):
        try:
            policy = PolicyFile.read(draft.content)
            break
        except ValidationError as error:
            problems = [each for one in error.errors() for each in _of(one, draft, right)]
        originals = [draft.original(problem.key) for problem in problems]
        for problem, key in zip(problems, originals, strict=True):
            if not any(_around(key, known) for known in found):
                found[key] = problem._replace(key=key)
        # From the end, so that what is taken out of a list leaves the places before it.
        keys = zip((problem.key for problem in problems), originals, strict=True)
        for place, key in sorted(keys, key=lambda both: _order(both[0]), reverse=True):
            draft.mend(place, right, tried[key])
            tried[key] += 1
    holidays: Key = ("calendar", "holidays")
    if policy is not None:
        for problem in unknown(policy.calendar.holidays):
            key = (*holidays, *problem.key)
            if not any(_around(key, known) for known in found):
                found[key] = problem._replace(key=key)
    return list(found.values()), policy


def _around(key: Key, known: Key) -> bool:
    """Whether one of them is, or is within, the other."""
    shorter = min(len(key), len(known))
    return key[:shorter] == known[:shorter]


def _order(key: Key) -> tuple[tuple[bool, int | str], ...]:
    return tuple((isinstance(part, str), part) for part in key)


def _of(error: Any, draft: Draft, right: Mapping[str, Any]) -> Iterator[Problem]:
    """What one error of pydantic says, of keys as the file has them."""
    key = draft.key_of(error["loc"], missing=error["type"] == "missing")
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Contradictory):
        for within, reason in cause.found:
            whole = (*key, *within)
            missing = draft.value(whole) is MISSING
            yield Problem(whole, reason, _hint(whole, right) if missing else None)
        return
    match error["type"]:
        case "missing":
            reason = "is missing" if draft.value(key) is MISSING else "is too short"
            yield Problem(key, reason, _hint(key, right))
        case "extra_forbidden":
            yield Problem(key, _no_key(key), about_unknown(key))
        case "literal_error" | "enum" if error["loc"][-1] == "[key]":
            yield Problem(key, _no_key(key), about_unknown(key))
        case "literal_error" | "enum":
            yield _choice(key, draft.value(key), right)
        case "union_tag_invalid" | "union_tag_not_found":
            # Of all that may have several forms, only a cadence says which one it has.
            mode = (*key, "mode")
            yield _choice(mode, draft.value(mode), right)
        case _:
            yield Problem(key, _reason(error), _hint(key, right))


def _choice(key: Key, given: Any, right: Mapping[str, Any]) -> Problem:
    if given is MISSING:
        return Problem(key, "is missing", _hint(key, right))
    allowed = allowed_values(key)
    hint = _hint(key, right) if len(allowed) == 1 else about_choice(given, allowed)
    return Problem(key, f"must be {_or(list(map(written, allowed)))}", hint)


def _no_key(key: Key) -> str:
    table = dotted(key[:-1])
    return f"is no key of [{table}]" if table else "is no key of a policy file"


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _reason(error: Any) -> str:
    cause = error.get("ctx", {}).get("error")
    if isinstance(cause, Exception):
        return str(cause)
    for begins, kind in _KINDS:
        if error["type"].startswith(begins):
            return f"must be {kind}"
    if error["type"] == "string_pattern_mismatch":
        return f"must be like {error['ctx']['pattern']}"
    for kind, words in (("too_short", "has too few"), ("too_long", "has too many")):
        if error["type"] == f"string_{kind}":
            return f"{words} characters"
        if error["type"] == kind:
            return f"{words} entries"
    return str(error["msg"]).replace("Input should", "must", 1)


def _hint(key: Key, right: Mapping[str, Any]) -> str | None:
    shown = example(key, right)
    if shown is None:
        names = known_names(key)
        return f"its keys are {', '.join(names)}" if names else None
    return f"such as {shown}"
