"""Nobody comes in by way of the identity provider whom it has not sent, here and now."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from joserfc import jwt

from activities.adapters.database import DatabaseSessions, DatabaseStaffPeople
from tests.identity_provider import SECRET, IdentityProvider, a_key
from tests.portal.pages.installation import Browser
from tests.portal.pages.sign_ins import HERE, NOW, SignIns, back


async def refused(here: SignIns, answer: httpx.Response, browser: Browser) -> None:
    """Nobody is signed in, and the page says so."""
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
    assert "portal-staff" not in browser.http.cookies
    assert DatabaseSessions(here.pages.context.engine).live("staff", NOW) == []


@pytest.mark.parametrize("state", ["", None, "guessed", "x" * 5_000, "ä", "\x00"])
async def test_a_wrong_state(here: SignIns, state: str | None) -> None:
    """The provider is not even asked."""
    browser = here.pages.browser()
    sent = here.there.visited(await here.gone(browser))
    before = here.there.asked.total()
    await refused(here, await back(browser, **(sent | {"state": state})), browser)

    assert here.there.asked.total() == before


async def test_what_comes_twice_counts_for_nothing(here: SignIns) -> None:
    """Nobody knows which of the two was meant."""
    browser = here.pages.browser()
    sent = here.there.visited(await here.gone(browser))
    answer = await browser.http.get(HERE, params=[*sent.items(), ("state", sent["state"])])

    await refused(here, answer, browser)


async def test_a_victim_cannot_be_made_to_sign_in_as_somebody_else(here: SignIns) -> None:
    """Login CSRF: the attacker's way back is good in the attacker's browser only, and still is."""
    attacker, victim = here.pages.browser(), here.pages.browser()
    sent = here.there.visited(await here.gone(attacker))
    await here.gone(victim)
    await refused(here, await back(victim, **sent), victim)

    assert (await back(attacker, **sent)).status_code == 303


async def test_a_way_back_is_good_once(here: SignIns) -> None:
    """Also with the cookies of before: what was begun has ended."""
    browser = here.pages.browser()
    sent = here.there.visited(await here.gone(browser))
    begun = browser.http.cookies["portal-begun"]
    assert (await back(browser, **sent)).status_code == 303
    thief = here.pages.browser()
    thief.http.cookies.set("portal-begun", begun, domain="127.0.0.1")
    again = await back(thief, **sent)

    assert again.status_code == 403
    assert "portal-staff" not in thief.http.cookies
    assert "portal-begun" not in browser.http.cookies


async def test_a_code_is_good_once(here: SignIns) -> None:
    """Another sign-in of the same browser cannot use it either."""
    browser = here.pages.browser()
    first = here.there.visited(await here.gone(browser))
    second = here.there.visited(await here.gone(browser))
    await refused(here, await back(browser, **(second | {"code": first["code"]})), browser)
    there_again = await back(browser, **first)

    assert there_again.status_code == 403


async def test_whoever_stays_away_begins_again(here: SignIns) -> None:
    """After ten minutes."""
    browser = here.pages.browser()
    sent = here.there.visited(await here.gone(browser))
    here.pages.wall.at += timedelta(minutes=10)

    await refused(here, await back(browser, **sent), browser)


Signs = Callable[[dict[str, Any]], str]


def _by_hand(header: dict[str, Any], key: bytes | None) -> Signs:
    """As nobody's library would."""

    def signed(claims: dict[str, Any]) -> str:
        said = b".".join(_part(json.dumps(part).encode()) for part in (header, claims))
        mark = b"" if key is None else _part(hmac.digest(key, said, "sha256"))
        return (said + b"." + mark).decode()

    return signed


def _part(raw: bytes) -> bytes:
    return urlsafe_b64encode(raw).rstrip(b"=")


def _none(there: IdentityProvider) -> Signs:
    return _by_hand({"alg": "none", "kid": there.key.kid}, None)


def _with_our_secret(_there: IdentityProvider) -> Signs:
    return _by_hand({"alg": "HS256"}, SECRET.encode())


def _with_the_public_key(there: IdentityProvider) -> Signs:
    return _by_hand({"alg": "HS256", "kid": there.key.kid}, there.key.as_pem(private=False))


def _by_another(there: IdentityProvider) -> Signs:
    return lambda claims: there.sign(claims, a_key(str(there.key.kid)))


def _with_a_key_of_its_own(there: IdentityProvider) -> Signs:
    key = a_key("own")
    header = {"alg": "ES256", "jwk": key.as_dict(private=False), "kid": "own"}
    return lambda claims: jwt.encode(header, claims, key)


