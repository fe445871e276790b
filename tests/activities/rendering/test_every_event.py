"""Every event has its words, and the values in them: what is missing is an error."""

import re
from typing import Any

import pytest
from jinja2 import UndefinedError

from activities.languages import ENGLISH, TEMPLATES, known_languages
from activities.ports import Letter
from domain.contract.events import ClientEvent, StaffEvent
from tests.activities.rendering.letters import (
    CLIENT_FACTS,
    IMPACT,
    OPTIONAL,
    STAFF_FACTS,
    WORKAROUND,
    client_letter,
    staff_letter,
)


def test_templates_and_events() -> None:
    """Every event has a template, and every template belongs to an event, or is the digest's."""
    found = {
        side: {path.name.removesuffix(".j2") for path in (TEMPLATES / ENGLISH / side).iterdir()}
        for side in ("client", "staff")
    }

    assert {
        "client": {event.value for event in ClientEvent} | {"digest"},
        "staff": {event.value for event in StaffEvent},
    } == found


def test_examples() -> None:
    """The examples of this file leave no event out."""
    assert set(ClientEvent) == {kind for kind, _ in CLIENT_FACTS}
    assert set(StaffEvent) == {kind for kind, _ in STAFF_FACTS}


@pytest.mark.parametrize("language", known_languages())
def test_parts(language: str) -> None:
    """No part is there that no template includes, and none is missing."""
    sources = "".join(path.read_text("utf-8") for path in (TEMPLATES / language).rglob("*.j2"))
    sides = ("client", "staff") if language == ENGLISH else ("client",)

    assert {path.stem for path in (TEMPLATES / language / "parts").iterdir()} == {
        *re.findall(r'include "parts/(\w+)\.j2"', sources),
        *(f"{side}_{part}" for side in sides for part in ("opening", "reference")),
        *("sent", "unsubscribe", "companions", "and_more", "portal"),
        *(["acknowledge"] if language == ENGLISH else []),
    }


def letter_of(kind: ClientEvent | StaffEvent, facts: dict[str, Any]) -> Letter:
    """What is said of `kind` to whomever it is for."""
    if isinstance(kind, ClientEvent):
        return client_letter(kind, facts)
    return staff_letter(kind, facts)


def each_fact(*, optional: bool) -> list[tuple[ClientEvent | StaffEvent, dict[str, Any], str]]:
    """Every example with every fact of it that is, or is not, optional."""
    examples: list[tuple[ClientEvent | StaffEvent, dict[str, Any]]] = [*CLIENT_FACTS, *STAFF_FACTS]
    return [
        (kind, facts, name)
        for kind, facts in examples
        for name in facts
        if (name in OPTIONAL.get(kind, set())) == optional
    ]


@pytest.mark.parametrize(("kind", "facts", "name"), each_fact(optional=True))
def test_optional_fact(kind: ClientEvent | StaffEvent, facts: dict[str, Any], name: str) -> None:
    """A letter without an optional fact is another one, but whole; null and blank are none."""
    rest = {other: value for other, value in facts.items() if other != name}

    letter = letter_of(kind, rest)

    assert letter.text != letter_of(kind, facts).text
    assert "\n\n\n" not in letter.text
    nothing: tuple[object, ...] = (None, " \n", {}, [])
    for empty in nothing:
        assert letter_of(kind, rest | {name: empty}) == letter


@pytest.mark.parametrize(("kind", "facts", "name"), each_fact(optional=False))
def test_required_fact(kind: ClientEvent | StaffEvent, facts: dict[str, Any], name: str) -> None:
    """A letter that needs a fact is not written without it."""
    rest = {other: value for other, value in facts.items() if other != name}

    for missing in (rest, rest | {name: None}, rest | {name: " "}, rest | {name: []}):
        with pytest.raises(UndefinedError):
            letter_of(kind, missing)


@pytest.mark.parametrize("wrong", [["a list"], {"an": "object"}])
def test_wrong_shape(wrong: object) -> None:
    """Where words need a text, a list or an object is not sent."""
    with pytest.raises(UndefinedError):
        staff_letter(StaffEvent.DEFECT_RAISED, IMPACT | {"functional_area": wrong})


@pytest.mark.parametrize("part", ["description", "effort"])
def test_half_a_workaround(part: str) -> None:
    """A workaround without its description or its effort is not sent."""
    half = {name: value for name, value in WORKAROUND.items() if name != part}

    with pytest.raises(UndefinedError):
        client_letter(
            ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "fixing", "workaround": half}
        )
