"""What a defect is and how it stands: the complete state and the views of it."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from domain.contract.defect import ReleaseDeployed
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Instant, Severity, Stage, Value, Workaround
from domain.defect.target import TargetClock
from domain.defect.update_clock import UpdateClock
from domain.entity import Machine, iso
from domain.policy import SeverityRules

State = Literal["open", "on_hold", "scheduled", "resolved", "merged", "closed"]
OVER: tuple[State, ...] = ("resolved", "merged", "closed")
"""The states in which nothing is owed any more."""
CASES_SHOWN = 100
"""Cases a `status` names; `case_count` counts them all."""
HOLDS_KEPT = 20
FEEDBACK_KEPT = 20
PLANS_KEPT = 20


class PlannedRelease(Value):
    """The release a fix is planned for, and what was already done about its date (R3, R5)."""

    id: str
    deploy_at: Instant
    scheduled_at: Instant
    reminded: bool = False
    overdue_asked: bool = False
    watched: bool = False
    """The release asks when its hour passes, once for all its defects."""

    def unwatched(self) -> "PlannedRelease":
        """The plan of a defect that the release may have lost sight of: it asks by itself."""
        return self.model_copy(update={"watched": False})


class Progress(Value):
    """The latest text written for clients (D6)."""

    text: str
    at: Instant


class Span(Value):
    """From one instant to another."""

    start: Instant
    end: Instant


class Feedback(Value):
    """How severe a client says it is (D3)."""

    client: str
    severity: Severity
    at: Instant


class Reclassification(Value):
    """A client's request that nobody has decided yet (D4)."""

    client: str
    severity: Severity
    justification: str = ""
    """The client's reasons, cut where they are long; all of them are on the timeline."""
    requested_at: Instant
    remind_at: Instant
    reminders: int = 0


