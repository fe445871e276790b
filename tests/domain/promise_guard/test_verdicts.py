"""What clause D7 lets an agent write to a client, and what it does not."""

import pytest

from domain.promise_guard import Promise, find_promise, promises
from tests.domain.promise_guard.cases import cases, combined


def phrases(text: str) -> list[str]:
    """The phrases refused in a text."""
    return [promise.phrase for promise in promises(text)]


@pytest.mark.parametrize("name", ["refused", "passed", "near_misses", "odd_characters", "dates"])
def test_every_sentence_gets_its_verdict_and_its_first_promise_is_named(name: str) -> None:
    """D7: a promise of time is refused with the phrase as written; all else passes."""
    misses = []
    for case in cases(name):
        found = find_promise(case.text, case.today)
        wanted = None if case.phrase is None else (case.phrase, case.text.index(case.phrase))
        if (found and (found.phrase, found.start)) != wanted:
            misses.append((case, found))

    assert misses == []


def test_odd_characters_hide_nothing_and_add_nothing() -> None:
    """Each of these texts promises one time, however it is written."""
    assert [case for case in cases("odd_characters") if phrases(case.text) != [case.phrase]] == []


def test_a_time_to_come_is_refused_however_it_is_promised() -> None:
    """Every time in every way to promise it."""
    assert [text for text in combined("promised") if find_promise(text) is None] == []


def test_a_time_that_is_over_passes_however_it_is_told() -> None:
    """Every time in every way to tell what happened."""
    assert {text: phrases(text) for text in combined("past") if phrases(text)} == {}


def test_all_promises_are_listed_in_the_order_written() -> None:
    """`promises` lists them all, `find_promise` the first."""
    text = "It failed on Monday. ETA: Thursday. We deploy next week, by 5 pm."
    assert phrases(text) == ["ETA", "Thursday", "next week", "by 5 pm"]
    assert find_promise(text) == promises(text)[0]


def test_a_promise_says_what_it_is_and_where() -> None:
    """The reason continues a sentence that begins with the phrase."""
    assert find_promise("Done by Friday.") == Promise("by Friday", "names a day", 5)


def test_next_to_nothing_passes() -> None:
    """Texts without a word."""
    texts = ["", " ", "\n", ".", "\u200b", "*", "_", "\ud800", "'", "1"]
    assert [text for text in texts if promises(text)] == []


def test_the_past_of_one_clause_does_not_excuse_the_next() -> None:
    """Each time is judged by its own clause."""
    text = "It broke on Monday, we found the cause on Tuesday and will deploy the fix on Wednesday."
    assert phrases(text) == ["on Wednesday"]


def test_a_list_is_judged_as_one() -> None:
    """What tells the tense of the first tells that of the others."""
    assert phrases("It failed on Monday, Tuesday and on Wednesday.") == []
    assert phrases("We will be done Monday, Tuesday or Wednesday.")[0] == "Monday"
