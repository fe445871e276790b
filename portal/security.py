"""What every answer of the portal says to browsers, and what keeps its forms and cookies safe.

Forms carry a token that is made from one of the browser's own cookies: another site can make a
browser send the cookie, but cannot know the token. Nothing of it needs a secret of the server's.
"""

import hmac
import ipaddress
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe
from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.settings import Settings

CookieName = Literal["client", "staff", "visitor", "language", "browser", "begun", "wanted"]
"""Who is signed in as a client, as staff, who only has a form open; what somebody reads; which
browser it is, to which a link to sign in is bound, or a sign-in at the identity provider; which
page an email has led to."""
SECRETS: tuple[CookieName, ...] = ("client", "staff", "visitor")
"""Those that cannot be guessed: only of them a form's token may be made."""
TOKEN_FIELD = "form_token"  # noqa: S105 - the name of a field
_PURPOSE = b"form of the portal"

CONTENT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
OUR_SCRIPT = "; script-src 'self'; connect-src 'self'"
"""Added for the workbench alone; there is one script, and no page has any of its own."""
_HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TWO_YEARS = 63_072_000


class SecureHeaders:
    """Middleware that adds what an answer does not say itself; by default nothing may be kept."""

    def __init__(self, app: ASGIApp, https: bool) -> None:
        self._app = app
        self._headers = dict(_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = f"max-age={_TWO_YEARS}; includeSubDomains"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does, with more headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, answer)


def public_url(settings: Settings) -> str:
    """Where people reach the portal, never what a request claims: links in mails lead there."""
    return settings.portal_url or f"http://{settings.portal_address}"


def is_https(settings: Settings) -> bool:
    """Whether people reach the portal over TLS."""
    return urlsplit(public_url(settings)).scheme == "https"


def _is_loopback(settings: Settings) -> bool:
    host = urlsplit(public_url(settings)).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Cookies:
    """The portal's cookies: for the browser's eyes only, and only over TLS unless on loopback."""

    secure: bool

    @classmethod
    def of(cls, settings: Settings) -> "Cookies":
        """As the installation is reached."""
        return cls(secure=not _is_loopback(settings))

    def read(self, request: Request, name: CookieName) -> str | None:
        """What the browser sent; nothing counts as nothing."""
        return request.cookies.get(self._name(name)) or None

    def set(
        self, response: Response, name: CookieName, value: str, lasts: timedelta | None = None
    ) -> None:
        """For as long as the browser runs, unless it says how long.

        When a session ends the server decides.
        """
        response.set_cookie(
            self._name(name),
            value,
            max_age=int(lasts.total_seconds()) if lasts else None,
            secure=self.secure,
            httponly=True,
            samesite="lax",
            path="/",
        )

    def clear(self, response: Response, name: CookieName) -> None:
        """Make the browser forget it."""
        response.delete_cookie(
            self._name(name), secure=self.secure, httponly=True, samesite="lax", path="/"
        )

    def _name(self, name: CookieName) -> str:
        # The prefix makes browsers refuse one that another host of the domain has set.
        return f"__Host-{name}" if self.secure else f"portal-{name}"


class FormGuard:
    """Gives out the token of a page's forms, and knows it again.

    A browser without any cookie of ours gets one, but only with a page that has a form.
    """

    def __init__(self, cookies: Cookies, request: Request) -> None:
        self._cookies = cookies
        self._here = {name: cookies.read(request, name) for name in SECRETS}
        self._new: str | None = None

    def token(self) -> str:
        """What a form on this page has to carry."""
        present = next((value for value in self._here.values() if value), None)
        if present is None:
            present = self._new = self._new or token_urlsafe(32)
        return form_token(present)

    def keep(self, response: Response) -> None:
        """Send the browser the cookie that the page's forms need."""
        if self._new is not None:
            self._cookies.set(response, "visitor", self._new)

    @property
    def can_know_any(self) -> bool:
        """Whether the browser sent any cookie that a form's token could be made of."""
        return any(self._here.values())

    def knows(self, token: str) -> bool:
        """Whether a token is that of any cookie the browser sent."""
        given = token.encode(errors="replace")
        here = [form_token(value).encode() for value in self._here.values() if value]
        return any(hmac.compare_digest(known, given) for known in here)


def form_token(cookie: str) -> str:
    """The token of forms in the browser that has this cookie; says nothing of the cookie."""
    digest = hmac.digest(cookie.encode(), _PURPOSE, "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")


def computer(scope: Mapping[str, Any]) -> str:
    """Where the request of an ASGI scope comes from, as far as the server knows.

    Of an IPv6 address the network: whoever has one address of a /64 has all of them.
    """
    host = (scope.get("client") or ("unknown",))[0]
    try:
        ip = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return str(host)
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((ip, 64), strict=False))


def from_another_site(headers: Mapping[str, str]) -> bool:
    """Whether the browser says that another site made it send this."""
    return headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}
