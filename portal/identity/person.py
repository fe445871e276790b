"""Makes somebody of the staff of what an identity provider says of a person, or says why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from domain.addresses import ascii_domain, recipient_key
from domain.contract.values import Address, Line, Opaque
from runtime.oidc import OpenIdConnect, StaffRole

STAFF = "staff:"
"""Begins the actor of every person of the staff: no token, contact or workflow of ours is called
so, whatever a provider lets people call themselves."""
Why = Literal["no_actor", "groups", "address", "domain", "no_role"]
"""Why somebody is not let in.

The claim that names the actor is missing or of another form; that with the groups is no list of
names; no confirmed address is known, or one of another domain; no group of theirs has a role.
"""
_ACTOR: TypeAdapter[str] = TypeAdapter(Opaque)
_ADDRESS: TypeAdapter[str] = TypeAdapter(Address)
_NAME: TypeAdapter[str] = TypeAdapter(Line)


class NotLetIn(Exception):  # noqa: N818 - it is an answer
    """Somebody is who they say, and may not come in."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class StaffPerson:
    """Somebody of the staff, as they sign in."""

    actor: str
    subject: str
    """The provider's own id, which it gives out once."""
    name: str
    roles: frozenset[StaffRole]


def staff_person(claims: Mapping[str, Any], named: OpenIdConnect) -> StaffPerson:
    """Who somebody is to us; `claims` are proved.

    Raises:
        NotLetIn: saying why.
    """
    said = _said(claims, named.actor_claim)
    if named.email_domains:
        _check_domain(_address(claims), named.email_domains)
    groups = claims.get(named.groups_claim, [])
    # A text has every part of it "in" it: `no-managers` is not `managers`.
    if not isinstance(groups, list) or not all(isinstance(group, str) for group in groups):
        raise NotLetIn("groups")
    roles = named.roles_of(groups)
    if not roles:
        raise NotLetIn("no_role")
    return StaffPerson(f"{STAFF}{said}", claims["sub"], _name(claims, said), roles)


def _said(claims: Mapping[str, Any], claim: str) -> str:
    value = _address(claims) if claim == "email" else claims.get(claim)
    if not isinstance(value, str) or not value.strip():
        raise NotLetIn("no_actor")
    try:
        return _ACTOR.validate_python(f"{STAFF}{value.strip()}").removeprefix(STAFF)
    except ValidationError:
        raise NotLetIn("no_actor") from None


def _address(claims: Mapping[str, Any]) -> str:
    """Their address, which the provider has confirmed: anybody may write one into a form."""
    try:
        address = _ADDRESS.validate_python(claims.get("email"))
    except ValidationError:
        raise NotLetIn("address") from None
    if claims.get("email_verified") is not True:
        raise NotLetIn("address")
    return recipient_key(address)


def _check_domain(address: str, allowed: tuple[str, ...]) -> None:
    try:
        domain = ascii_domain(address.rpartition("@")[2]).lower()
    except ValueError:
        domain = ""
    if domain not in allowed:
        raise NotLetIn("domain")


def _name(claims: Mapping[str, Any], otherwise: str) -> str:
    try:
        name = _NAME.validate_python(claims.get("name"))
        # What turns the direction of a line could make it read as another name.
        return _NAME.validate_python("".join(c for c in name if c.isprintable()))
    except ValidationError:
        return otherwise
