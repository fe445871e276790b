"""Zone rules come from the pinned package only."""

import zoneinfo
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import import_module, resources
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from runtime.time_zones import installed_version, use_pinned_zones


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    path = zoneinfo.TZPATH
    yield
    zoneinfo.reset_tzpath(to=path)
    ZoneInfo.clear_cache()


def test_machine_rules_are_not_read(tmp_path: Path) -> None:
    """A machine whose files say otherwise does not move an instant."""
    utc = resources.files("tzdata.zoneinfo") / "UTC"
    (tmp_path / "America").mkdir()
    (tmp_path / "America" / "Chicago").write_bytes(utc.read_bytes())
    zoneinfo.reset_tzpath(to=[tmp_path])
    ZoneInfo.clear_cache()
    at = datetime(2026, 12, 1, 9)  # noqa: DTZ001 - the zone follows

    assert at.replace(tzinfo=ZoneInfo("America/Chicago")).utcoffset() == timedelta()

    use_pinned_zones()
    assert zoneinfo.TZPATH == ()
    assert at.replace(tzinfo=ZoneInfo("America/Chicago")).utcoffset() == timedelta(hours=-6)


def test_version() -> None:
    """The version of the rules is the package's."""
    assert installed_version() == import_module("tzdata").__version__
