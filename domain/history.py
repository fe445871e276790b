"""How a defect stood at every moment, worked out from what was said and nothing else.

The log holds what was accepted; what was refused left no trace. `Course` reads it by the policy's
words and shares no code with the machines, so that one can check the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from domain.messages import (
    AttachCase,
    Attachment,
    ChangeSeverity,
    Command,
    DefectStart,
    DetachCase,
    Hold,
    OfferWorkaround,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    Resolve,
    Resume,
    ScheduleRelease,
    Severity,
    WithdrawRelease,
    Workaround,
)

_INTERNAL = ("reason", "resolution", "internal_note", "internal_description", "comment")


@dataclass(frozen=True, slots=True)
class Said:
    """A command that was accepted at `at`."""

    at: datetime
    command: Command


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


@dataclass(frozen=True, slots=True)
class History:
    """The log of one defect until `until`, each list in the order in which things happened."""

    start: DefectStart
    confirmed_at: datetime
    until: datetime
    said: Sequence[Said] = ()
    delivered: Sequence[Delivered] = ()


class Moment(NamedTuple):
    """An instant, and the place in the log of what was said then."""

    at: datetime
    place: int


NEVER = Moment(datetime.max.replace(tzinfo=UTC), 0)


def due(at: datetime) -> Moment:
    """The moment of what time brings: before anything that is said at the same instant."""
    return Moment(at, -1)


@dataclass(slots=True)
class Spell:
    """From one moment until just before another."""

    start: Moment
    end: Moment = field(default=NEVER, kw_only=True)

    def covers(self, moment: Moment) -> bool:
        """Whether the moment lies within."""
        return self.start <= moment < self.end


@dataclass(slots=True)
class Stand(Spell):
    """A time during which neither severity nor hold changed and it was resolved or not."""

    severity: Severity
    held: bool = False
    resolved: bool = False
    entered: bool = False
    """It got this severity at the start: confirmed, reclassified or reopened."""


@dataclass(slots=True)
class Stay(Spell):
    """A time during which a case was attached."""

    case: str
    client: str
    recipient: str


@dataclass(slots=True)
class Plan(Spell):
    """A time during which the fix was planned for one release on one date."""

    release: str
    deploy_at: datetime


@dataclass(frozen=True, slots=True)
class Word:
    """Something everyone attached at the moment is to be told, once."""

    moment: Moment
    event: str


class Course:
    """What the log says of every moment."""

    def __init__(self, history: History) -> None:
        self.start, self.until = history.start, history.until
        start, began = history.start, Moment(history.confirmed_at, 0)
        self.stands = [Stand(began, severity=start.severity, entered=True)]
        self.stays: list[Stay] = []
        self.plans: list[Plan] = []
        self.words: list[Word] = []
        self.progress: list[Moment] = []
        """When text for clients was posted."""
        self.welcomes: list[tuple[Moment, str]] = []
        """Who was to be told the defect's number, and when."""
        self.internal: list[str] = list(_internal_texts(start))
        self._workaround = start.workaround
        for attachment in {case.case: case for case in start.cases}.values():
            self._attach(began, attachment)
        self.welcomes = [(began, who) for who in dict.fromkeys(who for _, who in self.welcomes)]
        heard: set[str] = set()
        for place, said in enumerate(history.said, 1):
            key = said.command.key
            if key is not None and key in heard:
                continue
            heard.update([key] if key else [])
            self.internal += _internal_texts(said.command)
            self._hear(Moment(said.at, place), said.command)

    def attached(self, moment: Moment) -> dict[str, Stay]:
        """Everyone attached, by address, each with the stay that lasts longest."""
        here = sorted((s for s in self.stays if s.covers(moment)), key=lambda stay: stay.end)
        return {stay.recipient: stay for stay in here}

    def clients(self, moment: Moment) -> set[str]:
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

    def stand(self, moment: Moment) -> Stand:
        """How it stood."""
        return next(stand for stand in reversed(self.stands) if stand.start <= moment)

    def _hear(self, moment: Moment, command: Command) -> None:
        match command:
            case ChangeSeverity(severity=severity):
                self._changed(moment, severity=severity, entered=True)
                self._tell(moment, "defect.severity_changed")
            case Hold():
                self._changed(moment, held=True)
            case Resume():
                self._changed(moment, held=False)
            case Resolve() | ReleaseDeployed():
                self._tell(moment, "defect.resolved")
                self._changed(moment, held=False, resolved=True)
                self._end_plan(moment)
            case Reopen():
                self._changed(moment, resolved=False, entered=True)
                self._tell(moment, "defect.reopened")
            case AttachCase():
                if not any(s.case == command.case and s.covers(moment) for s in self.stays):
                    self._attach(moment, Attachment.model_validate(command.model_dump()))
            case DetachCase():
                for stay in self.stays:
                    if stay.case == command.case and stay.covers(moment):
                        stay.end = moment
            case OfferWorkaround(description=description, effort=effort):
                offered = Workaround(description=description, effort=effort)
                if offered != self._workaround:
                    self._workaround = offered
                    self._tell(moment, "defect.workaround")
            case PostProgress(public_text=str()):
                self.progress.append(moment)
            case ScheduleRelease(release=release, deploy_at=deploy_at):
                self._plan(moment, release, deploy_at)
            case WithdrawRelease():
                self._end_plan(moment)
                self._tell(moment, "defect.release_withdrawn")

    def _changed(self, moment: Moment, *, entered: bool = False, **how: Any) -> None:
        last = self.stands[-1]
        self.stands.append(replace(last, start=moment, entered=entered, **how))
        last.end = moment

    def _tell(self, moment: Moment, event: str) -> None:
        self.words.append(Word(moment, event))

    def _attach(self, moment: Moment, attachment: Attachment) -> None:
        who = attachment.contact.email.lower()
        stay = Stay(moment, case=attachment.case, client=attachment.client, recipient=who)
        self.stays.append(stay)
        self.welcomes.append((moment, who))

    def _plan(self, moment: Moment, release: str, deploy_at: datetime) -> None:
        before = self.plans[-1] if self.plans and self.plans[-1].covers(moment) else None
        if before is not None and (before.release, before.deploy_at) == (release, deploy_at):
            return
        self._end_plan(moment)
        self.plans.append(Plan(moment, release=release, deploy_at=deploy_at))
        self._tell(moment, f"defect.release_{'re' if before else ''}scheduled")

    def _end_plan(self, moment: Moment) -> None:
        if self.plans and self.plans[-1].covers(moment):
            self.plans[-1].end = moment


def _internal_texts(said: Command | DefectStart) -> Iterator[str]:
    """What was written for the vendor's own eyes (D8)."""
    for name in _INTERNAL:
        text = getattr(said, name, None)
        if isinstance(text, str) and text.strip():
            yield text.strip()
