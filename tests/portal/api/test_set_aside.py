"""Mails that may be a machine's or a person's: none is lost, and none is answered."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from activities.adapters.database import DatabaseReadModel, DatabaseSetAside, set_aside
from activities.adapters.database.correspondence import KEPT as IDS_KEPT
from activities.adapters.database.forgetting import DatabaseForgetting
from activities.adapters.database.retention import DatabaseRetention
from activities.adapters.database.set_aside import KEPT, MOST_OF_ONE, Waiting
from domain.retention import Kept
from portal.api.problems import Problem
from portal.inbound.intake import make_case, receive
from portal.inbound.kept import opened, sealed
from portal.inbound.reading import read
from portal.inbound.ways import as_its_writer_sent_it, came_through
from runtime.codec import NO_KEYS, KeyRing
from tests.portal.api.mails import a_mail, of_parts, part
from tests.portal.api.test_inbound_mail import ADA, take, texts
from tests.portal.conftest import Portal

LIST = {"List_Id": "<all.river.example>"}
SUPPORT = "support@vendor.example"


def with_settings(portal: Portal, **settings: object) -> None:
    """The installation has these settings from now on."""
    portal.context = replace(
        portal.context, settings=portal.context.settings.model_copy(update=settings)
    )


async def test_a_doubtful_mail_waits_for_staff(portal: Portal) -> None:
    """Nothing is started and nobody is written to; the same mail again waits once."""
    received = [await take(portal, **LIST) for _ in range(2)]
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)

    assert [(r.outcome, r.reason, r.case, r.repeated) for r in received] == [
        ("set_aside", "list", None, False),
        ("set_aside", "list", None, True),
    ]
    assert (aside.sender, aside.subject, aside.reason) == (ADA, "Saving does nothing", "list")
    assert read(opened(aside, NO_KEYS) or b"").text == "Please help."
    assert portal.world.mailbox.letters == []


@pytest.mark.parametrize("by", ["number", "answer"])
async def test_whoever_writes_about_a_case_of_theirs_is_a_person(portal: Portal, by: str) -> None:
    """Whatever list their mail came through: it is noted, and a note sends no letter."""
    await take(portal)
    before = len(portal.world.mailbox.letters)
    ours = {"In_Reply_To": portal.world.mailbox.letters[-1].message_id}
    about = {"Subject": "Re: [CASE-000001]"} if by == "number" else ours

    reply = await take(portal, "On every page.", Message_ID="<2@river.example>", **about, **LIST)

    assert (reply.outcome, reply.case) == ("noted", "CASE-000001")
    assert len([x for x in portal.world.mailbox.letters if x.to == ADA]) <= before
    assert DatabaseSetAside(portal.engine).count() == 0


async def test_a_machines_own_sign_still_wins(portal: Portal) -> None:
    """Also where it answers a mail of ours."""
    await take(portal)
    reply = {"In_Reply_To": portal.world.mailbox.letters[-1].message_id}
    said = [
        await take(portal, Message_ID=f"<{n}@river.example>", **reply, **LIST, **signs)
        for n, signs in enumerate([{"Auto_Submitted": "auto-replied"}, {"Return_Path": "<>"}], 2)
    ]

    assert [r.outcome for r in said] == ["ignored", "ignored"]
    assert texts(portal, "CASE-000001", "case.information_provided") == []


async def test_a_stranger_gains_nothing_by_it(portal: Portal) -> None:
    """A number of somebody else's case does not make a list's mail a person's."""
    await take(portal)

    said = await take(portal, From="eve@evil.example", Subject="Re: [CASE-000001]", **LIST)

    assert (said.outcome, said.case) == ("set_aside", None)


async def test_a_list_of_our_own_is_the_way_clients_write(portal: Portal) -> None:
    """Once it is named: support's address may be a group."""
    with_settings(portal, mail_own_lists=(SUPPORT,))

    through_ours = await take(portal, List_Id="<support.vendor.example>")
    through_another = await take(portal, Message_ID="<2@river.example>", **LIST)

    assert (through_ours.outcome, through_another.outcome) == ("opened", "set_aside")


