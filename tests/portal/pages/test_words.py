"""The words of the pages: in every language the same ones, none in a template, none a promise."""

import re
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter

import pytest
from jinja2 import Environment

from activities.languages import known_languages
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Stage
from domain.defect import posted_texts
from domain.promise_guard import promises
from domain.webhooks.events import EVENTS
from portal.pages import i18n as words_module
from portal.pages.i18n import ENGLISH, TRANSLATIONS
from tests.domain.webhooks.test_webhooks import recorded_events

OTHERS = sorted(set(TRANSLATIONS) - {"en"})
GERMAN, SPANISH = TRANSLATIONS["de"], TRANSLATIONS["es"]
TEMPLATES = Path(words_module.__file__).with_name("templates")
FOR_STAFF = ("staff", "compliance")


# --- the words -----------------------------------------------------------------------------------


def named(text: str) -> set[str]:
    """What a page fills in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_pages_and_letters_have_the_same_languages() -> None:
    """Whoever gets a letter in a language finds the portal in it."""
    assert set(TRANSLATIONS) == set(known_languages()) >= {"en", "de", "es"}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_every_word(language: str) -> None:
    """No key is missing, none is left over, none is empty, and each fills in the same things."""
    texts = TRANSLATIONS[language].texts
    reasons = {"reason"}  # The contract's own sentence is English: others may do without.

    assert set(texts) == set(ENGLISH.texts)
    assert [key for key, text in texts.items() if not text.strip()] == []
    differing = {key for key, text in texts.items() if named(text) != named(ENGLISH.texts[key])}
    assert {k for k in differing if named(ENGLISH.texts[k]) != reasons or named(texts[k])} == set()


def test_what_is_posted_is_known_by_its_words() -> None:
    """Each text that a status page is told of ours has its words in every language."""
    posted = {text for name, text in vars(posted_texts).items() if name.isupper()}

    assert posted == {ENGLISH.texts[f"posted.{key}"] for key in ENGLISH.kind("posted")}
    assert {ENGLISH.posted(text) for text in posted} == posted
    for language in OTHERS:
        assert {TRANSLATIONS[language].posted(text) for text in posted}.isdisjoint(posted)
    assert GERMAN.posted("Nobody can log in") == "Nobody can log in"


def test_staff_read_of_everything_that_happens_in_words() -> None:
    """Every fact, message and role has its words; within a text they stand for its name."""
    events = {*recorded_events(), *EVENTS, *map(str, ClientEvent), *map(str, StaffEvent)}
    events |= {f"status.{stage}" for stage in (*Stage, "resolved")}
    assert {event for event in events if ENGLISH.of("record", event) == event} == set()
    assert set(ENGLISH.kind("role")) == set(Role)
    for said, meant in (
        ("Defect.escalated to coo: Monday", "Escalation to COO: Monday"),
        ("defect.urgent is repeated", "Urgent notice is repeated"),
        ("Look at vendor.example", "Look at vendor.example"),
    ):
        assert ENGLISH.staff_words(said) == meant


@pytest.mark.parametrize("language", TRANSLATIONS)
def test_words_are_text(language: str) -> None:
    """No word carries markup or an entity."""
    texts = TRANSLATIONS[language].texts

    assert [key for key, text in texts.items() if re.search(r"[<>&]", text)] == []


NO_PROMISES = {
    *(
        "sign_in.sent_to",
        "sign_in.void_why",
        "problem.too_often_why",
        "refused.away",
        "refused.call.minutes",
    ),
    *("call.when.one", "call.when.other", "call.left.one", "call.left.other"),
    *("status.back", "status.day_by_day", "status.today"),
    *("subscribe.asked_why", "subscribe.void_why"),
}
"""About links and tries, how long a call is, and what lies behind."""


@pytest.mark.parametrize("language", sorted(TRANSLATIONS))
def test_no_word_promises_a_time(language: str) -> None:
    """D7: what the check of promises finds in our own words is known to be none."""
    words = TRANSLATIONS[language].texts
    said = {key: re.sub(r"\{\w+\}", "3", text) for key, text in words.items()}

    assert {key for key, text in said.items() if promises(text)} <= NO_PROMISES


# --- the templates -------------------------------------------------------------------------------


class Prose(HTMLParser):
    """Collects what people would read of a template: texts, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        """A text between tags."""
        self._note(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that are shown or spoken."""
        for name, value in attrs:
            if name in {"title", "aria-label", "alt", "placeholder", "label"}:
                self._note(value or "")

    def _note(self, text: str) -> None:
        # Macros may end within a tag: attributes are no prose, nor is a page's width.
        spoken = re.sub(r'[\w-]+="[^"]*"', " ", text).strip()
        if re.search(r"[^\W\d_]", spoken) and spoken not in {"narrow", "middle", "wide"}:
            self.found.append(" ".join(spoken.split()))


def prose(source: str) -> list[str]:
    """What a template says in a language of its own, between its tags and in its expressions."""
    text, spoken = "", Prose()
    for _, kind, value in Environment().lex(source):
        if kind == "data":
            text += value
        elif kind in {"variable_begin", "block_begin"}:
            text += " "
        elif kind == "string" and re.search(r"^[A-Z]\w*[a-z]|[a-zA-Z] [a-zA-Z]", value[1:-1]):
            spoken.found.append(value)
    spoken.feed(text)
    return spoken.found


def test_no_template_has_words_of_its_own() -> None:
    """All that clients and the public read is in the translations; staff read English."""
    read = {
        path.name: prose(path.read_text(encoding="utf-8"))
        for path in TEMPLATES.glob("*.j2")
        if not path.name.startswith(FOR_STAFF)
    }

    assert {name: found for name, found in read.items() if found} == {}
    assert prose('<p title="{{ x }}">Your {{ "Own Words" }}</p>') == ['"Own Words"', "Your"]


def test_templates_ask_for_words_that_are_there() -> None:
    """Every key a template or a page names is known, and every known one is used."""
    sources = [*TEMPLATES.glob("*.j2"), *TEMPLATES.parent.glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in sources)
    asked = set(re.findall(r"""(?:say|plain)\(\s*["']([a-z_]+\.[a-z_.]+)["']""", text))
    spared = {key.removesuffix(".one").removesuffix(".other") for key in ENGLISH.texts}

    assert asked - spared - set(ENGLISH.texts) == set()
    looked_up = (
        *("severity", "stage", "case_state", "outcome", "item", "effort", "release", "event"),
        *("record", "role"),
    )
    built = (
        "refused",
        "problem",
        "posted",
        "area",
        "severity_means",
        "unsubscribe",
        "subscribe",
        "maintenance",
        *looked_up,
    )
    unused = {key for key in spared if key.split(".")[0] not in built and f'"{key}"' not in text}
    assert unused == set()


def test_numbers_of_things_are_said_as_one_says_them() -> None:
    """One thing and several, in every language; values are escaped, markup of ours is not."""
    assert GERMAN.plain("status.open", count=1) == "1 offene Störung"
    assert GERMAN.plain("status.open", count=2) == "2 offene Störungen"
    assert SPANISH.plain("status.open", count=1) == "1 incidencia abierta"
    assert SPANISH.plain("status.open", count=1_000_000) == "1000000 incidencias abiertas"
    assert ENGLISH.say("sign_in.title", product="<b>") == "Sign in to &lt;b&gt; support"
    assert ENGLISH.of("stage", "on_the_way") == "on the way"
