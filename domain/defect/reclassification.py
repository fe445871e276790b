"""What clients say of a defect's severity, and when work begins in its area (D3, D4, R6)."""

import textwrap
from datetime import datetime

from domain.contract.defect import (
    AreaWorkStarted,
    DecideReclassification,
    RecordSeverityFeedback,
    RequestReclassification,
)
from domain.contract.effects import Whom
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.defect.severity import ClassifiedDefect
from domain.defect.state import FEEDBACK_KEPT, Feedback, Reclassification
from domain.entity import Due, iso

JUSTIFICATION_KEPT = 1_000
"""Characters of a client's reasons that reminders repeat."""


class ReviewedDefect(ClassifiedDefect):
    """A defect whose clients are heard before it is classified otherwise."""

    def record_severity_feedback(self, command: RecordSeverityFeedback, now: datetime) -> None:
        """D3: recorded for those who review, changes nothing."""
        said = Feedback(client=command.client, severity=command.severity, at=now)
        self._note_feedback(said)
        self._record(
            "severity.feedback",
            now,
            internal_text=command.comment,
            client=command.client,
            severity=command.severity,
            actor=command.actor,
        )

    def _note_feedback(self, said: Feedback) -> None:
        """The last of each client counts."""
        others = [one for one in self.feedback if one.client != said.client]
        self.feedback = [*others, said][-FEEDBACK_KEPT:]

    def request_reclassification(self, command: RequestReclassification, now: datetime) -> None:
        """D4: client success hears of it, and is reminded until it is decided."""
        self._must_be_active()
        self._must_not_be_moving()
        if self.reclassification is not None:
            open_one = self.reclassification
            raise InvalidCommand(
                "severity",
                f"{open_one.severity} is requested since {iso(open_one.requested_at)} "
                "and not decided yet",
            )
        if command.client not in self.cases.values():
            raise InvalidCommand("client", f"{command.client} has no case on this defect")
        if command.severity is self.severity:
            raise InvalidCommand("severity", f"is already {self.severity}")
        rules = self.policy.defects
        self.reclassification = Reclassification(
            client=command.client,
            severity=command.severity,
            justification=textwrap.shorten(command.justification, JUSTIFICATION_KEPT),
            requested_at=now,
            remind_at=self.policy.calendar.add_business_days(
                now, rules.reclassification_decided_business_days
            ),
        )
        self._record(
            "reclassification.requested",
            now,
            internal_text=command.justification,
            client=command.client,
            requested=command.severity,
            actor=command.actor,
        )
        self._notify(
            StaffEvent.RECLASSIFICATION_REQUESTED,
            Role.CLIENT_SUCCESS,
            now,
            client=command.client,
            requested=command.severity.value,
            justification=command.justification,
        )

    def decide_reclassification(self, command: DecideReclassification, now: datetime) -> None:
        """D4: the client gets the decision with its reason; approved, the severity changes."""
        self._must_be_active()
        asked = self.reclassification
        if asked is None:
            raise InvalidCommand("state", "no reclassification is requested")
        self._refuse_promises("reason", command.reason, now)
        self.reclassification = None
        self._record(
            "reclassification.decided",
            now,
            internal_text=command.reason,
            client=asked.client,
            requested=asked.severity,
            approved=command.approve,
            actor=command.actor,
        )
        self._tell_attached(
            ClientEvent.RECLASSIFICATION_DECIDED,
            now,
            whom=Whom(kind="client", client=asked.client),
            approved=command.approve,
            reason=command.reason,
            before=self.severity.value,
            severity=asked.severity.value,
        )
        if command.approve and asked.severity is not self.severity:
            self._reclassify(asked.severity, command.reason, command.actor, now)

    def area_work_started(self, command: AreaWorkStarted, now: datetime) -> None:
        """R6: marked as being worked on; clients see it in the portal and get no mail."""
        self._must_be_active()
        if command.functional_area != self.functional_area:
            raise InvalidCommand("functional_area", f"is {self.functional_area}")
        if not self.policy.marks_area_work(self.severity):
            raise InvalidCommand("severity", f"{self.severity} does not wait for area work")
        self.area_work_since = now
        self._record(
            "defect.area_work_started",
            now,
            public=True,
            internal_text=command.note,
            actor=command.actor,
        )

    def _reclassification_agenda(self) -> list[Due]:
        if self.reclassification is None:
            return []
        what = "reclassification undecided"
        return [Due(self.reclassification.remind_at, what, self._remind_to_decide)]

    def _remind_to_decide(self, _due: datetime, now: datetime) -> None:
        asked = self.reclassification
        if asked is None:
            return
        days = self.policy.defects.reclassification_reminder_business_days
        asked = asked.model_copy(
            update={
                "reminders": asked.reminders + 1,
                "remind_at": self.policy.calendar.add_business_days(now, days),
            }
        )
        self.reclassification = asked
        self._record("reclassification.reminder", now, reminder=asked.reminders)
        self._remind(
            StaffEvent.RECLASSIFICATION_REMINDER,
            Role.CLIENT_SUCCESS,
            now,
            client=asked.client,
            requested=asked.severity.value,
            justification=asked.justification,
            since=iso(asked.requested_at),
            reminder=asked.reminders,
        )
