"""Instants in letters, by the recipient's clock."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from activities.languages import ENGLISH, known_languages
from domain.contract.events import ClientEvent
from tests.activities.rendering.letters import AT, DEPLOY_AT, client_letter

SENT = "Friday 20 November 2026, 16:05 CST (America/Chicago)"


@pytest.mark.parametrize(
    ("time_zone", "sent"),
    [
        ("America/Chicago", SENT),
        ("America/Los_Angeles", "Friday 20 November 2026, 14:05 PST (America/Los_Angeles)"),
        ("Europe/Berlin", "Friday 20 November 2026, 23:05 CET (Europe/Berlin)"),
        ("Asia/Kathmandu", "Saturday 21 November 2026, 03:50 UTC+0545 (Asia/Kathmandu)"),
        ("America/Sao_Paulo", "Friday 20 November 2026, 19:05 UTC-03 (America/Sao_Paulo)"),
        ("UTC", "Friday 20 November 2026, 22:05 UTC"),
        (None, SENT),
        ("", SENT),
        ("Central Time", SENT),
        ("America", SENT),
        ("../../etc/passwd", SENT),
        ("/etc/localtime", SENT),
        ("x\x00y", SENT),
        ("é" * 64, SENT),
    ],
)
def test_zones(time_zone: str | None, sent: str) -> None:
    """Times are the recipient's, or the vendor's where their zone is none, with the zone named."""
    letter = client_letter(ClientEvent.CASE_CLOSED, time_zone=time_zone)

    assert f"Sent {sent}" in " ".join(letter.text.split())
    assert f"Sent {sent}</p>" in letter.html
    assert letter.at == AT


def test_release_date() -> None:
    """The date of a release is told in the recipient's zone."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_REMINDER,
        {"release": "REL-2026.4", "deploy_at": DEPLOY_AT},
        time_zone="Asia/Tokyo",
    )

    assert "Saturday 5 December 2026, 13:00 JST (Asia/Tokyo)" in " ".join(letter.text.split())


def test_summer_time() -> None:
    """Summer time is named as such."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_REMINDER,
        {"release": "REL-2026.4", "deploy_at": "2026-07-01T12:00:00+02:00"},
    )

    assert "Wednesday 1 July 2026, 05:00 CDT (America/Chicago)" in " ".join(letter.text.split())


@pytest.mark.parametrize("instant", ["2026-12-05T04:00:00", "next Friday", 7])
def test_no_instant(instant: object) -> None:
    """A fact that should be an instant and is none is not sent."""
    with pytest.raises(ValueError, match=r"."):
        client_letter(ClientEvent.DEFECT_RELEASE_REMINDER, {"release": "R1", "deploy_at": instant})


def test_naive_instant() -> None:
    """An instant without a zone is refused."""
    with pytest.raises(ValueError, match="carries no time zone"):
        known_languages()[ENGLISH].local_time(datetime(2026, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001 - the case in point
