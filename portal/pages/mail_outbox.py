"""The letters of an installation without a mail server, newest first, for staff who try it out.

They are there in full, links to sign in too: no mail server hands those over. Where a mail server
is named, or the settings do not say that they are shown, there is no such page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from sqlalchemy import ColumnElement, Engine, Row, Text, cast, or_, select

from activities.adapters.database.tables import letters
from portal.pages.auth import NotHere, Staff
from portal.pages.page_renderer import context_of, look_of

router = APIRouter()

PAGE = 50
_NUMBER_LENGTH = 64
_DIGITS = 18
"""Of the longest id a database can have."""


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """One of them; of the list `text` is left out."""

    ident: int
    to: str
    subject: str
    at: datetime
    text: str = ""


@router.get("/staff/letters")
def letters_page(request: Request, staff: Staff) -> Response:
    """A page of them: all, or those about one number."""
    engine, asked = _kept(request), request.query_params
    number = asked.get("number", "").strip()[:_NUMBER_LENGTH]
    found = latest(engine, number, _ident(asked["before"]) if asked.get("before") else None)
    return look_of(request).show(
        request,
        "staff_letters.html.j2",
        area="staff",
        staff=staff,
        letters=found[:PAGE],
        number=number,
        older=found[PAGE - 1].ident if len(found) > PAGE else None,
    )


@router.get("/staff/letters/{ident}")
def letter_page(request: Request, ident: str, staff: Staff) -> Response:
    """The text of one."""
    letter = one(_kept(request), _ident(ident))
    return look_of(request).show(
        request, "staff_letter.html.j2", area="staff", staff=staff, letter=letter
    )


def latest(engine: Engine, number: str, before: int | None) -> Sequence[KeptLetter]:
    """The newest, and one more than a page has where there are older ones."""
    kept = letters.c
    query = select(kept.id, kept.to, kept.subject, kept.at).order_by(kept.id.desc())
    if number:
        query = query.where(_about(number))
    if before is not None:
        query = query.where(kept.id < before)
    with engine.connect() as connection:
        return [_letter(row) for row in connection.execute(query.limit(PAGE + 1))]


def one(engine: Engine, ident: int) -> KeptLetter:
    """The letter of an id.

    Raises:
        NotHere: there is none.
    """
    kept = letters.c
    query = select(kept.id, kept.to, kept.subject, kept.at, kept.text).where(kept.id == ident)
    with engine.connect() as connection:
        row = connection.execute(query).one_or_none()
    if row is None:
        raise NotHere
    return _letter(row)


def _kept(request: Request) -> Engine:
    context = context_of(request)
    if not context.shows_letters:
        raise NotHere
    return context.engine


def _ident(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= _DIGITS):
        raise NotHere
    return int(text)


def _about(number: str) -> ColumnElement[bool]:
    """Letters name their numbers in headers, such as `X-Case`, with commas between several."""
    headers = cast(letters.c.headers, Text)
    ways = [f"{left}{number}{right}" for left in ('"', " ") for right in ('"', ",")]
    return or_(*(headers.contains(way, autoescape=True) for way in ways))


def _letter(row: Row[Any]) -> KeptLetter:
    said = row._mapping
    return KeptLetter(said["id"], said["to"], said["subject"], said["at"], said.get("text", ""))
