"""Cases, defects and instants for tests, under the published policy."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from activities.adapters.policy_files import PolicyFiles
from domain.area_work import AREA_WORK
from domain.case import CASE
from domain.contract.case import CaseStart
from domain.contract.defect import DefectStart
from domain.contract.effects import Effect
from domain.contract.parsing import parse
from domain.contract.receipts import Receipt
from domain.contract.release import AreaWorkStart, ReleaseStart, ReviewStart
from domain.contract.values import Command, Severity
from domain.defect import DEFECT
from domain.entity import Behaviour, Due
from domain.impact_review import REVIEW
from domain.outbox import Outbox
from domain.policy import PinnedPolicy
from domain.promise_guard.edge import refuse_promises
from domain.release import RELEASE
from domain.runner import Runner


class Alone:
    """An entity without an outside: each effect is handed to the test instead of carried out.

    What the test does not find here it finds in the entity's state.
    """

    def __init__(self, runner: Runner[Any]) -> None:
        self.runner = runner

    def __getattr__(self, name: str) -> Any:
        return getattr(self.runner.entity, name)

    def handle(self, command: Command, now: datetime) -> list[Effect]:
        """Apply a command."""
        self.runner.apply(command, now)
        return self.taken()

    def fire(self, now: datetime) -> list[Effect]:
        """Let everything happen that is due."""
        self.runner.tick(now, start=False)
        return self.taken()

    def delivered(self, effect: Effect, receipt: Receipt, now: datetime) -> list[Effect]:
        """Have an effect carried out."""
        self.runner.outbox.put([effect])
        self.runner.delivered(effect, receipt, now)
        return self.taken()

    def agenda(self) -> list[Due[Any]]:
        """What time will bring."""
        return self.runner.agenda

    def next_due(self) -> datetime | None:
        """The first of it."""
        return min((due.at for due in self.runner.agenda), default=None)

    def status(self, now: datetime) -> dict[str, Any]:
        """The contract's `status`, as JSON, without what the outbox knows."""
        status: dict[str, Any] = self.runner.entity.status(now).without_deliveries()
        return status

    def taken(self) -> list[Effect]:
        """What came since the last time, in the order in which it was decided."""
        if self.runner.outbox.in_flight:
            return []  # A world carries it out.
        outbox, self.runner.outbox = self.runner.outbox, Outbox()
        waiting = [effect for lane in outbox.lanes.values() for effect in lane.waiting]
        return sorted(waiting, key=lambda effect: effect.sequence)


def begin_alone(
    behaviour: Behaviour[Any], number: str, start: Any, policy: PinnedPolicy, now: datetime
) -> tuple[Alone, list[Effect]]:
    """An entity that begins, and what it wants brought about."""
    entity = Alone(Runner.begin(behaviour, number, start, policy, now))
    return entity, entity.taken()


def begun(
    behaviour: Behaviour[Any], number: str, start: Any, policy: PinnedPolicy, now: datetime
) -> tuple[Alone, list[Effect]]:
    """An entity that begins as a workflow does, its texts judged."""
    refuse_promises(start, policy.calendar.local_date(now))
    return begin_alone(behaviour, number, start, policy, now)


CHICAGO = ZoneInfo("America/Chicago")
ETO = PolicyFiles().load("eto", 2027).pinned()
SERVICE_LEVELS = (
    PolicyFiles(Path(__file__).parents[1] / "data" / "policies" / "sla-page.toml")
    .load("sla-page", 2027)
    .pinned()
)
"""A real page of service levels: a target in hours for each severity, with hours of its own."""


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
) -> tuple[Alone, list[Effect]]:
    """A defect confirmed at `now` and what it wants brought about."""
    start = parse(DefectStart, defect_start(severity, *cases, **fields))
    return begun(DEFECT, "DEF-1", start, under, now)


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


def eto_asking(**rules: Any) -> PinnedPolicy:
    """The published policy, with urgent notices to be acknowledged."""
    content = ETO.model_dump() | {"acknowledge": rules, "version": "another"}
    return PinnedPolicy.model_validate(content)


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
) -> tuple[Alone, list[Effect]]:
    """A case logged at `now` and what it wants brought about."""
    return begun(CASE, "CASE-1", parse(CaseStart, case_start(**fields)), under, now)


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
) -> tuple[Alone, list[Effect]]:
    """A release planned at `now` and what it wants brought about."""
    return begun(RELEASE, "REL-1", parse(ReleaseStart, release_start(**fields)), under, now)


def an_area_work(
    now: datetime = FRIDAY, under: PinnedPolicy = ETO, **fields: Any
) -> tuple[Alone, list[Effect]]:
    """Work that begins in the area `login` at `now` and what it wants brought about."""
    start = {"actor": "engineer-1", "functional_area": "login"} | fields
    return begun(AREA_WORK, "AREA-1", parse(AreaWorkStart, start), under, now)


def a_review(now: datetime = FRIDAY, under: PinnedPolicy = ETO) -> tuple[Alone, list[Effect]]:
    """A review that begins at `now` and what it wants brought about."""
    return begun(REVIEW, "REVIEW-1", parse(ReviewStart, {}), under, now)


def say(entity: Alone, command: type[Command], now: datetime, **fields: Any) -> list[Effect]:
    """Tell an entity something at `now`, as an update does, after what was due by then."""
    effects, said = entity.fire(now), parse(command, {"actor": "agent-1"} | fields)
    entity.runner.check(said, now)
    refuse_promises(said, entity.policy.calendar.local_date(now))
    return effects + entity.handle(said, now)


def kinds(effects: list[Effect]) -> list[str]:
    """What the effects are about, the projections left out."""
    return [effect.event for effect in effects if effect.event != "project"]
