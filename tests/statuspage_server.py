"""A status page of its own: the incident part of the Statuspage v1 REST API on loopback HTTP.

Paths, parameters, limits and answers follow the OpenAPI document of https://developer.statuspage.io
(as in github.com/sbecker59/statuspage-api-client-go, `api/v1/statuspage/api/openapi.yaml`). Where
that leaves a choice the harsher reading is taken: `PATCH` replaces `metadata` as a whole, and
`first_page` says whether the pages of `/incidents` count from 0 or 1. The wording of errors,
`{"error": [...]}` for 422, is what clients in the field report of the real one.
"""

import json
import socket
import sys
import threading
from collections.abc import Iterable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal, cast
from urllib.parse import parse_qs, urlsplit

Incident = dict[str, Any]
Answer = tuple[int, Any]
Reply = tuple[int, Mapping[str, str], bytes]

STATUSES = {
    "investigating",
    "identified",
    "monitoring",
    "resolved",
    "scheduled",
    "in_progress",
    "verifying",
    "completed",
}
IMPACTS = {"none", "maintenance", "minor", "major", "critical"}
OVER = {"resolved", "completed"}
WRITABLE = ("name", "status", "impact_override", "metadata")


@dataclass(frozen=True)
class Request:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


@dataclass
class _Fault:
    kind: int | str
    method: str | None
    headers: Mapping[str, str]
    left: int


@dataclass
class _Page:
    """The incidents of one status page and the rules for changing them."""

    page_id: str
    first_page: int
    incidents: list[Incident] = field(default_factory=list)
    issued: int = 0

    def listed(self, query: Mapping[str, str]) -> Answer:
        return self._slice(self.incidents, query, "limit", self.first_page)

    def unresolved(self, query: Mapping[str, str]) -> Answer:
        unresolved = [incident for incident in self.incidents if incident["status"] not in OVER]
        return self._slice(unresolved, query, "per_page", 1)

    def get(self, incident_id: str) -> Answer:
        for incident in self.incidents:
            if incident["id"] == incident_id:
                return 200, incident
        return _not_found()

    def create(self, fields: Mapping[str, Any]) -> Answer:
        if problems := _problems({"name": None, "status": "investigating", **fields}):
            return 422, {"error": problems}
        now = _now()
        incident: Incident = {
            "id": self._next_id(),
            "page_id": self.page_id,
            "name": "",
            "status": "investigating",
            "impact": "none",
            "impact_override": None,
            "metadata": {},
            "incident_updates": [],
            "components": [],
            "created_at": now,
            "monitoring_at": None,
            "resolved_at": None,
        }
        self._write(incident, fields, now)
        self.incidents.append(incident)
        return 201, incident

    def update(self, incident_id: str, fields: Mapping[str, Any]) -> Answer:
        status, incident = self.get(incident_id)
        if status != 200:
            return status, incident
        if problems := _problems(fields):
            return 422, {"error": problems}
        self._write(incident, fields, _now())
        return 200, incident

    def delete(self, incident_id: str) -> Answer:
        status, incident = self.get(incident_id)
        if status == 200:
            self.incidents.remove(incident)
        return status, incident

    def _write(self, incident: Incident, fields: Mapping[str, Any], now: str) -> None:
        incident.update({name: fields[name] for name in WRITABLE if name in fields})
        incident["impact"] = incident["impact_override"] or "none"
        incident["updated_at"] = now
        for status in ("monitoring", "resolved"):
            if incident["status"] == status:
                incident[f"{status}_at"] = now
        if fields.get("body"):
            update = {
                "id": self._next_id(),
                "incident_id": incident["id"],
                "status": incident["status"],
                "body": fields["body"],
                "deliver_notifications": fields.get("deliver_notifications", True),
                "affected_components": [],
                "created_at": now,
                "updated_at": now,
                "display_at": now,
            }
            incident["incident_updates"].insert(0, update)

    def _next_id(self) -> str:
        self.issued += 1
        return f"{self.issued:012x}"

    @staticmethod
    def _slice(
        incidents: Iterable[Incident], query: Mapping[str, str], size_name: str, first_page: int
    ) -> Answer:
        try:
            size = min(int(query.get(size_name, 100)), 100)
            page = int(query.get("page", first_page)) - first_page
        except ValueError:
            page = size = -1
        if page < 0 or size < 1:
            return 400, {"error": "Bad request"}
        newest_first = list(incidents)[::-1]
        return 200, newest_first[page * size : (page + 1) * size]


