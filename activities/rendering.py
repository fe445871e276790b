"""Turns an effect into the letter one person gets: words from a template, facts only as values.

Each event has one template with its words, in two blocks: `subject`, one line, and `body`, plain
paragraphs separated by blank lines. Lines that start with `- ` begin the items of a list;
`{{ text | quote }}` is a paragraph of its own that shows what a person wrote, verbatim. The two
layouts, text and HTML, put the same paragraphs on paper.

A value can neither become markup or template syntax nor start a paragraph, a list or a quotation:
templates are filled before they are split, but every value is folded into one line first, and
quotations travel through the template encoded.
"""

import json
import re
import textwrap
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    UndefinedError,
    pass_context,
    select_autoescape,
)
from jinja2.runtime import Context

from activities.ports import Letter
from domain.effects import Person, TellClients, TellStaff
from domain.events import Role

TEMPLATES = Path(__file__).with_name("templates")
"""`client/<event>.j2`, `staff/<event>.j2`, what several of them say in `parts/`, two layouts."""
COLUMNS = 76
"""Where the text part wraps."""
SUBJECT_LENGTH = 120
"""Characters of a subject; a longer one ends in an ellipsis."""

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_QUOTE_OPENS, _QUOTE_CLOSES = "\x02", "\x03"
_DIRECTION_CONTROLS = dict.fromkeys((*range(0x202A, 0x202F), *range(0x2066, 0x206A)))
_ITEM = "- "
_EMPTY: tuple[object, ...] = (None, [], {})


@dataclass(frozen=True, slots=True)
class Vendor:
    """Who writes, as the policy's texts have it.

    `time_zone` (IANA) serves staff, and clients whose own zone is unknown. `signature` may have
    several lines.
    """

    name: str
    product: str
    signature: str
    time_zone: str


