"""Answers `/decode` and `/encode` of Temporal's codec protocol, and puts every answer on record.

Encoding is there because the tools want it: with a codec server set, the command line and the UI
have the input of a signal or a start encrypted by it, and send none where they cannot. Without one
they send it in clear, and there it would stay for as long as the history is kept.
"""

import re
from collections.abc import Sequence
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from sqlalchemy.exc import DBAPIError
from temporalio.api.common.v1 import Payload

from portal.api import problems
from portal.api.problems import Problem, internal, no_answer, not_arrived
from portal.bounds import NotArrived, arrived
from portal.codec.callers import Caller, Callers, Known, address
from portal.codec.origins import Origins, allowed_origins
from portal.codec.payloads import opened, read, written
from portal.codec.place import Limits, Place
from portal.security import SecureHeaders, is_https
from runtime.codec import KeyRingCodec

log = structlog.get_logger(__name__)

_JSON = "application/json"
_NAMESPACE = re.compile(r"[A-Za-z0-9._-]{1,255}")


def create_codec_server(place: Place) -> FastAPI:
    """The application; only the end of an address counts, as the protocol has it."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.place = place
    app.state.callers = Callers(place)
    app.state.codec = KeyRingCodec(place.settings.encryption_keys)
    problems.install(app)
    app.add_exception_handler(DBAPIError, _no_database)
    app.add_exception_handler(Exception, _unforeseen)
    for path, endpoint in (("/decode", decode), ("/encode", encode)):
        app.add_api_route(path, endpoint, methods=["POST"])
        app.add_api_route("/{before:path}" + path, endpoint, methods=["POST"])
    app.add_middleware(Origins, allowed=allowed_origins(place.settings))
    app.add_middleware(SecureHeaders, https=is_https(place.settings))
    return app


async def decode(request: Request, caller: Known) -> Response:
    """Payloads in clear; in the place of one that cannot be read, a word that says why."""
    found = await opened(request.app.state.codec, await _payloads(request))
    _audit(
        "codec.decoded",
        request,
        caller,
        payloads=len(found.payloads),
        keys=found.keys,
        lacking=found.lacking,
        altered=found.altered,
    )
    return _answer(found.payloads)


async def encode(request: Request, caller: Known) -> Response:
    """Payloads under the first key."""
    place: Place = request.app.state.place
    payloads = await request.app.state.codec.encode(await _payloads(request))
    key = place.settings.encryption_keys.first
    _audit("codec.encoded", request, caller, payloads=len(payloads), keys=[key])
    return _answer(payloads)


def _audit(event: str, request: Request, caller: Caller, **of_it: Any) -> None:
    """Who, where, how much and which keys; never what."""
    namespace = request.headers.get("x-namespace", "")
    log.info(
        event,
        token=caller.token.id,
        actor=caller.token.name,
        by=caller.by,
        namespace=namespace if _NAMESPACE.fullmatch(namespace) else None,
        address=address(request),
        **of_it,
    )


def _answer(payloads: Sequence[Payload]) -> Response:
    return Response(written(payloads), media_type=_JSON)


async def _payloads(request: Request) -> Sequence[Payload]:
    # Of no other type: a browser sends that one across origins only after it has asked.
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _JSON:
        raise Problem(415, "unsupported-media-type", f"must be {_JSON}")
    limits: Limits = request.app.state.place.limits
    most, seconds = limits.body_bytes, limits.arrival_seconds
    try:
        body = await arrived(request.scope, request.receive, most, seconds)
    except NotArrived as error:
        raise not_arrived(error, request.scope, most, seconds) from None
    return read(body, limits.payloads)


async def _no_database(_request: Request, error: Exception) -> Response:
    assert isinstance(error, DBAPIError)  # noqa: S101 - registered for this type
    log.warning("codec.no_database", error=type(error.orig).__name__)
    return no_answer("the database does not answer").response()


async def _unforeseen(_request: Request, _error: Exception) -> Response:
    """The server writes the error to the log."""
    return internal().response()
