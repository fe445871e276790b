"""Where staff are told: addresses, and places that have a name, such as a chat or a pager."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Discriminator, Field, Tag

from domain.contract.values import Address

PLACE = "place:"
"""How a policy begins what is a name and no address; how to get there is no matter of a policy."""
VARIABLES = "DEFECTS_PLACE_"
"""How the settings begin that say how to get to places."""
MOST_PLACES = 10
"""Of one role: all of them are told by one activity."""


def place_name(recipient: str) -> str | None:
    """The name of a place; None of an address."""
    return recipient.removeprefix(PLACE) if recipient.startswith(PLACE) else None


def variable_of(name: str) -> str:
    """The setting that says how to get to a place: it holds secrets, which no policy does."""
    return f"{VARIABLES}{name.upper().replace('-', '_')}"


def _form_of(recipient: object) -> str:
    return "place" if isinstance(recipient, str) and recipient.startswith(PLACE) else "address"


_NamedPlace = Annotated[str, Field(pattern=rf"^{PLACE}[a-z0-9]([a-z0-9-]{{0,38}}[a-z0-9])?$")]
Recipient = Annotated[
    Annotated[Address, Tag("address")] | Annotated[_NamedPlace, Tag("place")],
    # Without it an error would name both forms, whichever was meant.
    Discriminator(_form_of),
]
Recipients = Annotated[
    Annotated[Recipient, Tag("one")]
    | Annotated[list[Recipient], Field(min_length=1, max_length=MOST_PLACES), Tag("several")],
    Discriminator(lambda given: "several" if isinstance(given, list) else "one"),
]
"""Of one role. One alone is no list, and stays none: the version of a policy is what its file says.
"""


def recipients_of(given: Recipients) -> tuple[str, ...]:
    """All of them, in the order of the policy."""
    return (given,) if isinstance(given, str) else tuple(given)


def named_places(contacts: Iterable[Recipients]) -> list[str]:
    """The names of all places among them, sorted."""
    names = {place_name(recipient) for given in contacts for recipient in recipients_of(given)}
    return sorted(name for name in names if name is not None)
