"""How a defect stood at every moment, worked out from what was said and nothing else.

The log holds what was accepted; what was refused left no trace. `StateHistory` reads it by the
policy's words and shares no code with the product, so that one can check the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from domain.contract.defect import (
    Absorb,
    AttachCase,
    ChangeSeverity,
    DecideReclassification,
    DefectStart,
    DetachCase,
    GiveBack,
    Hold,
    MergeInto,
    OfferWorkaround,
    PastDefect,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    RequestReclassification,
    Resolve,
    Resume,
    ScheduleRelease,
    StopWaiting,
    UndoMerge,
    WaitForClient,
    WithdrawRelease,
)
from domain.contract.values import Attachment, Command, Severity, Workaround

L = TypeVar("L")

_INTERNAL = (
    "reason",
    "resolution",
    "internal_note",
    "internal_description",
    "comment",
    "justification",
    "note",
)


@dataclass(frozen=True, slots=True)
class Said:
    """A command that was accepted at `at`."""

    at: datetime
    command: Command


def without_repeats(log: Iterable[L]) -> list[L]:
    """A log without commands whose key was heard before: they change nothing."""
    heard: set[str] = set()
    kept = []
    for entry in log:
        key = entry.command.key if isinstance(entry, Said) else None
        if key is None or key not in heard:
            kept.append(entry)
        heard.update([key] if key else [])
    return kept


@dataclass(frozen=True, slots=True)
class Moved:
    """The other defect has answered, at `at`, what a merge or its undoing asked of it."""

    at: datetime
    refused: bool = False
    """Every case is where it was."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A message that reached one recipient at `at`: an address, for staff the role told."""

    at: datetime
    event: str
    key: str
    recipient: str
    decided_at: datetime | None = None
    """When it was handed out; where unknown, `at` stands for it."""
    text: str = ""
    """Everything the recipient can read; empty where it was not kept."""
    message_id: str = ""
    """Of an email, where known: one that tells of several defects has been delivered for each."""
    repeats: str | None = None
    """Key of the notice that it repeats, or takes to another role."""


@dataclass(frozen=True, slots=True)
class History:
    """The log of one defect until `until`, each list in the order in which things happened."""

    start: DefectStart
    confirmed_at: datetime
    """When it began here; an imported one was confirmed before, as its start says."""
    until: datetime
    said: Sequence[Said | Moved] = ()
    delivered: Sequence[Delivered] = ()


class LogPosition(NamedTuple):
    """An instant, and the place in the log of what was said then."""

    at: datetime
    place: int


NEVER = LogPosition(datetime.max.replace(tzinfo=UTC), 0)


def due(at: datetime) -> LogPosition:
    """The moment of what time brings: before anything that is said at the same instant."""
    return LogPosition(at, -1)


@dataclass(slots=True)
class Interval:
    """From one moment until just before another."""

    start: LogPosition
    end: LogPosition = field(default=NEVER, kw_only=True)

    def covers(self, moment: LogPosition) -> bool:
        """Whether the moment lies within."""
        return self.start <= moment < self.end


@dataclass(slots=True)
class StateInterval(Interval):
    """A time during which neither severity nor hold changed and it was resolved or not."""

    severity: Severity
    held: bool = False
    """By staff, or because every case waits for its client."""
    resolved: bool = False
    merged: bool = False
    entered: bool = False
    """It got this severity at the start: confirmed, reclassified, reopened or merged no more."""

    @property
    def over(self) -> bool:
        """Whether nothing is owed: it is resolved, or another defect goes on for it."""
        return self.resolved or self.merged


@dataclass(slots=True)
class AttachmentInterval(Interval):
    """A time during which a case was attached."""

    case: str
    client: str
    recipient: str


@dataclass(slots=True)
class Plan(Interval):
    """A time during which the fix was planned for one release on one date."""

    release: str
    deploy_at: datetime
    watched: list[tuple[LogPosition, bool]] = field(default_factory=list)
    """From when on the release asks by itself when its hour has passed, and from when not."""

    def is_watched(self, moment: LogPosition) -> bool:
        """Whether the release asked then."""
        return next((watched for at, watched in reversed(self.watched) if at <= moment), False)


