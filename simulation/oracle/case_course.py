"""What a case owes, worked out from what was said, what the outside answered, and the calendar.

It walks through the log once: what falls due before an entry goes first. It shares no code with
the product, so that one can check the other. Not judged: imported cases, contacts without an
address, and what a note answers by the label of an item.
"""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from domain.contract.case import (
    Answer,
    AssessCritical,
    BookCall,
    CancelCall,
    CaseStart,
    CloseCase,
    ConfirmDefect,
    DefectResolved,
    ProvideInformation,
    RequestInformation,
    Respond,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.staff_notices import Snooze
from domain.contract.values import Channel, Command
from domain.policy import PinnedPolicy
from simulation.oracle.case_history import Arrived, Attached, Booked, CaseHistory
from simulation.oracle.expected_state import NEVER, Said, without_repeats
from simulation.oracle.matching import ExpectedMessage

_ASKED_OF_ALL = ("who_am_i", "steps", "feature", "form_or_report")
_PARTICIPANTS = "participant_case_numbers"


@dataclass(slots=True)
class _Call:
    at: datetime
    booked_at: datetime


@dataclass(slots=True)
class _Due:
    at: datetime
    what: str


@dataclass(slots=True)
class CaseCourse:
    """Plays a history; `owed` is what came of it."""

    history: CaseHistory
    policy: PinnedPolicy
    grace: timedelta
    """What delivery may take: until then a reminder may be the one that was due."""
    owed: list[ExpectedMessage] = field(default_factory=list)
    _now: datetime = field(init=False)
    _critical: bool = field(init=False)
    _closed: bool = False
    _attached: bool = False
    _missing: list[str] = field(default_factory=list)
    _asked_at: datetime | None = None
    _reminders: int = 0
    _wrote: bool = False
    """The client has written in free words, and no specialist has since."""
    _defect_waits: bool = False
    _back_until: datetime | None = None
    _answer_due: datetime | None = None
    """When a first response is due that is neither met nor missed."""
    _answered_at: datetime | None = None
    """When the first answer was written."""
    _first_met: bool = False
    _proposed: BookCall | None = None
    _call: _Call | None = None
    _reminded_of_call: set[datetime] = field(default_factory=set)
    _put_off_until: dict[str, datetime] = field(default_factory=dict)
    """By event, when a reminder to staff comes again."""
    _reminding: list[int] = field(default_factory=list)
    """Places in `owed` of the reminders that what the outside answers may overtake."""

    def play(self) -> list[ExpectedMessage]:
        """Everything that is owed to the client and to staff."""
        self._open()
        for entry in without_repeats(self.history.log):
            self._let_pass(entry.at)
            self._now = entry.at
            match entry:
                case Said(command=command):
                    self._hear(command)
                case Attached(refused=False):
                    self._attach()
                case Booked():
                    self._book(entry)
                case Arrived(decided_at=decided_at):
                    self._arrive(decided_at)
        self._let_pass(self.history.until)
        return self.owed

    # --- how it begins ---------------------------------------------------------------------------

    def _open(self) -> None:
        start, rules = self.history.start, self.policy.cases
        self._now = self.history.opened_at
        self._critical = _is_critical(start, rules.critical_subject_word)
        if self._critical:
            limit = timedelta(hours=rules.critical_first_response_hours)
            self._answer_due = self._now + limit
        self._write(ClientEvent.CASE_OPENED)
        written = f"{start.subject} {start.description} {start.steps or ''}".lower()
        wanted = [*_ASKED_OF_ALL, *([_PARTICIPANTS] if "participant" in written else [])]
        gaps = [name for name in wanted if not _given(start, name)]
        if gaps:
            self._ask(gaps)

    def _ask(self, items: list[str]) -> None:
        self._missing, self._asked_at, self._reminders = items, self._now, 0
        self._wrote = False
        self._write(ClientEvent.CASE_INFORMATION_REQUESTED)

    # --- what is said ----------------------------------------------------------------------------

    def _hear(self, command: Command) -> None:
        match command:
            case Respond():
                self._write(ClientEvent.CASE_RESPONDED)
                self._respond()
            case RequestInformation(items=items):
                self._ask(list(dict.fromkeys([*self._missing, *items])))
                self._respond()
                patience = self.policy.cases.information_close_business_days
                self._defect_waits |= self._attached and patience is not None
            case ProvideInformation():
                self._provide(command)
            case AssessCritical(justified=justified):
                if not justified:
                    self._decline()
            case ConfirmDefect():
                pass  # What matters is what the defect answers.
            case Answer():
                self._write(ClientEvent.CASE_ANSWERED)
                self._respond()
                self._close()
            case CloseCase():
                self._write(ClientEvent.CASE_CLOSED)
                self._close()
            case DefectResolved():
                self._close()  # The client hears of it from the defect (C9).
            case BookCall(at=at):
                if self._call is None or self._call.at <= self._now or self._call.at != at:
                    self._proposed = command
            case CancelCall():
                self._cancel_call()
            case Snooze(reminder=reminder, until=until):
                self._put_off(StaffEvent(reminder.value), until)

    def _put_off(self, event: StaffEvent, until: datetime) -> None:
        """It comes again at the end, unless it is over by then; what waits does not come."""
        self._put_off_until[event] = until
        for place, owed in enumerate(self.owed):
            if (owed.event, owed.recipient) == (event, Role.SUPPORT) and owed.at > self._now:
                self.owed[place] = replace(owed, lapses=self._now)
        over = self._looked_at() if event is StaffEvent.CASE_CLIENT_WROTE else self._end()
        again = ExpectedMessage(event, Role.SUPPORT, until, over)
        self.owed.append(again.within(self.policy.calendar, lapses=over))

    def _respond(self) -> None:
        """A specialist has written."""
        if self._answered_at is None:
            self._answered_at = self._now
        looked_at, self._wrote = self._wrote, False
        if self._asked_at is not None and (looked_at or self._is_reminded_enough):
            self._asked_at = self._now

    @property
    def _is_reminded_enough(self) -> bool:
        return self._reminders >= self.policy.cases.information_reminders

    def _decline(self) -> None:
        self._answer_due = None
        if self.history.start.channel is Channel.EMERGENCY_LINE:
            self._tell(StaffEvent.CASE_CRITICAL_DECLINED, Role.ACCOUNT_MANAGEMENT)

    def _provide(self, said: ProvideInformation) -> None:
        """C3: what was given is asked for no more; a note answers what is in free words."""
        asked_of = (*_ASKED_OF_ALL, _PARTICIPANTS)
        given = {name for name in (*asked_of, "note") if _given(said, name)}
        noted = "note" in given
        self._missing = [
            item
            for item in self._missing
            if item not in given and not (noted and item not in asked_of)
        ]
        waited_for = self._is_waited_for or self._back_until is not None or self._defect_waits
        to_look_at = noted and waited_for and self.policy.cases.note_pauses_reminders
        if self._back_until is not None:
            self._closed, self._back_until = False, None
            if self._missing and not to_look_at:
                self._ask(self._missing)
            else:
                self._write(ClientEvent.CASE_REOPENED)
        if not self._missing:
            self._wrote = self._defect_waits = False
        elif to_look_at:
            self._wrote, self._defect_waits = True, False
            self._asked_at = self._asked_at or self._now
            reminder = ExpectedMessage(StaffEvent.CASE_CLIENT_WROTE, Role.SUPPORT, self._now)
            self.owed.append(reminder.within(self.policy.calendar, lapses=self._looked_at()))

    def _looked_at(self) -> datetime:
        """When a specialist writes again, or the case ends or is on its defect."""
        ends = (Respond, RequestInformation, Answer, CloseCase, DefectResolved, ProvideInformation)
        later = (
            entry.at
            for entry in self.history.log
            if entry.at > self._now
            and (
                isinstance(entry, Attached)
                or (isinstance(entry, Said) and isinstance(entry.command, ends))
            )
        )
        return min(later, default=NEVER.at)

    def _close(self) -> None:
        self._cancel_call()
        self._closed = True
        self._missing, self._wrote, self._defect_waits = [], False, False
        if self._answered_at is None:
            self._answer_due = None

    # --- what the outside answers ----------------------------------------------------------------

    def _attach(self) -> None:
        self._attached, self._wrote = True, False
        if self._answer_due is not None and self._now <= self._answer_due:
            self._answer_due, self._first_met = None, True
        for place in self._reminding:
            self.owed[place] = replace(self.owed[place], lapses=self._now)
        self._reminding = []

    def _arrive(self, decided_at: datetime) -> None:
        """T9: the answer, or what was written after it, has reached the client."""
        if self._answer_due is None or self._answered_at is None:
            return
        if decided_at >= self._answered_at and self._now <= self._answer_due:
            self._answer_due, self._first_met = None, True

    def _book(self, entry: Booked) -> None:
        asked, self._proposed = self._proposed, None if entry.minutes else self._proposed
        if asked is None or not entry.minutes or entry.refused or self._closed:
            return
        self._call, self._reminded_of_call = _Call(asked.at, self._now), set()
        self._put_off_until.pop(StaffEvent.CALL_REMINDER, None)
        self._write(ClientEvent.CALL_BOOKED)
        self._tell(StaffEvent.CALL_BOOKED, Role.SUPPORT)

    def _cancel_call(self) -> None:
        if self._call is None or self._call.at <= self._now:
            return
        self._call = self._proposed = None
        self._write(ClientEvent.CALL_CANCELLED)
        self._tell(StaffEvent.CALL_CANCELLED, Role.SUPPORT)

    # --- what time brings ------------------------------------------------------------------------

    def _let_pass(self, until: datetime) -> None:
        """Everything that falls due by `until`, earliest first."""
        while (due := min(self._agenda(), key=lambda due: due.at, default=None)) is not None:
            if due.at > until:
                return
            self._now = max(self._now, due.at)
            match due.what:
                case "answer":
                    self._answer_due = None
                    self._tell(StaffEvent.CASE_FIRST_RESPONSE_MISSED, Role.SUPPORT_MANAGER)
                case "remind":
                    self._remind()
                case "give up":
                    self._give_up()
                case "way back ends":
                    self._back_until, self._missing = None, []
                case _:
                    self._remind_of_call(due.at)

    def _agenda(self) -> list[_Due]:
        agenda = []
        if self._answer_due is not None:
            agenda.append(_Due(self._answer_due, "answer"))
        if self._back_until is not None:
            agenda.append(_Due(self._back_until, "way back ends"))
        if (following := self._next_about_information()) is not None:
            agenda.append(following)
        if self._call is not None and not self._closed:
            ahead = (self._call.at - timedelta(hours=h) for h in self.policy.calls.reminder_hours)
            agenda += [
                _Due(at, "call")
                for at in ahead
                if at > self._call.booked_at and at not in self._reminded_of_call
            ]
        return agenda

    @property
    def _is_waited_for(self) -> bool:
        waits = bool(self._missing) and not self._wrote and not self._attached
        return waits and not self._closed

    def _next_about_information(self) -> _Due | None:
        waits = self._is_waited_for or (self._defect_waits and not self._closed)
        if self._asked_at is None or not waits:
            return None
        rules, calendar = self.policy.cases, self.policy.calendar
        if not self._is_reminded_enough:
            days = rules.information_reminder_business_days
            return _Due(calendar.add_business_days(self._asked_at, days), "remind")
        ours = self._critical and self._answered_at is None and not self._first_met
        if rules.information_close_business_days is None or ours:
            return None
        days = rules.information_close_business_days
        return _Due(calendar.add_business_days(self._asked_at, days), "give up")

    def _remind(self) -> None:
        self._reminders += 1
        self._reminding.append(len(self.owed))
        self._write(ClientEvent.CASE_INFORMATION_REQUESTED)
        # The next one is counted from when this one went out, should it have been held up.
        said = {entry.at for entry in self.history.log}
        self._asked_at = next(
            (
                decided
                for came in self.history.delivered
                if came.event == ClientEvent.CASE_INFORMATION_REQUESTED
                and (decided := came.decided_at or came.at) not in said
                and self._now <= decided <= self._now + self.grace
            ),
            self._now,
        )

    def _give_up(self) -> None:
        self._asked_at = None
        if self._attached:
            self._defect_waits = False
            return
        self._write(ClientEvent.CASE_CLOSED)
        self._cancel_call()
        self._closed = True
        self._back_until = self._now + timedelta(days=self.policy.cases.information_return_days)

    def _remind_of_call(self, due: datetime) -> None:
        """Both sides; one that is held up until the next is due, or the call begins, lapses."""
        self._reminded_of_call.add(due)
        if self._call is None:
            return
        call, hours = self._call, self.policy.calls.reminder_hours
        later = [at for h in hours if (at := call.at - timedelta(hours=h)) > due]
        lapses = min([*later, call.at])
        self._write(ClientEvent.CALL_REMINDER, lapses=lapses)
        if due < self._put_off_until.get(StaffEvent.CALL_REMINDER, due):
            return
        reminder = ExpectedMessage(StaffEvent.CALL_REMINDER, Role.SUPPORT, due, lapses)
        self.owed.append(reminder.within(self.policy.calendar, lapses=min(lapses, self._end())))

    def _end(self) -> datetime:
        """When the call that is booked now is not to be any more."""
        ends = (Answer, CloseCase, DefectResolved, CancelCall, BookCall)
        later = (
            entry.at
            for entry in self.history.log
            if entry.at >= self._now and isinstance(entry, Said) and isinstance(entry.command, ends)
        )
        return min(later, default=NEVER.at)

    # --- who is told -----------------------------------------------------------------------------

    def _write(self, event: ClientEvent, *, lapses: datetime = NEVER.at) -> None:
        contact = self.history.start.contact
        if contact.email is not None:
            self.owed.append(ExpectedMessage(event, contact.recipient(""), self._now, lapses))

    def _tell(self, event: StaffEvent, role: Role) -> None:
        self.owed.append(ExpectedMessage(event, role, self._now))


def _is_critical(start: CaseStart, word: str) -> bool:
    """C6."""
    words = start.subject.lower().replace(":", " ").split()
    return (
        start.channel is Channel.EMERGENCY_LINE
        or (start.channel is Channel.PORTAL and start.priority == "critical")
        or (start.channel is Channel.EMAIL and word.lower() in words)
    )


def _given(said: CaseStart | ProvideInformation, name: str) -> bool:
    value: Collection[str] | None = getattr(said, name)
    return any(text.strip() for text in ([value] if isinstance(value, str) else value or []))
