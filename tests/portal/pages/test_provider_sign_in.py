"""Staff sign in at an identity provider and come back to what they asked for."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from activities.adapters.database import DatabaseSessions
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables_pages import begun_sign_ins
from portal.app import create_app
from portal.pages.auth import staff_page
from portal.refusals import REFUSED
from portal.roles import scopes_of
from tests.identity_provider import SECRET
from tests.portal.pages.installation import Forms, Pages
from tests.portal.pages.sign_ins import HERE, NOW, SignIns, a_portal, back, led_to
from tests.workflows.world import settings_of_tests


async def test_somebody_signs_in_and_is_shown_by_name(here: SignIns) -> None:
    """Roles, name and a session of half a day, with a line in the log that names nobody."""
    with capture_logs() as logged:
        browser = await here.signed_in()
    page = await browser.get("/staff")
    (session,) = DatabaseSessions(here.pages.context.engine).live("staff", NOW)

    assert "Ada Lovelace" in page
    assert (session.subject, session.name) == ("staff:ada", "Ada Lovelace")
    assert session.roles == frozenset({"viewer", "specialist"})
    assert session.expires_at - NOW == timedelta(hours=12)
    assert logged == [
        {
            "event": "portal.staff_signed_in",
            "log_level": "info",
            "person": hashed("staff:ada")[:16],
            "roles": ["specialist", "viewer"],
        }
    ]
    assert SECRET not in page


async def test_what_is_sent_to_the_provider(here: SignIns) -> None:
    """A challenge, a state and a nonce, new each time; nothing that is kept gives them away."""
    browser = here.pages.browser()
    first, second = [httpx.URL(await here.gone(browser)).params for _ in range(2)]
    with here.pages.context.engine.connect() as connection:
        kept = str(connection.execute(select(begun_sign_ins)).all())

    assert first["redirect_uri"] == f"http://127.0.0.1:8080{HERE}"
    assert first["scope"] == "openid profile email"
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
        assert first[name] not in kept
    assert browser.http.cookies["portal-begun"] not in kept
    assert SECRET not in str(first)


async def test_the_policy_of_the_page_lets_nothing_else_through(here: SignIns) -> None:
    """A form leads here only, so its answer is a page and no redirect."""
    answer = await here.pages.browser().send("/staff/sign-in", HERE)

    assert answer.status_code == 200
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_one_comes_back_to_what_one_asked_for(here: SignIns) -> None:
    """To a page for staff of ours, whatever was sent."""
    browser = here.pages.browser()
    asked = await browser.http.get("/staff/letters?number=CASE-1")
    sent = here.there.visited(await here.gone(browser, asked.headers["location"]))
    answer = await back(browser, **sent)

    assert asked.headers["location"] == "/staff/sign-in?to=%2Fstaff%2Fletters%3Fnumber%3DCASE-1"
    assert answer.headers["location"] == "/staff/letters?number=CASE-1"


@pytest.mark.parametrize(
    "to",
    [
        *(
            "https://evil.example/",
            "//evil.example/staff",
            "/\\evil.example",
            "/staff//evil.example",
        ),
        *(
            "/staff@evil.example",
            "/staff.evil.example",
            "/staff/\\evil",
            "/staff/ä",
            "/staff\r\nX: y",
        ),
        *("javascript:alert(1)", "/cases", "/staff/sign-in", "/staff/sign-out", "/staffx", ""),
        "/staff/" + "x" * 600,
    ],
)
async def test_nobody_is_led_away(here: SignIns, to: str) -> None:
    """Neither by the page, nor by what its form or the token's form is made to send."""
    browser = here.pages.browser()
    page = await browser.http.get("/staff/sign-in", params={"to": to})
    assert 'name="to"' not in page.text
    answer = await browser.send("/staff/sign-in", HERE, to=to)
    landed = await back(browser, **here.there.visited(led_to(answer)))
    token = here.pages.token()
    by_token = await browser.send("/staff/sign-in", "/staff/sign-in", to=to, token=token)

    assert landed.headers["location"] == "/staff"
    assert by_token.headers["location"] == "/staff"


@given(st.text(max_size=40) | st.from_regex(r"/staff[/\\@.?#:%a-z]{0,12}", fullmatch=True))
def test_a_page_to_go_on_to_is_on_this_host(path: str) -> None:
    """However a browser reads what was sent."""
    led = urlsplit(urljoin("https://portal.example/staff/sign-in", staff_page(path)))

    assert (led.scheme, led.netloc) == ("https", "portal.example")
    assert "\\" not in staff_page(path)
    assert not staff_page(path).startswith("//")


# --- who is not let in ---------------------------------------------------------------------------