@dataclass(frozen=True, slots=True)
class _Reference:
    """What a message is about: `number` is the one its subject and its thread go by."""

    number: str
    cases: tuple[str, ...]
    defect: str | None
    release: str | None

    def headers(self) -> dict[str, str]:
        """The contract's `X-Case`, `X-Defect` and `X-Release`, as far as they apply."""
        values = {
            "X-Case": ", ".join(self.cases),
            "X-Defect": self.defect,
            "X-Release": self.release,
        }
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads a message, and on which side: only staff have a role, only clients a name."""

    side: Literal["client", "staff"]
    address: str
    name: str | None
    zone: ZoneInfo
    role: Role | None = None


@dataclass(frozen=True, slots=True)
class _Quote:
    """What a person wrote, and when that was sent to clients if it was before."""

    text: str
    sent: str | None


@dataclass(frozen=True, slots=True)
class _Paragraph:
    """One block of a message; a plain paragraph has one line."""

    kind: Literal["plain", "list", "quote"]
    lines: tuple[str, ...]
    sent: str | None = None


class Renderer:
    """Writes letters for `vendor`, sent from `mail_from` (an address, with or without a name).

    Raises:
        ValueError: where the vendor's zone or the sender's address is none.
    """

    def __init__(self, vendor: Vendor, mail_from: str) -> None:
        zone = _zone(vendor.time_zone)
        if zone is None:
            raise ValueError(
                f"Vendor.time_zone: {vendor.time_zone!r} is no IANA zone such as America/Chicago"
            )
        self._vendor = vendor
        self._vendor_zone = zone
        self._signature = [*vendor.signature.splitlines(), vendor.name]
        self._mail_domain = _domain(mail_from)
        # Words are plain text that knows no markup; the layouts show them, the HTML one escaped.
        self._words = _environment(finalize=_as_value)
        self._words.filters |= {"local": _local, "quote": _quote, "in_words": _in_words}
        self._layouts = _environment()
        self._layouts.filters |= {"wrap": _wrap, "behind": _behind}

    def client_letter(self, effect: TellClients, person: Person, at: datetime) -> Letter:
        """What `person` is told at `at`, in their own zone where their contact names a valid one.

        Raises:
            jinja2.UndefinedError: where a fact the words need is missing or empty.
            ValueError: where an instant among the facts is none.
        """
        contact = person.contact
        zone = _zone(contact.time_zone) if contact.time_zone else None
        return self._letter(
            effect,
            _reference(effect, tuple(person.cases)),
            _Reader("client", contact.email, contact.name, zone or self._vendor_zone),
            at,
        )

    def staff_letter(self, effect: TellStaff, address: str, at: datetime) -> Letter:
        """What one of the vendor's own addresses is told at `at`, in the vendor's zone.

        Raises:
            jinja2.UndefinedError: where a fact the words need is missing or empty.
            ValueError: where an instant among the facts is none.
        """
        return self._letter(
            effect,
            _reference(effect, (effect.case,) if effect.case else ()),
            _Reader("staff", address, None, self._vendor_zone, effect.role),
            at,
        )

    def _letter(
        self, effect: TellClients | TellStaff, about: _Reference, reader: _Reader, at: datetime
    ) -> Letter:
        values = _present(effect.facts) | {
            "kind": effect.kind.value,
            "about": about,
            "number": about.number,
            "reader": reader,
            "vendor": self._vendor,
        }
        event = self._words.get_template(f"{reader.side}/{effect.kind}.j2")
        message = event.new_context(values)
        subject = _clipped(_as_value("".join(event.blocks["subject"](message))))
        body = "".join(event.blocks["body"](message))
        opening = self._part(f"{reader.side}_opening", values)
        paper = {
            "subject": subject,
            "paragraphs": [*_paragraphs(opening), *_paragraphs(body)],
            "signature": self._signature if reader.side == "client" else [],
            "rows": _rows(self._part(f"{reader.side}_reference", values)),
            "sent": local_time(at, reader.zone),
        }
        thread = self._message_id("thread", about.number, reader.address)
        return Letter(
            message_id=self._message_id("message", effect.key, reader.address),
            to=reader.address,
            to_name=reader.name,
            subject=subject,
            text=self._layouts.get_template("layout.txt.j2").render(paper),
            html=self._layouts.get_template("layout.html.j2").render(paper),
            headers={
                "X-Event": effect.kind.value,
                **about.headers(),
                "Auto-Submitted": "auto-generated",
                "References": thread,
                "In-Reply-To": thread,
            },
            at=at,
        )

    def _part(self, name: str, values: Mapping[str, Any]) -> str:
        return self._words.get_template(f"parts/{name}.j2").render(values)

    def _message_id(self, purpose: str, subject: str, recipient: str) -> str:
        """The same for ever for the same recipient, however their address is capitalised."""
        seed = json.dumps([purpose, subject, recipient.lower()])
        return f"<{sha256(seed.encode()).hexdigest()[:40]}@{self._mail_domain}>"


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """An instant as the people of `zone` say it, for example:

    `Friday 20 November 2026, 16:05 CST (America/Chicago)`.

    Raises:
        ValueError: where `at` has no zone of its own.
    """
    if at.tzinfo is None:
        raise ValueError(f"{at.isoformat()} carries no time zone, for example Z")
    there = at.astimezone(zone)
    day = f"{_WEEKDAYS[there.weekday()]} {there.day} {_MONTHS[there.month - 1]} {there.year}"
    # Where a zone has no abbreviation of its own, tzname() is the bare offset.
    abbreviation = there.tzname() or ""
    name = f"UTC{abbreviation}" if abbreviation[:1] in {"+", "-"} else abbreviation
    named = name if name == zone.key else f"{name} ({zone.key})"
    return f"{day}, {there.hour:02}:{there.minute:02} {named}"


# --- facts ---------------------------------------------------------------------------------------


def _reference(effect: TellClients | TellStaff, cases: tuple[str, ...]) -> _Reference:
    """The numbers the effect names; what it leaves out follows from the kind of its entity."""
    about = effect.kind.partition(".")[0]
    defect = effect.defect or (effect.entity if about == "defect" else None)
    return _Reference(
        number=defect if defect and about == "defect" else effect.entity,
        cases=cases or ((effect.entity,) if about == "case" else ()),
        defect=defect,
        release=effect.release,
    )


def _present(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts that say something: null, blank and empty ones count as missing, at every depth."""
    stripped = {
        name: _present(value) if isinstance(value, Mapping) else value
        for name, value in facts.items()
        if not (isinstance(value, str) and not value.strip())
    }
    return {name: value for name, value in stripped.items() if value not in _EMPTY}


