"""Somebody is forgotten: nothing of them is left, and what was sent and kept stays on record."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from activities.adapters.database import (
    DatabaseAudience,
    DatabaseJointMessages,
    DatabaseLedger,
    DatabaseNumbers,
    DatabasePreferences,
    DatabaseReadModel,
    DatabaseSessions,
    DatabaseSignInLinks,
    DatabaseStatusPage,
    MailArchive,
    forgetting,
)
from activities.adapters.database.digests import DatabaseDigests
from activities.adapters.database.forgetting import DatabaseForgetting
from activities.adapters.database.sessions import hashed
from activities.adapters.database.subscribers import ALL, DatabaseSubscribers
from activities.adapters.database.tables import deliveries, metadata, subscriptions
from activities.ports import Delivery, DeliveryState, Letter, Spoken
from domain.contract.effects import (
    AudienceChange,
    Fact,
    Joint,
    NotifyClients,
    Person,
    UpdateReadModel,
    Whom,
)
from domain.contract.events import ClientEvent
from domain.contract.values import Attachment, Contact, Stage
from tests.activities.database.test_mail_and_status_page import post

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
ADA = Contact(email="Ada@straße.example", name="Ada Lovelace", phone="+49 30 555 0123")
BOB = Contact(email="bob@river.example", name="Bob")
KEYS = ("ada@straße.example", "ada@xn--strae-oqa.example")
ACTOR = f"contact-{hashed(KEYS[0])[:16]}"
OF_ADA = ("ada@", "lovelace", "555 0123", "printer", "words from her", ACTOR, hashed(KEYS[0])[:16])
"""What would tell that she was there."""


def project(engine: Engine, number: str, state: str, *contacts: Contact, **facts: Any) -> None:
    """A case or defect with people attached."""
    kind: Any = "case" if number.startswith("CASE") else "defect"
    cases = [number] if kind == "case" else ["CASE-1", "CASE-2"]
    status = {"number": number, "state": state, "client": "river"} | facts.pop("status", {})
    attached = [
        Attachment(case=case, client="river", contact=contact)
        for case, contact in zip(cases, contacts, strict=False)
    ]
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{number}/9/project",
            entity=number,
            sequence=9,
            at=NOW,
            kind=kind,
            snapshot=status,
            audience=[AudienceChange(sequence=5, at=NOW, attach=attached)],
            **facts,
        )
    )


def fact(sequence: int, event: str, **said: Any) -> Fact:
    """Something that happened."""
    return Fact(sequence=sequence, at=NOW, event=event, **said)


def sent(engine: Engine, key: str, recipient: str, state: DeliveryState | None = None) -> None:
    """A message that went out."""
    delivery = _message(key, recipient)
    ledger = DatabaseLedger(engine)
    ledger.claim(delivery, NOW)
    ledger.settle(delivery, state or DeliveryState.SENT, NOW)


def _message(key: str, recipient: str) -> Delivery:
    return Delivery(
        effect_key=key,
        recipient=recipient,
        channel="email",
        entity=key.partition("/")[0],
        event="defect.update",
        message_id=f"<{key}.{recipient}>",
        cases=("CASE-1",),
    )


def a_life(engine: Engine, state: str = "closed") -> None:
    """Ada has been everywhere, Bob beside her."""
    opened = fact(1, "case.opened", actor=ACTOR, internal_text="My printer burns: words from her")
    answered = fact(2, "case.answered", public=True, public_text="Dear Ada Lovelace", actor="agent")
    subject = {"subject": "Words from her, of her printer"}
    project(engine, "CASE-1", "closed", ADA, status=subject, facts=[opened, answered])
    project(engine, "CASE-2", "closed", BOB, facts=[fact(1, "case.opened", internal_text="Bob's")])
    feedback = fact(3, "severity.feedback", actor=ACTOR, internal_text="words from her")
    corrected = fact(
        4, "contact.corrected", internal_text="Lovelace has moved", details={"case": "CASE-1"}
    )
    staff = fact(5, "defect.progress", public=True, public_text="We know.", actor="agent")
    project(engine, "DEF-1", state, ADA, BOB, facts=[feedback, corrected, staff])
    for person in (*KEYS[:1], "bob@river.example"):
        sent(engine, "DEF-1/7/defect.update", person)
    sent(engine, "DEF-1/8/defect.update", KEYS[0], DeliveryState.BOUNCED)
    waiting = _message("DEF-1/9/defect.update", KEYS[0])
    update = NotifyClients(
        key=waiting.effect_key,
        entity="DEF-1",
        sequence=9,
        at=NOW,
        kind=ClientEvent.DEFECT_UPDATE,
        facts={"text": "words from her"},
    )
    DatabaseDigests(engine).put_by(waiting, update, Person(contact=ADA, cases=["CASE-1"]), NOW, NOW)
    with engine.begin() as connection:  # They were detached meanwhile.
        waits = deliveries.c.state == DeliveryState.DIGEST
        connection.execute(deliveries.update().where(waits).values(overtaken_at=NOW))
    joint = Joint(release="REL-1", says="deployed", change=3)
    messages = DatabaseJointMessages(engine)
    for person in (*KEYS[:1], "bob@river.example"):
        turn = messages.claim(joint, person, ["CASE-1"], "DEF-1", NOW)
        messages.told(joint, person, turn.part, ["CASE-1"])
    for contact in (ADA, BOB):
        letter = Letter(
            message_id=f"<{contact.email}>",
            to=str(contact.email),
            to_name=contact.name,
            subject="Printer",
            text=f"Dear {contact.name}",
            html="",
            headers={},
            at=NOW,
        )
        with MailArchive(engine).open() as session:
            session.send(letter)
    DatabasePreferences(engine).keep(KEYS[0], {"language": "de"}, NOW)
    DatabaseSessions(engine).begin("client", KEYS[0], NOW)
    DatabaseSignInLinks(engine).make(KEYS[0], "browser", NOW)
    DatabaseNumbers(engine).issue("MAIL", KEYS[0])
    DatabaseStatusPage(engine).post(post(1, Stage.INVESTIGATING), NOW)
    for incident in (ALL, "DEF-000001/S1-1"):
        DatabaseSubscribers(engine).ask(str(ADA.email), incident, "en", NOW)


def everything(engine: Engine) -> str:
    """The whole database as one text, in lower case."""
    with engine.connect() as connection:
        rows = [
            str(dict(row))
            for table in metadata.sorted_tables
            for row in connection.execute(select(table)).mappings()
        ]
    return "\n".join(rows).lower()


def forget(engine: Engine, contact: str = "ADA@straße.example") -> tuple[Sequence[str], Any]:
    """What holds her, and what was forgotten."""
    forgetting = DatabaseForgetting(engine)
    keys = forgetting.keys(contact)
    return [each.number for each in forgetting.held(keys, NOW)], forgetting.forget(keys)


def test_nothing_of_a_person_is_left_and_the_record_is(engine: Engine) -> None:
    """That she was sent two messages, when, and what became of them; Bob is as he was."""
    a_life(engine)
    before = everything(engine)
    held, rows = forget(engine)
    after = everything(engine)

    assert [word for word in OF_ADA if word not in before] == []
    assert [word for word in OF_ADA if word in after.replace("'subject': 'printer'", "")] == []
    assert held == []
    assert rows == {
        "letters": 1,
        "words for the telephone": 0,
        "parts of digests": 1,
        "words on their cases": 4,
        "subjects of their cases": 1,
        "what they did in the portal": 2,
        "deliveries": 3,
        "shared messages": 1,
        "files of their cases": 0,
        "mails that were set aside": 0,
        "ids of their mails": 0,
        "client numbers issued for an address": 1,
        "sessions": 1,
        "subscriptions to the status page": 2,
        "links to sign in": 1,
        "contacts of cases and defects": 2,
        "preferences": 1,
    }
    told = DatabaseLedger(engine).deliveries("DEF-1")
    hers = {d.recipient for d in told if d.recipient != "bob@river.example"}
    assert [(d.effect_key, d.state, d.sent_at) for d in told] == [
        ("DEF-1/7/defect.update", "sent", NOW),
        ("DEF-1/7/defect.update", "sent", NOW),
        ("DEF-1/8/defect.update", "bounced", None),
        ("DEF-1/9/defect.update", "digest", None),
    ]
    (pseudonym,) = hers
    assert pseudonym.startswith("forgotten:")
    with engine.connect() as connection:
        known = connection.execute(select(subscriptions.c.address).distinct()).scalars()
        assert set(known) == {"bob@river.example", pseudonym}
    assert "we know." in after
    assert "bob's" in after
    assert "dear bob" in after


def test_a_repeat_finds_nothing_and_another_person_has_another_pseudonym(engine: Engine) -> None:
    """Nobody can work a pseudonym out from an address: here the same one has two, years apart."""
    a_life(engine)
    forget(engine)
    _, rows = forget(engine)
    first = everything(engine)
    sent(engine, "DEF-1/9/defect.update", KEYS[0])
    forget(engine)
    pseudonyms = {d.recipient for d in DatabaseLedger(engine).deliveries("DEF-1")}

    assert not any(rows.values())
    assert "preferences" in rows
    assert KEYS[0] not in first
    assert len([each for each in pseudonyms if each.startswith("forgotten:")]) == 2


def test_one_that_was_interrupted_goes_on_under_the_same_pseudonym(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the last transaction was that took place; each has a bounded number of rows."""
    monkeypatch.setattr(forgetting, "BATCH", 1)
    a_life(engine)
    take = DatabaseForgetting._take
    done: list[str] = []

    def until_it_ends(self: Any, step: Any, pseudonym: str) -> int:
        if len(done) > last:
            raise ConnectionError
        done.append(step.what)
        return take(self, step, pseudonym)

    monkeypatch.setattr(DatabaseForgetting, "_take", until_it_ends)
    for last in range(9):  # noqa: B007 - the function looks at it
        done.clear()
        with pytest.raises(ConnectionError):
            forget(engine)
    monkeypatch.setattr(DatabaseForgetting, "_take", take)
    forget(engine)

    after = everything(engine)
    assert [word for word in OF_ADA if word in after.replace("'subject': 'printer'", "")] == []
    pseudonyms = {d.recipient for d in DatabaseLedger(engine).deliveries("DEF-1")}
    assert len(pseudonyms) == 2, "Bob's and hers"


