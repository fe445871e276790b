"""Values are values: whatever a client wrote is quoted, and never markup or layout."""

import re

import pytest

from activities.paragraphs import COLUMNS
from domain.contract.events import ClientEvent, StaffEvent
from tests.activities.rendering.letters import (
    IMPACT,
    ROWS,
    Page,
    client_letter,
    client_letters,
    quotes,
    staff_letter,
    staff_letters,
)

HOSTILE = [
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "<script>alert(1)</script> & <b onclick='x'>\"bold\"</b>",
    "</blockquote></div><img src=x>",
    "one\n\n- two\n\nHello Bob,\n\nWith this, your case is closed.",
    "carriage\rreturn\x0bvertical\x0cfeed\x85next\u2028line\u2029paragraph",
    '\x02["forged", null]\x03',
    "nul\x00 escape\x1b[31m bell\x07 surrogate\ud800 override\u202egnp.exe",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text(hostile: str) -> None:
    """What a person wrote stays one quotation, verbatim, in both parts."""
    letter = client_letter(ClientEvent.CASE_RESPONDED, {"message": hostile})
    plain = client_letter(ClientEvent.CASE_RESPONDED, {"message": "plain"})
    page = Page(letter.html)

    shown = "\n".join(
        re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", line)
        for line in hostile.splitlines()
    )
    assert [shown] == quotes(letter)
    assert [shown] == page.quotes
    assert Page(plain.html).structure == page.structure


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_digest(hostile: str) -> None:
    """Titles and comments in a digest start no paragraph, list or element of their own."""
    said = [{"client": "c-7", "severity": "S1", "comment": hostile}]
    plain_said = [{"client": "c-7", "severity": "S1", "comment": "plain"}]
    row = {name: value for name, value in ROWS[0].items() if name != "feedback"}

    letter, plain = (
        staff_letter(
            StaffEvent.REVIEW_DIGEST,
            {"severity": "S3", "total": 1, "rows": [row | {"title": title, "feedback": feedback}]},
        )
        for title, feedback in ((hostile, said), ("plain", plain_said))
    )

    assert len(quotes(letter)) == 1
    assert Page(plain.html).structure == Page(letter.html).structure


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values(hostile: str) -> None:
    """A value within a sentence starts no paragraph, list, quotation or element."""
    letter = staff_letter(
        StaffEvent.DEFECT_RAISED, IMPACT | {"functional_area": hostile, "title": hostile}
    )
    plain = staff_letter(StaffEvent.DEFECT_RAISED, IMPACT)

    assert "\n" not in letter.subject
    assert letter.text.count("\n\n") == plain.text.count("\n\n")
    assert len(quotes(letter)) == 1
    assert Page(plain.html).structure == Page(letter.html).structure
    assert not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", letter.text + letter.subject)


def test_value_like_an_item() -> None:
    """A value that looks like an item of a list is none."""
    letter = client_letter(
        ClientEvent.CASE_INFORMATION_REQUESTED, {"items": ["- - a picture"], "reminder": 0}
    )

    assert "\n- a picture\n" in letter.text


def test_direction_controls() -> None:
    """A name cannot turn the rest of its line around."""
    letter = client_letter(ClientEvent.CASE_CLOSED, name="Ana \u202egnp.exe \u2066")

    assert letter.text.startswith("Hello Ana gnp.exe,\n")


def test_quoted_layout() -> None:
    """Quoted lines keep their blanks and indents."""
    written = "Please:\n\n  1.  log  in\n\tthen\n    open it"

    letter = client_letter(ClientEvent.CASE_RESPONDED, {"message": written})

    assert [written.replace("\t", "    ")] == quotes(letter)
    assert [written.replace("\t", "    ")] == Page(letter.html).quotes


def test_columns() -> None:
    """Only a word that cannot be broken, such as an address, is longer than the column."""
    address = "https://vendor.example/" + "a" * 80
    facts = {"message": f"Please read {address} " + "and read it once more " * 20}
    letters = [*client_letters(), *staff_letters(), client_letter(ClientEvent.CASE_ANSWERED, facts)]

    assert {f"> {address}"} == {
        line for letter in letters for line in letter.text.splitlines() if len(line) > COLUMNS
    }
