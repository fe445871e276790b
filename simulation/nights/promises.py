"""Hands what happened on a night to the oracles, and says which promises of the policy broke."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, cast

from domain.contract.case import CaseStart
from domain.contract.contacts import CorrectContact
from domain.contract.defect import (
    AreaWorkStarted,
    ChangeSeverity,
    DecideReclassification,
    DefectStart,
    MergeInto,
    ReleaseDeployed,
    Reopen,
    Resolve,
    UndoMerge,
)
from domain.contract.effects import BookMinutes, NotifyClients, OpenDefect, UpdateReadModel
from domain.contract.events import Role, StaffEvent
from domain.contract.receipts import DefectOpened, DeliveryReceipt, MinutesBooked
from domain.contract.release import AreaWorkStart, ReleaseStart
from domain.policy import PinnedPolicy
from simulation.nights.faults import Fault
from simulation.nights.life import Life
from simulation.nights.night import Night
from simulation.nights.repeats import wrong_repeats_of
from simulation.oracle.audit import audit
from simulation.oracle.case_audit import audit_case
from simulation.oracle.case_history import Arrived, Attached, Booked, CaseEntry, CaseHistory
from simulation.oracle.expected_state import NEVER, Delivered, History, Said
from simulation.oracle.matching import Broken, ExpectedMessage
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
        if letter.repeats is None:
            of[letter.key.partition("/")[0]].append(letter)
    for life in lives:
        runner = life.remembered().runner
        corrected = any(isinstance(said.command, CorrectContact) for said in _said(life))
        if runner is None:
            continue
        entity, delivered = runner.entity, of[life.number]
        yield from (f"{life.number}: {b}" for b in wrong_repeats_of(night, life, entity))
        if corrected:
            continue
        found: Iterable[Broken] = ()
        match entity.kind:
            case "defect":
                yield from _of_defect(night, life, entity, delivered, refusing)
            case "case":
                found = _of_case(night, life, entity.policy, delivered)
            case "area_work":
                found = _of_area_work(life, lives)
            case "review":
                found = _of_review(night, life, lives, delivered)
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


# --- area work and reviews ------------------------------------------------------------------------


def _undisturbed(life: Life, lives: Sequence[Life]) -> Iterator[tuple[str, Any, bool]]:
    """Each defect that the database knew when something began, and that was not resolved, merged,
    or given another severity by anybody: its number, its start, and whether it heard of the area.
    """
    changing = Resolve | Reopen | MergeInto | UndoMerge | ReleaseDeployed
    changing |= ChangeSeverity | DecideReclassification
    for other in lives:
        known = (at for did, _, at in other.done if isinstance(did, UpdateReadModel))
        if (
            other.workflow.__name__ != "DefectWorkflow"
            or min(known, default=NEVER.at) >= life.first_began
        ):
            continue
        commands = [said.command for said in _said(other)]
        if not any(isinstance(command, changing) for command in commands):
            marked = any(isinstance(command, AreaWorkStarted) for command in commands)
            yield other.number, other.first_start, marked


def _of_area_work(life: Life, lives: Sequence[Life]) -> Iterator[Broken]:
    """R6: the open S3 and S4 defects of the area are marked, and no other."""
    work = cast("AreaWorkStart", life.first_start)
    for number, start, marked in _undisturbed(life, lives):
        in_area = start.functional_area == work.functional_area
        if marked != (in_area and start.severity in ("S3", "S4")):
            what = f"{number} is {'' if marked else 'not '}marked"
            yield Broken("R6", life.first_began, what)


def _of_review(
    night: Night, life: Life, lives: Sequence[Life], delivered: Sequence[Delivered]
) -> Iterator[Broken]:
    """Engineering gets one digest, with every open S3 defect; within support hours (T10)."""
    entity = life.remembered().runner.entity  # type: ignore[union-attr]
    open_s3 = [n for n, start, _ in _undisturbed(life, lives) if start.severity == "S3"]
    digests = [came for came in delivered if came.event == StaffEvent.REVIEW_DIGEST]
    owed = ExpectedMessage(StaffEvent.REVIEW_DIGEST, Role.ENGINEERING, life.first_began)
    owed = owed.within(entity.policy.calendar)
    if open_s3 and not digests and owed.had_to_come(night.plan.until, night.plan.patience):
        yield Broken("S3", owed.at, "review.digest is missing", Role.ENGINEERING)
    for came in digests:
        lacks = [number for number in open_s3 if number not in came.text]
        if lacks or len(digests) > 1:
            yield Broken("S3", came.at, f"{came.key} lacks {lacks}, or is one too many")
