"""How many promises the guard finds among several hundred sentences of each language (D7)."""

import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from domain import promise_guard as guard
from domain.promise_guard import find_promise, promises
from domain.promise_guard.languages import ready
from domain.promise_guard.normalize import normalize
from tests.domain.promise_guard.cases import FOLDER, cases

LANGUAGES = [folder.parent.name for folder in Path(guard.__path__[0]).glob("*/lexicon.py")]
WEDNESDAY = date(2026, 11, 25)
"""The day on which all of them are written."""


def sentences(language: str) -> list[dict[str, str]]:
    """Sentences, each by another turn of phrase, labelled before the guard had judged them."""
    lines = (FOLDER / f"turns_of_phrase_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.parametrize("language", LANGUAGES)
def test_promises_are_found_and_little_else(language: str) -> None:
    """Of 100 promises 97 are refused, and of 100 refusals 95 meet a promise."""
    found = Counter(
        (said["label"] == "promise", find_promise(said["text"], WEDNESDAY) is not None)
        for said in sentences(language)
    )

    promised, refused = found[True, True], found[False, True]
    assert promised >= 150
    assert promised / (promised + found[True, False]) >= 0.97
    assert promised / (promised + refused) >= 0.95


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_update_may_be_announced(language: str) -> None:
    """The policy itself promises daily ones."""
    said = [row["text"] for row in sentences(language) if row["label"] == "next update"]

    assert [text for text in said if find_promise(text, WEDNESDAY)] == []


@pytest.mark.parametrize(
    ("text", "hours", "phrase"),
    [
        ("We will post again within two hours.", 2, None),
        ("We will post again within two hours.", 1, "within two hours"),
        ("We will have it fixed within two hours.", 24, "within two hours"),
        ("Next update tomorrow.", 24, None),
        ("Next update tomorrow.", 12, "tomorrow"),
        ("Next update on Friday.", 24, "on Friday"),
        ("Next update on Friday.", 48, None),
        ("Next update on 27 November.", 48, None),
        ("Next update on 28 November.", 48, "on 28 November"),
        ("Next update within one business day.", 24, "within one business day"),
        ("Wir melden uns in drei Tagen wieder.", 24, "in drei Tagen"),
        ("Wir melden uns in drei Tagen wieder.", 72, None),
        ("Wir haben es in drei Stunden behoben.", 24, "in drei Stunden"),
        ("Le escribiremos dentro de tres días.", 24, "dentro de tres días"),
        ("Le escribiremos dentro de tres días.", 72, None),
        ("Lo arreglamos dentro de tres horas.", 24, "dentro de tres horas"),
        ("La próxima actualización llegará el viernes.", 48, None),
        ("La próxima actualización llegará el viernes.", 24, "el viernes"),
        ("Le informaremos el 27 de noviembre.", 48, None),
        ("Le informaremos el martes 1 de diciembre.", 48, "el martes 1 de diciembre"),
        ("Der nächste Status folgt am Freitag.", 48, None),
        ("Der nächste Status folgt am Freitag.", 24, "am Freitag"),
    ],
)
def test_the_next_update_is_announced_within_the_cadence_only(
    text: str, hours: float, phrase: str | None
) -> None:
    """D7, T6: what is further away is more than the policy promises."""
    found = find_promise(text, WEDNESDAY, timedelta(hours=hours))

    assert (found and found.phrase) == phrase


def test_no_row_of_the_tables_is_left_out_where_it_would_match() -> None:
    """The parts that a row needs are in every text that it matches."""
    texts = [
        *(case.text for name in ("refused", "passed") for case in cases(name)),
        *(said["text"] for language in LANGUAGES for said in sentences(language)),
    ]
    wrong = [
        (time.kind, text)
        for text in [normalize(text).text for text in texts]
        for matcher in ready().matchers
        for time, needs, pattern in matcher.times
        if pattern.compiled.search(text) and needs.isdisjoint(matcher.signs(text)) and needs
    ]

    assert wrong == []


def test_each_sentence_of_a_mixed_text_is_judged_in_its_own_language() -> None:
    """A language need not be declared."""
    text = (
        "Am Montag war die Seite langsam. It was slow on Tuesday, too. Bis Freitag ist es behoben."
    )

    assert [promise.phrase for promise in promises(text)] == ["Bis Freitag"]
    text = "On Monday it was slow. El martes falló la copia. Mañana quedará resuelto. Es ging gut."
    assert [promise.phrase for promise in promises(text)] == ["Mañana"]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("El error desaparecerá el viernes.", "el viernes"),
        ("el error desaparecera el viernes", "el viernes"),
        ("manana estara solucionado", "manana"),
        ("MAÑANA ESTARÁ SOLUCIONADO", "MAÑANA"),
        ("La importación falló el viernes.", None),
        ("La importación fallo\u0301 el viernes.", None),
        ("Esta noche, todas las copias terminaron.", None),
        ("Hay margen en el monto de todas las facturas.", None),
    ],
)
def test_spanish_without_its_accents_is_understood(text: str, phrase: str | None) -> None:
    """And no word of it is taken for a slip in another language: "noche", "Woche"."""
    found = find_promise(text, WEDNESDAY)

    assert (found and found.phrase) == phrase
