"""What went wrong, as RFC 9457 has it: one document for every refusal, naming the field."""

import re
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import Scope

from domain.contract.parsing import InvalidCommand
from portal.bounds import CLOSE, NotArrived
from portal.refusals import refused as refused_for

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The field of a request that is a repeat of another one."""
MEDIA_TYPE = "application/problem+json"
_JSON = "application/json"
RETRY_AFTER = 5
"""Seconds after which to try again where Temporal, a worker or the database did not answer."""
QUEUE_FULL_FOR = 300
"""Seconds after which a queue that was full may have moved."""
_FIELD = re.compile(r"([\w.-]+): (.*)", re.DOTALL)


class ProblemDocument(BaseModel):
    """Why a request was refused or could not be answered (RFC 9457)."""

    type: str = Field(description="What kind of problem; branch on this.")
    title: str
    status: int
    detail: str
    field: str | None = Field(default=None, description="The field to change, where it is one.")


class Problem(Exception):  # noqa: N818 - it is an answer
    """A request that ends here."""

    def __init__(
        self,
        status: int,
        kind: str,
        detail: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})

    def response(self) -> JSONResponse:
        """The document."""
        document = ProblemDocument(
            type=f"urn:defects:problem:{self.kind}",
            title=TITLES[self.kind],
            status=self.status,
            detail=self.detail,
            field=self.field,
        )
        return JSONResponse(
            document.model_dump(exclude_none=True), self.status, self.headers, MEDIA_TYPE
        )


TITLES = {
    "malformed": "The request cannot be read",
    "unauthorized": "The request needs a valid token",
    "forbidden": "The token does not allow this",
    "unknown-number": "This installation has no such number",
    "not-found": "The address does not exist",
    "method-not-allowed": "The address does not take this method",
    "request-timeout": "The request did not arrive in time",
    "too-large": "The request is too large",
    "unsupported-media-type": "The content has a type that is not accepted",
    "invalid-command": "The request cannot be applied",
    "number-used": "The number was used before",
    "number-taken": "The number is that of something else",
    "key-reused": "The idempotency key was used for another request",
    "too-many-requests": "Too many requests",
    "internal": "An unexpected error",
    "no-answer": "The service does not answer at present",
}
"""Every kind of problem, which callers branch on, and its title, which people read."""

_OF_HTTP = {404: "not-found", 405: "method-not-allowed", 415: "unsupported-media-type"}


def refused(error: InvalidCommand) -> Problem:
    """The contract refused a message: its field and reason."""
    return Problem(422, "invalid-command", error.reason, field=error.field)


def refused_in_words(words: str) -> Problem:
    """The same from the words of an answer: `field: reason`."""
    said = _FIELD.fullmatch(words)
    if said is None:
        return Problem(422, "invalid-command", words)
    return Problem(422, "invalid-command", said[2], field=said[1])


def queue_full(words: str) -> Problem:
    """Too much of the number waits: the same request can be applied later."""
    advice = {"Retry-After": str(QUEUE_FULL_FOR)}
    return Problem(429, "too-many-requests", words, headers=advice)


def number_used(words: str) -> Problem:
    """What had the number is closed or gone: `field: reason`."""
    problem = refused_in_words(words)
    return Problem(409, "number-used", problem.detail, field=problem.field)


def number_taken(number: str) -> Problem:
    """Something runs under the number that this start did not begin."""
    words = f"{number} runs already, and began otherwise; take another number"
    return Problem(409, "number-taken", words, field="number")


def unknown_number(number: str, kind: str) -> Problem:
    """Nothing of that kind has the number, as far as the caller need know."""
    return Problem(404, "unknown-number", f"there is no {kind} {number}", field="number")


def no_answer(detail: str) -> Problem:
    """Temporal, its workers or the database are away."""
    return Problem(503, "no-answer", detail, headers={"Retry-After": str(RETRY_AFTER)})


def not_arrived(error: NotArrived, scope: Scope, most: int, seconds: float) -> Problem:
    """A body that is not there: what the limits are, of which a refusal is on record."""
    if error.why == "gone":
        return Problem(400, "malformed", "the connection ended")
    refused_for(error.why, scope)
    if error.why == "malformed":
        return Problem(400, "malformed", "Content-Length is not a number")
    if error.why == "too_slow":
        return Problem(408, "request-timeout", f"send it within {seconds:g} seconds", headers=CLOSE)
    return Problem(413, "too-large", f"at most {most} bytes", headers=CLOSE)


def internal() -> Problem:
    """What happened is in the log, and the answer says nothing of it."""
    return Problem(500, "internal", "the log of the portal has the cause")


def install(app: FastAPI) -> None:
    """Let every error of an application end as a problem document."""
    app.add_exception_handler(Problem, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)


async def _of_ours(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this type
    return error.response()


async def _of_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this type
    kind = _OF_HTTP.get(error.status_code, "malformed")
    headers = {"Allow": ", ".join(_methods(request))} if error.status_code == 405 else error.headers
    return Problem(error.status_code, kind, TITLES[kind].lower(), headers=headers).response()


def _methods(request: Request) -> list[str]:
    """What the address takes: the framework names the methods of one of its routes only."""
    path = request.url.path.removeprefix(request.scope.get("root_path", ""))
    taken = [
        route.methods or set()
        for route in iter_route_contexts(request.app.routes)
        if route.path_regex.match(path)
    ]
    return sorted(set().union(*taken))


async def _of_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this type
    first = error.errors()[0]
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if first["loc"][0] == "body" and isinstance(error.body, bytes) and said != _JSON:
        return Problem(415, "unsupported-media-type", f"must be {_JSON}").response()
    return _invalid(first).response()


def _invalid(first: Mapping[str, Any]) -> Problem:
    """The first thing that is wrong, without the value, which may be client text."""
    place, *names = first["loc"]
    cause = first.get("ctx", {}).get("error")
    if isinstance(cause, InvalidCommand):
        return refused(cause)
    if first["type"] == "json_invalid":
        return Problem(400, "malformed", "the body is not JSON")
    if place == "body" and not names:
        return refused(InvalidCommand("payload", "must be one JSON object"))
    reasons = {"missing": "is required", "extra_forbidden": "is not a parameter of this request"}
    reason = reasons.get(first["type"], first["msg"].removeprefix("Value error, "))
    return refused(InvalidCommand(".".join(map(str, names)) or place, reason))
