"""Who calls a tool, and what they may: looked up again at every call, since tokens are revoked."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from mcp.server import ServerRequestContext

from activities.adapters.database.tokens import DatabaseTokens, Token
from portal.api.problems import Problem
from portal.api.security import Scope, granted, unauthorized
from portal.context import PortalContext

TOKEN_VARIABLE = "DEFECTS_TOKEN"  # noqa: S105 - the name of a variable
READING = frozenset({Scope.CASES_READ, Scope.DEFECTS_READ, Scope.RELEASES_READ, Scope.STAFF_READ})
"""What whoever starts the process could read anyway: database and Temporal are theirs."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An agent with its token, or one that its operator lets read without one."""

    name: str
    """The actor of what they do, whatever they say of themselves."""
    scopes: frozenset[str]
    token: str | None = None
    """The token's id."""

    @classmethod
    def of(cls, token: Token) -> "Caller":
        """Whose token it is; the scope to act for others means nothing here."""
        return cls(token.name, granted(token), token.id)

    def may(self, *scopes: Scope) -> bool:
        """Whether they have all of these."""
        return self.scopes.issuperset(scopes)

    def must(self, *scopes: Scope) -> None:
        """Let only those past who have all of these.

        Raises:
            Problem: 403, naming those that they lack.
        """
        if self.may(*scopes):
            return
        lacking = ", ".join(scope for scope in scopes if scope not in self.scopes)
        lacks = f"the token lacks {lacking}"
        if self.token is None:
            lacks = f"set {TOKEN_VARIABLE} to a token with {lacking}; without one agents only read"
        raise Problem(403, "forbidden", lacks)


OPERATOR = Caller("operator", READING)
"""Without a token, on the operator's own machine."""

Who = Callable[[ServerRequestContext[Any, Any]], Awaitable[Caller]]
"""Finds out who makes a request, or ends it with a problem."""


def of_this_process(context: PortalContext, secret: str | None) -> Who:
    """The caller that started the process, with the token of its environment if there is one."""
    tokens = DatabaseTokens(context.engine)

    async def who(_context: ServerRequestContext[Any, Any]) -> Caller:
        if secret is None:
            return OPERATOR
        token = await asyncio.to_thread(tokens.known, secret, context.now())
        if token is None:
            raise Problem(
                401,
                "unauthorized",
                "its token is unknown, revoked or expired",
                field=TOKEN_VARIABLE,
            )
        return Caller.of(token)

    return who


async def of_the_request(context: ServerRequestContext[Any, Any]) -> Caller:
    """Whose token an HTTP request has; `portal/api/guard.py` has looked it up for this request."""
    scope = context.request.scope if context.request is not None else {}
    token = scope.get("defects.token")
    if not isinstance(token, Token):
        raise unauthorized()
    return Caller.of(token)
