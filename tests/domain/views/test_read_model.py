"""What the read model ought to have is what its projections have said."""

from domain.contract.defect import AttachCase, DetachCase, PostProgress
from domain.contract.effects import Lane
from domain.views.read_model import owed
from tests.domain.builders import FRIDAY, attachment
from tests.domain.defect.world import HOUR, a_world


def test_it_has_all_cases_and_facts() -> None:
    """More than a `status` shows, and each with its client."""
    world = a_world("S3", attachment("CASE-1", "ada"), attachment("CASE-2", "ben"))
    for n in range(3, 150):
        world.hear(AttachCase, **attachment(f"CASE-{n}", f"client-{n % 7}"))
    world.hear(DetachCase, case="CASE-2", reason="another one")
    world.settle()

    seen = owed(world.runner, world.now)

    assert len(seen.attached) == 148
    assert (seen.attached["CASE-1"], seen.attached["CASE-149"]) == ("ada", "client-2")
    assert "CASE-2" not in seen.attached
    assert (seen.kind, seen.unwritten) == ("defect", False)
    assert seen.facts == world.entity.timeline
    assert seen.snapshot == world.entity.snapshot(world.now)


def test_what_is_on_its_way_is_said_to_be() -> None:
    """Then the database may rightly lack it."""
    world = a_world("S3")
    world.down(Lane.READ_MODEL, FRIDAY, FRIDAY + HOUR)
    world.hear(PostProgress, internal_note="seen again")
    before = owed(world.runner, world.now)
    world.wait(2 * HOUR)
    after = owed(world.runner, world.now)
    assert (before.unwritten, after.unwritten) == (True, False)