@pytest.mark.parametrize("state", ["open", "on_hold", "scheduled", "resolved", "merged"])
def test_what_is_open_holds_a_person(engine: Engine, state: str) -> None:
    """They are owed updates; once it is closed, or they are detached, they are not."""
    a_life(engine, state)
    forgetting = DatabaseForgetting(engine)
    (held,) = forgetting.held(KEYS, NOW)
    assert (held.number, held.problem) == ("DEF-1", f"is {state}")
    with engine.begin() as connection:
        connection.execute(subscriptions.update().values(detached_sequence=6))

    assert forgetting.held(KEYS, NOW) == []


def test_a_case_that_may_open_again_holds_its_person(engine: Engine) -> None:
    """Its workflow still knows them, and would write to them."""
    until = NOW + timedelta(days=3)
    project(engine, "CASE-1", "closed", ADA, status={"unanswered_until": until.isoformat()})
    forgetting = DatabaseForgetting(engine)

    assert [each.number for each in forgetting.held(KEYS, NOW)] == ["CASE-1"]
    assert forgetting.held(KEYS, until) == []


@pytest.mark.parametrize(
    ("state", "holds"),
    [
        (DeliveryState.UNKNOWN, True), (DeliveryState.PLANNED, True),
        (DeliveryState.SENT, False), (DeliveryState.FAILED, False), (DeliveryState.BOUNCED, False),
    ],
)  # fmt: skip
def test_a_message_on_its_way_holds_a_person(
    engine: Engine, state: DeliveryState, holds: bool
) -> None:
    """Under another recipient it would be sent to them once more."""
    project(engine, "DEF-1", "closed", BOB)
    sent(engine, "DEF-1/7/defect.update", KEYS[0], state)

    held = DatabaseForgetting(engine).held(KEYS, NOW)
    assert [each.number for each in held] == (["DEF-1"] if holds else [])


