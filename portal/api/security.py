"""Who may do what: tokens with scopes, and the list of what needs none.

Nothing is open by mistake: `portal/api/guard.py` lets no request past without a token, whatever the
address, and a test walks all routes of the whole application.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer, SecurityScopes

from activities.adapters.database.tokens import Token
from portal.api.problems import Problem
from portal.refusals import refused

PUBLIC = frozenset(
    {
        # The interface has none. Of the pages: where one signs in and out, ...
        "/",
        "/sign-in",
        "/sign-in/{token}",
        "/sign-out",
        "/staff/sign-in",
        "/staff/sign-in/oidc",
        "/staff/sign-out",
        "/static",
        # ... chooses a language, ...
        "/language",
        # ... the way out of a mail, whose token says who it is for, ...
        "/unsubscribe/{topic}/{token}",
        # ... the ways to have incidents mailed and to end it, whose tokens say who it is, ...
        "/status/subscribe",
        "/status/confirm/{token}",
        "/status/leave/{token}",
        # ... and the status page with its feeds.
        "/status",
        "/status/incidents/{ident}",
        "/status/feed.atom",
        "/status/api/v2/status.json",
        "/status/api/v2/summary.json",
        "/status/api/v2/incidents.json",
        "/status/api/v2/scheduled-maintenances.json",
        "/status/api/v2/scheduled-maintenances/upcoming.json",
        "/status/api/v2/scheduled-maintenances/active.json",
        "/api/v2/status.json",
        "/api/v2/summary.json",
        "/api/v2/incidents.json",
        "/api/v2/scheduled-maintenances.json",
        "/api/v2/scheduled-maintenances/upcoming.json",
        "/api/v2/scheduled-maintenances/active.json",
    }
)
"""Paths of the whole application that need neither token nor session, as its routes spell them."""


class Scope(StrEnum):
    """What a token is good for."""

    CASES_READ = "cases:read"
    CASES_WRITE = "cases:write"
    CASES_IMPORT = "cases:import"
    """Beside `cases:write`, to bring in cases with a past: they owe nothing and tell nobody."""
    DEFECTS_READ = "defects:read"
    DEFECTS_WRITE = "defects:write"
    DEFECTS_IMPORT = "defects:import"
    """The same of defects."""
    DEFECTS_ASSESS = "defects:assess"
    """Beside a scope to write: to say that a case is critical or a defect, and how severe it is. A
    token with neither this nor the next one has both."""
    DEFECTS_DECIDE = "defects:decide"
    """Beside `defects:write`: to decide on a client's request for another severity."""
    RELEASES_READ = "releases:read"
    RELEASES_WRITE = "releases:write"
    MAIL_WRITE = "mail:write"
    STAFF_READ = "staff:read"
    """To sign in to the staff page, and for agents to ask what is owed.

    Where no mail server is set it opens all letters, links to sign in as any client among them.
    """
    PAYLOADS_READ = "payloads:read"
    """To have the codec server decrypt what Temporal keeps, and encrypt what is sent there."""
    ACTOR_ANY = "actor:any"
    """To act in the name of others: the payload's `actor` counts."""


_JUDGING = frozenset({Scope.DEFECTS_ASSESS, Scope.DEFECTS_DECIDE})


def granted(token: Token) -> frozenset[str]:
    """What a token is good for: one that names no part of what there is to judge may do all of it,
    as before there were parts."""
    return token.scopes if token.scopes & _JUDGING else token.scopes | _JUDGING


bearer = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    bearerFormat="dft_…",
    description="Made by `starter.py token create`; the scopes an operation needs are its roles.",
)


async def caller(
    request: Request,
    needed: SecurityScopes,
    _header: Annotated[HTTPAuthorizationCredentials | None, Security(bearer)],
) -> Token:
    """Whose token the request has.

    Raises:
        Problem: 401 without one, 403 without the scopes the operation needs.
    """
    token = request.scope.get("defects.token")
    if not isinstance(token, Token):
        raise unauthorized()
    try:
        return entitled(token, needed.scopes)
    except Problem:
        refused("scope", request.scope, token=token.id)
        raise


def entitled(token: Token, scopes: Sequence[str]) -> Token:
    """The token, which has all these scopes.

    Raises:
        Problem: 403, naming those that it lacks.
    """
    missing = [scope for scope in scopes if scope not in granted(token)]
    if missing:
        raise Problem(
            403,
            "forbidden",
            f"the token lacks {', '.join(missing)}",
            headers={
                "WWW-Authenticate": f'Bearer error="insufficient_scope", scope="{" ".join(scopes)}"'
            },
        )
    return token


def unauthorized() -> Problem:
    """The same for no token, an unknown, a revoked and an expired one."""
    return Problem(
        401,
        "unauthorized",
        "send a valid one as `Authorization: Bearer dft_…`",
        headers={"WWW-Authenticate": "Bearer"},
    )


def needs(*scopes: Scope) -> Any:
    """The annotation of an endpoint's parameter: the caller, who has these scopes."""
    return Annotated[Token, Security(caller, scopes=[scope.value for scope in scopes])]