@dataclass(slots=True)
class Request(Interval):
    """A time during which a client's request to reclassify was not decided."""

    client: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Word:
    """Something everyone attached at the moment is to be told, once; or only some of them."""

    moment: LogPosition
    event: str
    only: frozenset[str] | None = None


class StateHistory:
    """What the log says of every moment."""

    def __init__(self, history: History) -> None:
        self.start, self.until = history.start, history.until
        start = history.start
        self.began = began = LogPosition(history.confirmed_at, 0)
        """When it began here, imported or not."""
        self.imported = start.past is not None
        self.stands = [StateInterval(began, severity=start.severity, entered=True)]
        self.stays: list[AttachmentInterval] = []
        self.plans: list[Plan] = []
        self.requests: list[Request] = []
        self.words: list[Word] = []
        self.progress: list[LogPosition] = []
        """When text for clients was posted."""
        self.confirmations_due: list[tuple[LogPosition, str]] = []
        """Who was to be told the defect's number, and when."""
        self.farewells: list[tuple[LogPosition, str]] = []
        """Who was to be told that their cases are on the other defect again, and when."""
        self.joined: list[LogPosition] = []
        """When cases were attached."""
        self.internal: list[str] = list(_internal_texts(start))
        self._workaround = start.workaround
        self._waiting: set[str] = set()
        self._held_by_staff = False
        self._moving: MergeInto | UndoMerge | None = None
        self._deployed_meanwhile = False
        for attachment in {case.case: case for case in start.cases}.values():
            self._attach(began, attachment)
        if start.past is not None:
            self._remember(start.past)
        else:
            who = dict.fromkeys(stay.recipient for stay in self.stays)
            self.confirmations_due = [(began, recipient) for recipient in who]
        self.said = without_repeats(history.said)
        for place, said in enumerate(self.said, 1):
            if isinstance(said, Moved):
                self._hear_moved(LogPosition(said.at, place), said)
                continue
            self.internal += _internal_texts(said.command)
            self._hear(LogPosition(said.at, place), said.command)
            self._mind_waiting(LogPosition(said.at, place))

    def attached(self, moment: LogPosition) -> dict[str, AttachmentInterval]:
        """Everyone attached, by address, each with the stay that lasts longest."""
        here = sorted((s for s in self.stays if s.covers(moment)), key=lambda stay: stay.end)
        return {stay.recipient: stay for stay in here}

    def clients(self, moment: LogPosition) -> set[str]:
        """The distinct clients attached."""
        return {stay.client for stay in self.stays if stay.covers(moment)}

    def presences(self) -> Iterator[tuple[str, datetime, datetime]]:
        """Per address, each time from joining with a first case until leaving with the last."""
        for recipient in dict.fromkeys(stay.recipient for stay in self.stays):
            stays = sorted(
                (stay for stay in self.stays if stay.recipient == recipient),
                key=lambda stay: stay.start,
            )
            start, end = stays[0].start, stays[0].end
            for stay in stays[1:]:
                if stay.start > end:
                    yield recipient, start.at, end.at
                    start = stay.start
                end = max(end, stay.end)
            yield recipient, start.at, end.at

    def stand(self, moment: LogPosition) -> StateInterval:
        """How it stood."""
        return next(stand for stand in reversed(self.stands) if stand.start <= moment)

    def _remember(self, past: PastDefect) -> None:
        """What an imported defect has behind it: how it stood, and what was planned."""
        now = self.stands[0]
        until = self.began if past.resolved_at is None else LogPosition(past.resolved_at, 0)
        since = min(LogPosition(past.severity_since or past.confirmed_at, 0), until)
        self.stands = [replace(now, start=since, end=until, entered=False)]
        for hold in past.holds:
            for at, held in ((hold.since, True), (hold.until, False)):
                self._changed(min(max(LogPosition(at, 0), since), until), held=held)
        self.stands[-1].end = until
        if past.held_since is not None:
            self._held_by_staff = past.resolved_at is None
            self._changed(min(max(LogPosition(past.held_since, 0), since), until), held=True)
            self.stands[-1].end = until
        if past.resolved_at is not None:
            self.stands.append(replace(now, start=until, resolved=True, entered=False))
            return
        self.stands.append(replace(now, held=past.held_since is not None))
        if past.release is not None:
            release, deploy_at = past.release.id, past.release.deploy_at
            self.plans.append(Plan(self.began, release=release, deploy_at=deploy_at))

    def _hear(self, moment: LogPosition, command: Command) -> None:
        match command:
            case ChangeSeverity(severity=severity):
                self._reclassify(moment, severity)
            case RequestReclassification(client=client, severity=severity):
                self.requests.append(Request(moment, client=client, severity=severity))
            case DecideReclassification(approve=approve):
                self._decide(moment, approve=approve)
            case Hold():
                self._held_by_staff = True
                self._hold(moment)
            case Resume():
                self._let_go(moment)
            case WaitForClient(case=case):
                self._waiting.add(case)
            case StopWaiting(case=case):
                self._waiting.discard(case)
            case ReleaseDeployed() if self._moving is not None:
                self._deployed_meanwhile = True
            case ReleaseDeployed():
                self._deploy(moment)
            case Resolve():
                self._resolve(moment)
            case Reopen():
                self._go_on_with_plan(moment)
                self._changed(moment, resolved=False, entered=True)
                self._tell(moment, "defect.reopened")
            case AttachCase():
                if command.case not in self._cases(moment):
                    self._attach(moment, Attachment.model_validate(command.model_dump()))
                    self.confirmations_due.append((moment, self.stays[-1].recipient))
            case DetachCase():
                self._detach(moment, {command.case})
            case MergeInto() | UndoMerge():
                self._moving = command
            case Absorb():
                self._absorb(moment, command.cases)
            case GiveBack():
                leaving = self._detach(moment, set(command.cases)) - set(self.attached(moment))
                self.farewells += [(moment, who) for who in sorted(leaving)]
            case OfferWorkaround(description=description, effort=effort):
                offered = Workaround(description=description, effort=effort)
                if offered != self._workaround:
                    self._workaround = offered
                    self._tell(moment, "defect.workaround")
            case PostProgress(public_text=str()):
                self.progress.append(moment)
            case ScheduleRelease():
                self._plan(moment, command)
            case WithdrawRelease():
                self._end_plan(moment)
                self._tell(moment, "defect.release_withdrawn")

    def _hear_moved(self, moment: LogPosition, said: Moved) -> None:
        asked, self._moving = self._moving, None
        deployed, self._deployed_meanwhile = self._deployed_meanwhile, False
        if said.refused:
            self._waiting = set() if self.stands[-1].over else self._waiting
            if deployed:
                self._deploy(moment)
        elif isinstance(asked, MergeInto):
            self._end(moment, merged=True)
        else:
            self._watch(moment, watched=False)
            self._changed(moment, merged=False, entered=True)
            self._mind_waiting(moment)

    # --- how it stands ---------------------------------------------------------------------------

    def _changed(self, moment: LogPosition, *, entered: bool = False, **how: Any) -> None:
        last = self.stands[-1]
        self.stands.append(replace(last, start=moment, entered=entered, **how))
        last.end = moment

    def _hold(self, moment: LogPosition) -> None:
        if not self.stands[-1].held:
            self._changed(moment, held=True)

    def _let_go(self, moment: LogPosition) -> None:
        """Whoever held it; nobody is waited for any more."""
        self._held_by_staff, self._waiting = False, set()
        self._changed(moment, held=False)

    def _mind_waiting(self, moment: LogPosition) -> None:
        """It is held as long as every case waits for its client, unless staff decided (T2)."""
        cases = self._cases(moment)
        self._waiting &= cases
        everyone = bool(cases) and self._waiting == cases
        now = self.stands[-1]
        if everyone and not now.over:
            self._hold(moment)
        elif now.held and not everyone and not self._held_by_staff:
            self._changed(moment, held=False)

    def _reclassify(self, moment: LogPosition, severity: Severity) -> None:
        self._changed(moment, severity=severity, entered=True)
        self._tell(moment, "defect.severity_changed")

    def _decide(self, moment: LogPosition, *, approve: bool) -> None:
        asked = self.requests[-1]
        asked.end = moment
        theirs = [s for s in self.stays if s.covers(moment) and s.client == asked.client]
        self._tell(moment, "reclassification.decided", frozenset(s.recipient for s in theirs))
        if approve and asked.severity is not self.stands[-1].severity:
            self._reclassify(moment, asked.severity)

    def _resolve(self, moment: LogPosition) -> None:
        self._tell(moment, "defect.resolved")
        self._end(moment, resolved=True)

    def _deploy(self, moment: LogPosition) -> None:
        self._resolve(moment)
        self._watch(moment, watched=False)

    def _end(self, moment: LogPosition, **how: bool) -> None:
        """Nothing of what it owed is owed any more."""
        self._held_by_staff, self._waiting = False, set()
        self._changed(moment, held=False, **how)
        for request in self.requests:
            request.end = min(request.end, moment)

    # --- who is told, and of what ----------------------------------------------------------------

    def _tell(self, moment: LogPosition, event: str, only: frozenset[str] | None = None) -> None:
        self.words.append(Word(moment, event, only))

    def _cases(self, moment: LogPosition) -> set[str]:
        return {stay.case for stay in self.stays if stay.covers(moment)}

    def _attach(self, moment: LogPosition, attachment: Attachment) -> None:
        who = attachment.recipient
        stay = AttachmentInterval(
            moment, case=attachment.case, client=attachment.client, recipient=who
        )
        self.stays.append(stay)
        self.joined.append(moment)

    def _detach(self, moment: LogPosition, cases: set[str]) -> set[str]:
        leaving = [s for s in self.stays if s.case in cases and s.covers(moment)]
        for stay in leaving:
            stay.end = moment
        return {stay.recipient for stay in leaving}

    def _absorb(self, moment: LogPosition, cases: Sequence[Attachment]) -> None:
        """Only who was not attached before is told (C9)."""
        here, known = self._cases(moment), set(self.attached(moment))
        for attachment in {taken.case: taken for taken in cases}.values():
            if attachment.case not in here:
                self._attach(moment, attachment)
        new = frozenset(self.attached(moment)) - known
        self._tell(moment, "defect.merged", new)

    def _plan(self, moment: LogPosition, command: ScheduleRelease) -> None:
        before = self.plans[-1] if self.plans and self.plans[-1].covers(moment) else None
        planned = (command.release, command.deploy_at)
        if before is not None and (before.release, before.deploy_at) == planned:
            self._watch(moment, watched=command.watched)
            return
        self._end_plan(moment)
        self.plans.append(Plan(moment, release=command.release, deploy_at=command.deploy_at))
        self._watch(moment, watched=command.watched)
        self._tell(moment, f"defect.release_{'re' if before else ''}scheduled")

    def _watch(self, moment: LogPosition, *, watched: bool) -> None:
        if self.plans and self.plans[-1].covers(moment):
            self.plans[-1].watched.append((moment, watched))

    def _go_on_with_plan(self, moment: LogPosition) -> None:
        """A release that watches and is still ahead may bring the fix after all."""
        plan = self.plans[-1] if self.plans else None
        if plan is not None and plan.is_watched(moment) and plan.deploy_at > moment.at:
            self._watch(moment, watched=False)
        else:
            self._end_plan(moment)

    def _end_plan(self, moment: LogPosition) -> None:
        if self.plans and self.plans[-1].covers(moment):
            self.plans[-1].end = moment


def _internal_texts(said: Command | DefectStart) -> Iterator[str]:
    """What was written for the vendor's own eyes (D8)."""
    if isinstance(said, DecideReclassification):
        return  # The client gets the decision with its reason (D4).
    if isinstance(said, WithdrawRelease) and said.reason == f"release {said.release}":
        return  # Nobody wrote that: the release itself withdraws its plan from a defect that left.
    for name in _INTERNAL:
        text = getattr(said, name, None)
        if isinstance(text, str) and text.strip():
            yield text.strip()
