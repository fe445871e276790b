"""The page of the HTTP interface, from its own OpenAPI description."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import FastAPI

from portal.api import mail
from portal.api.application import VERSION
from portal.api.contract import KINDS
from portal.api.documents import document
from portal.api.endpoints import PREFIX, router
from portal.api.problems import TITLES
from portal.api.security import Scope
from tools.docs.meanings import of_name
from tools.docs.tables import code, codes, page, prose, table

_METHODS = ("get", "post", "put", "patch", "delete")


def openapi() -> dict[str, Any]:
    """The description as the portal serves it."""
    api = FastAPI(title="Defect orchestrator", version=VERSION)
    for kind in KINDS:
        api.include_router(router(kind))
    api.include_router(mail.router)
    return document(api, PREFIX)


def openapi_json() -> str:
    """The same as a file for programs."""
    return json.dumps(openapi(), indent=1)


def http_page() -> str:
    """Every request with its scope, parameters, body and answers."""
    described = openapi()
    return page(
        "HTTP interface",
        f"Everything is under `{PREFIX}` of the portal and needs a token. The whole description "
        "for programs: [openapi.json](openapi.json). What holds for all requests, limits and "
        "idempotency keys among it, is in [the contract](../contract.md#http); the fields of each "
        "body are those of [the message](messages.md), and `actor` may be left out.",
        *(
            part
            for path, methods in described["paths"].items()
            for method in _METHODS
            if method in methods
            for part in _operation(method, path, methods[method])
        ),
        "## Scopes",
        table(("scope", "good for"), ((code(s), of_name(s, "Scopes")) for s in Scope)),
        "## Problems",
        table(("type", "title"), ((code(kind), title) for kind, title in TITLES.items())),
    )


def _operation(method: str, path: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield f"## `{method.upper()} {path}`"
    yield prose(said.get("summary", "")) + " " + prose(said.get("description"))
    scopes = [scope for way in said.get("security", []) for each in way.values() for scope in each]
    body = said.get("requestBody", {}).get("content", {})
    facts = [("scope", codes(scopes))] if scopes else []
    facts += [("body", _schema(kind, content)) for kind, content in body.items()]
    facts.append(("answers", codes(said["responses"])))
    yield table(("", ""), facts)
    if parameters := said.get("parameters"):
        rows = (
            (code(p["name"]), p["in"], "required" if p.get("required") else "", _about(p))
            for p in parameters
        )
        yield table(("parameter", "in", "", "meaning"), rows)


def _schema(kind: str, content: Mapping[str, Any]) -> str:
    reference = content.get("schema", {}).get("$ref", "")
    return f"{code(kind)} {code(reference.rpartition('/')[2])}".strip()


def _about(parameter: Mapping[str, Any]) -> str:
    said = parameter.get("description") or parameter.get("schema", {}).get("description")
    return said or of_name(parameter["name"], "Parameters")
