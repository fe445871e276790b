"""What needs somebody, by the status of a case, a defect or a release."""

from typing import Any

import pytest

from domain.contract.case import RequestInformation, Respond
from domain.contract.defect import DraftUpdate, RequestReclassification, Resolve
from domain.contract.release import Deploy
from domain.views.work_items import OWING, Need, Shown, WorkItem, work_items
from tests.domain.builders import (
    FRIDAY,
    Alone,
    a_case,
    a_defect,
    a_release,
    attachment,
    eto_asking,
    say,
)

AT = FRIDAY.isoformat()


def needs(entity: Alone) -> dict[Need, Shown]:
    """Each need, and when the queue shows it."""
    of = entity.runner.entity
    return {item.need: item.shown for item in work_items(of.kind, of.snapshot(FRIDAY))}


def test_an_s1_owes_an_update_until_somebody_has_written_it() -> None:
    """T9: it is owed all the same, and the resolution with it."""
    defect, _ = a_defect("S1")
    before = needs(defect)
    say(defect, DraftUpdate, FRIDAY, public_text="We look at the log files.")
    assert before == {Need.UPDATE: Shown.DUE, Need.RESOLUTION: Shown.DUE}
    assert needs(defect) == {Need.UPDATE: Shown.NEVER, Need.RESOLUTION: Shown.DUE}


def test_an_urgent_notice_needs_somebody_until_it_is_acknowledged() -> None:
    """T7: by the key of the notice, since there may be several."""
    defect, _ = a_defect("S1", under=eto_asking(repeat={"every_minutes": 30, "at_most": 8}))
    status = defect.runner.entity.snapshot(FRIDAY)
    (asked,) = (item for item in work_items("defect", status) if item.notice)
    assert (asked.need, asked.shown, asked.is_since) == (Need.ACKNOWLEDGEMENT, Shown.NOW, True)
    assert asked.why == asked.notice == status["to_acknowledge"][0]["notice"]


def test_a_request_waits_for_its_decision_and_what_is_over_for_nothing() -> None:
    """D4."""
    defect, _ = a_defect("S3", attachment())
    fields = {"client": "client-1", "severity": "S2", "justification": "we cannot bill"}
    say(defect, RequestReclassification, FRIDAY, **fields)
    assert needs(defect)[Need.DECISION] is Shown.OPEN
    say(defect, Resolve, FRIDAY, resolution="fixed")
    assert needs(defect) == {}


def test_a_case_is_owed_an_answer_or_waits_for_its_client_or_is_open() -> None:
    """C6, C3: an answer that is on its way to the client is still owed."""
    critical, _ = a_case(priority="critical", channel="portal")
    plain, _ = a_case()
    assert needs(critical) == {Need.FIRST_RESPONSE: Shown.NOW, Need.ASSESSMENT: Shown.OPEN}
    assert needs(plain) == {Need.OPEN: Shown.OPEN}
    say(critical, Respond, FRIDAY, message="We look at it.")
    say(plain, RequestInformation, FRIDAY, items=["steps"])
    assert Need.FIRST_RESPONSE in needs(critical)
    assert needs(plain) == {Need.GAPS: Shown.WAITING}


def test_a_release_is_to_be_deployed_until_it_is() -> None:
    """R2: in the queue once its hour has passed."""
    release, _ = a_release()
    assert needs(release) == {Need.DEPLOYMENT: Shown.PASSED}
    say(release, Deploy, FRIDAY)
    assert needs(release) == {}


@pytest.mark.parametrize(
    ("kind", "status", "expected"),
    [
        ("defect", {"target": {"missed_at": AT, "due_at": AT}}, ("resolution", True)),
        ("defect", {"target": {"missed_at": None, "due_at": AT}}, ("resolution", False)),
        ("defect", {"reclassification": {"requested_at": AT, "reminders": 2}}, ("decision", True)),
        ("case", {"first_response": {"due_at": AT, "missed_at": AT}}, ("first_response", True)),
        ("case", {"client_wrote_at": AT, "opened_at": AT}, ("client_wrote", False)),
        ("case", {"state": "attached", "call": {"at": AT}}, ("call", False)),
    ],
)
def test_what_is_missed_is_owed_all_the_same(
    kind: str, status: dict[str, Any], expected: tuple[str, bool]
) -> None:
    """C6, D4, T9: and a client's letter comes before the case itself."""
    found = work_items(kind, {"state": "open"} | status)
    assert [(item.need, item.is_missed, item.at) for item in found] == [(*expected, FRIDAY)]


@pytest.mark.parametrize("status", [{}, {"state": "open"}, {"state": "open", "opened_at": "soon"}])
@pytest.mark.parametrize("kind", [*OWING, "area_work"])
def test_a_status_of_another_version_is_never_refused(kind: str, status: dict[str, Any]) -> None:
    """What it does not have, or has in another way, nothing is said of: a projection must pass."""
    assert work_items(kind, status) == list[WorkItem]()
