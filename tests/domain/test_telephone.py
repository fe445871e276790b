"""People without an e-mail address: told by telephone, and met once somebody says so (T9)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.case import CASE
from domain.contract.case import Answer, CaseStart, Respond
from domain.contract.contacts import CorrectContact, RecordNotification
from domain.contract.defect import DetachCase, PostProgress, Resolve
from domain.contract.effects import (
    Effect,
    Fact,
    NotifyClients,
    NotifyStaff,
    Person,
    UpdateReadModel,
)
from domain.contract.parsing import InvalidCommand, parse
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Command, Contact
from domain.defect import DEFECT
from domain.runner import Runner
from domain.telephone import GIVEN_UP_AFTER
from tests.domain.builders import ETO, FRIDAY, case_start, defect_start

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY_PHONE = {"name": "Ada", "phone": "+1 312 555 0123"}
NEW = "ada@river.example"


class Life:
    """One entity, and an outside that mails to who has an address and hands on the rest."""

    def __init__(self, runner: Runner[Any], *phones: str) -> None:
        self.runner = runner
        self.phones = list(phones)
        """The cases whose contacts have no address."""
        self.now = FRIDAY
        self.carried_out: list[Effect] = []
        self.settle()

    def settle(self) -> None:
        """Carry out whatever waits."""
        while started := list(self.runner.tick(self.now).values()):
            for effect in started:
                self.carried_out.append(effect)
                self.runner.delivered(effect, self._receipt(effect), self.now)

    def _receipt(self, effect: Effect) -> Any:
        if not isinstance(effect, NotifyClients):
            return effect.receipt.model_validate({"key": effect.key})
        if effect.people is None:
            cases = self.phones
        else:
            cases = [p.cases[0] for p in effect.people if p.contact.email is None]
        return DeliveryReceipt(key=effect.key, sent=0 if cases else 1, by_telephone=cases)

    def say(self, command: type[Command], **fields: Any) -> None:
        """Tell it something, as an update does."""
        said = parse(command, {"actor": "agent-1"} | fields)
        self.runner.check(said, self.now)
        self.runner.apply(said, self.now)
        self.settle()

    def until(self, end: datetime) -> None:
        """Let time pass."""
        while (wakeup := self.runner.next_wakeup(self.now)) is not None and wakeup.at <= end:
            self.now = max(self.now, wakeup.at)
            self.settle()
        self.now = end

    @property
    def status(self) -> Any:
        """How it stands."""
        return self.runner.status(self.now)

    @property
    def owed(self) -> list[tuple[str, list[str]]]:
        """What status says is to be told by telephone."""
        return [(owed.event, owed.cases) for owed in self.status.by_telephone]

    def message(self, event: str) -> str:
        """The key of the last message owed of an event."""
        owed = self.status.by_telephone
        message: str = [one.message for one in owed if one.event == event][-1]
        return message

    def facts(self, event: str) -> list[Fact]:
        """What is on record, as the read model has it."""
        written = [e for e in self.carried_out if isinstance(e, UpdateReadModel)]
        return [fact for effect in written for fact in effect.facts if fact.event == event]

    def asked(self) -> list[str]:
        """What support was asked to tell, by event."""
        staff = [e for e in self.carried_out if isinstance(e, NotifyStaff)]
        return [e.facts["event"] for e in staff if e.kind == "delivery.by_telephone"]

    def sent(self, event: str) -> list[NotifyClients]:
        """How often a message went out."""
        told = [e for e in self.carried_out if isinstance(e, NotifyClients)]
        return [effect for effect in told if effect.event == event]


def a_case(**fields: Any) -> Life:
    """A case that came by the emergency line, of somebody without an address."""
    start = case_start(channel="emergency_line", contact=BY_PHONE, **fields)
    runner = Runner.begin(CASE, "CASE-1", parse(CaseStart, start), ETO, FRIDAY)
    return Life(runner, "CASE-1")


def a_defect(*cases: str, severity: str = "S1") -> Life:
    """A defect whose contacts have no address, and share a telephone."""
    people = [
        {"case": case, "client": "acme", "contact": BY_PHONE | {"name": f"Ada {case}"}}
        for case in cases
    ]
    start = parse(DEFECT.start, defect_start(severity, *people))
    return Life(Runner.begin(DEFECT, "DEF-1", start, ETO, FRIDAY), *cases)


# --- who it is ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("contact", "recipient"),
    [
        ({"email": "Ada@River.example", "phone": "1"}, "ada@river.example"),
        ({"name": "Ada", "phone": "+1 (312) 555-0123"}, "tel:13125550123:ada"),
        ({"phone": "+1 312 555 0123"}, "tel:13125550123:"),
        ({"phone": "\u0661\u0662"}, "tel:12:"),
        ({"name": "Caller"}, "case:case-1"),
    ],
)
def test_a_person_has_one_key(contact: dict[str, str], recipient: str) -> None:
    """The address, else number and name, since colleagues share a telephone; else the case."""
    assert parse(Contact, contact).recipient("CASE-1") == recipient


@pytest.mark.parametrize(
    ("contact", "field"),
    [
        ({}, "payload"),
        ({"name": "", "language": "de"}, "payload"),
        ({"phone": "at work"}, "phone"),
        ({"phone": ""}, "phone"),
        ({"name": "Ada", "email": ""}, "email"),
    ],
)
def test_a_contact_is_somebody(contact: dict[str, str], field: str) -> None:
    """Without an address a name or a number has to say who it is."""
    with pytest.raises(InvalidCommand) as refused:
        parse(Contact, contact)
    assert refused.value.field == field


# --- a case ---------------------------------------------------------------------------------------


def test_a_caller_without_an_address_is_logged_and_numbered() -> None:
    """C1: support is asked once to tell them the number, and status lists it."""
    case = a_case()

    assert case.owed == [("case.opened", ["CASE-1"])]
    assert case.asked() == ["case.opened"]
    assert case.runner.needs_attention


@pytest.mark.parametrize(("told_after", "met"), [(HOUR, True), (3 * HOUR, False)])
def test_the_first_response_is_met_once_it_is_recorded(told_after: timedelta, met: bool) -> None:
    """C6, T9: in two hours, or it is on record as missed like a mail that did not arrive."""
    case = a_case()
    case.say(Respond, message="We look into it.")
    case.until(FRIDAY + told_after)
    case.say(RecordNotification, message=case.message("case.responded"), note="told her")

    first = case.status.first_response
    assert (first.met_at, first.missed_at) == (
        (case.now, None) if met else (None, FRIDAY + 2 * HOUR)
    )
    (fact,) = case.facts("contact.notified")
    assert (fact.actor, fact.details["case"], fact.internal_text) == (
        *("agent-1", "CASE-1"),
        "told her",
    )
    assert case.owed == [("case.opened", ["CASE-1"])]


def test_what_was_told_before_the_answer_meets_nothing() -> None:
    """The number of the case is no answer."""
    case = a_case()
    case.say(Respond, message="We look into it.")
    case.say(RecordNotification, message=case.message("case.opened"))

    assert case.status.first_response.met_at is None


def test_nobody_is_recorded_twice() -> None:
    """Of two colleagues who called, the second hears that it was done."""
    case = a_case()
    told = {"message": case.message("case.opened")}
    case.say(RecordNotification, **told)
    with pytest.raises(InvalidCommand, match="message: is none that is still to be told"):
        case.say(RecordNotification, **told)


def test_a_closed_case_lives_until_its_contact_was_told() -> None:
    """Else nobody could record it; after two weeks it is given up, on record."""
    told, untold = a_case(), a_case()
    for case in (told, untold):
        case.say(Answer, message="Press the other button.")
        case.say(RecordNotification, message=case.message("case.opened"))
        case.until(FRIDAY + DAY)
        assert not case.runner.finished
    told.say(RecordNotification, message=told.message("case.answered"))
    untold.until(FRIDAY + GIVEN_UP_AFTER)

    assert told.runner.finished
    assert untold.runner.finished
    (given_up,) = untold.facts("contact.not_notified")
    assert (given_up.details["about"], given_up.details["reason"]) == ("case.answered", "late")


# --- a defect -------------------------------------------------------------------------------------


def test_an_update_counts_once_somebody_was_told() -> None:
    """T6, T9: what nobody recorded by the deadline is missed."""
    kept, missed = a_defect("CASE-1", "CASE-2"), a_defect("CASE-1", "CASE-2")
    deadline = kept.status.next_update_due_at
    for defect in (kept, missed):
        defect.until(deadline - timedelta(minutes=1))
        assert ("defect.update", ["CASE-1", "CASE-2"]) in defect.owed
    kept.say(RecordNotification, message=kept.message("defect.update"), case="CASE-2")
    for defect in (kept, missed):
        defect.until(deadline + HOUR)

    assert ("defect.update", ["CASE-1"]) in kept.owed
    assert [d.status.updates_missed for d in (kept, missed)] == [0, 1]


def test_a_newer_daily_update_takes_the_place_of_one_nobody_told() -> None:
    """The list holds one status update at a time, and the older one is on record."""
    defect = a_defect("CASE-1")
    defect.until(FRIDAY + 5 * DAY)

    assert [event for event, _ in defect.owed].count("defect.update") == 1
    reasons = {fact.details["reason"] for fact in defect.facts("contact.not_notified")}
    assert reasons == {"superseded"}


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({}, "case: is required: 2 people"),
        ({"case": "CASE-9"}, "case: the contact of CASE-9 is not"),
        ({"message": "DEF-1/1/defect.update"}, "message: is none"),
    ],
)
def test_what_is_not_owed_cannot_be_recorded(fields: dict[str, str], refused: str) -> None:
    """The refusal says what would be right."""
    defect = a_defect("CASE-1", "CASE-2")
    with pytest.raises(InvalidCommand, match=refused):
        defect.say(RecordNotification, **({"message": defect.message("defect.confirmed")} | fields))


def test_who_leaves_is_not_told_any_more() -> None:
    """Nobody is called about a defect that was another one's."""
    defect = a_defect("CASE-1", "CASE-2")
    defect.phones.remove("CASE-1")
    defect.say(DetachCase, case="CASE-1", reason="something else")

    assert defect.owed == [("defect.confirmed", ["CASE-2"])]
    (fact,) = defect.facts("contact.not_notified")
    assert (fact.details["case"], fact.details["reason"]) == ("CASE-1", "left")


