"""The life of a confirmed defect: what people's commands and time do to it (D1-D8, R3-R5)."""

from datetime import datetime, timedelta
from typing import Self

from domain.contract.defect import (
    AdoptPolicy,
    DefectStart,
    MergeInto,
    OfferWorkaround,
    PostProgress,
    ReleaseDeployed,
    Reopen,
    Resolve,
    RetryDeliveries,
    UndoMerge,
)
from domain.contract.effects import CloseCases, Effect, MoveCases, Receipt
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment, Stage, Workaround
from domain.defect.importing import ImportedDefect
from domain.defect.notify import REMINDER_TOPIC, STATUS_TOPIC
from domain.defect.state import (
    Progress,
)
from domain.entity import Due, iso
from domain.policy import PinnedPolicy


class Defect(ImportedDefect):
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
            InvalidCommand: a public text promises a time (D7), or its past is not in order.
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
            confirmed_at=start.past.confirmed_at if start.past else now,
            cases={case: attachment.client for case, attachment in cases.items()},
        )
        defect._accepted = accepted
        defect._refuse_promises("public_summary", start.public_summary, now)
        if start.workaround:
            defect._refuse_promises("workaround.description", start.workaround.description, now)
        attachments = list(cases.values())
        if start.past is not None:
            defect._begin_with_past(start, start.past, attachments, now)
        else:
            defect._begin(start, attachments, now)
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

    # --- what only the outside can answer --------------------------------------------------------

    def awaits(self, command: str) -> bool:
        """Whether cases are being moved to another defect, or back."""
        return command in {MergeInto.name, UndoMerge.name} and self.moving is not None

    def refusal_of(self, command: str) -> InvalidCommand | None:
        """Why the other defect would not have the cases, or not give them back."""
        if command in {MergeInto.name, UndoMerge.name} and self.moving_refused is not None:
            return InvalidCommand("defect", self.moving_refused)
        return None

    # --- what time brings ------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """Everything time will bring unless something else happens first."""
        items = [*self._postponed_agenda(), *self._merge_agenda()]
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
        return [*items, *self._reclassification_agenda()]

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

    # --- commands: the end -----------------------------------------------------------------------

    def resolve(self, command: Resolve, now: datetime) -> None:
        """C9: everyone attached is told once, their cases close."""
        self._must_be_active()
        self._must_not_be_moving()
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
        self.reclassification, self.waiting = None, []
        if self.cases:
            key = self._next_key("close_cases")
            self._emit(CloseCases(**key, at=now, resolution=resolution, formerly=self.formerly))

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        super()._note_delivery(effect, receipt, now)
        if isinstance(effect, MoveCases) and effect.key == self.moving:
            self._note_move(effect, receipt, now)
            deployed, self.deployed_meanwhile = self.deployed_meanwhile, None
            if deployed is not None and self.active:
                self._resolve_with(deployed, now)

    def release_deployed(self, command: ReleaseDeployed, now: datetime) -> None:
        """R4: the release is out, so the defect is resolved.

        Word of a release that knows its plan counts for a defect too that never heard of the plan.
        While the cases are on their way to another defect it waits for what comes of that.
        """
        self._must_be_active()
        self._must_be_newer(command)
        unheard = self.release is None and command.release not in self.plan_versions
        if not (unheard and command.plan_version is not None):
            self._must_be_planned_for(command.release)
        if self.moving is not None:
            self.deployed_meanwhile = command
            self._record(
                "defect.deployed_meanwhile", now, release=command.release, actor=command.actor
            )
            return
        self._resolve_with(command, now)

    def _resolve_with(self, said: ReleaseDeployed, now: datetime) -> None:
        resolution = f"deployed with {said.release}"
        self._resolve(resolution, None, now, said.actor, release=said.release)
        self.release = self.release and self.release.unwatched()

    def reopen(self, command: Reopen, now: datetime) -> None:
        """It was not done after all. The budget goes on where it was (T2)."""
        if self.active or self.merged_into is not None:
            raise InvalidCommand("state", f"is {self.state}, not resolved")
        if self.closed_at is not None:
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}")
        self.resolved_at = None
        ahead = self.release is not None and self.release.watched and self.release.deploy_at > now
        self.release = self.release.unwatched() if self.release is not None and ahead else None
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
