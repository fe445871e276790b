"""The names of what people are told, and of whom the vendor tells among its staff."""

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """Whom of the vendor's staff to tell; the policy's `contacts` give the addresses."""

    COO = "coo"
    SUPPORT_MANAGER = "support_manager"
    ENGINEERING = "engineering"
    ENGINEERING_MANAGER = "engineering_manager"
    CLIENT_SUCCESS = "client_success"
    ACCOUNT_MANAGEMENT = "account_management"
    SUPPORT = "support"


class ClientEvent(StrEnum):
    """What clients are told of: the `X-Event` of their mails."""

    CASE_OPENED = "case.opened"
    CASE_INFORMATION_REQUESTED = "case.information_requested"
    CASE_RESPONDED = "case.responded"
    CASE_ANSWERED = "case.answered"
    CASE_CLOSED = "case.closed"
    CASE_REOPENED = "case.reopened"
    CALL_BOOKED = "call.booked"
    CALL_REMINDER = "call.reminder"
    CALL_CANCELLED = "call.cancelled"
    DEFECT_CONFIRMED = "defect.confirmed"
    DEFECT_UPDATE = "defect.update"
    DEFECT_WORKAROUND = "defect.workaround"
    DEFECT_SEVERITY_CHANGED = "defect.severity_changed"
    DEFECT_RELEASE_SCHEDULED = "defect.release_scheduled"
    DEFECT_RELEASE_RESCHEDULED = "defect.release_rescheduled"
    DEFECT_RELEASE_WITHDRAWN = "defect.release_withdrawn"
    DEFECT_RELEASE_REMINDER = "defect.release_reminder"
    DEFECT_RESOLVED = "defect.resolved"
    DEFECT_REOPENED = "defect.reopened"
    DEFECT_MERGED = "defect.merged"
    DEFECT_UNMERGED = "defect.unmerged"
    RECLASSIFICATION_DECIDED = "reclassification.decided"
    RELEASE_NOTICE = "release.notice"


class Topic(StrEnum):
    """What a person may opt out of, where the policy lets them (confirmations never)."""

    PROGRESS = "progress"
    NEWSLETTER = "newsletter"


TOPIC_OF: Mapping[ClientEvent, Topic] = {
    ClientEvent.DEFECT_UPDATE: Topic.PROGRESS,
    ClientEvent.RELEASE_NOTICE: Topic.NEWSLETTER,
}
"""The events one can opt out of; nothing else can be opted out of."""


DIGEST = "digest"
"""The `X-Event` of a digest. Where one opts out it stands for all topics, of which it may have."""


def topics_of(name: str) -> tuple[Topic, ...]:
    """The topics that a name stands for.

    Raises:
        ValueError: it is none.
    """
    return tuple(Topic) if name == DIGEST else (Topic(name),)


class StaffEvent(StrEnum):
    """What staff are told of: the `X-Event` of their mails."""

    CASE_FIRST_RESPONSE_MISSED = "case.first_response_missed"
    CASE_CRITICAL_DECLINED = "case.critical_declined"
    CASE_CLIENT_WROTE = "case.client_wrote"
    CALL_BOOKED = "call.booked"
    CALL_REMINDER = "call.reminder"
    CALL_CANCELLED = "call.cancelled"
    DEFECT_URGENT = "defect.urgent"
    DEFECT_ESCALATED = "defect.escalated"
    DEFECT_UPDATE_NEEDED = "defect.update_needed"
    DEFECT_TARGET_WARNING = "defect.target_warning"
    DEFECT_TARGET_MISSED = "defect.target_missed"
    DEFECT_WINDOW_OPENED = "defect.window_opened"
    DEFECT_RAISED = "defect.raised"
    DEFECT_RELEASE_OVERDUE = "defect.release_overdue"
    RECLASSIFICATION_REQUESTED = "reclassification.requested"
    RECLASSIFICATION_REMINDER = "reclassification.reminder"
    REVIEW_DIGEST = "review.digest"
    DELIVERY_FAILING = "delivery.failing"
    CANCEL_REFUSED = "cancel.refused"
    DELIVERY_BOUNCED = "delivery.bounced"
    DELIVERY_BY_TELEPHONE = "delivery.by_telephone"


class Reminder(StrEnum):
    """What staff are reminded of and may put off: a question that stays open. No escalation is one,
    nor what is told once."""

    CALL = StaffEvent.CALL_REMINDER.value
    CLIENT_WROTE = StaffEvent.CASE_CLIENT_WROTE.value
    UPDATE_NEEDED = StaffEvent.DEFECT_UPDATE_NEEDED.value
    RELEASE_OVERDUE = StaffEvent.DEFECT_RELEASE_OVERDUE.value
    RECLASSIFICATION = StaffEvent.RECLASSIFICATION_REMINDER.value
