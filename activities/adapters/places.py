"""Chooses how staff are told at places: by `apprise`, where the policy names any."""

from collections.abc import Collection, Mapping

from pydantic import SecretStr

from activities.ports import Letter, NotNow, Places
from domain.staff_places import variable_of


def unknown_places(named: Collection[str], urls: Mapping[str, SecretStr]) -> list[str]:
    """A line for each place that a policy names and no setting knows."""
    return [
        f"{variable_of(name)}: is not set, and the policy tells staff at place:{name}"
        for name in named
        if name not in urls
    ]


def places_for(named: Collection[str], urls: Mapping[str, SecretStr]) -> Places:
    """The places of an installation.

    Raises:
        ValueError: one has no URL, or one that cannot be used, or apprise is not installed.
    """
    if missing := unknown_places(named, urls):
        raise ValueError("\n".join(missing))
    if not named:
        return NoPlaces()
    try:
        # An installation without places goes without it.
        from activities.adapters.apprise_places import ApprisePlaces
    except ImportError:
        raise ValueError(
            f"{variable_of(min(named))}: needs the package apprise, which is not installed here: "
            "install the extra `places`"
        ) from None
    return ApprisePlaces({name: urls[name] for name in named})


class NoPlaces:
    """`Places` where the policy names none."""

    def tell(self, place: str, letter: Letter) -> None:  # noqa: ARG002 - takes none
        """A policy that is newer than this process names it.

        Raises:
            NotNow: always.
        """
        raise NotNow(f"{variable_of(place)} is not known here")
