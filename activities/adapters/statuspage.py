"""Posts incidents on a page of the Statuspage v1 REST API, each text once however often asked.

The API takes no idempotency key, so every incident carries ours in its `metadata`: which incident
of ours it is and which effect was posted last, written by the same request as the text. Before
anything is posted the incident is read; where its id is not known, the lists are searched.

What the API does is taken from https://developer.statuspage.io, read as the OpenAPI document in
github.com/sbecker59/statuspage-api-client-go, `api/v1/statuspage/api/openapi.yaml`; status 420,
429 and `Retry-After` also from
https://community.atlassian.com/t5/Statuspage-articles/Upcoming-rate-limiting-changes-to-Statuspage-REST-API/ba-p/1455362.
They leave open whether `PATCH` merges `metadata` or replaces it, and whether the pages of
`/incidents` count from 0 or from 1; this adapter is right either way.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import chain, count
from typing import Any, Protocol
from urllib.parse import quote

import httpx

from activities.ports import NotNow, Refused
from domain.contract.effects import PostStatus
from domain.contract.values import Severity, Stage

_OURS = "defect_orchestrator"
_PAGE_SIZE = 100  # the API's default and maximum: a shorter page is the last one
_TIMEOUT = httpx.Timeout(15, connect=5)
_MAY_PASS = {408, 420, 425, 429}

_STATUS: dict[str, str] = {
    Stage.INVESTIGATING: "investigating",
    Stage.IDENTIFIED: "identified",
    Stage.FIXING: "identified",
    Stage.VERIFYING: "monitoring",
    "resolved": "resolved",
}
_IMPACT = {Severity.S1: "critical", Severity.S2: "major", Severity.S3: "minor", Severity.S4: "none"}


class IncidentRefs(Protocol):
    """Remembers which incident of the page is which of ours.

    A cache: it may forget, or name an incident that is gone or another's. What it raises ends the
    post, which the next try completes without posting twice.
    """

    def find(self, incident_key: str) -> str | None:
        """The page's id for our incident, where known."""

    def remember(self, incident_key: str, external_id: str) -> None:
        """Keep the page's id, in place of an earlier one."""


