"""What clients ask for, on the time-skipping server: calls, decisions, preferences."""

from datetime import timedelta

import pytest

from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.workflows.world import World

CLIENT = "client-1@example.org"
SUPPORT = "support-team@vendor.example"
CLIENT_SUCCESS = "client-success@vendor.example"


async def test_a_call_is_booked_moved_reminded_of_and_paid_from_the_allowance(
    world: World,
) -> None:
    """C11: both sides hear of it, a day and an hour ahead too; a moved call is paid once."""
    await world.case()
    at = await world.clock.now() + timedelta(days=2)
    booked = await world.tell("CASE-1", "book_call", at=at.isoformat(), minutes=40)
    moved = await world.tell(
        "CASE-1", "book_call", at=(at + timedelta(hours=1)).isoformat(), minutes=50
    )
    await world.after(days=3)

    assert (booked["consultation_left"], moved["consultation_left"]) == (20, 10)
    calls = ["call.booked", "call.booked", "call.reminder", "call.reminder"]
    assert world.mailbox.events(CLIENT) == ["case.opened", *calls]
    assert world.mailbox.events(SUPPORT) == calls


async def test_a_call_beyond_the_allowance_is_refused_with_the_balance(world: World) -> None:
    """C11: whichever case of the client has used it; what is cancelled is given back."""
    await world.case("CASE-1")
    await world.case("CASE-2")
    at = await world.clock.now() + timedelta(days=1)
    await world.tell("CASE-1", "book_call", at=at.isoformat(), minutes=45)
    with pytest.raises(CommandRefused, match="15 of 60 consultation minutes"):
        await world.tell("CASE-2", "book_call", at=at.isoformat(), minutes=30)
    await world.tell("CASE-1", "cancel_call")
    await world.settle()
    status = await world.tell("CASE-2", "book_call", at=at.isoformat(), minutes=60)

    assert status["consultation_left"] == 0
    await world.settle()
    assert world.mailbox.events(CLIENT)[-2:] == ["call.cancelled", "call.booked"]


@pytest.mark.parametrize(
    ("hours", "minutes", "package", "field"),
    [(12, 30, "standard", "at"), (24, 45, "legacy", "minutes"), (31.75, 30, "standard", "at")],
)
async def test_a_call_that_cannot_be_is_refused_by_its_field(
    world: World, hours: float, minutes: int, package: str, field: str
) -> None:
    """C4, C11: at night, too long for legacy phone support, running past the close."""
    await world.case(support_package=package, channel="phone")
    at = await world.clock.now() + timedelta(hours=hours)
    with pytest.raises(CommandRefused, match=f"^{field}:"):
        await world.tell("CASE-1", "book_call", at=at.isoformat(), minutes=minutes)


async def test_a_client_gets_the_decision_on_their_request_either_way(world: World) -> None:
    """D4: reminders while undecided, the decision with its reason, the severity as by an agent."""
    await world.defect("DEF-1", "S3", attachment("CASE-1"), attachment("CASE-2", "client-2"))
    ask = {"client": "client-1", "severity": "S2", "justification": "we cannot bill"}
    await world.tell("DEF-1", "request_reclassification", **ask)
    with pytest.raises(CommandRefused, match="not decided yet"):
        await world.tell("DEF-1", "request_reclassification", **ask)
    await world.after(days=4)
    reminded = world.mailbox.events(CLIENT_SUCCESS)
    await world.tell("DEF-1", "decide_reclassification", approve=True, reason="We agree.")
    await world.settle()

    assert reminded == [
        "reclassification.requested",
        "reclassification.reminder",
        "reclassification.reminder",
        "reclassification.reminder",
    ]
    assert world.mailbox.events(CLIENT) == [
        "defect.confirmed",
        "reclassification.decided",
        "defect.severity_changed",
    ]
    assert "reclassification.decided" not in world.mailbox.events("client-2@example.org")
    assert (await world.status("DEF-1"))["severity"] == "S2"


async def test_a_case_that_waits_for_its_client_stops_the_target_until_they_answer(
    world: World,
) -> None:
    """T2, C3: the defect is on hold meanwhile, its S1 updates go on."""
    await world.case()
    confirmed = await world.tell(
        "CASE-1", "confirm_defect", severity="S1", title="Down", functional_area="login"
    )
    await world.tell("CASE-1", "request_information", items=["a screenshot"])
    await world.settle()
    await world.settle()
    held = await world.status(confirmed["defect"])
    await world.after(days=1, hours=1)
    await world.tell("CASE-1", "provide_information", note="here it is")
    await world.settle()
    await world.settle()

    assert (held["state"], held["target"]["due_at"]) == ("on_hold", None)
    assert "defect.update" in world.mailbox.events(CLIENT)
    status = await world.status(confirmed["defect"])
    assert status["state"] == "open"
    assert status["target"]["spent"] < 0.01


async def test_a_case_nobody_answers_closes_and_opens_again_when_they_do(world: World) -> None:
    """C3: three reminders on business days, then a message with the way back, which works."""
    await world.case(steps=None)
    await world.after(days=8)
    closed = await world.status("CASE-1")
    await world.tell("CASE-1", "provide_information", steps="1. open")
    await world.settle()

    assert (closed["state"], closed["outcome"], closed["reminders"]) == ("closed", "unanswered", 3)
    assert world.mailbox.events(CLIENT) == [
        "case.opened",
        *["case.information_requested"] * 4,
        "case.closed",
        "case.reopened",
    ]
    assert (await world.status("CASE-1"))["state"] == "open"


async def test_preferences_hold_for_every_mail_and_never_hide_a_resolution(world: World) -> None:
    """Opted out of progress: no daily updates, but the resolution; language and zone are theirs."""
    await world.case()
    await world.tell(
        "CASE-1", "set_preferences", progress=False, language="de", time_zone="Europe/Berlin"
    )
    await world.settle()
    confirmed = await world.tell(
        "CASE-1", "confirm_defect", severity="S1", title="Down", functional_area="login"
    )
    await world.after(days=2)
    await world.tell(confirmed["defect"], "resolve", resolution="done")
    await world.settle()

    mine = [x for x in world.mailbox.letters if x.to == CLIENT]
    assert [x.headers["X-Event"] for x in mine] == [
        "case.opened",
        "defect.confirmed",
        "defect.resolved",
    ]
    assert "Europe/Berlin" in mine[-1].text
    assert 'lang="de"' in mine[-1].html
    assert (await world.status(confirmed["defect"]))["updates_missed"] == 0


async def test_an_imported_defect_starts_its_clocks_silently(world: World) -> None:
    """Import storms: nothing is sent for the past; from now on it is a defect like any other."""
    now = await world.clock.now()
    past = {"confirmed_at": (now - timedelta(days=30)).isoformat()}
    await world.defect("DEF-1", "S1", past=past)
    await world.after(hours=1)
    told = list(world.mailbox.events())
    status = await world.status("DEF-1")
    await world.after(days=1)

    assert told == []
    assert status["target"]["missed_at"] is not None
    assert status["confirmed_at"] == past["confirmed_at"].replace("+00:00", "Z")
    assert world.mailbox.events(CLIENT) == ["defect.update"]
    assert world.mailbox.events("coo@vendor.example") == []
