"""Whom a defect tells, and with which facts: clients, staff, the status page (D6, D8)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from domain.business_time import BusinessCalendar
from domain.contract.effects import (
    AudienceChange,
    Joint,
    NotifyClients,
    NotifyStaff,
    Person,
    PostStatus,
    Whom,
    each_once,
)
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Attachment, Stage
from domain.defect import posted_texts
from domain.defect.state import Defect
from domain.entity import iso

STATUS_TOPIC = "status"
"""Tag of messages that only say how it stands: a newer one makes a waiting one pointless."""
REMINDER_TOPIC = "release reminder"
"""Tag of reminders of a release: another plan, or the resolution, makes a waiting one wrong."""

_EVERYONE = Whom()


# --- clients --------------------------------------------------------------------------------------


def attach(defect: Defect, attachments: Sequence[Attachment], now: datetime) -> None:
    """Have the read model know who is attached from now on."""
    if attachments:
        defect.change_audience(
            AudienceChange(sequence=defect.sequence, at=now, attach=list(attachments))
        )


def attached(
    defect: Defect,
    kind: ClientEvent,
    now: datetime,
    *,
    replaceable: str | None = None,
    replaces: tuple[str, ...] = (),
    release_id: str | None = None,
    joint: Joint | None = None,
    whom: Whom = _EVERYONE,
    **facts: Any,
) -> NotifyClients | None:
    """Notify those attached; None where there are none."""
    if not defect.cases:
        return None
    planned = defect.plan.release
    return defect.notify_clients(
        kind,
        now,
        whom=whom,
        defect=defect.number,
        release=release_id or (planned.id if planned else None),
        joint=joint,
        replaceable=replaceable,
        replaces=replaces,
        facts=facts,
    )


def confirm(
    defect: Defect, attachments: Sequence[Attachment], now: datetime
) -> NotifyClients | None:
    """C9, C10, D5: both numbers, and whatever is known that helps."""
    if not attachments:
        return None
    people = each_once(Person(contact=one.contact, cases=[one.case]) for one in attachments)
    planned = defect.plan.release
    return defect.notify_clients(
        ClientEvent.DEFECT_CONFIRMED,
        now,
        people=people,
        defect=defect.number,
        release=planned.id if planned else None,
        facts={
            "severity": defect.severity.value,
            "stage": defect.stage.value,
            "public_summary": defect.public_summary,
            "workaround": defect.workaround_fact,
            "release": defect.release_fact,
            "progress": defect.progress and defect.progress.model_dump(mode="json"),
        },
    )


def update(
    defect: Defect, now: datetime, text: str | None, replaceable: str | None = None
) -> NotifyClients | None:
    """Tell those attached how it stands."""
    return attached(
        defect,
        ClientEvent.DEFECT_UPDATE,
        now,
        replaceable=replaceable,
        replaces=(STATUS_TOPIC,),
        severity=defect.severity.value,
        stage=defect.stage.value,
        text=text,
        workaround=defect.workaround_fact,
        release=defect.release_fact,
    )


# --- staff ----------------------------------------------------------------------------------------


def staff(defect: Defect, event: StaffEvent, role: Role, now: datetime, **facts: Any) -> None:
    """Notify staff at once."""
    defect.notify_staff(event, role, now, **_staff_facts(defect, facts))


def remind(
    defect: Defect,
    event: StaffEvent,
    role: Role,
    now: datetime,
    *,
    critical: bool,
    escalates: bool = False,
    within: BusinessCalendar | None = None,
    **facts: Any,
) -> None:
    """Remind staff within support hours, or those given, unless it is critical (T10)."""
    rest = _staff_facts(defect, facts)
    defect.remind_staff(
        event, role, now, critical=critical, escalates=escalates, within=within, **rest
    )


def _staff_facts(defect: Defect, facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "defect": defect.number,
        "release": facts.get("release"),
        "facts": {
            "severity": defect.severity.value,
            "title": defect.title,
            "functional_area": defect.functional_area,
            "clients": defect.affected_clients,
            "cases": len(defect.cases),
            **facts,
        },
    }


def still_matters(defect: Defect, notice: NotifyStaff, _now: datetime) -> bool:
    """Whether a reminder that waited for support hours, or a repeat, is still worth sending."""
    if notice.kind is StaffEvent.DEFECT_RELEASE_OVERDUE:
        plan = {"id": notice.release, "deploy_at": notice.facts["deploy_at"]}
        return defect.active and defect.release_fact == plan
    if notice.kind is StaffEvent.RECLASSIFICATION_REMINDER:
        request = defect.reclassification
        return request is not None and iso(request.requested_at) == notice.facts["since"]
    if notice.kind is StaffEvent.RECLASSIFICATION_REQUESTED:
        request = defect.reclassification
        wanted = (notice.facts["client"], notice.facts["requested"])
        same = request is not None and (request.client, request.severity) == wanted
        return defect.active and same
    return defect.active and notice.facts["severity"] == defect.severity


# --- the status page ------------------------------------------------------------------------------


def status_page(
    defect: Defect,
    now: datetime,
    text: str | None,
    *,
    first: bool = False,
    resolved: bool = False,
    replaceable: str | None = None,
) -> None:
    """Post to the incident that is open, if any; without `text` that work begins or goes on."""
    if not defect.incident.is_open:
        return
    defect.emit(
        PostStatus(
            **defect.next_key("status"),
            at=now,
            incident=f"{defect.number}/{defect.severity}-{defect.incident.count}",
            name=defect.public_summary or posted_texts.AFFECTED,
            body=text or _without_news(defect, first=first),
            stage="resolved" if resolved else defect.stage,
            severity=defect.severity,
            replaceable=replaceable,
            replaces=(STATUS_TOPIC,),
        )
    )


def _without_news(defect: Defect, *, first: bool) -> str:
    if not first:
        return posted_texts.GOES_ON
    if defect.stage is Stage.INVESTIGATING:
        return posted_texts.INVESTIGATED
    return posted_texts.WORKED_ON
