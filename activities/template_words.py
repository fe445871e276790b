"""The words of a language on their way from templates: parts that messages share, and filters."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from activities.languages import Language
from activities.paragraphs import Quote, as_value, environment

SUBJECT_LENGTH = 120
"""Characters of a subject; a longer one ends in an ellipsis."""


def words_of(folder: Path, language: Language) -> Environment:
    """The words of a language: plain text that knows no markup; the layouts show it."""
    words = environment(folder, finalize=as_value)
    words.filters |= {
        "local": _local,
        "quote": _quote,
        "joined": language.joined,
        "duration": language.duration,
        "plural": partial(_plural, language),
    }
    return words


def part(words: Environment, name: str, values: Mapping[str, Any]) -> str:
    """One of the parts that messages share, filled."""
    return words.get_template(f"parts/{name}.j2").render(values)


def clipped(subject: str) -> str:
    """A subject of at most `SUBJECT_LENGTH` characters."""
    if len(subject) <= SUBJECT_LENGTH:
        return subject
    return subject[: SUBJECT_LENGTH - 1].rstrip() + "…"


# --- filters -------------------------------------------------------------------------------------


@pass_context
def _local(context: Context, instant: object) -> str:
    """`{{ instant | local }}`: an instant, ISO 8601 with a zone, as the recipient's clock says."""
    language: Language = context["reader"].language
    return language.local_time(datetime.fromisoformat(str(instant)), context["reader"].zone)


def _quote(text: object, sent: str | None = None) -> Quote:
    """`{{ text | quote }}`: a paragraph of its own that shows what a person wrote, and `sent`."""
    return Quote(str(text), sent)


def _plural(language: Language, count: float, **forms: str) -> str:
    """`{{ days | plural(one="day", other="days") }}`: the form by the CLDR's plural rules."""
    return forms.get(language.plural(count), forms["other"])
