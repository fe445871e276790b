"""Markdown as the reference pages need it: tables whose cells may hold anything, code, headings."""

import re
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a cell may hold Markdown, and line breaks become breaks within the cell."""
    lines = [head, ["---"] * len(head), *rows]
    return (
        "\n".join("| " + " | ".join(_cell(cell) for cell in line) + " |" for line in lines) + "\n"
    )


def code(text: str) -> str:
    """Text as it is typed; nothing where there is none."""
    return f"`{text}`" if text else ""


def codes(texts: Iterable[str]) -> str:
    """Several of them, in their order."""
    return ", ".join(code(text) for text in texts)


def prose(docstring: str | None) -> str:
    """A docstring as one paragraph, what it says of errors left out."""
    told = re.split(r"\n\s*\n\s*Raises:", docstring or "")[0]
    return " ".join(told.split())


def _cell(text: str) -> str:
    return text.replace("|", "\\|").strip().replace("\n", "<br>")
