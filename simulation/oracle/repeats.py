"""Says what is wrong with the repeats of notices that staff were asked to acknowledge (T7).

From the notices that went out, what was said, and when the matter of each was over: an oracle like
`audit`, which is handed every notice but these.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.business_time import BusinessCalendar
from domain.contract.events import Role, StaffEvent
from domain.contract.staff_notices import Acknowledge
from domain.policy import AcknowledgeRules
from simulation.oracle.expected_state import Said
from simulation.oracle.matching import Broken


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice to staff, when it was decided."""

    key: str
    event: StaffEvent
    role: Role
    at: datetime
    repeats: str | None = None
    """Key of the first one."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a notice is about, as far as repeats ask."""

    over_at: datetime
    """When nothing was to be acknowledged any more; far ahead where that never came."""
    rests: Sequence[tuple[datetime, datetime]] = ()
    """When nothing was urgent for a time: nothing is repeated then."""

    def rested(self, since: datetime, until: datetime) -> bool:
        """Whether it did at some time between the two."""
        return any(start < until and since < end for start, end in self.rests)


@dataclass(frozen=True, slots=True)
class RepeatLog:
    """What repeats are judged by."""

    rules: AcknowledgeRules | None
    calendar: BusinessCalendar
    notices: Sequence[Notice]
    said: Sequence[Said]
    matter: Callable[[Notice], Matter]
    until: datetime
    patience: timedelta
    """How long a repeat may be held up."""


def wrong_repeats(log: RepeatLog) -> Iterator[Broken]:
    """Each comes so long after the one before, so often to each role, and then goes up; none once
    it was acknowledged or is over, and no other."""
    firsts = {notice.key: notice for notice in log.notices if notice.repeats is None}
    repeats: dict[str, list[Notice]] = {key: [] for key in firsts}
    for notice in log.notices:
        if notice.repeats is None:
            continue
        if notice.repeats not in firsts or not _asks(log.rules, firsts[notice.repeats]):
            yield _wrong(notice, "repeats what is not to be acknowledged")
            continue
        repeats[notice.repeats].append(notice)
    for key, first in firsts.items():
        if log.rules is not None and _asks(log.rules, first):
            yield from _of_one(log, log.rules, first, repeats[key])


def _asks(rules: AcknowledgeRules | None, first: Notice) -> bool:
    return rules is not None and first.event in rules.events and first.role in rules.roles


def _of_one(
    log: RepeatLog, rules: AcknowledgeRules, first: Notice, repeats: Sequence[Notice]
) -> Iterator[Broken]:
    pause = timedelta(minutes=rules.repeat.every_minutes)
    matter, end = log.matter(first), _end(log, first)
    way, before = list(_way(rules, first.role)), first
    for place, notice in enumerate(repeats):
        if place >= len(way) or notice.role is not way[place] or notice.event is not first.event:
            yield _wrong(notice, f"is not the repeat number {place + 1}")
            return
        if notice.at - before.at < pause:
            yield _wrong(notice, f"came {notice.at - before.at} after the one before")
        if notice.at > min(end, matter.over_at):
            yield _wrong(notice, f"came though it was over, {first.key}")
        if any(start < notice.at < stop for start, stop in matter.rests):
            yield _wrong(notice, "came on hold")
        before = notice
    if len(repeats) < len(way):
        due = before.at + pause
        due = due if log.calendar.is_open(due) else log.calendar.next_opening(due)
        latest = due + log.patience
        if latest < min(log.until, end, matter.over_at) and not matter.rested(before.at, latest):
            to = way[len(repeats)]
            yield Broken("T7", due, f"{first.key} was not repeated to {to}", to)


def _way(rules: AcknowledgeRules, role: Role) -> Iterator[Role]:
    """To whom each repeat goes: so often to each who is asked, and once to who is not."""
    yield from [role] * rules.repeat.at_most
    upper = rules.goes_up.get(role)
    while upper is not None:
        yield from [upper] * (1 + (rules.repeat.at_most if upper in rules.roles else 0))
        upper = rules.goes_up.get(upper)


def _end(log: RepeatLog, first: Notice) -> datetime:
    """When somebody acknowledged it, or a newer one took its place."""
    ends = [
        said.at
        for said in log.said
        if isinstance(said.command, Acknowledge)
        and said.command.notice in (None, first.key)
        and said.at >= first.at
    ]
    newer = [
        notice.at
        for notice in log.notices[log.notices.index(first) + 1 :]
        if notice.repeats is None and (notice.event, notice.role) == (first.event, first.role)
    ]
    return min([*ends, *newer], default=log.until + timedelta(days=1))


def _wrong(notice: Notice, what: str) -> Broken:
    return Broken("T7", notice.at, f"{notice.key} {what}", notice.role)
