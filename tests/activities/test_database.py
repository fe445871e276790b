"""What the database promises its callers, on SQLite and on PostgreSQL alike."""

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Literal, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, insert, inspect, select, text
from sqlalchemy.exc import DBAPIError, OperationalError, StatementError

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabaseNumbers,
    DatabaseReadModel,
    DatabaseStatusPage,
    IncidentRefs,
    MailArchive,
    make_engine,
    migrate,
)
from activities.adapters.database.tables import facts, metadata
from activities.ports import (
    Audience,
    Delivery,
    DeliveryState,
    Ledger,
    Letter,
    Mailbox,
    ReadModel,
    StatusPage,
)
from domain.contract.effects import (
    AudienceChange,
    Detachment,
    Fact,
    NotifyClients,
    NotifyStaff,
    Person,
    PostStatus,
    UpdateReadModel,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Attachment, Contact, Severity, Stage
from runtime.client import Numbers
from tests.postgres import LentDatabase

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS = 8
DEFECT = "DEF-000001"


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def at_once(act: Callable[[int], T]) -> list[T]:
    """Run `act(0)`, `act(1)`, ... from as many threads, all let go at the same moment."""
    gate = threading.Barrier(THREADS)

    def wait_and_act(number: int) -> T:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(wait_and_act, range(THREADS)))


def tables_of(url: str) -> set[str]:
    """The tables a database has."""
    engine = make_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


def attach(case: str, email: str, client: str = "acme", name: str | None = None) -> Attachment:
    """A case put on a defect."""
    return Attachment(case=case, client=client, contact=Contact(email=email, name=name))


def change(sequence: int, *attached: Attachment, detached: tuple[str, ...] = ()) -> AudienceChange:
    """Who joins and leaves at one point of the sequence."""
    leaving = [Detachment(case=case) for case in detached]
    return AudienceChange(sequence=sequence, at=NOW, attach=list(attached), detach=leaving)


def project(
    sequence: int,
    *audience: AudienceChange,
    entity: str = DEFECT,
    kind: Literal["case", "defect"] = "defect",
    snapshot: dict[str, Any] | None = None,
    happened: tuple[Fact, ...] = (),
) -> UpdateReadModel:
    """A projection such as the machines make."""
    return UpdateReadModel(
        key=f"{entity}/{sequence}/project",
        entity=entity,
        sequence=sequence,
        at=NOW,
        kind=kind,
        snapshot={"number": entity} if snapshot is None else snapshot,
        facts=list(happened),
        audience=list(audience),
    )


def delivery(recipient: str = "ann@example.org", entity: str = DEFECT) -> Delivery:
    """One message to one recipient, not tried yet."""
    return Delivery(
        effect_key=f"{entity}/17/defect.update",
        recipient=recipient,
        channel="email",
        entity=entity,
        event="defect.update",
        message_id=f"<{entity}.17.{recipient}>",
        cases=("CASE-000001",),
    )


def letter(message_id: str, to: str = "Ann@Example.org") -> Letter:
    """A rendered message."""
    return Letter(
        message_id=message_id,
        to=to,
        to_name="Ann",
        subject=DEFECT,
        text="Hello",
        html="<p>Hello</p>",
        headers={"X-Event": "defect.update"},
        at=NOW,
    )


def post(
    sequence: int, stage: Stage | Literal["resolved"], incident: str = "DEF-000001/S1-1"
) -> PostStatus:
    """Something to say on the status page."""
    return PostStatus(
        key=f"{DEFECT}/{sequence}/status",
        entity=DEFECT,
        sequence=sequence,
        at=NOW,
        incident=incident,
        name="Nobody can log in",
        body=f"text {sequence}",
        stage=stage,
        severity=Severity.S1,
    )


# --- opening -------------------------------------------------------------------------------------


