"""The HTTP interface, from its own OpenAPI description."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from fastapi import FastAPI

from portal.api import mail
from portal.api.application import VERSION
from portal.api.contract import KINDS
from portal.api.documents import document
from portal.api.endpoints import PREFIX, router
from portal.api.problems import TITLES
from portal.roles import SCOPES
from tools.docs.schema_words import referred
from tools.docs.schemas import published
from tools.docs.tables import code, codes, prose, table

_PUBLISHED = {model.__name__ for model in published()}


@cache
def openapi() -> Mapping[str, Any]:
    """The description as the portal serves it."""
    api = FastAPI(title="Defect orchestrator", version=VERSION)
    for kind in KINDS:
        api.include_router(router(kind))
    api.include_router(mail.router)
    return document(api, PREFIX)


def openapi_json() -> str:
    """The same as a file for programs."""
    return json.dumps(openapi(), indent=1)


def requests() -> str:
    """Every request with its scope, parameters, body and answers."""
    return "\n\n".join(
        part
        for path, methods in openapi()["paths"].items()
        for method, said in methods.items()
        for part in _operation(f"{method.upper()} {path}", said)
    )


def roles() -> str:
    """Every role with its scopes."""
    return table(("role", "scopes"), ((code(r), codes(sorted(may))) for r, may in SCOPES.items()))


def problems() -> str:
    """The types of problem documents."""
    return table(("type", "title"), ((code(kind), title) for kind, title in TITLES.items()))


def _operation(request: str, said: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {code(request)}"
    yield f"{prose(said['summary'])} {prose(said.get('description'))}"
    scopes = [scope for way in said.get("security", []) for each in way.values() for scope in each]
    facts = [f"- scope {codes(scopes)}"] if scopes else []
    for media_type, content in said.get("requestBody", {}).get("content", {}).items():
        model = referred(content["schema"])
        link = f", [{model}](../schemas/{model}.json)" if model in _PUBLISHED else ""
        facts.append(f"- body {code(media_type)}{link}")
    yield "\n".join([*facts, f"- answers {codes(said['responses'])}"])
    rows = [
        (code(p["name"]), p["in"], "required" if p.get("required") else "", _about(p))
        for p in said.get("parameters", ())
    ]
    if rows:
        yield table(("parameter", "in", "", "meaning"), rows)


def _about(parameter: Mapping[str, Any]) -> str:
    said: str = parameter.get("description") or parameter["schema"]["description"]
    return said
