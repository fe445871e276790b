"""Histories for the oracle: what was said and what came, and what it finds in them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.contract.defect import DefectStart, ScheduleRelease
from domain.contract.parsing import parse
from domain.contract.values import Command
from domain.policy import PinnedPolicy
from simulation.oracle.audit import Audit, audit
from simulation.oracle.expected_state import Delivered, History, Moved, Said
from tests.domain.builders import ETO, FRIDAY, at, defect_start

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ADA = "client-1@example.org"
BEN = "client-2@example.org"
SECRET = "the cache forgets half of it"


def came(when: datetime, event: str, to: str = ADA, **rest: Any) -> Delivered:
    """A delivery with a key of its own."""
    key = rest.pop("key", f"DEF-1/{when:%m%d%H%M}/{event}")
    return Delivered(at=when, event=event, key=key, recipient=to, **rest)


def said(when: datetime, command: type[Command], **fields: Any) -> Said:
    """A command that was accepted."""
    return Said(when, parse(command, {"actor": "agent-1"} | fields))


def history(
    severity: str,
    until: datetime,
    log: Sequence[Said | Moved] = (),
    delivered: Sequence[Delivered] = (),
    *cases: dict[str, Any],
    confirmed_at: datetime = FRIDAY,
    **fields: Any,
) -> History:
    """A life that began on Friday with what is told then; one client unless others are given."""
    start = parse(DefectStart, defect_start(severity, *cases, **fields))
    people = dict.fromkeys(case.recipient for case in start.cases)
    first = [came(confirmed_at, "defect.confirmed", who) for who in people]
    if severity == "S1":
        first.append(came(confirmed_at, "defect.urgent", "engineering"))
    return History(start, confirmed_at, until, log, [*first, *delivered])


def findings(found: Audit) -> list[tuple[str, datetime]]:
    """Clause and instant of everything that is broken."""
    return [(broken.clause, broken.at) for broken in found.broken]


def judged(
    history: History, policy: PinnedPolicy = ETO, grace: timedelta = timedelta(0)
) -> list[tuple[str, datetime]]:
    """What the oracle finds, by default without any patience."""
    return findings(audit(history, policy, grace))


def daily(count: int, start: datetime = FRIDAY, to: str = ADA) -> list[Delivered]:
    """An update every 24 hours."""
    return [came(start + n * DAY, "defect.update", to) for n in range(1, count + 1)]


MONDAY = at("2027-03-08 16:00")
ON_TUESDAY = at("2027-03-09 16:00")

DEPLOY = at("2027-03-15 14:00")


def planned(*delivered: Delivered, until: datetime = FRIDAY + 9 * DAY) -> History:
    """A fix scheduled on Friday for the Monday after the next."""
    log = [said(FRIDAY, ScheduleRelease, release="REL-1", deploy_at=DEPLOY)]
    return history("S3", until, log, delivered)


SCHEDULED = came(FRIDAY, "defect.release_scheduled")
REMINDED = came(DEPLOY - 2 * DAY, "defect.release_reminder")


def escalations(log: Sequence[Said | Moved], *instants: datetime) -> list[datetime]:
    """When the escalation of an S1 is missing or wrong, if the COO was told at these instants."""
    told = [came(instant, "defect.escalated", "coo") for instant in instants]
    life = history("S1", at("2027-03-12 20:00"), log, told)
    return [at for clause, at in judged(life) if clause == "T7"]
