"""Facts for every event, the letters written from them, and what a mail program sees of one."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html.parser import HTMLParser
from types import MappingProxyType
from typing import Any

from activities.adapters.policy_files import PolicyFiles
from activities.joint_ports import JointPart
from activities.ports import Letter, Preference
from activities.rendering import Renderer
from domain.contract.effects import NotifyClients, NotifyStaff, Person
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Contact, Stage

POLICY = PolicyFiles().load("eto", 2026)
AT = datetime(2026, 11, 20, 22, 5, tzinfo=UTC)
DEPLOY_AT, DEPLOYED = "2026-12-05T04:00:00Z", "Friday 4 December 2026, 22:00 CST (America/Chicago)"
BEFORE_AT, BEFORE = "2026-12-01T04:00:00Z", "Monday 30 November 2026, 22:00 CST (America/Chicago)"
RELEASE = {"id": "REL-2026.4", "deploy_at": DEPLOY_AT}
WORKAROUND = {"description": "Open the report from the site menu.", "effort": "laborious"}
IMPACT = {
    "severity": "S1",
    "title": "Report engine fails in SiteFilter",
    "functional_area": "Reports",
    "clients": 2,
    "cases": 3,
}
CALL = {"at": DEPLOY_AT, "minutes": 90}
MOVED_CALL = CALL | {"before": {"at": BEFORE_AT, "minutes": 30}}
NOTICE = {"release_kind": "major", "title": "The winter release", "deploy_at": DEPLOY_AT}
TARGET = {"budget": "2 business days", "spent": "2.00 business days", "due_at": DEPLOY_AT}

CLIENT_FACTS: list[tuple[ClientEvent, dict[str, Any]]] = [
    (ClientEvent.CASE_OPENED, {"subject": "A report stays empty", "critical": False}),
    (ClientEvent.CASE_OPENED, {"subject": "Critical: nobody can log in", "critical": True}),
    (
        ClientEvent.CASE_OPENED,
        {"subject": "A report", "critical": False, "attachments_not_kept": ["report.pdf"]},
    ),
    (
        ClientEvent.CASE_RESPONDED,
        {"message": "We look into it.", "attachments_not_kept": ["report.pdf", "log.txt"]},
    ),
    (
        ClientEvent.CASE_INFORMATION_REQUESTED,
        {
            "items": [
                "who_am_i",
                "steps",
                "feature",
                "form_or_report",
                "participant_case_numbers",
                "a picture of the message",
            ],
            "reminder": 0,
        },
    ),
    (
        ClientEvent.CASE_INFORMATION_REQUESTED,
        {"items": ["steps"], "message": "The browser's name helps too.", "reminder": 3},
    ),
    (ClientEvent.CASE_RESPONDED, {"message": "Could you try another browser?"}),
    (ClientEvent.CASE_ANSWERED, {"message": "It is under Reports, Manage."}),
    (ClientEvent.CASE_CLOSED, {}),
    (
        ClientEvent.CASE_CLOSED,
        {"unanswered": True, "items": ["steps", "a picture of the message"], "return_days": 14},
    ),
    (ClientEvent.CASE_REOPENED, {}),
    (ClientEvent.CALL_BOOKED, CALL | {"balance": 210}),
    (ClientEvent.CALL_BOOKED, MOVED_CALL | {"balance": 0}),
    (ClientEvent.CALL_REMINDER, CALL),
    (ClientEvent.CALL_CANCELLED, CALL),
    (ClientEvent.DEFECT_CONFIRMED, {"severity": "S3", "stage": "investigating"}),
    (
        ClientEvent.DEFECT_CONFIRMED,
        {
            "severity": "S1",
            "stage": "fixing",
            "public_summary": "Reports stay empty on all sites.",
            "workaround": WORKAROUND,
            "release": RELEASE,
            "progress": {"text": "We found the cause.", "at": "2026-11-19T15:12:00Z"},
        },
    ),
    *(
        (ClientEvent.DEFECT_UPDATE, {"severity": severity, "stage": stage.value})
        for severity in ("S1", "S2")
        for stage in Stage
    ),
    (
        ClientEvent.DEFECT_UPDATE,
        {
            "severity": "S1",
            "stage": "verifying",
            "text": "We are testing the fix with the data of two sites.",
            "workaround": WORKAROUND | {"effort": "easy"},
            "release": RELEASE,
        },
    ),
    (ClientEvent.DEFECT_WORKAROUND, WORKAROUND),
    (ClientEvent.DEFECT_WORKAROUND, WORKAROUND | {"effort": "easy"}),
    (ClientEvent.DEFECT_SEVERITY_CHANGED, {"before": "S2", "severity": "S1"}),
    (ClientEvent.DEFECT_SEVERITY_CHANGED, {"before": "S1", "severity": "S3"}),
    (ClientEvent.DEFECT_RELEASE_SCHEDULED, {"release": "REL-2026.4", "deploy_at": DEPLOY_AT}),
    (
        ClientEvent.DEFECT_RELEASE_RESCHEDULED,
        {
            "release": "REL-2026.4",
            "deploy_at": DEPLOY_AT,
            "before": {"release": "REL-2026.4", "deploy_at": BEFORE_AT},
        },
    ),
    (
        ClientEvent.DEFECT_RELEASE_RESCHEDULED,
        {
            "release": "REL-2026.4",
            "deploy_at": DEPLOY_AT,
            "before": {"release": "REL-2026.3", "deploy_at": BEFORE_AT},
        },
    ),
    (ClientEvent.DEFECT_RELEASE_WITHDRAWN, {"release": "REL-2026.4"}),
    (ClientEvent.DEFECT_RELEASE_REMINDER, {"release": "REL-2026.4", "deploy_at": DEPLOY_AT}),
    (ClientEvent.DEFECT_RESOLVED, {}),
    (ClientEvent.DEFECT_RESOLVED, {"text": "Reports work again.", "release": "REL-2026.4"}),
    (ClientEvent.DEFECT_REOPENED, {}),
    (ClientEvent.DEFECT_MERGED, {"before": "DEF-000044", "severity": "S3", "stage": "identified"}),
    (
        ClientEvent.DEFECT_MERGED,
        {
            "before": "DEF-000044",
            "severity": "S2",
            "stage": "fixing",
            "public_summary": "Reports stay empty on all sites.",
            "workaround": WORKAROUND,
            "release": RELEASE,
        },
    ),
    (ClientEvent.DEFECT_UNMERGED, {"before": "DEF-000044"}),
    *(
        (
            ClientEvent.RECLASSIFICATION_DECIDED,
            {"approved": approved, "reason": "Reports matter.", "severity": "S2", "before": "S3"},
        )
        for approved in (True, False)
    ),
    (
        ClientEvent.RECLASSIFICATION_DECIDED,
        {"approved": True, "reason": "We had seen it too.", "severity": "S2", "before": "S2"},
    ),
    *(
        (ClientEvent.RELEASE_NOTICE, NOTICE | {"release_kind": release_kind})
        for release_kind in ("major", "maintenance", "hotfix")
    ),
    (
        ClientEvent.RELEASE_NOTICE,
        NOTICE
        | {
            "window_minutes": 150,
            "functional_areas": ["Reports", "Sites"],
            "public_notes": "Reports open faster.",
        },
    ),
]

ABOUT_CASE = {"client": "c-7", "subject": "A report stays empty"}
REQUEST = IMPACT | {
    "severity": "S3",
    "client": "c-7",
    "requested": "S2",
    "justification": "All our sites print this report every day.",
}
ROWS = [
    {
        "place": 1,
        "number": "DEF-000045",
        "title": "Report engine fails in SiteFilter",
        "functional_area": "Reports",
        "clients": 4,
        "age_days": 12,
        "priority": "raised",
        "state": "on_hold",
        "release": None,
        "before": 3,
        "feedback": [
            {"client": "c-7", "severity": "S1", "comment": "Nobody can print."},
            {"client": "c-8", "severity": "S2", "comment": None},
        ],
    },
    {
        "place": 2,
        "number": "DEF-000051",
        "title": "A site list is not sorted",
        "functional_area": "Sites",
        "clients": 1,
        "age_days": 1,
        "priority": "normal",
        "state": "scheduled",
        "release": RELEASE,
        "before": None,
        "feedback": [],
    },
    {
        "place": 3,
        "number": "DEF-000012",
        "title": "The form forgets its filter",
        "functional_area": "Forms",
        "clients": 1,
        "age_days": 90,
        "priority": "normal",
        "state": "open",
        "before": 1,
    },
]
DIGEST = {"severity": "S3", "total": 12, "rows": ROWS, "gone": ["DEF-000009"], "since": BEFORE_AT}

STAFF_FACTS: list[tuple[StaffEvent, dict[str, Any]]] = [
    (
        StaffEvent.CASE_FIRST_RESPONSE_MISSED,
        {"channel": "email", "subject": "Critical", "client": "c-7", "due_at": DEPLOY_AT},
    ),
    (
        StaffEvent.CASE_CRITICAL_DECLINED,
        {"channel": "emergency_line", "subject": "A typo", "client": "c-7", "reason": "Cosmetic"},
    ),
    (
        StaffEvent.CASE_CLIENT_WROTE,
        {
            "client": "c-7",
            "subject": "Totals are wrong",
            "items": ["steps"],
            "wrote_at": BEFORE_AT,
            "note": "All of them, whatever I do.",
        },
    ),
    (StaffEvent.CALL_BOOKED, CALL | ABOUT_CASE),
    (StaffEvent.CALL_BOOKED, MOVED_CALL | ABOUT_CASE),
    (StaffEvent.CALL_REMINDER, CALL | ABOUT_CASE),
    (StaffEvent.CALL_CANCELLED, CALL | ABOUT_CASE),
    (StaffEvent.CALL_CANCELLED, CALL | ABOUT_CASE | {"reason": "It is answered."}),
    (StaffEvent.DEFECT_URGENT, IMPACT),
    (StaffEvent.DEFECT_URGENT, IMPACT | {"reason": "All sites are hit."}),
    (StaffEvent.DEFECT_ESCALATED, IMPACT | TARGET),
    (StaffEvent.DEFECT_TARGET_MISSED, IMPACT | TARGET),
    (StaffEvent.DEFECT_TARGET_WARNING, IMPACT | TARGET),
    (StaffEvent.DEFECT_WINDOW_OPENED, IMPACT | {"since": DEPLOY_AT}),
    (StaffEvent.DEFECT_UPDATE_NEEDED, IMPACT),
    (StaffEvent.DEFECT_UPDATE_NEEDED, IMPACT | {"owner": "kim", "last_text_at": BEFORE_AT}),
    (StaffEvent.DEFECT_RAISED, IMPACT),
    (StaffEvent.DEFECT_RELEASE_OVERDUE, IMPACT | {"release": "R1", "deploy_at": DEPLOY_AT}),
    (StaffEvent.RECLASSIFICATION_REQUESTED, REQUEST),
    (StaffEvent.RECLASSIFICATION_REMINDER, REQUEST | {"since": BEFORE_AT, "reminder": 2}),
    (StaffEvent.REVIEW_DIGEST, DIGEST),
    (StaffEvent.CANCEL_REFUSED, {}),
    (StaffEvent.DELIVERY_FAILING, {"lane": "clients", "event": "defect.update", "failed": 0}),
    (
        StaffEvent.DELIVERY_FAILING,
        {"lane": "clients", "event": "defect.update", "failed": 1, "problem": "key_used"},
    ),
    (
        StaffEvent.DELIVERY_BOUNCED,
        {
            "event": "defect.update",
            "address": "ada@river.example",
            "problem": "bounce-5.1.1",
            "cases": ["CASE-000001"],
        },
    ),
    (
        StaffEvent.DELIVERY_BY_TELEPHONE,
        {
            "event": "defect.update",
            "message": "DEF-000045/17/defect.update",
            "cases": ["CASE-000001", "CASE-000002"],
        },
    ),
    (
        StaffEvent.DELIVERY_FAILING,
        {
            "lane": "clients",
            "event": "defect.update",
            "failed": 2,
            "problem": "smtp-550",
            "since": BEFORE_AT,
        },
    ),
]

OPTIONAL: dict[ClientEvent | StaffEvent, set[str]] = {
    ClientEvent.CASE_OPENED: {"attachments_not_kept"},
    ClientEvent.CASE_INFORMATION_REQUESTED: {"message"},
    ClientEvent.CASE_RESPONDED: {"attachments_not_kept"},
    ClientEvent.CASE_CLOSED: {"unanswered", "items", "return_days"},
    ClientEvent.CALL_BOOKED: {"before"},
    ClientEvent.DEFECT_MERGED: {"public_summary", "workaround", "release"},
    ClientEvent.RELEASE_NOTICE: {"window_minutes", "functional_areas", "public_notes"},
    ClientEvent.DEFECT_CONFIRMED: {"public_summary", "workaround", "release", "progress"},
    ClientEvent.DEFECT_UPDATE: {"text", "workaround", "release"},
    ClientEvent.DEFECT_RESOLVED: {"text", "release"},
    StaffEvent.CALL_BOOKED: {"before"},
    StaffEvent.CASE_CLIENT_WROTE: {"note"},
    StaffEvent.CALL_CANCELLED: {"reason"},
    StaffEvent.DEFECT_URGENT: {"reason"},
    StaffEvent.REVIEW_DIGEST: {"rows", "gone", "since"},
    StaffEvent.DEFECT_UPDATE_NEEDED: {"owner", "last_text_at"},
    StaffEvent.DELIVERY_FAILING: {"problem", "since"},
    StaffEvent.DELIVERY_BOUNCED: {"problem", "cases"},
}
"""Facts a message can do without; every other one is required."""


@cache
def renderer() -> Renderer:
    """One renderer: reading the templates takes longer than filling them."""
    return Renderer(POLICY, "support@vendor.example")


def number_of(kind: ClientEvent | StaffEvent) -> str:
    """The number that an example of `kind` is about."""
    return {
        "case": "CASE-000123",
        "call": "CASE-000123",
        "release": "REL-2026.4",
        "review": "REVIEW-2026-47",
    }.get(kind.partition(".")[0], "DEF-000045")


def client_letter(
    kind: ClientEvent,
    facts: dict[str, Any] | None = None,
    *,
    name: str | None = "Ana Ruiz",
    email: str = "ana@client.example",
    time_zone: str | None = None,
    language: str | None = None,
    preference: Preference | None = None,
    writer: Renderer | None = None,
    cases: tuple[str, ...] = ("CASE-000123",),
    key: str = "1",
    part: JointPart | None = None,
    words: Mapping[str, str] = MappingProxyType({}),
    **effect: Any,
) -> Letter:
    """What a client is told of `kind`."""
    entity = effect.pop("entity", number_of(kind))
    tell = NotifyClients(
        key=f"{entity}/{key}/{kind}",
        entity=entity,
        sequence=1,
        at=AT,
        kind=kind,
        facts=facts or {},
        **effect,
    )
    contact = Contact(email=email, name=name, time_zone=time_zone, language=language)
    person = Person(contact=contact, cases=list(cases))
    return (writer or renderer()).client_letter(tell, person, AT, preference, part, words)


def staff_letter(
    kind: StaffEvent,
    facts: dict[str, Any],
    role: Role = Role.COO,
    writer: Renderer | None = None,
    **effect: Any,
) -> Letter:
    """What staff are told of `kind`."""
    entity = effect.pop("entity", number_of(kind))
    tell = NotifyStaff(
        key=f"{entity}/1/{kind}",
        entity=entity,
        sequence=1,
        at=AT,
        kind=kind,
        role=role,
        facts=facts,
        **effect,
    )
    return (writer or renderer()).staff_letter(tell, "x@vendor.example", AT)


class Page(HTMLParser):
    """What a mail program sees of an HTML part: its tags, and the text of its quotations."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.quotes: list[str] = []
        self.feed(html)
        self.close()

    @property
    def structure(self) -> list[str]:
        """The tags, but for line breaks."""
        return [tag for tag in self.tags if tag != "br"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag; a line break is text."""
        self.tags.append(tag)
        if tag == "blockquote":
            self.quotes.append("")
        elif tag == "br":
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note the end."""
        self.tags.append(f"/{tag}")

    def handle_data(self, data: str) -> None:
        """Note what stands in a quotation."""
        if self.tags.count("blockquote") > self.tags.count("/blockquote"):
            self.quotes[-1] += data


def quotes(letter: Letter) -> list[str]:
    """The quotations of the text part, without their marks."""
    lines = letter.text.splitlines()
    marked = "\n".join(line if line.startswith(">") else "\0" for line in lines)
    return [
        re.sub(r"^> ?", "", quote.strip("\n"), flags=re.MULTILINE)
        for quote in marked.split("\0")
        if quote.strip("\n")
    ]


def client_letters() -> list[Letter]:
    """One letter for every example."""
    return [client_letter(kind, facts) for kind, facts in CLIENT_FACTS]


def staff_letters() -> list[Letter]:
    """One letter for every example."""
    return [staff_letter(kind, facts) for kind, facts in STAFF_FACTS]
