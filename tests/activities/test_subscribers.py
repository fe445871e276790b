"""Subscribers of the status page: who becomes one, and that each is told each post once."""

import dataclasses
import re
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import pytest
from sqlalchemy import Engine, func, select
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import DatabaseLedger, DatabaseStatusPage
from activities.adapters.database.retention import DatabaseRetention
from activities.adapters.database.subscribers import ALL, DatabaseSubscribers
from activities.adapters.database.tables import deliveries
from activities.adapters.database.tables_pages import status_subscriptions
from activities.adapters.policy_files import PolicyFiles
from activities.many_mails import PATIENCE
from activities.ports import DeliveryState, NotNow
from activities.subscriber_ports import IncidentPost, Subscriber
from activities.subscribers import PAGE, MailSubscribers
from domain.contract.values import Stage
from domain.retention import Kept
from tests.activities.database.rows import HOUR, NOW
from tests.activities.database.test_mail_and_status_page import post
from tests.activities.database.test_retention import PERIODS
from tests.fakes import RecordingMailbox

INCIDENT, OTHER = "DEF-000001/S1-1", "DEF-000002/S1-1"
DAY = timedelta(days=1)
PORTAL = "https://portal.vendor.example"


class _Counted(DatabaseSubscribers):
    """Notes how long its pages are."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.pages: list[int] = []

    def due(self, post: IncidentPost, after: str | None, limit: int) -> Sequence[Subscriber]:
        page = super().due(post, after, limit)
        self.pages.append(len(page))
        return page


class Town:
    """A status page, its subscribers, and the activity that mails them at an instant."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.mailbox = RecordingMailbox()
        self.subscribers = _Counted(engine)
        self.page = DatabaseStatusPage(engine)

    def subscribed(self, email: str, incident: str = ALL, language: str = "en") -> str:
        """Somebody who confirmed an hour ago."""
        token = self.subscribers.ask(email, incident, language, NOW - HOUR)
        assert token is not None
        assert self.subscribers.confirm(token, NOW - HOUR)
        return token

    def posted(
        self,
        sequence: int,
        stage: Stage | Literal["resolved"] = Stage.INVESTIGATING,
        incident: str = INCIDENT,
        at: datetime = NOW,
    ) -> None:
        """Something new on the status page, minutes after what was before."""
        self.page.post(post(sequence, stage, incident), at + sequence * timedelta(minutes=1))

    def mailed(self, at: datetime = NOW + HOUR) -> int:
        """One attempt of the activity at an instant."""
        tell = MailSubscribers(
            self.mailbox,
            DatabaseLedger(self.engine),
            self.subscribers,
            PolicyFiles(),
            "support@vendor.example",
            PORTAL,
        )
        environment = ActivityEnvironment()
        environment.info = dataclasses.replace(environment.info, started_time=at)
        sent: int = environment.run(tell.mail_subscribers)
        return sent

    def got(self) -> list[tuple[str, str]]:
        """To whom which text went, in order."""
        return [(x.to, re.findall(r"text \d", x.text)[0]) for x in self.mailbox.letters]


@pytest.fixture
def town(engine: Engine) -> Town:
    """An empty one."""
    return Town(engine)


# --- subscribing ---------------------------------------------------------------------------------


def test_nobody_is_told_who_has_not_confirmed(town: Town) -> None:
    """Double opt-in: the link is good for a day, and what was posted before is not told."""
    early = town.subscribers.ask("ada@x.example", ALL, "en", NOW - DAY - HOUR)
    late = town.subscribers.ask("bob@x.example", ALL, "en", NOW - HOUR)
    town.posted(1)
    assert early is not None
    assert late is not None
    assert not town.subscribers.confirm(early, NOW)
    assert not town.subscribers.confirm("no such token", NOW)
    assert town.subscribers.confirm(late, NOW + HOUR)
    assert town.subscribers.confirm(late, NOW + HOUR)
    town.posted(2, at=NOW + HOUR)
    town.mailed(NOW + 2 * HOUR)

    assert town.got() == [("bob@x.example", "text 2")]


def test_asking_again_changes_nothing_for_who_is_subscribed(town: Town) -> None:
    """A stranger can neither end it, nor turn its language, nor learn the token's fate."""
    token = town.subscribed("Ada@Straße.example", language="de")
    again = town.subscribers.ask("ada@xn--strae-oqa.example", ALL, "en", NOW)
    town.posted(1)
    town.mailed()

    assert again == token
    assert [letter.to for letter in town.mailbox.letters] == ["Ada@straße.example"]
    assert "Guten Tag" in town.mailbox.letters[0].text


