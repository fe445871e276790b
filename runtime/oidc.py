"""What settings say of signing staff in by OpenID Connect, and how each of them must be written."""

import ipaddress
import re
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import SecretStr, WithJsonSchema

from domain.addresses import ascii_domain

ActorClaim = Literal["preferred_username", "email", "sub"]


class StaffRole(StrEnum):
    """What somebody of the vendor may do; `portal/roles.py` has the scopes of each."""

    SPECIALIST = "specialist"
    CLIENT_SUCCESS = "client_success"
    RELEASE_MANAGER = "release_manager"
    VIEWER = "viewer"


RoleOfGroup = Annotated[tuple[StaffRole, str], WithJsonSchema({"type": "string"})]


@dataclass(frozen=True, slots=True)
class OpenIdConnect:
    """The identity provider that staff sign in at, and what is made of what it says of them."""

    issuer: str
    client_id: str
    client_secret: SecretStr
    scopes: str
    roles: tuple[RoleOfGroup, ...]
    groups_claim: str
    actor_claim: ActorClaim
    email_domains: tuple[str, ...]
    """In ASCII; none where any address will do."""

    @property
    def host(self) -> str:
        """How people are told which provider it is."""
        return urlsplit(self.issuer).hostname or ""

    def roles_of(self, groups: Collection[str]) -> frozenset[StaffRole]:
        """Of a person in these groups: what any of the groups has."""
        return frozenset(role for role, group in self.roles if group in groups)


def issuer(url: str) -> str:
    """An issuer, to the letter: a slash at its end is part of its name.

    Raises:
        ValueError: no URL, or one that is not `https` and not on this machine.
    """
    try:
        parts = urlsplit(url)
        sound = bool(parts.hostname) and parts.port != 0 and not (parts.query or parts.fragment)
    except ValueError:
        sound = False
    secure = sound and (parts.scheme == "https" or _on_loopback(url))
    if not secure:
        raise ValueError("must be the issuer's URL such as https://sign-in.example.org/realm")
    return url


def _on_loopback(url: str) -> bool:
    parts = urlsplit(url)
    try:
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        loopback = parts.hostname == "localhost"
    return parts.scheme == "http" and loopback


def scopes(text: str) -> str:
    """Scopes that are asked for, `openid` among them.

    Raises:
        ValueError: without `openid`, or with what is no scope.
    """
    names = text.split()
    if "openid" not in names or not all(re.fullmatch(r"[!#-\[\]-~]+", name) for name in names):
        raise ValueError("must be scopes with blanks between them, openid among them")
    return " ".join(names)


def roles_of_groups(given: object) -> object:
    """`viewer=everybody,specialist=support-team`; a role or a group may be there several times.

    Raises:
        ValueError: a part that is no role with a group.
    """
    if not isinstance(given, str):
        return given
    pairs = [tuple(part.strip() for part in pair.split("=", 1)) for pair in given.split(",")]
    for position, pair in enumerate(pairs, 1):
        if len(pair) < 2 or pair[0] not in {*StaffRole} or not pair[1]:
            raise ValueError(
                f"part {position} must be a role and a group such as viewer=everybody, the role "
                f"one of {', '.join(StaffRole)}; several are separated by commas"
            )
    return pairs


def domains(given: object) -> object:
    """Domains of addresses, separated by commas.

    Raises:
        ValueError: one that is none.
    """
    if not isinstance(given, str):
        return given
    return [_domain(position, each.strip()) for position, each in enumerate(given.split(","), 1)]


def _domain(position: int, domain: str) -> str:
    try:
        plain = ascii_domain(domain).lower()
    except ValueError:
        plain = ""
    if not re.fullmatch(r"[a-z0-9.-]+", plain):
        raise ValueError(
            f"domain {position} must be one such as vendor.example; several are separated by commas"
        )
    return plain
