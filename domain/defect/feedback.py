"""What clients say of a defect's severity; it changes nothing by itself (D3)."""

from datetime import datetime

from domain.contract.defect import RecordSeverityFeedback
from domain.contract.status import SeverityFeedback
from domain.defect.state import FEEDBACK_KEPT, Defect


def record_severity_feedback(
    defect: Defect, command: RecordSeverityFeedback, now: datetime
) -> None:
    """D3: recorded for those who review, changes nothing."""
    note_feedback(
        defect, SeverityFeedback(client=command.client, severity=command.severity, at=now)
    )
    defect.record(
        "severity.feedback",
        now,
        internal_text=command.comment,
        client=command.client,
        severity=command.severity,
        actor=command.actor,
    )


def note_feedback(defect: Defect, said: SeverityFeedback) -> None:
    """The last of each client counts."""
    others = [one for one in defect.feedback if one.client != said.client]
    defect.feedback = [*others, said][-FEEDBACK_KEPT:]
