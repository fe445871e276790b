"""How a case comes to its defect, and follows it (C9, C10)."""

from datetime import datetime

from domain.case import contact
from domain.case.closing import close
from domain.case.first_response import meet
from domain.case.state import Case, require_open, signal_defect
from domain.contract.case import ConfirmDefect, DefectMerged, DefectResolved
from domain.contract.contacts import CorrectContact
from domain.contract.defect import RetryDeliveries, StopWaiting, WaitForClient
from domain.contract.effects import OpenDefect, SignalDefect
from domain.contract.parsing import InvalidCommand
from domain.contract.receipts import DefectOpened, Signalled
from domain.contract.values import Attachment
from domain.entity import PENDING, Pending, retry_deliveries


def confirm_defect(case: Case, command: ConfirmDefect, now: datetime) -> None:
    """C9, C10: a new defect for this case, or this case on a known one."""
    require_open(case)
    if case.confirmation.key is not None:
        raise InvalidCommand("defect", "a defect is being opened for this case")
    if case.defect is not None:
        if command.defect == case.defect:
            return
        raise InvalidCommand("defect", f"the case is attached to {case.defect}")
    fields = command.fields()
    if command.defect is None and fields is None:
        absent = [
            name
            for name in ("severity", "title", "functional_area")
            if getattr(command, name) is None
        ]
        raise InvalidCommand(absent[0], "is required for a new defect")
    effect = OpenDefect(
        **case.next_key("open_defect"),
        at=now,
        attachment=Attachment(case=case.number, client=case.client, contact=case.contact),
        defect=command.defect,
        fields=fields.model_dump(mode="json") if fields else None,
        actor=command.actor,
    )
    case.confirmation.key, case.confirmation.refused = effect.key, None
    case.record("case.defect_confirmed", now, actor=command.actor)
    case.emit(effect)


def answer(case: Case) -> InvalidCommand | Pending | None:
    """What became of the last attempt to put this case on a defect."""
    if case.confirmation.key is not None:
        return PENDING
    refused = case.confirmation.refused
    return InvalidCommand("defect", refused) if refused is not None else None


def note_defect(case: Case, effect: OpenDefect, receipt: DefectOpened, now: datetime) -> None:
    """The case is on its defect, or the defect would not have it."""
    if effect.key != case.confirmation.key:
        return
    case.confirmation.key, case.confirmation.refused = None, receipt.refused
    if receipt.defect is None:
        case.record("case.defect_refused", now)
        return
    case.defect, case.information.wrote_at = receipt.defect, None
    meet(case, now)
    case.record("case.attached", now, public=True, defect=receipt.defect)
    if effect.attachment.contact != case.contact:
        tell_corrected(case, now)


def note_told(case: Case, effect: SignalDefect, receipt: Signalled, now: datetime) -> None:
    """The defect heard how the case stands, or does not run: an operator has to recover it.

    A receipt that was recorded before it named who is missing changes nothing.
    """
    if effect.defect != case.defect or not (receipt.sent or receipt.missing):
        return
    case.absent_defect = case.defect if receipt.missing else None
    if effect.signal == CorrectContact.name:
        case.contact_untold = bool(receipt.missing)
    if receipt.missing:
        case.record("defect.not_told", now, defect=effect.defect, about=effect.signal)


def retry(case: Case, command: RetryDeliveries, now: datetime) -> None:
    """Try deliveries again, and tell the defect that did not run how the case stands by now, and
    whom to write to."""
    retry_deliveries(case, command, now)
    if case.absent_defect is not None and case.absent_defect == case.defect:
        signal_defect(case, WaitForClient if case.information.defect_knows else StopWaiting, now)
    if case.contact_untold and case.defect is not None:
        tell_corrected(case, now)


def defect_resolved(case: Case, command: DefectResolved, now: datetime) -> None:
    """C9: the client was told by the defect, once however many cases they have; this closes."""
    require_open(case)
    known = {command.defect, *command.formerly}
    if case.defect is not None and case.defect not in known:
        raise InvalidCommand("defect", f"the case is attached to {case.defect}")
    case.defect = command.defect
    case.record("case.closed", now, public=True, defect=command.defect)
    close(case, "defect_resolved", now)


def defect_merged(case: Case, command: DefectMerged, now: datetime) -> None:
    """The defect goes by another number now; the client hears of it from the defect."""
    require_open(case)
    if case.defect != command.defect:
        raise InvalidCommand("defect", f"the case is attached to {case.defect or 'none'}")
    case.defect, case.absent_defect, case.contact_untold = command.into, None, False
    case.record("case.attached", now, public=True, defect=command.into, before=command.defect)
    if case.information.defect_knows:
        signal_defect(case, WaitForClient, now)
    if case.corrections:
        tell_corrected(case, now)


def tell_corrected(case: Case, now: datetime) -> None:
    """The defect may have been given the former contact: it was corrected on the way."""
    contact.tell_defect(case, "corrected before it was attached", case.number, now)
