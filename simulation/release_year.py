"""A year of four major releases (R1): when they are, who is attached, which fix rides which."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from domain.business_time import BusinessCalendar
from domain.contract.defect import (
    ChangeSeverity,
    ReleaseDeployed,
    Reopen,
    Resolve,
    ScheduleRelease,
    WithdrawRelease,
)
from domain.contract.release import AttachDefect, Deploy, DetachDefect, Reschedule
from domain.contract.values import Command, Severity
from simulation.dry_run import AFTERMATH, Script, script_of
from simulation.histories import WEEK, Story
from simulation.live_run import RELEASE_ACTOR
from simulation.year_clients import attachments

SEASONS = {3: "Spring", 6: "Summer", 9: "Autumn", 12: "Winter"}
"""The months of the releases, and how they are called."""
TUESDAY = 1
HOUR = time(20)
"""When a release is deployed, in the calendar's zone: after support hours."""
DEPLOYMENT = timedelta(minutes=40)
"""From a release's hour until word that it is out; engineering is not asked yet by then (R5)."""
SPREAD = 46
"""The histories begin within so many weeks, in the order in which they began in truth."""
MOVED_AHEAD = timedelta(days=11)
"""One release moves on the Friday when its first notice is out and its second is not."""
MOVED_BY = WEEK
DETACHED_AHEAD = timedelta(days=5)
IN_BETWEEN = timedelta(hours=1)
"""From leaving one release until joining the next."""
WHY = "The fix is not in the release candidate."


@dataclass(frozen=True, slots=True)
class Move:
    """A release gets another date."""

    at: datetime
    before: datetime
    after: datetime


@dataclass(frozen=True, slots=True)
class PlannedRelease:
    """One release of the year, its date the one on which it is deployed."""

    number: str
    title: str
    deploy_at: datetime
    move: Move | None = None

    @property
    def planned_for(self) -> datetime:
        """The date it had at first."""
        return self.move.before if self.move else self.deploy_at


@dataclass(frozen=True, slots=True)
class Change:
    """Something said to a release; those attached to its defects are to hear of it (R3, R4)."""

    at: datetime
    release: str
    command: Command

    @property
    def defect(self) -> str:
        """The only defect it concerns; empty for a change of the whole release."""
        return self.command.defect if isinstance(self.command, AttachDefect | DetachDefect) else ""


@dataclass(frozen=True, slots=True)
class ReleaseYear:
    """Everything that will be said in a year."""

    begins: datetime
    ends: datetime
    releases: Sequence[PlannedRelease]
    defects: Sequence[Script]
    """With what is said to the defects themselves."""
    changes: Sequence[Change]
    """By time."""

    def parts(self) -> list[Script]:
        """For the stage: the releases first, then the defects, each told what is its own."""
        return [*map(self._part, self.releases), *self.defects]

    def alone(self) -> list[Script]:
        """For a dry run: what a release would signal to its defects is said to them directly."""
        return [
            replace(
                part,
                commands=sorted([*part.commands, *self.heard(part)], key=lambda said: said[0]),
            )
            for part in self.defects
        ]

    def heard(self, part: Script) -> Iterator[tuple[datetime, Command]]:
        """What a defect is to hear from its releases, whatever they are."""
        dates = {release.number: release.planned_for for release in self.releases}
        riding: str | None = None
        own = [(at, None, command) for at, command in part.commands if isinstance(command, Resolve)]
        concerning = (c for c in self.changes if c.defect in {"", part.number})
        said = [(c.at, c.release, c.command) for c in concerning]
        for at, release, command in sorted([*own, *said], key=lambda word: word[0]):
            if release is None:
                riding = None
                continue
            if isinstance(command, Reschedule):
                dates[release] = command.deploy_at
            elif isinstance(command, AttachDefect):
                riding = release
            elif isinstance(command, DetachDefect):
                riding, why = None, command.reason
                yield at, WithdrawRelease(actor=RELEASE_ACTOR, release=release, reason=why)
            if riding != release:
                continue
            if isinstance(command, Deploy):
                riding = None
                yield at, ReleaseDeployed(actor=RELEASE_ACTOR, release=release)
            else:
                planned = dates[release]
                yield at, ScheduleRelease(actor=RELEASE_ACTOR, release=release, deploy_at=planned)

    def _part(self, release: PlannedRelease) -> Script:
        start = {
            "actor": RELEASE_ACTOR,
            "kind": "major",
            "title": release.title,
            "deploy_at": release.planned_for.isoformat(),
            "window_minutes": 120,
            "public_notes": "Corrections and small improvements.",
        }
        said = [(c.at, c.command) for c in self.changes if c.release == release.number]
        return Script(release.number, self.begins, start, said, self.ends, "ReleaseWorkflow")


