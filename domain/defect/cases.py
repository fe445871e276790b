"""Which cases are on a defect: attached, detached, moved to another defect and back (C9, C10)."""

from datetime import datetime, timedelta

from domain.contract.defect import (
    Absorb,
    AttachCase,
    DetachCase,
    GiveBack,
    MergeInto,
    SaidOfSeverity,
    UndoMerge,
)
from domain.contract.effects import AudienceChange, Detachment, MoveCases, Receipt, Whom
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment
from domain.defect.reclassification import ReviewedDefect
from domain.defect.state import Feedback
from domain.entity import Due, iso


class AttendedDefect(ReviewedDefect):
    """A defect with people behind it."""

    def attach_case(self, command: AttachCase, now: datetime) -> None:
        """C10: the client gets both numbers, and whatever helps already. A repeat is harmless."""
        self._must_be_active()
        self._must_not_be_moving()
        if command.case in self.cases:
            if self.cases[command.case] != command.client:
                raise InvalidCommand("client", f"case {command.case} is another client's")
            return
        attachment = Attachment(case=command.case, client=command.client, contact=command.contact)
        self.cases = self.cases | {command.case: command.client}
        self.began_alone = False
        self._record("case.attached", now, case=command.case, actor=command.actor)
        self._join([attachment], now)
        self._confirm_to([attachment], now)
        self._follow_waiting(now)
        self._raise_if_many(now)

    def detach_case(self, command: DetachCase, now: datetime) -> None:
        """The case was about something else."""
        self._must_not_be_moving()
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
        self._follow_waiting(now)

    # --- the same as another defect --------------------------------------------------------------

    def merge_into(self, command: MergeInto, now: datetime) -> None:
        """Ask the other defect to take the cases; what comes of it is known when it answers."""
        self._must_be_active()
        self._must_not_be_moving()
        if self.reclassification is not None:
            asked_by = self.reclassification.client
            raise InvalidCommand(
                "state", f"a reclassification asked for by {asked_by} is undecided; decide it first"
            )
        if command.defect == self.number:
            raise InvalidCommand("defect", "must be another defect")
        self._move(command.defect, now, command.actor, back=False)
        self._record(
            "defect.merge_requested",
            now,
            internal_text=command.reason,
            into=command.defect,
            actor=command.actor,
        )

    def undo_merge(self, command: UndoMerge, now: datetime) -> None:
        """Take the cases back, while the window is open."""
        if self.closed_at is not None:
            raise InvalidCommand("state", f"is closed since {iso(self.closed_at)}")
        if self.merged_into is None:
            raise InvalidCommand("state", "is not merged into another defect")
        self._must_not_be_moving()
        self._move(self.merged_into, now, command.actor, back=True)
        self._record(
            "defect.unmerge_requested",
            now,
            internal_text=command.reason,
            into=self.merged_into,
            actor=command.actor,
        )

    def absorb(self, command: Absorb, now: datetime) -> None:
        """Take cases of a defect that is the same; only who did not know this number is told."""
        self._must_be_active()
        self._must_not_be_moving()
        if command.severity is not None and command.severity < self.severity:
            raise InvalidCommand(
                "severity", f"is {self.severity}: raise it to {command.severity} before the merge"
            )
        taken = {attachment.case: attachment for attachment in command.cases}
        new = [attachment for case, attachment in taken.items() if case not in self.cases]
        if command.defect not in self.formerly:
            numbers = [*self.formerly, *command.formerly, command.defect]
            self.formerly = list(dict.fromkeys(numbers))
            self._record(
                "defect.absorbed", now, defect=command.defect, actor=command.actor, public=True
            )
            for said in command.feedback:
                self._note_feedback(Feedback.model_validate(said.model_dump()))
        if not new:
            return
        self.cases = self.cases | {attachment.case: attachment.client for attachment in new}
        self.began_alone = False
        self._record("cases.absorbed", now, count=len(new), actor=command.actor)
        change = self.sequence
        self._join(new, now)
        self._tell_attached(
            ClientEvent.DEFECT_MERGED,
            now,
            whom=Whom(kind="joined", change=change),
            before=command.defect,
            severity=self.severity.value,
            stage=self.stage.value,
            public_summary=self.public_summary,
            workaround=self._workaround_fact(),
            release=self._release_fact(),
        )
        self._follow_waiting(now)
        self._raise_if_many(now)

    def give_back(self, command: GiveBack, now: datetime) -> None:
        """Let go of the cases of a defect that is not the same after all."""
        if self.merged_into is not None:
            raise InvalidCommand("state", f"is merged into {self.merged_into}; undo that first")
        self._must_not_be_moving()
        leaving = [case for case in dict.fromkeys(command.cases) if case in self.cases]
        self.formerly = [number for number in self.formerly if number != command.defect]
        if not leaving:
            return
        self.cases = {case: who for case, who in self.cases.items() if case not in leaving}
        self._record("cases.given_back", now, count=len(leaving), actor=command.actor)
        change = self.sequence
        self._change_audience(
            AudienceChange(
                sequence=change, at=now, detach=[Detachment(case=case) for case in leaving]
            )
        )
        self._tell_clients(
            ClientEvent.DEFECT_UNMERGED,
            now,
            whom=Whom(kind="left", change=change),
            defect=command.defect,
            facts={"before": self.number},
        )
        self._follow_waiting(now)

    def _move(self, other: str, now: datetime, actor: str, *, back: bool) -> None:
        said = [SaidOfSeverity.model_validate(one.model_dump()) for one in self.feedback]
        effect = MoveCases(
            **self._next_key("move_cases"),
            at=now,
            other=other,
            back=back,
            actor=actor,
            feedback=[] if back else said,
            severity=None if back else self.severity,
            formerly=[] if back else self.formerly,
        )
        self.moving, self.moving_refused = effect.key, None
        self._emit(effect)

    def _note_move(self, effect: MoveCases, receipt: Receipt, now: datetime) -> None:
        """The cases are where they belong now, or the other defect would not have them."""
        self.moving, self.moving_refused = None, receipt.refused
        if receipt.refused is not None:
            self._record("defect.merge_refused", now, internal_text=receipt.refused)
            self.waiting = self.waiting if self.active else []
        elif effect.back:
            self.merged_into, self.merged_at = None, None
            self._record("defect.unmerged", now, public=True, actor=effect.actor)
            self.release = self.release and self.release.unwatched()
            self._enter_severity(now, None, reason=f"not the same as {effect.other} after all")
            self._follow_waiting(now)
        else:
            self._leave_severity(now, "Work on this issue goes on together with a related one.")
            self._end_hold(now)
            self.merged_into, self.merged_at, self.waiting = effect.other, now, []
            self._record("defect.merged", now, public=True, into=effect.other, actor=effect.actor)

    def _merge_agenda(self) -> list[Due]:
        if self.merged_at is None or self.closed_at is not None or self.moving is not None:
            return []
        window = timedelta(days=self.policy.defects.reopen_window_days)
        return [Due(self.merged_at + window, "the merge becomes final", self._close)]

    def _close(self, _due: datetime, now: datetime) -> None:
        self.closed_at = now
        self._record("defect.closed", now)
