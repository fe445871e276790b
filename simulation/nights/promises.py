"""Hands what happened on a night to the oracles, and says which promises of the policy broke."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, cast

from domain.contract.case import CaseStart
from domain.contract.contacts import CorrectContact
from domain.contract.defect import DefectStart
from domain.contract.effects import BookMinutes, NotifyClients, OpenDefect
from domain.contract.receipts import DefectOpened, DeliveryReceipt, MinutesBooked
from domain.contract.release import ReleaseStart
from domain.policy import PinnedPolicy
from simulation.nights.faults import Fault
from simulation.nights.life import Life
from simulation.nights.night import Night
from simulation.oracle.audit import audit
from simulation.oracle.case_audit import audit_case
from simulation.oracle.case_course import Arrived, Attached, Booked, CaseEntry, CaseHistory
from simulation.oracle.expected_state import Delivered, History, Said
from simulation.oracle.matching import Broken
from simulation.oracle.release_audit import DefectLog, ReleaseHistory, audit_release


def broken_promises(
    night: Night, lives: Sequence[Life], letters: Sequence[Delivered]
) -> Iterator[str]:
    """What each case, defect and release owed and did not do, or did and did not owe.

    `letters` is what reached people, each once. The oracles know people by their addresses, so
    lives in which one was corrected are not judged.
    """
    refusing = {d.whom for d in night.plan.disturbances if d.fault is Fault.MAIL_REFUSES}
    of: dict[str, list[Delivered]] = defaultdict(list)
    for letter in letters:
        of[letter.key.partition("/")[0]].append(letter)
    for life in lives:
        runner = life.remembered().runner
        corrected = any(isinstance(said.command, CorrectContact) for said in _said(life))
        if runner is None or corrected:
            continue
        entity, delivered = runner.entity, of[life.number]
        found: Sequence[Broken] = ()
        match entity.kind:
            case "defect":
                yield from _of_defect(night, life, entity, delivered, refusing)
            case "case":
                found = _of_case(night, life, entity.policy, delivered)
            case "release":
                found = _of_release(night, life, entity.policy, lives, delivered)
        yield from (f"{life.number}: {b}" for b in found if b.recipient not in refusing)


def _said(life: Life) -> list[Said]:
    return [said for said in life.said if isinstance(said, Said)]


def _of_defect(
    night: Night,
    life: Life,
    entity: Any,
    delivered: Sequence[Delivered],
    refusing: set[str | None],
) -> Iterator[str]:
    plan, start = night.plan, cast("DefectStart", life.first_start)
    history = History(start, life.first_began, plan.until, life.said, delivered)
    found = audit(history, entity.policy, plan.patience).broken
    found = tuple(b for b in found if b.recipient not in refusing)
    late = Counter(b.recipient for b in found if b.clause == "T6" and "no update" in b.what)
    missed = entity.updates.missed
    if max(late.values(), default=0) > missed:
        yield f"{life.number}: {dict(late)} came late, {missed} are on record"
    stood_still = any(d.fault is Fault.NO_WORKER for d in plan.disturbances)
    for broken in found:
        if broken.clause == "T6" and "no update" in broken.what:
            continue
        if not (stood_still and broken.what.startswith("no ")):
            yield f"{life.number}: {broken}"


def _of_case(
    night: Night, life: Life, policy: PinnedPolicy, delivered: Sequence[Delivered]
) -> tuple[Broken, ...]:
    start = cast("CaseStart", life.first_start)
    answers = [answer for answer in map(_answer, life.done) if answer is not None]
    # What the outside answered is heard after what was said in the same turn.
    log: list[CaseEntry] = sorted([*_said(life), *answers], key=lambda entry: entry.at)
    history = CaseHistory(start, life.first_began, night.plan.until, log, delivered)
    return audit_case(history, policy, night.plan.patience)


def _answer(done: tuple[Any, Any, Any]) -> CaseEntry | None:
    """What the outside answered that matters to the client of a case."""
    match done:
        case (OpenDefect(), DefectOpened() as opened, at):
            return Attached(at, refused=opened.defect is None)
        case (BookMinutes() as booking, MinutesBooked() as booked, at):
            return Booked(at, booking.minutes, refused=booked.refused is not None)
        case (NotifyClients() as message, DeliveryReceipt(arrived=True), at):
            return Arrived(at, message.at)
    return None


def _of_release(
    night: Night,
    life: Life,
    policy: PinnedPolicy,
    lives: Sequence[Life],
    delivered: Sequence[Delivered],
) -> tuple[Broken, ...]:
    start = cast("ReleaseStart", life.first_start)
    defects = {
        other.number: DefectLog(other.first_began, _said(other))
        for other in lives
        if other.workflow.__name__ == "DefectWorkflow"
    }
    began, until = life.first_began, night.plan.until
    history = ReleaseHistory(life.number, start, began, until, _said(life), delivered, defects)
    return audit_release(history, policy, night.plan.patience)