def plan_year(stories: Sequence[Story], year: int, calendar: BusinessCalendar) -> ReleaseYear:
    """The stories spread over a year, each fix on the first release after it was made.

    The busiest release moves once; of another one, a fix is taken out and rides the next.
    """
    begins = _first_monday(year, calendar)
    defects = [_with_clients(story, place) for place, story in enumerate(_spread(stories, begins))]
    releases = [
        PlannedRelease(
            f"REL-{year}.{position}", f"{season} release", _evening(date(year, month, 8), calendar)
        )
        for position, (month, season) in enumerate(SEASONS.items(), 1)
    ]
    riders = Counter(c.release for part in defects for c in _ride(part, releases)[1])
    busiest = max(releases, key=lambda release: riders[release.number])
    releases = [_moved(r, calendar) if r is busiest else r for r in releases]
    ends = releases[-1].deploy_at + AFTERMATH
    ridden = [_ride(part, releases) for part in defects]
    changes = [change for _, joining in ridden for change in joining]
    changes += _left_out(changes, releases, calendar)
    for release in releases:
        if release.move is not None:
            said = Reschedule(
                actor=RELEASE_ACTOR, deploy_at=release.deploy_at, reason="A test takes longer."
            )
            changes.append(Change(release.move.at, release.number, said))
        out = Deploy(actor=RELEASE_ACTOR)
        changes.append(Change(release.deploy_at + DEPLOYMENT, release.number, out))
    parts = [
        replace(part, commands=[c for c in commands if c[0] < ends], until=ends)
        for part, (commands, _) in zip(defects, ridden, strict=True)
    ]
    return ReleaseYear(begins, ends, releases, parts, sorted(changes, key=lambda c: c.at))


# --- when -----------------------------------------------------------------------------------------


def _first_monday(year: int, calendar: BusinessCalendar) -> datetime:
    new_year = date(year, 1, 1)
    monday = new_year + timedelta(days=(7 - new_year.weekday()) % 7)
    return _local(monday, time(0), calendar)


def _spread(stories: Sequence[Story], begins: datetime) -> list[Story]:
    """Weekdays, hours and distances are kept; the weeks are dealt out in order."""
    by_age = sorted(stories, key=lambda story: (story.at, story.number))
    weeks = (place * SPREAD // max(1, len(by_age)) for place in range(len(by_age)))
    return [story.shifted(begins + n * WEEK) for n, story in zip(weeks, by_age, strict=True)]


def _evening(earliest: date, calendar: BusinessCalendar) -> datetime:
    """The evening of the first Tuesday from a date on, or of the business day after it."""
    day = earliest + timedelta(days=(TUESDAY - earliest.weekday()) % 7)
    while True:
        eve = calendar.end_of_local_date(day - timedelta(days=1))
        if any(calendar.openings_between(eve, calendar.end_of_local_date(day))):
            break
        day += timedelta(days=1)
    return _local(day, HOUR, calendar)


def _local(day: date, hour: time, calendar: BusinessCalendar) -> datetime:
    return datetime.combine(day, hour, tzinfo=ZoneInfo(calendar.time_zone)).astimezone(UTC)


def _morning_before(at: datetime, ahead: timedelta, calendar: BusinessCalendar) -> datetime:
    return _local(calendar.local_date(at - ahead), time(10), calendar)


def _moved(release: PlannedRelease, calendar: BusinessCalendar) -> PlannedRelease:
    before = release.deploy_at
    after = _evening(calendar.local_date(before) + MOVED_BY, calendar)
    move = Move(_morning_before(before, MOVED_AHEAD, calendar), before, after)
    return replace(release, deploy_at=after, move=move)


# --- who rides what -------------------------------------------------------------------------------


def _with_clients(story: Story, place: int) -> Script:
    attached = attachments(story.number, len(story.start["cases"]), place)
    part = script_of(story)
    # Its own milestone is replaced by the release that its fix rides.
    own = [c for c in part.commands if not isinstance(c[1], ScheduleRelease)]
    return replace(part, start=story.start | {"cases": attached}, commands=own)


def _ride(
    part: Script, releases: Sequence[PlannedRelease]
) -> tuple[list[tuple[datetime, Command]], list[Change]]:
    """What is still said to the defect itself, and to releases in its stead.

    At S1 nobody waits for a release. What was fixed after the last one stays open.
    """
    severity, riding = Severity(part.start["severity"]), None
    own: list[tuple[datetime, Command]] = []
    changes: list[Change] = []
    for at, command in part.commands:
        if riding is not None and riding.deploy_at + DEPLOYMENT <= at:
            riding = None
        if isinstance(command, ChangeSeverity):
            severity = command.severity
        if isinstance(command, Resolve) and severity is not Severity.S1:
            if riding is None:
                riding = next((r for r in releases if r.deploy_at > at), None)
                if riding is not None:
                    joins = AttachDefect(actor=RELEASE_ACTOR, defect=part.number)
                    changes.append(Change(at, riding.number, joins))
        elif isinstance(command, Reopen) and riding is not None:
            leaves = DetachDefect(actor=RELEASE_ACTOR, defect=part.number, reason=command.reason)
            changes.append(Change(at, riding.number, leaves))
            riding = None
        else:
            own.append((at, command))
            riding = None if isinstance(command, Resolve) else riding
    return own, changes


def _left_out(
    joining: Sequence[Change], releases: Sequence[PlannedRelease], calendar: BusinessCalendar
) -> Iterator[Change]:
    """The last fix of the fullest release that can spare one: detached, and in the next."""
    words = Counter(change.defect for change in joining)
    candidates: list[tuple[int, datetime, Change, PlannedRelease]] = []
    for release, following in pairwise(releases):
        at = _morning_before(release.deploy_at, DETACHED_AHEAD, calendar)
        here = [c for c in joining if c.release == release.number]
        spared = [c for c in here if c.at < at and words[c.defect] == 1]
        if release.move is None and spared:
            candidates.append((len(here), at, spared[-1], following))
    if candidates:
        _, at, fix, following = max(candidates, key=lambda candidate: candidate[0])
        defect = fix.defect
        leaves = DetachDefect(actor=RELEASE_ACTOR, defect=defect, reason=WHY)
        joins = AttachDefect(actor=RELEASE_ACTOR, defect=defect)
        yield Change(at, fix.release, leaves)
        yield Change(at + IN_BETWEEN, following.number, joins)
