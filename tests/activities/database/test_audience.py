"""Who is attached to an entity, page by page, as it was when something was decided."""

from sqlalchemy import Engine

from activities.adapters.database import DatabaseAudience, DatabaseReadModel
from domain.contract.effects import Person
from domain.contract.values import Contact
from tests.activities.database.rows import DEFECT, attach, change, people, project


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
    addresses = [person.recipient for person in told]
    assert addresses == sorted({attachment.recipient for attachment in attached})
    assert cases == [attachment.case for attachment in attached]
    assert sorted(case for person in told for case in person.cases) == cases