async def test_a_web_form_writes_for_the_client(portal: Portal) -> None:
    """Once it is named: from our own address, with the client in Reply-To, who is answered."""
    before = await take(portal, From=SUPPORT, Reply_To=ADA, Message_ID="<0@vendor.example>")
    with_settings(portal, mail_forms=(SUPPORT,))
    form = await take(portal, From=f"Form <{SUPPORT}>", Reply_To=f"Ada Byron <{ADA}>")
    nobody = await take(portal, From=SUPPORT, Message_ID="<2@vendor.example>")
    looped = await take(portal, From=SUPPORT, Reply_To=ADA, X_Event="case.opened")

    assert (before.outcome, before.reason) == ("set_aside", "own")
    assert (form.outcome, form.case) == ("opened", "CASE-000001")
    assert (nobody.outcome, looped.outcome) == ("ignored", "ignored")
    assert portal.world.mailbox.events(ADA)[0] == "case.opened"


async def test_of_a_form_that_nobody_named_staff_make_a_case_of_the_client(portal: Portal) -> None:
    """Until they do it is no note either: a form lets anybody write in anybody's name."""
    await take(portal)
    form = {"From": SUPPORT, "Reply_To": ADA, "Subject": "Re: [CASE-000001]"}
    received = await take(portal, Message_ID="<f@vendor.example>", **form)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)
    decided = await make_case(portal.context, aside, "kim")

    assert (received.outcome, aside.sender) == ("set_aside", ADA)
    assert (decided.outcome, decided.case) == ("noted", "CASE-000001")


async def test_mails_of_kinds_that_were_lost(portal: Portal) -> None:
    """A person's with a machine's sign, or through a group; the same twice, and another one."""
    await take(portal)
    ours = portal.world.mailbox.letters[-1].message_id.strip("<>")
    suppressed = await take(
        portal,
        X_Auto_Response_Suppress="OOF",
        Subject="Re: [CASE-000001] A few details are missing",
        Message_ID="<e1@river.example>",
    )
    bare = await take(portal, Message_ID="<g5@river.example>", Subject="more", In_Reply_To=ours)
    with_settings(portal, mail_own_lists=(SUPPORT,))
    group = await take(
        portal,
        Message_ID="<e3@river.example>",
        List_Id="<support.vendor.example>",
        Precedence="list",
        X_Google_Group_Id="1",
    )
    again = [
        await take(portal, From="bob@lake.example", Message_ID=None, Received=f"from {way}.example")
        for way in ("a", "b")
    ]
    scans = [
        await take(portal, f"Report {which}.", From="scan@lake.example", Subject=f"Report {which}")
        for which in ("A", "B")
    ]

    assert [(r.outcome, r.case) for r in (suppressed, bare)] == [("noted", "CASE-000001")] * 2
    assert (group.outcome, group.case) == ("opened", "CASE-000002")
    assert [(r.case, r.repeated) for r in again] == [("CASE-000003", False), ("CASE-000003", True)]
    assert [(r.case, r.repeated) for r in scans] == [("CASE-000004", False), ("CASE-000005", False)]


async def test_staff_make_it_a_case(portal: Portal) -> None:
    """In their name; the client hears of it as of any other, and the mail again changes nothing."""
    await take(portal, **LIST)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)

    both = await asyncio.gather(*(make_case(portal.context, aside, "kim") for _ in range(2)))
    portal.world.numbers.append("CASE-000001")
    await portal.world.settle()
    again = await take(portal, **LIST)

    assert [(r.outcome, r.case) for r in both] == [("opened", "CASE-000001")] * 2
    assert (again.case, again.repeated) == ("CASE-000001", True)
    assert portal.world.mailbox.events(ADA) == ["case.opened", "case.information_requested"]


