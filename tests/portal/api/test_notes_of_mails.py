"""What of a mail goes on the record: words first, quotes below, and gaps that say so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.inbound.note import TEXT_CHARACTERS, body_of, named, shortened, subject_of
from portal.inbound.reading import read
from portal.pages.folded import folded
from tests.portal.api.mails import a_mail

MAIL = read(a_mail())
WORDS = st.text(alphabet="ab >\n…(", max_size=60)


def test_the_words_come_first_and_what_is_quoted_below() -> None:
    """With remarks of ours between."""
    mail = replace(MAIL, text="Yes.", quoted="How?\n\n> Why?", problems=("A part is missing",))

    assert body_of(mail, "", "Ours.") == (
        "Yes.\n\n(A part is missing)\n\n(Ours.)\n\n> How?\n>\n> > Why?"
    )


@pytest.mark.parametrize(
    ("text", "quoted"), [(30_000, 0), (0, 30_000), (30_000, 30_000), (18_990, 5)]
)
def test_nothing_over_the_limits_is_lost_without_a_word(text: int, quoted: int) -> None:
    """Beginning and end are kept of both, and the gap says how much is not."""
    mail = replace(MAIL, text="A" + "t" * text + "Z", quoted="B" + "q" * quoted + "Y")
    body = body_of(mail)

    assert len(body) <= TEXT_CHARACTERS
    assert all(letter in body for letter in "AZBY")
    assert ("characters are left out here" in body) == (text + quoted > TEXT_CHARACTERS - 100)


@given(text=WORDS, quoted=WORDS, size=st.integers(0, 400))
def test_any_text_fits_and_what_fits_is_whole(text: str, quoted: str, size: int) -> None:
    """Whatever its length; what was quoted is found below again."""
    mail = replace(MAIL, text=(text * size).strip(), quoted=(quoted * size).strip())
    body = body_of(mail)

    assert len(body) <= TEXT_CHARACTERS
    if len(mail.text) + 3 * len(mail.quoted) < TEXT_CHARACTERS - 100:
        assert body.startswith(mail.text)
    if mail.quoted and not mail.quoted.startswith(">"):
        assert folded(body).quoted


@given(text=st.text(max_size=500), characters=st.integers(100, 400))
def test_a_text_is_shortened_in_its_middle(text: str, characters: int) -> None:
    """To no more than what is asked for."""
    short = shortened(text, characters)

    assert len(short) <= characters
    assert short == text or "left out here" in short


def test_names_and_subjects_are_cut() -> None:
    """Twenty files are named, the others counted; a subject is one line."""
    assert named(["a", "b"]) == "a, b"
    assert named([str(n) for n in range(25)]).endswith("19 and 5 more")
    assert subject_of(replace(MAIL, subject="a\n b " + "c" * 300)) == "a b " + "c" * 195 + "…"
