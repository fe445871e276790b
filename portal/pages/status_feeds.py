"""The status page for programs: an Atom feed, and JSON in the shape that Statuspage gave it."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from activities.adapters.database.sessions import hashed
from domain.policy import Texts
from portal.pages.i18n import ENGLISH
from portal.pages.local_time import Times
from portal.pages.maintenance import Maintenance, MaintenanceUpdate, Standing
from portal.pages.status_history import History, PublicIncident

Shape = Callable[[History, Texts, Times, str, datetime], dict[str, Any]]

_ATOM = "http://www.w3.org/2005/Atom"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENTRIES = 50

_STATUS: Mapping[str, str] = {
    "investigating": "investigating",
    "identified": "identified",
    "fixing": "identified",
    "verifying": "monitoring",
    "resolved": "resolved",
}
_IMPACT: Mapping[str, str] = {"S1": "critical", "S2": "major", "S3": "minor", "S4": "none"}
_COMPONENT: Mapping[str, str] = {
    "critical": "major_outage",
    "major": "partial_outage",
    "minor": "degraded_performance",
    "maintenance": "under_maintenance",
    "none": "operational",
}
_MAINTENANCE: Mapping[Standing, str] = {
    "scheduled": "scheduled",
    "late": "scheduled",
    "in_progress": "in_progress",
    "overrun": "in_progress",
    "completed": "completed",
    "cancelled": "completed",
}
"""Statuspage knows no cancelled one: it is completed, and its last update says so."""
_DESCRIPTION: Mapping[str, str] = {
    "critical": "Critical incident",
    "major": "Major incident",
    "minor": "Minor incident",
    "maintenance": "Service under maintenance",
    "none": "No open incidents",
}


def iso(at: datetime | None) -> str | None:
    """An instant as JSON and feeds have it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def atom(history: History, texts: Texts, times: Times, portal: str, now: datetime) -> bytes:
    """The feed: an entry per incident, release and maintenance period, with its updates."""
    feed = Element("feed", xmlns=_ATOM)
    page = f"{portal}/status"
    _say(feed, "title", f"{texts.product} status")
    _say(feed, "id", page)
    SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{page}/feed.atom")
    _say(feed, "updated", iso(history.updated_at or now))
    _say(SubElement(feed, "author"), "name", texts.vendor)
    entries = [_of_incident(incident, page) for incident in history.recent]
    entries += [_of_maintenance(each, page, times) for each in history.maintenances]
    for entry in sorted(entries, key=lambda entry: entry.updated, reverse=True)[:_ENTRIES]:
        _add(feed, entry)
    text: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


@dataclass(frozen=True, slots=True)
class _Entry:
    """One entry of the feed: what it is of, and all that was said, newest first."""

    title: str
    link: str
    published: datetime
    updated: datetime
    said: Sequence[str]


def _of_incident(incident: PublicIncident, page: str) -> _Entry:
    return _Entry(
        title=f"{ENGLISH.of('stage', incident.stage)}: {incident.name}",
        link=f"{page}/incidents/{incident.ident}",
        published=incident.started_at,
        updated=incident.updated_at,
        said=[
            f"{iso(update.at)} {ENGLISH.of('stage', update.stage)}\n{update.body}"
            for update in incident.updates
        ],
    )


def _of_maintenance(maintenance: Maintenance, page: str, times: Times) -> _Entry:
    words = times.words
    span = times.full(maintenance.begins_at)
    if maintenance.ends_at is not None:
        span = words.plain("banner.span", begins=span, ends=times.moment(maintenance.ends_at))
    return _Entry(
        title=f"{words.of('maintenance', maintenance.standing)}: {maintenance.title}",
        link=f"{page}#maintenance-{maintenance.ident}",
        published=maintenance.planned_at,
        updated=maintenance.updated_at,
        said=[
            span,
            *(
                f"{iso(update.at)} {words.of('maintenance', update.standing)}\n"
                f"{maintenance_text(maintenance, update, times)}"
                for update in maintenance.updates
            ),
        ],
    )


def _add(feed: Element, said: _Entry) -> None:
    entry = SubElement(feed, "entry")
    _say(entry, "title", said.title)
    _say(entry, "id", said.link)
    SubElement(entry, "link", rel="alternate", type="text/html", href=said.link)
    _say(entry, "published", iso(said.published))
    _say(entry, "updated", iso(said.updated))
    _say(entry, "content", "\n\n".join(said.said)).set("type", "text")


def _say(parent: Element, name: str, text: str | None) -> Element:
    child = SubElement(parent, name)
    child.text = _NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text or "")
    return child


def summary_json(
    history: History, texts: Texts, times: Times, portal: str, now: datetime
) -> dict[str, Any]:
    """Statuspage's `summary.json`: page, components, open incidents, what is ahead, one word."""
    page = _page(history, texts, times, portal, now)
    return {
        "page": page,
        "components": [_component(history, texts, page)],
        "incidents": [_incident(incident, page) for incident in history.open],
        "scheduled_maintenances": _maintenances(history, page, times, "scheduled", "in_progress"),
        "status": _status(history),
    }


def status_json(
    history: History, texts: Texts, times: Times, portal: str, now: datetime
) -> dict[str, Any]:
    """Statuspage's `status.json`."""
    return {"page": _page(history, texts, times, portal, now), "status": _status(history)}


