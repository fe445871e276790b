"""Works out the figures of a compliance report from what was said and delivered."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from domain.compliance import DefectRecord, by_severity
from domain.contract.defect import ReleaseDeployed, ScheduleRelease, WithdrawRelease
from domain.contract.events import ClientEvent, StaffEvent
from domain.contract.release import Deploy
from domain.contract.values import Command, Severity
from domain.policy import PinnedPolicy
from simulation.dry_run import Outcome
from simulation.live_run import ReleaseOutcome
from simulation.oracle.audit import GRACE
from simulation.oracle.expected_state import Delivered, Said, StateHistory
from simulation.oracle.matching import Broken
from simulation.oracle.obligations import Obligations
from simulation.release_year import PlannedRelease, ReleaseYear
from simulation.report.report import (
    BrokenRow,
    ClientRow,
    DefectRow,
    EventRow,
    MoveRow,
    NoticeRow,
    ReleaseRow,
    Report,
)
from simulation.year_audit import CLAUSES, changes_not_told, notice_at, notices_not_given

DIGITS = 4
MACHINES_ALONE = "Temporal, and with it the histories of workflows."
NO_FAN_OUT = "Release workflows: no advance notices (R2), each defect is notified directly."
_STAFF = {event.value for event in StaffEvent}


@dataclass(frozen=True, slots=True)
class Played:
    """What was played, and what came of it."""

    source: str
    policy: PinnedPolicy
    outcomes: Sequence[Outcome]
    left_out: int
    year: ReleaseYear | None = None
    releases: Sequence[ReleaseOutcome] | None = None
    """None for a dry run."""
    alone: bool = False
    twice: Sequence[tuple[str, Broken]] = ()
    """Letters that were sent a second time."""

    def broken(self) -> list[tuple[str, Broken]]:
        """Every promise not kept and where, earliest first."""
        found = [(o.number, broken) for o in self.outcomes for broken in o.audit.broken]
        if self.year is not None:
            found += changes_not_told(self.year, self.outcomes)
            days = self.policy.releases.notice_days
            found += notices_not_given(self.year, self.releases or [], days)
        return sorted([*found, *self.twice], key=lambda pair: pair[1].at)


def report_of(played: Played) -> Report:
    """All figures of what was played."""
    outcomes, policy = played.outcomes, played.policy
    courses = {outcome.number: StateHistory(outcome.history) for outcome in outcomes}
    figures = [outcome.audit.figures for outcome in outcomes]
    releases = played.releases or []
    delivered = [m for o in outcomes for m in o.history.delivered]
    delivered += [m for release in releases for m in release.delivered]
    begun = [outcome.history.confirmed_at for outcome in outcomes]
    events = [o.events for o in outcomes if o.events is not None]
    events += [release.events for release in releases]
    refused = sum(o.refused for o in outcomes) + sum(release.refused for release in releases)
    left_unsaid = [MACHINES_ALONE] if played.alone else []
    if played.alone and played.year is not None:
        left_unsaid.append(NO_FAN_OUT)
    now = datetime.now(UTC)
    return Report(
        source=played.source,
        through="machines" if played.alone else "workflows",
        made_at=now,
        policy=policy.name,
        policy_version=policy.version,
        time_zone=policy.calendar.time_zone,
        begins=played.year.begins if played.year else min(begun, default=now),
        ends=max((outcome.history.until for outcome in outcomes), default=now),
        left_out=played.left_out,
        left_unsaid=left_unsaid,
        updates_owed=sum(f.updates_owed for f in figures),
        updates_sent=sum(f.updates_sent for f in figures),
        updates_late=sum(f.updates_late for f in figures),
        escalations=sum(f.escalations for f in figures),
        steps_refused=refused,
        history_events=sum(events) if events else None,
        contacts=len({stay.recipient for course in courses.values() for stay in course.stays}),
        severities=by_severity([_record(o, courses[o.number], policy) for o in outcomes], DIGITS),
        events=_events(delivered),
        clients=_clients(delivered, courses.values()),
        releases=None if played.year is None else list(_releases(played, played.year)),
        defects=[_defect(outcome, courses[outcome.number]) for outcome in outcomes],
        broken=[
            BrokenRow(clause=b.clause, number=number, at=b.at, what=b.what, recipient=b.recipient)
            for number, b in played.broken()
        ],
    )


# --- severities and defects -----------------------------------------------------------------------


def _record(outcome: Outcome, course: StateHistory, policy: PinnedPolicy) -> DefectRecord:
    owes, severity = Obligations(course, policy), course.stands[-1].severity
    spent = {each: owes.spent_at(each) for each in Severity}
    return DefectRecord(
        severity,
        outcome.history.confirmed_at,
        _resolved_at(course),
        owes.has_target(severity),
        {each: at for each, at in spent.items() if at is not None},
        outcome.history.start.severity,
        _first_update_at(outcome),
    )


def _resolved_at(course: StateHistory) -> datetime | None:
    last = course.stands[-1]
    return last.start.at if last.resolved else None


def _first_update_at(outcome: Outcome) -> datetime | None:
    told = (
        message.at
        for message in outcome.history.delivered
        if message.event not in _STAFF and message.event != ClientEvent.DEFECT_CONFIRMED
    )
    return min(told, default=None)


def _defect(outcome: Outcome, course: StateHistory) -> DefectRow:
    resolved_at = _resolved_at(course)
    shipped = [c for _, c in _heard(outcome) if isinstance(c, ReleaseDeployed)]
    planned = [at for at, command in _heard(outcome) if isinstance(command, ScheduleRelease)]
    return DefectRow(
        number=outcome.number,
        title=outcome.history.start.title,
        severity=course.stands[-1].severity,
        confirmed_at=outcome.history.confirmed_at,
        fixed_at=min(planned, default=None),
        resolved_at=resolved_at,
        release=shipped[-1].release if shipped and resolved_at else None,
        messages=len(outcome.history.delivered),
    )


def _heard(outcome: Outcome) -> list[tuple[datetime, Command]]:
    return [(s.at, s.command) for s in outcome.history.said if isinstance(s, Said)]


# --- messages -------------------------------------------------------------------------------------


def _events(delivered: Sequence[Delivered]) -> list[EventRow]:
    counted = Counter(message.event for message in delivered)
    rows = [EventRow(event=e, to=_audience(e), messages=count) for e, count in counted.items()]
    return sorted(rows, key=lambda row: (row.to, -row.messages, row.event))


def _audience(event: str) -> Literal["clients", "staff"]:
    return "staff" if event in _STAFF else "clients"


def _clients(delivered: Sequence[Delivered], courses: Iterable[StateHistory]) -> list[ClientRow]:
    client_of = {stay.recipient: stay.client for course in courses for stay in course.stays}
    counted = Counter(client_of[m.recipient] for m in delivered if m.recipient in client_of)
    rows = [ClientRow(client=client, messages=count) for client, count in counted.items()]
    return sorted(rows, key=lambda row: (-row.messages, row.client))


# --- releases -------------------------------------------------------------------------------------


def _releases(played: Played, year: ReleaseYear) -> Iterator[ReleaseRow]:
    outcomes = {release.number: release for release in played.releases or []}
    for release in year.releases:
        outcome = outcomes.get(release.number)
        heard = [
            (o.number, at, command)
            for o in played.outcomes
            for at, command in _heard(o)
            if isinstance(command, ScheduleRelease | WithdrawRelease | ReleaseDeployed)
            and command.release == release.number
        ]
        if outcome is None:
            out = [at for _, at, command in heard if isinstance(command, ReleaseDeployed)]
        else:
            out = [said.at for said in outcome.said if isinstance(said.command, Deploy)]
        move = release.move
        yield ReleaseRow(
            number=release.number,
            title=release.title,
            planned_for=release.planned_for,
            deploy_at=release.deploy_at,
            deployed_at=min(out, default=None),
            moves=[MoveRow(at=move.at, before=move.before, after=move.after)] if move else [],
            defects=[n for n, _, command in heard if isinstance(command, ReleaseDeployed)],
            detached=[n for n, _, command in heard if isinstance(command, WithdrawRelease)],
            notices=[] if outcome is None else list(_notices(release, outcome, played.policy)),
            told=_told(played.outcomes, heard),
            history_events=None if outcome is None else outcome.events,
        )


def _notices(
    release: PlannedRelease, outcome: ReleaseOutcome, policy: PinnedPolicy
) -> Iterator[NoticeRow]:
    for days in sorted(policy.releases.notice_days, reverse=True):
        due_at = notice_at(release, days)
        got = [
            message
            for message in outcome.delivered
            if message.event == ClientEvent.RELEASE_NOTICE
            and due_at <= message.at <= due_at + GRACE
        ]
        yield NoticeRow(days_ahead=days, due_at=due_at, recipients=len(got))


def _told(outcomes: Sequence[Outcome], heard: Sequence[tuple[str, datetime, Command]]) -> int:
    changed = {(number, at) for number, at, _ in heard}
    told = 0
    for outcome in outcomes:
        at_these = [at for number, at in changed if number == outcome.number]
        told += sum(
            message.event in CLAUSES and any(at <= message.at <= at + GRACE for at in at_these)
            for message in outcome.history.delivered
        )
    return told
