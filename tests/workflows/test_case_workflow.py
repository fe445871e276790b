"""Cases on the time-skipping server: receipt, first response, missing information, defect, end."""

from datetime import datetime, timedelta

import pytest

from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.workflows.world import World

CLIENT = "client-1@example.org"
MANAGER = "support-manager@vendor.example"


async def test_every_contact_gets_its_number_at_once(world: World) -> None:
    """C1, C2: a case is logged and the client has its number."""
    await world.case(channel="chat")
    await world.settle()

    (letter,) = world.mailbox.letters
    assert (letter.to, letter.headers["X-Event"]) == (CLIENT, "case.opened")
    assert letter.headers["X-Case"] == "CASE-1"
    assert "CASE-1" in letter.subject


async def test_a_missed_first_response_goes_to_the_support_manager(world: World) -> None:
    """C6: critical, nobody answers for two hours, the support manager hears once."""
    await world.case(subject="CRITICAL - all down")
    await world.after(hours=30)

    assert world.mailbox.events(MANAGER) == ["case.first_response_missed"]
    assert (await world.status("CASE-1"))["first_response"]["missed_at"] is not None


async def test_an_answer_in_time_meets_the_first_response(world: World) -> None:
    """C6, T9: answered and delivered within two hours, nobody is alarmed."""
    await world.case(channel="emergency_line")
    await world.after(hours=1)
    await world.tell("CASE-1", "respond", message="We are looking into it.")
    await world.after(hours=3)

    assert world.mailbox.events(MANAGER) == []
    assert (await world.status("CASE-1"))["first_response"]["met_at"] is not None


async def test_an_answer_that_does_not_arrive_is_missed(world: World) -> None:
    """T9: what counts is the delivery; tried in time but not delivered is on record as missed."""
    await world.case(channel="emergency_line")
    await world.settle()
    world.mailbox.down = True
    await world.tell("CASE-1", "respond", message="We are looking into it.")
    await world.clock.until(_later(await world.clock.now(), 2.2))
    status = await world.status("CASE-1")
    world.mailbox.down = False
    await world.after(hours=2)

    assert status["first_response"]["missed_at"] is not None
    assert world.mailbox.events(CLIENT) == ["case.opened", "case.responded"]
    assert world.mailbox.events(MANAGER) == ["case.first_response_missed"]


async def test_a_declined_emergency_goes_on_as_normal(world: World) -> None:
    """C7: declined, the clock stops; account management hears of an emergency call."""
    await world.case(channel="emergency_line")
    await world.tell("CASE-1", "assess_critical", justified=False, reason="one user only")
    await world.after(hours=5)

    assert world.mailbox.events("account-management@vendor.example") == ["case.critical_declined"]
    assert world.mailbox.events(MANAGER) == []
    assert (await world.status("CASE-1"))["priority"] == "normal"


async def test_gaps_are_asked_for_and_reminded_three_times(world: World) -> None:
    """C3: exactly what is missing is asked for, then three reminders, one a business day."""
    await world.case(steps=None, feature=None)
    await world.after(days=3)
    await world.tell("CASE-1", "provide_information", feature="TouchPoints")
    await world.after(days=14)

    asked = [x for x in world.mailbox.letters if "information" in x.headers["X-Event"]]
    assert len(asked) == 4
    assert (await world.status("CASE-1"))["missing"] == ["steps"]


async def test_given_information_ends_the_reminders(world: World) -> None:
    """C3: nobody is reminded of what they gave."""
    await world.case(steps=None)
    await world.tell("CASE-1", "provide_information", steps="1. Open")
    await world.after(days=10)

    assert world.mailbox.events(CLIENT) == ["case.opened", "case.information_requested"]


async def test_a_channel_outside_the_package_is_logged_and_flagged(world: World) -> None:
    """C4: phone without a legacy package is a case all the same."""
    await world.case(channel="phone", support_package="standard")
    await world.settle()

    assert (await world.status("CASE-1"))["flags"] == ["channel_not_in_package"]
    assert world.mailbox.events(CLIENT) == ["case.opened"]


async def test_a_confirmed_defect_gets_its_own_number(world: World) -> None:
    """C9: the defect has a number from the database, and the client is told it."""
    await world.case()
    answer = await world.tell(
        "CASE-1", "confirm_defect", severity="S2", title="T", functional_area="reports"
    )
    await world.settle()

    assert answer["defect"] == "DEF-000001"
    assert (await world.status("DEF-000001"))["cases"] == ["CASE-1"]
    letter = world.mailbox.letters[-1]
    assert (letter.headers["X-Case"], letter.headers["X-Defect"]) == ("CASE-1", "DEF-000001")


