"""Letters: the words of every event, the values in them, headers and the recipient's clock."""

import re
from datetime import UTC, date, datetime
from functools import cache
from html.parser import HTMLParser
from textwrap import dedent
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from jinja2 import UndefinedError

from activities.adapters.policy_files import PolicyFiles
from activities.languages import ENGLISH, TEMPLATES, known_languages
from activities.paragraphs import COLUMNS
from activities.ports import Letter, Preference
from activities.rendering import SUBJECT_LENGTH, Renderer
from domain.contract.effects import NotifyClients, NotifyStaff, Person
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.values import Contact, Severity, Stage
from domain.policy import SeverityRules
from domain.promise_guard import promises

POLICY = PolicyFiles().load("eto", 2026)
AT = datetime(2026, 11, 20, 22, 5, tzinfo=UTC)
SENT = "Friday 20 November 2026, 16:05 CST (America/Chicago)"
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
    (StaffEvent.DELIVERY_FAILING, {"lane": "clients", "event": "defect.update", "failed": 0}),
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
    (
        StaffEvent.DELIVERY_FAILING,
        {"lane": "clients", "event": "defect.update", "failed": 1, "problem": "key_used"},
    ),
]

OPTIONAL: dict[ClientEvent | StaffEvent, set[str]] = {
    ClientEvent.CASE_INFORMATION_REQUESTED: {"message"},
    ClientEvent.CASE_CLOSED: {"unanswered", "items", "return_days"},
    ClientEvent.CALL_BOOKED: {"before"},
    ClientEvent.DEFECT_MERGED: {"public_summary", "workaround", "release"},
    ClientEvent.RELEASE_NOTICE: {"window_minutes", "functional_areas", "public_notes"},
    ClientEvent.DEFECT_CONFIRMED: {"public_summary", "workaround", "release", "progress"},
    ClientEvent.DEFECT_UPDATE: {"text", "workaround", "release"},
    ClientEvent.DEFECT_RESOLVED: {"text", "release"},
    StaffEvent.CALL_BOOKED: {"before"},
    StaffEvent.CALL_CANCELLED: {"reason"},
    StaffEvent.DEFECT_URGENT: {"reason"},
    StaffEvent.REVIEW_DIGEST: {"rows", "gone", "since"},
    StaffEvent.DEFECT_UPDATE_NEEDED: {"owner", "last_text_at"},
    StaffEvent.DELIVERY_FAILING: {"problem", "since"},
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
    return (writer or renderer()).client_letter(tell, person, AT, preference)


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


# --- every event has its words -------------------------------------------------------------------


def test_templates_and_events() -> None:
    """Every event has a template, and every template belongs to an event."""
    found = {
        side: {path.name.removesuffix(".j2") for path in (TEMPLATES / ENGLISH / side).iterdir()}
        for side in ("client", "staff")
    }

    assert {
        "client": {event.value for event in ClientEvent},
        "staff": {event.value for event in StaffEvent},
    } == found


def test_examples() -> None:
    """The examples of this file leave no event out."""
    assert set(ClientEvent) == {kind for kind, _ in CLIENT_FACTS}
    assert set(StaffEvent) == {kind for kind, _ in STAFF_FACTS}


@pytest.mark.parametrize("language", known_languages())
def test_parts(language: str) -> None:
    """No part is there that no template includes, and none is missing."""
    sources = "".join(path.read_text("utf-8") for path in (TEMPLATES / language).rglob("*.j2"))
    sides = ("client", "staff") if language == ENGLISH else ("client",)

    assert {path.stem for path in (TEMPLATES / language / "parts").iterdir()} == {
        *re.findall(r'include "parts/(\w+)\.j2"', sources),
        *(f"{side}_{part}" for side in sides for part in ("opening", "reference")),
        "sent",
        "unsubscribe",
    }


def letter_of(kind: ClientEvent | StaffEvent, facts: dict[str, Any]) -> Letter:
    """What is said of `kind` to whomever it is for."""
    if isinstance(kind, ClientEvent):
        return client_letter(kind, facts)
    return staff_letter(kind, facts)


def each_fact(*, optional: bool) -> list[tuple[ClientEvent | StaffEvent, dict[str, Any], str]]:
    """Every example with every fact of it that is, or is not, optional."""
    examples: list[tuple[ClientEvent | StaffEvent, dict[str, Any]]] = [*CLIENT_FACTS, *STAFF_FACTS]
    return [
        (kind, facts, name)
        for kind, facts in examples
        for name in facts
        if (name in OPTIONAL.get(kind, set())) == optional
    ]


@pytest.mark.parametrize(("kind", "facts", "name"), each_fact(optional=True))
def test_optional_fact(kind: ClientEvent | StaffEvent, facts: dict[str, Any], name: str) -> None:
    """A letter without an optional fact is another one, but whole; null and blank are none."""
    rest = {other: value for other, value in facts.items() if other != name}

    letter = letter_of(kind, rest)

    assert letter.text != letter_of(kind, facts).text
    assert "\n\n\n" not in letter.text
    nothing: tuple[object, ...] = (None, " \n", {}, [])
    for empty in nothing:
        assert letter_of(kind, rest | {name: empty}) == letter


@pytest.mark.parametrize(("kind", "facts", "name"), each_fact(optional=False))
def test_required_fact(kind: ClientEvent | StaffEvent, facts: dict[str, Any], name: str) -> None:
    """A letter that needs a fact is not written without it."""
    rest = {other: value for other, value in facts.items() if other != name}

    for missing in (rest, rest | {name: None}, rest | {name: " "}, rest | {name: []}):
        with pytest.raises(UndefinedError):
            letter_of(kind, missing)


@pytest.mark.parametrize("wrong", [["a list"], {"an": "object"}])
def test_wrong_shape(wrong: object) -> None:
    """Where words need a text, a list or an object is not sent."""
    with pytest.raises(UndefinedError):
        staff_letter(StaffEvent.DEFECT_RAISED, IMPACT | {"functional_area": wrong})


@pytest.mark.parametrize("part", ["description", "effort"])
def test_half_a_workaround(part: str) -> None:
    """A workaround without its description or its effort is not sent."""
    half = {name: value for name, value in WORKAROUND.items() if name != part}

    with pytest.raises(UndefinedError):
        client_letter(
            ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "fixing", "workaround": half}
        )


