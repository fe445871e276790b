"""A release of many defects goes out while mail is down: what support and clients hear of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from simulation.nights.faults import Disturbance, Fault
from simulation.nights.judge import judge
from simulation.nights.night import play
from simulation.nights.plan import Plan, Step
from tests.domain.builders import attachment, defect_start, release_start

BEGAN = datetime(2027, 3, 1, 16, tzinfo=UTC)
HOUR = timedelta(hours=3)
"""A full one, since it began."""
MINUTE = timedelta(minutes=1)
DEFECTS = [f"DEF-{n}" for n in range(1, 51)]
BEFORE = DEFECTS[:3]
"""Those that have something to say minutes before the hour; the others are told after it."""
NEWS = {"actor": "agent-1", "description": "Log in twice.", "effort": "easy"}


def _night() -> Plan:
    """Fifty defects with a client each; mail is down from four minutes before the hour."""
    release = release_start(deploy_at=(BEGAN + timedelta(days=2)).isoformat())
    deploy = {"actor": "agent-2"}
    steps = [
        Step(
            timedelta(), defect, "DefectWorkflow", defect_start("S2", attachment(f"C-{n}", f"c{n}"))
        )
        for n, defect in enumerate(DEFECTS, 1)
    ]
    steps += [
        Step(MINUTE, "REL-1", "ReleaseWorkflow", release),
        Step(2 * MINUTE, "REL-1", "attach_defects", {"actor": "agent-2", "defects": DEFECTS}),
        *(Step(HOUR - 3 * MINUTE, defect, "offer_workaround", NEWS) for defect in BEFORE),
        Step(HOUR + 3 * MINUTE, "REL-1", "deploy", deploy),
    ]
    outage = Disturbance(Fault.MAIL_LATER, HOUR - 4 * MINUTE, 55 * MINUTE)
    return Plan(0, BEGAN, tuple(steps), (outage,))


def test_support_gets_one_message_and_each_client_theirs() -> None:
    """T9, R4: not one for each defect, also where the outage straddles the hour in which it began.

    Mail is down for support too, so the message arrives with the others.
    """
    night = play(_night())

    letters = Counter((letter.event, letter.recipient) for letter in night.outside.arrivals.letters)
    assert [n for (event, _), n in letters.items() if event == "delivery.failing"] == [1]
    for n in range(1, len(DEFECTS) + 1):
        assert letters["defect.resolved", f"c{n}@example.org"] == 1
    assert judge(night).wrong == ()
