"""What a command would do, before anybody says it; `CheckedWorld` holds it to what then happens."""

from typing import Any

import pytest

from domain.contract.effects import NotifyClients, NotifyStaff, PostStatus
from domain.contract.parsing import InvalidCommand
from domain.views.preview import Preview, PreviewCommand, preview_asked
from tests.domain.builders import a_case, a_defect, at
from tests.domain.world import CheckedWorld, world_of

THURSDAY = at("2027-03-04 12:00")


def an_s2() -> CheckedWorld:
    """An S2 with a client."""
    return world_of(a_defect("S2", now=THURSDAY), THURSDAY)


def foreseen(world: CheckedWorld, command: str, **payload: Any) -> Preview:
    """The preview of a command, as of now."""
    said = {"actor": "agent-1"} | payload
    asked = PreviewCommand(command=command, payload=said, at=world.now)
    return preview_asked(world.runner, asked, world.now)


def test_a_raise_to_s1_tells_clients_engineering_and_the_page_and_starts_the_daily_update() -> None:
    """D1, D6, S1: everything that follows is there, and nothing has happened."""
    world = an_s2()
    before = world.entity.model_dump_json()
    seen = foreseen(world, "change_severity", severity="S1", reason="logins fail")
    told = [(type(effect), effect.event) for effect in seen.effects]
    assert (NotifyClients, "defect.severity_changed") in told
    assert (NotifyStaff, "defect.urgent") in told
    assert (PostStatus, "status") in told
    moved = {move.what: (move.before, move.after) for move in seen.moves}
    assert moved["status update to clients"][1] is not None
    assert moved["target"] == (world.defect.target_due_at, at("2027-03-08 12:00"))
    assert (seen.before["severity"], seen.after["severity"]) == ("S2", "S1")
    assert world.entity.model_dump_json() == before


def test_a_hold_tells_nobody_and_stops_the_target() -> None:
    """T2: no clock of the target is left."""
    seen = foreseen(an_s2(), "hold", reason="waiting for a vendor")
    assert seen.effects == []
    assert {move.what: move.after for move in seen.moves}["target"] is None


def test_what_is_refused_says_why_and_names_the_field() -> None:
    """D7 and the payload are judged as the command itself would be."""
    world = an_s2()
    promised = foreseen(world, "post_progress", public_text="We will fix it by Friday.")
    assert promised.field == "public_text"
    assert promised.refused is not None
    assert '"by Friday"' in promised.refused
    assert foreseen(world, "resume").refused == "state: is not on hold"
    assert foreseen(world, "change_severity", severity="S9", reason="x").field == "severity"
    with pytest.raises(InvalidCommand, match="command: known are absorb, "):
        foreseen(world, "reboot")


def test_a_detached_case_is_named_among_those_who_leave() -> None:
    """Whoever leaves is in the preview, with the point from which they do."""
    world = an_s2()
    case = next(iter(world.entity.cases.numbers))
    seen = foreseen(world, "detach_case", case=case, reason="another matter")
    assert [left.case for change in seen.audience for left in change.detach] == [case]


def test_a_sleeper_is_asked_as_of_the_present() -> None:
    """C6: what is due by then anyway is no consequence of the command."""
    world = world_of(a_case(now=THURSDAY), THURSDAY)
    asked = PreviewCommand(
        command="respond",
        payload={"actor": "agent-1", "message": "We look into it."},
        at=at("2027-03-09 12:00"),
    )
    seen = preview_asked(world.runner, asked, THURSDAY)
    assert [effect.event for effect in seen.effects] == ["case.responded"]
    assert all(effect.at == asked.at for effect in seen.effects)
