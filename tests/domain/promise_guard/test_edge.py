"""Texts for clients are judged where they come in, and never again (D7)."""

from typing import Any

import pytest

from domain.contract.case import ConfirmDefect, RequestInformation
from domain.contract.client_texts import client_texts
from domain.contract.defect import DefectStart, PostProgress, Resolve
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.values import Message
from domain.promise_guard.edge import refuse_promises
from tests.domain.builders import FRIDAY, a_defect, defect_start

WORKAROUND = {"description": "Press F5.", "effort": "easy"}


@pytest.mark.parametrize(
    ("model", "fields", "found"),
    [
        (PostProgress, {"public_text": "A", "internal_note": "B"}, [("public_text", "A")]),
        (Resolve, {"resolution": "A"}, []),
        (
            RequestInformation,
            {"items": ["steps", "A log"], "message": "Please."},
            [("items.0", "steps"), ("items.1", "A log"), ("message", "Please.")],
        ),
        (
            ConfirmDefect,
            {"public_summary": "A", "internal_description": "B", "workaround": WORKAROUND},
            [("public_summary", "A"), ("workaround.description", "Press F5.")],
        ),
        (
            DefectStart,
            defect_start(public_summary="A", workaround=WORKAROUND),
            [("public_summary", "A"), ("workaround.description", "Press F5.")],
        ),
    ],
)
def test_what_reaches_clients_is_found_with_its_place(
    model: type[Message], fields: dict[str, Any], found: list[tuple[str, str]]
) -> None:
    """D8: what is not marked as public is not looked at."""
    message = parse(model, {"actor": "a"} | fields)
    texts = sorted((text.field, text.text) for text in client_texts(message))
    assert texts == found


def test_a_promise_is_refused_at_the_edge_and_applied_in_a_replay() -> None:
    """A history holds what was accepted once, by the table of its day."""
    said = parse(PostProgress, {"actor": "a", "public_text": "It is back by Friday."})
    with pytest.raises(InvalidCommand, match=r'^public_text: "by Friday"'):
        refuse_promises(said, FRIDAY.date())

    defect, _ = a_defect()
    assert defect.handle(said, FRIDAY) != []
