"""Says which promises of a release were broken: what its defects heard, and when (R2 to R5).

An oracle like `audit`, for releases. What a defect heard its clients are told by the defect, which
`audit` judges: together they say that everyone attached is told once of each change.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from domain.contract.defect import (
    MergeInto,
    ReleaseDeployed,
    Reopen,
    Resolve,
    ScheduleRelease,
    UndoMerge,
    WithdrawRelease,
)
from domain.contract.events import ClientEvent, Reminder, Role, StaffEvent
from domain.contract.release import (
    Announce,
    AttachDefect,
    AttachDefects,
    CancelRelease,
    Deploy,
    DetachDefect,
    ReleaseStart,
    Reschedule,
)
from domain.policy import PinnedPolicy
from simulation.oracle.audit import GRACE
from simulation.oracle.expected_state import NEVER, Delivered, Said, without_repeats
from simulation.oracle.matching import Broken, ExpectedMessage, mismatches
from simulation.oracle.snoozed import snoozes, with_snoozes

_OF_A_PLAN = (ScheduleRelease, WithdrawRelease, ReleaseDeployed)
_CLAUSES: dict[str, str] = {StaffEvent.DEFECT_RELEASE_OVERDUE: "R5"}


@dataclass(frozen=True, slots=True)
class DefectLog:
    """What one defect accepted, from when it ran on."""

    began: datetime
    said: Sequence[Said]


@dataclass(frozen=True, slots=True)
class ReleaseHistory:
    """The log of one release until `until`, each list in the order in which things happened."""

    number: str
    start: ReleaseStart
    planned_at: datetime
    until: datetime
    said: Sequence[Said] = ()
    delivered: Sequence[Delivered] = ()
    defects: Mapping[str, DefectLog] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Truth:
    """What holds of one defect from `start` until `end`: no word of it, or what it is told."""

    start: datetime
    end: datetime
    what: Literal["none", "scheduled", "withdrawn", "deployed"]
    deploy_at: datetime | None = None

    def matches(self, word: Said | None) -> bool:
        """Whether a defect that heard this last knows how the plan stands."""
        command = None if word is None else word.command
        match self.what:
            case "scheduled":
                return isinstance(command, ScheduleRelease) and command.deploy_at == self.deploy_at
            case "deployed":
                return isinstance(command, ReleaseDeployed)
            case "withdrawn":
                return command is None or isinstance(command, WithdrawRelease)
        return command is None


def audit_release(
    history: ReleaseHistory, policy: PinnedPolicy, grace: timedelta = GRACE
) -> tuple[Broken, ...]:
    """Hold a release against its policy; what was broken, earliest first."""
    asked = list(_questions(history, policy))
    found = [
        *mismatches(asked, history.delivered, _CLAUSES, history.until, grace),
        *_wrong_notices(history, policy, grace),
    ]
    for defect, log in history.defects.items():
        found += _untold(history, defect, log, grace)
    return tuple(sorted(found, key=lambda broken: broken.at))


# --- what defects hear ----------------------------------------------------------------------------


def _untold(
    history: ReleaseHistory, defect: str, log: DefectLog, grace: timedelta
) -> Iterator[Broken]:
    """R3, R4: it knows how the plan stands soon after each change, and hears nothing else."""
    words = [
        said
        for said in log.said
        if isinstance(said.command, _OF_A_PLAN) and said.command.release == history.number
    ]
    truths = _truths(history, defect)
    for word in words:
        recent = (t for t in truths if t.start <= word.at and t.end >= word.at - grace)
        if not any(truth.matches(word) for truth in recent):
            yield Broken("R3", word.at, f"{defect} heard {word.command.name}, which is not so")
    undisturbed_until = _disturbed_at(history.number, log)
    for truth in truths:
        known_by = truth.start + grace
        lasts = min(truth.end, history.until, undisturbed_until, truth.deploy_at or NEVER.at)
        if truth.what == "none" or truth.start < log.began or known_by >= lasts:
            continue
        last = next((word for word in reversed(words) if word.at <= known_by), None)
        if not truth.matches(last):
            clause = "R4" if truth.what == "deployed" else "R3"
            yield Broken(clause, truth.start, f"{defect} does not know that it is {truth.what}")


def _truths(history: ReleaseHistory, defect: str) -> list[Truth]:
    """How the plan stands for one defect, from its beginning on."""
    inside, ended, deploy_at = False, "", history.start.deploy_at
    changes: list[tuple[datetime, str, datetime | None]] = [(history.planned_at, "none", None)]
    for said in without_repeats(history.said):
        match said.command:
            case AttachDefect(defect=number):
                inside |= number == defect
            case AttachDefects(defects=numbers):
                inside |= defect in numbers
            case DetachDefect(defect=number):
                inside &= number != defect
            case Reschedule():
                deploy_at = said.command.deploy_at
            case Deploy():
                ended = "deployed"
            case CancelRelease():
                ended = "cancelled"
        what = changes[-1][1]
        if inside:
            what = {"": "scheduled", "deployed": "deployed"}.get(ended, "withdrawn")
        elif what != "none":
            what = "withdrawn"
        change = (what, deploy_at if what == "scheduled" else None)
        if change != changes[-1][1:]:
            changes.append((said.at, *change))
    ends = [at for at, _, _ in changes[1:]] + [NEVER.at]
    return [
        Truth(start, end, what, deploy_at)  # type: ignore[arg-type]
        for (start, what, deploy_at), end in zip(changes, ends, strict=True)
    ]


def _disturbed_at(release: str, log: DefectLog) -> datetime:
    """When somebody else had a say in its plan or its end: from then on it may refuse words."""
    others = (
        said.at
        for said in log.said
        if isinstance(said.command, Resolve | Reopen | MergeInto | UndoMerge)
        or (isinstance(said.command, _OF_A_PLAN) and said.command.release != release)
    )
    return min(others, default=NEVER.at)


# --- its own messages -----------------------------------------------------------------------------


def _dates(history: ReleaseHistory) -> Iterator[tuple[datetime, datetime, datetime]]:
    """Each date it had: from when, until when, and which."""
    since, deploy_at = history.planned_at, history.start.deploy_at
    for said in history.said:
        if isinstance(said.command, Deploy | CancelRelease):
            yield since, said.at, deploy_at
            return
        if isinstance(said.command, Reschedule) and said.command.deploy_at != deploy_at:
            yield since, said.at, deploy_at
            since, deploy_at = said.at, said.command.deploy_at
    yield since, NEVER.at, deploy_at


def _questions(history: ReleaseHistory, policy: PinnedPolicy) -> Iterator[ExpectedMessage]:
    """R5: engineering is asked once for each date whose hour passes without word."""
    patience = timedelta(minutes=policy.releases.overdue_after_minutes)
    for _, until, deploy_at in _dates(history):
        at = deploy_at + patience
        if at < until:

            def told(at: datetime, until: datetime = until) -> ExpectedMessage:
                asked = ExpectedMessage(StaffEvent.DEFECT_RELEASE_OVERDUE, Role.ENGINEERING, at)
                return asked.within(policy.calendar, lapses=until)

            def stands(_since: datetime, at: datetime, until: datetime = until) -> bool:
                return at < until

            put_off = snoozes(history.said, Reminder.RELEASE_OVERDUE)
            yield from with_snoozes(at, [one for one in put_off if one[0] < until], told, stands)


def _wrong_notices(
    history: ReleaseHistory, policy: PinnedPolicy, grace: timedelta
) -> Iterator[Broken]:
    """R2: a notice goes out when it is due, asked for, or wrong by now; at no other time."""
    reasons = [
        said.at
        for said in history.said
        if isinstance(said.command, Announce | Reschedule | CancelRelease)
    ]
    for since, until, deploy_at in _dates(history):
        ahead = (deploy_at - timedelta(days=days) for days in policy.releases.notice_days)
        reasons += [at for at in ahead if since < at < until]
    told: set[tuple[str, str]] = set()
    for came in history.delivered:
        if came.event != ClientEvent.RELEASE_NOTICE:
            continue
        decided = came.decided_at or came.at
        if not any(at <= decided <= at + grace for at in reasons):
            yield Broken("R2", came.at, f"{came.key} came when none was due", came.recipient)
        if (came.key, came.recipient) in told:
            yield Broken("R2", came.at, f"{came.key} came twice", came.recipient)
        told.add((came.key, came.recipient))
