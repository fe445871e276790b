"""Numbers are given out once, by prefix and by key."""

from sqlalchemy import Engine, text

from activities.adapters.database import DatabaseLedger, DatabaseNumbers, DatabaseReadModel
from activities.adapters.database.restoring import DatabaseRestoring
from tests.activities.database.rows import NOW, THREADS, at_once, attach, change, delivery, project


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


def test_what_anything_bears_is_passed_over(engine: Engine) -> None:
    """The counter was lost, and what it had counted was not; or an import brought numbers along."""
    numbers, read_model = DatabaseNumbers(engine), DatabaseReadModel(engine)
    for n in range(1, 251):
        read_model.project(project(1, entity=f"DEF-{n:06}"))
    DatabaseLedger(engine).claim(delivery(entity="DEF-000251"), NOW)
    read_model.project(project(2, change(2, attach("CASE-1", "a@b.example", "MAIL-000001"))))

    assert numbers.issue("DEF", "a") == "DEF-000252"
    assert numbers.issue("DEF", "b") == "DEF-000253"
    assert numbers.issue("MAIL", "a") == "MAIL-000002"


def test_a_counter_that_went_back_gives_no_number_twice(engine: Engine) -> None:
    """Also to threads that ask at once."""
    numbers = DatabaseNumbers(engine)
    before = [numbers.issue("DEF", f"before/{n}") for n in range(5)]
    with engine.begin() as connection:
        connection.execute(text("UPDATE number_sequences SET last = 1"))
    issued = at_once(lambda me: [numbers.issue("DEF", f"{me}/{n}") for n in range(5)])
    assert len({*before, *(number for mine in issued for number in mine)}) == 5 + THREADS * 5


def test_the_highest_number_is_found_among_names_that_only_look_alike(engine: Engine) -> None:
    """Numbers of one's own may have any form; a sequence that is raised never goes back."""
    restoring, read_model = DatabaseRestoring(engine), DatabaseReadModel(engine)
    for name in ("DEF-000007", "DEF-1000001", "DEF-99999X", "DEF-20261129123456", "DEF-9"):
        read_model.project(project(1, entity=name))

    assert restoring.highest("DEF") == 1_000_001
    assert restoring.highest("REL") == 0
    restoring.raise_to("DEF", 1_000_001)
    restoring.raise_to("DEF", 5)
    assert restoring.last_issued("DEF") == 1_000_001
    assert DatabaseNumbers(engine).issue("DEF", "a") == "DEF-1000002"
