"""Which cases are on a defect: attached and detached (C9, C10)."""

from collections.abc import Iterable
from datetime import datetime

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
    if command.case in defect.cases:
        if defect.cases[command.case] != command.client:
            raise InvalidCommand("client", f"case {command.case} is another client's")
        return
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


def add(defect: Defect, attachments: Iterable[Attachment]) -> None:
    """Attach cases."""
    defect.cases = defect.cases | {attachment.case: attachment.client for attachment in attachments}
    defect.imported_alone = False


def remove(defect: Defect, cases: Iterable[str]) -> None:
    """Take cases off."""
    gone = set(cases)
    defect.cases = {case: client for case, client in defect.cases.items() if case not in gone}


def tell_read_model_who_left(defect: Defect, cases: Iterable[str], now: datetime) -> None:
    """Have the read model know who is not attached any more."""
    gone = [Detachment(case=case) for case in cases]
    defect.change_audience(AudienceChange(sequence=defect.sequence, at=now, detach=gone))
