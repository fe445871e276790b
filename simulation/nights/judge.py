"""Says what is wrong with a night: who was told twice, who was forgotten, what was lost.

Looks at what reached people, at the database, and at what each entity decided; the promises of the
policy are judged by the oracles (`promises.py`).
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from activities.adapters.database import DatabaseLedger
from activities.adapters.database.tables import facts, subscriptions
from activities.ports import Delivery, DeliveryState
from domain.contract.contacts import CorrectContact
from domain.contract.effects import (
    AudienceChange,
    Effect,
    NotifyClients,
    NotifyStaff,
    PostStatus,
    UpdateReadModel,
)
from domain.contract.events import StaffEvent
from domain.contract.receipts import DeliveryReceipt
from domain.contract.values import Attachment
from simulation.nights.life import Life
from simulation.nights.night import Night
from simulation.nights.outside import repeated_by
from simulation.nights.promises import broken_promises
from simulation.nights.webhook_judge import wrong_webhooks
from simulation.oracle.expected_state import Delivered, Said

MOST_CARRIED = 1_000_000
MOST_WAITING = 500_000
_NOTIFIES = (NotifyClients, NotifyStaff, PostStatus)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a night came to."""

    wrong: tuple[str, ...]
    letters: int
    twice_unavoidably: int
    """Letters that were sent again since nobody could know that they had arrived."""


def judge(night: Night) -> Verdict:
    """Everything that is wrong."""
    return _Judge(night).verdict()


