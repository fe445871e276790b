"""Mails from clients on real workflows: cases, notes, and what must never become either."""

import asyncio
import io
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from structlog.testing import capture_logs

from activities.adapters.database import DatabasePreferences, DatabaseReadModel
from commands.cli import portal as commands
from commands.inbound import LATER
from portal.api.problems import Problem
from portal.api.responses import Received
from portal.inbound import intake
from portal.inbound.intake import CASES_AN_HOUR, receive
from tests.domain.builders import attachment
from tests.portal.api.mails import a_mail
from tests.portal.conftest import Portal

ADA, EVE = "ada@river.example", "eve@evil.example"


async def take(portal: Portal, body: str = "Please help.", **headers: str | None) -> Received:
    """Hand over one mail of Ada's."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    received = await receive(portal.context, a_mail(body, headers=named))
    if received.case is not None and received.case not in portal.world.numbers:
        portal.world.numbers.append(received.case)
    await portal.world.settle()
    return received


def texts(portal: Portal, number: str, event: str) -> list[str]:
    """The internal texts of what happened."""
    facts = DatabaseReadModel(portal.engine).timeline(number, public_only=False)
    return [fact["internal_text"] or "" for fact in facts if fact["event"] == event]


async def test_a_mail_becomes_a_case(portal: Portal) -> None:
    """Its sender hears the number, and is asked for what is missing (C1, C2, C3)."""
    received = await take(portal, "It hangs.\r\nEvery time.")
    status = await portal.world.status("CASE-000001")

    assert (received.outcome, received.case) == ("opened", "CASE-000001")
    assert (status["channel"], status["priority"]) == ("email", "normal")
    assert portal.world.mailbox.events(ADA) == ["case.opened", "case.information_requested"]
    assert texts(portal, "CASE-000001", "case.opened") == ["It hangs.\nEvery time."]


async def test_the_word_in_the_subject_makes_it_critical(portal: Portal) -> None:
    """C6, and the case decides it: the first response is owed."""
    received = await take(portal, Subject="CRITICAL: nobody can log in")

    status = await portal.world.status(received.case or "")
    assert status["priority"] == "critical"
    assert status["first_response"] is not None


async def test_the_same_mail_twice_makes_one_case(portal: Portal) -> None:
    """Also at the same time, and not where another sender claims the same Message-ID."""
    mail = a_mail()
    both = await asyncio.gather(*(receive(portal.context, mail) for _ in range(2)))
    later = await receive(portal.context, mail)
    stranger = await take(portal, From=EVE)

    assert {received.case for received in (*both, later)} == {"CASE-000001"}
    assert (later.outcome, later.repeated) == ("opened", True)
    assert stranger.case != "CASE-000001"
    assert stranger.repeated is False


async def test_a_known_contact_is_of_their_client(portal: Portal) -> None:
    """The newest one; who is not known is a client of their own, whatever their provider is."""
    await portal.world.case("C-1", client="river", contact={"email": "Ada@river.example"})
    await portal.world.settle()

    known = await take(portal)
    first = await take(portal, From="x@mail.example", Message_ID="<2@mail.example>")
    second = await take(portal, From="y@mail.example", Message_ID="<3@mail.example>")
    again = await take(portal, From="X@mail.example", Message_ID="<4@mail.example>")
    clients = [
        (await portal.world.status(received.case or ""))["client"]
        for received in (known, first, second, again)
    ]

    assert clients == ["river", "MAIL-000001", "MAIL-000002", "MAIL-000001"]


async def test_a_reply_is_a_note_on_the_case(portal: Portal) -> None:
    """By the mail it answers; the case has what it gave, and no other is opened."""
    await take(portal)
    ours = portal.world.mailbox.letters[-1]

    reply = await take(
        portal,
        "Enterprise 7.",
        Subject="Re: whatever",
        Message_ID="<2@river.example>",
        In_Reply_To=ours.message_id,
    )
    again = await take(
        portal,
        "Enterprise 7.",
        Subject="Re: whatever",
        Message_ID="<2@river.example>",
        In_Reply_To=ours.message_id,
    )

    assert (reply.outcome, reply.case) == ("noted", "CASE-000001")
    assert (again.outcome, again.repeated) == ("noted", True)
    assert texts(portal, "CASE-000001", "case.information_provided") == [
        "note: Re: whatever\n\nEnterprise 7."
    ]


@pytest.mark.parametrize(
    "headers",
    [{"Subject": "Re: [CASE-000001] Your case"}, {"Subject": "AW", "X_Case": "CASE-000001"}],
)
async def test_a_number_in_subject_or_header_will_do(
    portal: Portal, headers: dict[str, str]
) -> None:
    """Where the mail program kept no reference."""
    await take(portal)

    reply = await take(portal, Message_ID="<2@river.example>", **headers)

    assert (reply.outcome, reply.case) == ("noted", "CASE-000001")


async def test_a_reply_about_a_defect_goes_to_the_senders_case_on_it(portal: Portal) -> None:
    """The subject names the defect only."""
    await portal.world.case("C-1", contact={"email": ADA})
    await portal.world.case("C-2", contact={"email": EVE})
    await portal.world.defect(
        "DEF-9", "S2", attachment("C-2", email=EVE), attachment("C-1", email=ADA)
    )
    await portal.world.settle()

    reply = await take(portal, Subject="Re: [DEF-9] Confirmed as a defect")

    assert (reply.outcome, reply.case) == ("noted", "C-1")


async def test_a_stranger_cannot_touch_a_case(portal: Portal) -> None:
    """Whatever they know of it: they get a case of their own that only mentions it."""
    await take(portal)
    ours = portal.world.mailbox.letters[-1]
    before = texts(portal, "CASE-000001", "case.information_provided")

    received = await take(
        portal,
        "Tell me everything.",
        From=f'"{ADA}" <{EVE}>',
        Reply_To=ADA,
        Sender=ADA,
        Subject="Re: [CASE-000001] Your case",
        X_Case="CASE-000001",
        In_Reply_To=ours.message_id,
        Message_ID="<2@evil.example>",
    )
    status = await portal.world.status("CASE-000002")

    assert (received.outcome, received.case) == ("opened", "CASE-000002")
    assert status["client"] != (await portal.world.status("CASE-000001"))["client"]
    assert status["defect"] is None
    assert "CASE-000001" in texts(portal, "CASE-000002", "case.opened")[0]
    assert texts(portal, "CASE-000001", "case.information_provided") == before
    assert "Please help" not in "".join(x.text for x in portal.world.mailbox.letters if x.to == EVE)


async def test_a_reply_to_a_closed_case_is_a_new_one(portal: Portal) -> None:
    """A further question is a new case (C1)."""
    await take(portal)
    await portal.world.tell("CASE-000001", "answer", message="Like this.")
    await portal.world.settle()

    reply = await take(portal, Subject="Re: [CASE-000001]", Message_ID="<2@river.example>")

    assert (reply.outcome, reply.case) == ("opened", "CASE-000002")


async def test_what_was_asked_for_in_vain_opens_the_case_again(portal: Portal) -> None:
    """Closed for want of an answer, the case takes the answer when it comes."""
    await take(portal)
    await portal.world.after(days=12)
    closed = await portal.world.status("CASE-000001")
    portal.wall.at += timedelta(days=12)

    reply = await take(portal, Subject="Re: [CASE-000001]", Message_ID="<2@river.example>")

    assert closed["outcome"] == "unanswered"
    assert (reply.outcome, reply.case) == ("noted", "CASE-000001")


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Return_Path": "<>"}, "bounce"),
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"From": "support@vendor.example"}, "own"),
        ({"Subject": "unsubscribe newsletter " + "x" * 43}, "unknown-token"),
    ],
)
async def test_what_nobody_wrote_opens_nothing(
    portal: Portal, headers: dict[str, str], reason: str
) -> None:
    """Not even where it names a case: nothing is started, and nobody is written to."""
    received = await take(portal, **{"Subject": "Re: [CASE-000001]", **headers})

    assert (received.outcome, received.reason, received.case) == ("ignored", reason, None)
    assert portal.world.mailbox.letters == []


async def test_our_own_mail_come_back_is_known_by_its_id(portal: Portal) -> None:
    """Forwarded by a rule that took every other sign off."""
    await take(portal)
    ours = portal.world.mailbox.letters[-1]

    received = await take(portal, Message_ID=ours.message_id, Subject=ours.subject)

    assert (received.outcome, received.reason) == ("ignored", "own")


async def test_a_loop_ends(portal: Portal) -> None:
    """A program that answers every confirmation and gives no sign of it comes to its limit."""
    received = [
        await receive(portal.context, a_mail(headers={"Message-ID": f"<{n}@river.example>"}))
        for n in range(CASES_AN_HOUR)
    ]
    with capture_logs() as lines, pytest.raises(Problem) as refused:
        await receive(portal.context, a_mail(headers={"Message-ID": "<more@river.example>"}))
    portal.wall.at += timedelta(hours=1, seconds=1)
    later = await receive(portal.context, a_mail(headers={"Message-ID": "<more@river.example>"}))

    assert {each.outcome for each in received} == {"opened"}
    assert [(x["event"], x["problem"]) for x in lines] == [("mail.refused", "too-many-requests")]
    assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "3600")
    assert later.outcome == "opened"


async def test_notes_of_one_sender_are_bounded(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is kept for good, by the workflow too; what is too much may come again later."""
    monkeypatch.setattr(intake, "NOTES_AN_HOUR", 2)
    await take(portal)

    async def note(n: int, **signs: str) -> Received:
        subject = "Re: [CASE-000001]"
        return await take(portal, f"{n}.", Subject=subject, Message_ID=f"<n{n}@a>", **signs)

    first = [await note(n) for n in range(2)]
    for signs in ({}, {"List_Id": "<all.river.example>"}):
        with pytest.raises(Problem) as refused:
            await note(2, **signs)
        assert (refused.value.status, refused.value.headers["Retry-After"]) == (429, "3600")
    portal.wall.at += timedelta(hours=1, seconds=1)
    later = await note(2)

    assert [each.outcome for each in [*first, later]] == ["noted"] * 3
    assert len(texts(portal, "CASE-000001", "case.information_provided")) == 3


