"""How a case asks its client for what is missing: reminders, an end, and a way back (C3)."""

import re
from datetime import datetime, timedelta

from domain.case.state import CaseState
from domain.contract.case import CaseStart, ProvideInformation, RequestInformation
from domain.contract.defect import StopWaiting, WaitForClient
from domain.contract.effects import TellClients, TellDefect
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.entity import Due, iso

REQUIRED = ("who_am_i", "steps", "feature", "form_or_report")
"""What intake asks of every client (C3)."""
PARTICIPANTS = "participant_case_numbers"
"""Asked for where participants are concerned, that is, where the client writes of them."""

_WRITES_OF_PARTICIPANTS = re.compile(r"\bparticipants?\b", re.IGNORECASE)


class InquiringCase(CaseState):
    """A case that may have gaps."""

    # --- what time brings ------------------------------------------------------------------------

    def _information_agenda(self) -> list[Due]:
        if self.closed_at is not None:
            if self.unanswered_until is None:
                return []
            return [Due(self.unanswered_until, "the way back ends", self._end_way_back)]
        if self.asked_at is None or not (self.state == "waiting_for_client" or self.waited_for):
            return []
        rules, calendar = self.policy.cases, self.policy.calendar
        if self.reminders < rules.information_reminders:
            days = rules.information_reminder_business_days
            remind_at = calendar.add_business_days(self.asked_at, days)
            return [Due(remind_at, "reminder of missing information", self._remind)]
        first = self.first_response
        unanswered = first is not None and first.sequence is None and first.met_at is None
        if rules.information_close_business_days is None or unanswered:
            return []  # A critical case that nobody has answered is ours to answer.
        end = calendar.add_business_days(self.asked_at, rules.information_close_business_days)
        what = "closed without the information" if self.defect is None else "waited for long enough"
        return [Due(end, what, self._give_up)]

    def _remind(self, _due: datetime, now: datetime) -> None:
        self.reminders += 1
        self.asked_at = now
        self._record("case.information_reminded", now, items=self.missing, reminder=self.reminders)
        self._write(
            ClientEvent.CASE_INFORMATION_REQUESTED,
            now,
            items=self.missing,
            message=None,
            reminder=self.reminders,
        )

    def _give_up(self, due: datetime, now: datetime) -> None:
        """After the last reminder: a case on a defect goes on without, any other one closes."""
        asked, self.asked_at = self.missing, None
        if self.defect is not None:
            self._record("case.information_given_up", now, items=asked)
            self._stop_waiting(now)
            return
        days = self.policy.cases.information_return_days
        self._record("case.closed", now, public=True, unanswered=True, due_at=iso(due))
        self._write(
            ClientEvent.CASE_CLOSED, now, unanswered=True, items=asked, return_days=round(days)
        )
        self.closed_at, self.outcome = now, "unanswered"
        self.unanswered_until = now + timedelta(days=days)

    def _end_way_back(self, _due: datetime, now: datetime) -> None:
        self.unanswered_until, self.missing = None, []
        self._record("case.way_back_ended", now)

    # --- commands --------------------------------------------------------------------------------

    def request_information(self, command: RequestInformation, now: datetime) -> None:
        """C3: a specialist asks for exactly these items."""
        self._must_be_open()
        self._refuse_promises("message", command.message, now)
        for position, item in enumerate(command.items):
            self._refuse_promises(f"items.{position}", item, now)
        new = [item for item in command.items if item not in self.missing]
        self._responded(self._ask([*self.missing, *new], command.message, now))
        if self.defect is not None and self._tells_defect:
            self.waited_for = True
            self._tell_defect(WaitForClient, now)

    def provide_information(self, command: ProvideInformation, now: datetime) -> None:
        """C3: what the client gave is no longer asked for; a note meets what is in free words."""
        if self.unanswered_until is None:
            self._must_be_open()
        known = (*REQUIRED, PARTICIPANTS)
        given = {name: text for name in (*known, "note") if (text := _said(command, name))}
        if not given:
            raise InvalidCommand("note", "or one of the items asked for must be given")
        self.missing = [
            item
            for item in self.missing
            if item not in given and not ("note" in given and item not in known)
        ]
        self._record(
            "case.information_provided",
            now,
            internal_text="\n".join(f"{name}: {text}" for name, text in given.items()),
            items=sorted(name for name in given if name in known),
            still_missing=self.missing,
            actor=command.actor,
        )
        if self.unanswered_until is not None:
            self.closed_at = self.outcome = self.unanswered_until = None
            self._record("case.reopened", now, public=True, actor=command.actor)
            if self.missing:
                self._ask(self.missing, None, now)
            else:
                self._write(ClientEvent.CASE_REOPENED, now)
        if not self.missing:
            self._stop_waiting(now)

    # --- steps that several commands share -------------------------------------------------------

    @property
    def _tells_defect(self) -> bool:
        """Cases of a policy without the close-out were opened before defects could be told."""
        return self.policy.cases.information_close_business_days is not None

    def _ask(self, items: list[str], message: str | None, now: datetime) -> TellClients:
        self.missing, self.asked_at, self.reminders = items, now, 0
        self._record(
            "case.information_requested", now, public=True, public_text=message, items=items
        )
        return self._write(
            ClientEvent.CASE_INFORMATION_REQUESTED, now, items=items, message=message, reminder=0
        )

    def _responded(self, message: TellClients) -> None:
        """After the last reminder too, a client has time to read what was written to them."""
        super()._responded(message)
        if self.asked_at is not None and self.reminders >= self.policy.cases.information_reminders:
            self.asked_at = message.at

    def _stop_waiting(self, now: datetime) -> None:
        if self.waited_for:
            self.waited_for = False
            self._tell_defect(StopWaiting, now)

    def _tell_defect(self, what: type[WaitForClient | StopWaiting], now: datetime) -> None:
        if self.defect is None:
            return
        key = self._next_key(what.name)
        said = what(actor=self.number, key=key["key"], case=self.number)
        self._emit(
            TellDefect(
                **key,
                at=now,
                defect=self.defect,
                signal=what.name,
                payload=said.model_dump(mode="json"),
            )
        )


def missing_items(start: CaseStart) -> list[str]:
    """C3: what intake asks for and the client has not given."""
    gaps = [name for name in REQUIRED if not _said(start, name)]
    written = " ".join(filter(None, (start.subject, start.description, start.steps)))
    if _WRITES_OF_PARTICIPANTS.search(written) and not _said(start, PARTICIPANTS):
        gaps.append(PARTICIPANTS)
    return gaps


def _said(message: CaseStart | ProvideInformation, item: str) -> str:
    """What a message says of an item, as one text; blanks say nothing."""
    said = getattr(message, item) or ""
    return (said if isinstance(said, str) else ", ".join(filter(str.strip, said))).strip()