class _Judge:
    def __init__(self, night: Night) -> None:
        self._night = night
        self._plan = night.plan
        self._arrivals = night.outside.arrivals
        self._lives = [life for life in night.server.lives.values() if not life.refused]
        self._engine = night.database.engine
        self._rows = DatabaseLedger(self._engine).deliveries()
        self._ledger: dict[str, dict[str, Delivery]] = {}
        for row in self._rows:
            self._ledger.setdefault(row.effect_key, {})[row.recipient] = row
        self._letters: dict[tuple[str, str], Delivered] = {}
        for letter in self._arrivals.letters:
            self._letters.setdefault((letter.key, letter.recipient), letter)
        self._told_jointly()
        self._twice = 0

    def verdict(self) -> Verdict:
        wrong = [*self._told_twice(), *self._not_at_rest(), *self._too_heavy()]
        if not self._plan.is_reset:
            for life in self._lives:
                wrong += self._lost(life)
                wrong += self._forgotten(life)
                wrong += self._unwritten(life)
            wrong += self._unheard_of()
            wrong += wrong_webhooks(self._night, self._lives)
            letters = sorted(self._letters.values(), key=lambda letter: letter.at)
            wrong += broken_promises(self._night, self._lives, letters)
        return Verdict(tuple(wrong), len(self._arrivals.letters), self._twice)

    def _told_jointly(self) -> None:
        """What the message of another defect said too has arrived for each that it named."""
        by_id = {letter.message_id: letter for letter in self._letters.values()}
        for row in self._rows:
            told, letter = (row.effect_key, row.recipient), by_id.get(row.message_id)
            if row.state is not DeliveryState.SENT or letter is None or told in self._letters:
                continue
            # Letters to staff are known by their role, and are about nobody else.
            if row.entity in letter.text and row.recipient == letter.recipient:
                self._letters[told] = replace(
                    letter, event=row.event, key=row.effect_key, decided_at=row.decided_at
                )

    # --- nobody twice ----------------------------------------------------------------------------

    def _told_twice(self) -> Iterator[str]:
        came = Counter((x.message_id, x.recipient, x.key) for x in self._arrivals.letters)
        times = Counter(message_id for message_id, *_ in came.elements())
        unheard = Counter(self._arrivals.unheard)
        for message_id, recipient, key in came:
            self._twice += min(times[message_id] - 1, unheard[message_id])
            if times[message_id] > 1 + unheard[message_id]:
                yield f"{recipient} was told {key} {times[message_id]} times"

    # --- everything done -------------------------------------------------------------------------

    def _not_at_rest(self) -> Iterator[str]:
        for life in self._lives:
            runner = life.remembered().runner
            if runner is None:
                yield f"{life.number} has not begun"
                continue
            waiting = [e.key for lane in runner.outbox.lanes.values() for e in lane.waiting]
            if waiting:
                yield f"{life.number} still waits for {waiting}"
            if life.buffered and not life.closed:
                yield f"{life.number} has not heard {life.buffered}"

    def _too_heavy(self) -> Iterator[str]:
        for life in self._lives:
            if life.heaviest >= MOST_CARRIED:
                yield f"{life.number} carries {life.heaviest} bytes"
            runner = life.remembered().runner
            if runner is not None and runner.outbox.weight > MOST_WAITING:
                yield f"{life.number} has {runner.outbox.weight} bytes waiting"

    def _lost(self, life: Life) -> Iterator[str]:
        """Whatever was decided was done, or a newer one took its place."""
        done, ended = {effect.key for effect, _, _ in life.done}, _seen_or_over(life)
        for place, effect in enumerate(life.decided):
            if effect.key in done or isinstance(effect, UpdateReadModel):
                continue  # Projections join: what they say is looked for in the database.
            if isinstance(effect, NotifyClients) and effect.people is not None:
                continue  # So do these: their people are looked for in the ledger.
            if repeated_by(effect) in ended:
                continue  # A repeat that waits is withdrawn.
            later = life.decided[place + 1 :]
            if not any(effect.lane is e.lane and effect.replaceable in e.replaces for e in later):
                yield f"{effect.key} was decided, and nothing came of it"

    def _unwritten(self, life: Life) -> Iterator[str]:
        told = [effect for effect in life.decided if isinstance(effect, UpdateReadModel)]
        expected = {fact.sequence for effect in told for fact in effect.facts}
        with self._engine.connect() as connection:
            query = select(facts.c.sequence).where(facts.c.entity == life.number)
            known = set(connection.execute(query).scalars())
            attached = select(subscriptions.c.case_number).where(
                subscriptions.c.entity == life.number,
                subscriptions.c.detached_sequence.is_(None),
                subscriptions.c.attached_sequence.is_not(None),
            )
            here = set(connection.execute(attached).scalars())
        if expected - known:
            yield f"{life.number}: facts {sorted(expected - known)} are not in the database"
        changes = [change for effect in told for change in effect.audience]
        if changes and here != set(_audience(changes, None)):
            yield f"{life.number}: {sorted(here)} are attached in the database, not as decided"

    # --- nobody forgotten ------------------------------------------------------------------------

    def _forgotten(self, life: Life) -> Iterator[str]:
        changes = [
            change
            for effect in life.decided
            if isinstance(effect, UpdateReadModel)
            for change in effect.audience
        ]
        receipts = {effect.key: receipt for effect, receipt, _ in life.done}
        corrected = any(
            isinstance(said, Said) and isinstance(said.command, CorrectContact)
            for said in life.said
        )
        now = {a.recipient for a in _audience(changes, None).values()}
        for effect in life.decided:
            if not isinstance(effect, _NOTIFIES):
                continue
            if effect.key in receipts:
                yield from self._unexplained(effect, receipts[effect.key])
            if not isinstance(effect, NotifyClients) or corrected:
                continue
            if effect.people is not None:
                yield from self._unnamed(effect)
            elif effect.key in receipts and effect.whom.kind in {"attached", "client"}:
                then = _audience(changes, effect.sequence).values()
                whom = {a.recipient for a in then if effect.whom.client in (None, a.client)}
                for person in sorted(whom & now - set(self._ledger.get(effect.key, {}))):
                    yield f"{person} was attached, and nobody thought of them for {effect.key}"

    def _unnamed(self, effect: NotifyClients) -> Iterator[str]:
        """Messages to named people may have joined another of the same kind."""
        told = {
            row.recipient
            for row in self._rows
            if row.entity == effect.entity and row.event == effect.kind.value
        }
        for person in effect.people or []:
            if person.recipient not in told:
                yield f"{person.recipient} was not thought of for {effect.key}"

    def _unexplained(self, effect: Effect, receipt: Any) -> Iterator[str]:
        """What the ledger says of a message that was brought about."""
        rows = self._ledger.get(effect.key, {})
        if not isinstance(receipt, DeliveryReceipt):
            return
        for recipient, row in rows.items():
            if row.state is DeliveryState.SENT:
                if not self._arrived(effect, recipient):
                    yield f"{effect.key}: the ledger says that {recipient} has it"
            elif row.state is not DeliveryState.FAILED and row.overtaken_at is None:
                yield f"{effect.key}: {recipient} is {row.state.value}, and nobody goes on"
        if isinstance(effect, NotifyStaff | PostStatus) and not (rows or self._is_shared(effect)):
            yield f"{effect.key} is not in the ledger"

    def _is_shared(self, effect: NotifyStaff | PostStatus) -> bool:
        """An outage is told once for all: the notice of whoever met it first is in the ledger."""
        if not isinstance(effect, NotifyStaff) or effect.kind is not StaffEvent.DELIVERY_FAILING:
            return False
        lane = effect.facts["lane"]
        return any(key.startswith(f"{effect.kind}/{lane}/") for key in self._ledger)

    def _arrived(self, effect: Effect, recipient: str) -> bool:
        if isinstance(effect, PostStatus):
            return effect.key in {key for _, key in self._arrivals.posts}
        if isinstance(effect, NotifyStaff):
            return (effect.key, effect.role.value) in self._letters
        return (effect.key, recipient) in self._letters

    # --- between entities ------------------------------------------------------------------------

    def _unheard_of(self) -> Iterator[str]:
        """What one entity owes another: a case of a resolved defect is closed."""
        entities = {
            life.number: runner.entity
            for life in self._lives
            if (runner := life.remembered().runner) is not None
        }
        for number, entity in entities.items():
            defect = entities.get(entity.defect) if entity.kind == "case" else None
            if defect is None or defect.resolved_at is None or entity.finished:
                continue
            if number in defect.cases.numbers:
                yield f"{number} is open, though {defect.number} is resolved"


def _seen_or_over(life: Life) -> set[str]:
    """Notices that nobody is asked to acknowledge any more, by their keys."""
    ends = ("notice.acknowledged", "notice.not_acknowledged")
    written = (effect for effect in life.decided if isinstance(effect, UpdateReadModel))
    found = (fact for effect in written for fact in effect.facts if fact.event in ends)
    return {fact.details["notice"] for fact in found}


def _audience(changes: list[AudienceChange], before: int | None) -> dict[str, Attachment]:
    """Who is attached after all changes, or after those before a sequence."""
    here: dict[str, Attachment] = {}
    for change in sorted(changes, key=lambda change: change.sequence):
        if before is not None and change.sequence >= before:
            continue
        for leaving in change.detach:
            here.pop(leaving.case, None)
        here |= {attachment.case: attachment for attachment in change.attach}
    return here
