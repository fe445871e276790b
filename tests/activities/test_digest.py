"""Digests: what waits for one, what it has, and that each is sent once."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from temporalio.exceptions import ApplicationError

from activities.adapters.database import DatabaseReadModel
from activities.adapters.database.returned import DatabaseReturned
from activities.digest import MOST_PARTS, PAGE
from activities.digest_ports import Digests
from activities.many_mails import PATIENCE
from activities.ports import DeliveryState, NotNow
from domain.contract.events import ClientEvent
from tests.activities.database.rows import attach, change, project
from tests.activities.digest_town import ADA, BOB, DAY, EIGHT, HOUR, NOTICE, NOW, PORTAL, Town


@pytest.fixture
def town(engine: Engine) -> Town:
    """In which Ada wants a digest."""
    town = Town(engine)
    town.chooses(at=NOW - DAY)
    return town


# --- what waits ----------------------------------------------------------------------------------


def test_what_is_optional_waits_and_everything_else_goes_at_once(town: Town) -> None:
    """Of who wants a digest; the ledger has the message, and knows that it waits."""
    port: Digests = town.digests
    update = town.told(1, ADA, BOB)
    end = town.told(2, ADA, BOB, kind=ClientEvent.DEFECT_RESOLVED)

    assert port.is_due(EIGHT)
    assert (update.sent, update.in_digest, end.sent, end.in_digest) == (1, 1, 2, 0)
    assert town.got(ADA) == [("defect.resolved", [])]
    assert [event for event, _ in town.got(BOB)] == ["defect.update", "defect.resolved"]
    assert [row.state for row in town.ledger.deliveries() if row.recipient == ADA] == [
        DeliveryState.DIGEST,
        DeliveryState.SENT,
    ]


def test_a_repeat_puts_nothing_by_twice(town: Town) -> None:
    """Whether the digest was sent meanwhile or not, and whatever they have chosen since."""
    first, again = town.told(1), town.told(1)
    town.chooses(digest=False, at=NOW)
    otherwise = town.told(1)
    town.mailed()
    after = town.told(1, at=NOW)

    assert [(r.in_digest, r.already, r.sent) for r in (first, again, otherwise, after)] == [
        (1, 0, 0),
        (1, 0, 0),
        (1, 0, 0),
        (0, 1, 0),
    ]
    assert town.got() == [("digest", ["text 1"])]


def test_what_is_on_its_way_does_not_wait(town: Town) -> None:
    """A message that was being sent when they chose a digest is tried again as it was."""
    town.chooses(digest=False, at=NOW - HOUR)
    town.mailbox.down = True
    with pytest.raises(ApplicationError):
        town.told(1)
    row = town.ledger.deliveries()[0]
    town.ledger.claim(row, NOW)  # A sender that dies.
    town.chooses(digest=True, at=NOW)
    town.mailbox.down = False
    town.told(1)

    assert town.got() == [("defect.update", ["text 1"])]
    assert len(town.waiting()) == 0


def test_what_would_come_too_late_goes_at_once(town: Town) -> None:
    """A notice of a release that is out before the digest."""
    for sequence, deploy_at in enumerate((EIGHT - HOUR, EIGHT + HOUR), start=1):
        town.told(
            sequence,
            kind=ClientEvent.RELEASE_NOTICE,
            entity="REL-2027.5",
            deploy_at=deploy_at.isoformat(),
            **NOTICE,
        )

    assert [event for event, _ in town.got()] == ["release.notice"]
    assert len(town.waiting()) == 1


# --- what a digest has ----------------------------------------------------------------------------


def test_a_digest_comes_once_a_day_at_the_hour_of_its_reader(town: Town) -> None:
    """In their zone; two updates of a defect are both there, in order, and others beside them."""
    town.chooses(BOB, time_zone="Europe/Berlin", digest=True, at=NOW - DAY)
    for sequence in (1, 2):
        town.told(sequence, ADA, BOB, at=NOW + sequence * HOUR)
    town.told(3, entity="DEF-000002", at=NOW + 3 * HOUR)
    berlin = datetime(2027, 5, 4, 6, tzinfo=UTC)
    sent = [town.mailed(at) for at in (berlin - HOUR / 60, berlin, EIGHT - HOUR / 60, EIGHT)]
    again = town.mailed(EIGHT + HOUR)

    assert (sent, again) == ([0, 1, 0, 1], 0)
    assert town.got(BOB) == [("digest", ["text 1", "text 2"])]
    assert town.got(ADA) == [("digest", ["text 1", "text 2", "text 3"])]
    letter = next(x for x in town.mailbox.letters if x.to == ADA)
    assert letter.headers["X-Defect"] == "DEF-000001, DEF-000002"
    assert letter.headers["X-Case"] == "CASE-1, CASE-2"
    assert letter.headers["List-Unsubscribe"].startswith(f"<{PORTAL}/unsubscribe/progress/")
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert town.states() == [("sent", False)] * 4
    (digest,) = (row for row in town.ledger.deliveries("digest") if row.recipient == ADA)
    assert (digest.effect_key, digest.state, digest.event) == (
        "digest/2027-05-04",
        DeliveryState.SENT,
        "digest",
    )
    assert len(town.waiting()) == 0


def test_progress_and_newsletter_come_in_one_mail(town: Town) -> None:
    """Which leads out of both."""
    town.told(1)
    deploy_at = (NOW + 14 * DAY).isoformat()
    town.told(
        1, kind=ClientEvent.RELEASE_NOTICE, entity="REL-2027.5", deploy_at=deploy_at, **NOTICE
    )
    town.mailed()
    (letter,) = town.mailbox.letters

    assert letter.headers["X-Release"] == "REL-2027.5"
    assert letter.headers["List-Unsubscribe"].startswith(f"<{PORTAL}/unsubscribe/digest/")
    assert letter.subject == "Your daily digest: 2 messages"


def test_who_opted_out_meanwhile_is_not_sent_it(town: Town) -> None:
    """Of that topic; the other still comes."""
    town.told(1)
    town.chooses(progress=False, at=NOW)
    deploy_at = (NOW + 14 * DAY).isoformat()
    town.told(
        1, kind=ClientEvent.RELEASE_NOTICE, entity="REL-2027.5", deploy_at=deploy_at, **NOTICE
    )
    town.mailed()

    assert town.got() == [("digest", [])]
    assert town.states() == [("digest", True)]
    assert town.states("REL-2027.5") == [("sent", False)]
    assert len(town.waiting()) == 0


def test_who_wants_no_digest_any_more_gets_what_waits_with_the_next(town: Town) -> None:
    """Nothing is lost; what comes later goes at once."""
    town.told(1)
    town.chooses(digest=False, at=NOW)
    town.told(2)
    town.mailed()

    assert town.got() == [("defect.update", ["text 2"]), ("digest", ["text 1"])]


def test_of_a_defect_that_was_resolved_meanwhile_nothing_older_is_told(town: Town) -> None:
    """Its readers know; what came after it was opened again is there."""
    town.told(1)
    town.told(2, kind=ClientEvent.DEFECT_RESOLVED, at=NOW + HOUR)
    town.told(3, at=NOW + 2 * HOUR)
    town.told(4, entity="DEF-000002")
    town.mailed()
    nothing = Town(town.engine)
    nothing.told(5, entity="DEF-000003", at=EIGHT)
    nothing.told(6, entity="DEF-000003", kind=ClientEvent.DEFECT_RESOLVED, at=EIGHT + HOUR)
    alone = nothing.mailed(EIGHT + DAY)

    assert town.got()[1:] == [("digest", ["text 4", "text 3"])]
    assert town.states() == [("digest", True), ("sent", False), ("sent", False)]
    assert (alone, nothing.waiting()) == (0, [])


def test_more_than_fits_comes_in_several_mails(town: Town) -> None:
    """Each of a bounded size."""
    for sequence in range(1, MOST_PARTS + 3):
        town.told(sequence, at=NOW + timedelta(minutes=sequence))
    town.mailed()

    assert [len(texts) for _, texts in town.got()] == [MOST_PARTS, 2]
    keys = [row.effect_key for row in town.ledger.deliveries("digest")]
    assert keys == ["digest/2027-05-04", "digest/2027-05-04/2"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Your daily digest: 1 message", "Hello Ada", "the oldest first"]),
        ("de", ["Ihre Tageszusammenfassung: 1 Nachricht", "Guten Tag Ada", "das Älteste zuerst"]),
        ("es", ["Su resumen diario: 1 mensaje", "Hola, Ada", "empezando por las más antiguas"]),
    ],
)
def test_a_digest_is_written_in_the_language_of_its_reader(
    town: Town, language: str, words: Sequence[str]
) -> None:
    """As it is when it is sent, with the way to their preferences."""
    town.told(1)
    town.chooses(language=language, time_zone="Europe/Madrid", at=NOW)
    town.mailed()
    (letter,) = town.mailbox.letters

    said = " ".join(f"{letter.subject} {letter.text}".split())
    assert [w for w in words if w not in said] == []
    assert "(Europe/Madrid)" in letter.text
    assert f'<a href="{PORTAL}/preferences">' in letter.html
    assert "<h2" in letter.html


def test_what_waits_follows_a_contact_that_is_corrected(town: Town) -> None:
    """To the address that took the place of the old one; who leaves still gets what was said."""
    new, gone = "ada@new.example", "cleo@river.example"
    for person in (BOB, gone):
        town.chooses(person, digest=True)
    portal = DatabaseReadModel(town.engine)
    cases = [(f"CASE-{n}", person) for n, person in ((1, ADA), (2, BOB), (3, gone))]
    portal.project(project(1, change(1, *(attach(c, a) for c, a in cases))))
    town.tell(town.update(2), NOW)
    portal.project(project(3, change(3, attach("CASE-1", new), detached=("CASE-3",))))
    again = town.tell(town.update(2), NOW)
    town.mailed()

    assert (again.in_digest, again.sent) == (2, 0)
    assert sorted(letter.to for letter in town.mailbox.letters) == [new, BOB, gone]
    assert town.got(new) == [("digest", ["text 2"])]
    assert town.states() == [("sent", False)] * 3


def test_news_of_releases_follow_whose_address_nobody_has_any_more(town: Town) -> None:
    """They are about no case: as long as the address is anybody's, they stay with it."""
    new, portal = "ada@new.example", DatabaseReadModel(town.engine)
    for entity, case in (("DEF-000001", "CASE-1"), ("DEF-000002", "CASE-2")):
        portal.project(project(1, change(1, attach(case, ADA)), entity=entity))
    town.tell(town.news(), NOW)
    portal.project(project(2, change(2, attach("CASE-1", new)), entity="DEF-000001"))
    assert town.waiting() == [ADA]
    portal.project(project(2, change(2, attach("CASE-2", new)), entity="DEF-000002"))
    assert town.waiting() == [new]
    town.mailed()
    assert [letter.to for letter in town.mailbox.letters] == [new]


