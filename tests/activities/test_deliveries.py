"""Deliveries as activities: one effect, however many people, each told once whatever happens."""

import dataclasses
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabaseReadModel,
    IncidentRefs,
)
from activities.adapters.database.tables import deliveries
from activities.adapters.policy_files import PolicyFiles
from activities.adapters.statuspage import StatuspageApi
from activities.delivery import Tally, content_of
from activities.heartbeat import BEAT_EVERY
from activities.notifications import PAGE, Notifications
from activities.ports import DeliveryState, Letter
from activities.status_page import PostToStatusPage
from domain.contract.defect import DefectStart, Resolve
from domain.contract.effects import (
    Effect,
    NotifyClients,
    NotifyStaff,
    Person,
    PostStatus,
    UpdateReadModel,
    Whom,
)
from domain.contract.events import ClientEvent, Role
from domain.contract.parsing import parse
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Contact
from domain.defect import DEFECT
from tests.domain.builders import ETO, attachment, begin_alone, defect_start
from tests.fakes import MemoryPreferences, RecordingMailbox, RecordingPlaces
from tests.quick_databases import empty_database
from tests.statuspage_server import StatuspageServer

NOW = datetime(2027, 3, 8, 15, tzinfo=UTC)
CROWD = 2 * PAGE + 50


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh SQLite database."""
    engine = empty_database(tmp_path / "deliveries.db")
    yield engine
    engine.dispose()


@pytest.fixture
def mailbox() -> RecordingMailbox:
    """Where letters end up."""
    return RecordingMailbox()


@pytest.fixture
def preferences() -> MemoryPreferences:
    """What people chose: nothing, at first."""
    return MemoryPreferences()


@pytest.fixture
def tell(
    engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences
) -> Notifications:
    """The activities under test, over a real ledger."""
    return _tell(engine, mailbox, preferences)


def _tell(
    engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences, **options: Any
) -> Notifications:
    return Notifications(
        mailbox,
        DatabaseLedger(engine),
        DatabaseAudience(engine),
        PolicyFiles(),
        "support@vendor.example",
        preferences,
        RecordingPlaces(),
        DatabaseJointMessages(engine),
        "https://portal.vendor.example",
        **options,
    )


def _resolved(engine: Engine) -> tuple[NotifyClients, list[Effect]]:
    """A defect with a crowd attached, resolved; its effects, the audience written."""
    crowd = [attachment(f"CASE-{n}", f"client-{n:04}") for n in range(CROWD)]
    start = parse(DefectStart, defect_start("S1", *crowd))
    defect, effects = begin_alone(DEFECT, "DEF-1", start, ETO, NOW)
    effects += defect.handle(parse(Resolve, {"actor": "a", "resolution": "fixed"}), NOW)
    for effect in effects:
        if isinstance(effect, UpdateReadModel):
            DatabaseReadModel(engine).project(effect)
    resolved = next(e for e in effects if isinstance(e, NotifyClients) and e.people is None)
    return resolved, effects


def _attempt(details: list[object] | None = None) -> tuple[ActivityEnvironment, list[object]]:
    """An attempt of an activity, and the last heartbeat it sends."""
    env, last = ActivityEnvironment(), list(details or [])

    def beat(address: str, tally: Tally) -> None:
        last[:] = [address, dataclasses.asdict(tally)]

    env.on_heartbeat = beat
    env.info = dataclasses.replace(env.info, heartbeat_details=list(details or []))
    return env, last


def test_a_crowd_is_told_page_by_page(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """R4: everyone attached gets exactly one message, read from the database in pages."""
    effect, _ = _resolved(engine)
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, effect)

    assert receipt == DeliveryReceipt(key=effect.key, sent=CROWD, cases=CROWD)
    assert len({letter.to for letter in mailbox.letters}) == CROWD == len(mailbox.letters)


def test_a_broken_attempt_goes_on_where_it_was(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """The mail system goes away in the middle: the next attempt tells the rest, nobody twice."""
    effect, _ = _resolved(engine)

    def goes_away(letter: Letter) -> None:
        mailbox.down = len(mailbox.letters) == PAGE + 7

    mailbox.before_send = goes_away
    env, last = _attempt()
    with pytest.raises(ApplicationError) as failure:
        env.run(tell.tell_clients, effect)
    mailbox.before_send, mailbox.down = lambda letter: None, False
    again, _ = _attempt(last)
    receipt = again.run(tell.tell_clients, effect)

    assert failure.value.type == "NotNow"
    assert not failure.value.non_retryable
    assert receipt.sent + receipt.already == CROWD
    assert receipt.already < BEAT_EVERY
    assert len({letter.to for letter in mailbox.letters}) == CROWD == len(mailbox.letters)


@pytest.mark.parametrize("kind", [NotifyClients, NotifyStaff])
def test_one_letter_may_take_as_long_as_it_takes(
    kind: type[NotifyClients | NotifyStaff],
    engine: Engine,
    mailbox: RecordingMailbox,
    preferences: MemoryPreferences,
) -> None:
    """A mail system that is slow over one letter is waited for: no second attempt begins."""
    _, effects = _resolved(engine)
    effect = next(effect for effect in effects if isinstance(effect, kind))
    alive = threading.Event()

    def slow(letter: Letter) -> None:
        assert alive.wait(20), "no heartbeat while a letter is under way"

    mailbox.before_send = slow
    tell = _tell(engine, mailbox, preferences, beat_seconds=0.01)
    env = ActivityEnvironment()
    env.on_heartbeat = lambda *details: alive.set()
    receipt: DeliveryReceipt = env.run(getattr(tell, effect.type), effect)

    assert alive.is_set()
    assert receipt.sent == len(mailbox.letters) > 0


def test_a_repeat_of_a_finished_delivery_sends_nothing(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """At least once from Temporal, once from us: the ledger knows who was told."""
    effect, _ = _resolved(engine)
    for _ in range(2):
        env, _last = _attempt()
        receipt = env.run(tell.tell_clients, effect)

    assert (receipt.sent, receipt.already) == (0, CROWD)
    assert len(mailbox.letters) == CROWD


def test_one_refused_address_stops_nobody_else(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """A permanent refusal is typed, recorded and counted; the others are told."""
    effect, _ = _resolved(engine)
    mailbox.refused["client-0003@example.org"] = "smtp-550"
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, effect)
    failed = [d for d in DatabaseLedger(engine).deliveries() if d.state is DeliveryState.FAILED]

    assert (receipt.sent, receipt.failed, receipt.problem) == (CROWD - 1, 1, "smtp-550")
    assert [(d.recipient, d.problem) for d in failed] == [("client-0003@example.org", "smtp-550")]


def _update(resolved: NotifyClients, people: list[Person] | None = None) -> NotifyClients:
    """A daily update to the crowd, or to some of it: what people may opt out of."""
    return resolved.model_copy(
        update={
            "key": f"DEF-1/{resolved.sequence}/defect.update",
            "kind": ClientEvent.DEFECT_UPDATE,
            "facts": {"severity": "S1", "stage": "fixing"},
            "people": people,
        }
    )


def _people(count: int) -> list[Person]:
    return [
        Person(contact=Contact(email=f"Client-{n:04}@example.org"), cases=[f"CASE-{n}"])
        for n in range(count)
    ]


def test_who_opted_out_is_passed_over(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences
) -> None:
    """Who wants no progress by mail gets none, and is counted; what is not optional arrives."""
    resolved, _ = _resolved(engine)
    for address in ("CLIENT-0003@example.org", f"client-{CROWD - 1:04}@example.org"):
        preferences.keep(address, {"progress": False}, NOW)
    env, _last = _attempt()
    update = env.run(tell.tell_clients, _update(resolved))
    end = env.run(tell.tell_clients, resolved)

    assert (update.sent, update.opted_out) == (CROWD - 2, 2)
    assert (end.sent, end.opted_out) == (CROWD, 0)
    assert mailbox.events("client-0003@example.org") == ["defect.resolved"]


def test_people_who_are_named_are_asked_too(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences
) -> None:
    """An effect that names its people passes over those of them who opted out."""
    resolved, _ = _resolved(engine)
    preferences.keep("client-0001@example.org", {"progress": False}, NOW)
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, _update(resolved, _people(3)))

    assert (receipt.sent, receipt.opted_out) == (2, 1)
    assert [x.to for x in mailbox.letters] == ["Client-0000@example.org", "Client-0002@example.org"]


def test_preferences_are_read_a_page_at_a_time(
    tell: Notifications, engine: Engine, preferences: MemoryPreferences
) -> None:
    """One question per page, whether the people are named or looked up."""
    resolved, _ = _resolved(engine)
    env, _last = _attempt()
    env.run(tell.tell_clients, resolved)
    env.run(tell.tell_clients, _update(resolved, _people(PAGE + 1)))

    assert preferences.asked == [PAGE, PAGE, 50, PAGE, 1]


def test_a_broken_attempt_counts_nobody_twice(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences
) -> None:
    """Those named, told or opted out before the break are not gone through again."""
    resolved, _ = _resolved(engine)
    preferences.keep("client-0001@example.org", {"progress": False}, NOW)
    effect = _update(resolved, _people(BEAT_EVERY + 10))
    mailbox.before_send = lambda letter: setattr(
        mailbox, "down", len(mailbox.letters) == BEAT_EVERY + 4
    )
    env, last = _attempt()
    with pytest.raises(ApplicationError):
        env.run(tell.tell_clients, effect)
    mailbox.before_send, mailbox.down = lambda letter: None, False
    again, _ = _attempt(last)
    receipt = again.run(tell.tell_clients, effect)

    assert receipt.opted_out == 1
    assert receipt.sent + receipt.already + receipt.opted_out == BEAT_EVERY + 10
    assert len({letter.to for letter in mailbox.letters}) == BEAT_EVERY + 9 == len(mailbox.letters)


def test_an_update_carries_the_way_out_of_its_reader(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox, preferences: MemoryPreferences
) -> None:
    """Each reader's own token is in what they may opt out of; language and zone are theirs."""
    resolved, _ = _resolved(engine)
    chosen = {"language": "de-AT", "time_zone": "Europe/Vienna"}
    preferences.keep("client-0000@example.org", chosen, NOW)
    env, _last = _attempt()
    env.run(tell.tell_clients, _update(resolved, _people(1)))
    (letter,) = mailbox.letters

    assert letter.headers["List-Unsubscribe"].startswith(
        "<https://portal.vendor.example/unsubscribe/progress/token-client-0000>, <mailto:"
    )
    assert letter.text.startswith("Guten Tag")
    assert "(Europe/Vienna)" in letter.text


