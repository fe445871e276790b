"""Who works on a case or a defect is on record, and nobody is told."""

import pytest

from domain.contract.defect import Assign
from tests.domain.builders import a_case, a_defect
from tests.domain.world import CheckedWorld, world_of


@pytest.mark.parametrize("world", [world_of(a_case()), world_of(a_defect("S3"))])
def test_an_owner_is_assigned_and_taken_back(world: CheckedWorld) -> None:
    """The status says who, the timeline since when and by whom."""
    told = [effect.event for effect in world.carried_out if effect.event != "project"]
    world.hear(Assign, owner="kim")
    world.hear(Assign, owner="kim")
    assert world.status()["owner"] == "kim"
    world.hear(Assign)
    assert world.status()["owner"] is None
    assigned = [f.details for f in world.entity.timeline if f.event == "owner.assigned"]
    assert assigned == [{"owner": "kim"}, {}]
    assert [e.event for e in world.carried_out if e.event != "project"] == told
