"""Messages to people without an e-mail address: staff tell them, and the ledger knows."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabaseReadModel,
)
from activities.adapters.database.telephone import DatabaseTelephone
from activities.adapters.policy_files import PolicyFiles
from activities.delivery import MOST_BY_TELEPHONE, TOO_MANY_CALLS, Tally
from activities.notifications import Notifications
from activities.ports import DeliveryState
from domain.contract.effects import AudienceChange, Fact, NotifyClients, UpdateReadModel, Whom
from domain.contract.events import ClientEvent
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Attachment, Contact
from tests.fakes import MemoryPreferences, RecordingMailbox, RecordingPlaces
from tests.quick_databases import empty_database

NOW = datetime(2027, 3, 8, 15, tzinfo=UTC)
KEY = "DEF-1/5/defect.update"
ADA = Contact(name="Ada", phone="+49 30 555 0123", language="de")
BOB = Contact(email="bob@river.example")


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh SQLite database."""
    engine = empty_database(tmp_path / "telephone.db")
    yield engine
    engine.dispose()


class Desk:
    """The activity over a database, and what staff do."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mailbox = RecordingMailbox()
        self.preferences = MemoryPreferences()
        self.calls = DatabaseTelephone(engine)

    def attach(self, sequence: int, **contacts: Contact) -> None:
        """Who is the contact of which case from now on."""
        people = [
            Attachment(case=case, client="acme", contact=contact)
            for case, contact in contacts.items()
        ]
        self.project(audience=[AudienceChange(sequence=sequence, at=NOW, attach=people)])

    def project(self, **written: Any) -> None:
        """Bring the read model up to date."""
        DatabaseReadModel(self.engine).project(
            UpdateReadModel(
                key="DEF-1/9/project",
                entity="DEF-1",
                sequence=9,
                at=NOW,
                kind="defect",
                snapshot={"number": "DEF-1", "state": "open"},
                **written,
            )
        )

    def fact(self, sequence: int, event: str, **details: Any) -> None:
        """The defect has it on record."""
        at = NOW + timedelta(minutes=sequence)
        self.project(facts=[Fact(sequence=sequence, at=at, event=event, details=details)])

    def tell(self, text: str = "We found the cause.", whom: str = "attached") -> DeliveryReceipt:
        """Carry out one message."""
        notifications = Notifications(
            self.mailbox,
            DatabaseLedger(self.engine),
            DatabaseAudience(self.engine),
            PolicyFiles(),
            "support@vendor.example",
            self.preferences,
            RecordingPlaces(),
            DatabaseJointMessages(self.engine),
        )
        is_news = whom == "newsletter"
        effect = NotifyClients(
            key=KEY,
            entity="DEF-1",
            sequence=5,
            at=NOW,
            kind=ClientEvent.RELEASE_NOTICE if is_news else ClientEvent.DEFECT_UPDATE,
            whom=Whom.model_validate({"kind": whom}),
            defect=None if is_news else "DEF-1",
            release="REL-1" if is_news else None,
            facts={"deploy_at": "2027-04-01T12:00:00Z", "release_kind": "major", "title": "Spring"}
            if is_news
            else {"severity": "S1", "stage": "investigating", "text": text},
        )
        env = ActivityEnvironment()
        env.info = dataclasses.replace(env.info, started_time=NOW)
        receipt: DeliveryReceipt = env.run(notifications.tell_clients, effect)
        return receipt

    def rows(self) -> list[tuple[str, str, DeliveryState, bool]]:
        """Recipient, channel, state, and whether nobody waits for it, of each delivery."""
        return [
            (row.recipient, row.channel, row.state, row.overtaken_at is not None)
            for row in DatabaseLedger(self.engine).deliveries()
        ]


@pytest.fixture
def desk(engine: Engine) -> Desk:
    """Where Ada, who has no address, and Bob, who has one, are the contacts."""
    desk = Desk(engine)
    desk.attach(1, C1=ADA, C2=BOB)
    return desk


def test_staff_get_the_letter_that_nobody_can_send(desk: Desk) -> None:
    """In the language of the person, with their number; no mail goes to the key."""
    receipt = desk.tell()

    assert receipt == DeliveryReceipt(key=KEY, sent=1, by_telephone=["C1"], cases=2)
    assert receipt.arrived
    assert [letter.to for letter in desk.mailbox.letters] == [BOB.email]
    (owed,) = desk.calls.to_tell(10)
    assert (owed.message, owed.entity, owed.kind, owed.cases) == (KEY, "DEF-1", "defect", ("C1",))
    assert (owed.spoken.name, owed.spoken.phone, owed.since) == ("Ada", ADA.phone, NOW)
    assert "We found the cause." in owed.spoken.text
    assert "Guten Tag" in owed.spoken.text
    assert "unsubscribe" not in owed.spoken.text


def test_a_message_to_nobody_but_callers_has_not_arrived(desk: Desk) -> None:
    """T9: it does once somebody says that they were told."""
    desk.attach(2, C2=Contact(name="Cy"))
    receipt = desk.tell()

    assert receipt == DeliveryReceipt(key=KEY, by_telephone=["C2", "C1"], cases=2)
    assert not receipt.arrived


def test_who_was_told_is_told_no_more(desk: Desk) -> None:
    """The row says `sent`, as of a mail, and a repeat of the message counts it so."""
    desk.tell()
    for _ in range(2):
        desk.fact(6, "contact.notified", message=KEY, case="C1", about="defect.update")

    assert desk.rows()[1] == ("tel:49305550123:ada", "telephone", DeliveryState.SENT, False)
    assert (desk.calls.to_tell(10), desk.calls.count()) == ([], 0)
    assert desk.tell() == DeliveryReceipt(key=KEY, already=2, cases=2)
    other = desk.tell("Something else.")
    assert (other.failed, other.problem) == (2, "key_used")


def test_a_repeat_owes_it_once(desk: Desk) -> None:
    """An attempt that breaks off is made again."""
    assert desk.tell().by_telephone == desk.tell().by_telephone == ["C1"]
    assert len(desk.calls.to_tell(10)) == desk.calls.count() == 1


def test_what_is_given_up_leaves_the_list(desk: Desk) -> None:
    """For one person, or for all."""
    desk.attach(2, C3=Contact(name="Cy"))
    desk.tell()
    desk.fact(6, "contact.not_notified", message=KEY, case="C3", reason="left")
    assert [owed.cases for owed in desk.calls.to_tell(10)] == [("C1",)]
    desk.fact(7, "contact.not_notified", message=KEY, reason="late")
    assert desk.calls.find(KEY, "C1") is None


def test_what_was_not_told_is_mailed_to_the_new_address(desk: Desk) -> None:
    """And nobody else gets it again."""
    desk.tell()
    desk.attach(6, C1=Contact(email="ada@river.example"))
    receipt = desk.tell()

    assert receipt == DeliveryReceipt(key=KEY, sent=1, already=1, cases=2)
    assert [letter.to for letter in desk.mailbox.letters] == [BOB.email, "ada@river.example"]
    assert desk.calls.to_tell(10) == []


def test_callers_choose_too(desk: Desk) -> None:
    """Who wants no progress is not called about it."""
    desk.preferences.keep(ADA.recipient("C1"), {"progress": False}, NOW)
    assert desk.tell() == DeliveryReceipt(key=KEY, sent=1, opted_out=1, cases=2)


def test_nobody_is_called_for_the_newsletter(desk: Desk) -> None:
    """Notices of releases are mails."""
    assert desk.tell(whom="newsletter") == DeliveryReceipt(key=KEY, sent=1)


def test_more_calls_than_anybody_can_make_are_refused(engine: Engine) -> None:
    """Receipt and state stay small, and support hears of it."""
    desk = Desk(engine)
    names = (f"C{number:04}" for number in range(MOST_BY_TELEPHONE + 2))
    desk.attach(1, **{case: Contact(name="Caller") for case in names})
    receipt = desk.tell()

    assert len(receipt.by_telephone) == MOST_BY_TELEPHONE
    assert (receipt.failed, receipt.problem) == (2, TOO_MANY_CALLS)


def test_a_heartbeat_of_the_version_before_is_understood() -> None:
    """It says nothing of telephones."""
    assert Tally(sent=1, already=0, failed=0, opted_out=0, problem=None).by_telephone == ()