def count(kind: str) -> float:
    """How many were turned away for this reason."""
    value: float = REFUSED.labels(kind)._value.get()
    return value


@pytest.mark.parametrize(
    ("person", "why", "said"),
    [
        ({"groups": ["choir"]}, "no_role", "none of your groups has a role here"),
        ({"groups": "everybody"}, "groups", "does not list your groups"),
        ({"preferred_username": None}, "no_actor", "what you are to be called"),
        ({"email_verified": False}, "address", "no confirmed email address"),
        ({"email": "ada@else.example"}, "domain", "of a domain that may not"),
    ],
)
async def test_whoever_has_no_role_is_told_why(
    here: SignIns, tmp_path_factory: pytest.TempPathFactory, person: Any, why: str, said: str
) -> None:
    """With a line in the log, which names nobody, and a count."""
    settings = here.there.settings(oidc_email_domains=("vendor.example",))
    here.pages = a_portal(tmp_path_factory.mktemp("domains"), **settings)
    here.there.person |= person
    browser, before = here.pages.browser(), count("role")
    with capture_logs() as logged:
        answer = await here.came(browser)

    assert answer.status_code == 403
    assert said in answer.text
    assert "portal-staff" not in browser.http.cookies
    assert [(line["event"], line["kind"], line["why"]) for line in logged] == [
        ("portal.refused", "role", why)
    ]
    assert count("role") == before + 1


async def test_whoever_says_no_at_the_provider_is_not_signed_in(here: SignIns) -> None:
    """And its words are not repeated."""
    browser = here.pages.browser()
    said = {"code": None, "error": "access_denied", "error_description": "<b>SECRET</b>"}
    answer = await here.came(browser, **said)

    assert answer.status_code == 403
    assert "did not sign you in" in answer.text
    assert "SECRET" not in answer.text


async def test_a_provider_that_is_down_is_said_to_be_and_tokens_still_open(here: SignIns) -> None:
    """On the way there and on the way back."""
    browser = here.pages.browser()
    sent = here.there.visited(await here.gone(browser))
    with capture_logs() as logged:
        here.there.answers["/token"] = PlainTextResponse("<html>", 503)
        back_again = await back(browser, **sent)
        here.there.answers["/.well-known/openid-configuration"] = PlainTextResponse("<html>")
        there = await browser.send("/staff/sign-in", HERE)

    assert (back_again.status_code, there.status_code) == (502, 502)
    assert "does not answer as it should" in back_again.text
    assert "A token signs you in meanwhile" in there.text
    assert [(line["event"], line["why"]) for line in logged] == [
        ("portal.provider_away", "status-503"),
        ("portal.provider_away", "no-json"),
    ]
    token = here.pages.token()
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)


async def test_the_provider_is_not_asked_without_end(here: SignIns) -> None:
    """Sixty times in a quarter of an hour by one computer."""
    browser = here.pages.browser()
    form = Forms(await browser.get("/staff/sign-in")).to(HERE)
    answers = [(await browser.http.post(HERE, data=form)).status_code for _ in range(61)]

    assert answers == [200] * 60 + [429]


# --- sessions ------------------------------------------------------------------------------------


async def test_a_session_ends_and_the_groups_are_read_again(here: SignIns) -> None:
    """After half a day however busy, so whoever has left the provider is out by then."""
    browser = await here.signed_in()
    for _ in range(24):
        assert (await browser.http.get("/staff")).status_code == 200
        here.pages.wall.at += timedelta(minutes=29, seconds=59)
    here.pages.wall.at = NOW + timedelta(hours=12)
    assert (await browser.http.get("/staff")).headers["location"] == "/staff/sign-in"
    await here.signed_in(groups=["releases"])
    (session,) = DatabaseSessions(here.pages.context.engine).live("staff", here.pages.wall.at)

    assert session.roles == frozenset({"release_manager"})


async def test_a_person_sees_and_ends_their_sessions(here: SignIns) -> None:
    """All of theirs, and nobody else's."""
    first, second = await here.signed_in(), await here.signed_in()
    bob = await here.signed_in(preferred_username="bob", name="Bob")
    await first.send("/staff/sessions", "/staff/sessions/end", kind="staff", session="")

    assert [(await each.http.get("/staff")).status_code for each in (first, second, bob)] == [
        *(303, 303),
        200,
    ]


