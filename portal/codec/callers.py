"""Who may have payloads decrypted: a token with the scope `payloads:read`, or its member of staff.

Programs send the token. In a browser it is the session of the portal's page for staff: cookies go
to every port of a host, so whoever signed in there with such a token is known here.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import structlog
from fastapi import Depends, Request

from activities.adapters.database import DatabaseSessions
from activities.adapters.database.tokens import DatabaseTokens, Token
from portal.api.problems import Problem
from portal.api.rates import Rates
from portal.api.security import Scope, entitled, unauthorized
from portal.codec.place import Place
from portal.security import Cookies

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose token it is, and how they are known."""

    token: Token
    by: Literal["token", "session"]


class Callers:
    """Knows who asks, and how often they did."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tokens = DatabaseTokens(place.engine)
        self._sessions = DatabaseSessions(place.engine)
        self._cookies = Cookies.of(place.settings)
        self._rates = Rates(place.limits.rate)

    def of(self, request: Request) -> Caller:
        """Who sent this.

        Raises:
            Problem: 401 for an unknown caller, 403 without the scope, 429 for too many requests.
        """
        if "authorization" in request.headers:
            caller = Caller(self._by_token(request), "token")
        else:
            caller = Caller(self._by_session(request), "session")
        entitled(caller.token, [Scope.PAYLOADS_READ])
        wait = self._rates.take(caller.token.id)
        if wait:
            rate = self._place.limits.rate
            raise Problem(
                429,
                "too-many-requests",
                f"at most {rate.per_second:g} requests per second, and {rate.burst} at once",
                headers={"Retry-After": str(wait)},
            )
        return caller

    def _by_token(self, request: Request) -> Token:
        scheme, _, secret = request.headers["authorization"].partition(" ")
        token = self._tokens.known(secret.strip(), self._place.now())
        if token is None or scheme.lower() != "bearer":
            raise unauthorized()
        return token

    def _by_session(self, request: Request) -> Token:
        now = self._place.now()
        cookie = self._cookies.read(request, "staff")
        # Without an origin nobody vouches that the page which asks is one that may.
        if cookie is None or "origin" not in request.headers:
            raise unauthorized()
        session = self._sessions.find("staff", cookie, now)
        if session is None:
            raise unauthorized()
        for token in self._tokens.all():
            if token.id == session.subject and token.valid(now):
                return token
        raise unauthorized()


def caller(request: Request) -> Caller:
    """Who sent a request; a caller that is refused is on record too."""
    callers: Callers = request.app.state.callers
    try:
        return callers.of(request)
    except Problem as refused:
        log.warning("codec.refused", problem=refused.kind, address=address(request))
        raise


def address(request: Request) -> str | None:
    """Where a request comes from, as far as the server knows."""
    return request.client.host if request.client else None


Known = Annotated[Caller, Depends(caller)]
