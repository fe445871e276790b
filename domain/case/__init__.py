"""A case: one contact, from its receipt to its end; a function for each thing that can happen.

`CASE` below is the table of contents.
"""

from datetime import datetime

from domain import acknowledgement, snooze, telephone
from domain.case import (
    calls,
    closing,
    contact,
    defects,
    first_response,
    intake,
    opening,
    preferences,
)
from domain.case.state import Case
from domain.contract import case as said
from domain.contract.contacts import CorrectContact, DeliveryBounced, RecordNotification
from domain.contract.defect import Assign, RetryDeliveries
from domain.contract.effects import (
    BookMinutes,
    NotifyClients,
    NotifyStaff,
    OpenDefect,
    SignalDefect,
)
from domain.contract.events import Reminder, StaffEvent
from domain.contract.receipts import DefectOpened, DeliveryReceipt, MinutesBooked, Signalled
from domain.contract.staff_notices import Acknowledge, Snooze
from domain.entity import Behaviour, Due, Reminders, after, assign, on

_REMINDERS: Reminders[Case] = {
    Reminder.CALL: calls.REMINDING,
    Reminder.CLIENT_WROTE: intake.REMINDING,
}


def _agenda(case: Case) -> list[Due[Case]]:
    return [
        *intake.agenda(case),
        *calls.agenda(case),
        *first_response.agenda(case),
        *telephone.agenda(case),
        *acknowledgement.agenda(case),
        *snooze.agenda(_REMINDERS, case),
    ]


def _still_matters(case: Case, notice: NotifyStaff, now: datetime) -> bool:
    if notice.kind is StaffEvent.CASE_CLIENT_WROTE:
        return intake.still_matters(case, notice)
    if notice.kind is StaffEvent.CASE_FIRST_RESPONSE_MISSED:
        return first_response.still_matters(case, notice)
    return calls.still_matters(case, notice, now)


CASE = Behaviour(
    state=Case,
    start=said.CaseStart,
    begin=opening.begin,
    handlers=dict(
        (
            on(said.Respond, first_response.respond),
            on(said.AssessCritical, first_response.assess_critical),
            on(said.RequestInformation, intake.request_information),
            on(said.ProvideInformation, intake.provide_information),
            on(said.ConfirmDefect, defects.confirm_defect),
            on(said.DefectResolved, defects.defect_resolved),
            on(said.DefectMerged, defects.defect_merged),
            on(said.BookCall, calls.book_call),
            on(said.CancelCall, calls.cancel_call),
            on(said.SetPreferences, preferences.set_preferences),
            on(CorrectContact, contact.correct_contact),
            on(Acknowledge, acknowledgement.acknowledge),
            on(Snooze, snooze.snoozing(_REMINDERS)),
            on(RecordNotification, contact.record_notification),
            on(DeliveryBounced, contact.delivery_bounced),
            on(said.Answer, closing.answer),
            on(said.CloseCase, closing.close_case),
            on(Assign, assign),
            on(RetryDeliveries, defects.retry),
        )
    ),
    receivers=dict(
        (
            after(NotifyClients, DeliveryReceipt, first_response.note_arrival),
            after(OpenDefect, DefectOpened, defects.note_defect),
            after(SignalDefect, Signalled, defects.note_told),
            after(BookMinutes, MinutesBooked, calls.note_booking),
        )
    ),
    agenda=_agenda,
    still_matters=_still_matters,
    reminders=_REMINDERS,
    answers={said.BookCall: calls.answer, said.ConfirmDefect: defects.answer},
)
