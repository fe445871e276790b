"""A contact without an e-mail address, on a real server: owed, recorded, corrected, replayed."""

import pytest

from activities.adapters.database.telephone import DatabaseTelephone
from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.workflows.world import World

ADA = {"name": "Ada", "phone": "+1 312 555 0123"}
NEW = "ada@river.example"


async def test_a_caller_is_told_by_telephone_and_later_by_mail(world: World) -> None:
    """C1, C6, T9: numbered, told in time, on record; what was not told goes to the address."""
    await world.begin()
    await world.case("CASE-1", channel="emergency_line", contact=ADA)
    await world.settle()
    await world.tell("CASE-1", "respond", message="We look into it.")
    await world.settle()
    calls = DatabaseTelephone(world.outside.engine)
    owed = {one.event: one for one in calls.to_tell(10)}
    status = await world.status("CASE-1")

    assert set(owed) == {"case.opened", "case.responded"}
    assert [one["event"] for one in status["by_telephone"]] == ["case.opened", "case.responded"]
    assert "We look into it." in owed["case.responded"].spoken.text
    assert world.mailbox.events().count("delivery.by_telephone") == 2

    told = {"message": owed["case.responded"].message, "note": "told her"}
    status = await world.tell("CASE-1", "record_notification", **told)
    assert status["first_response"]["met_at"] is not None
    with pytest.raises(CommandRefused, match="message: is none that is still to be told"):
        await world.tell("CASE-1", "record_notification", **told)
    await world.settle()
    assert [one.event for one in calls.to_tell(10)] == ["case.opened"]

    correction = {"contact": ADA | {"email": NEW}, "reason": "she wrote"}
    await world.tell("CASE-1", "correct_contact", **correction)
    await world.tell("CASE-1", "close", reason="done")
    await world.settle()

    assert world.mailbox.events(to=NEW) == ["case.opened", "case.closed"]
    assert calls.to_tell(10) == []
    world.assert_nobody_told_twice()
    assert await world.assert_replays() == 1


async def test_an_update_nobody_told_is_missed(world: World) -> None:
    """T9: a defect whose only contact has no address; it ends all the same."""
    await world.begin()
    await world.defect("DEF-1", "S1", attachment("CASE-1") | {"contact": ADA})
    await world.after(days=1, hours=1)
    status = await world.status("DEF-1")

    assert status["updates_missed"] == 1
    assert status["needs_attention"]
    await world.tell("DEF-1", "resolve", resolution="fixed")
    await world.after(days=15)
    assert (await world.handle("DEF-1").result())["state"] == "closed"
    assert DatabaseTelephone(world.outside.engine).count() == 0
    assert world.mailbox.events(to="tel:13125550123:ada") == []
    assert await world.assert_replays() == 1