def test_the_adapters_are_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked: each adapter fits its port."""
    ledger: Ledger = DatabaseLedger(engine)
    audience: Audience = DatabaseAudience(engine)
    portal: ReadModel = DatabaseReadModel(engine)
    numbers: Numbers = DatabaseNumbers(engine)
    mailbox: Mailbox = MailArchive(engine)
    page: StatusPage = DatabaseStatusPage(engine)
    assert all((ledger, audience, portal, numbers, mailbox, page))


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    """A fresh checkout has no `var/`."""
    file = tmp_path / "var" / "deep" / "defects.db"
    migrate(f"sqlite:///{file}")
    assert file.exists()


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/defects"])
def test_a_database_that_cannot_keep_the_promises_is_refused(url: str) -> None:
    """In memory every thread would have its own; other databases have other locks."""
    with pytest.raises(ValueError, match="database URL"):
        make_engine(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_any_spelling_of_postgresql_gets_the_one_driver(scheme: str) -> None:
    """Hosts hand out URLs of all three kinds."""
    engine = make_engine(f"{scheme}://host/defects?connect_timeout=3")
    assert engine.url.drivername == "postgresql+psycopg"


def test_sqlite_writes_ahead_waits_and_checks_foreign_keys(tmp_path: Path) -> None:
    """Set on every connection, whoever made the file."""
    engine = make_engine(f"sqlite:///{tmp_path / 'defects.db'}")
    with engine.connect() as connection:
        found = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
        }
    engine.dispose()
    full = 2
    assert found == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "busy_timeout": 30_000,
        "synchronous": full,
    }


def test_opening_a_new_sqlite_file_waits_for_who_has_it(tmp_path: Path) -> None:
    """SQLite itself would say at once that the database is locked."""
    file = tmp_path / "defects.db"
    other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    release = threading.Timer(0.2, other.rollback)
    release.start()
    engine = make_engine(f"sqlite:///{file}")
    with engine.connect() as connection:
        mode = connection.scalar(text("PRAGMA journal_mode"))
    engine.dispose()
    release.join()
    other.close()
    assert mode == "wal"


def test_a_server_that_is_away_is_an_operational_error() -> None:
    """Callers try again; the password is not in what they log."""
    engine = make_engine("postgresql://keeper:pass-word@/defects?host=/nonexistent")
    with pytest.raises(OperationalError) as raised:
        DatabaseNumbers(engine).issue("DEF", "x")
    assert "pass-word" not in str(raised.value)


def test_errors_carry_no_client_text(engine: Engine) -> None:
    """The text of an error ends in logs and in Temporal's history."""
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE deliveries"))
    with pytest.raises(DBAPIError, match="deliveries") as raised:
        DatabaseLedger(engine).claim(delivery("secret@example.org"), NOW)
    assert "secret@example.org" not in str(raised.value)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE number_sequences SET last = 99",
        "DROP TABLE deliveries",
        "ALTER TABLE facts DROP COLUMN details",
        "UPDATE alembic_version SET version_num = '9999'",
    ],
)
def test_a_database_that_is_lent_is_as_new(lent_postgres: LentDatabase, change: str) -> None:
    """These tests hand one on: nobody finds in it what the one before has left."""

    def first_number(afterwards: str) -> str:
        with lent_postgres.lent() as url:
            engine = make_engine(url)
            number = DatabaseNumbers(engine).issue("DEF", "x")
            with engine.begin() as connection:
                connection.execute(text(afterwards))
                version = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return f"{number} {version}"  # The engine is left open, as a careless test may.

    assert first_number(change).startswith("DEF-000001 ")
    assert first_number("SELECT details FROM facts") == first_number("SELECT 1")
    assert first_number("SELECT 1").startswith("DEF-000001 0")


# --- migrations ----------------------------------------------------------------------------------