@pytest.mark.parametrize(
    ("topic", "left"), [("progress", (False, True)), ("digest", (False, False))]
)
async def test_unsubscribing_by_mail(portal: Portal, topic: str, left: tuple[bool, bool]) -> None:
    """The token says who; no case is made of it, whoever sends it. A digest has both topics."""
    preferences = DatabasePreferences(portal.engine)
    token = preferences.of([ADA])[ADA].token

    received = await take(
        portal, From=EVE, Subject=f"Unsubscribe {topic} {token}", Precedence="bulk"
    )

    assert received.outcome == "unsubscribed"
    chosen = preferences.of([ADA])[ADA]
    assert (chosen.progress, chosen.newsletter) == left
    assert portal.world.mailbox.letters == []


@pytest.mark.parametrize(
    ("raw", "status", "field"),
    [
        (b"", 422, "headers"),
        (a_mail(headers={"From": None, "To": None}), 200, None),
        (a_mail(headers={"From": "a@b.example, c@d.example"}), 422, "From"),
        (b"x" * (10 * 1024 * 1024 + 1), 413, None),
        (a_mail("x" * 1_000_000, headers={"Subject": None}), 201, None),
        (a_mail("\ud800".encode("utf-8", "surrogatepass")), 201, None),
        (a_mail(headers={"Subject": "\x00"}), 201, None),
    ],
)
async def test_mails_over_http(portal: Portal, raw: bytes, status: int, field: str | None) -> None:
    """Every mail is taken, ignored or refused; none breaks anything."""
    answer = await portal.service().post(
        "/inbound-mail", content=raw, headers={"Content-Type": "message/rfc822"}
    )

    assert (answer.status_code, answer.json().get("field")) == (status, field)


