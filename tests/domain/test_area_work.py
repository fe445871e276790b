"""Work begins in a functional area: who is marked, and when it is done (R6)."""

from datetime import timedelta

import pytest

from domain.area_work import AREA_WORK, AreaWork
from domain.contract.defect import RetryDeliveries
from domain.contract.effects import MarkArea, UpdateReadModel
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import Receipt, Signalled
from domain.contract.release import AreaWorkStart
from domain.contract.values import Severity
from domain.runner import Runner
from tests.domain.builders import ETO, FRIDAY, Alone, an_area_work, eto_with, kinds, say

HOUR = timedelta(hours=1)
NOTE = "we rewrite it, do not tell"


def test_the_open_s3_and_s4_defects_of_the_area_are_marked_and_nobody_is_written_to() -> None:
    """R6: portal only."""
    _, effects = an_area_work(note=NOTE)
    assert kinds(effects) == ["mark_area"]
    (marking,) = [effect for effect in effects if isinstance(effect, MarkArea)]
    assert marking.functional_area == "login"
    assert marking.severities == [Severity.S3, Severity.S4]


@pytest.mark.parametrize(
    ("severity", "marked", "expected"),
    [
        ("S2", True, ["S2", "S3", "S4"]),
        ("S3", False, ["S4"]),
        ("S4", None, ["S3", "S4"]),
    ],
)
def test_which_severities_are_marked_is_the_policys(
    severity: str, marked: bool | None, expected: list[str]
) -> None:
    """R6: a policy that says nothing of it marks S3 and S4."""
    _, effects = an_area_work(under=eto_with(severity, area_work=marked))
    (marking,) = [effect for effect in effects if isinstance(effect, MarkArea)]
    assert marking.severities == expected


def test_it_is_done_once_every_defect_was_told() -> None:
    """R6: it says how many, and ends."""
    work, effects = an_area_work()
    (marking,) = [effect for effect in effects if isinstance(effect, MarkArea)]
    assert (work.state, work.finished, work.next_due()) == ("marking", False, None)
    work.delivered(marking, Signalled(key=marking.key, sent=7), FRIDAY + HOUR)
    status = work.status(FRIDAY + HOUR)
    assert (work.finished, status["state"], status["marked"]) == (True, "done", 7)
    assert status["ended_at"] == "2027-03-05T23:00:00Z"
    assert [fact.event for fact in work.timeline] == ["area_work.began", "area_work.marked"]


def test_an_area_without_defects_is_done_too() -> None:
    """R6."""
    work, effects = an_area_work()
    work.delivered(effects[0], Signalled(key=effects[0].key), FRIDAY)
    assert (work.finished, work.marked) == (True, 0)


def test_word_of_anything_else_does_not_end_it() -> None:
    """The portal was written."""
    work, effects = an_area_work()
    (project,) = [effect for effect in effects if isinstance(effect, UpdateReadModel)]
    work.delivered(project, Receipt(key=project.key), FRIDAY)
    assert not work.finished


def test_the_note_stays_internal() -> None:
    """D8: in the database for the vendor, in no status and no timeline."""
    work, effects = an_area_work(note=NOTE)
    (project,) = [effect for effect in effects if isinstance(effect, UpdateReadModel)]
    assert [fact.internal_text for fact in project.facts] == [NOTE]
    assert NOTE not in str([fact.public_text for fact in project.facts])
    assert NOTE not in str(work.status(FRIDAY))
    assert NOTE not in str([fact.flat() for fact in work.timeline])


def test_somebody_may_ask_for_another_try() -> None:
    """Contract, `retry_deliveries`: on record, once per key; the same marking goes on."""
    work, _ = an_area_work()
    assert kinds(say(work, RetryDeliveries, FRIDAY, key="key-1")) == []
    assert say(work, RetryDeliveries, FRIDAY, key="key-1") == []
    assert [fact.event for fact in work.timeline].count("deliveries.retried") == 1


def test_an_area_has_a_name() -> None:
    """Contract."""
    with pytest.raises(InvalidCommand, match=r"^functional_area: must not be empty"):
        parse(AreaWorkStart, {"actor": "engineer-1", "functional_area": " "})


def test_work_that_was_carried_on_ends_the_same() -> None:
    """Continue-as-new: the state through JSON."""
    work, effects = an_area_work()
    state = AreaWork.model_validate(work.model_dump(mode="json"))
    twin = Alone(Runner(AREA_WORK, state))
    receipt = Signalled(key=effects[0].key, sent=3)
    assert twin.delivered(effects[0], receipt, FRIDAY) == work.delivered(
        effects[0], receipt, FRIDAY
    )
    assert twin.model_dump() == work.model_dump()
    assert twin.policy == ETO
