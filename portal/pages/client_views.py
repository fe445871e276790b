"""The public side of cases, defects and releases: all that templates of clients get to see (D8).

A defect's title, its cases, what other clients say of it, holds, targets and every internal text
stay behind; no promise of a time is made but the date of a release (D7).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from activities.adapters.database.contacts import Attached
from portal.pages.i18n import EVENTS, STAGE_ORDER
from portal.pages.local_time import instant, maybe_instant

_BANNER_LINGERS = timedelta(minutes=60)


@dataclass(frozen=True, slots=True)
class PublicRelease:
    """A release that a fix is planned for."""

    number: str
    deploy_at: datetime


@dataclass(frozen=True, slots=True)
class PublicWorkaround:
    """A way to live with a defect."""

    description: str
    effort: str


@dataclass(frozen=True, slots=True)
class PublicProgress:
    """The last text written for clients."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PublicDefect:
    """A defect as the people attached to it may see it."""

    number: str
    severity: str
    stage: str
    state: str
    summary: str | None
    progress: PublicProgress | None
    workaround: PublicWorkaround | None
    release: PublicRelease | None
    worked_on_since: datetime | None
    confirmed_at: datetime | None
    resolved_at: datetime | None
    merged_into: str | None
    cases: Sequence[str]
    """Cases of the reader, not of anybody else."""
    clients: Sequence[str]
    said_severity: str | None
    """What the reader's client said the severity is for them (D3)."""

    @property
    def is_over(self) -> bool:
        """Resolved, or followed under another number."""
        return self.state in {"resolved", "merged"}

    @property
    def stages_done(self) -> int:
        """How many stages of the work are reached."""
        if self.state == "resolved":
            return len(STAGE_ORDER)
        return STAGE_ORDER.index(self.stage) + 1 if self.stage in STAGE_ORDER else 0


def public_defect(attached: Attached) -> PublicDefect:
    """What of a defect's snapshot the reader may see."""
    known = attached.snapshot
    progress, workaround = known.get("progress"), known.get("workaround")
    release, state = known.get("release"), known["state"]
    said = [f for f in known.get("feedback", []) if f.get("client") in attached.clients]
    return PublicDefect(
        number=known["number"],
        severity=known["severity"],
        stage=known["stage"],
        state=_PUBLIC_STATES.get(state, "open"),
        summary=known.get("public_summary"),
        progress=PublicProgress(progress["text"], instant(progress["at"])) if progress else None,
        workaround=(
            PublicWorkaround(workaround["description"], workaround["effort"])
            if workaround
            else None
        ),
        release=PublicRelease(release["id"], instant(release["deploy_at"])) if release else None,
        worked_on_since=maybe_instant(known.get("area_work_since")),
        confirmed_at=maybe_instant(known.get("confirmed_at")),
        resolved_at=maybe_instant(known.get("resolved_at")),
        merged_into=known.get("merged_into"),
        cases=attached.cases,
        clients=attached.clients,
        said_severity=said[-1]["severity"] if said else None,
    )


_PUBLIC_STATES = {
    "scheduled": "scheduled",
    "resolved": "resolved",
    "closed": "resolved",
    "merged": "merged",
}
"""What is not here is open: whether and why work on a defect rests is internal."""


@dataclass(frozen=True, slots=True)
class PublicCall:
    """A call that is booked."""

    at: datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class PublicCase:
    """A case as its contact may see it."""

    number: str
    client: str
    subject: str
    state: str
    critical: bool
    missing: Sequence[str]
    call: PublicCall | None
    minutes_left: int | None
    defect: str | None
    outcome: str | None
    opened_at: datetime | None
    closed_at: datetime | None
    answer_until: datetime | None
    """Until when information opens it again."""

    @property
    def takes_information(self) -> bool:
        """Whether information reaches support."""
        return self.state != "closed" or self.answer_until is not None


def public_case(attached: Attached) -> PublicCase:
    """What of a case's snapshot its contact may see."""
    known = attached.snapshot
    call = known.get("call")
    return PublicCase(
        number=known["number"],
        client=known["client"],
        subject=known["subject"],
        state=known["state"],
        critical=known.get("priority") == "critical",
        missing=known.get("missing", []),
        call=PublicCall(instant(call["at"]), call["minutes"]) if call else None,
        minutes_left=known.get("consultation_left"),
        defect=known.get("defect"),
        outcome=known.get("outcome"),
        opened_at=maybe_instant(known.get("opened_at")),
        closed_at=maybe_instant(known.get("closed_at")),
        answer_until=maybe_instant(known.get("unanswered_until")),
    )


@dataclass(frozen=True, slots=True)
class PublicEvent:
    """One thing that happened, in what was written for clients."""

    event: str
    at: datetime
    text: str | None
    stage: str | None = None
    severity: str | None = None
    before: str | None = None
    release: str | None = None
    deploy_at: datetime | None = None
    items: Sequence[str] = ()
    call_at: datetime | None = None
    minutes: int | None = None
    defect: str | None = None


def public_timeline(facts: Iterable[Mapping[str, Any]]) -> list[PublicEvent]:
    """The public facts there are words for, newest first; other details stay behind."""
    shown = [_public_event(fact) for fact in facts if fact["public"] and fact["event"] in EVENTS]
    return shown[::-1]


def _public_event(fact: Mapping[str, Any]) -> PublicEvent:
    said: Mapping[str, Any] = fact["details"]
    event = fact["event"]
    number = said.get("into") if event == "defect.merged" else said.get("defect")
    return PublicEvent(
        event=event,
        at=fact["at"],
        text=fact["public_text"],
        stage=_text(said.get("stage")),
        severity=_text(said.get("severity")),
        before=_text(said.get("before")) if event == "defect.severity_changed" else None,
        release=_text(said.get("release") or said.get("id")),
        deploy_at=maybe_instant(said.get("deploy_at")),
        items=said.get("items", []) if event == "case.information_requested" else [],
        call_at=maybe_instant(said.get("call_at")),
        minutes=said.get("minutes") if event.startswith("call.") else None,
        defect=_text(number),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


@dataclass(frozen=True, slots=True)
class PublicBanner:
    """A release or maintenance period that is announced (R2)."""

    number: str
    kind: str
    title: str
    notes: str | None
    areas: Sequence[str]
    begins_at: datetime
    ends_at: datetime | None

    def is_now(self, now: datetime) -> bool:
        """Whether its window is open."""
        return self.ends_at is not None and self.begins_at <= now < self.ends_at


def public_banners(releases: Iterable[Mapping[str, Any]], now: datetime) -> list[PublicBanner]:
    """What is announced and not over; nothing is said of what should be out and is not (R5)."""
    shown = []
    for release in releases:
        said, begins_at = release.get("banner"), maybe_instant(release.get("deploy_at"))
        if said is None or begins_at is None:
            continue
        minutes = said.get("window_minutes")
        ends_at = begins_at + timedelta(minutes=minutes) if minutes else None
        if now < (ends_at or begins_at + _BANNER_LINGERS):
            shown.append(
                PublicBanner(
                    number=release["number"],
                    kind=said["release_kind"],
                    title=said["title"],
                    notes=said.get("public_notes"),
                    areas=said.get("functional_areas") or [],
                    begins_at=begins_at,
                    ends_at=ends_at,
                )
            )
    return shown