async def test_who_decided_is_on_record_and_the_text_is_not(portal: Portal) -> None:
    """Once: a colleague who comes later changes nothing."""
    await take(portal, **LIST)
    mails, now = DatabaseSetAside(portal.engine), portal.wall.at
    (aside,) = mails.waiting(10)

    assert [mails.decide(aside.id, who, None, now) for who in ("kim", "lee")] == [True, False]
    assert (mails.find(aside.id), mails.count()) == (None, 0)


async def test_with_keys_they_are_sealed(portal: Portal) -> None:
    """Without the key nobody reads them, and the page says so; no mail can pretend to be sealed."""
    keys = KeyRing({"k1": b"k" * 32})
    with_settings(portal, encryption_keys=keys)
    await take(portal, "swordfish", **LIST)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)
    pretends = b"sealed:1:k1:AAAA\r\nFrom: eve@evil.example\r\n\r\nx"
    clear = replace(aside, kept=sealed(pretends, aside.digest, NO_KEYS))

    assert b"swordfish" not in aside.kept
    assert read(opened(aside, keys) or b"").text == "swordfish"
    assert opened(aside, NO_KEYS) is None
    assert read(opened(clear, NO_KEYS) or b"").text == "x"
    assert (await make_case(portal.context, aside, "kim")).outcome == "opened"


async def test_what_nobody_decides_on_is_forgotten_in_the_end(portal: Portal) -> None:
    """A database does not grow with what lists send; so are the ids of mails."""
    await take(portal, **LIST)
    await take(portal, Message_ID="<2@river.example>")
    day, periods = timedelta(days=1), portal.context.settings.periods
    retention = DatabaseRetention(portal.engine, periods)
    counted = [
        (retention.count(kind, at - day), retention.count(kind, at + day))
        for kind, at in (
            (Kept.SET_ASIDE_MAILS, portal.wall.at + KEPT),
            (Kept.TAKEN_MAILS, portal.wall.at + IDS_KEPT),
        )
    ]

    assert counted == [(0, 1), (0, 1)]


async def test_who_is_forgotten_leaves_no_mail_behind(portal: Portal) -> None:
    """Neither what was set aside, nor the ids."""
    await take(portal, **LIST)
    await take(portal, Message_ID="<2@river.example>")
    forgetting = DatabaseForgetting(portal.engine)
    taken = forgetting.forget(forgetting.keys(ADA))

    assert (taken["mails that were set aside"], taken["ids of their mails"]) == (1, 1)
    assert DatabaseSetAside(portal.engine).count() == 0


async def test_a_sender_may_fill_no_database(portal: Portal) -> None:
    """Beyond the limit it has to come again, as with too many cases."""
    mails = DatabaseSetAside(portal.engine)
    first = await take(portal, **LIST)
    for n in range(1, MOST_OF_ONE):
        mails.add(f"d{n}", ADA, "x", "list", b"", portal.wall.at)
    with pytest.raises(Problem) as refused:
        await take(portal, Message_ID="<2@river.example>", **LIST)
    again = await take(portal, **LIST)
    other = await take(portal, From="bob@lake.example", **LIST)

    assert refused.value.status == 429
    assert [(r.outcome, r.repeated) for r in (first, again, other)] == [
        ("set_aside", False),
        ("set_aside", True),
        ("set_aside", False),
    ]


