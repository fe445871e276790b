"""How a defect begins: confirmed by a specialist, everyone attached is told its number (C9)."""

from collections.abc import Sequence
from datetime import datetime

from domain.contract.defect import DefectStart
from domain.contract.values import Attachment
from domain.defect import cases, notify, severity
from domain.defect.importing import begin_with_past
from domain.defect.state import Defect
from domain.policy import PinnedPolicy


def begin(number: str, start: DefectStart, policy: PinnedPolicy, now: datetime) -> Defect:
    """Confirm a defect at `now`.

    Raises:
        InvalidCommand: its past is not in order, or it has too many cases.
    """
    defect = Defect(
        number=number,
        policy=policy,
        sequence=start.sequence,
        title=start.title,
        severity=start.severity,
        functional_area=start.functional_area,
        public_summary=start.public_summary,
        material=start.material,
        blocks_access=start.blocks_access,
        workaround=start.workaround,
        owner=start.owner,
        confirmed_at=start.past.confirmed_at if start.past else now,
    )
    attachments = list({attachment.case: attachment for attachment in start.cases}.values())
    cases.require_room(defect, attachments)
    cases.add(defect, attachments)
    if start.past is not None:
        begin_with_past(defect, start, start.past, attachments, now)
    else:
        _confirm(defect, start, attachments, now)
    return defect


def _confirm(
    defect: Defect, start: DefectStart, attachments: Sequence[Attachment], now: datetime
) -> None:
    defect.record(
        "defect.confirmed",
        now,
        public=True,
        public_text=defect.public_summary,
        internal_text=start.internal_description,
        severity=defect.severity,
        actor=start.actor,
    )
    notify.attach(defect, attachments, now)
    confirmed = notify.confirm(defect, attachments, now)
    severity.enter(defect, now, confirmed, reason=None)
    severity.raise_if_many(defect, now)
