"""What the pages keep and read is the same on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from sqlalchemy import Engine, event, select

from activities.adapters.database import (
    DatabaseAttempts,
    DatabaseContacts,
    DatabaseKnownBrowsers,
    DatabaseReadModel,
    DatabaseSessions,
    DatabaseSignInLinks,
    DatabaseTrackRecord,
    MailArchive,
)
from activities.adapters.database.sessions import OtherBrowser
from activities.adapters.database.tables_pages import (
    known_browsers,
    sign_in_links,
    web_attempts,
)
from activities.ports import Letter
from domain.contract.effects import AudienceChange, Detachment, Fact, UpdateReadModel
from domain.contract.values import Attachment, Contact
from portal.pages.mail_outbox import latest, one
from tests.portal.pages.installation import ADA, BOB

NOW = datetime(2027, 5, 3, 15, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def project(
    engine: Engine,
    number: str,
    *attached: Attachment,
    kind: Literal["case", "defect"] = "defect",
    sequence: int = 1,
    detached: tuple[str, ...] = (),
    facts: tuple[Fact, ...] = (),
    **snapshot: Any,
) -> None:
    """Write how something stands, and who joined and left."""
    leaving = [Detachment(case=case) for case in detached]
    change = AudienceChange(sequence=sequence, at=NOW, attach=list(attached), detach=leaving)
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key=f"{number}/{sequence}/project",
            entity=number,
            sequence=sequence,
            at=NOW + sequence * MINUTE,
            kind=kind,
            snapshot={"number": number, "state": "open"} | snapshot,
            facts=list(facts),
            audience=[change],
        )
    )


def attach(case: str, client: str, email: str, **contact: Any) -> Attachment:
    """A case and its contact."""
    return Attachment(case=case, client=client, contact=Contact(email=email, **contact))


def test_a_session_is_found_by_its_token_and_kind_until_it_ends(engine: Engine) -> None:
    """Idle, over, signed out: three ways to end, and none of them another's."""
    sessions = DatabaseSessions(engine)
    one, two = (sessions.begin("client", ADA, NOW) for _ in range(2))
    other = sessions.begin("client", BOB, NOW)
    found = sessions.find("client", one, NOW + MINUTE)

    assert found is not None
    assert (found.subject, found.expires_at) == (ADA, NOW + 12 * HOUR)
    assert sessions.find("staff", one, NOW) is None
    assert sessions.find("client", two, NOW + HOUR) is None
    assert sessions.find("client", one, NOW + HOUR) is not None
    sessions.end_all("client", ADA, NOW + MINUTE)
    assert sessions.find("client", one, NOW + MINUTE) is None
    assert sessions.find("client", other, NOW + MINUTE) is not None
    sessions.end(other)
    assert sessions.find("client", other, NOW + MINUTE) is None


def test_sessions_are_listed_and_ended_one_by_one(engine: Engine) -> None:
    """Those that go on, the last used first; nobody ends another's by an id they guessed."""
    sessions = DatabaseSessions(engine)
    sessions.begin("client", ADA, NOW - 13 * HOUR)
    first, second = (sessions.begin("client", ADA, NOW, b) for b in ("Firefox, Linux", None))
    theirs = sessions.begin("client", BOB, NOW)
    sessions.find("client", first, NOW + 5 * MINUTE)
    latest_used, other = sessions.live("client", NOW + 6 * MINUTE, ADA)

    assert (latest_used.browser, latest_used.seen_at) == ("Firefox, Linux", NOW + 5 * MINUTE)
    assert other.browser is None
    assert {session.subject for session in sessions.live("client", NOW)} == {ADA, BOB}
    assert sessions.live("staff", NOW) == []
    assert sessions.end_one("client", ADA, latest_used.ident)
    assert sessions.find("client", first, NOW) is None
    assert not sessions.end_one("client", BOB, other.ident)
    assert not sessions.end_one("client", ADA, "")
    assert sessions.end_all("client", ADA, NOW) == 1
    assert sessions.find("client", second, NOW) is None
    assert sessions.find("client", theirs, NOW) is not None


def test_a_link_is_used_once_and_voids_the_others(engine: Engine) -> None:
    """Of the same address, and of no other."""
    links = DatabaseSignInLinks(engine)
    first, second = (links.make(ADA, "browser", NOW) for _ in range(2))
    theirs, late = links.make(BOB, "b", NOW), links.make(BOB, "b", NOW - 10 * MINUTE)

    assert links.use(late, "b", NOW) is None
    assert links.use(second, "browser", NOW) == ADA
    assert [links.use(token, "browser", NOW) for token in (second, first)] == [None, None]
    assert links.use(theirs, "b", NOW + 9 * MINUTE) == BOB


def test_a_link_is_good_in_one_browser_only(engine: Engine) -> None:
    """Another one does not use it up, and learns nothing of one that is void."""
    links = DatabaseSignInLinks(engine)
    link = links.make(ADA, "browser", NOW)
    for other in ("another", ""):
        with pytest.raises(OtherBrowser):
            links.use(link, other, NOW)

    assert links.use(link, "browser", NOW) == ADA
    assert links.use(link, "another", NOW) is None


def test_a_link_that_is_not_kept_is_good_for_nothing(engine: Engine) -> None:
    """And leaves no row."""
    links = DatabaseSignInLinks(engine)

    assert links.use(links.make(ADA, "b", NOW, keep=False), "b", NOW) is None
    with engine.connect() as connection:
        assert connection.execute(select(sign_in_links)).all() == []