class StatuspageApi:
    """A status page kept by Statuspage: the port `StatusPage` over its v1 API.

    `base_url` ends in `/v1`. A `client` that is given stays the caller's to close. Redirects are
    never followed: they could take the API key elsewhere.
    """

    def __init__(
        self,
        base_url: str,
        page_id: str,
        api_key: str,
        *,
        client: httpx.Client | None = None,
        refs: IncidentRefs,
    ) -> None:
        if not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("api_key must be one line of ASCII characters")
        self._incidents = f"{base_url.rstrip('/')}/pages/{quote(page_id, safe='')}/incidents"
        self._headers = {"Authorization": f"OAuth {api_key}"}
        self._client = client or httpx.Client()
        self._is_ours_to_close = client is None
        self._refs = refs

    def close(self) -> None:
        """Close the connections, unless the client was given."""
        if self._is_ours_to_close:
            self._client.close()

    def post(self, effect: PostStatus, at: datetime) -> None:  # noqa: ARG002 - the API dates it
        """Create, update or resolve the incident on the page; its subscribers are notified.

        An incident the page does not have (never created, creation refused, deleted by hand) is
        created by whatever comes next, except by its resolution: news of an incident nobody saw
        would alarm and help no one. An effect that a later one has overtaken is not posted.

        Raises:
            Refused: `statuspage-<status>`; the settings or the content must change first.
            NotNow: the page is out of reach, out of order or asks for patience.
        """
        incident = self._known(effect.incident) or self._searched(effect.incident)
        if incident is None:
            if effect.stage != "resolved":
                self._create(effect)
        elif not _says(incident, effect):
            self._update(incident, effect)

    def _known(self, key: str) -> dict[str, Any] | None:
        external_id = self._refs.find(key)
        if external_id is None:
            return None
        answer = self._call("GET", f"/{quote(external_id, safe='')}", absent_ok=True)
        if answer is None or _note(_incident(answer)).get("incident") != key:
            return None
        return _incident(answer)

    def _searched(self, key: str) -> dict[str, Any] | None:
        for incident in chain(self._listed("/unresolved", "per_page"), self._listed("", "limit")):
            if _note(incident).get("incident") == key:
                self._refs.remember(key, incident["id"])
                return incident
        return None

    def _listed(self, path: str, size: str) -> Iterator[dict[str, Any]]:
        """Every incident of a list, once.

        The first page is asked for without a number, then 1, 2 and so on: none is missed whether
        they count from 0 or from 1. A list that brings nothing new has ended, even if `page` is
        ignored and the same full page comes for ever.
        """
        seen: set[str] = set()
        for number in count():
            page = {"page": number} if number else {}
            rows = self._call("GET", path, params={size: _PAGE_SIZE} | page)
            if not isinstance(rows, list):
                raise NotNow("Statuspage answered with something that is not a list of incidents")
            fresh = [row for row in map(_incident, rows) if row["id"] not in seen]
            yield from fresh
            seen.update(row["id"] for row in fresh)
            if len(rows) < _PAGE_SIZE or (number > 1 and not fresh):
                return

    def _create(self, effect: PostStatus) -> None:
        incident = _incident(self._call("POST", "", json=_content(effect, {})))
        self._refs.remember(effect.incident, incident["id"])

    def _update(self, incident: dict[str, Any], effect: PostStatus) -> None:
        path = f"/{quote(incident['id'], safe='')}"
        content = _content(effect, _metadata(incident))
        answer = self._call("PATCH", path, json=content, absent_ok=True)
        if answer is None:
            # Deleted since we read it a moment ago: the next try finds it gone and starts afresh.
            raise NotNow("Statuspage lost the incident while it was being updated")
        _incident(answer)

    def _call(self, method: str, path: str, *, absent_ok: bool = False, **content: Any) -> Any:
        """The JSON answer, or None for a 404 where `absent_ok`.

        What is raised names method and status only, and shows no cause: errors of httpx can quote
        the key, and answers of the API the text.
        """
        try:
            response = self._client.request(
                method,
                self._incidents + path,
                headers=self._headers,
                timeout=_TIMEOUT,
                follow_redirects=False,
                **content,
            )
        except httpx.HTTPError as error:
            raise NotNow(f"Statuspage gave {method} no answer: {type(error).__name__}") from None
        status = response.status_code
        if absent_ok and status == httpx.codes.NOT_FOUND:
            return None
        if status in _MAY_PASS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            raise NotNow(f"Statuspage answered {method} with {status}", _retry_after(response))
        if not response.is_success:
            raise Refused(f"statuspage-{status}", f"Statuspage answered {method} with {status}")
        try:
            return response.json()
        except ValueError:
            raise NotNow(f"Statuspage answered {method} with malformed JSON") from None


def _content(effect: PostStatus, metadata: dict[str, Any]) -> dict[str, Any]:
    """What is sent; `metadata` is what other tools keep with the incident, and stays."""
    incident = {
        "name": effect.name,
        "status": _STATUS[effect.stage],
        "body": effect.body,
        "impact_override": _IMPACT[effect.severity],
        "deliver_notifications": True,
        "metadata": metadata | {_OURS: {"incident": effect.incident, "last": effect.key}},
    }
    return {"incident": incident}


def _incident(answer: Any) -> dict[str, Any]:
    if not isinstance(answer, dict) or not isinstance(answer.get("id"), str):
        raise NotNow("Statuspage answered with something that is not an incident")
    return answer


def _metadata(incident: dict[str, Any]) -> dict[str, Any]:
    metadata = incident.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def _note(incident: dict[str, Any]) -> dict[str, Any]:
    """What we left in the metadata; empty for an incident that is not ours."""
    note = _metadata(incident).get(_OURS)
    return note if isinstance(note, dict) else {}


def _says(incident: dict[str, Any], effect: PostStatus) -> bool:
    """Whether this effect, or a later one of the same entity, was posted already.

    Keys are `<number>/<sequence>/<event>` and sequences only grow, so a try that was believed
    dead cannot put old news over new.
    """
    last = str(_note(incident).get("last", ""))
    sequence = last.partition("/")[2].partition("/")[0]
    return last == effect.key or (sequence.isdecimal() and int(sequence) > effect.sequence)


def _retry_after(response: httpx.Response) -> timedelta | None:
    """The advice of `Retry-After`; a date counts from the answer's own `Date`, not our clock."""
    advice = response.headers.get("Retry-After", "").strip()
    try:
        if advice.isdecimal():
            return timedelta(seconds=int(advice))
        sent_at = parsedate_to_datetime(response.headers.get("Date", ""))
        wait = parsedate_to_datetime(advice) - sent_at
    except (ValueError, TypeError, OverflowError):
        return None
    return max(wait, timedelta())
