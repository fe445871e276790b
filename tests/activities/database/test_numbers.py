"""Numbers are given out once, by prefix and by key."""

from sqlalchemy import Engine, text

from activities.adapters.database import DatabaseNumbers
from tests.activities.database.rows import THREADS, at_once


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
