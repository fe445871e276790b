"""An identity provider on a loopback socket: an honest one, or one that does what it must not.

`tests/provider/` has a certified one. This one is for what no certified one does.
"""

import asyncio
import hashlib
import socket
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "portal", "a secret with odd characters: %+&="
ROLES = (
    *(("viewer", "everybody"), ("specialist", "support"), ("client_success", "success")),
    ("release_manager", "releases"),
)
ADA = {
    "sub": "248289761001",
    "preferred_username": "ada",
    "name": "Ada Lovelace",
    "email": "ada@vendor.example",
    "email_verified": True,
    "groups": ["everybody", "support"],
}


def a_key(kid: str) -> ECKey:
    """A new key to sign with."""
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@dataclass
class IdentityProvider:
    """What it says of people and of itself, and how it answers; all can be changed meanwhile."""

    now: Callable[[], datetime]
    url: str = ""
    person: dict[str, Any] = field(default_factory=lambda: dict(ADA))
    token_claims: dict[str, Any] = field(default_factory=dict)
    """Of ID tokens, in place of the right ones; None leaves one out."""
    told_when_asked: frozenset[str] = frozenset()
    """Claims of the person that are not in the ID token."""
    key: ECKey = field(default_factory=lambda: a_key("first"))
    published: list[ECKey] | None = None
    """Keys that it shows; None: the one it signs with."""
    signed: Callable[[dict[str, Any]], str] | None = None
    """How it makes ID tokens, where it makes them otherwise."""
    described: dict[str, Any] = field(default_factory=dict)
    """Of its description, in place of what is right; None leaves it out."""
    answers: dict[str, Response] = field(default_factory=dict)
    """In place of the right ones, by path."""
    stalls: set[str] = field(default_factory=set)
    """Paths that are never answered."""
    asked: Counter[str] = field(default_factory=Counter)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def honest_again(self) -> None:
        """As it was when it began, at the same address."""
        self.__dict__.update(IdentityProvider(self.now, self.url).__dict__)

    def settings(self, **others: Any) -> dict[str, Any]:
        """Of a portal whose staff sign in here."""
        ours = {
            "oidc_issuer": self.url,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_roles": ROLES,
        }
        return ours | others

    def visited(self, url: str) -> dict[str, str]:
        """Somebody's browser comes with this address and signs in: what it is sent back with."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        assert url.startswith(f"{self.url}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe(16)
        self._codes[code] = asked
        return {"code": code, "state": asked["state"], "iss": self.url}

    async def _description(self, _request: Request) -> Response:
        right = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/me",
            "jwks_uri": f"{self.url}/keys",
            "end_session_endpoint": f"{self.url}/end?of=realm",
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }
        said = right | self.described
        return JSONResponse({name: value for name, value in said.items() if value is not None})

    async def _keys(self, _request: Request) -> Response:
        keys = [self.key] if self.published is None else self.published
        # Others of kinds that we do not know, as a provider may have.
        odd: list[Any] = [{"kty": "PQ", "kid": "odd"}, "no key", {"kty": "RSA", "n": 1}]
        return JSONResponse({"keys": [*odd, *(key.as_dict(private=False) for key in keys)]})

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self._codes.pop(str(form["code"]), None)
        if (form["client_id"], form["client_secret"]) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or (asked["code_challenge"], asked["redirect_uri"]) != (
            challenge,
            form["redirect_uri"],
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = self._claims(asked["nonce"])
        made = self.signed(claims) if self.signed else self.sign(claims)
        said = {"access_token": f"of {self.person['sub']}", "token_type": "Bearer"}
        return JSONResponse(said | {"id_token": made, "expires_in": 300})

    def _claims(self, nonce: str) -> dict[str, Any]:
        now = int(self.now().timestamp())
        right = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        person = {k: v for k, v in self.person.items() if k not in self.told_when_asked}
        said = right | person | self.token_claims
        return {name: value for name, value in said.items() if value is not None}

    def sign(self, claims: dict[str, Any], key: ECKey | None = None) -> str:
        """An ID token, as it should be."""
        key = key or self.key
        return jwt.encode({"alg": "ES256", "kid": key.kid}, claims, key)

    async def _userinfo(self, request: Request) -> Response:
        if request.headers["authorization"] != f"Bearer of {self.person['sub']}":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.person)

    def _noted(self, path: str, answer: Callable[[Request], Any]) -> Route:
        async def noted(request: Request) -> Response:
            self.asked[path] += 1
            if path in self.stalls:
                while (await request.receive())["type"] != "http.disconnect":
                    pass
            right: Response = await answer(request)
            return self.answers.get(path, right)

        return Route(path, noted, methods=["GET", "POST"])

    def application(self) -> Starlette:
        """All that it answers to programs."""
        return Starlette(
            routes=[
                self._noted("/.well-known/openid-configuration", self._description),
                self._noted("/keys", self._keys),
                self._noted("/token", self._token),
                self._noted("/me", self._userinfo),
            ]
        )


@asynccontextmanager
async def identity_provider(now: Callable[[], datetime]) -> AsyncIterator[IdentityProvider]:
    """One at its `url` while the context lasts; its clock is `now`."""
    provider = IdentityProvider(now)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        provider.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        config = uvicorn.Config(
            provider.application(), log_config=None, access_log=False, lifespan="off"
        )
        server = uvicorn.Server(config)
        task = asyncio.create_task(server.serve(sockets=[listening]))
        try:
            yield provider
        finally:
            server.should_exit = server.force_exit = True
            await task
