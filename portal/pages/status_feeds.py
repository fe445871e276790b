"""The status page for programs: an Atom feed, and JSON in the shape that Statuspage gave it."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from activities.adapters.database.sessions import hashed
from domain.policy import Texts
from portal.pages.client_views import PublicBanner
from portal.pages.i18n import ENGLISH
from portal.pages.local_time import Times
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
    "none": "operational",
}
_DESCRIPTION: Mapping[str, str] = {
    "critical": "Critical incident",
    "major": "Major incident",
    "minor": "Minor incident",
    "none": "No open incidents",
}


def iso(at: datetime | None) -> str | None:
    """An instant as JSON and feeds have it."""
    return None if at is None else at.isoformat().replace("+00:00", "Z")


def atom(history: History, texts: Texts, portal: str, now: datetime) -> bytes:
    """The feed: an entry per incident, with its updates, newest first."""
    feed = Element("feed", xmlns=_ATOM)
    page = f"{portal}/status"
    _say(feed, "title", f"{texts.product} status")
    _say(feed, "id", page)
    SubElement(feed, "link", rel="alternate", type="text/html", href=page)
    SubElement(feed, "link", rel="self", type="application/atom+xml", href=f"{page}/feed.atom")
    _say(feed, "updated", iso(history.updated_at or now))
    _say(SubElement(feed, "author"), "name", texts.vendor)
    for incident in history.recent[:_ENTRIES]:
        entry = SubElement(feed, "entry")
        link = f"{page}/incidents/{incident.ident}"
        _say(entry, "title", f"{ENGLISH.of('stage', incident.stage)}: {incident.name}")
        _say(entry, "id", link)
        SubElement(entry, "link", rel="alternate", type="text/html", href=link)
        _say(entry, "published", iso(incident.started_at))
        _say(entry, "updated", iso(incident.updated_at))
        said = [
            f"{iso(update.at)} {ENGLISH.of('stage', update.stage)}\n{update.body}"
            for update in incident.updates
        ]
        _say(entry, "content", "\n\n".join(said)).set("type", "text")
    text: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return text


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
        "scheduled_maintenances": [_maintenance(banner, page, now) for banner in history.ahead],
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
    return _IMPACT.get(history.worst or "", "none")


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


def _maintenance(banner: PublicBanner, page: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """A release or maintenance period ahead, as Statuspage has scheduled maintenance."""
    ident = hashed(f"release/{banner.number}")[:12]
    status = "in_progress" if banner.is_now(now) else "scheduled"
    at = iso(banner.begins_at)
    body = banner.notes or banner.title
    return {
        "id": ident,
        "name": banner.title,
        "status": status,
        "created_at": page["updated_at"],
        "updated_at": page["updated_at"],
        "monitoring_at": None,
        "resolved_at": None,
        "impact": "maintenance",
        "shortlink": page["url"],
        "started_at": at,
        "page_id": page["id"],
        "incident_updates": [_update(f"{ident}/1", ident, status, body, page["updated_at"])],
        "components": [],
        "scheduled_for": at,
        "scheduled_until": iso(banner.ends_at or banner.begins_at),
    }