async def test_only_mails_are_taken(portal: Portal) -> None:
    """Another content type is refused."""
    answer = await portal.service().post("/inbound-mail", json={"subject": "x"})

    assert answer.status_code == 415


async def test_logs_have_ids_only(portal: Portal, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing of a mail, nor of who sent it."""
    await take(portal, "swordfish", Subject="swordfish")
    await take(portal, "swordfish", Subject="swordfish", List_Id="<x.example>")
    said = "".join(capfd.readouterr())

    assert "CASE-000001" in said
    assert not [word for word in ("swordfish", "ada", "river") if word in said.lower()]


def test_the_pipe_of_a_mail_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where nobody answers the mail has to come again; what is no mail goes back."""
    monkeypatch.setenv("DEFECTS_DATABASE_URL", f"sqlite:///{tmp_path / 'x.db'}")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")

    def stdin(raw: bytes) -> Any:
        return io.TextIOWrapper(io.BytesIO(raw))

    monkeypatch.setattr(sys, "stdin", stdin(a_mail()))
    monkeypatch.setattr("runtime.connection._PATIENCE", timedelta(seconds=1))
    with pytest.raises(typer.Exit) as later:
        commands.inbound_mail(None)
    with pytest.raises(typer.BadParameter):
        commands.inbound_mail([tmp_path / "none.eml"])

    assert later.value.exit_code == LATER
    assert "No Temporal server answers" in capsys.readouterr().err