def test_support_is_asked_once_for_each_message() -> None:
    """Also where a message goes out again on account of somebody else."""
    defect = a_defect("CASE-1", "CASE-2")
    defect.say(PostProgress, public_text="We found the cause.")
    defect.phones.remove("CASE-1")
    correction = {"case": "CASE-1", "contact": {"email": NEW}, "reason": "they wrote"}
    defect.say(CorrectContact, **correction)

    assert defect.asked() == ["defect.confirmed", "defect.update"]
    assert defect.owed == [("defect.confirmed", ["CASE-2"]), ("defect.update", ["CASE-2"])]


def test_what_was_not_told_goes_to_the_new_address() -> None:
    """And what was recorded does not."""
    case = a_case()
    case.say(Respond, message="We look into it.")
    case.say(RecordNotification, message=case.message("case.opened"))
    case.say(CorrectContact, contact={"email": NEW}, reason="she wrote")

    assert [len(case.sent(event)) for event in ("case.opened", "case.responded")] == [1, 2]
    assert case.sent("case.responded")[-1].people == [
        Person(contact=Contact(email=NEW), cases=["CASE-1"])
    ]
    assert case.owed == []
    assert not case.runner.needs_attention
    assert case.status.first_response.met_at == FRIDAY


def test_one_corrected_while_the_message_goes_out_is_told_at_the_new_address() -> None:
    """The correction overtakes the answer of the activity."""
    case = a_case()
    case.say(RecordNotification, message=case.message("case.opened"))
    said = parse(Respond, {"actor": "agent-1", "message": "We look into it."})
    case.runner.apply(said, FRIDAY)
    started = list(case.runner.tick(FRIDAY).values())
    correction = {"actor": "agent-1", "contact": {"email": NEW}, "reason": "she wrote"}
    case.runner.apply(parse(CorrectContact, correction), FRIDAY)
    for effect in started:
        case.runner.delivered(effect, case._receipt(effect), FRIDAY)
    case.settle()

    (again,) = case.sent("case.responded")
    assert [person.recipient for person in again.people or []] == [NEW]
    assert case.owed == []


def test_the_list_is_bounded() -> None:
    """Long answers nobody tells: the oldest are given up, on record."""
    case = a_case()
    for number in range(40):
        case.say(Respond, message=f"{number} " + "x" * 1_900)

    assert len(case.runner.entity.model_dump_json()) < 120_000
    assert {fact.details["reason"] for fact in case.facts("contact.not_notified")} == {"too_many"}
    assert case.owed[-1] == ("case.responded", ["CASE-1"])


def test_a_resolution_is_told_before_the_defect_ends() -> None:
    """The reopen window is long enough; then it is given up."""
    defect = a_defect("CASE-1", severity="S3")
    defect.say(Resolve, resolution="fixed")
    defect.until(FRIDAY + 15 * DAY)

    assert defect.runner.finished
    about = [fact.details["about"] for fact in defect.facts("contact.not_notified")]
    assert about == ["defect.confirmed", "defect.resolved"]
