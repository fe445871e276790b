"""The interface described for programs: OpenAPI, its problems included."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal.api.problems import MEDIA_TYPE, TITLES, ProblemDocument

DESCRIPTION = """
The contract of the defect orchestrator for services without a Temporal client: the same payloads,
words and answers. Every request needs a token, this document too.

Who acts is the token's name; a payload's `actor` counts where the token has the scope `actor:any`.
Refusals are problem documents (RFC 9457) that name the field. Text for clients that promises a time
is refused.
"""

_EVERYWHERE = {
    400: "malformed",
    401: "unauthorized",
    403: "forbidden",
    408: "request-timeout",
    413: "too-large",
    422: "invalid-command",
    429: "too-many-requests",
    500: "internal",
    503: "no-answer",
}
_SECONDS = {"schema": {"type": "integer", "minimum": 1}, "description": "Seconds to wait."}
_HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": {"type": "string"}}},
    429: {"Retry-After": _SECONDS},
    503: {"Retry-After": _SECONDS},
}


def problems(
    *, with_body: bool = False, with_number: bool = False, starts: bool = False
) -> dict[int | str, Any]:
    """What may go wrong with a request, for its operation."""
    kinds = dict(_EVERYWHERE)
    if starts:
        kinds[409] = "number-used"
    if with_body:
        kinds[415] = "unsupported-media-type"
    if with_number:
        kinds[404] = "unknown-number"
    return {status: _problem(status, kind) for status, kind in sorted(kinds.items())}


def _problem(status: int, kind: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/ProblemDocument"}
    return {
        "description": TITLES[kind],
        "content": {MEDIA_TYPE: {"schema": schema}},
        **({"headers": _HEADERS[status]} if status in _HEADERS else {}),
    }


def document(app: FastAPI, prefix: str) -> dict[str, Any]:
    """The whole interface; made once."""
    if app.openapi_schema is None:
        made = get_openapi(
            title=app.title,
            version=app.version,
            description=DESCRIPTION.strip(),
            routes=app.routes,
            servers=[{"url": prefix}],
        )
        made["components"]["schemas"]["ProblemDocument"] = ProblemDocument.model_json_schema()
        app.openapi_schema = made
    return app.openapi_schema
