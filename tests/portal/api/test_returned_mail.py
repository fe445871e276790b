"""Letters that come back, on real workflows: on record, told once, and sent again when mended."""

from typing import Any

import pytest

from activities.adapters.database import DatabasePreferences, DatabaseReadModel
from activities.adapters.database.subscribers import ALL, DatabaseSubscribers
from activities.ports import DeliveryState, Letter
from activities.subscribers import begin_status_mail
from domain.contract.identity import STATUS_MAIL
from portal.inbound.intake import receive
from runtime.client import CommandRefused
from tests.domain.builders import attachment
from tests.portal.api.delivery_reports import bounce, complaint, old_bounce
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.conftest import Portal

CLIENT, ELSEWHERE = "client-1@example.org", "ada@elsewhere.example"
SUPPORT, MANAGER = "support-team@vendor.example", "support-manager@vendor.example"


async def take(portal: Portal, raw: bytes) -> tuple[str, str | None]:
    """Hand over one mail, and let what follows happen."""
    received = await receive(portal.context, raw)
    assert received.case is None, "a report opened a case"
    await portal.world.settle()
    return received.outcome, received.reason


def letters(portal: Portal, event: str, to: str | None = None) -> list[Letter]:
    """What was sent of an event, in order."""
    sent = portal.world.mailbox.letters
    return [x for x in sent if x.headers["X-Event"] == event and to in (None, x.to)]


async def correct(portal: Portal, number: str, email: str = ELSEWHERE, **fields: Any) -> None:
    """Support has asked the client."""
    contact = {"email": email, "name": "Ada"}
    await portal.world.tell(
        number, "correct_contact", contact=contact, reason="the client telephoned", **fields
    )
    await portal.world.settle()


def states(portal: Portal, number: str) -> dict[tuple[str, str], DeliveryState]:
    """How each message of a number stands, by event and recipient."""
    return {(d.event, d.recipient): d.state for d in portal.world.ledger.deliveries(number)}


def facts(portal: Portal, number: str, event: str) -> list[dict[str, Any]]:
    """What is on the timeline of an event."""
    found = DatabaseReadModel(portal.engine).timeline(number, public_only=False)
    return [fact for fact in found if fact["event"] == event]


async def test_a_letter_that_came_back_goes_to_the_corrected_contact_once(portal: Portal) -> None:
    """Bounced in the ledger, shown, told to support once; then it goes where the client is."""
    await portal.world.case(steps=None)
    await portal.world.settle()
    opened, asked = portal.world.mailbox.letters
    outcomes = [await take(portal, bounce(letter)) for letter in (opened, asked, opened)]
    before = await portal.world.status("CASE-1")
    await correct(portal, "CASE-1")
    after = await portal.world.status("CASE-1")

    assert outcomes == [("bounced", "permanent")] * 3
    assert before["needs_attention"] is True
    assert before["failed_deliveries"] == 2
    assert "CASE-1" in before["attention"][0]
    assert "bounce-5.1.1" in before["attention"][0]
    assert len(letters(portal, "delivery.bounced", SUPPORT)) == 1
    assert CLIENT in letters(portal, "delivery.bounced")[0].text
    assert len(facts(portal, "CASE-1", "delivery.bounced")) == 2
    assert portal.world.mailbox.events(CLIENT) == ["case.opened", "case.information_requested"]
    assert portal.world.mailbox.events(ELSEWHERE) == portal.world.mailbox.events(CLIENT)
    assert (after["needs_attention"], after["failed_deliveries"]) == (False, 0)
    assert states(portal, "CASE-1")["case.opened", CLIENT] is DeliveryState.BOUNCED
    assert portal.world.ledger.failing() == []
    assert [f["internal_text"] for f in facts(portal, "CASE-1", "contact.corrected")] == [
        "the client telephoned"
    ]


