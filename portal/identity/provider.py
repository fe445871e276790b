"""Asks the identity provider who somebody is, and believes only what is proved.

Nothing of the provider is kept between two sign-ins: its description and its keys are read anew, so
a key that it has withdrawn is good for nothing from then on. Everything it answers is bounded, in
bytes and as a whole in seconds, since it may be down, slow, or not what it should be.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx2
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, import_key
from joserfc.jws import JWSRegistry

from activities.adapters.database.begun_sign_ins import BegunSignIn
from portal.identity.answers import Bounded, NoAnswer, document
from runtime.oidc import OpenIdConnect

SECONDS = 10.0
"""For all that is asked of the provider at one step of a sign-in."""
SKEW = timedelta(minutes=1)
"""By which the provider's clock may differ from ours."""
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "Ed25519",
)
"""Of signatures: such as the provider alone can make. Never `none`, and none with a key that we
know as well."""
_GARBAGE = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)
"""What libraries raise at answers of a form that nobody expects."""

_certificates = cache(httpx2.create_ssl_context)
"""The authorities to trust, read once: it takes longer than all the rest of a sign-in."""


class NotProved(Exception):  # noqa: N818 - it is an answer
    """What came back proves nobody's identity; `why` is a word for the log."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Provider:
    """One conversation with the provider, about one sign-in or sign-out."""

    def __init__(self, named: OpenIdConnect, redirect_uri: str, seconds: float = SECONDS) -> None:
        self._named = named
        self._redirect_uri = redirect_uri
        self._seconds = seconds

    async def sign_in_url(self, begun: BegunSignIn) -> str:
        """Where the browser is to go.

        Raises:
            NoAnswer: the provider cannot be asked.
        """
        async with self._asking() as client:
            described = await self._described(client)
            url: str
            url, _ = client.create_authorization_url(
                _endpoint(described, "authorization_endpoint"),
                state=begun.state,
                nonce=begun.nonce,
                code_verifier=begun.verifier,
            )
            return url

    async def claims(self, code: str, begun: BegunSignIn, now: datetime) -> Mapping[str, Any]:
        """What the provider says of whoever it gave the code to.

        Raises:
            NoAnswer: the provider cannot be asked.
            NotProved: it does not take the code, or its ID token does not hold.
        """
        async with self._asking() as client:
            described = await self._described(client)
            tokens = await self._redeemed(client, described, code, begun)
            keys = await document(client, _endpoint(described, "jwks_uri"))
            claims = self._proved(tokens, _keys(keys), begun, now)
            return await self._completed(client, described, claims, tokens.get("access_token"))

    async def sign_out_url(self, back: str) -> str | None:
        """Where the browser signs out of the provider too; None where it has no such page.

        Raises:
            NoAnswer: the provider cannot be asked.
        """
        async with self._asking() as client:
            described = await self._described(client)
        if "end_session_endpoint" not in described:
            return None
        url = _endpoint(described, "end_session_endpoint")
        said = {"client_id": self._named.client_id, "post_logout_redirect_uri": back}
        return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(said)}"

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Any]:
        client = AsyncOAuth2Client(
            self._named.client_id,
            self._named.client_secret.get_secret_value(),
            scope=self._named.scopes,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            transport=Bounded(httpx2.AsyncHTTPTransport(verify=_certificates())),
            timeout=self._seconds,
            follow_redirects=False,
        )
        try:
            async with asyncio.timeout(self._seconds), client:
                yield client
        except (TimeoutError, httpx2.TimeoutException):
            raise NoAnswer("timeout") from None
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            # Its text has an address, which may be long or hostile.
            raise NoAnswer(type(error).__name__) from None

    async def _described(self, client: Any) -> Mapping[str, Any]:
        issuer = self._named.issuer
        where = f"{issuer.removesuffix('/')}/.well-known/openid-configuration"
        described = await document(client, where)
        if described.get("issuer") != issuer:
            raise NoAnswer("another-issuer")
        return described

    async def _redeemed(
        self, client: Any, described: Mapping[str, Any], code: str, begun: BegunSignIn
    ) -> Mapping[str, Any]:
        ways = described.get("token_endpoint_auth_methods_supported")
        if isinstance(ways, list) and "client_secret_post" in ways:
            # Of a secret with odd characters in a header providers read different things.
            client.token_endpoint_auth_method = "client_secret_post"  # noqa: S105 - a way's name
        try:
            tokens: Mapping[str, Any] = await client.fetch_token(
                _endpoint(described, "token_endpoint"),
                grant_type="authorization_code",
                code=code,
                code_verifier=begun.verifier,
            )
        except OAuthError as error:
            if error.error == "invalid_grant":
                raise NotProved("code") from None
            raise NoAnswer("client-refused") from None
        except _GARBAGE:
            raise NoAnswer("garbage") from None
        if not isinstance(tokens.get("id_token"), str):
            raise NoAnswer("no-id-token")
        return tokens

    def _proved(
        self,
        tokens: Mapping[str, Any],
        keys: KeySet,
        begun: BegunSignIn,
        now: datetime,
    ) -> Mapping[str, Any]:
        """The claims of the ID token, where it holds."""
        wanted = {
            "iss": {"essential": True, "value": self._named.issuer},
            "aud": {"essential": True, "value": self._named.client_id},
        }
        ours = {
            "nonce": begun.nonce,
            "client_id": self._named.client_id,
            "access_token": tokens.get("access_token"),
        }
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            token = jwt.decode(tokens["id_token"], keys, registry=registry)
            claims = CodeIDToken(token.claims, token.header, wanted, ours)
            claims.validate(int(now.timestamp()), int(SKEW.total_seconds()))
        except (JoseError, *_GARBAGE) as error:
            # Its type says what was wrong, its text may quote the token.
            raise NotProved(type(error).__name__) from None
        return dict(claims)

    async def _completed(
        self,
        client: Any,
        described: Mapping[str, Any],
        claims: Mapping[str, Any],
        access_token: object,
    ) -> Mapping[str, Any]:
        """The claims, with those that the provider only tells when it is asked for them."""
        wanted = {self._named.groups_claim, self._named.actor_claim, "name"}
        if self._named.email_domains or "email" in wanted:
            wanted |= {"email", "email_verified"}
        if wanted <= claims.keys() or "userinfo_endpoint" not in described:
            return claims
        more = await document(client, _endpoint(described, "userinfo_endpoint"), access_token)
        if more.get("sub") != claims["sub"]:
            raise NotProved("another-person")
        return {**more, **claims}


def _endpoint(described: Mapping[str, Any], name: str) -> str:
    """An address of the provider's, which is as safe as the issuer's own.

    Raises:
        NoAnswer: it is none.
    """
    url = described.get(name)
    scheme = urlsplit(described["issuer"]).scheme
    try:
        if isinstance(url, str) and urlsplit(url).hostname and urlsplit(url).scheme == scheme:
            return url
    except ValueError:
        pass
    raise NoAnswer(f"no-{name.replace('_', '-')}")


def _keys(described: Mapping[str, Any]) -> KeySet:
    """Those that sign; one of a kind that we do not know says nothing against the others."""
    keys: list[Key] = []
    listed = described.get("keys")
    for each in listed if isinstance(listed, list) else []:
        try:
            if each.get("use", "sig") == "sig" and each.get("kty") != "oct":
                keys.append(import_key(each))
        except (JoseError, *_GARBAGE):
            continue
    return KeySet(keys)
