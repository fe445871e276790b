"""Deliveries as activities: one effect, however many people, each told once whatever happens."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabaseReadModel,
    IncidentRefs,
    make_engine,
    migrate,
)
from activities.adapters.policy_files import PolicyFiles
from activities.adapters.statuspage import StatuspageApi
from activities.delivery import Tally
from activities.ports import DeliveryState, Letter
from activities.status_page import PostToStatusPage
from activities.tell import BEAT_EVERY, PAGE, Tell
from domain.defect import Defect
from domain.effects import Effect, PostStatus, Project, Receipt, TellClients, TellStaff
from domain.events import Role
from domain.messages import DefectStart, Resolve, parse
from tests.domain.builders import ETO, attachment, defect_start
from tests.fakes import RecordingMailbox
from tests.statuspage_server import StatuspageServer

NOW = datetime(2027, 3, 8, 15, tzinfo=UTC)
CROWD = 2 * PAGE + 50


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A fresh SQLite database."""
    engine = make_engine(f"sqlite:///{tmp_path / 'deliveries.db'}")
    migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def mailbox() -> RecordingMailbox:
    """Where letters end up."""
    return RecordingMailbox()


@pytest.fixture
def tell(engine: Engine, mailbox: RecordingMailbox) -> Tell:
    """The activities under test, over a real ledger."""
    return Tell(
        mailbox,
        DatabaseLedger(engine),
        DatabaseAudience(engine),
        PolicyFiles(),
        "support@vendor.example",
    )


def _resolved(engine: Engine) -> tuple[TellClients, list[Effect]]:
    """A defect with a crowd attached, resolved; its effects, the audience written."""
    crowd = [attachment(f"CASE-{n}", f"client-{n:04}") for n in range(CROWD)]
    start = parse(DefectStart, defect_start("S1", *crowd))
    defect, effects = Defect.open("DEF-1", start, ETO, NOW)
    effects += defect.handle(parse(Resolve, {"actor": "a", "resolution": "fixed"}), NOW)
    for effect in effects:
        if isinstance(effect, Project):
            DatabaseReadModel(engine).project(effect)
    resolved = next(e for e in effects if isinstance(e, TellClients) and e.people is None)
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
    tell: Tell, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """R4: everyone attached gets exactly one message, read from the database in pages."""
    effect, _ = _resolved(engine)
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, effect)

    assert receipt == Receipt(key=effect.key, sent=CROWD)
    assert len({letter.to for letter in mailbox.letters}) == CROWD == len(mailbox.letters)


def test_a_broken_attempt_goes_on_where_it_was(
    tell: Tell, engine: Engine, mailbox: RecordingMailbox
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


def test_a_repeat_of_a_finished_delivery_sends_nothing(
    tell: Tell, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """At least once from Temporal, once from us: the ledger knows who was told."""
    effect, _ = _resolved(engine)
    for _ in range(2):
        env, _last = _attempt()
        receipt = env.run(tell.tell_clients, effect)

    assert (receipt.sent, receipt.already) == (0, CROWD)
    assert len(mailbox.letters) == CROWD


def test_one_refused_address_stops_nobody_else(
    tell: Tell, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """A permanent refusal is typed, recorded and counted; the others are told."""
    effect, _ = _resolved(engine)
    mailbox.refused["client-0003@example.org"] = "smtp-550"
    env, _last = _attempt()
    receipt = env.run(tell.tell_clients, effect)
    failed = [d for d in DatabaseLedger(engine).deliveries() if d.state is DeliveryState.FAILED]

    assert (receipt.sent, receipt.failed, receipt.problem) == (CROWD - 1, 1, "smtp-550")
    assert [(d.recipient, d.problem) for d in failed] == [("client-0003@example.org", "smtp-550")]


def test_staff_are_told_at_the_policys_address(
    tell: Tell, engine: Engine, mailbox: RecordingMailbox
) -> None:
    """An effect names a role; the policy's contacts say who that is."""
    _, effects = _resolved(engine)
    urgent = next(e for e in effects if isinstance(e, TellStaff))
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