async def test_a_first_response_that_came_back_was_not_given(portal: Portal) -> None:
    """T9: owed again; told to the client's right address in time it is met."""
    await portal.world.case(subject="CRITICAL - all down")
    await portal.world.tell("CASE-1", "respond", message="We are looking into it.")
    await portal.world.settle()
    met = (await portal.world.status("CASE-1"))["first_response"]
    await take(portal, bounce(letters(portal, "case.responded")[0]))
    owed = (await portal.world.status("CASE-1"))["first_response"]
    await correct(portal, "CASE-1")
    again = (await portal.world.status("CASE-1"))["first_response"]

    assert met["met_at"] is not None
    assert owed["met_at"] is None
    assert again["met_at"] is not None
    assert [x.to for x in letters(portal, "case.responded")] == [CLIENT, ELSEWHERE]


async def test_a_first_response_that_came_back_too_late_is_missed(portal: Portal) -> None:
    """T9, C6: nobody corrects the contact, and the support manager hears."""
    await portal.world.case(subject="CRITICAL - all down")
    await portal.world.tell("CASE-1", "respond", message="We are looking into it.")
    await portal.world.after(hours=3)
    await take(portal, bounce(letters(portal, "case.responded")[0]))

    assert (await portal.world.status("CASE-1"))["first_response"]["missed_at"] is not None
    assert portal.world.mailbox.events(MANAGER) == ["case.first_response_missed"]


async def test_a_case_tells_its_defect_who_its_contact_is(portal: Portal) -> None:
    """What came back of the defect goes to the corrected contact; others are not told again."""
    await portal.world.case()
    other = attachment("CASE-2", "client-2")
    await portal.world.defect("DEF-1", "S1", other)
    await portal.world.tell("CASE-1", "confirm_defect", defect="DEF-1")
    await portal.world.tell("DEF-1", "post_progress", public_text="A fix is being tested.")
    await portal.world.settle()
    (news,) = letters(portal, "defect.update", CLIENT)
    await take(portal, bounce(news))
    troubled = await portal.world.status("DEF-1")
    await correct(portal, "CASE-1")
    await portal.world.tell("DEF-1", "post_progress", public_text="It has been tested.")
    await portal.world.settle()
    status = await portal.world.status("DEF-1")

    assert troubled["updates_missed"] == 0, "the other client was reached"
    assert "CASE-1" in troubled["attention"][0]
    assert status["attention"] == []
    assert [x.to for x in letters(portal, "defect.update")].count(CLIENT) == 1
    assert len(letters(portal, "defect.update", ELSEWHERE)) == 2
    assert len(letters(portal, "defect.update", "client-2@example.org")) == 2
    assert len(facts(portal, "DEF-1", "contact.corrected")) == 1


async def test_an_update_that_reached_nobody_is_missed(portal: Portal) -> None:
    """T6, T9: where its deadline has passed by then."""
    await portal.world.defect("DEF-1", "S1")
    await portal.world.after(hours=24)
    update = letters(portal, "defect.update", CLIENT)[0]
    before = await portal.world.status("DEF-1")
    await portal.world.after(hours=1)
    await take(portal, bounce(update))
    after = await portal.world.status("DEF-1")

    assert (before["updates_missed"], after["updates_missed"]) == (0, 1)


async def test_a_case_of_another_program_is_corrected_on_its_defect(portal: Portal) -> None:
    """Refused where it names no case of the defect."""
    await portal.world.defect("DEF-1", "S2", attachment("SF-1"))
    await portal.world.settle()
    await take(portal, bounce(letters(portal, "defect.confirmed")[0]))
    with pytest.raises(CommandRefused, match="case: is required"):
        await correct(portal, "DEF-1")
    with pytest.raises(CommandRefused, match="SF-2 is not attached"):
        await correct(portal, "DEF-1", case="SF-2")
    await correct(portal, "DEF-1", case="SF-1")

    assert [x.to for x in letters(portal, "defect.confirmed")] == [CLIENT, ELSEWHERE]


