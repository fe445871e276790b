"""The life of a confirmed defect: what people's commands and time do to it (D1-D8, R3-R5)."""

from datetime import datetime, timedelta
from typing import Self

from domain.defect_releases import PlannedDefect
from domain.defect_state import (
    FEEDBACK_KEPT,
    HOLDS_KEPT,
    Feedback,
    Progress,
    Span,
)
from domain.defect_telling import REMINDER_TOPIC, STATUS_TOPIC
from domain.effects import AudienceChange, CloseCases, Detachment, Effect, TellClients
from domain.events import ClientEvent, Role, StaffEvent
from domain.machine import Due, iso
from domain.messages import (
    AdoptPolicy,
    AttachCase,
    Attachment,
    ChangeSeverity,
    DefectStart,
    DetachCase,
    Hold,
    InvalidCommand,
    OfferWorkaround,
    PostProgress,
    RecordSeverityFeedback,
    ReleaseDeployed,
    Reopen,
    Resolve,
    Resume,
    RetryDeliveries,
    Stage,
    Workaround,
)
from domain.policy import PinnedPolicy, Rung
from domain.target import TargetClock


class Defect(PlannedDefect):
    """A confirmed defect. `open` makes one; afterwards `handle` and `fire` do everything."""

    @classmethod
    def open(
        cls,
        number: str,
        start: DefectStart,
        policy: PinnedPolicy,
        now: datetime,
        *,
        accepted: bool = False,
    ) -> tuple[Self, list[Effect]]:
        """Confirm a defect at `now`: everyone attached is told its number (C9).

        Raises:
            InvalidCommand: a public text promises a time (D7).
        """
        cases = {attachment.case: attachment for attachment in start.cases}
        defect = cls(
            number=number,
            policy=policy,
            title=start.title,
            severity=start.severity,
            functional_area=start.functional_area,
            public_summary=start.public_summary,
            material=start.material,
            blocks_access=start.blocks_access,
            workaround=start.workaround,
            owner=start.owner,
            confirmed_at=now,
            cases={case: attachment.client for case, attachment in cases.items()},
        )
        defect._accepted = accepted
        defect._refuse_promises("public_summary", start.public_summary, now)
        if start.workaround:
            defect._refuse_promises("workaround.description", start.workaround.description, now)
        defect._begin(start, list(cases.values()), now)
        return defect, defect._taken(now)

    def _begin(self, start: DefectStart, attachments: list[Attachment], now: datetime) -> None:
        self._record(
            "defect.confirmed",
            now,
            public=True,
            public_text=self.public_summary,
            internal_text=start.internal_description,
            severity=self.severity,
            actor=start.actor,
        )
        self._join(attachments, now)
        confirmed = self._confirm_to(attachments, now)
        self._enter_severity(now, confirmed, reason=None)
        self._raise_if_many(now)

    # --- what time brings ------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        items = self._postponed_agenda()
        if self.closed_at is None and self.resolved_at is not None:
            window = timedelta(days=self.policy.defects.reopen_window_days)
            items.append(Due(self.resolved_at + window, "reopen window ends", self._close))
        if not self.active:
            return items
        if self.updates is not None:
            items.append(Due(self.updates.send_at, "status update to clients", self._send_update))
        if self.has_target:
            items.extend(self._target_agenda())
        if self.release is not None:
            items.extend(self._release_agenda(self.release))
        return items

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

    def _close(self, _due: datetime, now: datetime) -> None:
        self.closed_at = now
        self._record("defect.closed", now)

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

    # --- commands: people and severity -----------------------------------------------------------

    def change_severity(self, command: ChangeSeverity, now: datetime) -> None:
        """D1, T2: clocks follow; engineering hears of an S1 at once; clients are told."""
        self._must_be_active()
        if command.severity is self.severity:
            raise InvalidCommand("severity", f"is already {self.severity}")
        before = self.severity
        self._leave_severity(now, "This issue hurts less now; work on it goes on.")
        self.severity = command.severity
        self._record(
            "defect.severity_changed",
            now,
            public=True,
            internal_text=command.reason,
            before=before.value,
            severity=self.severity.value,
            actor=command.actor,
        )
        told = self._tell_attached(
            ClientEvent.DEFECT_SEVERITY_CHANGED,
            now,
            replaces=(STATUS_TOPIC,),
            before=before.value,
            severity=self.severity.value,
        )
        self._enter_severity(now, told, reason=command.reason)
        self._raise_if_many(now)

    def attach_case(self, command: AttachCase, now: datetime) -> None:
        """C10: the client gets both numbers, and whatever helps already. A repeat is harmless."""
        self._must_be_active()
        if command.case in self.cases:
            if self.cases[command.case] != command.client:
                raise InvalidCommand("client", f"case {command.case} is another client's")
            return
        attachment = Attachment(case=command.case, client=command.client, contact=command.contact)
        self.cases = self.cases | {command.case: command.client}
        self._record("case.attached", now, case=command.case, actor=command.actor)
        self._join([attachment], now)
        self._confirm_to([attachment], now)
        self._raise_if_many(now)

    def detach_case(self, command: DetachCase, now: datetime) -> None:
        """The case was about something else."""
        if command.case not in self.cases:
            raise InvalidCommand("case", f"{command.case} is not attached")
        self.cases = {case: who for case, who in self.cases.items() if case != command.case}
        self._record(
            "case.detached",
            now,
            internal_text=command.reason,
            case=command.case,
            actor=command.actor,
        )
        self._change_audience(
            AudienceChange(sequence=self.sequence, at=now, detach=[Detachment(case=command.case)])
        )

    def record_severity_feedback(self, command: RecordSeverityFeedback, now: datetime) -> None:
        """D3: recorded for those who review, changes nothing."""
        said = Feedback(client=command.client, severity=command.severity, at=now)
        others = [f for f in self.feedback if f.client != command.client]
        self.feedback = [*others, said][-FEEDBACK_KEPT:]
        self._record(
            "severity.feedback",
            now,
            internal_text=command.comment,
            client=command.client,
            severity=command.severity,
            actor=command.actor,
        )

    # --- commands: the work ----------------------------------------------------------------------

    def post_progress(self, command: PostProgress, now: datetime) -> None:
        """D6: at once by mail where the severity asks for it, in the portal always."""
        self._must_be_active()
        if not (command.public_text or command.internal_note or command.stage):
            raise InvalidCommand("public_text", "or internal_note or stage must be given")
        self._refuse_promises("public_text", command.public_text, now)
        if command.stage is not None:
            self.stage = command.stage
        self._record(
            "defect.progress",
            now,
            public=command.public_text is not None or command.stage is not None,
            public_text=command.public_text,
            internal_text=command.internal_note,
            stage=command.stage,
            actor=command.actor,
        )
        if command.public_text is not None:
            self.progress = Progress(text=command.public_text, at=now)
            if self.rules.progress_by_mail:
                sent = self._update_clients(now, command.public_text)
                self._restart_updates(now, sent)
        if command.public_text is not None or command.stage is not None:
            self._post_status(now, command.public_text)

    def offer_workaround(self, command: OfferWorkaround, now: datetime) -> None:
        """D5: attached clients get it now, later ones with their confirmation."""
        self._must_be_active()
        self._refuse_promises("description", command.description, now)
        offered = Workaround(description=command.description, effort=command.effort)
        if offered == self.workaround:
            return
        self.workaround = offered
        self._record(
            "defect.workaround",
            now,
            public=True,
            public_text=command.description,
            effort=command.effort,
            actor=command.actor,
        )
        sent = self._tell_attached(
            ClientEvent.DEFECT_WORKAROUND,
            now,
            description=command.description,
            effort=command.effort,
        )
        if sent is not None and self.updates is not None:
            self._restart_updates(now, sent)

    def hold(self, command: Hold, now: datetime) -> None:
        """T2: the budget is not spent meanwhile; updates to clients go on."""
        self._must_be_active()
        if self.held_since is not None:
            raise InvalidCommand("state", f"is on hold since {iso(self.held_since)}")
        self.held_since = now
        self.target.stand(self.rules.target, self.policy.calendar, now)
        self._record("defect.held", now, internal_text=command.reason, actor=command.actor)

    def resume(self, command: Resume, now: datetime) -> None:
        """The budget is spent again from here."""
        self._must_be_active()
        if self.held_since is None:
            raise InvalidCommand("state", "is not on hold")
        self._end_hold(now)
        self._run_target(now)
        self._record("defect.resumed", now, internal_text=command.reason, actor=command.actor)

    # --- commands: the end -----------------------------------------------------------------------

    def resolve(self, command: Resolve, now: datetime) -> None:
        """C9: everyone attached is told once, their cases close."""
        self._must_be_active()
        self._refuse_promises("public_text", command.public_text, now)
        self._resolve(command.resolution, command.public_text, now, command.actor)

    def _resolve(
        self,
        resolution: str,
        public_text: str | None,
        now: datetime,
        actor: str,
        release: str | None = None,
    ) -> None:
        self._end_hold(now)
        self._leave_severity(now, public_text or "This issue is resolved.")
        self.resolved_at = now
        self._record(
            "defect.resolved",
            now,
            public=True,
            public_text=public_text,
            internal_text=resolution,
            release=release,
            actor=actor,
        )
        self._tell_attached(
            ClientEvent.DEFECT_RESOLVED,
            now,
            replaces=(STATUS_TOPIC, REMINDER_TOPIC),
            release_id=release,
            text=public_text,
            release=release,
        )
        if self.cases:
            key = self._next_key("close_cases")
            self._emit(CloseCases(**key, at=now, resolution=resolution))

    def release_deployed(self, command: ReleaseDeployed, now: datetime) -> None:
        """R4: the release is out, so the defect is resolved."""
        self._must_be_active()
        self._must_be_planned_for(command.release)
        self._resolve(
            f"deployed with {command.release}", None, now, command.actor, release=command.release
        )

    def reopen(self, command: Reopen, now: datetime) -> None:
        """It was not done after all. The budget goes on where it was (T2)."""
        if self.active:
            raise InvalidCommand("state", f"is {self.state}, not resolved")
        if self.closed_at is not None:
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}")
        self.resolved_at = None
        self.release = None
        self.stage = Stage.INVESTIGATING
        self._record(
            "defect.reopened", now, public=True, internal_text=command.reason, actor=command.actor
        )
        told = self._tell_attached(ClientEvent.DEFECT_REOPENED, now)
        self._enter_severity(now, told, reason=command.reason)

    def adopt_policy(self, command: AdoptPolicy, now: datetime) -> None:
        """T8: never refused; the workflow looks the policy up and hands it to `adopt`."""

    def adopt(self, policy: PinnedPolicy, said: AdoptPolicy, now: datetime) -> list[Effect]:
        """T8: from `now` on the new version holds; what was spent and told stays so."""
        if self._is_repeat(said):
            return []
        before = self.policy.version
        self.target.stand(self.rules.target, self.policy.calendar, now)
        self.policy = policy
        self._run_target(now)
        if self.updates is not None and self.rules.updates is not None:
            self.updates = self.updates.under(self.rules.updates, policy.calendar, now)
        elif self.active:
            self._restart_updates(now, None)
        self._record("policy.adopted", now, before=before, version=policy.version, actor=said.actor)
        self._remember(said)
        return self._taken(now)

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Put on record who asked; the outbox does the rest."""
        self._record("deliveries.retried", now, actor=command.actor)

    # --- steps the commands share ----------------------------------------------------------------

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

    def _end_hold(self, now: datetime) -> None:
        if self.held_since is not None:
            span = Span(start=self.held_since, end=now)
            self.holds = [*self.holds, span][-HOLDS_KEPT:]
            self.held_since = None

    def _raise_if_many(self, now: datetime) -> None:
        """S3: several clients hit raise the priority, once."""
        limit = self.rules.raised_at_clients
        if limit is None or self.affected_clients < limit or self.priority == "raised":
            return
        self.priority = "raised"
        self._record("defect.raised", now, clients=self.affected_clients)
        self._notify(StaffEvent.DEFECT_RAISED, Role.ENGINEERING, now)