async def test_a_number_somebody_else_uses_is_passed_over(world: World) -> None:
    """A defect a service started under our next number is not mistaken for ours."""
    await world.defect("DEF-000001", "S4", attachment("SF-1", "client-9"))
    await world.case()
    answer = await world.tell(
        "CASE-1", "confirm_defect", severity="S2", title="T", functional_area="reports"
    )

    assert answer["defect"] == "DEF-000002"
    assert (await world.status("DEF-000001"))["cases"] == ["SF-1"]


async def test_a_contact_about_a_known_defect_is_attached(world: World) -> None:
    """C10, D5: a new case on the known defect; the client gets both numbers and the workaround."""
    await world.defect("DEF-7", "S3", attachment("CASE-9", "client-9"))
    await world.tell("DEF-7", "offer_workaround", description="Use the menu.", effort="easy")
    await world.case()
    answer = await world.tell("CASE-1", "confirm_defect", defect="DEF-7")
    await world.settle()

    assert answer["defect"] == "DEF-7"
    letter = next(
        x
        for x in world.mailbox.letters
        if x.headers["X-Event"] == "defect.confirmed" and x.to == CLIENT
    )
    assert "Use the menu." in letter.text


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        ({"defect": "DEF-404"}, "there is no open defect DEF-404"),
        ({"defect": "CASE-1"}, "there is no open defect CASE-1"),
        (
            {"defect": "CASE-2", "severity": "S1", "title": "T", "functional_area": "login"},
            "there is no open defect CASE-2",
        ),
        ({"severity": "S1", "title": "T"}, "functional_area: is required"),
        (
            {
                "severity": "S1",
                "title": "T",
                "functional_area": "login",
                "public_summary": "It is back tomorrow.",
            },
            "public_summary: ",
        ),
    ],
)
async def test_a_defect_that_cannot_be_confirmed_leaves_the_case_open(
    world: World, payload: dict[str, object], reason: str
) -> None:
    """A refusal names the field, and the case goes on as it was; a case's number is no defect's."""
    await world.case()
    await world.case("CASE-2")
    with pytest.raises(CommandRefused, match=reason):
        await world.tell("CASE-1", "confirm_defect", **payload)

    assert (await world.status("CASE-1"))["state"] == "open"


async def test_a_resolved_defect_closes_its_cases_without_a_second_mail(world: World) -> None:
    """C9, R4: the cases close, their result is the last status, and each person is told once."""
    await world.case()
    defect = (
        await world.tell("CASE-1", "confirm_defect", severity="S3", title="T", functional_area="a")
    )["defect"]
    await world.case("CASE-2")
    await world.tell("CASE-2", "confirm_defect", defect=defect)
    await world.tell(defect, "resolve", resolution="fixed")
    results = [await world.handle(case).result() for case in ("CASE-1", "CASE-2")]
    await world.settle()

    assert [r["outcome"] for r in results] == ["defect_resolved", "defect_resolved"]
    assert world.mailbox.events(CLIENT).count("defect.resolved") == 1
    assert "case.closed" not in world.mailbox.events()


async def test_cases_of_a_crm_are_served_all_the_same(world: World) -> None:
    """A case that runs elsewhere has its contact told; where no workflow exists nothing fails."""
    await world.defect("ETO-1", "S2", attachment("SF-00123", "client-1"))
    await world.tell("ETO-1", "resolve", resolution="fixed")
    await world.settle()

    assert world.mailbox.events(CLIENT) == ["defect.confirmed", "defect.resolved"]
    assert (await world.status("ETO-1"))["needs_attention"] is False


async def test_an_answered_question_closes_the_case(world: World) -> None:
    """C8: answered, the client has the answer, the case is closed and takes nothing more."""
    await world.case()
    await world.tell("CASE-1", "answer", message="It works like this.")
    result = await world.handle("CASE-1").result()

    assert (result["state"], result["outcome"]) == ("closed", "answered")
    assert world.mailbox.events(CLIENT)[-1] == "case.answered"


def _later(at: datetime, hours: float) -> datetime:
    return at + timedelta(hours=hours)
