"""What a defect's severity obliges us to: its target, its holds, its place on the status page."""

from datetime import datetime

from domain.contract.defect import ChangeSeverity, Hold, Resume, StopWaiting, WaitForClient
from domain.contract.effects import TellClients
from domain.contract.events import ClientEvent, Role, StaffEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Severity
from domain.defect.notify import STATUS_TOPIC
from domain.defect.release_plan import PlannedDefect
from domain.defect.state import HOLDS_KEPT, Span
from domain.defect.target import TargetClock
from domain.entity import Due, iso
from domain.policy import Rung


class ClassifiedDefect(PlannedDefect):
    """A defect whose severity starts and stops clocks (D1, D2, T2, T5, T7)."""

    # --- what time brings ------------------------------------------------------------------------

    def _target_agenda(self) -> list[Due]:
        calendar = self.policy.calendar
        items: list[Due] = []
        if not self.target_missed and (due := self.target_due_at) is not None:
            items.append(Due(due, "target missed", self._miss_target))
        if (upcoming := self.target.next_rung(self.rules, calendar)) is not None:
            at, rung = upcoming

            def tell(due: datetime, now: datetime) -> None:
                self._tell_rung(rung, due, now)

            items.append(Due(at, f"{rung.event} to {rung.role}", tell))
        return items

    def _miss_target(self, due: datetime, now: datetime) -> None:
        self.target.missed_at = self.target.missed_at | {self.severity: due}
        self._record("target.missed", now, severity=self.severity, due_at=iso(due))

    def _tell_rung(self, rung: Rung, due: datetime, now: datetime) -> None:
        self.target.told = [*self.target.told, TargetClock.rung_key(self.severity, rung)]
        self._record(rung.event, now, severity=self.severity, due_at=iso(due), role=rung.role)
        at_once = rung.share >= 1 or self.rules.round_the_clock
        tell = self._notify if at_once else self._remind
        tell(
            rung.event,
            rung.role,
            now,
            **self.budget_text(now),
            due_at=iso(self.target_due_at),
            since=iso(self.confirmed_at),
        )

    # --- commands --------------------------------------------------------------------------------

    def change_severity(self, command: ChangeSeverity, now: datetime) -> None:
        """D1, T2: clocks follow; engineering hears of an S1 at once; clients are told."""
        self._must_be_active()
        if command.severity is self.severity:
            raise InvalidCommand("severity", f"is already {self.severity}")
        self._reclassify(command.severity, command.reason, command.actor, now)

    def _reclassify(self, severity: Severity, reason: str, actor: str, now: datetime) -> None:
        before = self.severity
        self._leave_severity(now, "This issue hurts less now; work on it goes on.")
        self.severity = severity
        self._record(
            "defect.severity_changed",
            now,
            public=True,
            internal_text=reason,
            before=before.value,
            severity=self.severity.value,
            actor=actor,
        )
        told = self._tell_attached(
            ClientEvent.DEFECT_SEVERITY_CHANGED,
            now,
            replaces=(STATUS_TOPIC,),
            before=before.value,
            severity=self.severity.value,
        )
        self._enter_severity(now, told, reason=reason)
        self._raise_if_many(now)

    def hold(self, command: Hold, now: datetime) -> None:
        """T2: the budget is not spent meanwhile; updates to clients go on.

        A hold that stands because clients are waited for becomes one of ours.
        """
        self._must_be_active()
        if self.held_since is not None and self.held_for == "staff":
            raise InvalidCommand("state", f"is on hold since {iso(self.held_since)}")
        if self.held_since is None:
            self._begin_hold(now)
        self.held_for = "staff"
        self._record("defect.held", now, internal_text=command.reason, actor=command.actor)

    def resume(self, command: Resume, now: datetime) -> None:
        """The budget is spent again from here, whoever is still waited for."""
        self._must_be_active()
        if self.held_since is None:
            raise InvalidCommand("state", "is not on hold")
        self.waiting = []
        self._end_hold(now)
        self._run_target(now)
        self._record("defect.resumed", now, internal_text=command.reason, actor=command.actor)

    def wait_for_client(self, command: WaitForClient, now: datetime) -> None:
        """T2: once every case waits for its client, nobody can go on, and the budget stands.

        Cases on their way back from a merge say so before they have arrived.
        """
        if self.merged_into is None or self.moving is None:
            self._must_be_active()
        if command.case not in self.cases:
            raise InvalidCommand("case", f"{command.case} is not attached")
        if command.case not in self.waiting:
            self.waiting = [*self.waiting, command.case]
            self._record("case.waits", now, case=command.case, actor=command.actor)
            self._follow_waiting(now)

    def stop_waiting(self, command: StopWaiting, now: datetime) -> None:
        """The client has answered, or is not waited for any longer.

        A repeat is harmless, and so is word of a case that closes because this is resolved.
        """
        if command.case in self.waiting:
            self.waiting = [case for case in self.waiting if case != command.case]
            self._record("case.waits_no_more", now, case=command.case, actor=command.actor)
            self._follow_waiting(now)

    # --- steps the commands share ----------------------------------------------------------------

    def _follow_waiting(self, now: datetime) -> None:
        """Hold or go on after a change of who is attached or waited for."""
        self.waiting = [case for case in self.waiting if case in self.cases]
        all_wait = bool(self.cases) and len(self.waiting) == len(self.cases)
        if all_wait and self.held_since is None and self.active:
            self._begin_hold(now)
            self.held_for = "client"
            self._record("defect.held", now, waiting=len(self.waiting))
        elif not all_wait and self.held_since is not None and self.held_for == "client":
            self._end_hold(now)
            self._run_target(now)
            self._record("defect.resumed", now)

    def _begin_hold(self, now: datetime) -> None:
        self.held_since = now
        self.target.stand(self.rules.target, self.policy.calendar, now)

    def _end_hold(self, now: datetime) -> None:
        if self.held_since is not None:
            span = Span(start=self.held_since, end=now)
            self.holds = [*self.holds, span][-HOLDS_KEPT:]
            self.held_since, self.held_for = None, "staff"

    def _enter_severity(self, now: datetime, told: TellClients | None, reason: str | None) -> None:
        """Start what the present severity obliges us to; `told` counts as the first update."""
        if self.rules.urgent:
            self._notify(StaffEvent.DEFECT_URGENT, Role.ENGINEERING, now, reason=reason)
        if self.rules.status_page:
            self.incidents += 1
            self.incident_open = True
            self._post_status(now, self.public_summary)
        self._run_target(now)
        self._restart_updates(now, told)

    def _leave_severity(self, now: datetime, public_text: str) -> None:
        """Stop what the present severity obliged us to; the status page gets a last word."""
        self._record_missed_updates(now)
        self.target.stand(self.rules.target, self.policy.calendar, now)
        self.updates = None
        if self.incident_open:
            self._post_status(now, public_text, resolved=True)
            self.incident_open = False

    def _run_target(self, now: datetime) -> None:
        if self.active and self.held_since is None and self.has_target:
            self.target.run(self.severity, now)

    def _raise_if_many(self, now: datetime) -> None:
        """S3: several clients hit raise the priority, once."""
        limit = self.rules.raised_at_clients
        if limit is None or self.affected_clients < limit or self.priority == "raised":
            return
        self.priority = "raised"
        self._record("defect.raised", now, clients=self.affected_clients)
        self._notify(StaffEvent.DEFECT_RAISED, Role.ENGINEERING, now)
