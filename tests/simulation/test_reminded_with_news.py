"""A reminder and an advance notice that fall on the same instant are one message."""

from datetime import UTC, datetime, timedelta

from simulation.nights.judge import judge
from simulation.nights.night import play
from simulation.nights.plan import Plan, Step
from tests.domain.builders import attachment, defect_start, release_start

BEGAN = datetime(2027, 3, 1, 8, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ACTOR = {"actor": "agent-2"}
NOTES = "Reports move to another menu."


def _plan(*more: Step, days: int = 2) -> Plan:
    """A fix for Ada is in a release in two days and twenty hours; Ben has no defect in it."""
    at = (BEGAN + days * DAY + 20 * HOUR).isoformat()
    ada, ben = attachment("C-1", "ada"), attachment("C-2", "ben")
    steps = (
        Step(timedelta(), "DEF-1", "DefectWorkflow", defect_start("S2", ada)),
        Step(timedelta(), "DEF-2", "DefectWorkflow", defect_start("S2", ben)),
        Step(MINUTE, "REL-1", "ReleaseWorkflow", release_start(deploy_at=at, public_notes=NOTES)),
        Step(2 * MINUTE, "REL-1", "attach_defect", {**ACTOR, "defect": "DEF-1"}),
        *more,
    )
    return Plan(0, BEGAN, steps, ())


def _told(plan: Plan) -> tuple[set[tuple[str, str]], dict[str, str]]:
    night = play(plan)
    assert judge(night).wrong == ()
    letters = [x for x in night.outside.arrivals.letters if x.at > BEGAN + 10 * HOUR]
    assert len(letters) == len({(x.event, x.recipient) for x in letters})
    return {(x.event, x.recipient) for x in letters}, {x.recipient: x.text for x in letters}


def test_who_is_reminded_reads_the_news_in_the_reminder() -> None:
    """R2, R5: the notice alone goes to who has nothing in the release."""
    told, texts = _told(_plan())

    assert told == {
        ("defect.release_reminder", "ada@example.org"),
        ("release.notice", "ben@example.org"),
    }
    assert NOTES in texts["ada@example.org"]
    assert NOTES in texts["ben@example.org"]


def test_whose_defect_is_over_gets_the_notice() -> None:
    """No reminder is to come."""
    resolve = Step(HOUR, "DEF-1", "resolve", {**ACTOR, "resolution": "fixed by hand"})
    told, _ = _told(_plan(resolve))

    assert told == {(("release.notice"), f"{who}@example.org") for who in ("ada", "ben")}
