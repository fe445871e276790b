"""The field's words for clients and the public: severities, stages, states and what happened."""

from collections.abc import Mapping
from typing import Any

SEVERITIES: Mapping[str, str] = {
    "S1": "Critical",
    "S2": "High",
    "S3": "Medium",
    "S4": "Low",
}
SEVERITY_MEANS: Mapping[str, str] = {
    "S1": "The software is down, or cannot be used for its core purpose",
    "S2": "An important function fails, and there is no practical way round it",
    "S3": "A lesser function fails or confuses, and there is an easy way round it",
    "S4": "Cosmetic, or inconsistent",
}
STAGES: Mapping[str, str] = {
    "investigating": "Investigating",
    "identified": "Cause identified",
    "fixing": "Being fixed",
    "verifying": "Being verified",
    "resolved": "Resolved",
}
STAGE_ORDER = ("investigating", "identified", "fixing", "verifying")
CASE_STATES: Mapping[str, str] = {
    "open": "With support",
    "waiting_for_client": "Waiting for you",
    "attached": "Confirmed as a defect",
    "closed": "Closed",
}
OUTCOMES: Mapping[str, str] = {
    "answered": "Answered",
    "defect_resolved": "The defect is resolved",
    "closed": "Closed by support",
    "unanswered": "Closed, since we had no answer",
}
ITEMS: Mapping[str, str] = {
    "who_am_i": "Who you are: enterprise and site",
    "steps": "Exact steps to reproduce it",
    "feature": "The feature",
    "form_or_report": "The form or report",
    "participant_case_numbers": "Case numbers of the participants concerned",
}
EFFORT: Mapping[str, str] = {"easy": "easy", "laborious": "laborious"}
RELEASE_KINDS: Mapping[str, str] = {
    "major": "Release",
    "maintenance": "Maintenance",
    "hotfix": "Hotfix",
}

_DEFECT_EVENTS: Mapping[str, str] = {
    "defect.confirmed": "Confirmed as a defect",
    "defect.progress": "Progress",
    "defect.update": "Update",
    "defect.workaround": "A workaround",
    "defect.severity_changed": "Severity changed",
    "defect.release_scheduled": "The fix is planned for a release",
    "defect.release_rescheduled": "The plan of the release changed",
    "defect.release_withdrawn": "The fix is in no release for now",
    "defect.release_reminder": "Reminder of the release",
    "defect.area_work_started": "Work has begun in this part of the product",
    "defect.resolved": "Resolved",
    "defect.reopened": "Opened again",
    "defect.merged": "Followed under another number",
    "defect.unmerged": "Followed under this number again",
}
_CASE_EVENTS: Mapping[str, str] = {
    "case.opened": "We logged your case",
    "case.responded": "Support wrote",
    "case.information_requested": "Support asked for information",
    "case.attached": "Your case belongs to a defect",
    "case.answered": "Support answered",
    "case.closed": "Closed",
    "case.reopened": "Opened again",
    "call.booked": "A call is booked",
    "call.reminder": "Reminder of the call",
    "call.cancelled": "The call was called off",
}
EVENTS: Mapping[str, str] = {**_DEFECT_EVENTS, **_CASE_EVENTS}
"""What is shown of a timeline: an event without words here is left out."""


def words(kind: Mapping[str, str] | str, value: Any) -> str:
    """The words for a value of a kind; what is not known is shown as it is, without underlines."""
    known = _KINDS[kind] if isinstance(kind, str) else kind
    return known.get(str(value), str(value).replace("_", " "))


_KINDS: Mapping[str, Mapping[str, str]] = {
    "severity": SEVERITIES,
    "severity_means": SEVERITY_MEANS,
    "stage": STAGES,
    "case_state": CASE_STATES,
    "outcome": OUTCOMES,
    "item": ITEMS,
    "effort": EFFORT,
    "release": RELEASE_KINDS,
    "event": EVENTS,
}
