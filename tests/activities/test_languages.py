"""Letters in the recipient's language: which one, how it says when, and nothing left in English."""

import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from activities.languages import ENGLISH, TEMPLATES, known_languages
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.events import ClientEvent, StaffEvent
from tests.activities.rendering.letters import (
    CLIENT_FACTS,
    IMPACT,
    OPTIONAL,
    POLICY,
    client_letter,
    staff_letter,
)

KNOWN = known_languages()
OTHERS = sorted(set(KNOWN) - {ENGLISH})
FRIDAY = datetime(2026, 11, 20, 22, 5, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")
OPTIONAL_MAIL = Renderer(POLICY, "support@vendor.example")
ENGLISH_WORDS = {
    *("a", "about", "again", "and", "are", "as", "at", "but", "call", "closed", "defect", "fix"),
    *("for", "from", "has", "have", "hello", "how", "if", "is", "it", "its", "link", "my", "new"),
    *("not", "of", "on", "or", "our", "please", "reminder", "sent", "severity", "stage", "that"),
    *("the", "their", "them", "there", "they", "this", "to", "until", "update", "we", "when"),
    *("which", "with", "you", "your"),
}
"""Words of the letters that are hardly ever those of another language."""
SHARED = {"es": {"a", "as", "has"}}
"""Words of a language that English has too."""


def _fewest(kind: ClientEvent, facts: dict[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in facts.items() if name not in OPTIONAL.get(kind, set())}


def _letters(language: str) -> Iterator[Letter]:
    """A letter for every example with all its facts and with the fewest, one may opt out of."""
    for kind, facts in CLIENT_FACTS:
        for told in (facts, _fewest(kind, facts)):
            for name in ("Ana Ruiz", None):
                yield client_letter(
                    kind,
                    told,
                    name=name,
                    language=language,
                    preference=Preference("token"),
                    writer=OPTIONAL_MAIL,
                )


def _texts(value: object) -> Iterator[str]:
    """What people wrote, among the facts."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


WRITTEN = sorted(
    {text for _, facts in CLIENT_FACTS for text in _texts(facts) if " " in text}
    | {"„Who am I“", "unsubscribe progress token", "unsubscribe newsletter token"},
    key=len,
    reverse=True,
)


def _own_words(letter: Letter) -> set[str]:
    """The words of a letter that no person wrote."""
    lines = [line for line in letter.text.splitlines() if not line.startswith(">")]
    words = " ".join(" ".join([letter.subject, *lines]).split())
    for written in WRITTEN:
        words = words.replace(written, " ")
    return set(re.findall(r"[^\W\d_]+", words.lower()))


# --- every language ------------------------------------------------------------------------------


def test_which_languages_there_are() -> None:
    """Letters are written in English, German and Spanish."""
    assert {"en", "de", "es"} <= set(KNOWN)


@pytest.mark.parametrize("language", OTHERS)
def test_every_event_in_every_language(language: str) -> None:
    """Every event for clients has its words in every language: none falls back to English."""
    found = {path.name.removesuffix(".j2") for path in (TEMPLATES / language / "client").iterdir()}

    assert {event.value for event in ClientEvent} | {"digest"} == found
    assert all(f'<html lang="{language}">' in letter.html for letter in _letters(language))


@pytest.mark.parametrize("language", OTHERS)
def test_nothing_is_left_in_english(language: str) -> None:
    """A letter in another language has no English word but those that people wrote."""
    foreign = ENGLISH_WORDS - SHARED.get(language, set())
    assert {
        (letter.subject, word)
        for letter in _letters(language)
        for word in _own_words(letter) & foreign
    } == set()


def test_the_words_looked_for_are_english() -> None:
    """Every English letter has several of the words that no other one may have."""
    assert [x.subject for x in _letters("en") if len(_own_words(x) & ENGLISH_WORDS) < 5] == []


@pytest.mark.parametrize("language", OTHERS)
def test_languages_say_the_same(language: str) -> None:
    """A letter has as many quotations and list items, and the same headers, in every language."""
    for other, english in zip(_letters(language), _letters(ENGLISH), strict=True):
        assert (other.headers, other.message_id, other.to) == (
            english.headers,
            english.message_id,
            english.to,
        )
        for mark in (">", "- "):
            lines = [
                [line for line in letter.text.splitlines() if line.startswith(mark)]
                for letter in (other, english)
            ]
            assert len(lines[0]) == len(lines[1]), english.subject


@pytest.mark.parametrize("language", OTHERS)
def test_numbers_and_dates_are_all_there(language: str) -> None:
    """What an English letter names, a number or a date or a severity, every other one names."""
    named = re.compile(r"\b(?:CASE|DEF|REL)-[\w.]+\b|\bS[1-4]\b|\b\d\d:\d\d [A-Z]+\b|\b20\d\d\b")
    for other, english in zip(_letters(language), _letters(ENGLISH), strict=True):
        assert set(named.findall(other.text)) == set(named.findall(english.text))


def test_staff_read_english() -> None:
    """Letters to staff are in English."""
    assert '<html lang="en">' in staff_letter(StaffEvent.DEFECT_RAISED, IMPACT).html


# --- whose language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("preferred", "contact", "language"),
    [
        (None, None, "en"),
        (None, "de", "de"),
        (None, "de-AT", "de"),
        (None, "DE_ch", "de"),
        (None, " de-Latn-CH-1996 ", "de"),
        (None, "fr", "en"),
        (None, "", "en"),
        (None, "deutsch", "en"),
        (None, "../de", "en"),
        ("de", None, "de"),
        ("de", "en", "de"),
        ("es-MX", "de", "es"),
        (None, "es-419", "es"),
        ("en-GB", "de", "en"),
        ("fr", "de", "de"),
        ("", "de", "de"),
    ],
)
def test_whose_language(preferred: str | None, contact: str | None, language: str) -> None:
    """The recipient decides: what they prefer, else what their contact says, else English."""
    preference = Preference("token", language=preferred)

    letter = client_letter(ClientEvent.CASE_CLOSED, language=contact, preference=preference)

    assert f'<html lang="{language}">' in letter.html


def test_whole_german_letter() -> None:
    """Greeting, words, labels and dates are German."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_SCHEDULED,
        {"release": "REL-2026.4", "deploy_at": "2026-12-05T04:00:00Z", "severity": "S2"},
        language="de",
        cases=("CASE-000123", "CASE-000124"),
    )

    assert letter.subject == "[DEF-000045] Die Korrektur ist für das Release REL-2026.4 geplant"
    assert letter.text == (
        "Guten Tag Ana Ruiz,\n"
        "\n"
        "Die Korrektur für DEF-000045 ist für das Release REL-2026.4 geplant, das am\n"
        "Freitag, 4. Dezember 2026, 22:00 CST (America/Chicago) ausgeliefert werden\n"
        "soll.\n"
        "\n"
        "Wir benachrichtigen Sie, wenn sich das ändert und wenn der Fehler behoben\n"
        "ist.\n"
        "\n"
        "ETO Support\n"
        "Vendor\n"
        "\n"
        "Vorgänge     CASE-000123, CASE-000124\n"
        "Fehler       DEF-000045\n"
        "Schweregrad  S2\n"
        "\n"
        "Gesendet am Freitag, 20. November 2026, 16:05 CST (America/Chicago)\n"
    )


def test_whole_spanish_letter() -> None:
    """The same in Spanish, with a formal "usted"."""
    letter = client_letter(
        ClientEvent.CALL_BOOKED,
        {"at": "2026-12-05T04:00:00Z", "minutes": 90, "balance": 1},
        language="es-AR",
    )

    assert letter.subject == "[CASE-000123] Su llamada está reservada"
    assert letter.text == (
        "Hola, Ana Ruiz:\n"
        "\n"
        "La llamada con nuestro equipo técnico está reservada:\n"
        "\n"
        "- Fecha: viernes, 4 de diciembre de 2026, 22:00 CST (America/Chicago)\n"
        "- Duración: 1 hora y 30 minutos\n"
        "\n"
        "Después de esta llamada le queda 1 minuto de su saldo de consultoría.\n"
        "\n"
        "Si la fecha no le conviene, póngase en contacto con nosotros e indique\n"
        "CASE-000123.\n"
        "\n"
        "ETO Support\n"
        "Vendor\n"
        "\n"
        "Caso  CASE-000123\n"
        "\n"
        "Enviado el viernes, 20 de noviembre de 2026, 16:05 CST (America/Chicago)\n"
    )


# --- a language that lacks something -------------------------------------------------------------


@pytest.mark.parametrize(
    "missing",
    [
        "client/defect.confirmed.j2",
        "parts/workaround.j2",
        "parts/effort.j2",
        "parts/client_opening.j2",
        "parts/client_reference.j2",
    ],
)
def test_never_half_a_letter(tmp_path: Path, missing: str) -> None:
    """Where a language lacks an event or a part of it, the whole letter is in English."""
    shutil.copytree(TEMPLATES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "de" / missing).unlink()
    writer = Renderer(POLICY, "support@vendor.example", templates=tmp_path)
    facts = {
        "severity": "S1",
        "stage": "fixing",
        "workaround": {"description": "Restart it.", "effort": "easy"},
    }

    german = client_letter(ClientEvent.DEFECT_CONFIRMED, facts, language="de", writer=writer)

    assert german == client_letter(ClientEvent.DEFECT_CONFIRMED, facts)


def test_the_rest_stays(tmp_path: Path) -> None:
    """What a language does have is still said in it."""
    shutil.copytree(TEMPLATES, tmp_path, dirs_exist_ok=True)
    (tmp_path / "de" / "client" / "defect.confirmed.j2").unlink()
    writer = Renderer(POLICY, "support@vendor.example", templates=tmp_path)

    letter = client_letter(ClientEvent.CASE_CLOSED, language="de", writer=writer)

    assert letter == client_letter(ClientEvent.CASE_CLOSED, language="de")


# --- days and lists ------------------------------------------------------------------------------


def test_german_days() -> None:
    """Days are said as the language says them, in the zone they are told in."""
    german = KNOWN["de"]

    assert german.local_time(FRIDAY, CHICAGO) == (
        "Freitag, 20. November 2026, 16:05 CST (America/Chicago)"
    )
    assert german.local_time(datetime(2027, 3, 1, 3, tzinfo=UTC), ZoneInfo("Europe/Vienna")) == (
        "Montag, 1. März 2027, 04:00 CET (Europe/Vienna)"
    )


@pytest.mark.parametrize("language", KNOWN)
def test_a_year_of_days(language: str) -> None:
    """Every language has seven weekdays, and twelve months in full and in short, all different."""
    known, year = KNOWN[language], [datetime(2026, month, 1, tzinfo=UTC) for month in range(1, 13)]
    full = {re.sub(known.weekdays[day.weekday()], "", known.full_date(day)) for day in year}
    short = {known.short_time(day, CHICAGO) for day in year}

    assert (len(set(known.weekdays)), len(full), len(short)) == (7, 12, 12)


@pytest.mark.parametrize(
    ("language", "things", "words"),
    [
        ("en", ["A"], "A"),
        ("en", ["A", "B"], "A and B"),
        ("en", ["A", "B", "C"], "A, B and C"),
        ("de", ["A", "B", "C"], "A, B und C"),
        ("es", ["A", "B", "C"], "A, B y C"),
        ("de", ["{1}", "{0}"], "{1} und {0}"),
    ],
)
def test_lists(language: str, things: list[str], words: str) -> None:
    """Several things are joined as the language joins them."""
    assert KNOWN[language].joined(things) == words
