"""Reads what a browser sends with a form, once it is sure that the form was ours."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import Annotated

from fastapi import Depends, Request

from domain.contract.parsing import InvalidCommand
from portal.pages.local_time import Times, instant
from portal.pages.page_renderer import look_of
from portal.security import TOKEN_FIELD, FormGuard, from_another_site
from runtime.client import CommandRefused, NoSuchNumber
from runtime.connection import NoServer

MOST_BYTES = 2_000_000
"""Of a whole form: five texts of 20,000 characters, each of them escaped, fit in."""
MOST_FIELDS = 50
_FORM = "application/x-www-form-urlencoded"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)")


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
    form = await harmless_form(request)
    guard = FormGuard(look_of(request).cookies, request)
    if not guard.knows(form.text(TOKEN_FIELD)):
        raise FormRefused(403, "too_old")
    return form


async def harmless_form(request: Request) -> Form:
    """A form that carries no token, so that its page needs no cookie.

    Raises:
        FormRefused: another site made the browser send it, it is too large, or no form.
    """
    if from_another_site(request.headers):
        raise FormRefused(403, "another_site")
    if request.headers.get("content-type", "").partition(";")[0].strip() != _FORM:
        raise FormRefused(415, "no_form")
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise FormRefused(411, "no_length")
    if int(length) > MOST_BYTES:
        raise FormRefused(413, "too_large")
    async with request.form(max_files=0, max_fields=MOST_FIELDS) as sent:
        typed = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
    return Form({name: value.replace("\r\n", "\n") for name, value in typed.items()})


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

    def at(self, name: str) -> str | None:
        """What is wrong with a field."""
        return self.message if self.field == name else None


NO_TROUBLE = Trouble("", "")


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
    said = _INSTANT.sub(lambda found: times.moment(instant(found[0])), reason)
    sentence = said[:1].upper() + said[1:].rstrip(".") + "."
    return Trouble(form, words.refused(form, named, sentence), named, typed.fields)
