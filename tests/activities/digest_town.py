"""People who want digests, what they chose, and the activities that tell them, for tests."""

import dataclasses
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, select
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabasePreferences,
)
from activities.adapters.database.digests import DatabaseDigests
from activities.adapters.database.tables import digest_parts
from activities.adapters.policy_files import PolicyFiles
from activities.digest import MailDigests
from activities.notifications import Notifications
from domain.contract.effects import NotifyClients, Person, Whom
from domain.contract.events import ClientEvent
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Contact
from tests.fakes import RecordingMailbox, RecordingPlaces

NOW = datetime(2027, 5, 3, 15, tzinfo=UTC)
EIGHT = datetime(2027, 5, 4, 13, tzinfo=UTC)
"""The next morning at eight in the vendor's zone."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA, BOB = "ada@river.example", "bob@river.example"
NOTICE: dict[str, Any] = {"release_kind": "major", "title": "May", "functional_areas": ["login"]}
PORTAL = "https://portal.vendor.example"


class Town:
    """People, what they chose, and the two activities at an instant."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mailbox = RecordingMailbox()
        self.ledger = DatabaseLedger(engine)
        self.preferences = DatabasePreferences(engine)
        self.digests = DatabaseDigests(engine)

    def chooses(self, address: str = ADA, at: datetime = NOW, **chosen: Any) -> None:
        """What somebody wants from now on: a digest, if nothing else is said."""
        self.preferences.keep(address, chosen or {"digest": True}, at)

    def told(
        self,
        sequence: int,
        *addresses: str,
        kind: ClientEvent = ClientEvent.DEFECT_UPDATE,
        entity: str = "DEF-000001",
        at: datetime = NOW,
        **facts: Any,
    ) -> DeliveryReceipt:
        """A defect or release tells these people something; of an update its text has a number."""
        if kind is ClientEvent.DEFECT_UPDATE:
            facts = {"severity": "S1", "stage": "fixing", "text": f"text {sequence}."} | facts
        effect = NotifyClients(
            key=f"{entity}/{sequence}/{kind}",
            entity=entity,
            sequence=sequence,
            at=at,
            kind=kind,
            people=[
                Person(contact=Contact(email=to, name="Ada"), cases=[f"CASE-{entity[-1]}"])
                for to in addresses or (ADA,)
            ],
            facts=facts,
        )
        return self.tell(effect, at)

    def update(self, sequence: int) -> NotifyClients:
        """An update to everyone attached."""
        return NotifyClients(
            key=f"DEF-000001/{sequence}/defect.update",
            sequence=sequence,
            at=NOW,
            entity="DEF-000001",
            kind=ClientEvent.DEFECT_UPDATE,
            facts={"severity": "S1", "stage": "fixing", "text": f"text {sequence}."},
        )

    def news(self) -> NotifyClients:
        """The newsletter of a release, to everyone there is."""
        deploy_at = (NOW + 14 * DAY).isoformat()
        return NotifyClients(
            key="REL-2027.5/1/release.notice",
            sequence=1,
            at=NOW,
            entity="REL-2027.5",
            kind=ClientEvent.RELEASE_NOTICE,
            whom=Whom(kind="newsletter"),
            facts={"deploy_at": deploy_at, **NOTICE},
        )

    def tell(self, effect: NotifyClients, at: datetime) -> DeliveryReceipt:
        """One attempt of the activity that tells clients."""
        tell = Notifications(
            self.mailbox,
            self.ledger,
            DatabaseAudience(self.engine),
            PolicyFiles(),
            "support@vendor.example",
            self.preferences,
            RecordingPlaces(),
            DatabaseJointMessages(self.engine),
            PORTAL,
            digests=self.digests,
        )
        receipt: DeliveryReceipt = _at(at).run(tell.tell_clients, effect)
        return receipt

    def mailed(self, at: datetime = EIGHT) -> int:
        """One attempt to send digests."""
        send = MailDigests(
            self.mailbox,
            self.ledger,
            DatabaseAudience(self.engine),
            self.digests,
            self.preferences,
            PolicyFiles(),
            "support@vendor.example",
            PORTAL,
        )
        sent: int = _at(at).run(send.mail_digests)
        return sent

    def got(self, address: str = ADA) -> list[tuple[str, list[str]]]:
        """The events of one person's mails, and which numbered texts each had, in order."""
        return [
            (letter.headers["X-Event"], re.findall(r"text \d+", letter.text))
            for letter in self.mailbox.letters
            if letter.to == address
        ]

    def states(self, entity: str = "DEF-000001") -> list[tuple[str, bool]]:
        """How its messages stand, and whether they are not told any more."""
        rows = self.ledger.deliveries(entity)
        return [(row.state.value, row.overtaken_at is not None) for row in rows]

    def waiting(self) -> Sequence[str]:
        """For whom each message waits."""
        with self.engine.connect() as connection:
            return connection.execute(select(digest_parts.c.recipient)).scalars().all()


def _at(instant: datetime) -> ActivityEnvironment:
    environment = ActivityEnvironment()
    environment.info = dataclasses.replace(environment.info, started_time=instant)
    return environment
