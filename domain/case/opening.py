"""How a case begins: logged with its number, whatever its reason or channel (C1, C2, C4)."""

from datetime import datetime

from domain.case import first_response
from domain.case.intake import ask, missing_items
from domain.case.state import Case
from domain.contract.case import CaseStart, PastCase
from domain.contract.effects import AudienceChange
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment
from domain.entity import iso
from domain.policy import PinnedPolicy


def begin(number: str, start: CaseStart, policy: PinnedPolicy, now: datetime) -> Case:
    """Log a contact at `now`: the client gets the number, and is asked for what is missing.

    Raises:
        InvalidCommand: the past of an imported case is not in order.
    """
    critical = first_response.is_critical(start, policy)
    case = Case(
        number=number,
        policy=policy,
        sequence=start.sequence,
        client=start.client,
        contact=start.contact,
        channel=start.channel,
        subject=start.subject,
        support_package=start.support_package,
        priority="critical" if critical else "normal",
        attachments_not_kept=start.attachments_not_kept,
        opened_at=start.past.opened_at if start.past else now,
    )
    if start.channel not in policy.cases.channels.get(start.support_package, []):
        case.flags = ["channel_not_in_package"]
    if critical:
        first_response.owe(case)
    case.record(
        "case.opened",
        case.opened_at,
        public=True,
        internal_text=start.description,
        channel=start.channel,
        priority=case.priority,
        flags=case.flags or None,
    )
    here = Attachment(case=number, client=start.client, contact=start.contact)
    case.change_audience(AudienceChange(sequence=case.sequence, at=now, attach=[here]))
    if start.past is not None:
        _begin_with_past(case, start.past, now)
        return case
    case.write(ClientEvent.CASE_OPENED, now, subject=start.subject, critical=critical)
    if gaps := missing_items(start):
        ask(case, gaps, None, now)
    return case


def _begin_with_past(case: Case, past: PastCase, now: datetime) -> None:
    """No message goes out about the past, and nothing escalates for it."""
    for name in ("opened_at", "closed_at"):
        at: datetime | None = getattr(past, name)
        if at is not None and at > now:
            raise InvalidCommand(f"past.{name}", f"must not be after {iso(now)}")
    if past.closed_at is not None and past.closed_at < past.opened_at:
        raise InvalidCommand("past.closed_at", "must not be before past.opened_at")
    case.record("case.imported", now)
    case.defect = past.defect
    first = case.first_response
    if first is not None and first.due_at <= now:
        first.missed_at = first.due_at
    if past.closed_at is not None:
        case.closed_at, case.outcome = past.closed_at, "closed"
        case.first_response = None
