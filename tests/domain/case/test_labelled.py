"""What a text answers by the labels that our letters ask with (C3)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.case.intake import PARTICIPANTS, REQUIRED
from domain.case.labelled import LABELS, answered_by_label

WORDS = st.text(alphabet="abcäß xyz.,19", min_size=1, max_size=40).filter(
    lambda said: re.search(r"\w", said) is not None
)


@pytest.mark.parametrize(
    ("text", "answered"),
    [
        ("Steps to reproduce: open it, then save", {"steps": "open it, then save"}),
        ("STEPS: open it", {"steps": "open it"}),
        ("  - **Steps to reproduce:** open it", {"steps": "open it"}),
        ("Schritte zur Reproduktion: öffnen", {"steps": "öffnen"}),
        ("- Pasos para reproducirlo: abrir", {"steps": "abrir"}),
        ("Quien es usted: Río\nFunción: informes", {"who_am_i": "Río", "feature": "informes"}),
        (
            "Formular oder Bericht: F 7\nFunktion: Suche",
            {"form_or_report": "F 7", "feature": "Suche"},
        ),
        (
            "Who am I: River, north\nFeature: search",
            {"who_am_i": "River, north", "feature": "search"},
        ),
        ("Steps:\n1. open\n\n2. save\n\nThanks\nAda", {"steps": "1. open\n\n2. save"}),
        ("Steps:\n\nopen it\nsave it\n\nBye", {"steps": "open it\nsave it"}),
        ("Participants: 12, 13 and A-4", {PARTICIPANTS: "12, 13, A-4"}),
        ("Feature: search\n-- \nFeature: of the signature", {"feature": "search"}),
        ("Feature: search\n> Feature: quoted", {"feature": "search"}),
        ("> Steps to reproduce: quoted", {}),
        ("Feature: first\nFeature: second", {"feature": "first"}),
        ("Steps to reproduce: …", {}),
        ("Steps to reproduce:", {}),
        ("The steps: they are long", {}),
        ("My features: many", {}),
        ("Steps to reproduce – what you click and type", {}),
        ("", {}),
    ],
)
def test_an_answer_stands_behind_its_label(text: str, answered: dict[str, str]) -> None:
    """At the beginning of a line; a letter of ours that comes back answers nothing."""
    assert answered_by_label(text) == answered


def test_every_item_that_intake_asks_for_has_labels_and_no_two_share_one() -> None:
    """And they are as a line is compared with them."""
    labels = [label for known in LABELS.values() for label in known]

    assert set(LABELS) == {*REQUIRED, PARTICIPANTS}
    assert len(labels) == len(set(labels))
    assert labels == [label.lower().strip() for label in labels]


@given(
    said=st.dictionaries(st.sampled_from(REQUIRED), WORDS), before=WORDS, which=st.integers(0, 3)
)
def test_what_is_written_by_label_is_found(said: dict[str, str], before: str, which: int) -> None:
    """C3: whichever of its labels, whatever stands before."""
    lines = [f"{LABELS[item][which % len(LABELS[item])]}: {text}" for item, text in said.items()]
    found = answered_by_label("\n".join([before, "", *lines]))

    assert found == {item: text.strip() for item, text in said.items()}


@given(st.text(max_size=2_000))
def test_no_text_breaks_it_and_nothing_is_invented(text: str) -> None:
    """Every answer consists of words of the text."""
    for item, answer in answered_by_label(text).items():
        assert item in LABELS
        assert all(word in text for word in re.findall(r"\w+", answer))