class DefectState(Machine):
    """The state of a confirmed defect."""

    kind = "defect"

    title: str
    severity: Severity
    functional_area: str
    public_summary: str | None = None
    material: bool = True
    blocks_access: bool = False
    workaround: Workaround | None = None
    owner: str | None = None
    stage: Stage = Stage.INVESTIGATING
    confirmed_at: Instant
    resolved_at: Instant | None = None
    closed_at: Instant | None = None
    held_since: Instant | None = None
    held_for: Literal["staff", "client"] = "staff"
    """Whether somebody put it on hold, or every case waits for its client."""
    waiting: list[str] = Field(default_factory=list)
    """Cases that wait for their clients."""
    holds: list[Span] = Field(default_factory=list)
    priority: Literal["normal", "raised"] = "normal"
    cases: dict[str, str] = Field(default_factory=dict)
    """Case number to client; who to write to is in the database."""
    target: TargetClock = Field(default_factory=TargetClock)
    updates: UpdateClock | None = None
    updates_missed: int = 0
    release: PlannedRelease | None = None
    plan_versions: dict[str, int] = Field(default_factory=dict)
    """The newest plan version heard of per release; each release counts its own."""
    progress: Progress | None = None
    feedback: list[Feedback] = Field(default_factory=list)
    reclassification: Reclassification | None = None
    area_work_since: Instant | None = None
    """When work last began in its area (R6)."""
    moving: str | None = None
    """Key of the effect that moves its cases to another defect, or takes them back."""
    moving_refused: str | None = None
    """Why the last attempt to do so failed."""
    deployed_meanwhile: ReleaseDeployed | None = None
    """Word that the release with its fix is out, which came while they were moved (R4)."""
    merged_into: str | None = None
    merged_at: Instant | None = None
    began_alone: bool = False
    """Imported without a case, and none came since: nobody has to look why none is attached."""
    formerly: list[str] = Field(default_factory=list)
    """Defects that were merged into this one."""
    incidents: int = 0
    """Incidents posted so far; the last one is open while `incident_open`."""
    incident_open: bool = False

    @property
    def rules(self) -> SeverityRules:
        """What the pinned policy says of the present severity."""
        return self.policy.severities[self.severity]

    @property
    def active(self) -> bool:
        """Neither resolved, nor merged into another, nor closed."""
        return self.resolved_at is None and self.merged_at is None

    @property
    def finished(self) -> bool:
        """Closed: resolved, and the reopen window is over."""
        return self.closed_at is not None

    @property
    def state(self) -> State:
        """The one word for where it stands."""
        if self.closed_at is not None:
            return "closed"
        if self.merged_at is not None:
            return "merged"
        if self.resolved_at is not None:
            return "resolved"
        if self.held_since is not None:
            return "on_hold"
        return "scheduled" if self.release is not None else "open"

    @property
    def has_target(self) -> bool:
        """Targets hold for material functionality, or where users are kept out (D2)."""
        return self.rules.target is not None and (self.material or self.blocks_access)

    @property
    def affected_clients(self) -> int:
        """Distinct clients attached, however many cases each has."""
        return len(set(self.cases.values()))

    @property
    def target_due_at(self) -> datetime | None:
        """When the running budget will be spent (UTC); None while it is not being spent."""
        if not self.has_target or self.rules.target is None:
            return None
        return self.target.due_at(self.severity, self.rules.target, self.policy.calendar)

    @property
    def target_missed(self) -> bool:
        """Whether the target of the present severity was missed."""
        return self.severity in self.target.missed_at

    @property
    def attention(self) -> list[str]:
        """Reasons, other than deliveries, why somebody should look."""
        reasons = []
        if self.active and not self.cases and not self.began_alone:
            reasons.append("no case is attached")
        due = self.target_due_at
        if due is not None and self.policy.calendar.horizon_exceeded(due):
            known = self.policy.calendar.holidays_known_until
            reasons.append(f"holidays are known only until {known}, before the target is due")
        return reasons

    def target_status(self, now: datetime) -> dict[str, Any] | None:
        """Days budgeted and spent by `now`, due and missed instants; None where no target holds."""
        rules = self.rules
        if not self.has_target or rules.target is None:
            return None
        spent = self.target.spent_by(self.severity, rules.target, self.policy.calendar, now)
        return {
            "budget": rules.target.amount,
            "spent": round(float(spent), 6),
            "unit": rules.target.unit,
            "due_at": iso(self.target_due_at),
            "missed_at": iso(self.target.missed_at.get(self.severity)),
        }

    def budget_text(self, now: datetime) -> dict[str, str]:
        """Budget and what is spent of it, in words; empty where no target holds."""
        target = self.target_status(now)
        if target is None:
            return {}
        unit = target["unit"].replace("_", " ")
        return {
            "budget": f"{target['budget']:g} {unit}",
            "spent": f"{target['spent']:.2f} {unit}",
        }

    def status(self, now: datetime) -> dict[str, Any]:
        """The contract's `status`, but for what only the workflow knows of deliveries."""
        shown = list(self.cases)[-CASES_SHOWN:]
        return {
            "number": self.number,
            "title": self.title,
            "severity": self.severity.value,
            "stage": self.stage.value,
            "state": self.state,
            "functional_area": self.functional_area,
            "priority": self.priority,
            "target": self.target_status(now),
            "next_update_due_at": iso(self.updates.deadline if self.updates else None),
            "updates_missed": self.updates_missed,
            "release": self._release_fact(),
            "workaround": self.workaround.model_dump(mode="json") if self.workaround else None,
            "cases": shown,
            "case_count": len(self.cases),
            "affected_clients": self.affected_clients,
            "feedback": [f.model_dump(mode="json") for f in self.feedback],
            "reclassification": self.reclassification
            and self.reclassification.model_dump(
                mode="json", include={"client", "severity", "requested_at", "reminders"}
            ),
            "waiting_for_clients": len(self.waiting),
            "area_work_since": iso(self.area_work_since),
            "merged_into": self.merged_into,
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
            "confirmed_at": iso(self.confirmed_at),
            "resolved_at": iso(self.resolved_at),
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status` and the texts written for clients, for the portal."""
        return self.status(now) | {
            "needs_attention": bool(self.attention),
            "public_summary": self.public_summary,
            "progress": self.progress.model_dump(mode="json") if self.progress else None,
        }

    def _workaround_fact(self) -> dict[str, Any] | None:
        return self.workaround.model_dump(mode="json") if self.workaround else None

    def _release_fact(self) -> dict[str, Any] | None:
        if self.release is None:
            return None
        return {"id": self.release.id, "deploy_at": iso(self.release.deploy_at)}

    def _must_be_active(self) -> None:
        if self.closed_at is not None:
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}")
        if self.merged_into is not None:
            raise InvalidCommand("state", f"is merged into {self.merged_into}")
        if not self.active:
            raise InvalidCommand("state", f"is {self.state}; reopen it first")

    def _must_not_be_moving(self) -> None:
        if self.moving is not None:
            raise InvalidCommand("state", "is being merged with another defect")