def test_migrations_make_what_the_code_expects(empty_database_url: str) -> None:
    """Run twice, and nothing is left for Alembic to suggest."""
    migrate(empty_database_url)
    engine = make_engine(empty_database_url)
    migrate(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_threads_may_migrate_one_database_at_once(empty_database_url: str) -> None:
    """One does it, the others find it done."""
    at_once(lambda _: migrate(empty_database_url))
    assert tables_of(empty_database_url) >= set(metadata.tables)


def test_threads_may_migrate_several_databases_at_once(tmp_path: Path) -> None:
    """Alembic itself is not thread-safe."""
    urls = [f"sqlite:///{tmp_path / str(n)}.db" for n in range(THREADS)]
    at_once(lambda me: migrate(urls[me]))
    assert all(tables_of(url) >= set(metadata.tables) for url in urls)


def test_processes_may_migrate_at_once(empty_database_url: str) -> None:
    """As when several workers start on a new database."""
    processes = get_context("forkserver")
    processes.set_forkserver_preload(["activities.adapters.database"])
    workers = [processes.Process(target=migrate, args=[empty_database_url]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0, 0, 0]
    assert tables_of(empty_database_url) >= set(metadata.tables)


def test_a_database_of_a_later_version_is_left_alone(engine: Engine) -> None:
    """Workers of the version before still start while a new one is rolled out."""
    version = text("SELECT version_num FROM alembic_version")
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    migrate(engine)
    with engine.connect() as connection:
        assert connection.scalars(version).all() == ["9999"]


# --- instants and words --------------------------------------------------------------------------


def a_fact(at: datetime) -> dict[str, Any]:
    """The least a fact needs."""
    return {
        "entity": DEFECT,
        "sequence": 1,
        "at": at,
        "event": "defect.confirmed",
        "details": {},
        "public": True,
    }


def test_instants_come_back_in_utc_to_the_microsecond(engine: Engine) -> None:
    """T1, also where the server's own zone is another."""
    local = datetime(2026, 3, 8, 1, 59, 59, 123_456, timezone(timedelta(hours=-6)))
    with engine.begin() as connection:
        connection.execute(insert(facts).values(a_fact(local)))
        kept = connection.execute(select(facts.c.at)).scalar_one()
    assert (kept, kept.tzinfo) == (local, UTC)


def test_a_naive_instant_is_refused(engine: Engine) -> None:
    """T1: nobody could say what it meant."""
    naive = datetime(2026, 3, 8)  # noqa: DTZ001 - that is the point
    with engine.connect() as connection, pytest.raises(StatementError, match="a time zone"):
        connection.execute(insert(facts).values(a_fact(naive)))


def test_a_nul_in_a_text_blocks_nothing(engine: Engine) -> None:
    """PostgreSQL cannot keep one, and a lane that cannot write would try for ever."""
    portal = DatabaseReadModel(engine)
    odd = Fact(sequence=1, at=NOW, event="x", public=True, public_text="a\0b", details={"k": "\0"})
    portal.project(project(1, snapshot={"title": "a\0b", "client": "c\0"}, happened=(odd,)))
    assert next(portal.timeline(DEFECT, public_only=True))["public_text"] == "a\ufffdb"
    assert portal.entity("defect", DEFECT) == {"title": "a\0b", "client": "c\0"}


# --- numbers -------------------------------------------------------------------------------------


def test_numbers_count_up_by_prefix(engine: Engine) -> None:
    """Six digits."""
    numbers = DatabaseNumbers(engine)
    issued = [numbers.issue("DEF", "a"), numbers.issue("DEF", "b"), numbers.issue("CASE", "a")]
    assert issued == ["DEF-000001", "DEF-000002", "CASE-000001"]


def test_the_same_key_always_gets_the_same_number(engine: Engine) -> None:
    """An activity that is tried again makes no second defect."""
    numbers = DatabaseNumbers(engine)
    first = numbers.issue("DEF", "CASE-000001")
    numbers.issue("DEF", "CASE-000002")
    assert numbers.issue("DEF", "CASE-000001") == first


def test_numbers_outgrow_six_digits(engine: Engine) -> None:
    """A million defects are no end."""
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO number_sequences VALUES ('DEF', 999999)"))
    assert DatabaseNumbers(engine).issue("DEF", "a") == "DEF-1000000"


def test_threads_never_get_the_same_number(engine: Engine) -> None:
    """Each with keys of its own."""
    numbers = DatabaseNumbers(engine)
    issued = at_once(lambda me: [numbers.issue("DEF", f"{me}/{n}") for n in range(20)])
    assert len({number for mine in issued for number in mine}) == THREADS * 20


def test_threads_asking_for_one_key_get_one_number(engine: Engine) -> None:
    """As when an activity that was given up is still running."""
    numbers = DatabaseNumbers(engine)
    issued = at_once(lambda _: [numbers.issue("DEF", f"key-{n}") for n in range(20)])
    assert issued == [issued[0]] * THREADS
    assert len(set(issued[0])) == 20


# --- ledger --------------------------------------------------------------------------------------


def test_the_first_claim_finds_it_planned(engine: Engine) -> None:
    """And leaves it `sending`."""
    ledger = DatabaseLedger(engine)
    assert ledger.claim(delivery(), NOW) == delivery()
    (row,) = ledger.deliveries()
    assert (row.state, row.attempts, row.cases) == (DeliveryState.SENDING, 1, ("CASE-000001",))


def test_what_is_sent_stays_sent(engine: Engine) -> None:
    """Neither a claim nor a second, unlucky sender changes it."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), DeliveryState.SENT, NOW)
    again = ledger.claim(delivery(), NOW + HOUR)
    ledger.settle(delivery(), DeliveryState.FAILED, NOW + HOUR, "smtp-550")
    assert (again.state, again.attempts, again.sent_at) == (DeliveryState.SENT, 1, NOW)
    assert ledger.deliveries() == [again]


def test_a_sender_that_died_leaves_an_unknown_outcome(engine: Engine) -> None:
    """Whoever claims next is told so, and has claimed it."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    again = ledger.claim(delivery(), NOW)
    (row,) = ledger.deliveries()
    assert (again.state, again.attempts) == (DeliveryState.UNKNOWN, 1)
    assert (row.state, row.attempts) == (DeliveryState.SENDING, 2)


@pytest.mark.parametrize(
    "state", [DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.UNKNOWN]
)
def test_what_is_not_sent_can_be_claimed_again(engine: Engine, state: DeliveryState) -> None:
    """`retry_deliveries` goes this way."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), state, NOW, "smtp-451")
    before = ledger.claim(delivery(), NOW)
    ledger.settle(delivery(), DeliveryState.SENT, NOW)
    (after,) = ledger.deliveries()
    assert (before.state, before.attempts, before.problem) == (state, 1, "smtp-451")
    assert (after.state, after.attempts, after.problem) == (DeliveryState.SENT, 2, None)


def test_of_many_threads_one_finds_it_planned(engine: Engine) -> None:
    """The others learn that somebody is at it; every attempt is counted."""
    ledger = DatabaseLedger(engine)
    for n in range(5):
        this = delivery(f"{n}@example.org")
        found = at_once(lambda _, this=this: ledger.claim(this, NOW))  # type: ignore[misc]
        states = [before.state for before in found]
        assert sorted(before.attempts for before in found) == list(range(THREADS))
        assert states.count(DeliveryState.PLANNED) == 1
        assert states.count(DeliveryState.UNKNOWN) == THREADS - 1


def test_settling_what_was_never_claimed_is_an_error(engine: Engine) -> None:
    """It would be a message that nobody remembers."""
    with pytest.raises(LookupError, match=re.escape(f"{DEFECT}/17/defect.update")):
        DatabaseLedger(engine).settle(delivery(), DeliveryState.SENT, NOW)


def test_operators_see_what_fails_and_since_when(engine: Engine) -> None:
    """What was refused for good fails, but does not wait."""
    ledger = DatabaseLedger(engine)
    assert ledger.oldest_unsent_at() is None
    states = [state for state in DeliveryState if state is not DeliveryState.SENDING]
    for state in states:
        ledger.claim(delivery(state), NOW + HOUR * len(state))
        ledger.settle(delivery(state), state, NOW + 9 * HOUR)
    assert [row.recipient for row in ledger.failing(2)] == ["failed", "planned"]
    assert ledger.oldest_unsent_at() == NOW + HOUR * len("planned")
    assert ledger.summary() == dict.fromkeys(states, 1) | {DeliveryState.SENDING: 0}


def told(
    sequence: int, lane: type[NotifyClients | NotifyStaff] = NotifyClients
) -> NotifyClients | NotifyStaff:
    """An effect of that sequence, an hour after the one before."""
    about: dict[str, Any] = {
        "key": f"{DEFECT}/{sequence}",
        "entity": DEFECT,
        "at": NOW + HOUR * sequence,
    }
    if lane is NotifyClients:
        return NotifyClients(sequence=sequence, kind=ClientEvent.DEFECT_UPDATE, **about)
    return NotifyStaff(
        sequence=sequence, kind=StaffEvent.DEFECT_URGENT, role=Role.ENGINEERING, **about
    )


def tried(
    ledger: DatabaseLedger, effect: NotifyClients | NotifyStaff, to: str, state: DeliveryState
) -> None:
    """One message of an effect that was tried, and what came of it."""
    this = replace(
        delivery(to), effect_key=effect.key, decided_at=effect.at, lane=effect.lane, message_id=to
    )
    ledger.claim(this, effect.at)
    if state is not DeliveryState.SENDING:
        ledger.settle(this, state, effect.at)


def test_nobody_waits_for_what_was_overtaken(engine: Engine) -> None:
    """A newer message of the lane was sent: what it replaced does not count, nor who has left."""
    ledger = DatabaseLedger(engine)
    tried(ledger, told(1), "ann", DeliveryState.PLANNED)
    tried(ledger, told(2), "ann", DeliveryState.SENDING)
    tried(ledger, told(3), "ann", DeliveryState.SENT)
    tried(ledger, told(3), "left", DeliveryState.PLANNED)
    before = ledger.oldest_unsent_at()
    ledger.overtake(told(3), NOW + HOUR * 4)

    assert before == NOW + HOUR
    assert ledger.oldest_unsent_at() is None
    assert ledger.failing() == []
    assert {state: n for state, n in ledger.summary().items() if n} == {DeliveryState.SENT: 1}
    assert [row.overtaken_at is not None for row in ledger.deliveries()] == [
        True,
        True,
        False,
        True,
    ]


def test_overtaking_leaves_what_is_still_to_come(engine: Engine) -> None:
    """Another lane, a newer message and one that was refused are still waited for."""
    ledger = DatabaseLedger(engine)
    tried(ledger, told(1, NotifyStaff), "staff", DeliveryState.PLANNED)
    tried(ledger, told(1), "refused", DeliveryState.FAILED)
    tried(ledger, told(3), "ann", DeliveryState.PLANNED)
    ledger.overtake(told(2), NOW + HOUR * 4)

    assert [row.recipient for row in ledger.failing()] == ["staff", "refused", "ann"]
    assert ledger.oldest_unsent_at() == NOW + HOUR


def test_what_was_overtaken_and_is_tried_again_counts_again(engine: Engine) -> None:
    """As when a row is older than lanes are, and its lane has not come to it yet."""
    ledger = DatabaseLedger(engine)
    ledger.claim(replace(delivery(), decided_at=NOW), NOW)
    ledger.overtake(told(2, NotifyStaff), NOW + HOUR)
    between = ledger.oldest_unsent_at()
    ledger.claim(replace(delivery(), decided_at=NOW, lane=told(1).lane), NOW + HOUR * 2)

    assert between is None
    assert ledger.oldest_unsent_at() == NOW


def test_deliveries_are_listed_oldest_first(engine: Engine) -> None:
    """Of one entity or of all."""
    ledger = DatabaseLedger(engine)
    for recipient, entity in [("b", "DEF-1"), ("a", "DEF-2"), ("a", "DEF-1")]:
        ledger.claim(delivery(recipient, entity), NOW)
    assert [row.recipient for row in ledger.deliveries("DEF-1")] == ["b", "a"]
    assert [row.entity for row in ledger.deliveries()] == ["DEF-1", "DEF-2", "DEF-1"]


# --- audience ------------------------------------------------------------------------------------


def people(engine: Engine, sequence: int = 100) -> list[Person]:
    """Everybody on the defect."""
    return list(DatabaseAudience(engine).people(DEFECT, sequence, None, 100))


def test_a_person_on_several_cases_is_one(engine: Engine) -> None:
    """R4: however the address is spelled; the newest attachment says how to write to them."""
    earlier = change(1, attach("C1", "Ann@Example.org", name="A."), attach("C2", "bob@b.org"))
    later = change(2, attach("C3", "ann@example.org", name="Ann"))
    DatabaseReadModel(engine).project(project(3, earlier, later))
    assert people(engine) == [
        Person(contact=Contact(email="ann@example.org", name="Ann"), cases=["C1", "C3"]),
        Person(contact=Contact(email="bob@b.org"), cases=["C2"]),
    ]


def test_who_came_later_is_not_told_what_was_decided_before(engine: Engine) -> None:
    """Only those attached before the effect's sequence."""
    joined = [change(3, attach("C1", "a@a.org")), change(5, attach("C2", "b@b.org"))]
    DatabaseReadModel(engine).project(project(6, *joined))
    audience = DatabaseAudience(engine)
    assert [person.contact.email for person in people(engine, 5)] == ["a@a.org"]
    assert audience.cases(DEFECT, 5, None, 9) == ["C1"]
    assert audience.people(DEFECT, 3, None, 9) == []
    assert audience.people("DEF-000002", 9, None, 9) == []


def test_who_left_is_not_told_and_may_come_back(engine: Engine) -> None:
    """Back on board, they are told what is decided from then on."""
    portal = DatabaseReadModel(engine)
    portal.project(project(3, change(1, attach("C1", "a@a.org")), change(2, detached=("C1",))))
    assert people(engine) == []
    portal.project(project(5, change(4, attach("C1", "a@a.org"))))
    assert [person.cases for person in people(engine)] == [["C1"]]
    assert people(engine, 4) == []


def test_replays_and_late_arrivals_change_nothing(engine: Engine) -> None:
    """Even where the word that a case left comes before the word that it joined."""
    portal = DatabaseReadModel(engine)
    joins = project(2, change(1, attach("C1", "a@a.org")))
    portal.project(project(4, change(3, detached=("C1",))))
    portal.project(joins)
    portal.project(joins)
    assert people(engine) == []


def test_a_corrected_contact_still_gets_what_is_on_its_way(engine: Engine) -> None:
    """Attached since the first attachment, written to by the last."""
    portal = DatabaseReadModel(engine)
    portal.project(project(2, change(1, attach("C1", "old@a.org"))))
    portal.project(project(9, change(8, attach("C1", "new@a.org"))))
    assert [person.contact.email for person in people(engine, 5)] == ["new@a.org"]


def test_paging_through_ten_thousand_cases_tells_everybody_once(engine: Engine) -> None:
    """And misses no case."""
    attached = [attach(f"CASE-{n:05d}", f"Per-son{n % 3_000}@Ex.org") for n in range(10_000)]
    DatabaseReadModel(engine).project(project(2, change(1, *attached)))
    audience = DatabaseAudience(engine)
    told: list[Person] = []
    while page := audience.people(DEFECT, 2, told[-1].contact.email if told else None, 500):
        assert len(page) == 500
        told += page
    cases: list[str] = []
    while numbers := audience.cases(DEFECT, 2, cases[-1] if cases else None, 3_000):
        cases += numbers
    addresses = [person.contact.email.lower() for person in told]
    assert addresses == sorted({attachment.contact.email.lower() for attachment in attached})
    assert cases == [attachment.case for attachment in attached]
    assert sorted(case for person in told for case in person.cases) == cases


# --- read model ----------------------------------------------------------------------------------


def test_an_old_projection_never_overwrites_a_newer_one(engine: Engine) -> None:
    """In whatever order they arrive, and however often."""
    portal = DatabaseReadModel(engine)
    for sequence in (3, 5, 4, 5):
        portal.project(project(sequence, snapshot={"state": f"s{sequence}"}))
    assert portal.entity("defect", DEFECT) == {"state": "s5"}
    assert portal.entity("case", DEFECT) is None
    assert portal.find("defect", states=["s4"]) == []


def test_the_newest_wins_among_threads(engine: Engine) -> None:
    """Snapshot, audience and facts alike."""
    portal = DatabaseReadModel(engine)

    def write(me: int) -> None:
        joins = change(me, *(attach(f"C{n}", f"{me}@a.org") for n in range(20)))
        fact = Fact(sequence=me, at=NOW, event="x")
        portal.project(project(me + 1, joins, snapshot={"by": me}, happened=(fact,)))

    at_once(write)
    newest = THREADS - 1
    told = portal.timeline(DEFECT, public_only=False)
    assert portal.entity("defect", DEFECT) == {"by": newest}
    assert [person.contact.email for person in people(engine)] == [f"{newest}@a.org"]
    assert [fact["sequence"] for fact in told] == list(range(THREADS))


def test_a_projection_is_written_whole_or_not_at_all(engine: Engine) -> None:
    """A try that broke off leaves nothing that the next could trip over."""
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE subscriptions"))
    portal = DatabaseReadModel(engine)
    with pytest.raises(DBAPIError, match="subscriptions"):
        portal.project(project(2, change(1, attach("C1", "a@a.org"))))
    assert portal.entity("defect", DEFECT) is None


def test_clients_see_public_facts_without_internal_text(engine: Engine) -> None:
    """D8; facts that come late take their place."""
    portal = DatabaseReadModel(engine)
    public = Fact(
        sequence=2,
        at=NOW,
        event="defect.progress",
        details={"stage": "identified"},
        public=True,
        public_text="We found the cause.",
        internal_text="secret",
    )
    internal = Fact(sequence=1, at=NOW, event="defect.note", internal_text="secret")
    portal.project(project(2, happened=(public,)))
    portal.project(project(3, happened=(internal, public)))
    assert list(portal.timeline(DEFECT, public_only=True)) == [
        {
            "sequence": 2,
            "at": NOW,
            "event": "defect.progress",
            "details": {"stage": "identified"},
            "public": True,
            "public_text": "We found the cause.",
        }
    ]
    everything = list(portal.timeline(DEFECT, public_only=False))
    assert [fact["sequence"] for fact in everything] == [1, 2]
    assert everything[0]["internal_text"] == "secret"


def test_the_portal_finds_entities_by_what_they_are(engine: Engine) -> None:
    """By every column taken from the snapshot, and a page at a time."""
    portal = DatabaseReadModel(engine)
    snapshots: list[dict[str, Any]] = [
        {"severity": "S3", "state": "open", "functional_area": "billing"},
        {"severity": "S4", "state": "scheduled", "release": {"id": "REL-1"}},
        {"severity": "S3", "state": "open", "release": None, "needs_attention": True},
    ]
    for n, snapshot in enumerate(snapshots):
        number = f"DEF-{n}"
        joins = change(1, attach(f"C{n}", "a@a.org", client=f"client-{n}"))
        portal.project(project(2, joins, entity=number, snapshot=snapshot | {"number": number}))
    case = {"number": "C0", "client": "client-0"}
    portal.project(project(1, entity="C0", kind="case", snapshot=case))

    def found(kind: str = "defect", **by: Any) -> list[str]:
        return [snapshot["number"] for snapshot in portal.find(kind, **by)]

    assert found() == ["DEF-0", "DEF-1", "DEF-2"]
    assert found(limit=2) == ["DEF-0", "DEF-1"]
    assert found(after="DEF-1") == ["DEF-2"]
    assert found(severities=["S3"], states=["open"]) == ["DEF-0", "DEF-2"]
    assert found(functional_area="billing") == ["DEF-0"]
    assert found(release="REL-1") == ["DEF-1"]
    assert found(needs_attention=True) == ["DEF-2"]
    assert found("case", client="client-0") == ["C0"]
    assert found(client="client-0") == ["DEF-0"]
    portal.project(project(4, change(3, detached=("C0",)), entity="DEF-0"))
    assert found(client="client-0") == []


# --- kept mail and status page -------------------------------------------------------------------


def test_letters_are_kept_once_and_listed_newest_first(engine: Engine) -> None:
    """Once by message id; to everybody or to one address however it is spelled."""
    mail = MailArchive(engine)
    to_bob = letter("<2>", "bob@b.org")
    with mail.open() as session:
        for each in (letter("<1>"), to_bob, letter("<1>")):
            session.send(each)
    assert mail.letters() == [to_bob, letter("<1>")]
    assert mail.letters(to="ann@example.ORG") == [letter("<1>")]
    assert mail.letters(limit=1) == [to_bob]


def test_an_incident_is_opened_updated_and_resolved_once(engine: Engine) -> None:
    """An update that comes late is shown in its place and does not open it again."""
    page = DatabaseStatusPage(engine)
    page.post(post(1, Stage.INVESTIGATING), NOW)
    page.post(post(3, "resolved"), NOW + 2 * HOUR)
    page.post(post(2, Stage.FIXING), NOW + 3 * HOUR)
    page.post(post(3, "resolved"), NOW + 4 * HOUR)
    (incident,) = page.incidents()
    assert (incident.stage, incident.resolved_at) == ("resolved", NOW + 2 * HOUR)
    assert (incident.started_at, incident.updated_at) == (NOW, NOW + 2 * HOUR)
    assert [said.body for said in incident.updates] == ["text 3", "text 2", "text 1"]


def test_the_newest_incident_comes_first(engine: Engine) -> None:
    """As status pages have it."""
    page = DatabaseStatusPage(engine)
    assert page.incidents() == []
    page.post(post(1, Stage.INVESTIGATING), NOW)
    page.post(post(5, Stage.INVESTIGATING, "DEF-000001/S1-2"), NOW + HOUR)
    keys = [incident.key for incident in page.incidents()]
    assert keys == ["DEF-000001/S1-2", "DEF-000001/S1-1"]
    assert [incident.key for incident in page.incidents(limit=1)] == keys[:1]


def test_one_effect_from_many_threads_is_posted_once(engine: Engine) -> None:
    """The same effect again is no second update."""
    page = DatabaseStatusPage(engine)
    at_once(lambda _: page.post(post(1, Stage.INVESTIGATING), NOW))
    assert [len(incident.updates) for incident in page.incidents()] == [1]


def test_the_latest_external_id_of_an_incident_is_remembered(engine: Engine) -> None:
    """In place of an earlier one."""
    refs = IncidentRefs(engine)
    assert refs.find("DEF-000001/S1-1") is None
    refs.remember("DEF-000001/S1-1", "kctbh9vrtdwd")
    refs.remember("DEF-000001/S1-1", "p31zjtct2jer")
    assert refs.find("DEF-000001/S1-1") == "p31zjtct2jer"