def test_a_browser_is_known_to_whom_it_signed_in(engine: Engine) -> None:
    """For half a year since the last time, to nobody else, and neither can be read from its row."""
    browsers = DatabaseKnownBrowsers(engine)
    for at in (NOW, NOW + 24 * HOUR):
        browsers.remember("secret", ADA, at)

    assert browsers.knows("secret", ADA, NOW + 24 * HOUR * 180)
    assert not browsers.knows("secret", ADA, NOW + 24 * HOUR * 181)
    assert not browsers.knows("secret", BOB, NOW)
    assert not browsers.knows("another", ADA, NOW)
    with engine.connect() as connection:
        ((row),) = connection.execute(select(known_browsers)).all()
    assert "secret" not in str(row)
    assert ADA not in str(row)


def test_attempts_count_per_what_and_whom_within_a_span(engine: Engine) -> None:
    """What lies further back counts no more."""
    attempts = DatabaseAttempts(engine)
    tried = [attempts.allows("a", ADA, 2, HOUR, NOW + n * MINUTE) for n in range(3)]

    assert tried == [True, True, False]
    assert attempts.allows("a", BOB, 2, HOUR, NOW)
    assert attempts.allows("b", ADA, 2, HOUR, NOW)
    assert attempts.allows("a", ADA, 2, HOUR, NOW + 62 * MINUTE)


def test_what_is_refused_writes_nothing(engine: Engine) -> None:
    """However often it is tried: one row for each thing and person, and no turn of the writer."""
    attempts, written = DatabaseAttempts(engine), []
    for n in range(3):
        attempts.allows("a", ADA, 3, HOUR, NOW + n * MINUTE)

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("SELECT", "BEGIN")):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    refused = [attempts.allows("a", ADA, 3, HOUR, NOW + HOUR / 2) for _ in range(50)]
    event.remove(engine, "before_cursor_execute", note)

    assert set(refused) == {False}
    assert [s for s in written if "IMMEDIATE" in s or "web_attempts" in s] == []
    with engine.connect() as connection:
        assert connection.execute(select(web_attempts.c["count"])).scalars().all() == [3]


def test_a_contact_sees_what_they_are_attached_to_now(engine: Engine) -> None:
    """However their address is spelled; the newest attachment says who they are."""
    mine = attach("CASE-1", "river", "Ada@River.example", name="Ada", language="de")
    also = attach("CASE-2", "hill", ADA, time_zone="Asia/Tokyo")
    theirs = attach("CASE-3", "harbour", BOB)
    project(engine, "CASE-1", mine, kind="case")
    project(engine, "CASE-3", theirs, kind="case")
    project(engine, "DEF-1", mine, also, theirs, sequence=2)
    project(engine, "DEF-2", mine, sequence=3)
    project(engine, "DEF-2", sequence=4, detached=("CASE-1",))
    contacts = DatabaseContacts(engine)
    ((defect,),) = [contacts.defects(ADA)]

    assert [case.snapshot["number"] for case in contacts.cases(ADA)] == ["CASE-1"]
    assert (defect.snapshot["number"], defect.cases, defect.clients) == (
        "DEF-1",
        ("CASE-1", "CASE-2"),
        ("hill", "river"),
    )
    assert contacts.defects(ADA, "DEF-2") == contacts.cases(ADA, "CASE-3") == []
    assert contacts.clients(ADA) == ["hill", "river"]
    known = contacts.known(ADA)
    assert known is not None
    assert known.address == ADA
    assert contacts.known("nobody@nowhere.example") is None


def test_the_record_is_read_by_event_and_by_what_still_goes_on(engine: Engine) -> None:
    """Since an instant, oldest first; snapshots page by page."""
    facts = tuple(
        Fact(sequence=n, at=NOW + n * HOUR, event=event, public_text=text)
        for n, event, text in (
            (1, "defect.update", None),
            (2, "defect.progress", "x"),
            (3, "z", None),
        )
    )
    project(engine, "DEF-1", facts=facts)
    project(engine, "DEF-2", state="resolved", sequence=5)
    record = DatabaseTrackRecord(engine)
    found = record.facts(["defect.progress", "defect.update"], NOW + 2 * HOUR)

    assert [(f.entity, f.event, f.has_public_text) for f in found] == [
        ("DEF-1", "defect.progress", True)
    ]
    lately = record.entities("defect", changed_since=NOW + 5 * MINUTE)
    assert [snapshot["number"] for snapshot in lately] == ["DEF-2"]


def test_kept_letters_are_found_by_number(engine: Engine) -> None:
    """By the whole number, alone or among others, whatever stands for anything in a pattern."""
    with MailArchive(engine).open() as session:
        for n, cases in enumerate(("CASE-1", "CASE-10", "CASE-2, CASE-1, CASE_3"), start=1):
            headers = {"X-Case": cases, "X-Event": "case.opened"}
            session.send(Letter(f"<{n}@v>", ADA, None, f"{n}", "Text", "", headers, NOW))

    def subjects(number: str, before: int | None = None) -> list[str]:
        return [letter.subject for letter in latest(engine, number, before)]

    first, second, third = reversed(latest(engine, "", None))
    assert subjects("") == ["3", "2", "1"]
    assert subjects("CASE-1") == ["3", "1"]
    assert subjects("CASE_3") == ["3"]
    assert subjects("CASE_1") == subjects("%") == subjects('"') == []
    assert subjects("", third.ident) == ["2", "1"]
    assert (one(engine, first.ident).text, second.text) == ("Text", "")
