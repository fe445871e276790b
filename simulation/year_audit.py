"""Says what went wrong over a whole year of releases, from what was said to the releases alone.

The audit of each defect holds what it was told against what it put on record. This one looks from
the other side: every word to a release has to reach everyone it concerns once (R2, R3, R4).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from activities.ports import Letter
from domain.contract.defect import Reopen, Resolve, ScheduleRelease, WithdrawRelease
from domain.contract.events import ClientEvent
from simulation.dry_run import Outcome, Script
from simulation.live_run import ReleaseOutcome
from simulation.oracle.audit import GRACE
from simulation.oracle.expected_state import Delivered, Said
from simulation.oracle.matching import Broken
from simulation.release_year import PlannedRelease, ReleaseYear

CLAUSES: dict[str, str] = {
    ClientEvent.DEFECT_RELEASE_SCHEDULED: "R3",
    ClientEvent.DEFECT_RELEASE_RESCHEDULED: "R3",
    ClientEvent.DEFECT_RELEASE_WITHDRAWN: "R3",
    ClientEvent.DEFECT_RESOLVED: "R4",
}
"""What people are told of a change of plan, and the clause that asks for it."""

_ENDS = (Resolve, Reopen)

Found = Iterator[tuple[str, Broken]]
"""The number of a defect or release, and a promise not kept there."""


def changes_not_told(year: ReleaseYear, outcomes: Sequence[Outcome]) -> Found:
    """R3, R4: everyone attached is told once per change of plan, and of nothing else."""
    parts = {part.number: part for part in year.defects}
    for outcome in outcomes:
        expected = list(_expected(year, parts[outcome.number], outcome))
        people = {case.recipient for case in outcome.history.start.cases}
        for person in sorted(people):
            came = [
                message
                for message in outcome.history.delivered
                if message.recipient == person and message.event in CLAUSES
            ]
            for broken in _compared(expected, came, person, outcome.history.until):
                yield outcome.number, broken


def _expected(
    year: ReleaseYear, part: Script, outcome: Outcome
) -> Iterator[tuple[datetime, ClientEvent]]:
    accepted = [said for said in outcome.history.said if isinstance(said, Said)]
    own = [(said.at, said.command) for said in accepted if isinstance(said.command, _ENDS)]
    planned = resolved = False
    for at, command in sorted([*own, *year.heard(part)], key=lambda said: said[0]):
        if isinstance(command, ScheduleRelease):
            yield (
                at,
                ClientEvent.DEFECT_RELEASE_RESCHEDULED
                if planned
                else ClientEvent.DEFECT_RELEASE_SCHEDULED,
            )
            planned = True
        elif isinstance(command, WithdrawRelease):
            yield at, ClientEvent.DEFECT_RELEASE_WITHDRAWN
            planned = False
        elif isinstance(command, Reopen):
            resolved = False
        elif not resolved:
            yield at, ClientEvent.DEFECT_RESOLVED
            planned, resolved = False, True


def _compared(
    expected: Sequence[tuple[datetime, ClientEvent]],
    came: Sequence[Delivered],
    person: str,
    until: datetime,
) -> Iterator[Broken]:
    left = list(came)
    for at, event in expected:
        answer = next((m for m in left if m.event == event and at <= m.at <= at + GRACE), None)
        if answer is not None:
            left.remove(answer)
        elif at + GRACE <= until:
            yield Broken(
                CLAUSES[event], at, f"{event} about the change made at this time is missing", person
            )
    for message in left:
        what = f"{message.key} came too often, or without a change of plan"
        yield Broken(CLAUSES[message.event], message.at, what, person)


def notices_not_given(
    year: ReleaseYear, releases: Sequence[ReleaseOutcome], days_ahead: Sequence[float]
) -> Found:
    """R2: everyone known by then gets each notice of each release once."""
    known: dict[str, datetime] = {}
    for part in year.defects:
        for case in part.start["cases"]:
            email = case["contact"]["email"].lower()
            known[email] = min(part.at, known.get(email, part.at))
    planned = {release.number: release for release in year.releases}
    for release in releases:
        notices = [m for m in release.delivered if m.event == ClientEvent.RELEASE_NOTICE]
        left = set(range(len(notices)))
        for days in days_ahead:
            at = notice_at(planned[release.number], days)
            here = {n for n in left if at <= notices[n].at <= at + GRACE}
            left -= here
            times = Counter(notices[n].recipient for n in here)
            for person, since in known.items():
                may, must = since < at + GRACE, since < at
                if times[person] > may or times[person] < must:
                    what = f"{times[person]} notices {days:g} days ahead"
                    yield release.number, Broken("R2", at, what, person)
        for n in sorted(left):
            what = f"{notices[n].key} came when none was due"
            yield release.number, Broken("R2", notices[n].at, what, notices[n].recipient)


def notice_at(release: PlannedRelease, days: float) -> datetime:
    """When a notice is due: by the date that stood then."""
    ahead = timedelta(days=days)
    if release.move is not None and release.planned_for - ahead >= release.move.at:
        return max(release.deploy_at - ahead, release.move.at)
    return release.planned_for - ahead


def sent_twice(letters: Sequence[Letter]) -> Found:
    """R4: no letter is handed to the mail system a second time."""
    same: dict[str, list[Letter]] = defaultdict(list)
    for letter in letters:
        same[letter.message_id].append(letter)
    for message_id, copies in same.items():
        for letter in copies[1:]:
            about = letter.headers.get("X-Defect") or letter.headers.get("X-Release") or "-"
            what = f"{message_id} was sent {len(copies)} times"
            yield about, Broken("R4", letter.at, what, letter.to.lower())
