"""A release: the truth about its date, for every defect in it.

`RELEASE` below is the table of contents.
"""

from domain import acknowledgement, snooze
from domain.contract import release as said
from domain.contract.defect import RetryDeliveries
from domain.contract.effects import AlignDefects, NotifyClients
from domain.contract.events import Reminder
from domain.contract.receipts import DefectsAligned, DeliveryReceipt
from domain.contract.staff_notices import Acknowledge, Snooze
from domain.entity import Behaviour, Due, Reminders, after, on
from domain.release import defects, notices, plan
from domain.release.state import Release

_REMINDERS: Reminders[Release] = {Reminder.RELEASE_OVERDUE: plan.REMINDING}


def _agenda(release: Release) -> list[Due[Release]]:
    if release.ended:
        return []
    return [
        *notices.agenda(release),
        *plan.agenda(release),
        *acknowledgement.agenda(release),
        *snooze.agenda(_REMINDERS, release),
    ]


RELEASE = Behaviour(
    state=Release,
    start=said.ReleaseStart,
    begin=plan.begin,
    handlers=dict(
        (
            on(said.AttachDefect, defects.attach_defect),
            on(said.AttachDefects, defects.attach_defects),
            on(said.DetachDefect, defects.detach_defect),
            on(said.Freeze, defects.freeze),
            on(said.Unfreeze, defects.unfreeze),
            on(said.Reschedule, plan.reschedule),
            on(said.Announce, notices.announce),
            on(said.Deploy, plan.deploy),
            on(said.CancelRelease, plan.cancel),
            on(Acknowledge, acknowledgement.acknowledge),
            on(Snooze, snooze.snoozing(_REMINDERS)),
            on(RetryDeliveries, defects.retry_deliveries),
        )
    ),
    receivers=dict(
        (
            after(NotifyClients, DeliveryReceipt, notices.note_arrival),
            after(AlignDefects, DefectsAligned, defects.note_round),
        )
    ),
    agenda=_agenda,
    still_matters=plan.still_matters,
    reminders=_REMINDERS,
)
