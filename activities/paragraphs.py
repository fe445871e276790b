"""Words and values on their way into a letter: what keeps a value from becoming anything else.

A template is filled before it is split into paragraphs, so every value is folded into one line
first; what a person wrote, shown verbatim, travels through the template encoded. Lines that start
with `- ` begin the items of a list; blank lines separate paragraphs.
"""

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError, select_autoescape

COLUMNS = 76
"""Where the text part wraps."""

_QUOTE_OPENS, _QUOTE_CLOSES = "\x02", "\x03"
_DIRECTION_CONTROLS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ITEM = "- "


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person wrote, and the line that says when it was sent if it was before."""

    text: str
    sent: str | None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One block of a message; a plain paragraph and a heading have one line."""

    kind: Literal["plain", "list", "quote", "heading"]
    lines: tuple[str, ...]
    sent: str | None = None
    link: str | None = None
    """Where a plain paragraph leads, at its end."""


def environment(folder: Path, **options: Any) -> Environment:
    """Templates of a folder: only HTML is escaped, and a value that is missing is an error."""
    return Environment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,  # No look at the disk for each part of each letter.
        **options,
    )


def as_value(value: object) -> str:
    """What `{{ … }}` leaves in a message: one line without control characters, or a quotation."""
    if isinstance(value, Quote):
        encoded = json.dumps([value.text, value.sent])
        return f"\n\n{_QUOTE_OPENS}{encoded}{_QUOTE_CLOSES}\n\n"
    if value is None or isinstance(value, Mapping | list | tuple):
        raise UndefinedError(f"the template expected text, got {type(value).__name__}")
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # policies count days in floats
    visible = str(value)
    if not visible.isprintable():
        visible = "".join(_visible(character, " ") for character in visible)
    line = " ".join(visible.translate(_DIRECTION_CONTROLS).split())
    return re.sub(rf"^(?:{_ITEM})+", "", line)


def _visible(character: str, instead: str) -> str:
    """The character, or what stands for one that controls rather than shows."""
    category = unicodedata.category(character)
    if category == "Cs":  # half a surrogate pair: no encoding can carry it
        return "\N{REPLACEMENT CHARACTER}"
    return instead if category in {"Cc", "Zl", "Zp"} else character


def paragraphs(body: str) -> Iterator[Paragraph]:
    """The paragraphs of a template that was filled."""
    for block in re.split(r"\n\s*\n", body.strip()):
        words = " ".join(block.split())
        if block.startswith(_QUOTE_OPENS):
            text, sent = json.loads(block.strip(_QUOTE_OPENS + _QUOTE_CLOSES))
            yield Paragraph("quote", tuple(_verbatim(text)), sent)
        elif block.startswith(_ITEM):
            items = re.split(rf"^{_ITEM}", block, flags=re.MULTILINE)[1:]
            yield Paragraph("list", tuple(" ".join(item.split()) for item in items))
        elif words:
            yield Paragraph("plain", (words,))


def _verbatim(text: str) -> Iterator[str]:
    """The lines of a text as they were written; what would steer a terminal is made visible."""
    for line in text.strip().splitlines():
        yield "".join(_visible(c, "\N{REPLACEMENT CHARACTER}") for c in line.expandtabs(4))


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """Lines of at most `COLUMNS`; words, numbers and addresses are never torn apart."""
    return "\n".join(
        textwrap.wrap(
            text,
            COLUMNS,
            initial_indent=first,
            subsequent_indent=rest,
            break_long_words=False,
            break_on_hyphens=False,
        )
    )


def behind(lines: Sequence[str], mark: str) -> str:
    """Lines behind a quotation mark such as `> `; only those too long are wrapped."""
    width = COLUMNS - len(mark)
    short = (
        part
        for line in lines
        for part in (
            [line]
            if len(line) <= width
            else textwrap.wrap(line, width, break_long_words=False, break_on_hyphens=False)
        )
    )
    return "\n".join((mark + line).rstrip() for line in short)
