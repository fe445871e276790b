"""Notices that ask to be acknowledged: the link, the line of a repeat, and its thread."""

from typing import Any

import pytest

from activities.ports import Letter
from activities.rendering import Renderer
from domain.contract.events import Role, StaffEvent
from tests.activities.rendering.letters import POLICY, STAFF_FACTS, staff_letter

URGENT = dict(STAFF_FACTS)[StaffEvent.DEFECT_URGENT]
FIRST = "DEF-000045/1/defect.urgent"
PAGE = f"https://help.vendor.example/staff/acknowledge/{FIRST}"


def letter(portal: str | None = "https://help.vendor.example/", **facts: Any) -> Letter:
    """What engineering is told of an S1."""
    writer = Renderer(POLICY, "support@vendor.example", portal_url=portal)
    return staff_letter(StaffEvent.DEFECT_URGENT, URGENT | facts, Role.ENGINEERING, writer)


def in_one_line(text: str) -> str:
    """Without the breaks of lines."""
    return " ".join(text.split())


def test_the_link_leads_to_the_page_of_the_notice() -> None:
    """In both forms of the mail."""
    asking = letter(acknowledge=FIRST)

    assert f"Acknowledge that you have seen this: {PAGE}" in in_one_line(asking.text)
    assert f'<a href="{PAGE}">' in asking.html


@pytest.mark.parametrize(
    ("portal", "facts"), [(None, {"acknowledge": FIRST}), ("https://x.org", {})]
)
def test_without_a_portal_or_a_question_there_is_no_link(
    portal: str | None, facts: dict[str, Any]
) -> None:
    """A mail of a policy that asks for nothing is as it was."""
    assert "cknowledge" not in letter(portal, **facts).text


def test_a_repeat_says_which_it_is_and_answers_the_first() -> None:
    """Mail programs show it below the first."""
    first = letter(acknowledge=FIRST)
    again = letter(acknowledge=FIRST, repeat={"times": 2, "number": 2, "of": 8})

    assert "Repeated, 2 of 8: nobody has acknowledged it." in in_one_line(again.text)
    assert again.headers["In-Reply-To"] == first.message_id
    assert again.headers["References"].split() == [
        first.headers["References"],
        first.message_id,
    ]
    assert again.subject == first.subject


@pytest.mark.parametrize(("times", "said"), [(1, "1 time,"), (9, "9 times,")])
def test_who_gets_it_from_below_learns_who_did_not_acknowledge_it(times: int, said: str) -> None:
    """With how often they were sent it."""
    up = letter(acknowledge=FIRST, repeat={"times": times, "before": "support_manager"})

    assert f"The support manager role was sent this {said} and nobody has" in in_one_line(up.text)
