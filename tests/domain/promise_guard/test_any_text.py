"""What holds for the promise guard (D7) whatever the text."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.promise_guard import find_promise, promises
from tests.domain.promise_guard.cases import Case, cases, combinations

REFUSED = cases("refused")
PASSED = [case.text for case in cases("passed")]
TIMES = [time for name in ("promised", "past") for time in combinations(name)[1]]
SURROUNDINGS = (
    "Thank you for the details.",
    "We have reproduced the problem with your file.",
    "The report was empty on Monday.",
    "Sessions expire after 20 minutes.",
    "You will get an update every day until it is resolved.",
    "Please send us the exact steps.",
    "The export has failed since 3 November.",
    "This was fixed in version 2026.4.",
    "The emergency line is open 24 hours a day.",
    "Work continues; we will tell you as soon as it is fixed.",
)
LOOKALIKES = str.maketrans(
    "aeopcyxijs", "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455"
)
DISGUISES = (
    lambda letter: f"&#{ord(letter)};",
    lambda letter: f"&#x{ord(letter):x};",
    lambda letter: letter.translate(LOOKALIKES),
    lambda letter: f"{letter}\u200b" if letter.isalnum() else letter,
    lambda letter: f"{letter}\u00ad" if letter.isalnum() else letter,
    lambda letter: f"<b>{letter}</b>",
    lambda letter: f"**{letter}**",
    lambda letter: chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter,
)
"""Ways to write a character so that it looks the same and is another."""
TIMELESS = """
    the a report form page user users site client case defect export import list filter button
    is are was will can has fails works opens shows prints saved missing empty wrong we you they
    it please click choose open save and or but with without by on at to from for in of our your
    Chrome TouchPoint Demographics severity release fix fixed resolved cause team investigating
"""


@pytest.fixture(autouse=True, scope="module")
def _tables_compiled() -> None:
    """The first call compiles the tables, which takes longer than Hypothesis lets an example."""
    find_promise("ready")


@given(
    before=st.lists(st.sampled_from(SURROUNDINGS), max_size=4),
    case=st.sampled_from(REFUSED),
    after=st.lists(st.sampled_from(SURROUNDINGS), max_size=4),
)
def test_a_promise_is_found_among_sentences_that_make_none(
    before: list[str], case: Case, after: list[str]
) -> None:
    """Paragraphs around it change nothing."""
    found = find_promise("\n\n".join([*before, case.text, *after]))
    assert found is not None
    assert found.phrase == case.phrase


@given(st.lists(st.sampled_from(PASSED), min_size=1, max_size=6))
def test_paragraphs_that_pass_alone_pass_together(texts: list[str]) -> None:
    """One paragraph does not make another a promise."""
    assert promises("\n\n".join(texts)) == []


@given(st.lists(st.sampled_from(TIMELESS.split()), max_size=40))
def test_words_that_name_no_time_pass(words: list[str]) -> None:
    """Whatever the tense, without a time there is no promise of one."""
    assert promises(" ".join(words)) == []


@given(st.text(alphabet=string.punctuation + string.whitespace + "\u00a0\u2014\u2019\u201c"))
def test_punctuation_alone_passes(text: str) -> None:
    """No letter or digit, no time."""
    assert promises(text) == []


@given(
    st.lists(
        st.one_of(st.text(max_size=5), st.sampled_from(TIMES + TIMELESS.split())), max_size=12
    ).map(" ".join)
)
def test_every_phrase_is_a_slice_of_the_text_and_they_are_in_order(text: str) -> None:
    """Whatever is written, what is reported stands there."""
    found = promises(text)
    assert [p.phrase for p in found] == [text[p.start :][: len(p.phrase)] for p in found]
    assert all(promise.phrase.strip() and promise.why for promise in found)
    assert [p.start for p in found] == sorted({p.start for p in found})
    assert find_promise(text) == (found[0] if found else None)


@given(
    case=st.sampled_from([case for case in REFUSED if " " in (case.phrase or "")]),
    blank=st.sampled_from(["\u00a0", "  ", "\t", "\n", "\r\n", "\u2009", " \u200b ", "\u3000"]),
)
def test_any_blank_is_a_blank(case: Case, blank: str) -> None:
    """A phrase is found whatever parts its words, and reported with it."""
    phrase = case.phrase or ""
    spread = phrase.replace(" ", blank)
    assert promises(case.text.replace(phrase, spread, 1))[0].phrase == spread


@given(st.text(alphabet=st.characters(), max_size=60))
def test_any_text_gets_a_verdict(text: str) -> None:
    """Whatever Unicode holds, surrogates included."""
    assert promises(text) == promises(text)


@given(st.sampled_from(REFUSED), st.data())
def test_a_disguise_changes_no_verdict(case: Case, data: st.DataObject) -> None:
    """Letters that look alike, entities, invisible characters and tags within a phrase."""
    phrase = case.phrase or ""
    at = data.draw(st.integers(0, len(phrase) - 1))
    disguise = data.draw(st.sampled_from(DISGUISES))
    hidden = phrase[:at] + disguise(phrase[at]) + phrase[at + 1 :]
    found = find_promise(case.text.replace(phrase, hidden, 1), case.today)

    assert found is not None