# --- what may be said to clients -----------------------------------------------------------------


TELL_A_DATE = {
    *("defect.confirmed", "defect.update"),
    *("defect.merged", "release.notice", "call.booked", "call.reminder", "call.cancelled"),
    *("defect.release_scheduled", "defect.release_rescheduled", "defect.release_reminder"),
}


@pytest.mark.parametrize("letter", client_letters(), ids=lambda letter: letter.subject)
def test_no_promise(letter: Letter) -> None:
    """No words for clients promise a time, but for the date of a release or a call (D7)."""
    lines = [line for line in letter.text.splitlines() if not line.strip().startswith("Sent ")]
    words = " ".join(" ".join(lines).split())
    if letter.headers["X-Event"] in TELL_A_DATE:
        words = words.replace(DEPLOYED, "that date").replace(BEFORE, "that date")

    assert promises(f"{letter.subject}. {words}", date(2026, 11, 20)) == []


@pytest.mark.parametrize(("kind", "facts"), CLIENT_FACTS)
def test_internal_facts(kind: ClientEvent, facts: dict[str, Any]) -> None:
    """A fact that is not for clients changes nothing in their letters (D8)."""
    internal = {
        name: f"INTERNAL-{name}"
        for name in (
            *("title", "functional_area", "internal_description", "internal_note", "reason"),
            *("resolution", "owner", "clients", "cases", "budget", "spent", "description_internal"),
        )
    }

    assert client_letter(kind, internal | facts) == client_letter(kind, facts)


def test_daily_updates_are_announced() -> None:
    """Clients of an S1, and only they, are told that they get an update every day."""
    promise = "You will get an update every day until it is resolved."
    told = {
        (kind, facts["severity"])
        for kind, facts in CLIENT_FACTS
        if promise in client_letter(kind, facts).text
    }

    assert {
        (ClientEvent.DEFECT_CONFIRMED, "S1"),
        (ClientEvent.DEFECT_UPDATE, "S1"),
        (ClientEvent.DEFECT_SEVERITY_CHANGED, "S1"),
    } == told


def test_nothing_new() -> None:
    """An update without text says that work continues and nothing is new (T6)."""
    letter = client_letter(ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "fixing"})

    assert letter.subject == "[DEF-000045] Daily update: we are still working on it"
    assert "There is nothing new to report on DEF-000045" in letter.text


