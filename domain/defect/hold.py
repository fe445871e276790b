"""When a defect's budget is not spent: held by staff, or while every case waits (T2)."""

from datetime import datetime

from domain.contract.defect import Hold, Resume, StopWaiting, WaitForClient
from domain.contract.parsing import InvalidCommand
from domain.defect.state import Defect, require_active
from domain.entity import iso


def hold(defect: Defect, command: Hold, now: datetime) -> None:
    """T2: the budget is not spent meanwhile; updates to clients go on.

    A hold that stands because clients are waited for becomes one of ours.
    """
    require_active(defect)
    if defect.hold.since is not None and defect.hold.reason == "staff":
        raise InvalidCommand("state", f"is on hold since {iso(defect.hold.since)}")
    if defect.hold.since is None:
        _begin(defect, now)
    defect.hold.reason = "staff"
    defect.record("defect.held", now, internal_text=command.reason, actor=command.actor)


def resume(defect: Defect, command: Resume, now: datetime) -> None:
    """The budget is spent again from here, even if some clients are still waited for."""
    require_active(defect)
    if defect.hold.since is None:
        raise InvalidCommand("state", "is not on hold")
    defect.hold.waiting_cases = {}
    _end(defect, now)
    defect.record("defect.resumed", now, internal_text=command.reason, actor=command.actor)


def wait_for_client(defect: Defect, command: WaitForClient, now: datetime) -> None:
    """T2: once every case waits for its client, work cannot go on, and no budget is spent.

    Cases on their way back from a merge say so before they have arrived.
    """
    if defect.merge.into is None or defect.merge.moving is None:
        require_active(defect)
    if command.case not in defect.cases:
        raise InvalidCommand("case", f"{command.case} is not attached")
    if command.case not in defect.hold.waiting_cases:
        defect.hold.waiting_cases[command.case] = None
        defect.record("case.waits", now, case=command.case, actor=command.actor)
        follow_waiting(defect, now)


def stop_waiting(defect: Defect, command: StopWaiting, now: datetime) -> None:
    """The client has answered, or is not waited for any longer.

    A repeat is harmless, and so is word of a case that closes because this is resolved.
    """
    if command.case in defect.hold.waiting_cases:
        del defect.hold.waiting_cases[command.case]
        defect.record("case.waits_no_more", now, case=command.case, actor=command.actor)
        follow_waiting(defect, now)


def follow_waiting(defect: Defect, now: datetime) -> None:
    """Hold or go on after a change of who is attached or waited for."""
    hold = defect.hold
    all_wait = bool(defect.cases) and len(hold.waiting_cases) == len(defect.cases)
    if all_wait and hold.since is None and defect.active:
        _begin(defect, now)
        hold.reason = "client"
        defect.record("defect.held", now, waiting=len(hold.waiting_cases))
    elif not all_wait and hold.since is not None and hold.reason == "client":
        _end(defect, now)
        defect.record("defect.resumed", now)


def spend_budget(defect: Defect, now: datetime) -> None:
    """Spend the budget of the present severity from `now` on, where there is one to spend."""
    if defect.active and defect.hold.since is None and defect.has_target:
        defect.target.resume(defect.severity, now)


def _begin(defect: Defect, now: datetime) -> None:
    defect.hold.since = now
    defect.target.pause(defect.rules.target, defect.calendar, now)


def _end(defect: Defect, now: datetime) -> None:
    defect.hold.end(now)
    spend_budget(defect, now)
