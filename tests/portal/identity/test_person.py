"""Who somebody is to us, by what a provider says of them: a role or a reason."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, TypeAdapter

from commands.cli.portal import _NAME as TOKEN_NAME
from domain.contract.values import Opaque
from portal.identity.person import NotLetIn, StaffPerson, staff_person
from runtime.oidc import OpenIdConnect, StaffRole
from tests.identity_provider import ADA, ROLES


def named(**others: Any) -> OpenIdConnect:
    """A provider, as settings have it."""
    said: dict[str, Any] = {
        "issuer": "https://sign-in.example.org",
        "client_id": "portal",
        "client_secret": SecretStr("secret"),
        "scopes": "openid",
        "roles": tuple((StaffRole(role), group) for role, group in ROLES),
        "groups_claim": "groups",
        "actor_claim": "preferred_username",
        "email_domains": (),
    }
    return OpenIdConnect(**(said | others))


def why(claims: dict[str, Any], **others: Any) -> str | None:
    """The reason that somebody is not let in; None where they are."""
    try:
        staff_person(ADA | claims, named(**others))
    except NotLetIn as problem:
        return problem.why
    return None


def test_a_person_has_what_any_of_their_groups_has() -> None:
    """In several mapped groups the union; other groups do not count."""
    groups = ["everybody", "releases", "choir"]
    person = staff_person(ADA | {"groups": groups}, named())

    assert person == StaffPerson(
        "staff:ada",
        "248289761001",
        "Ada Lovelace",
        frozenset({StaffRole.VIEWER, StaffRole.RELEASE_MANAGER}),
    )


@pytest.mark.parametrize(
    "groups", ["support", {"support": True}, [["support"]], [1], ["support", None], 7, True, None]
)
def test_groups_are_a_list_of_names(groups: Any) -> None:
    """A text has its parts in it, and an object its keys: neither makes anybody a specialist."""
    assert why({"groups": groups}) == "groups"


@pytest.mark.parametrize(
    ("groups", "expected"),
    [
        ([], "no_role"),
        (["Support"], "no_role"),
        (["supporters", "up"], "no_role"),
        (["support"], None),
    ],
)
def test_a_group_is_known_by_its_whole_name(groups: list[str], expected: str | None) -> None:
    """Whoever is in none of them is not let in."""
    assert why({"groups": groups}) == expected


def test_who_says_nothing_of_groups_has_no_role() -> None:
    """Also where another claim has them."""
    without = {name: value for name, value in ADA.items() if name != "groups"}
    with pytest.raises(NotLetIn, match="no_role"):
        staff_person(without, named())

    assert why({"memberOf": ["support"]}, groups_claim="memberOf") is None


@pytest.mark.parametrize("said", [None, "", "  ", 7, ["ada"], "a\nb", "x" * 200, "\ud800"])
def test_a_person_is_on_record_by_an_id_that_the_contract_takes(said: Any) -> None:
    """Otherwise by none."""
    assert why({"preferred_username": said}) == "no_actor"


@given(st.text(max_size=140))
def test_nobody_is_called_as_a_token_or_a_contact(said: str) -> None:
    """Whatever people may call themselves at their provider."""
    try:
        actor = staff_person(ADA | {"preferred_username": said}, named()).actor
    except NotLetIn:
        return
    assert TypeAdapter(Opaque).validate_python(actor) == actor
    assert actor.startswith("staff:")
    assert TOKEN_NAME.fullmatch(actor) is None
    assert not actor.startswith(("contact-", "workflow:"))


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({}, None),
        ({"email": "Ada@VENDOR.example"}, None),
        ({"email": "ada@straße.example"}, None),
        ({"email": "ada@xn--strae-oqa.example"}, None),
        ({"email": "ada@vendor.example.evil.example"}, "domain"),
        ({"email": "ada@evil.example"}, "domain"),
        ({"email": '"ada@vendor.example"@evil.example'}, "address"),
        ({"email": "ada@vendor.example@evil.example"}, "address"),
        ({"email": "vendor.example"}, "address"),
        ({"email": ["ada@vendor.example"]}, "address"),
        ({"email": None}, "address"),
        ({"email_verified": False}, "address"),
        ({"email_verified": "true"}, "address"),
        ({"email_verified": None}, "address"),
    ],
)
def test_an_address_counts_where_it_is_confirmed(
    claims: dict[str, Any], expected: str | None
) -> None:
    """Anybody may write one into a form of theirs."""
    domains = ("vendor.example", "xn--strae-oqa.example")

    assert why(claims, email_domains=domains) == expected
    assert why(claims, actor_claim="email") == (None if expected == "domain" else expected)


def test_an_address_is_one_however_it_is_spelled() -> None:
    """So it is one actor."""
    actors = {
        staff_person(ADA | {"email": email}, named(actor_claim="email")).actor
        for email in ("Ada@Straße.example", "ada@xn--strae-oqa.example")
    }

    assert actors == {"staff:ada@straße.example"}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ada\nLovelace", "Ada Lovelace"),
        ("\u202eecalevoL adA", "ecalevoL adA"),
        ("", "ada"),
        (None, "ada"),
        (["Ada"], "ada"),
        ("x" * 300, "ada"),
    ],
)
def test_a_name_is_one_line_that_reads_as_it_is_written(name: Any, shown: str) -> None:
    """Where there is none, what they are called on record is shown."""
    assert staff_person(ADA | {"name": name}, named()).name == shown