def test_missing_items() -> None:
    """Exactly what is missing is asked for, with where to find it (C3)."""
    letter = client_letter(
        ClientEvent.CASE_INFORMATION_REQUESTED,
        {"items": ["who_am_i", "a picture"], "reminder": 0},
    )

    assert [line for line in letter.text.splitlines() if line.startswith("- ")] == [
        '- "Who am I", your enterprise and site: double-click the ETO logo in the',
        "- a picture",
    ]
    assert Page(letter.html).tags.count("li") == 2
    assert Page(letter.html).tags.count("ul") == 1


def test_daily_updates_end() -> None:
    """Clients are told that the daily updates end when the defect is no longer an S1."""
    letter = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, {"before": "S1", "severity": "S2"})

    assert "The daily updates end with this message." in letter.text


def test_planned_already() -> None:
    """A fix that is planned already is not announced for later."""
    facts = {"before": "S2", "severity": "S3"}
    announced = "when the fix is planned for a release"

    planned = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts, release="REL-2026.4")
    unplanned = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts)

    assert announced not in " ".join(planned.text.split())
    assert announced in " ".join(unplanned.text.split())


def under(**updates: dict[str, Any] | None) -> Renderer:
    """A writer of letters under the policy with other updates for some severities."""
    severities = POLICY.severities | {
        Severity(name): SeverityRules.model_validate({"updates": cadence})
        for name, cadence in updates.items()
    }
    policy = POLICY.model_copy(update={"severities": severities})
    return Renderer(policy, "support@vendor.example")


DAILY = {"mode": "fixed_hour", "local_time": "09:00"}


def test_updates_follow_from_the_policy() -> None:
    """Which severities get daily updates is the policy's to say, in what is told of them too."""
    writer = under(S1=None, S2=DAILY)
    promise = "You will get an update every day until it is resolved."
    told = {
        severity: client_letter(
            ClientEvent.DEFECT_UPDATE, {"severity": severity, "stage": "fixing"}, writer=writer
        )
        for severity in ("S1", "S2")
    }

    assert [promise in letter.text for letter in told.values()] == [False, True]
    assert ["Daily" in letter.subject for letter in told.values()] == [False, True]


@pytest.mark.parametrize(
    ("before", "severity", "ends", "goes_on"),
    [("S1", "S2", False, True), ("S2", "S3", True, False), ("S3", "S2", False, True)],
)
def test_updates_end_when_the_policy_owes_none(
    before: str, severity: str, ends: bool, goes_on: bool
) -> None:
    """Where the policy updates S2 daily, the end comes with S3, not with S2."""
    facts = {"before": before, "severity": severity}

    text = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, facts, writer=under(S2=DAILY)).text

    assert ("The daily updates end with this message." in text) == ends
    assert ("You will get an update every day" in text) == goes_on


@pytest.mark.parametrize(
    ("cadence", "promise", "ending"),
    [
        (DAILY | {"business_days_only": True}, "an update every business day", "regular"),
        ({"mode": "elapsed"}, "an update every day", "daily"),
        (
            {"mode": "elapsed", "every_local_date": False, "max_gap_hours": 72},
            "regular updates",
            "regular",
        ),
    ],
)
def test_cadence_in_words(cadence: dict[str, Any], promise: str, ending: str) -> None:
    """No more is said to clients and engineering than the cadence keeps."""
    writer, about = under(S2=cadence), {"severity": "S2", "before": "S3"}
    began = client_letter(ClientEvent.DEFECT_SEVERITY_CHANGED, about, writer=writer)
    ended = client_letter(
        ClientEvent.DEFECT_SEVERITY_CHANGED, {"severity": "S3", "before": "S2"}, writer=writer
    )
    urgent = staff_letter(StaffEvent.DEFECT_URGENT, IMPACT | {"severity": "S2"}, writer=writer)

    assert f"You will get {promise} until it is resolved." in began.text
    assert f"The {ending} updates end with this message." in ended.text
    assert f"Attached clients get {promise}" in " ".join(urgent.text.split())


def test_urgent_without_updates() -> None:
    """Engineering is not told of updates that the policy does not owe."""
    letter = staff_letter(StaffEvent.DEFECT_URGENT, IMPACT, writer=under(S1=None))

    assert "Please post progress for the attached clients." in letter.text


def test_no_letter_names_a_severity_of_its_own() -> None:
    """What follows from a severity is asked of the policy: no template names one."""
    sources = {path: path.read_text("utf-8") for path in TEMPLATES.rglob("*.j2")}

    assert [path.name for path, text in sources.items() if re.search(r"\bS[1-4]\b", text)] == []


# --- whole letters, as a client reads them -------------------------------------------------------