def _changed(there: IdentityProvider) -> Signs:
    def signed(claims: dict[str, Any]) -> str:
        head, _, signature = there.sign(claims).split(".")
        other = there.sign(claims | {"groups": ["releases"]}).split(".")[1]
        return f"{head}.{other}.{signature}"

    return signed


@pytest.mark.parametrize(
    "how",
    [_none, _with_our_secret, _with_the_public_key, _by_another, _with_a_key_of_its_own, _changed],
)
async def test_an_id_token_that_the_provider_did_not_sign(here: SignIns, how: Any) -> None:
    """By no key, by one that others know, by another's of the same name, or changed since."""
    here.there.signed = how(here.there)
    browser = here.pages.browser()

    await refused(here, await here.came(browser), browser)


PAST, AHEAD = int(NOW.timestamp()) - 61, int(NOW.timestamp()) + 62


@pytest.mark.parametrize(
    "claims",
    [
        *({"nonce": "of another sign-in"}, {"nonce": None}, {"nonce": ["a"]}),
        *({"aud": "another"}, {"aud": ["another"]}, {"aud": None}, {"aud": {"portal": 1}}),
        *({"aud": ["portal", "another"]}, {"azp": "another"}),
        {"aud": ["portal", "another"], "azp": "another"},
        *({"iss": "https://evil.example"}, {"iss": None}, {"iss": ["x"]}),
        *({"exp": PAST}, {"exp": None}, {"exp": "tomorrow"}, {"exp": True}),
        *({"iat": AHEAD}, {"iat": None}, {"nbf": AHEAD}),
        *({"sub": None}, {"sub": 7}, {"at_hash": "AAAA"}, {"at_hash": 7}),
    ],
)
async def test_an_id_token_of_another_sign_in_audience_issuer_or_time(
    here: SignIns, claims: dict[str, Any]
) -> None:
    """Whatever its signature."""
    here.there.token_claims = claims
    browser = here.pages.browser()

    await refused(here, await here.came(browser), browser)


@pytest.mark.parametrize(
    "claims",
    [
        *({"exp": PAST + 2}, {"iat": AHEAD - 2}, {"nbf": AHEAD - 2}),
        {"aud": ["portal", "another"], "azp": "portal"},
    ],
)
async def test_clocks_may_differ_by_a_minute(here: SignIns, claims: dict[str, Any]) -> None:
    """And a token may be for others too, where it was made for us."""
    here.there.token_claims = claims

    await here.signed_in()


async def test_a_way_back_from_another_provider(here: SignIns) -> None:
    """Mix-up: it says whose it is, and the code goes to nobody."""
    browser = here.pages.browser()
    await refused(here, await here.came(browser, iss="https://evil.example"), browser)

    assert here.there.asked["/token"] == 0


async def test_a_name_that_was_given_out_again_is_another_persons(here: SignIns) -> None:
    """The first one's record and rights are not the second one's; at another issuer all are new."""
    await here.signed_in()
    here.there.person |= {"sub": "another"}
    browser = here.pages.browser()
    answer = await here.came(browser)

    assert answer.status_code == 403
    assert "another person has on record" in answer.text
    assert "portal-staff" not in browser.http.cookies
    await here.signed_in(sub="248289761001", name="Ada King")
    people = DatabaseStaffPeople(here.pages.context.engine)
    assert people.names(["staff:ada", "staff:eve"]) == {"staff:ada": "Ada King"}


async def test_a_session_is_new_whatever_the_browser_had(here: SignIns) -> None:
    """Fixation: a session that was put there before is over, and not the one that one gets."""
    planted = await here.signed_in()
    before = planted.http.cookies["portal-staff"]
    assert (await here.came(planted)).status_code == 303
    thief = here.pages.browser()
    thief.http.cookies.set("portal-staff", before, domain="127.0.0.1")

    assert planted.http.cookies["portal-staff"] != before
    assert (await thief.http.get("/staff")).status_code == 303


async def test_a_form_of_another_site_begins_nothing(here: SignIns) -> None:
    """Nor does a link: there is a button."""
    browser = here.pages.browser()
    forged = await browser.http.post(HERE, headers={"Sec-Fetch-Site": "cross-site"})
    linked = await browser.http.get(HERE)

    assert (forged.status_code, linked.status_code) == (403, 403)
    assert here.there.asked.total() == 0
