"""Progress, workarounds, and what is never told to clients (D5-D8)."""

from typing import Any

import pytest

from domain.contract.defect import (
    ChangeSeverity,
    DetachCase,
    Hold,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    Reopen,
    Resolve,
    Resume,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.effects import NotifyClients, PostStatus, UpdateReadModel
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Command
from tests.domain.builders import FRIDAY, a_defect, say
from tests.domain.defect.world import DAY, JUNE, SECRET, a_world, client_messages, refusal


def test_progress_of_an_s1_is_mailed_at_once_and_shown_to_all() -> None:
    """D6."""
    defect, _ = a_defect("S1")
    effects = say(defect, PostProgress, FRIDAY, public_text="We found the cause.")
    (told,) = client_messages(effects)
    assert (told.kind, told.facts["text"]) == ("defect.update", "We found the cause.")
    (fact,) = next(e for e in effects if isinstance(e, UpdateReadModel)).facts
    assert (fact.public, fact.public_text) == (True, "We found the cause.")


@pytest.mark.parametrize("severity", ["S2", "S3", "S4"])
def test_progress_of_the_others_is_shown_in_the_portal_only(severity: str) -> None:
    """D6."""
    defect, _ = a_defect(severity)
    effects = say(defect, PostProgress, FRIDAY, public_text="We found the cause.")
    assert client_messages(effects) == []
    assert defect.snapshot(FRIDAY)["progress"]["text"] == "We found the cause."


def test_progress_without_anything_in_it_is_refused() -> None:
    """D6."""
    refused = refusal(a_defect()[0], PostProgress)
    assert str(refused) == "public_text: is missing: give it, internal_note or stage"


def test_an_internal_note_is_told_to_nobody_and_is_not_public() -> None:
    """D8."""
    defect, _ = a_defect("S1")
    effects = say(defect, PostProgress, FRIDAY, internal_note=SECRET)
    (projection,) = effects
    assert isinstance(projection, UpdateReadModel)
    (fact,) = projection.facts
    assert (fact.public, fact.internal_text) == (False, SECRET)


def test_a_workaround_is_told_to_those_attached_now_and_a_repeat_is_not() -> None:
    """D5: at any severity."""
    world = a_world("S4")
    for _ in range(2):
        world.hear(OfferWorkaround, description="Use the other form.", effort="easy")
    world.hear(OfferWorkaround, description="Use the other form.", effort="laborious")
    assert len(world.told("defect.workaround")) == 2
    assert world.status()["workaround"]["effort"] == "laborious"


PROMISE = "It will be fixed by Friday."


@pytest.mark.parametrize(
    ("command", "field", "fields"),
    [
        (PostProgress, "public_text", {"public_text": PROMISE}),
        (OfferWorkaround, "description", {"description": PROMISE, "effort": "easy"}),
        (Resolve, "public_text", {"resolution": "x", "public_text": PROMISE}),
    ],
)
def test_text_for_clients_that_promises_a_time_is_refused_with_the_phrase(
    command: type[Command], field: str, fields: dict[str, Any]
) -> None:
    """D7."""
    refused = refusal(a_defect("S1")[0], command, **fields)
    assert refused.field == field
    assert "by Friday" in refused.reason


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("public_summary", {"public_summary": PROMISE}),
        ("workaround.description", {"workaround": {"description": PROMISE, "effort": "easy"}}),
    ],
)
def test_a_defect_cannot_be_confirmed_with_a_promise(field: str, fields: dict[str, Any]) -> None:
    """D7."""
    with pytest.raises(InvalidCommand) as refused:
        a_defect("S1", **fields)
    assert refused.value.field == field


def test_internal_text_may_name_a_time() -> None:
    """D7: it is bound for nobody outside."""
    world = a_world("S1", internal_description=PROMISE)
    world.hear(PostProgress, internal_note=PROMISE)
    world.hear(Resolve, resolution=PROMISE)
    assert world.defect.state == "resolved"


def test_no_internal_text_ever_reaches_a_client_or_the_status_page() -> None:
    """D8: through a whole life."""
    world = a_world("S1", internal_description=SECRET, title=SECRET)
    world.hear(PostProgress, internal_note=SECRET, public_text="We are at it.")
    world.hear(ScheduleRelease, release="REL-1", deploy_at=JUNE)
    world.hear(WithdrawRelease, release="REL-1", reason=SECRET)
    world.hear(Hold, reason=SECRET)
    world.hear(Resume, reason=SECRET)
    world.hear(RecordSeverityFeedback, client="client-1", severity="S1", comment=SECRET)
    world.hear(ChangeSeverity, severity="S3", reason=SECRET)
    world.hear(ChangeSeverity, severity="S1", reason=SECRET)
    world.wait(2 * DAY)
    world.hear(Resolve, resolution=SECRET)
    world.hear(Reopen, reason=SECRET)
    world.hear(DetachCase, case="CASE-1", reason=SECRET)
    outside = [e for e in world.carried_out if isinstance(e, NotifyClients | PostStatus)]
    assert len(outside) > 10
    assert [e.key for e in outside if SECRET in e.model_dump_json()] == []
    facts = [f for e in world.carried_out if isinstance(e, UpdateReadModel) for f in e.facts]
    assert [f.event for f in facts if SECRET in str((f.public_text, f.details))] == []