@lru_cache(maxsize=256)
def _zone(name: str) -> ZoneInfo | None:
    """The zone of that IANA name, or None: the name may be anything a client typed."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: a directory such as "America"
        return None


def _domain(mail_from: str) -> str:
    """The domain of the sender, where the ids of its messages are unique."""
    _, address = parseaddr(mail_from)
    local, _, domain = address.rpartition("@")
    if not (local and domain):
        raise ValueError(
            f"DEFECTS_MAIL_FROM: {mail_from!r} is no address such as support@vendor.example"
        )
    return domain.encode("idna").decode()


# --- words ---------------------------------------------------------------------------------------


def _environment(**options: Any) -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html.j2"]),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        **options,
    )


def _as_value(value: object) -> str:
    """What `{{ … }}` leaves in a message: one line without control characters, or a quotation."""
    if isinstance(value, _Quote):
        encoded = json.dumps([value.text, value.sent])
        return f"\n\n{_QUOTE_OPENS}{encoded}{_QUOTE_CLOSES}\n\n"
    if value is None or isinstance(value, Mapping | list | tuple):
        raise UndefinedError(f"{type(value).__name__} stands where the words need a text")
    visible = "".join(_visible(character, " ") for character in str(value))
    line = " ".join(visible.translate(_DIRECTION_CONTROLS).split())
    return re.sub(rf"^(?:{_ITEM})+", "", line)


def _visible(character: str, instead: str) -> str:
    """The character, or what stands for one that controls rather than shows."""
    category = unicodedata.category(character)
    if category == "Cs":  # half a surrogate pair: no encoding can carry it
        return "\N{REPLACEMENT CHARACTER}"
    return instead if category in {"Cc", "Zl", "Zp"} else character


def _clipped(subject: str) -> str:
    if len(subject) <= SUBJECT_LENGTH:
        return subject
    return subject[: SUBJECT_LENGTH - 1].rstrip() + "…"


def _paragraphs(body: str) -> Iterator[_Paragraph]:
    for block in re.split(r"\n\s*\n", body.strip()):
        words = " ".join(block.split())
        if block.startswith(_QUOTE_OPENS):
            text, sent = json.loads(block.strip(_QUOTE_OPENS + _QUOTE_CLOSES))
            yield _Paragraph("quote", tuple(_verbatim(text)), sent)
        elif block.startswith(_ITEM):
            items = re.split(rf"^{_ITEM}", block, flags=re.MULTILINE)[1:]
            yield _Paragraph("list", tuple(" ".join(item.split()) for item in items))
        elif words:
            yield _Paragraph("plain", (words,))


def _verbatim(text: str) -> Iterator[str]:
    """The lines of a text as they were written; what would steer a terminal is made visible."""
    for line in text.strip().splitlines():
        yield "".join(_visible(c, "\N{REPLACEMENT CHARACTER}") for c in line.expandtabs(4))


def _rows(reference: str) -> list[tuple[str, str]]:
    """Label and value of each line `Label: value`."""
    lines = filter(None, map(str.strip, reference.split("\n")))
    return [(label, value) for label, _, value in (line.partition(": ") for line in lines)]


# --- filters -------------------------------------------------------------------------------------


@pass_context
def _local(context: Context, instant: object) -> str:
    """`{{ instant | local }}`: an instant, ISO 8601 with a zone, as the recipient's clock says."""
    reader: _Reader = context["reader"]
    return local_time(datetime.fromisoformat(str(instant)), reader.zone)


def _quote(text: object, sent: str | None = None) -> _Quote:
    """`{{ text | quote }}`: a paragraph of its own that shows what a person wrote."""
    return _Quote(str(text), sent)


def _in_words(numbers: Sequence[str]) -> str:
    """`{{ numbers | in_words }}`: `A`, `A and B`, `A, B and C`."""
    *others, last = numbers
    return f"{', '.join(others)} and {last}" if others else last


def _wrap(text: str, first: str = "", rest: str = "") -> str:
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


def _behind(lines: Sequence[str], mark: str) -> str:
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
