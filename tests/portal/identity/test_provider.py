"""A provider that is down, slow, or not what it should be: each is known by a word, in time."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response

from activities.adapters.database.begun_sign_ins import BegunSignIn
from portal.identity.answers import BYTES, NoAnswer
from portal.identity.provider import NotProved, Provider
from runtime.settings import Settings
from tests.identity_provider import IdentityProvider, a_key, identity_provider

NOW = datetime(2027, 5, 3, 15, tzinfo=UTC)
BACK = "http://127.0.0.1:8080/staff/sign-in/oidc"
BEGUN = BegunSignIn("state", "browser", "/staff")
DESCRIPTION = "/.well-known/openid-configuration"


@pytest_asyncio.fixture(scope="module")
async def standing() -> AsyncIterator[IdentityProvider]:
    """One for all tests."""
    async with identity_provider(lambda: NOW) as it:
        yield it


@pytest.fixture
def there(standing: IdentityProvider) -> IdentityProvider:
    """One that answers as it should."""
    standing.honest_again()
    return standing


def asking(there: IdentityProvider, seconds: float = 10, **settings: Any) -> Provider:
    """Ours, which asks it."""
    named = Settings.model_construct(**there.settings(**settings)).oidc
    assert named is not None
    return Provider(named, BACK, seconds)


async def claims(there: IdentityProvider, seconds: float = 10, **settings: Any) -> dict[str, Any]:
    """What is believed of who signs in."""
    provider = asking(there, seconds, **settings)
    came = there.visited(await provider.sign_in_url(BEGUN))
    return dict(await provider.claims(came["code"], BEGUN, NOW))


async def test_what_is_proved_is_known(there: IdentityProvider) -> None:
    """The person's claims, by a code that is good with our verifier and our secret."""
    found = await claims(there)

    assert (found["sub"], found["groups"]) == ("248289761001", ["everybody", "support"])
    assert there.asked["/me"] == 0


async def test_what_an_id_token_lacks_is_asked_for(there: IdentityProvider) -> None:
    """Of the same person only."""
    there.told_when_asked = frozenset({"groups", "name"})
    found = await claims(there)
    assert (found["groups"], found["name"]) == (["everybody", "support"], "Ada Lovelace")

    there.answers["/me"] = JSONResponse({"sub": "another", "groups": ["releases"]})
    with pytest.raises(NotProved, match="another-person"):
        await claims(there)


@pytest.mark.parametrize(
    "settings", [{"oidc_email_domains": ("x",)}, {"oidc_actor_claim": "email"}]
)
async def test_whether_an_address_is_confirmed_is_asked_for(
    there: IdentityProvider, settings: dict[str, Any]
) -> None:
    """Where the ID token has the address alone; and not where no address is needed."""
    there.told_when_asked = frozenset({"email_verified"})

    assert (await claims(there, **settings))["email_verified"] is True
    assert "email_verified" not in await claims(there)


async def test_what_is_proved_counts_more_than_what_is_told(there: IdentityProvider) -> None:
    """The ID token is signed."""
    there.told_when_asked = frozenset({"name"})
    there.answers["/me"] = JSONResponse(there.person | {"groups": ["releases"], "name": "Ada"})

    found = await claims(there)
    assert (found["groups"], found["name"]) == (["everybody", "support"], "Ada")


async def test_a_key_is_good_while_it_is_published(there: IdentityProvider) -> None:
    """A new one at once, beside the old one or instead of it; a withdrawn one not any more."""
    old, new = there.key, a_key("second")
    for key, published in ((old, [old, new]), (new, [old, new]), (new, [new])):
        there.key, there.published = key, published
        assert (await claims(there))["sub"] == "248289761001"
    there.key = old
    with pytest.raises(NotProved):
        await claims(there)


def large(part: str) -> Response:
    """A sound answer but for its length."""
    return PlainTextResponse('{"issuer": "' + part * BYTES + '"}')


BAD_DAYS: dict[str, tuple[Response, str]] = {
    "down": (PlainTextResponse("later", 503), "status-503"),
    "unknown": (JSONResponse({}, 404), "status-404"),
    "elsewhere": (RedirectResponse("http://127.0.0.1:1/"), "status-307"),
    "a page": (PlainTextResponse("<html>Welcome</html>"), "no-json"),
    "nothing": (Response(), "no-json"),
    "a list": (JSONResponse(["issuer"]), "no-json"),
    "no text": (Response(b"\xff\xfe{}"), "no-json"),
    "deep": (PlainTextResponse("[" * 100_000), "no-json"),
    "large": (large("x"), "too-large"),
    "packed": (Response(b"\x1f\x8b" + bytes(99), headers={"content-encoding": "gzip"}), "no-json"),
}
"""What it answers in place of a JSON object, and the word for it."""


@pytest.mark.parametrize("path", [DESCRIPTION, "/keys", "/token", "/me"])
@pytest.mark.parametrize("day", BAD_DAYS)
async def test_what_is_no_answer_is_known_as_such(
    there: IdentityProvider, path: str, day: str
) -> None:
    """At each step; nothing but a JSON object of a moderate size is read."""
    there.told_when_asked = frozenset({"groups"})
    there.answers[path], word = BAD_DAYS[day]
    if path == "/token" and day == "unknown":
        word = "no-id-token"  # An answer to a code has its own words for what is wrong.

    with pytest.raises(NoAnswer) as caught:
        await claims(there)
    assert caught.value.why == word