def test_the_table_is_bounded_and_the_unconfirmed_are_removed(engine: Engine) -> None:
    """By the next who asks, and by retention; who has confirmed stays."""
    few = DatabaseSubscribers(engine, most=2)
    kept = few.ask("ada@x.example", ALL, "en", NOW)
    assert kept is not None
    assert few.confirm(kept, NOW)
    assert few.ask("bob@x.example", ALL, "en", NOW) is not None
    assert few.ask("cy@x.example", ALL, "en", NOW) is None
    assert few.ask("bob@x.example", ALL, "en", NOW) is not None
    retention = DatabaseRetention(engine, PERIODS)
    assert retention.prune(Kept.STATUS_SUBSCRIPTIONS, NOW + HOUR, 100) == 0
    assert retention.prune(Kept.STATUS_SUBSCRIPTIONS, NOW + DAY, 100) == 1
    assert few.ask("cy@x.example", ALL, "en", NOW + DAY) is not None


def test_one_incident_is_told_until_its_resolution(town: Town) -> None:
    """Then the subscription ends; it cannot begin after that."""
    town.posted(1)
    town.posted(5, incident=OTHER)
    confirming = town.subscribers.ask("cy@x.example", INCIDENT, "en", NOW)
    town.subscribed("ada@x.example", INCIDENT)
    town.subscribed("bob@x.example")
    town.posted(2)
    town.posted(3, "resolved")
    assert confirming is not None
    assert not town.subscribers.confirm(confirming, NOW)
    assert town.subscribers.ask("dot@x.example", INCIDENT, "en", NOW) is None
    town.mailed()

    assert [text for to, text in town.got() if to == "ada@x.example"] == [
        *("text 1", "text 2", "text 3"),
    ]
    assert len([to for to, _ in town.got() if to == "bob@x.example"]) == 4
    with town.engine.connect() as connection:
        left = connection.execute(select(status_subscriptions.c.address)).scalars().all()
    assert left == ["bob@x.example"]


def test_who_leaves_gets_nothing_more_of_anything(town: Town) -> None:
    """All that an address subscribed to ends; others stay, whatever token is tried."""
    town.posted(1)
    token = town.subscribed("ada@x.example", INCIDENT)
    town.subscribed("ada@x.example")
    town.subscribed("bob@x.example")
    town.subscribers.leave("no such token")
    town.subscribers.leave(token)
    town.mailed()

    assert town.got() == [("bob@x.example", "text 1")]


# --- telling -------------------------------------------------------------------------------------


def test_everybody_is_told_each_post_once_and_in_order(town: Town) -> None:
    """Who subscribed to the incident and to all, too; a repeat sends nothing."""
    town.posted(1)
    for person in ("ada@x.example", "bob@x.example"):
        town.subscribed(person)
        town.subscribed(person, INCIDENT)
    town.posted(2, Stage.FIXING)
    assert town.mailed() == 4
    assert not town.subscribers.is_wanted()
    assert town.mailed() == 0
    assert town.got() == [
        (to, text) for text in ("text 1", "text 2") for to in ("ada@x.example", "bob@x.example")
    ]
    assert len({letter.message_id for letter in town.mailbox.letters}) == 4


def test_a_crowd_is_told_a_page_at_a_time(town: Town) -> None:
    """A worker that dies in between leaves nobody out and tells nobody twice."""
    people = [f"p{n:05}@x.example" for n in range(5 * PAGE + 50)]
    with town.engine.begin() as connection:
        connection.execute(
            status_subscriptions.insert(),
            [
                {
                    "token": person,
                    "address": person,
                    "email": person,
                    "incident": ALL,
                    "language": "en",
                    "asked_at": NOW - HOUR,
                    "confirmed_at": NOW - HOUR,
                }
                for person in people
            ],
        )
    town.posted(1)

    def dies(_letter: object) -> None:
        if len(town.mailbox.letters) == 321:
            raise RuntimeError("the worker dies")

    town.mailbox.before_send = dies
    with pytest.raises(RuntimeError):
        town.mailed()
    town.mailbox.before_send = lambda letter: None
    town.mailed()

    assert [letter.to for letter in town.mailbox.letters] == people
    assert max(town.subscribers.pages) == PAGE