def test_a_message_reaches_those_it_is_for(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """Whom the effect is for is asked of the audience: here the people of one client."""
    resolved, _ = _resolved(engine)
    effect = resolved.model_copy(update={"whom": Whom(kind="client", client="client-0007")})
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, effect)

    assert receipt.sent == 1
    assert [letter.to for letter in mailbox.letters] == ["client-0007@example.org"]


def test_staff_are_told_at_the_policys_address(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """An effect names a role; the policy's contacts say who that is."""
    _, effects = _resolved(engine)
    urgent = next(e for e in effects if isinstance(e, NotifyStaff))
    env, _last = _attempt()
    env.run(tell.tell_staff, urgent)

    assert urgent.role is Role.ENGINEERING
    assert [letter.to for letter in mailbox.letters] == ["engineering@vendor.example"]


def test_a_wrong_status_page_key_is_recorded_not_retried(engine: Engine) -> None:
    """401 is permanent: the receipt says so, the ledger has it, nothing is raised."""
    _, effects = _resolved(engine)
    post = next(e for e in effects if isinstance(e, PostStatus))
    with StatuspageServer() as server:
        page = StatuspageApi(server.url, server.page_id, "wrong-key", refs=IncidentRefs(engine))
        env, _last = _attempt()
        receipt = env.run(PostToStatusPage(page, DatabaseLedger(engine)).post_status, post)

    assert (receipt.failed, receipt.problem) == (1, "statuspage-401")


def test_a_busy_status_page_is_tried_again_when_it_says(engine: Engine) -> None:
    """429 with Retry-After: Temporal tries again after that long."""
    _, effects = _resolved(engine)
    post = next(e for e in effects if isinstance(e, PostStatus))
    with StatuspageServer() as server:
        server.fail_next(429, headers={"Retry-After": "77"})
        page = StatuspageApi(server.url, server.page_id, server.api_key, refs=IncidentRefs(engine))
        env, _last = _attempt()
        with pytest.raises(ApplicationError) as failure:
            env.run(PostToStatusPage(page, DatabaseLedger(engine)).post_status, post)

    assert failure.value.next_retry_delay is not None
    assert failure.value.next_retry_delay.total_seconds() == 77


def _resolution(at: datetime = NOW, **facts: Any) -> NotifyClients:
    return NotifyClients(
        key="DEF-1/9/defect.resolved",
        entity="DEF-1",
        sequence=9,
        at=at,
        kind=ClientEvent.DEFECT_RESOLVED,
        people=[Person(contact=Contact(email="ada@oak.example"), cases=["CASE-1"])],
        defect="DEF-1",
        facts={"severity": "S1", "text": "It works again.", **facts},
    )


def test_another_message_under_a_used_key_is_refused(
    tell: Notifications, mailbox: RecordingMailbox
) -> None:
    """After a reset something else was decided: support hears of it, and no repeat is sent."""
    first = ActivityEnvironment().run(tell.tell_clients, _resolution())
    other = ActivityEnvironment().run(tell.tell_clients, _resolution(text="Please log in anew."))

    assert first == DeliveryReceipt(key=first.key, sent=1)
    assert other == DeliveryReceipt(key=first.key, failed=1, problem="key_used")
    assert len(mailbox.letters) == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"since": "2027-03-08T15:00:00Z"},
        {"progress": {"text": None, "at": "2027-03-08T15:00:00Z"}},
        {"of_a_later_version": None},
    ],
    ids=["since", "progress", "new fact"],
)
def test_the_same_decided_later_is_a_repeat(
    tell: Notifications, mailbox: RecordingMailbox, facts: dict[str, Any]
) -> None:
    """A reset decides everything again, at other instants and perhaps by another version."""
    ActivityEnvironment().run(tell.tell_clients, _resolution())
    again = ActivityEnvironment().run(
        tell.tell_clients, _resolution(NOW + timedelta(hours=1), **facts)
    )

    assert again == DeliveryReceipt(key=again.key, already=1)
    assert len(mailbox.letters) == 1


def test_what_was_sent_before_contents_were_kept_is_a_repeat(
    tell: Notifications, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """The version before left the column empty."""
    ActivityEnvironment().run(tell.tell_clients, _resolution())
    with engine.begin() as connection:
        connection.execute(update(deliveries).values(content=None))
    again = ActivityEnvironment().run(tell.tell_clients, _resolution(text="Something else."))

    assert again == DeliveryReceipt(key=again.key, already=1)
    assert len(mailbox.letters) == 1


def test_what_an_effect_says_has_one_hash_for_ever() -> None:
    """Rows of the ledger outlive the version that wrote them."""
    assert (
        content_of(_resolution())
        == "fd1d568b47c8b8d3ddf401a7c30bc68b2be83a89b298266373c969b58e61c725"
    )