async def test_what_was_refused_goes_to_the_corrected_contact(portal: Portal) -> None:
    """A server that refuses at once, and one whose refusal comes back, are treated alike."""
    portal.world.mailbox.refused[CLIENT] = "smtp-550"
    await portal.world.case()
    await portal.world.settle()
    await correct(portal, "CASE-1")

    assert portal.world.mailbox.events(CLIENT) == []
    assert portal.world.mailbox.events(ELSEWHERE) == ["case.opened"]
    assert (await portal.world.status("CASE-1"))["needs_attention"] is False


async def test_a_report_after_the_correction_sends_the_letter_on(portal: Portal) -> None:
    """Nobody has to do anything any more, so nobody is told."""
    await portal.world.case()
    await portal.world.settle()
    (opened,) = portal.world.mailbox.letters
    await correct(portal, "CASE-1")
    await take(portal, bounce(opened))

    assert portal.world.mailbox.events(ELSEWHERE) == ["case.opened"]
    assert letters(portal, "delivery.bounced") == []
    assert (await portal.world.status("CASE-1"))["needs_attention"] is False


async def test_where_a_case_is_over_another_of_the_person_is_told(portal: Portal) -> None:
    """Somebody has to hear of it, and the next letter has to find the right address."""
    await portal.world.case("CASE-1")
    await portal.world.case("CASE-2")
    await portal.world.tell("CASE-1", "answer", message="It is by design.")
    await portal.world.settle()
    await take(portal, bounce(letters(portal, "case.answered")[0]))
    troubled = await portal.world.status("CASE-2")
    await correct(portal, "CASE-2")

    assert len(letters(portal, "delivery.bounced", SUPPORT)) == 1
    assert "contact of CASE-2" in troubled["attention"][0]
    assert (await portal.world.status("CASE-2"))["attention"] == []


async def test_a_report_of_what_staff_were_sent_is_put_on_record(portal: Portal) -> None:
    """Nobody is to correct a contact."""
    await portal.world.case(subject="CRITICAL - all down")
    await portal.world.after(hours=3)
    outcome = await take(portal, bounce(letters(portal, "case.first_response_missed")[0]))

    assert outcome == ("bounced", "permanent")
    assert letters(portal, "delivery.bounced") == []
    assert [d.recipient for d in portal.world.ledger.failing()] == [MANAGER]


@pytest.mark.parametrize(
    "said", [{"status": "4.2.2", "action": "delayed"}, {"status": "4.4.7", "action": "failed"}]
)
async def test_a_delay_is_only_put_on_record(portal: Portal, said: dict[str, str]) -> None:
    """It may still arrive."""
    await portal.world.case()
    await portal.world.settle()
    outcome = await take(portal, bounce(portal.world.mailbox.letters[0], **said))

    (delivery,) = portal.world.ledger.deliveries("CASE-1")
    assert outcome == ("bounced", "temporary")
    assert (delivery.state, delivery.problem) == (DeliveryState.SENT, f"bounce-{said['status']}")
    assert (await portal.world.status("CASE-1"))["needs_attention"] is False
    assert len(portal.world.mailbox.letters) == 1


async def test_a_report_is_believed_only_of_what_was_sent_there(portal: Portal) -> None:
    """Another address, an id that is not ours, or a delivery that went well change nothing."""
    await portal.world.case()
    await portal.world.settle()
    (opened,) = portal.world.mailbox.letters
    elsewhere = bounce(opened, to="eve@evil.example")
    unknown = bounce(opened).replace(opened.message_id.encode(), b"<1@vendor.example>")
    well = bounce(opened, action="delivered", status="2.0.0")
    outcomes = [await take(portal, raw) for raw in (elsewhere, unknown, well)]

    assert outcomes == [("ignored", "bounce")] * 3
    assert states(portal, "CASE-1")["case.opened", CLIENT] is DeliveryState.SENT
    assert len(portal.world.mailbox.letters) == 1


