"""Which cases are on a defect: attached and detached (C9, C10)."""

from collections.abc import Iterable
from datetime import datetime

from domain import telephone
from domain.contract.defect import AttachCase, DetachCase
from domain.contract.effects import AudienceChange, Detachment
from domain.contract.parsing import InvalidCommand
from domain.contract.values import Attachment
from domain.defect import notify
from domain.defect.hold import follow_waiting
from domain.defect.severity import raise_if_many
from domain.defect.state import Defect, require_active, require_not_moving


def attach_case(defect: Defect, command: AttachCase, now: datetime) -> None:
    """C10: the client gets both numbers, and whatever helps already. A repeat is harmless."""
    require_active(defect)
    require_not_moving(defect)
    client = defect.cases.client_of(command.case)
    if client is not None:
        if client != command.client:
            raise InvalidCommand("client", f"case {command.case} is another client's")
        return
    require_room(defect, [command])
    attachment = Attachment(case=command.case, client=command.client, contact=command.contact)
    add(defect, [attachment])
    defect.record("case.attached", now, case=command.case, actor=command.actor)
    notify.attach(defect, [attachment], now)
    notify.confirm(defect, [attachment], now)
    follow_waiting(defect, now)
    raise_if_many(defect, now)


def detach_case(defect: Defect, command: DetachCase, now: datetime) -> None:
    """The case was about something else."""
    require_not_moving(defect)
    if command.case not in defect.cases:
        raise InvalidCommand("case", f"{command.case} is not attached")
    remove(defect, [command.case])
    defect.record(
        "case.detached",
        now,
        internal_text=command.reason,
        case=command.case,
        actor=command.actor,
    )
    tell_read_model_who_left(defect, [command.case], now)
    follow_waiting(defect, now)


def require_room(defect: Defect, attachments: Iterable[Attachment | AttachCase]) -> None:
    """Refuse more cases than a defect can carry.

    Raises:
        InvalidCommand: there are too many.
    """
    if not defect.cases.has_room_for((one.case, one.client) for one in attachments):
        raise InvalidCommand(
            "case",
            f"{len(defect.cases)} are attached, which is all that one defect can carry",
        )


def add(defect: Defect, attachments: Iterable[Attachment]) -> None:
    """Attach cases."""
    for attachment in attachments:
        defect.cases.add(attachment.case, attachment.client)
    defect.imported_alone = False


def remove(defect: Defect, cases: Iterable[str]) -> None:
    """Take cases off."""
    gone = list(cases)
    defect.cases.remove(gone)
    for case in gone:
        defect.hold.waiting_cases.pop(case, None)


def tell_read_model_who_left(defect: Defect, cases: Iterable[str], now: datetime) -> None:
    """Have the read model know who is not attached any more."""
    gone = [Detachment(case=case) for case in cases]
    defect.change_audience(AudienceChange(sequence=defect.sequence, at=now, detach=gone))
    telephone.left(defect, [leaving.case for leaving in gone], now)
