"""Each action of the workbench: what the page says will happen is what then happens."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from portal.workbench.actions import ACTIONS
from tests.portal.pages.installation import ADA, BOB, Pages, on_case
from tests.portal.workbench.foreseen import foretold, letters, look_and_do, plain, steady
from tests.portal.workbench.test_from_queue_to_resolution import SPECIALIST, specialist

Setting = Callable[[Pages], Awaitable[None]]
CLEO = {"name": "Cleo", "phone": "+1 312 555 0123", "email": None}
DAVE = "dave@island.example"


async def crowd(pages: Pages) -> None:
    """Clients as they are: two cases of one, German, by telephone only, and opted out."""
    for number, client, contact in (
        ("CASE-1", "river", {"email": ADA, "name": "Ada"}),
        ("CASE-2", "harbour", {"email": BOB, "language": "de"}),
        ("CASE-3", "meadow", CLEO),
        ("CASE-4", "river", {"email": ADA, "name": "Ada"}),
        ("CASE-5", "island", {"email": DAVE}),
    ):
        await pages.world.case(number, client=client, contact=contact, channel="portal")
    await pages.world.case(
        "CASE-6", client="river", contact={"email": ADA}, channel="portal", priority="critical"
    )
    await pages.tick()
    await pages.world.tell("CASE-5", "set_preferences", progress=False, newsletter=False)
    await pages.tick()


async def on_defect(pages: Pages, number: str, severity: str, *cases: str, **fields: Any) -> None:
    """Put these cases on a defect."""
    await pages.world.defect(number, severity, on_case("CASE-0"), **fields)
    await pages.tick()
    for case in cases:
        await pages.world.tell(case, "confirm_defect", defect=number)
        await pages.tick()


async def s1(pages: Pages) -> None:
    """An S1 with everybody on it."""
    await crowd(pages)
    cases = ("CASE-1", "CASE-2", "CASE-3", "CASE-4", "CASE-5")
    await on_defect(pages, "DEF-1", "S1", *cases, public_summary="Signing in fails")


async def held(pages: Pages) -> None:
    """The same on hold."""
    await s1(pages)
    await pages.world.tell("DEF-1", "hold", reason="vendor")
    await pages.tick()


async def requested(pages: Pages) -> None:
    """An S3 that a client wants to be an S1."""
    await crowd(pages)
    await on_defect(pages, "DEF-1", "S3", "CASE-1", "CASE-2")
    await pages.world.tell(
        "DEF-1", "request_reclassification", client="river", severity="S1", justification="all"
    )
    await pages.tick()


async def resolved(pages: Pages) -> None:
    """The S1 was resolved."""
    await s1(pages)
    await pages.world.tell("DEF-1", "resolve", resolution="failed over")
    await pages.tick()


async def two(pages: Pages) -> None:
    """Two defects that are the same; one client is on both."""
    await crowd(pages)
    await on_defect(pages, "DEF-1", "S1", "CASE-1", "CASE-2", "CASE-3")
    await on_defect(pages, "DEF-2", "S1", "CASE-4", "CASE-5")


async def merged(pages: Pages) -> None:
    """They were merged."""
    await two(pages)
    await pages.world.tell("DEF-1", "merge_into", defect="DEF-2", reason="same")
    await pages.tick()


async def release(pages: Pages) -> None:
    """A release with two defects, of which one client has both."""
    await crowd(pages)
    await on_defect(pages, "DEF-1", "S2", "CASE-1", "CASE-2", "CASE-3")
    await on_defect(pages, "DEF-2", "S3", "CASE-4", "CASE-5")
    await pages.world.release("REL-1", days=30)
    await pages.tick()
    await pages.world.tell("REL-1", "attach_defects", defects=["DEF-1", "DEF-2"])
    await pages.tick()


async def announced(pages: Pages) -> None:
    """Every notice of the release was sent."""
    await release(pages)
    await pages.tick(days=29)


async def frozen(pages: Pages) -> None:
    """The release is frozen."""
    await release(pages)
    await pages.world.tell("REL-1", "freeze", reason="testing")
    await pages.tick()


async def empty_release(pages: Pages) -> None:
    """A release without defects, and two that could join."""
    await two(pages)
    await pages.world.release("REL-1", days=30)
    await pages.tick()


async def called(pages: Pages) -> None:
    """A call is booked."""
    await crowd(pages)
    at = (pages.wall.at + timedelta(days=1)).isoformat()
    await pages.world.tell("CASE-1", "book_call", at=at, minutes=30)
    await pages.tick()


async def bounced(pages: Pages) -> None:
    """The confirmation came back from the address of one client."""
    pages.world.mailbox.refused[BOB] = "550"
    await s1(pages)


async def failing(pages: Pages) -> None:
    """The same, also of an update to everybody, and their address takes mail by now."""
    await bounced(pages)
    await pages.world.tell("DEF-1", "post_progress", public_text="We look.")
    await pages.tick()
    pages.world.mailbox.refused.clear()


TOMORROW = "2027-05-04T11:00"
LATER = {"deploy_at": "2027-06-30T11:00"}
REASON = {"reason": "because"}
NEW = {
    "severity": "S1",
    "title": "Session store is down",
    "functional_area": "login",
    "public_summary": "Signing in fails",
    "material": "yes",
}
TAKEN: list[tuple[str, Setting, str, dict[str, str]]] = [
    ("a reply", crowd, "cases/CASE-6/do/respond", {"message": "We look into it."}),
    ("a reply by telephone", crowd, "cases/CASE-3/do/respond", {"message": "We look."}),
    ("no emergency", crowd, "cases/CASE-6/do/assess_critical", {"justified": "no"} | REASON),
    ("a question", crowd, "cases/CASE-2/do/request_information", {"items": "steps\nAn invoice"}),
    ("a new defect", crowd, "cases/CASE-6/do/confirm_defect", NEW),
    ("a known defect", two, "cases/CASE-6/do/attach", {"defect": "DEF-1"}),
    ("an answer", crowd, "cases/CASE-2/do/answer", {"message": "It works like this."}),
    ("what the client said", crowd, "cases/CASE-1/do/provide_information", {"note": "Blue."}),
    ("a call", crowd, "cases/CASE-1/do/book_call", {"at": TOMORROW, "minutes": "30"}),
    ("a call moved", called, "cases/CASE-1/do/book_call", {"at": TOMORROW, "minutes": "15"}),
    ("no call", called, "cases/CASE-1/do/cancel_call", {}),
    (
        "another contact",
        bounced,
        "cases/CASE-2/do/correct_contact",
        {"contact.email": "eve@harbour.example", "contact.language": "de"} | REASON,
    ),
    ("an owner", crowd, "cases/CASE-1/do/assign", {"owner": "staff:ada"}),
    ("an end without answer", called, "cases/CASE-1/do/close", REASON),
    ("another try", failing, "defects/DEF-1/do/retry_deliveries", {}),
    (
        "a request approved",
        requested,
        "defects/DEF-1/do/decide_reclassification",
        {"approve": "yes", "reason": "You are right."},
    ),
    (
        "a request declined",
        requested,
        "defects/DEF-1/do/decide_reclassification",
        {"approve": "no", "reason": "There is a workaround."},
    ),
    ("a draft", s1, "defects/DEF-1/do/draft_update", {"public_text": "One of two is back."}),
    ("progress", s1, "defects/DEF-1/do/post_progress", {"public_text": "One is back."}),
    (
        "a workaround",
        s1,
        "defects/DEF-1/do/offer_workaround",
        {"description": "Use the other door.", "effort": "easy"},
    ),
    ("less severe", s1, "defects/DEF-1/do/change_severity", {"severity": "S3"} | REASON),
    ("more severe", requested, "defects/DEF-1/do/change_severity", {"severity": "S1"} | REASON),
    (
        "a resolution",
        s1,
        "defects/DEF-1/do/resolve",
        {"resolution": "failed over", "public_text": "It works again."},
    ),
    ("a hold", s1, "defects/DEF-1/do/hold", REASON),
    ("no hold", held, "defects/DEF-1/do/resume", {}),
    (
        "a plan",
        s1,
        "defects/DEF-1/do/schedule_release",
        {"release": "REL-9", "deploy_at": TOMORROW},
    ),
    ("no plan", release, "defects/DEF-1/do/withdraw_release", {"release": "REL-1"} | REASON),
    ("a case", two, "defects/DEF-1/do/attach_case", {"case": "CASE-6"}),
    ("one case less", s1, "defects/DEF-1/do/detach_case", {"case": "CASE-2"} | REASON),
    (
        "a contact of a defect",
        bounced,
        "defects/DEF-1/do/correct_contact",
        {"case": "CASE-2", "contact.email": "eve@harbour.example"} | REASON,
    ),
    (
        "an opinion",
        s1,
        "defects/DEF-1/do/record_severity_feedback",
        {"client": "river", "severity": "S1"},
    ),
    (
        "a wish",
        s1,
        "defects/DEF-1/do/request_reclassification",
        {"client": "river", "severity": "S2", "justification": "Not so bad."},
    ),
    ("a merge", two, "defects/DEF-1/do/merge_into", {"defect": "DEF-2"} | REASON),
    ("no merge", merged, "defects/DEF-1/do/undo_merge", REASON),
    ("no resolution", resolved, "defects/DEF-1/do/reopen", REASON),
    ("nobody's defect", s1, "defects/DEF-1/do/assign", {"owner": "staff:ada"}),
    (
        "defects of a release",
        empty_release,
        "releases/REL-1/do/attach_defects",
        {"defects": "DEF-1\nDEF-2"},
    ),
    (
        "another date",
        release,
        "releases/REL-1/do/reschedule",
        LATER | REASON,
    ),
    (
        "another date, told",
        announced,
        "releases/REL-1/do/reschedule",
        LATER | REASON,
    ),
    ("a deployment", release, "releases/REL-1/do/deploy", {}),
    ("one defect less", release, "releases/REL-1/do/detach_defect", {"defect": "DEF-1"} | REASON),
    ("a freeze", release, "releases/REL-1/do/freeze", REASON),
    ("no freeze", frozen, "releases/REL-1/do/unfreeze", {}),
    ("an announcement", release, "releases/REL-1/do/announce", {}),
    ("no release", announced, "releases/REL-1/do/cancel", REASON),
    ("a release told again", release, "releases/REL-1/do/retry_deliveries", {}),
]
CONTACT_OF_CASE_6: Mapping[str, Any] = {"client": "river", "contact": {"email": ADA}}
OF_THE_MOMENT = {"pending_deliveries", "target", "defects", "fan_outs"}
"""What goes on, or is spent, while one looks."""
OF_THE_DATABASE = {"attention", "by_telephone", "needs_attention"}
"""What an entity learns of those whom the database knows: the page says who they are."""


def test_no_action_is_left_out() -> None:
    """Whoever adds one says here what it is held to."""
    tried = {tuple(address.split("/")[::3]) for _, _, address, _ in TAKEN}
    known = {(f"{kind}s", one.name) for kind, actions in ACTIONS.items() for one in actions}
    # Nothing asks to be acknowledged under the published policy, and of these nobody was reminded.
    asked_only = {(f"{kind}s", name) for kind in ACTIONS for name in ("acknowledge", "snooze")}
    assert known - tried <= {("cases", "retry_deliveries"), *asked_only}


@pytest.mark.parametrize(
    ("setting", "address", "typed"), [row[1:] for row in TAKEN], ids=[row[0] for row in TAKEN]
)
async def test_what_is_shown_is_what_happens(
    pages: Pages, setting: Setting, address: str, typed: dict[str, str]
) -> None:
    """Whom it tells, in which words and languages, what is posted, and how it stands then."""
    await setting(pages)
    browser = await specialist(pages, *SPECIALIST, "releases:read", "releases:write")
    known = CONTACT_OF_CASE_6 if address.endswith("attach_case") else {}
    looked = await look_and_do(pages, browser, f"/staff/{address}", typed, **known)
    heard = looked.ears.heard()
    assert foretold(looked.ahead) == heard
    for shown in letters(looked.ahead):
        same = [
            mail
            for mail in looked.ears.mails
            if (mail.to, mail.headers["X-Event"]) == (shown.to, shown.headers["X-Event"])
        ]
        several = [
            mail.headers["X-Defect"] for mail in same if ", " in mail.headers.get("X-Defect", "")
        ]
        if several:  # One email names them all, and is of one of them.
            (named,) = several
            assert shown.headers["X-Defect"] in named.split(", ")
        elif same or "@" in shown.to:
            assert plain(shown.subject) in [plain(mail.subject) for mail in same]
            assert plain(shown.text) in [plain(mail.text) for mail in same]
    number = address.split("/")[1]
    stands = await pages.world.status(number)
    differ = {
        name: (looked.after[name], said)
        for name, said in stands.items()
        if name not in OF_THE_MOMENT | OF_THE_DATABASE
        and steady(looked.after[name]) != steady(said)
    }
    assert differ == {}
