"""What the pages say to clients and the public, in every language: looked up here and nowhere else.

A language is a file of `translations/`, named by its tag, beside the folder its mails are written
from (`activities/languages.py`). Staff read English.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from activities.languages import ENGLISH as ENGLISH_TAG
from activities.languages import Language, known_languages

FOLDER = Path(__file__).with_name("translations")
STAGE_ORDER = ("investigating", "identified", "fixing", "verifying")
_NAMED = re.compile(r"\b(?P<event>[a-z_]+\.[a-z_]+)\b(?: to (?P<role>[a-z_]+))?", re.IGNORECASE)
_LONGEST = 500
"""Characters of an `Accept-Language`: browsers send a tenth of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Translations:
    """One language: `texts` by their key, such as `status.title`, and how it writes dates."""

    language: Language
    texts: Mapping[str, str]

    @property
    def tag(self) -> str:
        """What browsers are told of it, such as `de`."""
        return self.language.tag

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.texts["language.name"]

    def say(self, key: str, **values: Any) -> Markup:
        """A text for a page: values are escaped, unless they are markup of a template's.

        Where a text depends on a number, `count` is the one.
        """
        return escape(self._text(key, values)).format(**values)

    def plain(self, key: str, **values: Any) -> str:
        """The same as mere text, which a template will escape."""
        return self._text(key, values).format(**values)

    def refused(self, form: str, what: str, reason: str = "") -> str:
        """Why a form was not taken; `reason` is a sentence of the contract's, in English."""
        key = f"refused.{form}.{what}"
        return self.plain(key if key in self.texts else "refused.other", reason=reason)

    def of(self, kind: str, value: Any) -> str:
        """The field's words for a value; what is not known is shown as it is, less underlines."""
        return self.texts.get(f"{kind}.{value}", str(value).replace("_", " "))

    def staff_words(self, text: str) -> str:
        """A text for staff with what happens, and whom it is told, in the field's words: of
        `defect.escalated to coo`, `Escalation to COO`."""
        return _NAMED.sub(self._named, text)

    def _named(self, found: re.Match[str]) -> str:
        said, role = self.texts.get(f"record.{found['event'].lower()}"), found["role"]
        if said is None:
            return found[0]
        return f"{said} to {self.of('role', role)}" if role else said

    def posted(self, text: str) -> str:
        """A text of the status page: what we post where nobody wrote anything, in this language."""
        return self.texts.get(_POSTED.get(text, ""), text)

    def kind(self, kind: str) -> list[str]:
        """The values of a kind that there are words for."""
        start = f"{kind}."
        return [key.removeprefix(start) for key in self.texts if key.startswith(start)]

    def _text(self, key: str, values: Mapping[str, Any]) -> str:
        if key in self.texts:
            return self.texts[key]
        form = f"{key}.{self.language.plural(values['count'])}"
        return self.texts.get(form) or self.texts[f"{key}.other"]


def accepted(header: str) -> list[str]:
    """The tags of an `Accept-Language`, the most wanted first; those that are refused left out."""
    wanted = []
    for part in header[:_LONGEST].split(","):
        tag, _, quality = (piece.strip() for piece in part.partition(";"))
        try:
            wanted.append((float(quality.removeprefix("q=") or 1), tag))
        except ValueError:
            continue
    ranked = sorted(wanted, key=lambda each: -each[0])
    return [tag for quality, tag in ranked if tag and 0 < quality <= 1]


def _flat(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


TRANSLATIONS = {
    tag: Translations(language, dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))
    for tag, language in known_languages().items()
    if (file := FOLDER / f"{tag}.toml").exists()
}
"""By tag: the languages that pages and mails both have."""
ENGLISH = TRANSLATIONS[ENGLISH_TAG]
_POSTED = {text: key for key, text in ENGLISH.texts.items() if key.startswith("posted.")}
"""Such texts are stored as they are posted, in English, and known by their words."""
SEVERITIES = ENGLISH.kind("severity")
ITEMS = ENGLISH.kind("item")
"""What a case is asked for."""
EVENTS = ENGLISH.kind("event")
"""What is shown of a timeline: an event without words is left out."""