class StatuspageServer:
    """A status page at `url` (its base, with `/v1`) while the context lasts.

    `page_id` and `api_key` are the ones it accepts. Nothing here sleeps or waits for time to pass.
    """

    def __init__(
        self, page_id: str = "kctbh9vrtdwd", api_key: str = "key-0001", *, first_page: int = 1
    ) -> None:
        self.page_id = page_id
        self.api_key = api_key
        self.requests: list[Request] = []
        self._page = _Page(page_id, first_page)
        self._faults: list[_Fault] = []
        self._lock = threading.RLock()
        self._stalled = threading.Event()
        self._released = threading.Event()
        self._http = _Http(self)
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        )

    @property
    def url(self) -> str:
        """The base of the API: `http://127.0.0.1:<port>/v1`."""
        return f"http://127.0.0.1:{self._http.server_address[1]}/v1"

    @property
    def incidents(self) -> list[Incident]:
        """Copies of all incidents, oldest first; their updates are newest first, as in the API."""
        with self._lock:
            return deepcopy(self._page.incidents)

    def __enter__(self) -> "StatuspageServer":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._released.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def fail_next(
        self,
        fault: int | Literal["drop", "stall", "garble"] = 500,
        *,
        times: int = 1,
        method: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Let the next `times` requests (of one `method`, if given) go wrong; faults queue up.

        A number is answered as the status, with `headers`, and nothing is done. The others are
        done in full, and then: `drop` closes the connection without an answer, `stall` sends none
        until the server is closed, `garble` answers 200 with half a document.
        """
        with self._lock:
            self._faults.append(_Fault(fault, method, headers or {}, times))

    def recover(self) -> None:
        """Forget the faults still queued."""
        with self._lock:
            self._faults.clear()

    def wait_for_stall(self) -> None:
        """Return when a request that was to stall has been carried out and is kept waiting."""
        if not self._stalled.wait(timeout=60):
            raise TimeoutError("no request has stalled")

    def add(self, count: int = 1, **fields: Any) -> list[Incident]:
        """Put incidents on the page by hand, as somebody else's tool or a person would."""
        with self._lock:
            made = [self._page.create({"name": "Someone else's", **fields}) for _ in range(count)]
            return [deepcopy(incident) for _, incident in made]

    def edit(self, incident_id: str, **fields: Any) -> None:
        """Change an incident by hand."""
        with self._lock:
            self._page.update(incident_id, fields)

    def delete(self, incident_id: str) -> None:
        """Delete an incident by hand."""
        with self._lock:
            self._page.delete(incident_id)

    def serve(self, request: Request) -> Reply | None:
        """The reply to one request; None where the connection is to be dropped."""
        with self._lock:
            self.requests.append(request)
            fault = self._take_fault(request.method)
            if fault is not None and isinstance(fault.kind, int):
                error = {"error": f"As ordered: {fault.kind}"}
                return fault.kind, fault.headers, json.dumps(error).encode()
            status, content = self._act(request)
            document = json.dumps(content).encode()
        match fault.kind if fault is not None else None:
            case "drop":
                return None
            case "stall":
                self._stalled.set()
                self._released.wait()
                return None
            case "garble":
                return 200, {}, document[: len(document) // 2]
        return status, {}, document

    def _take_fault(self, method: str) -> _Fault | None:
        for fault in self._faults:
            if fault.left and fault.method in (None, method):
                fault.left -= 1
                return fault
        return None

    def _act(self, request: Request) -> Answer:
        if request.headers.get("authorization") != f"OAuth {self.api_key}":
            return 401, {"error": "Could not authenticate"}
        root = f"/v1/pages/{self.page_id}/incidents"
        if request.path != root and not request.path.startswith(f"{root}/"):
            return _not_found()
        name = request.path.removeprefix(root).removeprefix("/")
        fields = request.body.get("incident") if isinstance(request.body, dict) else None
        if request.method in ("POST", "PATCH") and not isinstance(fields, dict):
            return 400, {"error": "incident is missing"}
        match request.method, name:
            case "GET", "":
                return self._page.listed(request.query)
            case "GET", "unresolved":
                return self._page.unresolved(request.query)
            case "POST", "":
                return self._page.create(cast("dict[str, Any]", fields))
            case "GET", _:
                return self._page.get(name)
            case "PATCH", _:
                return self._page.update(name, cast("dict[str, Any]", fields))
            case "DELETE", _:
                return self._page.delete(name)
        return _not_found()


class _Http(ThreadingHTTPServer):
    """Ends every conversation when closed, so that none outlives its page."""

    daemon_threads = False

    def __init__(self, statuspage: StatuspageServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.statuspage = statuspage
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that gave up is no error
            super().handle_error(request, client_address)

    def server_close(self) -> None:
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def _handle(self) -> None:
        url = urlsplit(self.path)
        sent = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(sent) if sent else None
        except ValueError:
            body = None
        request = Request(
            method=self.command,
            path=url.path,
            query={name: values[-1] for name, values in parse_qs(url.query).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=body,
        )
        reply = cast("_Http", self.server).statuspage.serve(request)
        if reply is not None:
            self._answer(*reply)
            return
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_POST = do_PATCH = do_DELETE = _handle  # noqa: N815 - http.server's names

    def _answer(self, status: int, headers: Mapping[str, str], document: bytes) -> None:
        defaults = {
            "Date": format_datetime(datetime.now(UTC), usegmt=True),
            "Content-Type": "application/json; charset=utf-8",
            "Content-Length": str(len(document)),
        }
        self.send_response_only(status)
        for name, value in {**defaults, **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(document)
            self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        """Say nothing: a test reads `StatuspageServer.requests`."""


def _problems(fields: Mapping[str, Any]) -> list[str]:
    """What the API would refuse, worded as Rails does."""
    problems = []
    if "name" in fields:
        if not fields["name"]:
            problems.append("Name can't be blank")
        elif len(fields["name"]) > 255:
            problems.append("Name is too long (maximum is 255 characters)")
    if "status" in fields and fields["status"] not in STATUSES:
        problems.append(f"Status must be one of {'|'.join(sorted(STATUSES))}")
    if fields.get("impact_override") not in {None, *IMPACTS}:
        problems.append(f"Impact override must be one of {'|'.join(sorted(IMPACTS))}")
    if len(fields.get("body") or "") > 25_000:
        problems.append("Body is too long (maximum is 25000 characters)")
    metadata = fields.get("metadata", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, dict) for v in metadata.values()):
        problems.append("Metadata top-level values must be objects")
    return problems


def _not_found() -> Answer:
    return 404, {"error": "The requested resource could not be found."}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
