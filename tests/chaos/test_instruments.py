"""What chaos measures with: the compressed policy, the plan, and the mail server that flaps."""

import asyncio
import smtplib
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from random import Random

import pytest

from activities.adapters.policy_files import PolicyFiles
from domain.contract.values import Severity
from domain.policy import ElapsedCadence
from tests.chaos.mail import FlappingMail
from tests.chaos.month import Month
from tests.chaos.plan import Chaos
from tests.chaos.stories import stories
from tests.programs import eventually


def test_a_month_of_the_policy_passes_in_minutes(tmp_path: Path) -> None:
    """A day is a thirtieth of it, for targets, updates and notices alike."""
    month = Month(seconds=300)
    month.write_policy(tmp_path / "month.toml")
    policy = PolicyFiles(tmp_path / "month.toml").load("eto", 2027)
    s1 = policy.severities[Severity.S1]

    assert month.day == 10
    assert s1.target is not None
    assert s1.target.amount * 86_400 == pytest.approx(20)
    assert isinstance(s1.updates, ElapsedCadence)
    assert timedelta(hours=s1.updates.max_gap_hours).total_seconds() == pytest.approx(10)
    notices = [timedelta(days=days).total_seconds() for days in policy.releases.notice_days]
    assert notices == pytest.approx([140, 20])


def test_a_seed_decides_everything() -> None:
    """What goes wrong and what is told; another seed decides otherwise."""
    plans = [Chaos(seed, 60, 20, 2, 3).disturbances() for seed in (1, 1, 2)]

    assert plans[0] == plans[1] != plans[2]
    assert stories(1) == stories(1) != stories(2)


async def test_the_mail_server_knows_who_has_heard_it() -> None:
    """Who goes on or takes leave has; who vanishes has not; who is not answered neither."""
    async with FlappingMail(Random(1), slowest=0).running() as mail:
        await asyncio.to_thread(_send, mail.port, polite=True)
        await asyncio.to_thread(_send, mail.port, polite=False)
        heard, vanished = mail.taken
        await eventually("the connection is lost", lambda: vanished.lost_at is not None)
        await mail.become("hang_up")
        while len(mail.taken) < 3:
            with pytest.raises(smtplib.SMTPServerDisconnected):
                await asyncio.to_thread(_send, mail.port, polite=True)

    assert (heard.heard, heard.hung_up) == (True, False)
    assert (vanished.heard, vanished.hung_up) == (False, False)
    assert (mail.taken[2].heard, mail.taken[2].hung_up) == (False, True)


async def test_the_mail_server_goes_wrong_as_it_is_told() -> None:
    """It answers 451, then nobody listens, then all is well again."""
    async with FlappingMail(Random(1), slowest=0).running() as mail:
        await mail.become("later")
        with pytest.raises(smtplib.SMTPDataError, match="451"):
            await asyncio.to_thread(_send, mail.port, polite=True)
        await mail.become("refuse")
        with pytest.raises(ConnectionRefusedError):
            await asyncio.to_thread(_send, mail.port, polite=True)
        await mail.become("")
        await asyncio.to_thread(_send, mail.port, polite=True)

    assert [(taken.recipient, taken.event) for taken in mail.taken] == [
        ("ada@client.example", "case.opened")
    ]


def _send(port: int, *, polite: bool) -> None:
    letter = EmailMessage()
    letter["Message-ID"], letter["X-Event"] = "<1@vendor.example>", "case.opened"
    connection = smtplib.SMTP("127.0.0.1", port)
    try:
        connection.send_message(letter, "us@vendor.example", ["Ada@client.example"])
        if polite:
            connection.quit()
    finally:
        connection.close()
