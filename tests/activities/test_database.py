"""The database keeps its promises, on SQLite and on PostgreSQL alike."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect, insert, select, text
from sqlalchemy.exc import OperationalError, StatementError

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseLedger,
    DatabaseNumbers,
    DatabaseReadModel,
    DatabaseStatusPage,
    IncidentRefs,
    KeptMail,
    make_engine,
    migrate,
)
from activities.adapters.database.tables import facts, metadata
from activities.ports import Delivery, DeliveryState, Letter
from domain.effects import AudienceChange, Detachment, Fact, Person, PostStatus, Project
from domain.messages import Attachment, Contact, Severity, Stage

T = TypeVar("T")
NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
THREADS = 8


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def at_once(act: Callable[[int], T], times: int = THREADS) -> list[T]:
    """Run `act(0)`, `act(1)`, ... from as many threads, all let go at the same moment."""
    gate = threading.Barrier(times)

    def wait_and_act(number: int) -> T:
        gate.wait()
        return act(number)

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(wait_and_act, range(times)))


def attach(case: str, email: str, client: str = "acme", name: str | None = None) -> Attachment:
    return Attachment(case=case, client=client, contact=Contact(email=email, name=name))


def change(sequence: int, *attached: Attachment, detached: tuple[str, ...] = ()) -> AudienceChange:
    return AudienceChange(
        sequence=sequence,
        at=NOW,
        attach=list(attached),
        detach=[Detachment(case=case) for case in detached],
    )


def project(
    sequence: int = 1,
    *audience: AudienceChange,
    entity: str = "DEF-000001",
    kind: Any = "defect",
    snapshot: dict[str, Any] | None = None,
    happened: tuple[Fact, ...] = (),
) -> Project:
    return Project(
        key=f"{entity}/{sequence}/project",
        entity=entity,
        sequence=sequence,
        at=NOW + timedelta(hours=sequence),
        kind=kind,
        snapshot={"number": entity} if snapshot is None else snapshot,
        facts=list(happened),
        audience=list(audience),
    )


def delivery(recipient: str = "ann@example.org", entity: str = "DEF-000001") -> Delivery:
    return Delivery(
        effect_key=f"{entity}/17/defect.update",
        recipient=recipient,
        channel="email",
        entity=entity,
        event="defect.update",
        message_id=f"<{entity}.17.{recipient}>",
        cases=("CASE-000001",),
    )


class TestOpening:
    def test_the_folder_of_a_sqlite_file_is_made(self, tmp_path: Any) -> None:
        file = tmp_path / "var" / "deep" / "defects.db"
        migrate(f"sqlite:///{file}")
        assert file.exists()

    @pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "mysql://host/defects"])
    def test_a_database_that_cannot_keep_the_promises_is_refused(self, url: str) -> None:
        with pytest.raises(ValueError, match="database URL"):
            make_engine(url)

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
    def test_any_spelling_of_postgresql_gets_the_one_driver(self, scheme: str) -> None:
        engine = make_engine(f"{scheme}://host/defects?connect_timeout=3")
        assert engine.url.drivername == "postgresql+psycopg"

    def test_sqlite_writes_ahead_and_checks_foreign_keys(self, tmp_path: Any) -> None:
        engine = make_engine(f"sqlite:///{tmp_path / 'defects.db'}")
        with engine.connect() as connection:
            pragmas = {
                name: connection.scalar(text(f"PRAGMA {name}"))
                for name in ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")
            }
        engine.dispose()
        assert pragmas == {
            "journal_mode": "wal",
            "foreign_keys": 1,
            "busy_timeout": 30_000,
            "synchronous": 2,
        }

    def test_connection_trouble_surfaces_without_client_text(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE deliveries"))
        with pytest.raises(Exception, match="deliveries") as raised:
            DatabaseLedger(engine).claim(delivery("secret@example.org"), NOW)
        assert "secret@example.org" not in str(raised.value)

    def test_a_server_that_is_away_is_an_operational_error(self) -> None:
        engine = make_engine("postgresql:///defects?host=/nonexistent")
        with pytest.raises(OperationalError):
            DatabaseNumbers(engine).issue("DEF", "x")


class TestMigrations:
    def test_they_make_what_the_code_expects_and_doing_it_twice_is_harmless(
        self, empty_database_url: str
    ) -> None:
        migrate(empty_database_url)
        engine = make_engine(empty_database_url)
        migrate(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []
        engine.dispose()

    def test_threads_may_migrate_at_once(self, empty_database_url: str) -> None:
        at_once(lambda _: migrate(empty_database_url))
        assert tables_of(empty_database_url) >= set(metadata.tables)

    def test_processes_may_migrate_at_once(self, empty_database_url: str) -> None:
        program = (
            "import sys; from activities.adapters.database import migrate; migrate(sys.argv[1])"
        )
        running = [
            subprocess.Popen([sys.executable, "-c", program, empty_database_url]) for _ in range(4)
        ]
        assert [process.wait(timeout=60) for process in running] == [0, 0, 0, 0]
        assert tables_of(empty_database_url) >= set(metadata.tables)

    def test_a_database_of_a_later_version_is_left_alone(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        migrate(engine)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


def tables_of(url: str) -> set[str]:
    engine = make_engine(url)
    names = set(inspect(engine).get_table_names())
    engine.dispose()
    return names


class TestColumns:
    def fact(self, at: datetime) -> dict[str, Any]:
        return {
            "entity": "DEF-1",
            "sequence": 1,
            "at": at,
            "event": "defect.confirmed",
            "details": {},
            "public": True,
        }

    def test_instants_come_back_in_utc_to_the_microsecond(self, engine: Engine) -> None:
        local = datetime(2026, 3, 8, 1, 59, 59, 123_456, timezone(timedelta(hours=-6)))
        with engine.begin() as connection:
            connection.execute(insert(facts).values(self.fact(local)))
            kept = connection.execute(select(facts.c.at)).scalar_one()
        assert (kept, kept.tzinfo) == (local, UTC)

    def test_a_naive_instant_is_refused(self, engine: Engine) -> None:
        with (
            engine.begin() as connection,
            pytest.raises(StatementError, match="must carry a time zone"),
        ):
            connection.execute(insert(facts).values(self.fact(datetime(2026, 3, 8))))  # noqa: DTZ001

    def test_a_nul_in_a_text_blocks_nothing(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        odd = Fact(
            sequence=1, at=NOW, event="x", public=True, public_text="a\0b", details={"k": "\0"}
        )
        portal.project(project(happened=(odd,), snapshot={"title": "a\0b", "client": "c\0"}))
        assert next(portal.timeline("DEF-000001", public_only=True))["public_text"] == "a\ufffdb"
        assert portal.entity("defect", "DEF-000001") == {"title": "a\0b", "client": "c\0"}


class TestNumbers:
    def test_numbers_count_up_per_prefix(self, engine: Engine) -> None:
        numbers = DatabaseNumbers(engine)
        issued = [numbers.issue("DEF", "a"), numbers.issue("DEF", "b"), numbers.issue("CASE", "a")]
        assert issued == ["DEF-000001", "DEF-000002", "CASE-000001"]

    def test_the_same_key_always_gets_the_same_number(self, engine: Engine) -> None:
        numbers = DatabaseNumbers(engine)
        first = numbers.issue("DEF", "CASE-000001")
        numbers.issue("DEF", "CASE-000002")
        assert numbers.issue("DEF", "CASE-000001") == first

    def test_numbers_outgrow_six_digits(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("INSERT INTO number_sequences VALUES ('DEF', 999999)"))
        assert DatabaseNumbers(engine).issue("DEF", "a") == "DEF-1000000"

    def test_threads_never_get_the_same_number(self, engine: Engine) -> None:
        numbers = DatabaseNumbers(engine)
        issued = at_once(lambda me: [numbers.issue("DEF", f"{me}/{n}") for n in range(20)])
        assert len({number for mine in issued for number in mine}) == THREADS * 20

    def test_threads_asking_for_one_key_get_one_number(self, engine: Engine) -> None:
        numbers = DatabaseNumbers(engine)
        issued = at_once(lambda _: [numbers.issue("DEF", f"key-{n}") for n in range(20)])
        assert issued == [issued[0]] * THREADS
        assert len(set(issued[0])) == 20


class TestLedger:
    def test_the_first_claim_finds_it_planned(self, engine: Engine) -> None:
        before = DatabaseLedger(engine).claim(delivery(), NOW)
        assert before == delivery()

    def test_what_is_sent_stays_sent(self, engine: Engine) -> None:
        ledger = DatabaseLedger(engine)
        ledger.claim(delivery(), NOW)
        ledger.settle(delivery(), DeliveryState.SENT, NOW)
        again = ledger.claim(delivery(), NOW + timedelta(hours=1))
        ledger.settle(delivery(), DeliveryState.FAILED, NOW + timedelta(hours=1), "smtp-550")
        assert (again.state, again.attempts, again.sent_at) == (DeliveryState.SENT, 1, NOW)
        assert ledger.deliveries() == [again]

    def test_a_sender_that_died_leaves_an_unknown_outcome(self, engine: Engine) -> None:
        ledger = DatabaseLedger(engine)
        ledger.claim(delivery(), NOW)
        again = ledger.claim(delivery(), NOW)
        assert (again.state, again.attempts) == (DeliveryState.UNKNOWN, 1)
        assert ledger.deliveries()[0].state is DeliveryState.SENDING
        assert ledger.deliveries()[0].attempts == 2

    @pytest.mark.parametrize(
        "state", [DeliveryState.PLANNED, DeliveryState.FAILED, DeliveryState.UNKNOWN]
    )
    def test_what_is_not_sent_can_be_claimed_again(
        self, engine: Engine, state: DeliveryState
    ) -> None:
        ledger = DatabaseLedger(engine)
        ledger.claim(delivery(), NOW)
        ledger.settle(delivery(), state, NOW, "smtp-451")
        before = ledger.claim(delivery(), NOW)
        assert (before.state, before.attempts, before.problem) == (state, 1, "smtp-451")
        ledger.settle(delivery(), DeliveryState.SENT, NOW)
        after = ledger.deliveries("DEF-000001")[0]
        assert (after.state, after.attempts, after.problem) == (DeliveryState.SENT, 2, None)

    def test_of_many_threads_one_finds_it_planned(self, engine: Engine) -> None:
        ledger = DatabaseLedger(engine)
        for n in range(5):
            found = at_once(lambda _, n=n: ledger.claim(delivery(f"{n}@example.org"), NOW))  # type: ignore[misc]
            assert sorted(before.attempts for before in found) == list(range(THREADS))
            assert [before.state for before in found].count(DeliveryState.PLANNED) == 1
            assert [before.state for before in found].count(DeliveryState.UNKNOWN) == THREADS - 1

    def test_settling_what_was_never_claimed_is_an_error(self, engine: Engine) -> None:
        with pytest.raises(LookupError, match="DEF-000001/17/defect.update"):
            DatabaseLedger(engine).settle(delivery(), DeliveryState.SENT, NOW)

    def test_operators_see_what_fails_and_for_how_long(self, engine: Engine) -> None:
        ledger = DatabaseLedger(engine)
        assert ledger.oldest_unsent_at() is None
        states = [
            DeliveryState.SENT,
            DeliveryState.FAILED,
            DeliveryState.UNKNOWN,
            DeliveryState.PLANNED,
        ]
        for hour, state in enumerate(states):
            ledger.claim(delivery(state), NOW + timedelta(hours=hour))
            ledger.settle(delivery(state), state, NOW + timedelta(hours=9))
        assert [row.recipient for row in ledger.failing(2)] == ["failed", "unknown"]
        assert ledger.oldest_unsent_at() == NOW + timedelta(hours=2)
        assert ledger.summary() == {state: 1 for state in states} | {DeliveryState.SENDING: 0}

    def test_deliveries_are_listed_by_entity_oldest_first(self, engine: Engine) -> None:
        ledger = DatabaseLedger(engine)
        for recipient, entity in [("b", "DEF-1"), ("a", "DEF-2"), ("a", "DEF-1")]:
            ledger.claim(delivery(recipient, entity), NOW)
        assert [row.recipient for row in ledger.deliveries("DEF-1")] == ["b", "a"]
        assert len(ledger.deliveries()) == 3


class TestAudience:
    def people(self, engine: Engine, sequence: int = 100) -> list[Person]:
        return list(DatabaseAudience(engine).people("DEF-000001", sequence, None, 100))

    def test_a_person_on_several_cases_is_one(self, engine: Engine) -> None:
        DatabaseReadModel(engine).project(
            project(
                3,
                change(1, attach("C1", "Ann@Example.org", name="A."), attach("C2", "bob@b.org")),
                change(2, attach("C3", "ann@example.org", name="Ann")),
            )
        )
        ann = Contact(email="ann@example.org", name="Ann")
        assert self.people(engine) == [
            Person(contact=ann, cases=["C1", "C3"]),
            Person(contact=Contact(email="bob@b.org"), cases=["C2"]),
        ]

    def test_who_came_later_is_not_told_what_was_decided_before(self, engine: Engine) -> None:
        DatabaseReadModel(engine).project(
            project(6, change(3, attach("C1", "a@a.org")), change(5, attach("C2", "b@b.org")))
        )
        audience = DatabaseAudience(engine)
        assert [person.contact.email for person in self.people(engine, 5)] == ["a@a.org"]
        assert audience.cases("DEF-000001", 5, None, 9) == ["C1"]
        assert audience.people("DEF-000001", 3, None, 9) == []
        assert audience.people("DEF-000002", 9, None, 9) == []

    def test_who_left_is_not_told_and_may_come_back(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        portal.project(project(3, change(1, attach("C1", "a@a.org")), change(2, detached=("C1",))))
        assert self.people(engine) == []
        portal.project(project(5, change(4, attach("C1", "a@a.org"))))
        assert [person.cases for person in self.people(engine)] == [["C1"]]
        assert self.people(engine, 4) == []

    def test_replays_and_late_arrivals_change_nothing(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        joins = project(2, change(1, attach("C1", "a@a.org")))
        leaves = project(4, change(3, detached=("C1",)))
        portal.project(leaves)
        portal.project(joins)
        portal.project(joins)
        assert self.people(engine) == []

    def test_a_corrected_contact_still_gets_what_is_on_its_way(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        portal.project(project(2, change(1, attach("C1", "old@a.org"))))
        portal.project(project(9, change(8, attach("C1", "new@a.org"))))
        assert [person.contact.email for person in self.people(engine, 5)] == ["new@a.org"]

    def test_paging_through_ten_thousand_cases_tells_everybody_once(self, engine: Engine) -> None:
        attached = [
            attach(f"CASE-{n:06d}", f"Person{n % 3_000}@Example.org") for n in range(10_000)
        ]
        DatabaseReadModel(engine).project(project(2, change(1, *attached)))
        audience = DatabaseAudience(engine)
        told: list[Person] = []
        page = audience.people("DEF-000001", 2, None, 500)
        while page:
            told += page
            page = audience.people("DEF-000001", 2, page[-1].contact.email, 500)
        addresses = [person.contact.email.lower() for person in told]
        assert addresses == sorted({attachment.contact.email.lower() for attachment in attached})
        assert sorted(case for person in told for case in person.cases) == [
            attachment.case for attachment in attached
        ]
        cases: list[str] = []
        while following := audience.cases("DEF-000001", 2, cases[-1] if cases else None, 3_000):
            cases += following
        assert cases == [attachment.case for attachment in attached]


class TestReadModel:
    def test_an_old_projection_never_overwrites_a_newer_one(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        for sequence in (3, 5, 4, 5):
            portal.project(project(sequence, snapshot={"state": f"s{sequence}"}))
        assert portal.entity("defect", "DEF-000001") == {"state": "s5"}
        assert portal.entity("case", "DEF-000001") is None
        assert portal.find("defect", states=["s4"]) == []

    def test_the_newest_wins_among_threads(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        at_once(
            lambda me: portal.project(
                project(
                    me + 1,
                    change(me, *(attach(f"C{n}", f"{me}@a.org") for n in range(20))),
                    snapshot={"by": me},
                    happened=(Fact(sequence=me, at=NOW, event="x"),),
                )
            )
        )
        people = DatabaseAudience(engine).people("DEF-000001", 100, None, 100)
        assert portal.entity("defect", "DEF-000001") == {"by": THREADS - 1}
        assert [person.contact.email for person in people] == [f"{THREADS - 1}@a.org"]
        told = portal.timeline("DEF-000001", public_only=False)
        assert [fact["sequence"] for fact in told] == list(range(THREADS))

    def test_a_projection_is_written_whole_or_not_at_all(self, engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("DROP TABLE subscriptions"))
        portal = DatabaseReadModel(engine)
        with pytest.raises(Exception, match="subscriptions"):
            portal.project(project(2, change(1, attach("C1", "a@a.org"))))
        assert portal.entity("defect", "DEF-000001") is None

    def test_clients_see_public_facts_without_internal_text(self, engine: Engine) -> None:
        portal = DatabaseReadModel(engine)
        public = Fact(
            sequence=2,
            at=NOW,
            event="progress",
            public=True,
            public_text="We found the cause.",
            internal_text="secret",
            details={"stage": "identified"},
        )
        internal = Fact(sequence=1, at=NOW, event="note", internal_text="secret")
        portal.project(project(2, happened=(public,)))
        portal.project(project(3, happened=(internal, public)))
        assert list(portal.timeline("DEF-000001", public_only=True)) == [
            {
                "sequence": 2,
                "at": NOW,
                "event": "progress",
                "details": {"stage": "identified"},
                "public": True,
                "public_text": "We found the cause.",
            }
        ]
        everything = list(portal.timeline("DEF-000001", public_only=False))
        assert [fact["event"] for fact in everything] == ["note", "progress"]
        assert everything[0]["internal_text"] == "secret"

    def test_the_portal_finds_entities_by_what_they_are(self, engine: Engine) -> None:
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
        portal.project(
            project(entity="C0", kind="case", snapshot={"number": "C0", "client": "client-0"})
        )

        def found(kind: str = "defect", **by: Any) -> list[str]:
            return [snapshot["number"] for snapshot in portal.find(kind, **by)]

        assert found() == ["DEF-0", "DEF-1", "DEF-2"]
        assert found(limit=2) == ["DEF-0", "DEF-1"]
        assert found(after="DEF-1") == ["DEF-2"]
        assert found(client="client-0") == ["DEF-0"]
        assert found("case", client="client-0") == ["C0"]
        assert found(severities=["S3"], states=["open"]) == ["DEF-0", "DEF-2"]
        assert found(functional_area="billing") == ["DEF-0"]
        assert found(release="REL-1") == ["DEF-1"]
        assert found(needs_attention=True) == ["DEF-2"]
        portal.project(project(4, change(3, detached=("C0",)), entity="DEF-0"))
        assert found(client="client-0") == []


class TestKeptMail:
    def letter(self, message_id: str, to: str = "Ann@Example.org") -> Letter:
        return Letter(
            message_id=message_id,
            to=to,
            to_name="Ann",
            subject="DEF-000001",
            text="Hello",
            html="<p>Hello</p>",
            headers={"X-Event": "defect.update"},
            at=NOW,
        )

    def test_letters_are_kept_once_and_listed_newest_first(self, engine: Engine) -> None:
        mail = KeptMail(engine)
        with mail.open() as session:
            for letter in (self.letter("<1>"), self.letter("<2>", "bob@b.org"), self.letter("<1>")):
                session.send(letter)
        assert mail.letters() == [self.letter("<2>", "bob@b.org"), self.letter("<1>")]
        assert mail.letters(to="ann@example.ORG") == [self.letter("<1>")]
        assert mail.letters(limit=1) == [self.letter("<2>", "bob@b.org")]


class TestStatusPage:
    def effect(self, sequence: int, stage: Any, incident: str = "DEF-000001/S1-1") -> PostStatus:
        return PostStatus(
            key=f"DEF-000001/{sequence}/status",
            entity="DEF-000001",
            sequence=sequence,
            at=NOW,
            incident=incident,
            name="Nobody can log in",
            body=f"text {sequence}",
            stage=stage,
            severity=Severity.S1,
        )

    def test_an_incident_is_opened_updated_and_resolved_once(self, engine: Engine) -> None:
        page = DatabaseStatusPage(engine)
        hour = timedelta(hours=1)
        page.post(self.effect(1, Stage.INVESTIGATING), NOW)
        page.post(self.effect(3, "resolved"), NOW + 2 * hour)
        page.post(self.effect(2, Stage.FIXING), NOW + 3 * hour)
        page.post(self.effect(3, "resolved"), NOW + 4 * hour)
        (incident,) = page.incidents()
        assert (incident.stage, incident.resolved_at) == ("resolved", NOW + 2 * hour)
        assert (incident.started_at, incident.updated_at) == (NOW, NOW + 2 * hour)
        assert [said.body for said in incident.updates] == ["text 3", "text 2", "text 1"]

    def test_the_newest_incident_comes_first(self, engine: Engine) -> None:
        page = DatabaseStatusPage(engine)
        assert page.incidents() == []
        page.post(self.effect(1, Stage.INVESTIGATING), NOW)
        page.post(self.effect(5, Stage.INVESTIGATING, "DEF-000001/S1-2"), NOW + timedelta(days=1))
        keys = [incident.key for incident in page.incidents()]
        assert keys == ["DEF-000001/S1-2", "DEF-000001/S1-1"]
        assert [incident.key for incident in page.incidents(limit=1)] == keys[:1]

    def test_one_effect_from_many_threads_is_posted_once(self, engine: Engine) -> None:
        page = DatabaseStatusPage(engine)
        at_once(lambda _: page.post(self.effect(1, Stage.INVESTIGATING), NOW))
        assert [len(incident.updates) for incident in page.incidents()] == [1]

    def test_external_ids_are_remembered(self, engine: Engine) -> None:
        refs = IncidentRefs(engine)
        assert refs.find("DEF-000001/S1-1") is None
        refs.remember("DEF-000001/S1-1", "kctbh9vrtdwd")
        refs.remember("DEF-000001/S1-1", "p31zjtct2jer")
        assert refs.find("DEF-000001/S1-1") == "p31zjtct2jer"
