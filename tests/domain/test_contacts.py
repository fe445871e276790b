"""Contacts that are corrected, and letters that come back, whatever is under way meanwhile."""

from typing import Any

import pytest

from domain.case import CASE
from domain.contract.case import CaseStart, ConfirmDefect, DefectMerged, DefectResolved, Respond
from domain.contract.contacts import CorrectContact, DeliveryBounced
from domain.contract.defect import AttachCase, PostProgress
from domain.contract.effects import Effect, Lane, NotifyClients, SignalDefect
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import DefectOpened, DeliveryReceipt, Receipt
from domain.contract.values import Command, Contact
from domain.defect import DEFECT
from domain.defect.state import Defect
from domain.keys import own_key
from domain.outbox import TOLD_KEPT
from domain.runner import Runner
from tests.domain.builders import ETO, FRIDAY, attachment, case_start, defect_start

OLD, NEW = "client-1@example.org", "ada@elsewhere.example"


def a_case(**fields: Any) -> Runner[Any]:
    """A case that has begun."""
    return Runner.begin(CASE, "CASE-1", parse(CaseStart, case_start(**fields)), ETO, FRIDAY)


def a_defect(*cases: dict[str, Any]) -> Runner[Any]:
    """A defect that has begun."""
    start = parse(DEFECT.start, defect_start("S1", *cases))
    return Runner.begin(DEFECT, "DEF-1", start, ETO, FRIDAY)


def say(runner: Runner[Any], command: type[Command], **fields: Any) -> None:
    """Tell it something, as an update does."""
    said = parse(command, {"actor": "agent-1"} | fields)
    runner.check(said, FRIDAY)
    runner.apply(said, FRIDAY)


def correct(runner: Runner[Any], **fields: Any) -> None:
    """Correct the contact."""
    say(runner, CorrectContact, contact={"email": NEW}, reason="they telephoned", **fields)


def come_back(runner: Runner[Any], message: Effect, **fields: Any) -> None:
    """A report about a message to the old address is read."""
    given = {"effect": message.key, "event": message.event, "problem": "bounce-5.1.1"}
    say(runner, DeliveryBounced, address=OLD, **given, **fields)


def carry_out(runner: Runner[Any], **failed: int) -> list[NotifyClients]:
    """Carry out whatever waits, once; answers the messages to clients."""
    started = list(runner.tick(FRIDAY).values())
    for effect in started:
        runner.delivered(effect, _receipt(effect, **failed), FRIDAY)
    return [effect for effect in started if isinstance(effect, NotifyClients)]


def _receipt(effect: Effect, **failed: int) -> Receipt:
    if isinstance(effect, NotifyClients):
        return DeliveryReceipt(key=effect.key, sent=0 if failed else 1, **failed)
    return effect.receipt.model_validate({"key": effect.key})


def everything(runner: Runner[Any]) -> list[NotifyClients]:
    """Carry out until nothing waits."""
    sent: list[NotifyClients] = []
    for _ in range(100):
        if not runner.outbox.pending:
            return sent
        sent += carry_out(runner)
    raise AssertionError("something waits for ever")


def begin(runner: Runner[Any], lane: Lane = Lane.CLIENTS) -> Effect:
    """Begin what waits in a lane; the others are carried out."""
    started = dict(runner.tick(FRIDAY))
    message = started.pop(lane)
    for effect in started.values():
        runner.delivered(effect, _receipt(effect), FRIDAY)
    return message


def addressed(messages: list[NotifyClients]) -> list[tuple[str, list[str]]]:
    """What each message is, and to whom."""
    return [(m.kind, [p.recipient for p in m.people or []]) for m in messages]


def test_what_waits_goes_to_the_corrected_contact() -> None:
    """Before anything was sent."""
    case = a_case(steps=None)
    correct(case)

    assert addressed(everything(case)) == [
        ("case.opened", [NEW]),
        ("case.information_requested", [NEW]),
    ]


def test_what_is_in_flight_is_sent_again_only_if_it_was_refused() -> None:
    """It had the old address in hand when the contact was corrected."""
    for failed, then in (({"failed": 1}, [("case.opened", [NEW])]), ({}, [])):
        case = a_case()
        opened = begin(case)
        correct(case)
        case.delivered(opened, _receipt(opened, **failed), FRIDAY)

        assert addressed(everything(case)) == then
        assert case.outbox.failed == []


def test_a_letter_can_come_back_while_it_goes_out_to_others() -> None:
    """Parked once that is over."""
    defect = a_defect(attachment("C-1"), attachment("C-2", "client-2"))
    confirmed = begin(defect)
    come_back(defect, confirmed, cases=["C-1"], reached=True)
    assert defect.outbox.failed == []
    defect.delivered(confirmed, DeliveryReceipt(key=confirmed.key, sent=2), FRIDAY)

    assert [effect.key for effect in defect.outbox.failed] == [confirmed.key]
    correct(defect, case="C-1")
    assert addressed(everything(defect))[0] == (
        "defect.confirmed",
        [NEW, "client-2@example.org"],
    )


def test_one_of_two_cases_of_a_person_is_corrected() -> None:
    """The other one's letters still go where they went."""
    defect = a_defect(attachment("C-1"), attachment("C-2"))
    correct(defect, case="C-1")
    (confirmed,) = everything(defect)

    assert [(p.contact.email, p.cases) for p in confirmed.people or []] == [
        (NEW, ["C-1"]),
        (OLD, ["C-2"]),
    ]