async def test_bounces_from_before_there_was_a_standard_are_read(portal: Portal) -> None:
    """Words, and the letter below a line."""
    await portal.world.case()
    await portal.world.settle()
    outcome = await take(portal, old_bounce(portal.world.mailbox.letters[0]))

    assert outcome == ("bounced", "permanent")
    assert (await portal.world.status("CASE-1"))["failed_deliveries"] == 1


@pytest.mark.parametrize("sign", ["part", "header"])
async def test_no_report_opens_a_case(portal: Portal, sign: str) -> None:
    """Whoever sends it, in whatever form: what we would answer would come back again."""
    kind, body = of_parts(part("Not delivered."), part("Status: 5.1.1", "message/delivery-status"))
    headers = {"From": "post_master@lake.example", "Subject": "Re: your mail"}
    if sign == "header":
        kind, body = "text/plain", "It did not arrive."
        headers["X-Failed-Recipients"] = "kim@lake.example"
    outcome = await take(portal, a_mail(body, headers=headers | {"Content-Type": kind}))

    assert outcome == ("ignored", "bounce")
    assert portal.world.mailbox.letters == []


async def test_a_complaint_stops_what_one_may_opt_out_of(portal: Portal) -> None:
    """Nothing else: who is owed an answer gets it."""
    await portal.world.case()
    await portal.world.settle()
    (opened,) = portal.world.mailbox.letters
    spared = await take(portal, complaint(opened, "not-spam"))
    outcome = await take(portal, complaint(opened))
    await portal.world.tell("CASE-1", "respond", message="It is by design.")
    await portal.world.settle()

    chosen = DatabasePreferences(portal.engine).of([CLIENT])[CLIENT]
    assert spared == ("ignored", "bounce")
    assert outcome == ("unsubscribed", None)
    assert (chosen.progress, chosen.newsletter) == (False, False)
    assert portal.world.mailbox.events(CLIENT) == ["case.opened", "case.responded"]


@pytest.mark.parametrize(
    ("status", "stays"), [("5.1.1", False), ("5.7.1", True), ("4.2.2", True), (None, False)]
)
async def test_a_subscriber_whose_address_is_gone_is_mailed_no_more(
    portal: Portal, status: str | None, stays: bool
) -> None:
    """No case or defect hears of it; of a complaint, see there, it is the same."""
    now = await portal.world.clock.now()
    subscribers = DatabaseSubscribers(portal.engine)
    token = subscribers.ask(ELSEWHERE, ALL, "en", now)
    assert token is not None
    assert subscribers.confirm(token, now)
    await portal.world.defect("DEF-1", "S1")
    await portal.world.settle()
    await begin_status_mail(portal.world.client)
    await portal.world.handle(STATUS_MAIL).result()
    (told,) = letters(portal, "status.incident", ELSEWHERE)
    report = complaint(told) if status is None else bounce(told, status=status)
    await take(portal, report)

    assert subscribers.confirm(token, now) is stays
    assert letters(portal, "delivery.bounced") == []


async def test_the_envelope_says_which_letter_came_back(portal: Portal) -> None:
    """Also where nothing of it was sent back; and nothing that comes there opens a case."""
    settings = portal.context.settings.model_copy(
        update={"bounce_address": "bounces@vendor.example"}
    )
    object.__setattr__(portal.context, "settings", settings)
    await portal.world.case()
    await portal.world.settle()
    (opened,) = portal.world.mailbox.letters
    token = opened.message_id.strip("<>").partition("@")[0]
    bare = bounce(opened, To=f"bounces+{token}@vendor.example").replace(b"Message-ID: <", b"X: <")
    stray = await take(portal, a_mail("Hello?", headers={"To": "Bounces@Vendor.example"}))
    outcome = await take(portal, bare)

    assert stray == ("ignored", "bounce")
    assert outcome == ("bounced", "permanent")
    assert states(portal, "CASE-1")["case.opened", CLIENT] is DeliveryState.BOUNCED
