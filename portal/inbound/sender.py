"""Who wrote a mail: the one address in angle brackets, as mail systems and DMARC checkers see it.

The parser of the standard library takes the first thing that looks like an address, also of a
name. So where addresses stand is found here, and a name is never taken for one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum, auto

from domain.addresses import refuse_unusable_address
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Contact
from portal.inbound import charsets
from portal.inbound.parts import VALUE_CHARACTERS, words

_NAME_CHARACTERS = 200
_ONE = "must be one address such as name@example.org"
_AT = "[@\uff20\ufe6b]"
"""Also the wide and the small one, which look alike."""
_LOOKS_LIKE_ADDRESS = re.compile(rf"[^\s@]{_AT}[^\s@]|{_AT}\s*[^\s@]+\.[^\s@]")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_BRACKETED = re.compile(r'<(?>[^<>"]|"(?:[^"\\]|\\.)*+"|")*+(?:>|\Z)', re.DOTALL)
_COMMENT_MARK = re.compile(r"\\.|[()]", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class Refused(ValueError):  # noqa: N818 - says what is wrong
    """No one address; the message is what the header must be."""


def sender_of(values: list[str]) -> Contact:
    """The author of a mail, by all its `From` headers.

    Raises:
        Refused: there is not exactly one address, or nobody can be written to there.
    """
    if not values:
        raise Refused(f"is missing, and {_ONE}")
    if len(values) > 1:
        raise Refused(f"stands {len(values)} times, and {_ONE}")
    if len(values[0]) > VALUE_CHARACTERS:
        raise Refused(f"must have at most {VALUE_CHARACTERS} characters")
    address, name = _mailbox(values[0])
    # Who is called like an address would be taken for whoever has it.
    name = "" if _LOOKS_LIKE_ADDRESS.search(name) else name
    contact = {"email": address, "name": name or None}
    try:
        refuse_unusable_address("email", address)
        return parse(Contact, contact)
    except InvalidCommand:
        raise Refused(_ONE) from None


def name_in(value: str) -> str:
    """What a sender is called, be there an address or not."""
    name = _name(list(_tokens(value)))
    return "" if _LOOKS_LIKE_ADDRESS.search(name) else name


class _Kind(Enum):
    TEXT = auto()
    QUOTED = auto()
    COMMENT = auto()
    ADDRESS = auto()
    """In angle brackets, or nothing in them."""
    SEPARATOR = auto()


_Token = tuple[_Kind, str]


def _mailbox(value: str) -> tuple[str, str]:
    """Address and name.

    What stands between commas beside the one address in brackets is a name ("Byron, Ada <…>"),
    unless it is an address as well.
    """
    tokens = list(_tokens(value))
    addresses = [text for kind, text in tokens if kind is _Kind.ADDRESS]
    if len(addresses) > 1 or (addresses and _another_address(tokens)):
        raise Refused(f"names more than one address, and {_ONE}")
    if addresses:
        return _bare(addresses[0]), _name(tokens)
    said = [(kind, text) for kind, text in tokens if kind is not _Kind.COMMENT]
    alone = [text for text in _between_separators(said) if text]
    if sum("@" in text for text in alone) > 1:
        raise Refused(f"names more than one address, and {_ONE}")
    if len(alone) != 1 or ":" in alone[0]:
        raise Refused(_ONE)
    if _LOOKS_LIKE_ADDRESS.search(alone[0]) and len(alone[0].split()) > 1:
        raise Refused(f"names more than an address, and {_ONE}")
    return _bare(alone[0]), _readable(_comments(tokens))


def _another_address(tokens: list[_Token]) -> bool:
    """Whether an address stands between other commas, or behind the one in brackets."""
    at = next(n for n, (kind, _) in enumerate(tokens) if kind is _Kind.ADDRESS)
    begin = max((n for n in range(at) if tokens[n][0] is _Kind.SEPARATOR), default=0)
    beside = [token for token in [*tokens[:begin], *tokens[at + 1 :]] if token[0] in _SAID]
    return any(_LOOKS_LIKE_ADDRESS.search(text) for text in _between_separators(beside))


_SAID = {_Kind.TEXT, _Kind.SEPARATOR}


def _between_separators(tokens: Sequence[_Token]) -> list[str]:
    texts = [""]
    for kind, text in tokens:
        if kind is _Kind.SEPARATOR:
            texts.append("")
        else:
            texts[-1] += text
    return [text.strip() for text in texts]


def _tokens(value: str) -> Iterator[_Token]:
    """In one pass: what is never closed is a letter like others."""
    comments = _comments_in(value)
    at = plain = 0
    while at < len(value):
        kind, end = _KINDS.get(value[at], _Kind.TEXT), at + 1
        if kind not in _SAID:
            end = _closed(value, at, comments)
        inside = value[at + 1 : end].removesuffix(">").strip()
        no_address = kind is _Kind.ADDRESS and inside and "@" not in inside
        if kind is _Kind.TEXT or end == at or no_address:
            at = max(end, at + 1)
            continue
        if value[plain:at]:
            yield _Kind.TEXT, value[plain:at]
        yield kind, inside if kind is _Kind.ADDRESS else value[at:end]
        at = plain = end
    if value[plain:]:
        yield _Kind.TEXT, value[plain:]


_KINDS = {
    '"': _Kind.QUOTED,
    "(": _Kind.COMMENT,
    "<": _Kind.ADDRESS,
    ",": _Kind.SEPARATOR,
    ";": _Kind.SEPARATOR,
}


def _closed(value: str, begin: int, comments: Mapping[int, int]) -> int:
    """Behind what begins here; `begin` where it is never closed."""
    if value[begin] == "(":
        return comments.get(begin, begin)
    found = (_BRACKETED if value[begin] == "<" else _QUOTED).match(value, begin)
    return found.end() if found else begin


def _comments_in(value: str) -> dict[int, int]:
    """Where each comment begins and ends, as they lie in each other."""
    found: dict[int, int] = {}
    begun: list[int] = []
    for mark in _COMMENT_MARK.finditer(value):
        if mark[0] == "(":
            begun.append(mark.start())
        elif mark[0] == ")" and begun:
            found[begun.pop()] = mark.end()
    return found


def _bare(address: str) -> str:
    """Without comments, and the apostrophes that address books put around it."""
    said = [text for kind, text in _tokens(address.replace("<", " ")) if kind is not _Kind.COMMENT]
    bare = "".join(said).strip()
    apostrophes = len(bare) > 2 and bare[0] == bare[-1] == "'"
    return bare[1:-1].strip() if apostrophes else bare


def _name(tokens: list[_Token]) -> str:
    """All beside address and comments; else the first comment, as was usual once."""
    said = [
        _ESCAPED.sub(r"\1", text[1:-1]) if kind is _Kind.QUOTED else text
        for kind, text in tokens
        if kind not in {_Kind.ADDRESS, _Kind.COMMENT}
    ]
    return _readable("".join(said).strip(' ,;"')) or _readable(_comments(tokens))


def _comments(tokens: list[_Token]) -> str:
    return next((text[1:-1] for kind, text in tokens if kind is _Kind.COMMENT), "")


def _readable(name: str) -> str:
    said = " ".join(charsets.cleaned(words(name), lines=False).split())
    if len(said) > 2 and said[0] == said[-1] and said[0] in "'\"":
        said = said[1:-1].strip()
    return said[:_NAME_CHARACTERS] if said != "<>" else ""
