"""Makes zone rules come from the pinned `tzdata` package only, never from the machine."""

import zoneinfo
from importlib.metadata import version


def use_pinned_zones() -> None:
    """Call once at the start of a process: a machine's zone files must not move due instants."""
    zoneinfo.reset_tzpath(to=())
    zoneinfo.ZoneInfo.clear_cache()


def installed_version() -> str:
    """The version of the rules, `2025.2` for IANA's 2025b."""
    return version("tzdata")
