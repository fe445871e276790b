"""How an e-mail address is written: for the mail system, for comparing, and which are refused.

Domains are those of IDNA 2008 (RFC 5891): `straße.example` and `strasse.example` may belong to two
people, so no letter becomes another. What people type is mapped as RFC 5895 says, that is case,
width and composed letters. Browsers map more (UTS 46) and show where they went; a letter does not
come back, so a double-struck C, which they take for a c, is refused instead.

The tables of letters grow with each version of Unicode: addresses are judged where they come in and
where mail goes out, never in a replay, which would judge a history by tables it could not know.
"""

import unicodedata
from collections.abc import Iterator
from contextlib import suppress

import idna

from domain.contract.parsing import InvalidCommand
from domain.contract.values import Contact, Message

_A_LABEL = "xn--"
_DOMAIN_CHARACTERS = 253
_LABEL_CHARACTERS = 63


def ascii_domain(domain: str) -> str:
    """The domain as mail systems know it: `xn--strae-oqa.example`; a plain ASCII one as it is.

    Raises:
        ValueError: no domain is written so.
    """
    if not _is_plain(domain):
        return idna.encode(_mapped(domain)).decode("ascii")
    labels = domain.removesuffix(".").split(".")
    if len(domain) > _DOMAIN_CHARACTERS or not all(0 < len(x) <= _LABEL_CHARACTERS for x in labels):
        raise ValueError("a domain has labels of 1 to 63 characters, 253 in all")
    return domain


def readable(address: str) -> str:
    """The address with its domain in letters, `straße.example`, however that was written.

    One of a plain ASCII domain stays as it is, and so does what is no domain.
    """
    local, at, domain = address.rpartition("@")
    if _is_plain(domain):
        return address
    try:
        return f"{local}{at}{idna.decode(ascii_domain(domain))}"
    except ValueError:
        return address


def recipient_key(address: str) -> str:
    """What two spellings of one address have in common: so no recipient is notified twice."""
    return readable(address).lower()


def spellings(address: str) -> tuple[str, ...]:
    """The keys under which an address may be on record: the present one first.

    Earlier versions kept addresses as they were written, in lower case.
    """
    local, at, domain = address.rpartition("@")
    known = [recipient_key(address), address.lower()]
    with suppress(ValueError):
        known.append(f"{local}{at}{ascii_domain(domain)}".lower())
    return tuple(dict.fromkeys(known))


def refuse_unusable_addresses(message: Message) -> None:
    """Refuse a message with the address of a person that no mail can be sent to.

    Raises:
        InvalidCommand: naming the field, `contact.email`.
    """
    for field, contact in _contacts(message):
        if contact.email is not None:
            refuse_unusable_address(f"{field}.email", contact.email)


def refuse_unusable_address(field: str, address: str) -> None:
    """The same for one address.

    Raises:
        InvalidCommand: naming `field`; the address itself is not quoted.
    """
    try:
        ascii_domain(address.rpartition("@")[2])
    except ValueError:
        raise InvalidCommand(
            field,
            "its domain is none that mail can be sent to (IDNA 2008): write it in its own letters,"
            " such as straße.example, or as xn--strae-oqa.example",
        ) from None


def _is_plain(domain: str) -> bool:
    """Whether it is ASCII through and through: its letters stand for themselves."""
    return domain.isascii() and not any(
        label.startswith(_A_LABEL) for label in domain.lower().split(".")
    )


def _mapped(domain: str) -> str:
    """RFC 5895: in lower case, of usual width, composed. Letter by letter: no Σ becomes a ς.

    The dots of East Asian scripts are dots to `idna`.
    """
    return unicodedata.normalize("NFC", "".join(_of_usual_width(c).lower() for c in domain))


def _of_usual_width(letter: str) -> str:
    kind, _, code = unicodedata.decomposition(letter).partition(" ")
    return chr(int(code, 16)) if kind in {"<wide>", "<narrow>"} else letter


def _contacts(message: Message) -> Iterator[tuple[str, Contact]]:
    """The people a message names, with the fields they stand in: `cases.0.contact`."""
    for name, value in message:
        for field, part in _parts(name, value):
            if isinstance(part, Contact):
                yield field, part
            elif isinstance(part, Message):
                yield from ((f"{field}.{inner}", found) for inner, found in _contacts(part))


def _parts(name: str, value: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, list):
        yield from ((f"{name}.{position}", part) for position, part in enumerate(value))
    else:
        yield name, value
