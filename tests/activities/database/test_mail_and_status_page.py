"""Letters that are kept, and the incidents of the embedded status page."""

from typing import Literal

from sqlalchemy import Engine

from activities.adapters.database import DatabaseStatusPage, IncidentRefs, MailArchive
from activities.ports import Letter
from domain.contract.effects import PostStatus
from domain.contract.values import Severity, Stage
from tests.activities.database.rows import DEFECT, HOUR, NOW, at_once


def letter(message_id: str, to: str = "Ann@Example.org") -> Letter:
    """A rendered message."""
    return Letter(
        message_id=message_id,
        to=to,
        to_name="Ann",
        subject=DEFECT,
        text="Hello",
        html="<p>Hello</p>",
        headers={"X-Event": "defect.update"},
        at=NOW,
    )


def post(
    sequence: int, stage: Stage | Literal["resolved"], incident: str = "DEF-000001/S1-1"
) -> PostStatus:
    """Something to say on the status page."""
    return PostStatus(
        key=f"{DEFECT}/{sequence}/status",
        entity=DEFECT,
        sequence=sequence,
        at=NOW,
        incident=incident,
        name="Nobody can log in",
        body=f"text {sequence}",
        stage=stage,
        severity=Severity.S1,
    )


def test_letters_are_kept_once_and_listed_newest_first(engine: Engine) -> None:
    """Once by message id; to everybody or to one address however it is spelled."""
    mail = MailArchive(engine)
    to_bob = letter("<2>", "bob@b.org")
    with mail.open() as session:
        for each in (letter("<1>"), to_bob, letter("<1>")):
            session.send(each)
    assert mail.letters() == [to_bob, letter("<1>")]
    assert mail.letters(to="ann@example.ORG") == [letter("<1>")]
    assert mail.letters(limit=1) == [to_bob]


def test_an_incident_is_opened_updated_and_resolved_once(engine: Engine) -> None:
    """An update that comes late is shown in its place and does not open it again."""
    page = DatabaseStatusPage(engine)
    page.post(post(1, Stage.INVESTIGATING), NOW)
    page.post(post(3, "resolved"), NOW + 2 * HOUR)
    page.post(post(2, Stage.FIXING), NOW + 3 * HOUR)
    page.post(post(3, "resolved"), NOW + 4 * HOUR)
    (incident,) = page.incidents()
    assert (incident.stage, incident.resolved_at) == ("resolved", NOW + 2 * HOUR)
    assert (incident.started_at, incident.updated_at) == (NOW, NOW + 2 * HOUR)
    assert [said.body for said in incident.updates] == ["text 3", "text 2", "text 1"]


def test_the_newest_incident_comes_first(engine: Engine) -> None:
    """As status pages have it."""
    page = DatabaseStatusPage(engine)
    assert page.incidents() == []
    page.post(post(1, Stage.INVESTIGATING), NOW)
    page.post(post(5, Stage.INVESTIGATING, "DEF-000001/S1-2"), NOW + HOUR)
    keys = [incident.key for incident in page.incidents()]
    assert keys == ["DEF-000001/S1-2", "DEF-000001/S1-1"]
    assert [incident.key for incident in page.incidents(limit=1)] == keys[:1]


def test_one_effect_from_many_threads_is_posted_once(engine: Engine) -> None:
    """The same effect again is no second update."""
    page = DatabaseStatusPage(engine)
    at_once(lambda _: page.post(post(1, Stage.INVESTIGATING), NOW))
    assert [len(incident.updates) for incident in page.incidents()] == [1]


def test_the_latest_external_id_of_an_incident_is_remembered(engine: Engine) -> None:
    """In place of an earlier one."""
    refs = IncidentRefs(engine)
    assert refs.find("DEF-000001/S1-1") is None
    refs.remember("DEF-000001/S1-1", "kctbh9vrtdwd")
    refs.remember("DEF-000001/S1-1", "p31zjtct2jer")
    assert refs.find("DEF-000001/S1-1") == "p31zjtct2jer"