def test_a_person_without_an_address_is_found_by_their_case(engine: Engine) -> None:
    """Their name and number go, and the words that were read to them."""
    eve = Contact(name="Eve Adams", phone="+1 555 0199")
    project(engine, "CASE-1", "closed", eve)
    (key,) = DatabaseForgetting(engine).keys("CASE-1")
    delivery = Delivery(
        effect_key="CASE-1/1/case.answered",
        recipient=key,
        channel="telephone",
        entity="CASE-1",
        event="case.answered",
        message_id="<1>",
        cases=("CASE-1",),
    )
    ledger = DatabaseLedger(engine)
    spoken = Spoken("Eve Adams", "+1 555 0199", "Answer", "Dear Eve Adams")
    ledger.hand_to_staff(delivery, spoken, NOW)
    held = [each.number for each in DatabaseForgetting(engine).held([key], NOW)]
    ledger.settle(delivery, DeliveryState.SENT, NOW)
    _, rows = forget(engine, "CASE-1")

    assert held == ["CASE-1"]
    assert (rows["words for the telephone"], rows["deliveries"]) == (1, 1)
    assert [word for word in ("eve adams", "0199") if word in everything(engine)] == []
    assert DatabaseForgetting(engine).keys("CASE-9") == ()


def test_nothing_is_mailed_to_a_pseudonym(engine: Engine) -> None:
    """The newsletter goes to every address on record, and this is none."""
    a_life(engine)
    forget(engine)
    readers = DatabaseAudience(engine).people("REL-1", 1, None, 100, Whom(kind="newsletter"))

    assert [person.contact.email for person in readers] == ["bob@river.example"]
    with engine.connect() as connection:
        rows = select(func.count()).where(subscriptions.c.address.is_not(None))
        assert connection.execute(rows).scalar_one() == 4, "how many there were stays on record"