@pytest.mark.parametrize(
    "said", ["", "a.b.c", "e30.e30.", "..", "." * 99, "eyJhbGciOiJub25lIn0.e30."]
)
async def test_what_is_no_id_token_proves_nothing(there: IdentityProvider, said: str) -> None:
    """Whatever its form."""
    there.signed = lambda _claims: said

    with pytest.raises(NotProved):
        await claims(there)


@pytest.mark.parametrize("said", [None, 7, ["a.b.c"], {}])
async def test_an_id_token_is_a_text(there: IdentityProvider, said: Any) -> None:
    """A provider that gives none does not speak OpenID Connect."""
    tokens = {"access_token": "x", "token_type": "Bearer", "id_token": said}
    there.answers["/token"] = JSONResponse(tokens)

    with pytest.raises(NoAnswer, match="no-id-token"):
        await claims(there)


@pytest.mark.parametrize(
    "said", [{"expires_in": "soon"}, {"expires_at": []}, {"expires_in": [1]}, {"expires_in": 1e400}]
)
async def test_garbage_beside_an_id_token_is_no_answer(
    there: IdentityProvider, said: dict[str, Any]
) -> None:
    """Where a library reads it and fails."""
    tokens = {"access_token": "x", "token_type": "Bearer", "id_token": "a"}
    there.answers["/token"] = PlainTextResponse(json.dumps(tokens | said))

    with pytest.raises(NoAnswer, match="garbage"):
        await claims(there)


@pytest.mark.parametrize("keys", [None, {}, "keys", [None], [{"kty": "oct", "k": "c2VjcmV0"}]])
async def test_keys_that_are_none_prove_nothing(there: IdentityProvider, keys: Any) -> None:
    """Neither does a secret one that somebody has published."""
    there.answers["/keys"] = JSONResponse({"keys": keys})

    with pytest.raises(NotProved):
        await claims(there)


@pytest.mark.parametrize("path", [DESCRIPTION, "/keys", "/token", "/me"])
async def test_a_provider_that_never_answers_is_given_up(
    there: IdentityProvider, path: str
) -> None:
    """All steps together have one limit of time."""
    there.told_when_asked = frozenset({"groups"})
    there.stalls.add(path)
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="timeout"):
        await claims(there, seconds=0.5)

    assert time.monotonic() - began < 5


async def test_a_provider_that_is_not_there(there: IdentityProvider) -> None:
    """Nobody listens at port 1."""
    with pytest.raises(NoAnswer, match="ConnectError"):
        await asking(there, oidc_issuer="http://127.0.0.1:1").sign_in_url(BEGUN)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"issuer": None}, "another-issuer"),
        ({"issuer": "https://evil.example"}, "another-issuer"),
        ({"authorization_endpoint": None}, "no-authorization-endpoint"),
        ({"authorization_endpoint": "/authorize"}, "no-authorization-endpoint"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "no-authorization-endpoint"),
        ({"authorization_endpoint": "https://["}, "no-authorization-endpoint"),
        ({"authorization_endpoint": ["http://a"]}, "no-authorization-endpoint"),
    ],
)
async def test_a_description_is_of_the_issuer_that_is_named(
    there: IdentityProvider, said: dict[str, Any], word: str
) -> None:
    """And leads where browsers may be sent: no script, no other scheme."""
    there.described = said
    with pytest.raises(NoAnswer) as caught:
        await asking(there).sign_in_url(BEGUN)

    assert caught.value.why == word


async def test_our_secret_stays_what_it_is(there: IdentityProvider) -> None:
    """One that the provider does not take is no fault of the person's."""
    await claims(there)
    with pytest.raises(NoAnswer, match="client-refused"):
        await claims(there, oidc_client_secret=SecretStr("wrong"))


@pytest.mark.parametrize("code", ["guessed", "x" * 4_000])
async def test_a_code_that_was_never_given_proves_nothing(
    there: IdentityProvider, code: str
) -> None:
    """Nor does another sign-in's: it was asked for with another challenge."""
    provider = asking(there)
    with pytest.raises(NotProved, match="code"):
        await provider.claims(code, BEGUN, NOW)

    other = BegunSignIn("other", "browser", "/staff")
    came = there.visited(await provider.sign_in_url(other))
    with pytest.raises(NotProved, match="code"):
        await provider.claims(came["code"], BEGUN, NOW)


async def test_one_signs_out_where_there_is_a_page_for_it(there: IdentityProvider) -> None:
    """With a way back; some providers have none."""
    url = await asking(there).sign_out_url("http://127.0.0.1:8080/staff/sign-in")
    assert url == (
        f"{there.url}/end?of=realm&client_id=portal"
        "&post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%3A8080%2Fstaff%2Fsign-in"
    )
    there.described["end_session_endpoint"] = None
    assert await asking(there).sign_out_url("http://127.0.0.1:8080/staff/sign-in") is None