def test_whole_confirmation() -> None:
    """A confirmation that can say everything, without a line too many."""
    letter = client_letter(
        ClientEvent.DEFECT_CONFIRMED,
        {
            "severity": "S1",
            "stage": "fixing",
            "public_summary": "Reports stay empty on all sites.",
            "workaround": WORKAROUND,
            "release": RELEASE,
            "progress": {"text": "We found the cause.", "at": "2026-11-19T15:12:00Z"},
        },
        cases=("CASE-000123", "CASE-000124"),
        release="REL-2026.4",
    )

    assert letter.subject == "[DEF-000045] Confirmed as a defect (severity S1)"
    assert letter.text == dedent(
        """\
        Hello Ana Ruiz,

        Thank you for your help. We have confirmed that what you reported in your
        cases CASE-000123 and CASE-000124 is a defect in ETO. Its number is
        DEF-000045 and its severity is S1. We have found the cause and are working
        on the fix.

        Summary:

        > Reports stay empty on all sites.

        The latest update on it:

        > We found the cause.
          Sent Thursday 19 November 2026, 09:12 CST (America/Chicago)

        Until it is resolved, you can use this workaround:

        > Open the report from the site menu.

        We know that this takes some effort, and hope that it still helps.

        The fix is planned for release REL-2026.4, to be deployed on Friday 4
        December 2026, 22:00 CST (America/Chicago). We will notify you if this
        changes.

        You will get an update every day until it is resolved.

        Please mention DEF-000045 whenever you contact us about this.

        ETO Support
        Vendor

        Cases     CASE-000123, CASE-000124
        Defect    DEF-000045
        Severity  S1
        Stage     fixing
        Release   REL-2026.4

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_daily_update() -> None:
    """A daily update to a client without a name on a day without news."""
    letter = client_letter(
        ClientEvent.DEFECT_UPDATE, {"severity": "S1", "stage": "investigating"}, name=None
    )

    assert letter.subject == "[DEF-000045] Daily update: we are still working on it"
    assert letter.text == dedent(
        """\
        Hello,

        There is nothing new to report on DEF-000045 since our last message. We are
        still working on it.

        We are looking for the cause.

        You will get an update every day until it is resolved.

        ETO Support
        Vendor

        Case      CASE-000123
        Defect    DEF-000045
        Severity  S1
        Stage     investigating

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_escalation() -> None:
    """An escalation says why, how bad it is, and what was due when."""
    letter = staff_letter(StaffEvent.DEFECT_ESCALATED, IMPACT | TARGET)

    assert letter.subject == (
        "[DEF-000045] Escalation, S1 target missed: Report engine fails in SiteFilter"
    )
    assert letter.text == dedent(
        """\
        This is an automatic notice for the COO.

        DEF-000045, severity S1, has missed its target: it is not resolved, and its
        target time is over. The support policy requires that you are notified of
        this once.

        It affects 2 clients with 3 cases in the area "Reports":

        > Report engine fails in SiteFilter

        - Target: 2 business days
        - Spent: 2.00 business days
        - Due: Friday 4 December 2026, 22:00 CST (America/Chicago)

        Defect    DEF-000045
        Severity  S1
        Area      Reports

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_whole_digest() -> None:
    """A review says what is first, what is new, what moved, and what clients say of it (D3)."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST, Role.ENGINEERING)

    assert letter.subject == "[REVIEW-2026-47] Review of S3 defects by impact: 12 open"
    assert letter.text == dedent(
        """\
        This is an automatic notice for engineering.

        12 S3 defects are open. These are the first 3, ranked by impact on clients.

        Since the last review, on Monday 30 November 2026, 22:00 CST
        (America/Chicago):

        - New on the list: DEF-000051
        - Up: DEF-000045
        - Down: DEF-000012
        - Off the list: DEF-000009

        1. DEF-000045: Report engine fails in SiteFilter

        - Up from place 3
        - Reports: 4 clients, known for 12 days, priority raised, on hold
        - Client c-8 rates it S2

        Client c-7 rates it S1:

        > Nobody can print.

        2. DEF-000051: A site list is not sorted

        - New on the list
        - Sites: 1 client, known for 1 day
        - Planned for release REL-2026.4, Friday 4 December 2026, 22:00 CST
          (America/Chicago)

        3. DEF-000012: The form forgets its filter

        - Down from place 1
        - Forms: 1 client, known for 90 days

        Number    REVIEW-2026-47
        Severity  S3

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )


def test_first_digest() -> None:
    """The first review has nothing to compare with, so nothing is new and nothing has moved."""
    rows = [{name: value for name, value in row.items() if name != "before"} for row in ROWS]

    letter = staff_letter(StaffEvent.REVIEW_DIGEST, {"severity": "S3", "total": 3, "rows": rows})

    assert "3 S3 defects are open. They are ranked" in letter.text
    assert "last review" not in letter.text
    assert "New on the list" not in letter.text


def test_compared_digest() -> None:
    """A place of last time is enough to compare with, even if nobody says when that was."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, {"severity": "S3", "total": 3, "rows": ROWS})

    assert "Since the last review:\n" in letter.text
    assert "- Off the list: none\n" in letter.text
    assert letter.text.count("\n- New on the list") == 2


def test_more_have_gone() -> None:
    """Where more have gone than are named, their number is told."""
    letter = staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST | {"gone_count": 7})

    assert "- Off the list: DEF-000009, 7 in all\n" in letter.text
    assert staff_letter(StaffEvent.REVIEW_DIGEST, DIGEST | {"gone_count": 1}) == staff_letter(
        StaffEvent.REVIEW_DIGEST, DIGEST
    )


def test_overdue_release() -> None:
    """A release that is overdue asks once for all its defects (R5)."""
    facts = {"title": "The winter release", "deploy_at": DEPLOY_AT, "defects": 3}
    of_release: dict[str, Any] = {"entity": "REL-2026.4", "release": "REL-2026.4"}

    letter = staff_letter(StaffEvent.DEFECT_RELEASE_OVERDUE, facts, Role.ENGINEERING, **of_release)

    assert letter.subject == "[REL-2026.4] Was release REL-2026.4 deployed? The winter release"
    assert letter.text == dedent(
        """\
        This is an automatic notice for engineering.

        Release REL-2026.4, "The winter release", with the fixes for 3 defects, was
        to be deployed on Friday 4 December 2026, 22:00 CST (America/Chicago). We
        have not been told whether it was deployed or rescheduled.

        Please report the deployment or the new date. Clients have not been notified
        yet.

        Release  REL-2026.4

        Sent Friday 20 November 2026, 16:05 CST (America/Chicago)
        """
    )
    assert {name for name in letter.headers if name.startswith("X-")} == {"X-Event", "X-Release"}
    for fact in facts:
        with pytest.raises(UndefinedError):
            staff_letter(
                StaffEvent.DEFECT_RELEASE_OVERDUE, facts | {fact: None}, Role.COO, **of_release
            )


# --- merged defects, requests, calls, notices ----------------------------------------------------


def test_merged() -> None:
    """A merged defect's clients learn its new number, and are on the thread of that."""
    letter = client_letter(
        ClientEvent.DEFECT_MERGED,
        {"before": "DEF-000044", "severity": "S3", "stage": "fixing"},
        entity="DEF-000044",
        defect="DEF-000045",
    )
    resolved = client_letter(ClientEvent.DEFECT_RESOLVED)

    assert letter.subject == "[DEF-000045] DEF-000044 has been merged into this defect"
    assert "The number from now on is DEF-000045" in letter.text
    assert letter.headers["X-Defect"] == "DEF-000045"
    assert letter.headers["References"] == resolved.headers["References"]


def test_unmerged() -> None:
    """A defect that was merged by mistake has its own number again."""
    letter = client_letter(
        ClientEvent.DEFECT_UNMERGED,
        {"before": "DEF-000045"},
        entity="DEF-000045",
        defect="DEF-000044",
    )

    assert letter.subject == "[DEF-000044] The defect you reported has its own number again"
    assert letter.headers["X-Defect"] == "DEF-000044"


@pytest.mark.parametrize(
    ("approved", "subject"),
    [
        (True, "[DEF-000045] Your request is granted: severity S2 instead of S3"),
        (False, "[DEF-000045] Your request is declined: the severity stays S3"),
    ],
)
def test_decided(approved: bool, subject: str) -> None:
    """The client learns the decision and its reason either way (D4)."""
    facts = {"approved": approved, "reason": "Reports matter.", "severity": "S2", "before": "S3"}

    letter = client_letter(ClientEvent.RECLASSIFICATION_DECIDED, facts)

    assert letter.subject == subject
    assert quotes(letter) == ["Reports matter."]
    assert letter.headers["X-Defect"] == "DEF-000045"
    assert "\nSeverity" not in letter.text


@pytest.mark.parametrize(
    ("minutes", "length"),
    [
        (0, "0 minutes"),
        (1, "1 minute"),
        (30, "30 minutes"),
        (60, "1 hour"),
        (61, "1 hour and 1 minute"),
        (150, "2 hours and 30 minutes"),
    ],
)
def test_length(minutes: int, length: str) -> None:
    """Minutes are told as people say them."""
    letter = client_letter(ClientEvent.CALL_REMINDER, CALL | {"minutes": minutes})

    assert f"- Duration: {length}\n" in letter.text


def test_call_headers() -> None:
    """A call is about the case it is booked through."""
    to_client = client_letter(ClientEvent.CALL_REMINDER, CALL, cases=())
    to_staff = staff_letter(StaffEvent.CALL_REMINDER, CALL | ABOUT_CASE, case="CASE-000123")

    assert to_client.headers["X-Case"] == to_staff.headers["X-Case"] == "CASE-000123"
    assert "X-Defect" not in to_client.headers


def test_unanswered() -> None:
    """Who did not answer learns what is missing, and how the same case goes on."""
    letter = client_letter(
        ClientEvent.CASE_CLOSED, {"unanswered": True, "items": ["feature"], "return_days": 14.0}
    )

    assert "- The name of the feature you are working with.\n" in letter.text
    assert "If you answer within 14 days and mention CASE-000123" in " ".join(letter.text.split())
    assert client_letter(ClientEvent.CASE_CLOSED, {"unanswered": False}) == client_letter(
        ClientEvent.CASE_CLOSED
    )


def test_notice_headers() -> None:
    """A notice is about a release and no case, whoever gets it."""
    letter = client_letter(ClientEvent.RELEASE_NOTICE, NOTICE, cases=())

    assert letter.headers["X-Release"] == "REL-2026.4"
    assert {"X-Case", "X-Defect"}.isdisjoint(letter.headers)


def test_notice_tells_no_distance() -> None:
    """How many days ahead a notice was due is not told: one that comes late would be wrong."""
    assert client_letter(ClientEvent.RELEASE_NOTICE, NOTICE | {"days": 14.0}) == client_letter(
        ClientEvent.RELEASE_NOTICE, NOTICE
    )


# --- values are values ---------------------------------------------------------------------------

HOSTILE = [
    "{{ 7 * 7 }} {% raw %} {# gone #}",
    "<script>alert(1)</script> & <b onclick='x'>\"bold\"</b>",
    "</blockquote></div><img src=x>",
    "one\n\n- two\n\nHello Bob,\n\nWith this, your case is closed.",
    "carriage\rreturn\x0bvertical\x0cfeed\x85next\u2028line\u2029paragraph",
    '\x02["forged", null]\x03',
    "nul\x00 escape\x1b[31m bell\x07 surrogate\ud800 override\u202egnp.exe",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text(hostile: str) -> None:
    """What a person wrote stays one quotation, verbatim, in both parts."""
    letter = client_letter(ClientEvent.CASE_RESPONDED, {"message": hostile})
    plain = client_letter(ClientEvent.CASE_RESPONDED, {"message": "plain"})
    page = Page(letter.html)

    shown = "\n".join(
        re.sub(r"[\x00-\x1f\x7f\ud800-\udfff]", "\N{REPLACEMENT CHARACTER}", line)
        for line in hostile.splitlines()
    )
    assert [shown] == quotes(letter)
    assert [shown] == page.quotes
    assert Page(plain.html).structure == page.structure


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_digest(hostile: str) -> None:
    """Titles and comments in a digest start no paragraph, list or element of their own."""
    said = [{"client": "c-7", "severity": "S1", "comment": hostile}]
    plain_said = [{"client": "c-7", "severity": "S1", "comment": "plain"}]
    row = {name: value for name, value in ROWS[0].items() if name != "feedback"}

    letter, plain = (
        staff_letter(
            StaffEvent.REVIEW_DIGEST,
            {"severity": "S3", "total": 1, "rows": [row | {"title": title, "feedback": feedback}]},
        )
        for title, feedback in ((hostile, said), ("plain", plain_said))
    )

    assert len(quotes(letter)) == 1
    assert Page(plain.html).structure == Page(letter.html).structure


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_values(hostile: str) -> None:
    """A value within a sentence starts no paragraph, list, quotation or element."""
    letter = staff_letter(
        StaffEvent.DEFECT_RAISED, IMPACT | {"functional_area": hostile, "title": hostile}
    )
    plain = staff_letter(StaffEvent.DEFECT_RAISED, IMPACT)

    assert "\n" not in letter.subject
    assert letter.text.count("\n\n") == plain.text.count("\n\n")
    assert len(quotes(letter)) == 1
    assert Page(plain.html).structure == Page(letter.html).structure
    assert not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", letter.text + letter.subject)


def test_value_like_an_item() -> None:
    """A value that looks like an item of a list is none."""
    letter = client_letter(
        ClientEvent.CASE_INFORMATION_REQUESTED, {"items": ["- - a picture"], "reminder": 0}
    )

    assert "\n- a picture\n" in letter.text


def test_direction_controls() -> None:
    """A name cannot turn the rest of its line around."""
    letter = client_letter(ClientEvent.CASE_CLOSED, name="Ana \u202egnp.exe \u2066")

    assert letter.text.startswith("Hello Ana gnp.exe,\n")


def test_quoted_layout() -> None:
    """Quoted lines keep their blanks and indents."""
    written = "Please:\n\n  1.  log  in\n\tthen\n    open it"

    letter = client_letter(ClientEvent.CASE_RESPONDED, {"message": written})

    assert [written.replace("\t", "    ")] == quotes(letter)
    assert [written.replace("\t", "    ")] == Page(letter.html).quotes


def test_columns() -> None:
    """Only a word that cannot be broken, such as an address, is longer than the column."""
    address = "https://vendor.example/" + "a" * 80
    facts = {"message": f"Please read {address} " + "and read it once more " * 20}
    letters = [*client_letters(), *staff_letters(), client_letter(ClientEvent.CASE_ANSWERED, facts)]

    assert {f"> {address}"} == {
        line for letter in letters for line in letter.text.splitlines() if len(line) > COLUMNS
    }


# --- subjects, headers, ids ----------------------------------------------------------------------


@pytest.mark.parametrize("letter", [*client_letters(), *staff_letters()])
def test_subject(letter: Letter) -> None:
    """The subject begins with the number."""
    event = letter.headers["X-Event"]
    kind = ClientEvent(event) if event in set(ClientEvent) else StaffEvent(event)

    assert letter.subject.startswith(f"[{number_of(kind)}] ")
    assert letter.subject.strip() == letter.subject


def test_long_subject() -> None:
    """A long subject is cut, and shows it."""
    letter = client_letter(ClientEvent.CASE_OPENED, {"subject": "long " * 40, "critical": False})

    assert len(letter.subject) <= SUBJECT_LENGTH
    assert letter.subject.endswith("long…")


def test_headers() -> None:
    """The headers name the event, all cases of the person, the defect and the release."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_SCHEDULED,
        {"release": "REL-2026.4", "deploy_at": DEPLOY_AT},
        cases=("CASE-000123", "CASE-000124"),
        defect="DEF-000045",
        release="REL-2026.4",
    )

    thread = letter.headers["References"]
    assert {
        "X-Event": "defect.release_scheduled",
        "X-Case": "CASE-000123, CASE-000124",
        "X-Defect": "DEF-000045",
        "X-Release": "REL-2026.4",
        "Auto-Submitted": "auto-generated",
        "References": thread,
        "In-Reply-To": thread,
    } == letter.headers


def test_fewer_headers() -> None:
    """Headers that do not apply are left out; a case's own number is known."""
    opened = client_letter(ClientEvent.CASE_CLOSED, cases=())
    raised = staff_letter(StaffEvent.DEFECT_RAISED, IMPACT)
    missed = staff_letter(*STAFF_FACTS[0], case="CASE-000123")

    always = {"X-Event", "Auto-Submitted", "References", "In-Reply-To"}
    assert opened.headers.keys() == always | {"X-Case"}
    assert opened.headers["X-Case"] == "CASE-000123"
    assert raised.headers.keys() == always | {"X-Defect"}
    assert missed.headers["X-Case"] == "CASE-000123"


def test_message_id() -> None:
    """The Message-ID is the same on every retry, however the address is capitalised."""
    first = client_letter(ClientEvent.CASE_CLOSED, email="ana@client.example")
    again = client_letter(ClientEvent.CASE_CLOSED, email="Ana@Client.Example", name=None)

    assert first.message_id == again.message_id
    assert re.fullmatch(r"<[0-9a-f]{40}@vendor\.example>", first.message_id)


def test_other_message_id() -> None:
    """The Message-ID differs by recipient and by effect."""
    letters = [
        client_letter(ClientEvent.CASE_CLOSED),
        client_letter(ClientEvent.CASE_CLOSED, email="bob@client.example"),
        client_letter(ClientEvent.CASE_CLOSED, key="2"),
    ]

    assert len({letter.message_id for letter in letters}) == 3


def test_threads() -> None:
    """All messages to one person about one number refer to the same thread."""
    confirmed = client_letter(ClientEvent.DEFECT_CONFIRMED, {"severity": "S3", "stage": "fixing"})
    resolved = client_letter(ClientEvent.DEFECT_RESOLVED, key="9")
    closed = client_letter(ClientEvent.CASE_CLOSED, defect="DEF-000045")
    to_bob = client_letter(ClientEvent.DEFECT_RESOLVED, email="bob@client.example")

    thread = confirmed.headers["References"]
    assert thread == resolved.headers["References"]
    assert thread != closed.headers["References"]
    assert thread != to_bob.headers["References"]
    assert thread not in {confirmed.message_id, resolved.message_id}


def test_sender() -> None:
    """The sender may have a name, and a domain that is not ASCII."""
    named = Renderer(POLICY, "ETO Support <support@käse.example>")
    tell = NotifyStaff(
        key="DEF-1/1/defect.raised",
        entity="DEF-1",
        sequence=1,
        at=AT,
        kind=StaffEvent.DEFECT_RAISED,
        role=Role.ENGINEERING,
        facts=IMPACT,
    )

    letter = named.staff_letter(tell, "x@vendor.example", AT)

    assert letter.message_id.endswith("@xn--kse-qla.example>")


@pytest.mark.parametrize("mail_from", ["", "support", "@vendor.example", "support@"])
def test_wrong_sender(mail_from: str) -> None:
    """A sender without an address is named as the wrong setting."""
    with pytest.raises(ValueError, match="DEFECTS_MAIL_FROM"):
        Renderer(POLICY, mail_from)


# --- clocks --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("time_zone", "sent"),
    [
        ("America/Chicago", SENT),
        ("America/Los_Angeles", "Friday 20 November 2026, 14:05 PST (America/Los_Angeles)"),
        ("Europe/Berlin", "Friday 20 November 2026, 23:05 CET (Europe/Berlin)"),
        ("Asia/Kathmandu", "Saturday 21 November 2026, 03:50 UTC+0545 (Asia/Kathmandu)"),
        ("America/Sao_Paulo", "Friday 20 November 2026, 19:05 UTC-03 (America/Sao_Paulo)"),
        ("UTC", "Friday 20 November 2026, 22:05 UTC"),
        (None, SENT),
        ("", SENT),
        ("Central Time", SENT),
        ("America", SENT),
        ("../../etc/passwd", SENT),
        ("/etc/localtime", SENT),
        ("x\x00y", SENT),
        ("é" * 64, SENT),
    ],
)
def test_zones(time_zone: str | None, sent: str) -> None:
    """Times are the recipient's, or the vendor's where their zone is none, with the zone named."""
    letter = client_letter(ClientEvent.CASE_CLOSED, time_zone=time_zone)

    assert f"Sent {sent}" in " ".join(letter.text.split())
    assert f"Sent {sent}</p>" in letter.html
    assert letter.at == AT


def test_release_date() -> None:
    """The date of a release is told in the recipient's zone."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_REMINDER,
        {"release": "REL-2026.4", "deploy_at": DEPLOY_AT},
        time_zone="Asia/Tokyo",
    )

    assert "Saturday 5 December 2026, 13:00 JST (Asia/Tokyo)" in " ".join(letter.text.split())


def test_summer_time() -> None:
    """Summer time is named as such."""
    letter = client_letter(
        ClientEvent.DEFECT_RELEASE_REMINDER,
        {"release": "REL-2026.4", "deploy_at": "2026-07-01T12:00:00+02:00"},
    )

    assert "Wednesday 1 July 2026, 05:00 CDT (America/Chicago)" in " ".join(letter.text.split())


@pytest.mark.parametrize("instant", ["2026-12-05T04:00:00", "next Friday", 7])
def test_no_instant(instant: object) -> None:
    """A fact that should be an instant and is none is not sent."""
    with pytest.raises(ValueError, match=r"."):
        client_letter(ClientEvent.DEFECT_RELEASE_REMINDER, {"release": "R1", "deploy_at": instant})


def test_naive_instant() -> None:
    """An instant without a zone is refused."""
    with pytest.raises(ValueError, match="carries no time zone"):
        known_languages()[ENGLISH].local_time(datetime(2026, 1, 1), ZoneInfo("UTC"))  # noqa: DTZ001 - the case in point
