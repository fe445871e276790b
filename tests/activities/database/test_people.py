"""Who is told of what, on SQLite and PostgreSQL both."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseReadModel,
)
from activities.ports import Audience, Refused
from domain.contract.effects import AudienceChange, Detachment, Person, UpdateReadModel, Whom
from domain.contract.values import Attachment, Contact

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
DEFECT = "DEF-000001"
NEWSLETTER = Whom(kind="newsletter")


def attach(case: str, email: str, client: str = "acme", **contact: str) -> Attachment:
    """A case put on a defect."""
    return Attachment(case=case, client=client, contact=Contact(email=email, **contact))


def change(
    sequence: int, *attached: Attachment, detached: tuple[str, ...] = (), at: datetime = NOW
) -> AudienceChange:
    """Who joins and leaves at one point of the sequence."""
    leaving = [Detachment(case=case) for case in detached]
    return AudienceChange(sequence=sequence, at=at, attach=list(attached), detach=leaving)


def project(engine: Engine, *audience: AudienceChange, entity: str = DEFECT) -> None:
    """Write the changes, one projection each, in the order given."""
    for each in audience:
        DatabaseReadModel(engine).project(
            UpdateReadModel(
                key=f"{entity}/{each.sequence}/project",
                entity=entity,
                sequence=each.sequence,
                at=NOW,
                kind="defect",
                snapshot={"number": entity},
                audience=[each],
            )
        )


def told(
    engine: Engine, whom: Whom, sequence: int = 100, after: str | None = None, limit: int = 100
) -> dict[str, list[str]]:
    """Cases by the address of those who are told, in the order of the page."""
    people = DatabaseAudience(engine).people(DEFECT, sequence, after, limit, whom)
    return {person.contact.email or "": person.cases for person in people}


def test_the_adapter_is_what_activities_ask_for(engine: Engine) -> None:
    """Type-checked."""
    audience: Audience = DatabaseAudience(engine)
    assert audience.people(DEFECT, 1, None, 10) == []


def test_a_client_hears_of_their_own_cases_only(engine: Engine) -> None:
    """A person who is on cases of two clients hears as a person of this one."""
    project(
        engine,
        change(1, attach("C1", "ann@a.org"), attach("C2", "Ann@a.org", client='o\'hara "x"')),
        change(2, attach("C3", "bob@b.org"), attach("C4", "cid@c.org", client="other")),
        change(3, attach("C5", "late@a.org"), detached=("C3",)),
    )
    assert told(engine, Whom(kind="client", client="acme"), 3) == {"ann@a.org": ["C1"]}
    assert told(engine, Whom(kind="client", client='o\'hara "x"')) == {"Ann@a.org": ["C2"]}
    assert told(engine, Whom(kind="client", client="ACME")) == {}


JOINED = [
    ("new", [change(5, attach("C1", "a@a.org"))], {"a@a.org": ["C1"]}),
    (
        "new, with two cases",
        [change(5, attach("C1", "a@a.org"), attach("C2", "A@a.org"))],
        {"A@a.org": ["C1", "C2"]},
    ),
    (
        "there before by another case",
        [change(1, attach("C1", "A@a.org")), change(5, attach("C2", "a@a.org"))],
        {},
    ),
    (
        "there before by a case that left since",
        [
            change(1, attach("C1", "a@a.org")),
            change(5, attach("C2", "a@a.org")),
            change(6, detached=("C1",)),
        ],
        {},
    ),
    (
        "there before by a case that left with the change",
        [change(1, attach("C1", "a@a.org")), change(5, attach("C2", "a@a.org"), detached=("C1",))],
        {},
    ),
    (
        "had left before",
        [
            change(1, attach("C1", "a@a.org")),
            change(4, detached=("C1",)),
            change(5, attach("C2", "a@a.org")),
        ],
        {"a@a.org": ["C2"]},
    ),
    (
        "came back with the same case",
        [
            change(1, attach("C1", "a@a.org")),
            change(4, detached=("C1",)),
            change(5, attach("C1", "a@a.org")),
        ],
        {"a@a.org": ["C1"]},
    ),
    (
        "is gone again",
        [change(5, attach("C1", "a@a.org")), change(6, detached=("C1",))],
        {},
    ),
    ("came after the message", [change(7, attach("C1", "a@a.org"))], {}),
    (
        "got another address, no other case",
        [change(1, attach("C1", "old@a.org")), change(5, attach("C1", "new@a.org"))],
        {},
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [row[1:] for row in JOINED], ids=[row[0] for row in JOINED]
)
def test_who_joined_with_a_change(
    engine: Engine, changes: list[AudienceChange], expected: dict[str, list[str]]
) -> None:
    """Those who are there and were not before the change, however often it is written."""
    project(engine, *changes, *changes)
    assert told(engine, Whom(kind="joined", change=5), 7) == expected


LEFT = [
    (
        "left",
        [change(1, attach("C1", "A@a.org", name="Ann")), change(5, detached=("C1",))],
        {"A@a.org": ["C1"]},
    ),
    (
        "left with two cases",
        [
            change(1, attach("C1", "a@a.org"), attach("C2", "A@a.org")),
            change(5, detached=("C1", "C2")),
        ],
        {"A@a.org": ["C1", "C2"]},
    ),
    (
        "left with one case earlier",
        [
            change(1, attach("C1", "a@a.org"), attach("C2", "a@a.org")),
            change(4, detached=("C1",)),
            change(5, detached=("C2",)),
        ],
        {"a@a.org": ["C2"]},
    ),
    (
        "still there with another case",
        [change(1, attach("C1", "a@a.org"), attach("C2", "A@a.org")), change(5, detached=("C1",))],
        {},
    ),
    (
        "back since, with another case",
        [
            change(1, attach("C1", "a@a.org")),
            change(5, detached=("C1",)),
            change(8, attach("C2", "a@a.org")),
        ],
        {},
    ),
    (
        "left later",
        [change(1, attach("C1", "a@a.org")), change(6, detached=("C1",))],
        {},
    ),
    ("nobody knows who it was", [change(5, detached=("C1",))], {}),
    (
        "the word that it joined came late",
        [change(5, detached=("C1",)), change(1, attach("C1", "a@a.org"))],
        {},
    ),
]


@pytest.mark.parametrize(
    ("changes", "expected"), [row[1:] for row in LEFT], ids=[row[0] for row in LEFT]
)
def test_who_left_with_a_change(
    engine: Engine, changes: list[AudienceChange], expected: dict[str, list[str]]
) -> None:
    """Those of whom nothing is attached any more since the change."""
    project(engine, *changes, *changes)
    assert told(engine, Whom(kind="left", change=5), 6) == expected


@pytest.mark.parametrize("kind", ["client", "joined", "left"])
def test_a_message_to_nobody_in_particular_is_refused(engine: Engine, kind: Any) -> None:
    """No retry could cure it."""
    with pytest.raises(Refused) as refused:
        told(engine, Whom(kind=kind))
    assert refused.value.code == "audience-incomplete"


@pytest.mark.parametrize(
    "whom",
    [
        Whom(kind="client", client="acme"),
        Whom(kind="joined", change=2),
        Whom(kind="left", change=3),
        NEWSLETTER,
    ],
    ids=lambda whom: str(whom.kind),
)
def test_everybody_is_on_one_page(engine: Engine, whom: Whom) -> None:
    """Whatever the size of a page, and however the address is spelled that it begins behind."""
    expected = [f"p{n}@a.org" for n in range(7)]
    cases = {f"{name[:2]}-{n}": name for name in expected for n in range(2)}
    project(engine, change(2, *(attach(case, name) for case, name in cases.items())))
    if whom.kind == "left":
        project(engine, change(3, detached=tuple(cases)))
    for limit in (1, 2, 3, 7, 100):
        found: list[str] = []
        while page := told(engine, whom, 4, found[-1].upper() if found else None, limit):
            assert len(page) <= limit
            found += page
        assert found == expected


def test_the_newsletter_is_for_everybody_once(engine: Engine) -> None:
    """R2: over all entities, those who left too, as they were last attached to any of them."""
    project(engine, change(90, attach("C1", "ann@a.org", name="Old")))
    project(engine, change(2, attach("C2", "gone@g.org")), change(3, detached=("C2", "C9")))
    newer = attach("C3", "Ann@A.org", name="New", time_zone="Europe/Berlin", language="de")
    project(engine, change(1, newer, at=NOW + HOUR), entity="DEF-000002")
    project(engine, change(1, attach("CASE-7", "case@c.org"), at=NOW), entity="CASE-7")
    people = DatabaseAudience(engine).people("REL-1", 0, None, 10, NEWSLETTER)
    assert people == [
        Person(contact=newer.contact, cases=[]),
        Person(contact=Contact(email="case@c.org"), cases=[]),
        Person(contact=Contact(email="gone@g.org"), cases=[]),
    ]


def test_ties_for_the_newest_contact_are_decided_alike(engine: Engine) -> None:
    """At the same instant the later sequence, then the later entity and case."""
    for entity, case, name in [("D2", "C1", "x"), ("D1", "C2", "y"), ("D2", "C2", "z")]:
        project(engine, change(1, attach(case, "a@a.org", name=name)), entity=entity)
    (person,) = DatabaseAudience(engine).people(DEFECT, 0, None, 10, NEWSLETTER)
    assert person.contact.name == "z"
    project(engine, change(2, attach("C9", "a@a.org", name="w")), entity="D0")
    (person,) = DatabaseAudience(engine).people(DEFECT, 0, None, 10, NEWSLETTER)
    assert person.contact.name == "w"


def test_a_page_of_the_newsletter_reads_a_page(engine: Engine) -> None:
    """An index leads there: no page looks at all of 100,000s of rows."""
    many = (
        "INSERT INTO subscriptions (entity, case_number, sequence, address, email) "
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) "
        "SELECT 'D' || (i % 50), 'C' || i, 1, 'p' || (i % 9000) || '@a.org', 'x' FROM n"
    )
    with engine.begin() as connection:
        connection.execute(text(many))
        connection.execute(text("ANALYZE"))
    asked: list[tuple[str, Any]] = []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
    DatabaseAudience(engine).people(DEFECT, 0, "p5@a.org", 100, NEWSLETTER)
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    for query, parameters in [each for each in asked if each[0].startswith("SELECT")]:
        with engine.connect() as connection:
            plan = connection.exec_driver_sql(f"{explain} {query}", parameters)
            steps = [row[-1] for row in plan]
        assert any("ix_subscriptions_address" in step for step in steps)
        assert not [step for step in steps if "Seq Scan" in step or step == "SCAN subscriptions"]


def test_languages_are_kept_and_corrected(engine: Engine) -> None:
    """As zones are; who left keeps theirs."""
    project(engine, change(1, attach("C1", "a@a.org", language="de", time_zone="Europe/Berlin")))
    audience = DatabaseAudience(engine)
    (person,) = audience.people(DEFECT, 9, None, 9)
    assert (person.contact.language, person.contact.time_zone) == ("de", "Europe/Berlin")
    project(engine, change(2, attach("C1", "a@a.org", language="fr")))
    project(engine, change(3, detached=("C1",)))
    (person,) = audience.people(DEFECT, 9, None, 9, Whom(kind="left", change=3))
    assert (person.contact.language, person.contact.time_zone) == ("fr", None)


def test_attachments_are_answered_as_they_were_made(engine: Engine) -> None:
    """A page at a time, by case; spelled as they came, whatever later rules say of contacts."""
    made = [
        attach("C1", "Ann@A.org", client="o'hara", name="Ann", language="de"),
        attach("C2", "Ann@A.org"),
        attach("C3", "bob@b.org"),
    ]
    project(engine, change(1, *made), change(2, attach("C4", "late@a.org")))
    project(engine, change(3, detached=("C3",)))
    audience = DatabaseAudience(engine)
    assert audience.attachments(DEFECT, 2, None, 1) == made[:1]
    assert audience.attachments(DEFECT, 2, "C1", 9) == made[1:2]
    assert audience.attachments(DEFECT, 1, None, 9) == []
    with engine.begin() as connection:
        connection.execute(text("UPDATE subscriptions SET email = 'not an address'"))
    assert audience.attachments(DEFECT, 2, None, 1)[0].contact.email == "not an address"
