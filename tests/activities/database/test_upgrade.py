"""The version before works on a database that this one has migrated, and loses nothing by it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Engine, text

from activities.adapters import database
from activities.adapters.database import (
    DatabaseAudience,
    DatabaseMembers,
    DatabaseReadModel,
    make_engine,
    migrate,
)
from domain.contract.effects import AudienceChange, MemberChange, UpdateReadModel, Whom
from domain.contract.values import Attachment, Contact

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
NEWSLETTER = Whom(kind="newsletter")
OLD_SUBSCRIPTION = text(
    "INSERT INTO subscriptions (entity, case_number, sequence, client, address, email, name, "
    "time_zone, attached_sequence, attached_at, detached_sequence, detached_at) "
    "VALUES ('DEF-1', :n, 1, 'acme', :a, :a, NULL, NULL, 1, :at, NULL, NULL) "
    "ON CONFLICT (entity, case_number) DO UPDATE SET sequence = excluded.sequence, "
    "email = excluded.email WHERE subscriptions.sequence < excluded.sequence"
)
OLD_ENTITY = text(
    "INSERT INTO entities (kind, number, sequence, snapshot, client, severity, state, "
    "functional_area, release, needs_attention, updated_at) VALUES ('defect', :n, 1, '{}', NULL, "
    "'S3', 'scheduled', 'billing', 'REL-1', :no, :at)"
)
"""As the first version writes them, column for column."""


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    """A database as the first version made it."""
    engine = make_engine(empty_database_url)
    config = Config()
    folder = Path(database.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    yield engine
    engine.dispose()


def write_as_before(engine: Engine, case: str, defect: str) -> None:
    """What a worker of the version before writes."""
    with engine.begin() as connection:
        connection.execute(OLD_SUBSCRIPTION, {"n": case, "a": f"{case.lower()}@a.org", "at": NOW})
        connection.execute(OLD_ENTITY, {"n": defect, "no": False, "at": NOW})


def test_both_versions_write_to_one_database(engine: Engine) -> None:
    """What the old one wrote before and writes after is there for the new one."""
    write_as_before(engine, "C1", "DEF-1")
    migrate(engine)
    write_as_before(engine, "C2", "DEF-2")
    members = DatabaseMembers(engine)
    members.adopt("REL-1")
    found = members.pending("REL-1", 0, None, 10)
    assert [(member.defect, member.state) for member in found] == [
        ("DEF-1", "scheduled"),
        ("DEF-2", "scheduled"),
    ]
    people = DatabaseAudience(engine).people("", 0, None, 10, NEWSLETTER)
    contacts = [(person.contact.email, person.contact.language) for person in people]
    assert contacts == [("c1@a.org", None), ("c2@a.org", None)]


def test_the_old_version_leaves_what_it_does_not_know(engine: Engine) -> None:
    """A language outlives a correction that an old worker writes."""
    migrate(engine)
    contact = Contact(email="c1@a.org", language="de")
    joins = AudienceChange(
        sequence=0, at=NOW, attach=[Attachment(case="C1", client="acme", contact=contact)]
    )
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key="DEF-1/0/project",
            entity="DEF-1",
            sequence=0,
            at=NOW,
            kind="defect",
            snapshot={},
            audience=[joins],
            members=[MemberChange(sequence=0, at=NOW, defects=[], attached=True)],
        )
    )
    with engine.begin() as connection:
        connection.execute(OLD_SUBSCRIPTION, {"n": "C1", "a": "new@a.org", "at": NOW})
    (person,) = DatabaseAudience(engine).people("DEF-1", 9, None, 10)
    assert (person.contact.email, person.contact.language) == ("new@a.org", "de")
