"""The words of an HTML mail, without its markup, in one pass however it is made.

What comes out is plain text, which is escaped again wherever it is shown as HTML.
"""

import html
import re

_BREAKS = {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"}
_SILENT = ("script", "style", "head", "title", "template", "noscript", "svg", "math")
"""Elements whose content no reader would see."""
_MARKUP = re.compile(r"<(?=[a-zA-Z!?]|/[a-zA-Z])")
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,15})")


def words(source: str) -> str:
    """The text of an HTML document; what is never closed ends it."""
    lowered = source.lower()
    # Lower-casing may change the length of some letters: then case has to do as it is.
    lowered = lowered if len(lowered) == len(source) else source
    said: list[str] = []
    at = 0
    while (markup := _MARKUP.search(source, at)) is not None:
        said.append(source[at : markup.start()])
        at, shown = _behind(source, lowered, markup.start())
        said.append(shown)
        if at < 0:
            break
    else:
        said.append(source[at:])
    return _tidy(html.unescape("".join(said)))


def _behind(source: str, lowered: str, begin: int) -> tuple[int, str]:
    """Where the text goes on behind the markup that begins here, -1 for nowhere; what it shows."""
    if source.startswith("<!--", begin):
        end = source.find("-->", begin + 4)
        return (end + 3 if end >= 0 else -1), ""
    name = _NAME.match(source, begin + 1)
    end = source.find(">", begin)
    if end < 0:
        return -1, ""
    element = name[1].lower() if name else ""
    if element in _SILENT and source[begin + 1] != "/" and source[end - 1] != "/":
        closing = lowered.find(f"</{element}", end)
        if closing < 0:
            return -1, ""
        end = source.find(">", closing)
        return (end + 1 if end >= 0 else -1), " "
    return end + 1, "\n" if element in _BREAKS else ""


def _tidy(text: str) -> str:
    """One blank between words, and no more than one empty line between paragraphs."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    kept = [line for n, line in enumerate(lines) if line or (n and lines[n - 1])]
    return "\n".join(kept).strip()
