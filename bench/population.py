"""Says who is there: defects and cases with ages, severities, zones and clients, drawn by a seed.

What is assumed stands here as constants, with its reason. As many are open at any time as the
arrivals of a day times the days they live (Little's law), so shares of arrivals and lengths of
lives make the shares of what is open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

VENDOR_ZONE = ZoneInfo("America/Chicago")
ZONES = {
    "America/Chicago": 4,
    "America/New_York": 3,
    "America/Los_Angeles": 2,
    "Europe/London": 2,
    "Europe/Berlin": 2,
    "Asia/Tokyo": 1,
    "Australia/Sydney": 1,
}
"""Where clients are, with weights: assumed, most of them near the vendor."""

ARRIVE = {"S1": 0.05, "S2": 0.15, "S3": 0.60, "S4": 0.20}
"""Shares of what is confirmed: assumed. Public trackers call almost everything normal."""
LIVE = {"S1": 5, "S2": 60, "S3": 60, "S4": 365}
"""Days from confirmation to resolution: those of the measured lives, S3 about as real bugs."""
CASES = {"S1": 5.0, "S2": 2.0, "S3": 1.4, "S4": 1.4}
"""Cases of a defect on average: 1.4 is a real bug and its duplicates, more where it hurts more."""
REOPEN_DAYS = 14
"""How long a resolved defect may be reopened: it runs on, and does nothing."""
OTHERS = 2.0
"""Cases that turn out to be no defect, for each one on a defect: assumed."""
INCOMPLETE, NEVER_ANSWERED, CRITICAL = 0.30, 0.25, 0.02
"""Shares of cases that lack information, of those whose client never gives it, of critical ones:
assumed."""
IN_RELEASE = 0.10
"""Share of the open defects that one release resolves: given."""
CASE_DAYS = 21
"""No case without a defect lives longer, the way back after its end included."""

DEPLOY_AFTER = timedelta(days=2, hours=18)
"""Into the week: Wednesday, when support closes."""
PLANNED_BEFORE = timedelta(days=30)
RELEASE = "REL-1"
_MANAGER = "manager-1"


@dataclass(frozen=True, slots=True)
class Say:
    """A command, at an instant; on release day `after_turn` defects were told before."""

    at: datetime
    name: str
    payload: dict[str, Any]
    after_turn: int | None = None


@dataclass(frozen=True, slots=True)
class CasePart:
    """One case: when it comes in, what is said to it."""

    number: str
    at: datetime
    start: dict[str, Any]
    says: list[Say]
    attached_at: datetime | None = None
    """When a specialist puts it on its defect."""


@dataclass(frozen=True, slots=True)
class DefectPart:
    """One defect with its cases, the one that brought it up first."""

    number: str
    at: datetime
    fields: dict[str, Any]
    cases: list[CasePart]
    says: list[Say]


def opened_on_average() -> dict[str, float]:
    """Shares of what is open, by severity: arrivals times lives."""
    weights = {severity: share * LIVE[severity] for severity, share in ARRIVE.items()}
    total = sum(weights.values())
    return {severity: weight / total for severity, weight in weights.items()}


def arrivals_per_day(defects: int) -> dict[str, float]:
    """Defects confirmed a day where so many are open, by severity."""
    return {s: defects * share / LIVE[s] for s, share in opened_on_average().items()}


def other_cases_per_day(defects: int) -> float:
    """Cases a day that are no defect."""
    return OTHERS * sum(n * CASES[s] for s, n in arrivals_per_day(defects).items())


@dataclass
class Crowd:
    """So many open defects around one week that begins on a Monday, 00:00 of the vendor."""

    defects: int
    week: datetime
    seed: int = 1
    deploy_after: timedelta = DEPLOY_AFTER
    _turns: int = 0

    @property
    def deploy_at(self) -> datetime:
        """When the release of the week is out."""
        return self.week + self.deploy_after

    def defect_parts(self) -> Iterator[DefectPart]:
        """All that are open, were resolved within the reopen window, or come in this week."""
        number = 0
        for severity, share in opened_on_average().items():
            life, days = LIVE[severity], LIVE[severity] + REOPEN_DAYS + 7
            for _ in range(round(self.defects * share * days / life)):
                number += 1
                # Each by itself, so that what one draws changes nothing for the others.
                draw = Random(f"{self.seed}/{severity}/{number}")
                age = draw.uniform(-7, life + REOPEN_DAYS)
                yield self.defect(draw, f"DEF-{number:07}", severity, age)

    def case_parts(self) -> Iterator[CasePart]:
        """Cases that turn out to be no defect."""
        for n in range(round(other_cases_per_day(self.defects) * (CASE_DAYS + 7))):
            draw = Random(f"{self.seed}/case/{n}")
            came = self.week + timedelta(days=draw.uniform(-CASE_DAYS, 7))
            yield self.case(draw, f"CASE-{n:07}", came)

    # --- defects ---------------------------------------------------------------------------------

    def defect(self, draw: Random, number: str, severity: str, age: float) -> DefectPart:
        """One that was confirmed so many days before the week."""
        at = self.week - timedelta(days=age)
        if severity != "S1":
            at = _at_work(draw, at, VENDOR_ZONE)
        end = at + timedelta(days=LIVE[severity])
        says = list(self._progress(draw, severity, at, end))
        planned = severity != "S1" and draw.random() < IN_RELEASE and at < self.week < end
        if planned:
            says = [say for say in says if say.at < self.deploy_at]
            says += self._planned(draw, at)
        else:
            end = end if severity == "S1" else _at_work(draw, end, VENDOR_ZONE)
            text = {"resolution": "fixed", "public_text": "Everyone can log in again."}
            says.append(Say(end, "resolve", text))
        fields = {
            "severity": severity,
            "title": "Login fails",
            "functional_area": f"area-{draw.randrange(20)}",
            "public_summary": "Users of some sites cannot log in.",
        }
        until = self.deploy_at if planned else end
        cases = list(self._cases(draw, number, severity, at, until))
        return DefectPart(number, at, fields, cases, sorted(says, key=lambda say: say.at))

    def _progress(self, draw: Random, severity: str, at: datetime, end: datetime) -> Iterator[Say]:
        """What engineering has to say: for an S1 on most days, otherwise now and then."""
        every = {"S1": 1.2, "S2": 14.0, "S3": 30.0, "S4": 180.0}[severity]
        said = at + timedelta(days=every * draw.uniform(0.5, 1.5))
        while said < end - timedelta(hours=12):
            when = said if severity == "S1" else _at_work(draw, said, VENDOR_ZONE)
            if at < when < end:
                yield Say(when, "post_progress", {"public_text": "The cause is known."})
            said += timedelta(days=every * draw.uniform(0.5, 1.5))

    def _planned(self, draw: Random, at: datetime) -> list[Say]:
        told_at = max(self.deploy_at - PLANNED_BEFORE, at + timedelta(minutes=30))
        told_at += timedelta(minutes=draw.uniform(0, 10))
        plan = {"release": RELEASE, "deploy_at": self.deploy_at.isoformat()}
        self._turns += 1
        return [
            Say(told_at, "schedule_release", plan | {"plan_version": 1, "watched": True}),
            Say(
                self.deploy_at,
                "release_deployed",
                {"release": RELEASE, "plan_version": 2},
                after_turn=self._turns - 1,
            ),
        ]

    def _cases(
        self, draw: Random, number: str, severity: str, at: datetime, end: datetime
    ) -> Iterator[CasePart]:
        more = CASES[severity] - 1
        count = 1 + int(more) + (draw.random() < more % 1)
        for n in range(count):
            # The first brings it up; the others come within a third of its life, 20 days at most.
            later = (end - at) * draw.uniform(0.02, 0.3) if n else timedelta(0)
            attached = at + min(later, timedelta(days=20))
            came = attached - timedelta(hours=draw.uniform(0.5, 1) if severity == "S1" else 20)
            case = f"{number}.{n}"
            start = _start(draw, case) | {"who_am_i": "a user", "form_or_report": "the form"}
            yield CasePart(case, came, start, [], attached_at=attached)

    # --- other cases -----------------------------------------------------------------------------

    def case(self, draw: Random, number: str, came: datetime) -> CasePart:
        """One that comes in then, or when its client is at work next."""
        start = _start(draw, number)
        at = _at_work(draw, came, ZoneInfo(start["contact"]["time_zone"]))
        says: list[Say] = []
        answered = at
        if draw.random() < INCOMPLETE:
            if draw.random() < NEVER_ANSWERED:
                return CasePart(number, at, start, [])
            answered = at + timedelta(days=draw.uniform(0.1, 3))
            given = {"who_am_i": "a user", "form_or_report": "the form"}
            says.append(Say(answered, "provide_information", given))
        else:
            start |= {"who_am_i": "a user", "form_or_report": "the form"}
        if draw.random() < CRITICAL:
            start |= {"priority": "critical"}
            soon = answered + timedelta(minutes=draw.uniform(10, 100))
            says.append(Say(soon, "respond", {"message": "We look at it."}))
        over = _at_work(draw, answered + timedelta(days=draw.uniform(0.1, 2)), VENDOR_ZONE)
        over = max(over, answered + timedelta(hours=2))
        says.append(Say(over, "answer", {"message": "It is in the handbook."}))
        return CasePart(number, at, start, says)


def _start(draw: Random, number: str) -> dict[str, Any]:
    """A case of a client of its own, in one of the zones, with who and where left out."""
    zone = draw.choices([*ZONES], [*ZONES.values()])[0]
    return {
        "client": f"client-{number}",
        "contact": {"email": f"{number.lower()}@client.example", "name": "Ada", "time_zone": zone},
        "channel": "portal",
        "subject": "Nobody can log in",
        "description": "Since this morning nobody can log in.",
        "steps": "open the page",
        "feature": "login",
    }


def _at_work(draw: Random, at: datetime, zone: ZoneInfo) -> datetime:
    """The same date, or the next that is no weekend, at an hour of work there; never before."""
    local = at.astimezone(zone)
    day = local + timedelta(days={5: 2, 6: 1}.get(local.weekday(), 0))
    worked = day.replace(hour=7, minute=0, second=0, microsecond=0)
    worked += timedelta(seconds=draw.randrange(11 * 3600))
    while worked < local:
        worked += timedelta(days=3 if worked.weekday() == 4 else 1)
    return worked.astimezone(at.tzinfo)