# --- that it is sent once -------------------------------------------------------------------------


def test_an_outage_is_sat_out_and_the_mail_stays_the_same(town: Town) -> None:
    """What waits for the next day's digest does not get into the one that was tried."""
    town.told(1)
    town.mailbox.down = True
    with pytest.raises(NotNow):
        town.mailed()
    town.told(2, at=EIGHT + HOUR)
    town.mailbox.down = False
    sent = town.mailed(EIGHT + DAY)

    assert sent == 2
    assert town.got() == [("digest", ["text 1"]), ("digest", ["text 2"])]
    assert len({letter.message_id for letter in town.mailbox.letters}) == 2


@pytest.mark.parametrize("dies", ["before it is on record", "after it is on record"])
def test_a_sender_that_dies_sends_no_other_mail(town: Town, dies: str) -> None:
    """What it has not put on record goes out under the same id; what it has, not again."""

    class Dies(BaseException):
        pass

    town.told(1)
    if dies.startswith("after"):
        over, town.digests.over = town.digests.over, _dying(Dies)  # type: ignore[method-assign]
    else:
        town.mailbox.before_send = _dying(Dies)
    with pytest.raises(Dies):
        town.mailed()
    if dies.startswith("after"):
        town.digests.over = over  # type: ignore[method-assign]
    town.mailbox.before_send = lambda letter: None
    town.mailed()

    assert town.got() == [("digest", ["text 1"])]
    assert town.states() == [("sent", False)]
    assert len(town.waiting()) == 0


