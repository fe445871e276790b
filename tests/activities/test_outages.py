"""An outage is one message to support, however many numbers meet it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
)
from activities.adapters.policy_files import PolicyFiles
from activities.notifications import Notifications
from activities.ports import DeliveryState
from domain.contract.effects import NotifyStaff
from domain.contract.events import Role, StaffEvent
from domain.contract.receipts import DeliveryReceipt
from tests.fakes import MemoryPreferences, RecordingMailbox, RecordingPlaces

EIGHT = datetime(2026, 3, 2, 20, 5, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DEFECTS = 50


@pytest.fixture
def mailbox() -> RecordingMailbox:
    """Where letters end up."""
    return RecordingMailbox()


@pytest.fixture
def tell(engine: Engine, mailbox: RecordingMailbox) -> Notifications:
    """The activity under test, over a real ledger."""
    return Notifications(
        mailbox,
        DatabaseLedger(engine),
        DatabaseAudience(engine),
        PolicyFiles(),
        "support@vendor.example",
        MemoryPreferences(),
        RecordingPlaces(),
        DatabaseJointMessages(engine),
    )


def failing(number: int, since: datetime = EIGHT, **facts: Any) -> NotifyStaff:
    """What a defect has support told after half an hour."""
    name = f"DEF-{number:06}"
    told = {"lane": "clients", "event": "defect.resolved", "problem": "NotNow", "failed": 0}
    return NotifyStaff(
        key=f"{name}/17/delivery.failing",
        entity=name,
        sequence=17,
        at=since + 30 * MINUTE,
        kind=StaffEvent.DELIVERY_FAILING,
        role=Role.SUPPORT,
        defect=name,
        facts={**told, "since": since.isoformat().replace("+00:00", "Z"), **facts},
    )


def carried_out(tell: Notifications, notice: NotifyStaff) -> DeliveryReceipt:
    """One attempt."""
    receipt: DeliveryReceipt = ActivityEnvironment().run(tell.tell_staff, notice)
    return receipt


def test_fifty_defects_of_a_release_send_one_message(
    tell: Notifications, mailbox: RecordingMailbox
) -> None:
    """At the same moment, as when the mail server is back; for each it counts as told."""
    notices = [failing(n, EIGHT + n * timedelta(seconds=1)) for n in range(DEFECTS)]
    with ThreadPoolExecutor(10) as threads:
        receipts = list(threads.map(lambda notice: carried_out(tell, notice), notices))

    assert mailbox.events() == ["delivery.failing"]
    assert [receipt.sent + receipt.already for receipt in receipts] == [1] * DEFECTS
    assert sum(receipt.sent for receipt in receipts) == 1


@pytest.mark.parametrize("first", [0, 1], ids=["the earlier first", "the later first"])
def test_an_outage_that_straddles_the_hour_is_one_message(
    tell: Notifications, mailbox: RecordingMailbox, first: int
) -> None:
    """Some met it before the hour struck and some after it, in whatever order they say so."""
    hour = EIGHT + 55 * MINUTE
    sides = [hour - timedelta(seconds=1), hour + timedelta(seconds=1)]
    notices = [failing(n, sides[(n + first) % 2]) for n in range(DEFECTS)]

    receipts = [carried_out(tell, notice) for notice in notices]

    assert mailbox.events() == ["delivery.failing"]
    assert [receipt.sent + receipt.already for receipt in receipts] == [1] * DEFECTS


def test_sides_of_the_hour_that_say_so_at_the_same_time_are_one_message(
    tell: Notifications, mailbox: RecordingMailbox
) -> None:
    """Neither is on record yet when the other looks."""
    hour = EIGHT + 55 * MINUTE
    notices = [failing(n, hour + (n - DEFECTS // 2) * MINUTE / 2) for n in range(DEFECTS)]

    with ThreadPoolExecutor(10) as threads:
        list(threads.map(lambda notice: carried_out(tell, notice), notices))

    assert mailbox.events() == ["delivery.failing"]


@pytest.mark.parametrize(
    "other",
    [
        failing(2, EIGHT + 61 * MINUTE),
        failing(2, lane="portal"),
        failing(2, problem="smtp-550", failed=1),
        failing(2, lane="webhooks"),
    ],
    ids=["an hour later", "another destination", "a refusal", "a receiver of webhooks"],
)
def test_what_is_not_the_same_outage_is_told_too(
    tell: Notifications, mailbox: RecordingMailbox, other: NotifyStaff
) -> None:
    """Support has something else to do there."""
    receipts = [carried_out(tell, notice) for notice in (failing(1), other)]
    assert [receipt.sent for receipt in receipts] == [1, 1]
    assert len(mailbox.letters) == 2


def test_the_first_goes_on_trying_for_all(
    tell: Notifications, mailbox: RecordingMailbox, engine: Engine
) -> None:
    """The others need not wait for it: their own notices behind this one go out."""
    mailbox.down = True
    with pytest.raises(ApplicationError, match="does not take it now"):
        carried_out(tell, failing(1))
    assert carried_out(tell, failing(2)).already == 1
    mailbox.down = False

    assert carried_out(tell, failing(1)).sent == 1
    assert carried_out(tell, failing(1)).already == 1
    assert len(mailbox.letters) == 1
    (row,) = DatabaseLedger(engine).deliveries()
    assert (row.entity, row.state) == ("DEF-000001", DeliveryState.SENT)


def test_an_address_that_refuses_is_noticed_by_each(
    tell: Notifications, mailbox: RecordingMailbox
) -> None:
    """Nobody relies on a message that was refused."""
    (support,) = PolicyFiles().load("eto", EIGHT.year).recipients(Role.SUPPORT)
    mailbox.refused = {support: "smtp-550"}
    assert [carried_out(tell, failing(n)).failed for n in (1, 2)] == [1, 1]
