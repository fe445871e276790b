"""Two spellings of one address are one person, also in rows that an earlier version wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, text

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseContacts,
    DatabaseLedger,
    DatabasePreferences,
    DatabaseReadModel,
    MailArchive,
    make_engine,
)
from activities.adapters.database.correspondence import DatabaseCorrespondence
from activities.ports import Delivery, DeliveryState, Letter
from domain.contract.effects import AudienceChange, UpdateReadModel
from domain.contract.values import Attachment, Contact

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DEFECT = "DEF-000001"
LETTERS, A_LABEL, CAPITALS = "ada@bücher.example", "ada@xn--bcher-kva.example", "Ada@BÜCHER.Example"
SPELLINGS = pytest.mark.parametrize("asked", [LETTERS, A_LABEL, CAPITALS])


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated, empty database."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


def attach(engine: Engine, sequence: int, *emails: str) -> None:
    """Put a case of each address on the defect."""
    joining = [
        Attachment(case=f"CASE-{sequence}{n}", client="acme", contact=Contact(email=email))
        for n, email in enumerate(emails)
    ]
    change = AudienceChange(sequence=sequence, at=NOW, attach=joining)
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{DEFECT}/{sequence}/project",
            entity=DEFECT,
            sequence=sequence,
            at=NOW,
            kind="defect",
            snapshot={"number": DEFECT},
            audience=[change],
        )
    )


def write(engine: Engine, statement: str) -> None:
    """Change rows as an earlier version left them."""
    with engine.begin() as connection:
        connection.execute(text(statement), {"letters": LETTERS, "a_label": A_LABEL})


def delivery(recipient: str) -> Delivery:
    """One message to one recipient, not tried yet."""
    return Delivery(
        effect_key=f"{DEFECT}/17/defect.update",
        recipient=recipient,
        channel="email",
        entity=DEFECT,
        event="defect.update",
        message_id="<17@vendor.example>",
    )


def test_spellings_are_one_recipient(engine: Engine) -> None:
    """With the cases of all of them."""
    attach(engine, 1, A_LABEL, CAPITALS, LETTERS, "bob@b.org")
    people = DatabaseAudience(engine).people(DEFECT, 9, None, 10)

    assert [(p.recipient, len(p.cases)) for p in people] == [
        (LETTERS, 3),
        ("bob@b.org", 1),
    ]


def test_pages_go_on_behind_rows_of_an_earlier_version(engine: Engine) -> None:
    """Whatever their spelling: nobody is left out, and no page comes twice."""
    attach(engine, 1, LETTERS, "ada@m.example", "ada@z.example")
    write(engine, "UPDATE subscriptions SET email=:a_label, address=:a_label WHERE email=:letters")
    found: list[str] = []
    audience = DatabaseAudience(engine)
    while page := audience.people(DEFECT, 9, found[-1] if found else None, 1):
        found += [person.recipient for person in page]

    assert found == ["ada@m.example", A_LABEL, "ada@z.example"]


@SPELLINGS
@pytest.mark.parametrize("kept", [LETTERS, A_LABEL])
def test_a_person_is_found_by_any_spelling(engine: Engine, kept: str, asked: str) -> None:
    """Their client, their cases, and the letters to them."""
    attach(engine, 1, LETTERS)
    if kept == A_LABEL:
        write(engine, "UPDATE subscriptions SET email=:a_label, address=:a_label")
    known = DatabaseContacts(engine).known(asked)

    assert known is not None
    assert known.email == kept
    assert DatabaseContacts(engine).clients(asked) == ["acme"]
    assert DatabaseCorrespondence(engine).client_of(asked) == "acme"
    assert DatabaseCorrespondence(engine).cases_of(asked, [DEFECT]) == ["CASE-10"]


@SPELLINGS
@pytest.mark.parametrize("kept", [LETTERS, A_LABEL])
def test_nobody_is_told_twice(engine: Engine, kept: str, asked: str) -> None:
    """The row that an earlier version wrote down is the one that counts."""
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery(LETTERS), NOW)
    ledger.settle(delivery(LETTERS), DeliveryState.SENT, NOW)
    if kept == A_LABEL:
        write(engine, "UPDATE deliveries SET recipient=:a_label")
    claimed = ledger.claim(delivery(asked.lower()), NOW)

    assert claimed.state is DeliveryState.SENT
    assert [row.recipient for row in ledger.deliveries()] == [kept]
    assert DatabaseCorrespondence(engine).written_about(asked, ["<17@vendor.example>"]) == [DEFECT]


@SPELLINGS
@pytest.mark.parametrize("kept", [LETTERS, A_LABEL])
def test_choices_are_a_persons(engine: Engine, kept: str, asked: str) -> None:
    """However they spell their address today."""
    preferences = DatabasePreferences(engine)
    preferences.keep(LETTERS, {"progress": False}, NOW)
    if kept == A_LABEL:
        write(engine, "UPDATE preferences SET address=:a_label")
    token = preferences.of([asked])[asked.lower()].token
    preferences.keep(asked, {"newsletter": False}, NOW)
    found = preferences.of([LETTERS, A_LABEL])

    assert {(p.progress, p.newsletter, p.token) for p in found.values()} == {(False, False, token)}
    assert preferences.of(["ada@bucher.example"])["ada@bucher.example"].progress is True


@SPELLINGS
def test_kept_letters_are_a_persons(engine: Engine, asked: str) -> None:
    """The archive shows what went to somebody."""
    archive = MailArchive(engine)
    with archive.open() as session:
        for n, to in enumerate([LETTERS, A_LABEL, "bob@b.org"]):
            session.send(Letter(f"<{n}@vendor.example>", to, None, "s", "t", "h", {}, NOW))

    assert len(archive.letters(asked)) == 2
