"""A confirmed defect: its state in small parts, and a function for each thing that can happen.

`DEFECT` below is the table of contents.
"""

from datetime import datetime

from domain import acknowledgement, snooze, telephone
from domain.contract import defect as said
from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
from domain.contract.effects import MoveCases, NotifyClients
from domain.contract.events import Reminder
from domain.contract.receipts import CasesMoved, DeliveryReceipt
from domain.contract.staff_notices import Acknowledge, Snooze
from domain.defect import (
    area_work,
    beginning,
    cases,
    contacts,
    feedback,
    hold,
    merge,
    notify,
    policy_change,
    reclassification,
    release_plan,
    resolution,
    severity,
    updates,
)
from domain.defect.state import Defect
from domain.entity import Behaviour, Due, Reminders, after, assign, on, retry_deliveries

_REMINDERS: Reminders[Defect] = {
    Reminder.UPDATE_NEEDED: updates.REMINDING,
    Reminder.RELEASE_OVERDUE: release_plan.REMINDING,
    Reminder.RECLASSIFICATION: reclassification.REMINDING,
}


def _agenda(defect: Defect) -> list[Due[Defect]]:
    items = [*merge.agenda(defect), *resolution.agenda(defect), *telephone.agenda(defect)]
    if not defect.active:
        return items
    return [
        *items,
        *updates.agenda(defect),
        *severity.agenda(defect),
        *release_plan.agenda(defect),
        *reclassification.agenda(defect),
        *acknowledgement.agenda(defect),
        *snooze.agenda(_REMINDERS, defect),
    ]


def _catch_up(defect: Defect, now: datetime) -> None:
    updates.record_missed(defect, now)


DEFECT = Behaviour(
    state=Defect,
    start=said.DefectStart,
    begin=beginning.begin,
    handlers=dict(
        (
            on(said.ChangeSeverity, severity.change_severity),
            on(said.AttachCase, cases.attach_case),
            on(said.DetachCase, cases.detach_case),
            on(CorrectContact, contacts.correct_contact),
            on(Acknowledge, acknowledgement.acknowledge),
            on(Snooze, snooze.snoozing(_REMINDERS)),
            on(RecordNotification, contacts.record_notification),
            on(DeliveryBounced, contacts.delivery_bounced),
            on(said.PostProgress, updates.post_progress),
            on(said.DraftUpdate, updates.draft_update),
            on(said.OfferWorkaround, updates.offer_workaround),
            on(said.ScheduleRelease, release_plan.schedule_release),
            on(said.WithdrawRelease, release_plan.withdraw_release),
            on(said.ReleaseDeployed, release_plan.release_deployed),
            on(said.AreaWorkStarted, area_work.area_work_started),
            on(said.Hold, hold.hold),
            on(said.Resume, hold.resume),
            on(said.WaitForClient, hold.wait_for_client),
            on(said.StopWaiting, hold.stop_waiting),
            on(said.RecordSeverityFeedback, feedback.record_severity_feedback),
            on(said.RequestReclassification, reclassification.request_reclassification),
            on(said.DecideReclassification, reclassification.decide_reclassification),
            on(said.MergeInto, merge.merge_into),
            on(said.UndoMerge, merge.undo_merge),
            on(said.Absorb, merge.absorb),
            on(said.GiveBack, merge.give_back),
            on(said.Assign, assign),
            on(said.Resolve, resolution.resolve),
            on(said.Reopen, resolution.reopen),
            on(said.AdoptPolicy, policy_change.accept),
            on(policy_change.AdoptPinnedPolicy, policy_change.adopt),
            on(said.RetryDeliveries, retry_deliveries),
        )
    ),
    receivers=dict(
        (
            after(NotifyClients, DeliveryReceipt, updates.note_arrival),
            after(MoveCases, CasesMoved, merge.note_move),
        )
    ),
    agenda=_agenda,
    catch_up=_catch_up,
    still_matters=notify.still_matters,
    reminders=_REMINDERS,
    answers={said.MergeInto: merge.answer, said.UndoMerge: merge.answer},
)
