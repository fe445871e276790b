"""What of a mail goes on the record: words first, quotes below, and gaps that say so."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract.case import CaseStart
from domain.contract.parsing import parse
from portal.inbound.note import (
    TEXT_CHARACTERS,
    answers_of,
    body_of,
    named,
    shortened,
    subject_of,
)
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


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("It hangs.", {}),
        ("Steps: open it\n> Feature: old", {"steps": "open it"}),
        ("Participants: CASE-7 and CASE-8", {"participant_case_numbers": ["CASE-7", "CASE-8"]}),
    ],
)
def test_a_first_mail_answers_by_label(text: str, answers: dict[str, object]) -> None:
    """In the form of the start; what is quoted is nobody's answer."""
    assert answers_of(replace(MAIL, text=text)) == answers


def test_no_answer_is_too_long_to_open_a_case() -> None:
    """Each is shortened, and of numbers the first thousand count."""
    steps = "\n".join(f"{n}. press \U0001f600" for n in range(7_000))
    numbers = " ".join(f"CASE-{n}" for n in range(2_000))
    answers = answers_of(replace(MAIL, text=f"Feature: {steps}\nParticipants: {numbers}"))
    start = {
        "client": "river",
        "contact": {"email": "ada@river.example"},
        "channel": "email",
        "subject": "x",
        "description": body_of(replace(MAIL, text=steps)),
    }

    assert answers["feature"].startswith("0. press")
    assert len(parse(CaseStart, start | answers).participant_case_numbers) == 1_000
