"""What of a mail goes on the record of a case, within the limits of the contract.

The sender's own words come first. What they quote follows as quoted lines, which pages fold. Where
something has to be left out, its beginning and its end are kept, and the gap says how much it is.
"""

from typing import Any

from domain.case.intake import PARTICIPANTS
from domain.case.labelled import answered_by_label
from portal.inbound.reading import Mail

SUBJECT_CHARACTERS = 200
TEXT_CHARACTERS = 19_000
"""Leaves room for lines of ours in what the contract takes."""
_QUOTED_AT_LEAST = 1_000
"""Of what is quoted, however long the text is: an answer may stand between."""
NOT_NAMED = 20
"""More attachments than these are counted."""
_ANSWER_CHARACTERS = 4_000
"""Of what stands behind one label: the whole is in the description."""
_NUMBERS = 1_000
"""Of participants, as many as the contract takes."""


def subject_of(mail: Mail) -> str:
    """In one line, cut where it is too long."""
    subject = " ".join(mail.subject.split())
    if len(subject) <= SUBJECT_CHARACTERS:
        return subject
    return f"{subject[: SUBJECT_CHARACTERS - 1].rstrip()}…"


def body_of(mail: Mail, *remarks: str) -> str:
    """The text, remarks of ours, and below them what is quoted."""
    said = [f"({remark})" for remark in (*mail.problems, *remarks) if remark]
    room = TEXT_CHARACTERS - sum(len(remark) + 2 for remark in said)
    quoted = "\n".join(f"> {line}".rstrip() for line in mail.quoted.strip().splitlines())
    most = room - min(len(quoted), _QUOTED_AT_LEAST) - 2
    text = shortened(mail.text, most)
    quoted = shortened(quoted, room - len(text) - 2, "> ")
    return "\n\n".join(filter(None, [text, *said, quoted]))


def answers_of(mail: Mail) -> dict[str, Any]:
    """What a first mail says by the labels that intake asks with, so that nobody is asked again."""
    answered = answered_by_label(mail.text)
    numbers = answered.pop(PARTICIPANTS, None)
    said: dict[str, Any] = {
        item: shortened(text, _ANSWER_CHARACTERS) for item, text in answered.items()
    }
    return said if numbers is None else said | {PARTICIPANTS: numbers.split(", ")[:_NUMBERS]}


def shortened(text: str, characters: int, before: str = "") -> str:
    """A text of so many characters at most: its beginning and its end, and what is between."""
    if len(text) <= characters:
        return text
    gap = f"\n{before}[… {len(text) - characters + 60} characters are left out here …]\n{before}"
    kept = max(characters - 60 - len(before), 0)
    head = kept * 2 // 3
    return f"{text[:head].rstrip()}{gap}{text[len(text) - (kept - head) :].lstrip()}"


def named(names: list[str]) -> str:
    """Files by name, as many as can be read."""
    more = len(names) - NOT_NAMED
    return ", ".join(names[:NOT_NAMED]) + (f" and {more} more" if more > 0 else "")
