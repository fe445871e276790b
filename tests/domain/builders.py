"""Cases, defects and instants for tests, under the published policy."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.area_work import AreaWork
from domain.case.lifecycle import Case
from domain.contract.case import CaseStart
from domain.contract.defect import DefectStart
from domain.contract.effects import Effect
from domain.contract.parsing import parse
from domain.contract.release import AreaWorkStart, ReleaseStart, ReviewStart
from domain.contract.values import Command, Severity
from domain.defect.lifecycle import Defect
from domain.entity import Machine
from domain.impact_review import Review
from domain.policy import PinnedPolicy
from domain.release.lifecycle import Release

CHICAGO = ZoneInfo("America/Chicago")
ETO = PolicyFiles().load("eto", 2027).pinned()


def at(text: str) -> datetime:
    """An instant in Central Time: `2027-03-05 16:00`, a Friday."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


FRIDAY = at("2027-03-05 16:00")


def attachment(case: str = "CASE-1", client: str = "client-1", **contact: Any) -> dict[str, Any]:
    """A case to attach, its contact's address made from its client."""
    return {
        "case": case,
        "client": client,
        "contact": {"email": f"{client}@example.org"} | contact,
    }


def defect_start(severity: str = "S1", *cases: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A start payload of a defect; with one case unless others are given."""
    return {
        "actor": "specialist-1",
        "severity": severity,
        "title": "Login fails",
        "functional_area": "login",
        "cases": list(cases) or [attachment()],
    } | fields


def a_defect(
    severity: str = "S1",
    *cases: dict[str, Any],
    now: datetime = FRIDAY,
    under: PinnedPolicy = ETO,
    **fields: Any,
) -> tuple[Defect, list[Effect]]:
    """A defect confirmed at `now` and what it wants brought about."""
    start = parse(DefectStart, defect_start(severity, *cases, **fields))
    return Defect.open("DEF-1", start, under, now)


def eto_with(severity: str = "S1", **rules: Any) -> PinnedPolicy:
    """The published policy with other rules for one severity."""
    content = ETO.model_dump()
    content["severities"][Severity(severity)] |= rules
    return PinnedPolicy.model_validate(content | {"version": "another"})


def eto_but(section: str, **rules: Any) -> PinnedPolicy:
    """The published policy with other rules in one section: `cases`, `calls`, `releases`."""
    content = ETO.model_dump()
    content[section] |= rules
    return PinnedPolicy.model_validate(content | {"version": "another"})


def case_start(**fields: Any) -> dict[str, Any]:
    """A start payload of a case with nothing missing."""
    return {
        "client": "client-1",
        "contact": {"email": "client-1@example.org", "name": "Ada"},
        "channel": "email",
        "subject": "A question",
        "description": "How does it work?",
        "who_am_i": "Enterprise 7, site 2",
        "steps": "1. open",
        "feature": "Demographics",
        "form_or_report": "Intake form",
    } | fields


def a_case(
    now: datetime = FRIDAY, under: PinnedPolicy = ETO, **fields: Any
) -> tuple[Case, list[Effect]]:
    """A case logged at `now` and what it wants brought about."""
    return Case.open("CASE-1", parse(CaseStart, case_start(**fields)), under, now)


def release_start(**fields: Any) -> dict[str, Any]:
    """A start payload of a release three weeks after `FRIDAY`."""
    return {
        "actor": "manager-1",
        "kind": "major",
        "title": "Spring release",
        "deploy_at": (FRIDAY + timedelta(days=21)).isoformat(),
    } | fields


def a_release(
    now: datetime = FRIDAY, under: PinnedPolicy = ETO, **fields: Any
) -> tuple[Release, list[Effect]]:
    """A release planned at `now` and what it wants brought about."""
    return Release.open("REL-1", parse(ReleaseStart, release_start(**fields)), under, now)


def an_area_work(
    now: datetime = FRIDAY, under: PinnedPolicy = ETO, **fields: Any
) -> tuple[AreaWork, list[Effect]]:
    """Work that begins in the area `login` at `now` and what it wants brought about."""
    start = {"actor": "engineer-1", "functional_area": "login"} | fields
    return AreaWork.open("AREA-1", parse(AreaWorkStart, start), under, now)


def a_review(now: datetime = FRIDAY, under: PinnedPolicy = ETO) -> tuple[Review, list[Effect]]:
    """A review that begins at `now` and what it wants brought about."""
    return Review.open("REVIEW-1", parse(ReviewStart, {}), under, now)


def say(machine: Machine, command: type[Command], now: datetime, **fields: Any) -> list[Effect]:
    """Tell a machine something at `now`, after what was due by then."""
    effects = machine.fire(now)
    return effects + machine.handle(parse(command, {"actor": "agent-1"} | fields), now)


def kinds(effects: list[Effect]) -> list[str]:
    """What the effects are about, the projections left out."""
    return [effect.event for effect in effects if effect.event != "project"]