async def test_a_colleague_is_signed_out_by_whoever_may(here: SignIns) -> None:
    """Not by a viewer; and a token is revoked instead."""
    ada = await here.signed_in()
    bob = await here.signed_in(preferred_username="bob", name="Bob", groups=["everybody"])
    by_token = await here.pages.staff()
    (session,) = DatabaseSessions(here.pages.context.engine).live("staff", NOW, "staff:ada")
    token = here.pages.token().split("_")[1]
    ends = {"kind": "staff", "subject": "staff:ada", "session": session.ident}
    own = Forms(await bob.get("/staff/sessions")).to("/staff/sessions/end")
    assert (await bob.http.post("/staff/sessions/end", data=own | ends)).status_code == 403
    assert (await ada.http.get("/staff")).status_code == 200
    page = await ada.get("/staff/sessions")
    assert "Bob" in page
    form = Forms(page).to("/staff/sessions/end")
    others = form | {"subject": token, "session": ""}
    assert (await ada.http.post("/staff/sessions/end", data=others)).status_code == 404
    await ada.http.post("/staff/sessions/end", data=form | {"subject": "staff:bob", "session": ""})

    assert (await bob.http.get("/staff")).status_code == 303
    assert (await by_token.http.get("/staff")).status_code == 200


async def test_signing_out_ends_it_here_and_leads_to_the_provider(here: SignIns) -> None:
    """Where it has a page for that; else, and where it does not answer, it ends here."""
    leads = []
    for described in ({}, {"end_session_endpoint": None}, {"issuer": "else"}):
        browser = await here.signed_in()
        cookie = browser.http.cookies["portal-staff"]
        here.there.described = described
        answer = await browser.send("/staff/sessions", "/staff/sign-out")
        leads.append(led_to(answer) if answer.status_code == 200 else answer.headers["location"])
        assert DatabaseSessions(here.pages.context.engine).find("staff", cookie, NOW) is None
        assert "portal-staff" not in browser.http.cookies
        here.there.described = {}

    assert leads[0].startswith(f"{here.there.url}/end?of=realm&client_id=portal&post_logout")
    assert leads[1:] == ["/staff/sign-in"] * 2


async def test_a_token_signs_out_here_only(here: SignIns) -> None:
    """The provider has nothing to do with it."""
    browser = await here.pages.staff()
    before = here.there.asked.total()
    answer = await browser.send("/staff/sessions", "/staff/sign-out")

    assert answer.headers["location"] == "/staff/sign-in"
    assert here.there.asked.total() == before


async def test_where_no_provider_is_named_all_is_as_without(
    here: SignIns, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """No button, no page, no way back to it; sessions that began with one are over."""
    person = await here.signed_in()
    without = replace(here.pages.context, settings=settings_of_tests())
    alone = Pages(here.pages.world, here.pages.wall, without, create_app(without))
    browser = alone.browser()
    page = await browser.get("/staff/sign-in")
    browser.http.cookies.update(person.http.cookies)

    assert HERE not in page
    assert (await browser.http.get(HERE)).status_code == 404
    assert (await browser.http.get("/staff/letters")).headers["location"] == "/staff/sign-in"


# --- roles ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "may"),
    [
        (["everybody"], set()),
        (["support"], {"cases:write", "defects:write", "defects:assess"}),
        (["success"], {"cases:write", "defects:write", "defects:decide"}),
        (["releases"], {"releases:write"}),
        (
            ["everybody", "support", "releases"],
            {"cases:write", "defects:write", "defects:assess", "releases:write"},
        ),
    ],
)
async def test_a_viewer_sees_all_pages_and_may_do_nothing(
    here: SignIns, groups: list[str], may: set[str]
) -> None:
    """Each role has what its table says; the pages ask it, not the buttons."""
    browser = await here.signed_in(groups=groups)
    client = DatabaseSessions(here.pages.context.engine).begin("client", "ada@river.example", NOW)
    for path in ("/staff", "/staff/telephone", "/staff/mails", "/staff/compliance"):
        assert (await browser.http.get(path)).status_code == 200
    own = Forms(await browser.get("/staff/sessions")).to("/staff/sessions/end")
    asked = own | {"kind": "client", "subject": "ada@river.example", "session": ""}
    answer = await browser.http.post("/staff/sessions/end", data=asked)

    assert may == {s for s in scopes_of(roles_of(here, groups)) if not s.endswith(":read")}
    assert answer.status_code == (303 if "cases:write" in may else 403)
    if answer.status_code == 403:
        assert "Your role lacks the scope cases:write." in answer.text
    left = DatabaseSessions(here.pages.context.engine).find("client", client, NOW)
    assert (left is None) == ("cases:write" in may)


def roles_of(here: SignIns, groups: list[str]) -> frozenset[str]:
    """By the settings."""
    named = here.pages.context.settings.oidc
    assert named is not None
    return frozenset(named.roles_of(groups))
