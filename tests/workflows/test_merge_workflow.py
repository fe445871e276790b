"""Merging on the time-skipping server: cases move, nobody hears what they know, all can be undone.

Each complaint that users of comparable systems have about merging is a test here.
"""

import pytest

from runtime.client import CommandRefused, NoSuchNumber
from tests.domain.builders import attachment
from tests.workflows.world import World

ADA, BOB, EVE = (f"{name}@example.org" for name in ("ada", "bob", "eve"))


async def two_defects(world: World) -> None:
    """`DEF-1` with Ada and Bob, `DEF-2` with Bob and Eve, each by a case that runs here."""
    for n, name in enumerate(("ada", "bob", "bob", "eve"), 1):
        contact = {"email": f"{name}@example.org"}
        await world.case(f"CASE-{n}", client=name, contact=contact)
    await world.defect("DEF-2", "S3", attachment("CASE-3", "bob"), attachment("CASE-4", "eve"))
    await world.tell(
        "CASE-1", "confirm_defect", severity="S3", title="Same", functional_area="login"
    )
    status = await world.status("CASE-1")
    world.numbers.append(status["defect"])
    await world.tell("CASE-2", "confirm_defect", defect=status["defect"])
    await world.settle()
    await world.settle()
    world.mailbox.letters.clear()


async def merged(world: World) -> str:
    """The number of the defect that was merged into `DEF-2`."""
    await two_defects(world)
    source: str = (await world.status("CASE-1"))["defect"]
    await world.tell(source, "merge_into", defect="DEF-2", reason="the same")
    await world.settle()
    await world.settle()
    return source


async def test_a_merge_tells_only_who_did_not_know_the_other_number(world: World) -> None:
    """Merge spam: Ada hears once under which number it goes on; Bob, on both, hears nothing."""
    source = await merged(world)

    assert [(x.to, x.headers["X-Event"]) for x in world.mailbox.letters] == [(ADA, "defect.merged")]
    assert source in world.mailbox.letters[0].text
    assert world.mailbox.letters[0].headers["X-Defect"] == "DEF-2"


async def test_nobody_attached_is_lost_by_a_merge(world: World) -> None:
    """Lost watchers: everyone of both hears of the resolution, once, and all cases close."""
    source = await merged(world)
    world.mailbox.letters.clear()
    await world.tell("DEF-2", "resolve", resolution="fixed")
    await world.settle()
    await world.settle()

    assert sorted(x.to for x in world.mailbox.letters) == [ADA, BOB, EVE]
    assert {x.headers["X-Event"] for x in world.mailbox.letters} == {"defect.resolved"}
    states = [(await world.status(f"CASE-{n}"))["state"] for n in range(1, 5)]
    assert states == ["closed"] * 4
    assert (await world.status(source))["merged_into"] == "DEF-2"


async def test_the_cases_of_a_merged_defect_go_by_the_other_number(world: World) -> None:
    """A case says which defect it is on now; the merged defect takes no more cases."""
    source = await merged(world)

    assert (await world.status("CASE-1"))["defect"] == "DEF-2"
    assert (await world.status("DEF-2"))["case_count"] == 4
    with pytest.raises(CommandRefused, match="merged into DEF-2"):
        await world.tell(source, "attach_case", **attachment("CASE-9", "zoe"))


async def test_a_merge_can_be_undone_until_the_window_is_over(world: World) -> None:
    """Both defects stand as before; only who had been told of the merge hears that it is undone."""
    source = await merged(world)
    world.mailbox.letters.clear()
    await world.tell(source, "undo_merge", reason="not the same after all")
    await world.settle()
    await world.settle()

    told = [(x.to, x.headers["X-Event"]) for x in world.mailbox.letters]
    assert told == [(ADA, "defect.unmerged")]
    assert (await world.status(source))["state"] == "open"
    assert (await world.status("DEF-2"))["cases"] == ["CASE-3", "CASE-4"]
    assert (await world.status("CASE-2"))["defect"] == source


async def test_a_merge_becomes_final_with_a_pointer(world: World) -> None:
    """After the window the merged workflow ends, and its result says where it goes on."""
    source = await merged(world)
    await world.after(days=15)
    answer = await world.handle(source).result()

    assert (answer["state"], answer["merged_into"]) == ("closed", "DEF-2")
    with pytest.raises(NoSuchNumber):
        await world.tell(source, "undo_merge", reason="too late")


@pytest.mark.parametrize("other", ["DEF-404", "DEF-3", "CASE-4"])
async def test_a_merge_into_what_is_not_open_leaves_everything_as_it_was(
    world: World, other: str
) -> None:
    """A number that does not run here, is resolved or a case's refuses with its reason."""
    await world.case("CASE-4")
    await world.defect("DEF-1", "S3", attachment("CASE-1", "ada"))
    await world.defect("DEF-3", "S3", attachment("CASE-3", "bob"))
    await world.tell("DEF-3", "resolve", resolution="fixed")
    await world.settle()
    world.mailbox.letters.clear()
    with pytest.raises(CommandRefused, match=other):
        await world.tell("DEF-1", "merge_into", defect=other, reason="the same")
    await world.settle()

    status = await world.status("DEF-1")
    assert (status["state"], status["cases"]) == ("open", ["CASE-1"])
    assert world.mailbox.letters == []


async def test_a_defect_cannot_be_merged_into_itself_or_into_one_merged_into_it(
    world: World,
) -> None:
    """No circle: the second merge is refused, naming where the first one went."""
    source = await merged(world)
    with pytest.raises(CommandRefused, match="must be another defect"):
        await world.tell("DEF-2", "merge_into", defect="DEF-2", reason="oops")
    with pytest.raises(CommandRefused, match="merged into DEF-2"):
        await world.tell("DEF-2", "merge_into", defect=source, reason="oops")


async def test_what_an_s1_owes_is_not_lost_by_a_merge(world: World) -> None:
    """Into a lesser defect it is refused; into another S1 the updates go on under one number."""
    await world.defect("DEF-1", "S1", attachment("CASE-1", "ada"))
    await world.defect("DEF-2", "S3", attachment("CASE-2", "bob"))
    with pytest.raises(CommandRefused, match="raise it to S1"):
        await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same")
    await world.tell("DEF-2", "change_severity", severity="S1", reason="the same as DEF-1")
    await world.tell("DEF-1", "merge_into", defect="DEF-2", reason="the same")
    await world.settle()
    await world.settle()
    world.mailbox.letters.clear()
    await world.after(days=1)

    updates = [x for x in world.mailbox.letters if x.headers["X-Event"] == "defect.update"]
    assert sorted(x.to for x in updates) == [ADA, BOB]
    assert {x.headers["X-Defect"] for x in world.mailbox.letters} == {"DEF-2"}
    assert sorted(i.stage for i in world.page.incidents()) == ["investigating", "resolved"]