def test_an_outage_of_mail_delays_and_loses_nothing(town: Town) -> None:
    """However long: nobody is given up on account of it."""
    town.subscribed("ada@x.example")
    town.posted(1)
    town.mailbox.down = True
    for hours in (1, 30, 24 * 30):
        with pytest.raises(NotNow):
            town.mailed(NOW + hours * HOUR)
    town.posted(2, "resolved")
    town.mailbox.down = False
    assert town.mailed(NOW + 31 * DAY) == 2
    assert town.got() == [("ada@x.example", "text 1"), ("ada@x.example", "text 2")]
    assert town.mailbox.tries == 5


def test_one_address_that_is_not_accepted_holds_up_nobody(town: Town) -> None:
    """It gets its mails in order once it is, and is given up after days; the others do not wait."""
    for person in ("ada@x.example", "bob@x.example", "cy@x.example"):
        town.subscribed(person)
    town.posted(1)
    town.posted(2)
    town.mailbox.not_now = {"ada@x.example", "bob@x.example"}
    with pytest.raises(NotNow):
        town.mailed()
    assert town.got() == [("cy@x.example", "text 1"), ("cy@x.example", "text 2")]
    town.mailbox.not_now = {"ada@x.example"}
    with pytest.raises(NotNow):
        town.mailed(NOW + DAY)
    assert town.got()[2:] == [("bob@x.example", "text 1"), ("bob@x.example", "text 2")]
    assert town.mailed(NOW + PATIENCE + DAY) == 0
    assert not town.subscribers.is_wanted()
    states = [(d.recipient, d.state) for d in DatabaseLedger(town.engine).deliveries()]
    assert states.count(("ada@x.example", DeliveryState.FAILED)) == 2


def test_who_leaves_while_a_mail_waits_is_not_waited_for(town: Town) -> None:
    """What is left of it in the ledger counts as overtaken, and ends the post."""
    token = town.subscribed("ada@x.example")
    town.posted(1)
    town.mailbox.down = True
    with pytest.raises(NotNow):
        town.mailed()
    town.subscribers.leave(token)
    town.mailbox.down = False
    assert town.mailed() == 0
    assert DatabaseLedger(town.engine).oldest_unsent_at() is None


def test_two_workers_at_once_tell_nobody_twice(town: Town) -> None:
    """As after a heartbeat that came too late: the ledger has them take turns."""
    for n in range(50):
        town.subscribed(f"p{n:02}@x.example")
    town.posted(1)
    workers = [threading.Thread(target=town.mailed) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids = [letter.message_id for letter in town.mailbox.letters]
    with town.engine.connect() as connection:
        rows = connection.execute(select(func.count()).select_from(deliveries)).scalar_one()

    assert rows == 50
    assert len(set(ids)) == 50


# --- their letters -------------------------------------------------------------------------------


def test_the_way_out_is_one_click_and_nothing_tells_the_defect(town: Town) -> None:
    """RFC 8058, RFC 2369; D8: of the incident there is its public name only."""
    token = town.subscribed("ada@x.example")
    town.posted(1)
    town.posted(2, "resolved")
    town.mailed()
    first, last = town.mailbox.letters
    leave = f"{PORTAL}/status/leave/{token}"

    assert first.headers["List-Unsubscribe"] == f"<{leave}>"
    assert first.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert first.text.rstrip().endswith(leave)
    assert f'href="{leave}"' in first.html
    assert (first.subject, last.subject) == (
        "Incident: Nobody can log in",
        "Resolved: Nobody can log in",
    )
    assert first.headers["References"] == last.headers["References"]
    assert "DEF-" not in str(first) + str(last)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_stage_reads_as_news_of_an_incident(town: Town, language: str) -> None:
    """Each post says what it is, in the language of the page at which they subscribed."""
    town.subscribed("ada@x.example", language=language)
    stages: list[Stage | Literal["resolved"]] = [Stage.INVESTIGATING, Stage.IDENTIFIED, "resolved"]
    for sequence, stage in enumerate(stages, 1):
        town.posted(sequence, stage)
    town.mailed()
    subjects = [letter.subject for letter in town.mailbox.letters]
    known = {
        "en": ["Incident: ", "Update: ", "Resolved: "],
        "de": ["Störung: ", "Neuer Stand: ", "Behoben: "],
    }

    assert subjects == [f"{said}Nobody can log in" for said in known[language]]
    assert all(a.text != b.text for a, b in pairwise(town.mailbox.letters))
