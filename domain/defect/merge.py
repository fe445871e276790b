"""How a defect becomes one with another: its cases move there, and back if need be (C9)."""

from datetime import datetime, timedelta

from domain.contract.defect import Absorb, GiveBack, MergeInto, SaidOfSeverity, UndoMerge
from domain.contract.effects import MoveCases, Whom
from domain.contract.events import ClientEvent
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import CasesMoved
from domain.contract.status import SeverityFeedback
from domain.defect import cases, notify, posted_texts, severity
from domain.defect.feedback import note_feedback
from domain.defect.hold import follow_waiting
from domain.defect.release_plan import take_up_deployment
from domain.defect.resolution import close
from domain.defect.state import Defect, require_active, require_not_moving
from domain.entity import PENDING, Due, Pending, iso

# --- the defect that ends -------------------------------------------------------------------------


def merge_into(defect: Defect, command: MergeInto, now: datetime) -> None:
    """Ask the other defect to take the cases; what comes of it is known when it answers."""
    require_active(defect)
    require_not_moving(defect)
    if defect.reclassification is not None:
        asked_by = defect.reclassification.client
        raise InvalidCommand(
            "state", f"a reclassification asked for by {asked_by} is undecided; decide it first"
        )
    if command.defect == defect.number:
        raise InvalidCommand("defect", "must be another defect")
    _move(defect, command.defect, now, command.actor, back=False)
    defect.record(
        "defect.merge_requested",
        now,
        internal_text=command.reason,
        into=command.defect,
        actor=command.actor,
    )


def undo_merge(defect: Defect, command: UndoMerge, now: datetime) -> None:
    """Take the cases back, while the window is open."""
    if defect.closed_at is not None:
        raise InvalidCommand("state", f"is closed since {iso(defect.closed_at)}")
    if defect.merge.into is None:
        raise InvalidCommand("state", "is not merged into another defect")
    require_not_moving(defect)
    _move(defect, defect.merge.into, now, command.actor, back=True)
    defect.record(
        "defect.unmerge_requested",
        now,
        internal_text=command.reason,
        into=defect.merge.into,
        actor=command.actor,
    )


def _move(defect: Defect, other: str, now: datetime, actor: str, *, back: bool) -> None:
    said = [SaidOfSeverity.model_validate(one.model_dump()) for one in defect.feedback]
    effect = MoveCases(
        **defect.next_key("move_cases"),
        at=now,
        other=other,
        back=back,
        actor=actor,
        feedback=[] if back else said,
        severity=None if back else defect.severity,
        formerly=[] if back else defect.merge.formerly,
    )
    defect.merge.moving, defect.merge.refused = effect.key, None
    defect.emit(effect)


def answer(defect: Defect) -> InvalidCommand | Pending | None:
    """What became of the last command to merge or to undo it."""
    if defect.merge.moving is not None:
        return PENDING
    refused = defect.merge.refused
    return InvalidCommand("defect", refused) if refused is not None else None


def note_move(defect: Defect, effect: MoveCases, receipt: CasesMoved, now: datetime) -> None:
    """The cases are where they belong now, or the other defect would not have them."""
    if effect.key != defect.merge.moving:
        return
    defect.merge.moving, defect.merge.refused = None, receipt.refused
    if receipt.refused is not None:
        defect.record("defect.merge_refused", now, internal_text=receipt.refused)
        if not defect.active:
            defect.hold.waiting_cases = {}
    elif effect.back:
        defect.merge.into, defect.merge.at = None, None
        defect.record("defect.unmerged", now, public=True, actor=effect.actor)
        defect.plan.unwatch()
        severity.enter(defect, now, None, reason=f"not the same as {effect.other} after all")
        follow_waiting(defect, now)
    else:
        severity.leave(defect, now, posted_texts.MERGED)
        defect.hold.end(now)
        defect.merge.into, defect.merge.at = effect.other, now
        defect.hold.waiting_cases = {}
        defect.record("defect.merged", now, public=True, into=effect.other, actor=effect.actor)
    take_up_deployment(defect, now)


def agenda(defect: Defect) -> list[Due[Defect]]:
    """The end of the window in which a merge can be undone."""
    merge = defect.merge
    if merge.at is None or defect.closed_at is not None or merge.moving is not None:
        return []
    window = timedelta(days=defect.policy.defects.reopen_window_days)
    return [Due(merge.at + window, "the merge becomes final", close)]


# --- the defect that goes on ----------------------------------------------------------------------


def absorb(defect: Defect, command: Absorb, now: datetime) -> None:
    """Take cases of a defect that is the same; only who did not know this number is told."""
    require_active(defect)
    require_not_moving(defect)
    if command.severity is not None and command.severity < defect.severity:
        raise InvalidCommand(
            "severity", f"is {defect.severity}: raise it to {command.severity} before the merge"
        )
    taken = {attachment.case: attachment for attachment in command.cases}
    new = [attachment for case, attachment in taken.items() if case not in defect.cases]
    cases.require_room(defect, new)
    if command.defect not in defect.merge.formerly:
        numbers = [*defect.merge.formerly, *command.formerly, command.defect]
        defect.merge.formerly = list(dict.fromkeys(numbers))
        defect.record(
            "defect.absorbed", now, defect=command.defect, actor=command.actor, public=True
        )
        for said in command.feedback:
            note_feedback(defect, SeverityFeedback.model_validate(said.model_dump()))
    if not new:
        return
    cases.add(defect, new)
    defect.record("cases.absorbed", now, count=len(new), actor=command.actor)
    change = defect.sequence
    notify.attach(defect, new, now)
    notify.attached(
        defect,
        ClientEvent.DEFECT_MERGED,
        now,
        whom=Whom(kind="joined", change=change),
        before=command.defect,
        severity=defect.severity.value,
        stage=defect.stage.value,
        public_summary=defect.public_summary,
        workaround=defect.workaround_fact,
        release=defect.release_fact,
    )
    follow_waiting(defect, now)
    severity.raise_if_many(defect, now)


def give_back(defect: Defect, command: GiveBack, now: datetime) -> None:
    """Let go of the cases of a defect that is not the same after all."""
    if defect.merge.into is not None:
        raise InvalidCommand("state", f"is merged into {defect.merge.into}; undo that first")
    require_not_moving(defect)
    leaving = [case for case in dict.fromkeys(command.cases) if case in defect.cases]
    defect.merge.formerly = [n for n in defect.merge.formerly if n != command.defect]
    if not leaving:
        return
    cases.remove(defect, leaving)
    defect.record("cases.given_back", now, count=len(leaving), actor=command.actor)
    change = defect.sequence
    cases.tell_read_model_who_left(defect, leaving, now)
    defect.notify_clients(
        ClientEvent.DEFECT_UNMERGED,
        now,
        whom=Whom(kind="left", change=change),
        defect=command.defect,
        facts={"before": defect.number},
    )
    follow_waiting(defect, now)
