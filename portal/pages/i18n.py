"""What the pages say to clients and the public, in every language: looked up here and nowhere else.

A language is a file of `translations/`, named by its tag, beside the folder its letters are written
from (`activities/languages.py`), which knows its days. Staff read English.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from markupsafe import Markup, escape

from activities.languages import ENGLISH as ENGLISH_TAG
from activities.languages import Language, Languages

TRANSLATIONS = Path(__file__).with_name("translations")
STAGE_ORDER = ("investigating", "identified", "fixing", "verifying")


@dataclass(frozen=True, slots=True, eq=False)
class Words:
    """One language: `texts` by their key, such as `status.title`; how it says days."""

    language: Language
    texts: Mapping[str, str]

    @classmethod
    def read(cls, file: Path, language: Language) -> Self:
        """The words of a file."""
        return cls(language, dict(_flat(tomllib.loads(file.read_text(encoding="utf-8")))))

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

        Of a text for one thing and for several, `count` decides.
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

    def kind(self, kind: str) -> list[str]:
        """The values of a kind that there are words for."""
        start = f"{kind}."
        return [key.removeprefix(start) for key in self.texts if key.startswith(start)]

    def _text(self, key: str, values: Mapping[str, Any]) -> str:
        known = self.texts.get(key)
        if known is None:
            known = self.texts[f"{key}.{'one' if values['count'] == 1 else 'other'}"]
        return known


class Vocabulary:
    """The languages that pages and letters both have."""

    def __init__(self, folder: Path = TRANSLATIONS) -> None:
        self._languages = Languages()
        files = {tag: folder / f"{tag}.toml" for tag in self._languages.known}
        self._languages.known = {
            tag: language for tag, language in self._languages.known.items() if files[tag].exists()
        }
        self.known = {
            tag: Words.read(files[tag], language) for tag, language in self._languages.known.items()
        }

    def preferred(self, *wanted: str | None) -> Words:
        """The first of the languages wanted that is known, or English."""
        return self.known[self._languages.preferred(*wanted).tag]

    def others(self, words: Words) -> list[Words]:
        """All languages but one."""
        return [other for other in self.known.values() if other is not words]


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


_LONGEST = 500
"""Characters of the header: browsers send a tenth of it."""


def _flat(table: Mapping[str, Any], within: str = "") -> Iterator[tuple[str, str]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{within}{key}.")
        else:
            yield f"{within}{key}", value


VOCABULARY = Vocabulary()
ENGLISH = VOCABULARY.known[ENGLISH_TAG]
SEVERITIES = ENGLISH.kind("severity")
ITEMS = ENGLISH.kind("item")
"""What a case is asked for."""
EVENTS = ENGLISH.kind("event")
"""What is shown of a timeline: an event without words is left out."""