@pytest.mark.parametrize("bound", ["MOST", "MOST_BYTES"])
async def test_all_senders_together_may_fill_no_database(
    portal: Portal, monkeypatch: pytest.MonkeyPatch, bound: str
) -> None:
    """A mail too many is not taken, so its system has it still; once staff decide it is.

    What is known to be a person's is taken as ever.
    """
    await take(portal, **LIST)
    mails = DatabaseSetAside(portal.engine)
    most = {"MOST": 1, "MOST_BYTES": mails.in_all().size}[bound]
    monkeypatch.setattr(set_aside, bound, most)
    program, said = portal.service(portal.token("mail", "mail:write")), "message/rfc822"
    other = a_mail(headers={"From": "bob@lake.example", "List-Id": "<all.lake.example>"})
    full = await program.post("/inbound-mail", content=other, headers={"Content-Type": said})
    person = await take(portal, From="bob@lake.example", Message_ID="<2@lake.example>")
    before = (mails.in_all().mails, mails.in_all().share)
    (aside,) = mails.waiting(10)
    mails.decide(aside.id, "kim", None, portal.wall.at)
    freed = mails.in_all()
    again = await program.post("/inbound-mail", content=other, headers={"Content-Type": said})

    assert (full.status_code, full.headers["Retry-After"]) == (429, "3600")
    assert (person.outcome, before, freed) == ("opened", (1, 1.0), Waiting(0, 0))
    assert (again.status_code, again.json()["outcome"]) == (200, "set_aside")