def incidents_json(
    history: History, texts: Texts, times: Times, portal: str, now: datetime
) -> dict[str, Any]:
    """Statuspage's `incidents.json`."""
    page = _page(history, texts, times, portal, now)
    return {"page": page, "incidents": [_incident(incident, page) for incident in history.recent]}


def maintenances_json(*statuses: str) -> Shape:
    """The shape of Statuspage's `scheduled-maintenances.json`: those of these statuses, or all."""

    def shape(
        history: History, texts: Texts, times: Times, portal: str, now: datetime
    ) -> dict[str, Any]:
        page = _page(history, texts, times, portal, now)
        return {
            "page": page,
            "scheduled_maintenances": _maintenances(history, page, times, *statuses),
        }

    return shape


def _maintenances(
    history: History, page: Mapping[str, Any], times: Times, *statuses: str
) -> list[dict[str, Any]]:
    """What is to come by when it begins; with what is over, the newest first."""
    said = [_maintenance(each, page, times) for each in history.maintenances]
    if not statuses:
        return said[::-1][:_ENTRIES]
    return [each for each in said if each["status"] in statuses]


def _page(
    history: History, texts: Texts, times: Times, portal: str, now: datetime
) -> dict[str, Any]:
    return {
        "id": hashed(portal)[:12],
        "name": texts.product,
        "url": f"{portal}/status",
        "time_zone": times.zone.key,
        "updated_at": iso(history.updated_at or now),
    }


def _indicator(history: History) -> str:
    indicator = _IMPACT.get(history.worst or "", "none")
    under_way = any(each.standing in ("in_progress", "overrun") for each in history.ahead)
    return "maintenance" if indicator == "none" and under_way else indicator


def _status(history: History) -> dict[str, str]:
    indicator = _indicator(history)
    return {"indicator": indicator, "description": _DESCRIPTION[indicator]}


def _component(history: History, texts: Texts, page: Mapping[str, Any]) -> dict[str, Any]:
    first = min((i.started_at for i in history.recent), default=None)
    return {
        "id": hashed(f"component/{page['id']}")[:12],
        "name": texts.product,
        "status": _COMPONENT[_indicator(history)],
        "created_at": iso(first) or page["updated_at"],
        "updated_at": page["updated_at"],
        "position": 1,
        "description": None,
        "showcase": True,
        "start_date": None,
        "group_id": None,
        "page_id": page["id"],
        "group": False,
        "only_show_if_degraded": False,
    }


def _incident(incident: PublicIncident, page: Mapping[str, Any]) -> dict[str, Any]:
    monitoring = [u.at for u in incident.updates if _STATUS.get(u.stage) == "monitoring"]
    return {
        "id": incident.ident,
        "name": incident.name,
        "status": _STATUS.get(incident.stage, incident.stage),
        "created_at": iso(incident.started_at),
        "updated_at": iso(incident.updated_at),
        "monitoring_at": iso(min(monitoring, default=None)),
        "resolved_at": iso(incident.resolved_at),
        "impact": _IMPACT.get(incident.severity, "none"),
        "shortlink": f"{page['url']}/incidents/{incident.ident}",
        "started_at": iso(incident.started_at),
        "page_id": page["id"],
        "incident_updates": [
            _update(
                f"{incident.ident}/{len(incident.updates) - place}",
                incident.ident,
                _STATUS.get(update.stage, update.stage),
                update.body,
                iso(update.at),
            )
            for place, update in enumerate(incident.updates)
        ],
        "components": [],
    }


def _update(ident: str, incident: str, status: str, body: str, at: str | None) -> dict[str, Any]:
    return {
        "id": hashed(ident)[:12],
        "status": status,
        "body": body,
        "incident_id": incident,
        "created_at": at,
        "updated_at": at,
        "display_at": at,
        "affected_components": [],
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def _maintenance(maintenance: Maintenance, page: Mapping[str, Any], times: Times) -> dict[str, Any]:
    """A release or maintenance period, as Statuspage has scheduled maintenance."""
    ident, at = maintenance.ident, iso(maintenance.begins_at)
    updates = maintenance.updates
    return {
        "id": ident,
        "name": maintenance.title,
        "status": _MAINTENANCE[maintenance.standing],
        "created_at": iso(maintenance.planned_at),
        "updated_at": iso(maintenance.updated_at),
        "monitoring_at": None,
        "resolved_at": iso(maintenance.over_at),
        "impact": "maintenance",
        "shortlink": f"{page['url']}#maintenance-{ident}",
        "started_at": at,
        "page_id": page["id"],
        "incident_updates": [
            _update(
                f"{ident}/{len(updates) - place}",
                ident,
                _MAINTENANCE[update.standing],
                maintenance_text(maintenance, update, times),
                iso(update.at),
            )
            for place, update in enumerate(updates)
        ],
        "components": [],
        "scheduled_for": at,
        "scheduled_until": iso(maintenance.ends_at or maintenance.begins_at),
    }


def maintenance_text(maintenance: Maintenance, update: MaintenanceUpdate, times: Times) -> str:
    """What an update says, in the language of `times`."""
    words = times.words
    if update.before is not None:
        begins = times.full(update.begins_at or maintenance.begins_at)
        return words.plain("maintenance.moved", before=times.full(update.before), begins=begins)
    if update.standing == "scheduled":
        return maintenance.notes or maintenance.title
    return words.plain(f"maintenance.{update.standing}_means")
