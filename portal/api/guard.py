"""Stands before every endpoint: who asks, how often, how much and for how long."""

import asyncio
from dataclasses import dataclass, field

import structlog
from sqlalchemy.exc import DBAPIError
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Request

from activities.adapters.database.tokens import DatabaseTokens, Token, id_in
from portal.api.problems import Problem, internal, no_answer, not_arrived
from portal.api.rates import Rate, Rates
from portal.api.security import Scope, unauthorized
from portal.bounds import NotArrived, arrived
from portal.context import PortalContext
from portal.inbound.reading import MAIL_BYTES
from portal.refusals import refused

log = structlog.get_logger(__name__)

MAIL_PATH = "/inbound-mail"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of everything one request may take."""

    body_bytes: int = 256 * 1024
    mail_bytes: int = MAIL_BYTES
    arrival_seconds: float = 20
    """Within which the whole request must have arrived."""
    answer_seconds: float = 60
    """Within which it is answered, or given up."""
    rate: Rate = field(default_factory=Rate)


class Guard:
    """Middleware: what comes past it has a token, and its whole body is there."""

    def __init__(self, app: ASGIApp, context: PortalContext, limits: Limits) -> None:
        self._app = app
        self._context = context
        self._tokens = DatabaseTokens(context.engine)
        self._limits = limits
        self._rates = Rates(limits.rate)

    async def __call__(self, scope: Request, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = False

        async def sending(message: Message) -> None:
            nonlocal began
            began = True
            await send(message)

        problem = await self._passed(scope, receive, sending)
        if problem is not None and not began:
            await problem.response()(scope, receive, send)

    async def _passed(self, scope: Request, receive: Receive, send: Send) -> Problem | None:
        try:
            async with asyncio.timeout(self._limits.answer_seconds):
                scope["defects.token"] = await self._identified(scope)
                body = await self._arrived(scope, receive)
                await self._app(scope, _replayed(body, receive), send)
        except Problem as problem:
            return problem
        except TimeoutError:
            return no_answer("timed out; a repeat with the same Idempotency-Key is harmless")
        except DBAPIError as error:
            log.warning("api.no_database", error=type(error.orig).__name__)
            return no_answer("the database does not answer")
        except Exception:
            log.exception("api.failed", path=scope["path"])
            return internal()
        return None

    async def _identified(self, scope: Request) -> Token:
        said = Headers(scope=scope).get("authorization")
        scheme, _, secret = (said or "").partition(" ")
        token = None
        if scheme.lower() == "bearer":
            token = await asyncio.to_thread(self._tokens.known, secret.strip(), self._context.now())
        if token is None:
            refused("token", scope, token=id_in(secret))
            raise unauthorized()
        wait = self._rates.take(token.id)
        if wait:
            refused("rate", scope, token=token.id)
            raise Problem(
                429,
                "too-many-requests",
                f"at most {self._limits.rate.per_second:g} requests per second, "
                f"and {self._limits.rate.burst} at once",
                headers={"Retry-After": str(wait)},
            )
        return token

    async def _arrived(self, scope: Request, receive: Receive) -> bytes:
        """The whole body, or a refusal before more of it than is allowed is kept."""
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        mail = path == MAIL_PATH and Scope.MAIL_WRITE in scope["defects.token"].scopes
        most = self._limits.mail_bytes if mail else self._limits.body_bytes
        seconds = self._limits.arrival_seconds
        try:
            return await arrived(scope, receive, most, seconds)
        except NotArrived as error:
            raise not_arrived(error, scope, most, seconds) from None


def _replayed(body: bytes, receive: Receive) -> Receive:
    waiting = True

    async def replay() -> Message:
        nonlocal waiting
        if waiting:
            waiting = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return replay
