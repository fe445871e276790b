"""Work begins in the functional area of a defect (R6)."""

from datetime import datetime

from domain.contract.defect import AreaWorkStarted
from domain.contract.parsing import InvalidCommand
from domain.defect.state import Defect, require_active


def area_work_started(defect: Defect, command: AreaWorkStarted, now: datetime) -> None:
    """R6: marked as being worked on; clients see it in the portal and get no mail."""
    require_active(defect)
    if command.functional_area != defect.functional_area:
        raise InvalidCommand("functional_area", f"is {defect.functional_area}")
    if not defect.policy.marks_area_work(defect.severity):
        raise InvalidCommand("severity", f"{defect.severity} does not wait for area work")
    defect.area_work_since = now
    defect.record(
        "defect.area_work_started",
        now,
        public=True,
        internal_text=command.note,
        actor=command.actor,
    )