def test_one_address_that_is_refused_holds_up_nobody(town: Town) -> None:
    """For good, and for now; the first is on record as failed, the second for some days tried."""
    people = [f"p{n:03}@river.example" for n in range(PAGE + 2)]
    for address in people:
        town.chooses(address, digest=True)
    town.told(1, *people)
    refused, later = people[:2]

    town.mailbox.refused[refused] = "smtp-550"
    town.mailbox.not_now.add(later)
    with pytest.raises(NotNow):
        town.mailed()
    reached = len(town.mailbox.letters)
    with pytest.raises(NotNow):
        town.mailed(EIGHT + PATIENCE - HOUR)
    town.mailed(EIGHT + PATIENCE)
    rows = {row.recipient: row for row in town.ledger.deliveries("DEF-000001")}

    assert reached == PAGE == len(town.mailbox.letters)
    assert (rows[refused].state, rows[refused].problem) == (DeliveryState.FAILED, "smtp-550")
    assert (rows[later].state, rows[later].problem) == (DeliveryState.FAILED, "given-up")
    assert len(town.waiting()) == 0


def test_what_was_refused_waits_again_once_it_is_retried(town: Town) -> None:
    """As `retry_deliveries` has it decided again."""
    town.told(1)
    town.mailbox.refused[ADA] = "smtp-550"
    town.mailed()
    town.mailbox.refused.clear()
    receipt = town.told(1, at=EIGHT)
    town.mailed(EIGHT + DAY)

    assert receipt.in_digest == 1
    assert town.got() == [("digest", ["text 1"])]