async def test_a_long_mail_counts_wherever_it_is_kept(portal: Portal, tmp_path: Path) -> None:
    """Its beginning in the database, the whole of it in the store of files."""
    with_settings(portal, attachments_url=SecretStr(str(tmp_path / "files")))
    body = "long\r\n" * (set_aside.RAW_BYTES // 6 + 1)
    raw = a_mail(body, headers={"List-Id": "<all.river.example>"})
    await receive(portal.context, raw)
    (aside,) = DatabaseSetAside(portal.engine).waiting(10)

    assert len(raw) > set_aside.RAW_BYTES
    assert DatabaseSetAside(portal.engine).in_all() == Waiting(1, len(aside.kept) + len(raw))


async def test_who_answers_their_own_first_mail_is_noted_on_its_case(portal: Portal) -> None:
    """Before ours came: they know no number yet. Nobody else can do that."""
    await take(portal)
    own = {"In_Reply_To": "<1@river.example>", "Subject": "more"}

    reply = await take(portal, Message_ID="<2@river.example>", **own)
    third = await take(
        portal, Message_ID="<3@river.example>", **own | {"In_Reply_To": "<2@river.example>"}
    )
    stranger = await take(portal, From="eve@evil.example", Message_ID="<4@evil.example>", **own)

    assert [(r.outcome, r.case) for r in (reply, third)] == [("noted", "CASE-000001")] * 2
    assert stranger.outcome == "opened"


async def test_the_client_hears_which_files_were_not_kept(portal: Portal) -> None:
    """By name, in the confirmation or the next letter; the record names them as well."""
    file = part("x", "application/pdf", Content_Disposition='attachment; filename="report.pdf"')
    kind, body = of_parts(part("See the file."), file)
    (name,) = [
        attached.name for attached in read(a_mail(body, headers={"Content-Type": kind})).attachments
    ]
    reply = {"Subject": "Re: [CASE-000001]", "Message_ID": "<2@river.example>"}
    await take(portal, body, Content_Type=kind)
    await take(portal, body, Content_Type=kind, **reply)
    await portal.world.tell("CASE-000001", "respond", message="We look at it.")
    await portal.world.settle()
    told = [
        letter.headers["X-Event"]
        for letter in portal.world.mailbox.letters
        if f"\n- {name}\n" in letter.text
    ]

    assert told == ["case.opened", "case.responded"]
    assert f"not kept: {name}." in texts(portal, "CASE-000001", "case.opened")[0]


async def test_only_numbers_of_ours_are_named(portal: Portal) -> None:
    """A tag that a gateway puts into the subject is none."""
    await take(portal, Subject="[EXTERNAL] Totals are wrong")
    await take(portal, From="eve@evil.example", Subject="[SPAM] [CASE-000001] Mine")

    assert "EXTERNAL" not in texts(portal, "CASE-000001", "case.opened")[0]
    (said,) = texts(portal, "CASE-000002", "case.opened")
    assert "The mail names CASE-000001, and" in said
    assert "SPAM" not in said


async def test_a_client_who_answers_by_mail_is_not_closed_for_silence(portal: Portal) -> None:
    """C3: what is by label is given, the rest is looked at; staff are told once."""
    await take(portal)
    reply = {"Subject": "Re: [CASE-000001]"}
    body = "Steps to reproduce: open it\r\nFeature: search\r\n\r\nOn every page."
    await take(portal, body, Message_ID="<2@river.example>", **reply)
    noted = await portal.world.status("CASE-000001")
    await portal.world.after(days=12)
    status = await portal.world.status("CASE-000001")
    staff = portal.world.mailbox.events("support-team@vendor.example")

    assert noted["missing"] == ["who_am_i", "form_or_report"]
    assert (status["state"], status["reminders"]) == ("open", 0)
    assert status["client_wrote_at"] is not None
    assert staff.count("case.client_wrote") == 1
    assert portal.world.mailbox.events(ADA) == ["case.opened", "case.information_requested"]


async def test_a_first_mail_with_answers_is_not_asked_for_them(portal: Portal) -> None:
    """C3: what it says by the labels that our mail asks with is given."""
    await take(portal, "Steps to reproduce: open it\r\nFeature: search\r\n\r\nOn every page.")
    status = await portal.world.status("CASE-000001")
    asked = portal.world.mailbox.letters[-1].text

    assert status["missing"] == ["who_am_i", "form_or_report"]
    assert "Steps to reproduce" not in asked


@pytest.mark.parametrize("kind", ["automatic", "bounce", "list", "nothing said"])
async def test_no_loop_comes_of_it(portal: Portal, kind: str) -> None:
    """24 in a row: one case at most, and no more letters than that one brings."""
    signs = {
        "automatic": {"Auto_Submitted": "auto-replied"},
        "bounce": {"Return_Path": "<>"},
        "list": LIST,
        "nothing said": {},
    }[kind]
    await take(portal)
    before = len([x for x in portal.world.mailbox.letters if x.to == ADA])
    ours = portal.world.mailbox.letters[-1].message_id
    for n in range(2, 26):
        await receive(
            portal.context,
            a_mail(
                "I am away.",
                headers={
                    **{name.replace("_", "-"): value for name, value in signs.items()},
                    "Message-ID": f"<{n}@river.example>",
                    "In-Reply-To": ours,
                },
            ),
        )
    await portal.world.settle()

    assert len([x for x in portal.world.mailbox.letters if x.to == ADA]) == before
    assert DatabaseReadModel(portal.engine).entity("case", "CASE-000002") is None


@pytest.mark.parametrize(
    ("headers", "ours"),
    [
        ({"List-Id": "Support <support.vendor.example>"}, True),
        ({"List-Post": "<mailto:support@vendor.example>"}, True),
        ({"Mailing-List": "list SUPPORT@vendor.example; contact x"}, True),
        ({"List-Id": "<all.support.vendor.example>"}, False),
        ({"List-Id": "<support.vendor.example.evil.example>"}, False),
        ({}, False),
    ],
)
def test_a_list_is_known_by_its_whole_name(headers: dict[str, str], ours: bool) -> None:
    """Its address, or the id that is made of it."""
    assert came_through(read(a_mail(headers=headers)), ["support@vendor.example"]) is ours
    assert came_through(read(a_mail(headers=headers)), []) is False


@pytest.mark.parametrize("reply_to", ["a@b.example, c@d.example", "nobody", SUPPORT, None])
def test_a_form_that_names_no_one_person_is_nobodys(reply_to: str | None) -> None:
    """The mail stays that of the form."""
    mail = read(a_mail(headers={"From": SUPPORT, "Reply-To": reply_to}))

    assert as_its_writer_sent_it(mail, [SUPPORT]) == mail
