"""Says what is wrong with the webhooks of a night, by what the contract promises receivers.

At least once, those of one number in order, nothing but what the receiver wants, nothing internal,
and none once it was removed or has said that it wants no more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.contract.effects import UpdateReadModel
from domain.webhooks.events import EVENTS, wants
from simulation.nights.faults import Fault
from simulation.nights.life import Life
from simulation.nights.night import Night
from simulation.nights.plan import INTERNAL, LEAVE, LISTEN
from simulation.oracle.expected_state import NEVER

FORGETS_AN_ANSWER = {
    Fault.CRASH,
    Fault.DATABASE_AWAY,
    Fault.ROLLED_BACK,
    Fault.COMMIT_UNHEARD,
    Fault.RESULT_LOST,
    Fault.LEFT_BEHIND,
    Fault.RESET,
}
"""What comes between a receiver's last word and its record: then it is asked once more."""


def wrong_webhooks(night: Night, lives: Sequence[Life]) -> Iterator[str]:
    """What receivers were not told, or told wrongly."""
    added = {step.number: step for step in night.plan.steps if step.name == LISTEN}
    facts = {
        f"{life.number}/{fact.sequence}/{fact.event}": (fact, effect.at)
        for life in lives
        for effect in life.decided
        if added and isinstance(effect, UpdateReadModel)
        for fact in effect.facts
        if fact.event in EVENTS
    }
    for url, step in added.items():
        removed = (s.at for s in night.plan.steps if s.number == url and s.name == LEAVE)
        leaves = min((night.plan.began + at for at in removed), default=NEVER.at)
        since, end = night.plan.began + step.at, min(leaves, night.outside.gone.get(url, NEVER.at))
        wanted = {
            key: decided
            for key, (fact, decided) in facts.items()
            if wants(step.payload["events"], fact.event)
        }
        yield from _of_receiver(night, url, wanted, since, end)


def _of_receiver(
    night: Night, url: str, wanted: dict[str, datetime], since: datetime, end: datetime
) -> Iterator[str]:
    arrivals = night.outside.arrivals
    came = [arrival for arrival in arrivals.webhooks if arrival.url == url]
    forgotten = sum(d.fault in FORGETS_AN_ANSWER for d in night.plan.disturbances)
    late = sorted(at for at, to in arrivals.knocks if to == url and at > end)
    yield from (
        f"{url} was sent something at {at}, when it was removed or wanted no more"
        for at in late[forgotten:]
    )
    for arrival in came:
        if arrival.id not in wanted:
            yield f"{url} got {arrival.id}, which it does not want or never was"
        if INTERNAL in arrival.body:
            yield f"{url} got internal text with {arrival.id}"
    if end == NEVER.at:
        there = {arrival.id for arrival in came}
        for key, decided in wanted.items():
            if decided >= since and key not in there:
                yield f"{url} never got {key}"
    latest: dict[str, int] = defaultdict(int)
    for arrival in came:
        number, sequence, _ = arrival.id.rsplit("/", 2)
        if int(sequence) < latest[number]:
            yield f"{url} got {arrival.id} after a later one of {number}"
        latest[number] = int(sequence)