def test_a_digest_that_came_back_concerns_all_that_it_told(town: Town) -> None:
    """A report names the mail; the defects are found by it."""
    town.told(1)
    town.told(2, entity="DEF-000002")
    town.mailed()
    returned = DatabaseReturned(town.engine)
    letter = returned.find([town.mailbox.letters[0].message_id], [ADA])
    assert letter is not None
    means = returned.bounced(letter, "5.1.1", EIGHT + HOUR)

    assert [letter.entity, *(x.entity for x in means.also)] == ["DEF-000001", "DEF-000002"]
    assert town.states() == [("bounced", False)]


def test_a_change_of_zone_takes_no_message_away(town: Town) -> None:
    """Somebody who flies west has eight o'clock twice on one date: two mails, each with a key."""
    town.chooses(time_zone="Asia/Tokyo", at=NOW - HOUR)
    town.told(1)
    first = datetime(2027, 5, 3, 23, tzinfo=UTC)
    town.mailed(first)
    town.chooses(time_zone="America/Chicago", at=first)
    town.told(2, at=first + HOUR)
    town.mailed(EIGHT)

    assert town.got() == [("digest", ["text 1"]), ("digest", ["text 2"])]
    keys = [row.effect_key for row in town.ledger.deliveries("digest")]
    assert keys == ["digest/2027-05-04", "digest/2027-05-04/2"]


def test_what_somebody_else_took_up_is_left_to_them(town: Town) -> None:
    """Two attempts at once: the parts are in one mail."""
    town.told(1)
    parts = town.digests.due(ADA, EIGHT, MOST_PARTS)
    mine = town.digests.begin(ADA, "digest/2027-05-04", parts)
    theirs = town.digests.begin(ADA, "digest/2027-05-04", parts)

    assert mine is not None
    assert (mine.key, theirs) == ("digest/2027-05-04", None)


def _dying(error: type[BaseException]) -> Any:
    def dies(*_: object) -> None:
        raise error

    return dies
