"""Reads what a browser sends with a form, once it is sure that the form was ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request

from domain.contract.parsing import InvalidCommand
from portal.bounds import NotArrived, arrived
from portal.pages.local_time import Times, instant
from portal.pages.page_renderer import look_of
from portal.security import TOKEN_FIELD, FormGuard, from_another_site
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

MOST_BYTES = 2_000_000
"""Of a whole form: five texts of 20,000 characters, each of them escaped, fit in."""
HARMLESS_BYTES = 4_000
MOST_FIELDS = 50
ARRIVAL_SECONDS = 20.0
"""Within which a whole form must have arrived."""
_FORM = "application/x-www-form-urlencoded"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")


_STATUS = {"too_large": 413, "too_slow": 408, "malformed": 400, "gone": 400}


class FormRefused(Exception):  # noqa: N818 - it is an answer
    """A form that cannot be taken: not from our page, too large, or no form.

    `reason` is the key of its words, within `problem`.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed, without blanks around it."""

    fields: Mapping[str, str] = made_by(default_factory=dict)

    def text(self, name: str) -> str:
        """A field; nothing typed and no such field are the same."""
        return self.fields.get(name, "")

    def given(self, *names: str) -> dict[str, str]:
        """The fields of these names that say something."""
        return {name: text for name in names if (text := self.text(name))}


async def our_form(request: Request) -> Form:
    """The form of one of our own pages.

    Raises:
        FormRefused: another site made the browser send it, or it is no form of ours.
    """
    guard = FormGuard(look_of(request).cookies, request)
    if not guard.can_know_any:
        # Whoever has never been here sent it: not worth reading.
        raise FormRefused(403, "another_site" if from_another_site(request.headers) else "too_old")
    form = await _arrived(request, MOST_BYTES)
    if not guard.knows(form.text(TOKEN_FIELD)):
        raise FormRefused(403, "too_old")
    return form


async def harmless_form(request: Request) -> Form:
    """A short form that carries no token, so that its page needs no cookie.

    Raises:
        FormRefused: another site made the browser send it, it is too large, or no form.
    """
    return await _arrived(request, HARMLESS_BYTES)


async def _arrived(request: Request, most: int) -> Form:
    if from_another_site(request.headers):
        raise FormRefused(403, "another_site")
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise FormRefused(415, "no_form")
    try:
        body = await arrived(request.scope, request.receive, most, ARRIVAL_SECONDS)
        sent = parse_qsl(body.decode("latin-1"), max_num_fields=MOST_FIELDS)
    except NotArrived as error:
        raise FormRefused(_STATUS[error.why], error.why) from None
    except ValueError:
        raise FormRefused(413, "too_large") from None
    return Form({name: value.strip().replace("\r\n", "\n") for name, value in sent})


OurForm = Annotated[Form, Depends(our_form)]
HarmlessForm = Annotated[Form, Depends(harmless_form)]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a form was not taken: said at its top, and at the field where there is one."""

    form: str
    message: str
    field: str | None = None
    typed: Mapping[str, str] = made_by(default_factory=dict)
    status: int = 422
    """Of the page that says so."""

    def at(self, name: str) -> str | None:
        """What is wrong with a field."""
        return self.message if self.field == name else None


NO_TROUBLE = Trouble("", "", status=200)


def trouble_of(
    problem: CommandRefused | NoSuchNumber | NoServer | InvalidCommand,
    form: str,
    typed: Form,
    times: Times,
) -> Trouble:
    """The answer of the contract as a client reads it: their clock, their words.

    For most fields it has words of its own: the contract's are for staff, and may name others.
    """
    words = times.words
    if isinstance(problem, NoServer):
        return Trouble(form, words.plain("refused.away"), None, typed.fields, 503)
    if isinstance(problem, NoSuchNumber):
        return Trouble(form, words.plain("refused.closed"), None, typed.fields)
    named, _, reason = str(problem).partition(": ")
    if named == "key":
        return Trouble(form, words.plain("refused.sent_before"), None, typed.fields)
    said = _INSTANT.sub(lambda found: times.moment(instant(found[0])), reason)
    sentence = said[:1].upper() + said[1:].rstrip(".") + "."
    return Trouble(form, words.refused(form, named, sentence), named, typed.fields)