def test_what_is_for_all_waits_until_the_correction_is_written() -> None:
    """Or it would go to the old address again."""
    defect = a_defect(attachment("C-1"))
    everything(defect)
    say(defect, PostProgress, public_text="A fix is being tested.")
    (news,) = everything(defect)
    come_back(defect, news, cases=["C-1"])
    correct(defect, case="C-1")
    started = defect.tick(FRIDAY)

    assert Lane.READ_MODEL in started
    assert Lane.CLIENTS not in started
    for effect in started.values():
        defect.delivered(effect, _receipt(effect), FRIDAY)
    assert [m.key for m in everything(defect)] == [news.key]


def test_only_the_last_messages_are_sent_again() -> None:
    """State is bounded: an older one is on record, and in the timeline."""
    case = a_case()
    sent = everything(case)
    for _ in range(TOLD_KEPT):
        say(case, Respond, message="We are looking into it.")
        sent += everything(case)
    come_back(case, sent[0])
    come_back(case, sent[1])

    assert len(case.outbox.told) == TOLD_KEPT - 1
    assert [effect.key for effect in case.outbox.failed] == [sent[1].key]


def test_support_hears_of_an_address_once_and_of_nothing_twice() -> None:
    """A report may come twice, and many letters may come back."""
    case = a_case(steps=None)
    sent = everything(case)
    for message, first in ((sent[0], True), (sent[0], True), (sent[1], False)):
        come_back(case, message, first=first, key=own_key(message.key))

    told = [e for lane in case.outbox.lanes.values() for e in lane.waiting if e.lane is Lane.STAFF]
    assert [effect.event for effect in told] == ["delivery.bounced"]
    assert len(case.status(FRIDAY).attention) == 1
    assert case.status(FRIDAY).failed_deliveries == 2


def test_a_report_that_comes_again_after_the_correction_changes_nothing() -> None:
    """By then the message has reached the right address."""
    case = a_case()
    (opened,) = everything(case)
    come_back(case, opened, key="bounced-1")
    correct(case)
    everything(case)
    come_back(case, opened, key="bounced-1")

    assert case.outbox.failed == []
    assert case.status(FRIDAY).needs_attention is False


def test_support_is_not_told_again_of_what_came_back() -> None:
    """One of two contacts is corrected; the other one's letter is parked again, in silence."""
    defect = a_defect(attachment("C-1"), attachment("C-2", "client-2"))
    (confirmed,) = everything(defect)
    for case in ("C-1", "C-2"):
        come_back(defect, confirmed, cases=[case], key=case)
    everything(defect)
    correct(defect, case="C-1")
    again = begin(defect)
    receipt = DeliveryReceipt(key=again.key, sent=1, failed=1, problem="bounce-5.1.1")
    defect.delivered(again, receipt, FRIDAY)
    staff = defect.outbox.lanes[Lane.STAFF].waiting

    assert [effect.event for effect in staff] == []
    assert defect.status(FRIDAY).failed_deliveries == 1


def test_a_contact_is_corrected_in_no_time_and_only_once() -> None:
    """The same contact again changes nothing; another case's is refused."""
    case = a_case()
    everything(case)
    correct(case)
    everything(case)
    before = case.entity.sequence
    correct(case)

    assert case.entity.sequence == before
    with pytest.raises(InvalidCommand, match="must be left out, or be CASE-1"):
        correct(case, case="CASE-2")


@pytest.mark.parametrize("when", ["attached", "on the way", "merged"])
def test_the_defect_hears_of_it_whenever_it_happens(when: str) -> None:
    """Also where the case is only on its way there, or its defect is on its way to another."""
    case = a_case()
    everything(case)
    say(case, ConfirmDefect, defect="DEF-1")
    opening = begin(case, Lane.WORKFLOWS)
    if when == "on the way":
        correct(case)
    case.delivered(opening, DefectOpened(key=opening.key, defect="DEF-1"), FRIDAY)
    if when != "on the way":
        correct(case)
    if when == "merged":
        everything(case)
        say(case, DefectMerged, defect="DEF-1", into="DEF-2")

    told = [e for e in case.outbox.lanes[Lane.WORKFLOWS].waiting if isinstance(e, SignalDefect)]
    assert [(e.defect, e.signal) for e in told] == [
        ("DEF-2" if when == "merged" else "DEF-1", "correct_contact")
    ]
    assert parse(CorrectContact, told[0].payload).contact.email == NEW


def test_a_closed_case_tells_where_it_still_can() -> None:
    """Resolved, and the last letter came back before the end."""
    case = a_case()
    everything(case)
    say(case, DefectResolved, defect="DEF-1")
    correct(case)

    assert case.entity.contact == Contact(email=NEW)


def test_an_update_is_owed_again_until_its_deadline() -> None:
    """T9: one more that arrives in time meets it."""
    defect = a_defect(attachment("C-1"))
    everything(defect)
    say(defect, PostProgress, public_text="A fix is being tested.")
    (news,) = everything(defect)
    come_back(defect, news, cases=["C-1"])
    owed = _unconfirmed(defect)
    say(defect, PostProgress, public_text="It has been tested.")
    everything(defect)

    assert owed == news.sequence
    assert _unconfirmed(defect) is None
    assert defect.entity.updates.missed == 0


def _unconfirmed(defect: Runner[Any]) -> int | None:
    """The message whose arrival an update waits for."""
    entity: Defect = defect.entity
    clock = entity.updates.clock
    return clock.unconfirmed.sequence if clock and clock.unconfirmed else None


def test_attaching_again_does_not_correct() -> None:
    """A repeat of an attachment stays harmless."""
    defect = a_defect(attachment("C-1"))
    everything(defect)
    say(defect, AttachCase, **attachment("C-1", email=NEW))

    assert everything(defect) == []
