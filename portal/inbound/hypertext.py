"""The words of an HTML mail, without its markup, in one pass however it is made.

What comes out is plain text, which is escaped again wherever it is shown as HTML. No package does
this in bounded time: of 1 MB made for it inscriptis reads for 27 seconds, lxml for 158, the
standard library's parser for 12, and selectolax ends the process.
"""

import html
import re

_PARAGRAPHS = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "hr", "pre", "ul", "ol", "dl"}
_BLOCKS = {
    *("div", "tr", "li", "dt", "dd", "section", "article", "header", "footer", "main", "aside"),
    *("nav", "form", "address", "figure", "figcaption", "fieldset", "center", "blockquote", "body"),
    *("caption", "thead", "tbody", "tfoot", "option", "details", "summary", "legend", "title"),
}
_CELLS = {"td", "th"}
_SILENT = {"script", "style", "title", "template"}
"""Elements whose content no reader of a mail would see."""
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*(?::[a-zA-Z][\w-]*)?)(?=[\s/>])([^<>\"']*)(>)?")
_MARK = re.compile(r"[<>\"']")
_MARKS_IN_A_TAG = 200
_ATTRIBUTE = re.compile(
    r"(?:^|\s)(href|alt|type|class|style)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]*))", re.IGNORECASE
)
_LINK = re.compile(r"(?:https?|ftp|file|mailto|tel|callto|sip|smb):\S", re.IGNORECASE)
_LINK_CHARACTERS = 2_000
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_BLANKS = re.compile(r"[ \r\n\xa0]+")
_DEEPER, _HIGHER, _KEPT_BLANK, _BLOCK, _PARAGRAPH = "\x01", "\x02", "\x03", "\x04", "\x05"
_BREAK = re.compile(r"[\n\x04\x05][ \n\x04\x05]*")
_SHOWN_AS = {
    "br": "\n",
    **dict.fromkeys(_PARAGRAPHS, _PARAGRAPH),
    **dict.fromkeys(_BLOCKS, _BLOCK),
}
_ANY_TAG = re.compile(r"<[^<>]*>")
MARKUP_READ = 100_000
"""Tags of one mail that are looked at."""


def words(source: str, markup: int = MARKUP_READ) -> str:
    """The text of an HTML document: cells apart by tabs, quotes behind `>`, links with addresses.

    What is never closed is closed where it begins, so that no words are lost behind it. Behind the
    first `markup` tags only the words are told from the others.
    """
    return _Reader(_CONTROLS.sub(" ", source), markup).read()


class _Reader:
    def __init__(self, source: str, markup: int) -> None:
        self._markup_left = markup
        self._source = source
        lowered = source.lower()
        # Lower-casing may change the length of some letters: then case has to do as it is.
        self._lowered = lowered if len(lowered) == len(source) else source
        self._last: dict[str, int] = {}
        self._said: list[str] = []
        self._preformatted = 0
        self._quotes: list[bool] = []
        self._link: tuple[str, int] | None = None

    def read(self) -> str:
        source, at = self._source, 0
        for _ in range(self._markup_left):
            begin = source.find("<", at)
            if begin < 0:
                break
            self._text(source[at:begin])
            at = self._markup(begin)
        self._text(_ANY_TAG.sub(" ", source[at:]))
        self._end_link()
        return _tidy("".join(self._said))

    def _text(self, text: str) -> None:
        if not text:
            return
        text = html.unescape(text) if "&" in text else text
        if self._preformatted:
            self._said.append(text.replace(" ", _KEPT_BLANK).replace("\t", _KEPT_BLANK * 4))
        else:
            self._said.append(_BLANKS.sub(" ", text.replace("\t", " ")))

    def _markup(self, begin: int) -> int:
        """Take note of the markup that begins here; where the text goes on."""
        source = self._source
        tag = _TAG.match(source, begin)
        if tag is None:
            if source.startswith(("<!", "<?"), begin):
                return self._declaration(begin)
            return self._literal(begin)
        end = tag.end() if tag[4] else self._end_of_tag(tag.end())
        if end < 0:
            return self._literal(begin)
        name, closing = tag[2].lower(), bool(tag[1])
        if name in _SILENT and not closing and source[end - 2] != "/":
            self._said.append(" ")
            return self._behind(name, end)
        if name in _SHOWN_AS:
            self._said.append(_SHOWN_AS[name])
        elif name in _CELLS:
            self._said.append("" if closing else "\t")
        if name in {"a", "img", "pre", "blockquote"}:
            self._element(name, closing, source[tag.end(2) : end - 1])
        return end

    def _literal(self, begin: int) -> int:
        self._said.append("<")
        return begin + 1

    def _end_of_tag(self, at: int) -> int:
        """Behind its `>`, which may stand in quotes before; -1 where it is no tag."""
        source = self._source
        for _ in range(_MARKS_IN_A_TAG):
            mark = _MARK.search(source, at)
            if mark is None or mark[0] == "<":
                return -1
            if mark[0] == ">":
                return mark.end()
            closing = self._find(mark[0], mark.end())
            at = closing + 1 if closing >= 0 else mark.end()
        return -1

    def _declaration(self, begin: int) -> int:
        source = self._source
        if source.startswith("<!--", begin):
            if source.startswith((">", "->"), begin + 4):
                return source.index(">", begin + 4) + 1
            end = self._find("-->", begin + 4)
            return end + 3 if end >= 0 else begin + 4
        end = self._find(">", begin)
        return end + 1 if end >= 0 else self._literal(begin)

    def _behind(self, name: str, at: int) -> int:
        closing = self._find(f"</{name}", at)
        end = self._find(">", closing) if closing >= 0 else -1
        return end + 1 if end >= 0 else at

    def _find(self, wanted: str, at: int) -> int:
        """Like `str.find`, but what is not there is looked for once only."""
        if wanted not in self._last:
            self._last[wanted] = self._lowered.rfind(wanted)
        return self._lowered.find(wanted, at) if self._last[wanted] >= at else -1

    def _element(self, name: str, closing: bool, attributes: str) -> None:
        if name == "pre":
            self._preformatted = max(0, self._preformatted + (-1 if closing else 1))
        elif name == "blockquote":
            self._quote(closing, attributes)
        elif name == "a":
            self._end_link()
            href = "" if closing else _attribute(attributes, "href")
            if _LINK.match(href) and len(href) <= _LINK_CHARACTERS:
                self._link = (href, len(self._said))
        elif not closing:
            self._said.append(_attribute(attributes, "alt")[:200])

    def _end_link(self) -> None:
        """Its address behind its text, unless that says the same."""
        if self._link is None:
            return
        (href, begin), self._link = self._link, None
        text = "".join(self._said[begin:]).strip()
        address = re.sub(r"^(?:mailto|tel|callto):", "", href, flags=re.IGNORECASE)
        same = re.sub(r"^https?://|/$", "", text) == re.sub(r"^https?://|/$", "", address)
        if text and not same and text not in (href, address):
            self._said.append(f" ({address})")
        elif not text:
            self._said.append(f" {address} " if address == href else "")

    def _quote(self, closing: bool, attributes: str) -> None:
        """A quote of another mail, by what mail programs write; others only indent with it."""
        if closing:
            if self._quotes and self._quotes.pop():
                self._said.append(f"{_BLOCK}{_HIGHER}{_BLOCK}")
            return
        style = _attribute(attributes, "style").lower()
        quoted = (
            _attribute(attributes, "type").lower() == "cite"
            or "quote" in _attribute(attributes, "class").lower()
            or ("border-left" in style and "border-left:none" not in style.replace(" ", ""))
        )
        self._quotes.append(quoted)
        if quoted:
            self._said.append(f"{_BLOCK}{_DEEPER}{_BLOCK}")


def _attribute(attributes: str, name: str) -> str:
    for said in _ATTRIBUTE.finditer(attributes):
        if said[1].lower() == name:
            value = said[2] or said[3] or said[4] or ""
            return " ".join(html.unescape(value).split())
    return ""


def _tidy(text: str) -> str:
    """One blank between words, and no more than one empty line between paragraphs."""
    kept: list[str] = []
    depth = 0
    for line in _BREAK.sub(_line_ends, text).split("\n"):
        if line in (_DEEPER, _HIGHER):
            depth += 1 if line == _DEEPER else -1
            continue
        shown = "\t".join(filter(None, (_BLANKS.sub(" ", c).strip(" ") for c in line.split("\t"))))
        shown = shown.replace(_KEPT_BLANK, " ").rstrip()
        if shown or (kept and kept[-1].strip("> ")):
            kept.append(f"{'> ' * min(depth, 5)}{shown}".rstrip())
    return "\n".join(kept).strip("\n").rstrip()


def _line_ends(run: re.Match[str]) -> str:
    ends = 2 if _PARAGRAPH in run[0] else run[0].count("\n") + (_BLOCK in run[0])
    return "\n" * min(ends, 2)
