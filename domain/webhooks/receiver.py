"""When a receiver of webhooks is tried: at once, after a pause, or not any more.

Its messages wait in the database. A round takes as many of those that are due as it can; here it
is decided when there is to be one, from what the last one reports.
"""

from datetime import datetime, timedelta
from typing import ClassVar, Literal

from pydantic import Field

from domain.contract.defect import RetryDeliveries
from domain.contract.events import Role, StaffEvent
from domain.contract.status import ReceiverStatus
from domain.contract.values import Command, Instant, Opaque, Start, Value
from domain.entity import Behaviour, Due, Entity, iso, on
from domain.policy import PinnedPolicy
from domain.webhooks.events import PATIENCE, pause_while_down

LANE = "webhooks"
"""What staff read as the way by which nothing gets through."""
NO_ROUND = timedelta(minutes=5)
"""How long to wait where the round itself could not be held, as with the database down."""

Stop = Literal["gone", "disabled", "removed"]


def workflow_id(receiver: str) -> str:
    """The id of the workflow that serves a receiver."""
    return f"webhook-{receiver}"


class WebhookStart(Start):
    """Begin to serve a receiver."""

    receiver: Opaque
    """Id of the receiver."""
    policy: str = "eto"
    """Name of the policy whose contacts are told of an outage."""


class Wake(Command):
    """Messages wait in the database."""

    name: ClassVar[str] = "wake"


class Round(Value):
    """Take as many messages as are due."""

    receiver: str
    down_since: Instant | None = None
    """Since when nothing has got through: what has waited for all of `PATIENCE` is given up."""
    at_once: bool = False
    """All that waits is due: an operator asked for it."""


class Report(Value):
    """What came of a round."""

    sent: int = 0
    refused: int = 0
    """Times the receiver answered, and took its message not."""
    given_up: int = 0
    waiting: int = 0
    """Messages left, due or not."""
    troubled: int = 0
    """Those among them that were refused at least once."""
    next_at: Instant | None = None
    """When the next one may be tried; None where none waits."""
    down: bool = False
    """Nothing gets through: what else is due waits for the end of a pause."""
    problem: str | None = None
    """A short code of the last failure, such as `http-503`."""
    retry_after: float | None = Field(default=None, ge=0)
    """Seconds that the receiver asks us to wait."""
    stopped: Stop | None = None
    """Nothing may be sent; `gone`: the receiver has just said so."""


class Receiver(Entity):
    """One receiver. Counts and instants only; URL, secrets and messages are in the database."""

    kind = "webhook"

    receiver: str
    wanted: bool = True
    """A round is to begin now."""
    at_once: bool = False
    due: Instant | None = None
    """When the next round is to begin, where none is wanted now."""
    abandoned_until: Instant | None = None
    """A run has left a round behind that may go on until then: no other one may begin."""
    failures: int = 0
    """Rounds in a row in which nothing got through."""
    down_since: Instant | None = None
    trouble_since: Instant | None = None
    """Since when there has always been a message that was tried in vain."""
    told: bool = False
    """Support has heard of this trouble."""
    sent: int = 0
    given_up: int = 0
    waiting: int = 0
    problem: str | None = None
    stopped: Stop | None = None

    @property
    def finished(self) -> bool:
        """Disabled or removed: who enables it again starts it again."""
        return self.stopped is not None and not self.wanted

    @property
    def state(self) -> Literal["up", "troubled", "down", "stopped"]:
        """The one word for where it stands."""
        if self.stopped is not None:
            return "stopped"
        if self.down_since is not None:
            return "down"
        return "up" if self.trouble_since is None else "troubled"

    @property
    def attention(self) -> list[str]:
        """What an operator should look at."""
        if self.trouble_since is None:
            return []
        return [f"webhooks do not get through since {iso(self.trouble_since)}"]

    def status(self, now: datetime) -> ReceiverStatus:
        """The contract's `status`; the read model keeps no receivers, the database has them."""
        del now
        return ReceiverStatus(
            number=self.number,
            receiver=self.receiver,
            state=self.state,
            stopped=self.stopped,
            problem=self.problem,
            sent=self.sent,
            waiting=self.waiting,
            given_up=self.given_up,
            failures=self.failures,
            down_since=self.down_since,
            next_try_at=self.due,
            rejected=self.rejected,
            policy=self.policy_version,
        )


def begin(number: str, start: WebhookStart, policy: PinnedPolicy, _now: datetime) -> Receiver:
    """Begin with a round."""
    return Receiver(number=number, policy=policy, receiver=start.receiver)


# --- commands -------------------------------------------------------------------------------------


def wake(receiver: Receiver, _command: Wake, _now: datetime) -> None:
    """There is more to send; a receiver that is down is left alone until its pause is over."""
    if receiver.down_since is None or receiver.stopped is not None:
        _ask_for_round(receiver)


def retry_deliveries(receiver: Receiver, _command: RetryDeliveries, _now: datetime) -> None:
    """Try everything again now."""
    receiver.at_once = True
    _ask_for_round(receiver)


def _ask_for_round(receiver: Receiver) -> None:
    """Now, or as soon as one that was left behind is surely over."""
    receiver.wanted = receiver.abandoned_until is None
    receiver.due = receiver.abandoned_until


# --- rounds ---------------------------------------------------------------------------------------


def begin_round(receiver: Receiver) -> Round:
    """What the round that is wanted has to know; from now on it is under way."""
    asked = Round(
        receiver=receiver.receiver, down_since=receiver.down_since, at_once=receiver.at_once
    )
    receiver.wanted, receiver.at_once, receiver.due, receiver.stopped = False, False, None, None
    return asked


def abandon_round(receiver: Receiver, asked: Round, until: datetime) -> None:
    """A run leaves while a round is under way, whose report nobody will hear: hold another one."""
    receiver.wanted, receiver.due, receiver.abandoned_until = False, until, until
    receiver.at_once = receiver.at_once or asked.at_once


def end_round(receiver: Receiver, report: Report, now: datetime) -> None:
    """Learn from a round when the next one is to be."""
    receiver.sent += report.sent
    receiver.given_up += report.given_up
    receiver.waiting, receiver.problem = report.waiting, report.problem
    if report.stopped is not None:
        _stop(receiver, report, now)
    elif report.down:
        _rest(receiver, report, now)
    else:
        _go_on(receiver, report, now)
    if report.given_up:
        _tell_once(receiver, report.given_up, now)
    if report.stopped is None and not report.down and not report.troubled:
        # Everything has got through, or nobody waits for it any more.
        receiver.trouble_since, receiver.told = None, False


def round_failed(receiver: Receiver, now: datetime) -> None:
    """The round could not be held, for a reason that is not the receiver's."""
    receiver.problem = "outage"
    receiver.due = now + NO_ROUND


def _stop(receiver: Receiver, report: Report, now: datetime) -> None:
    receiver.stopped, receiver.due = report.stopped, None
    receiver.failures, receiver.down_since = 0, None
    if report.stopped == "gone":
        receiver.trouble_since = receiver.trouble_since or now
        _tell_once(receiver, max(report.waiting, 1), now)


def _rest(receiver: Receiver, report: Report, now: datetime) -> None:
    receiver.failures = 1 if report.sent else receiver.failures + 1
    receiver.down_since = now if report.sent else receiver.down_since or now
    receiver.trouble_since = receiver.trouble_since or now
    asked = None if report.retry_after is None else _seconds(report.retry_after)
    # Whoever woke us meanwhile waits like the rest; somebody who asked for it does not.
    receiver.wanted = receiver.at_once
    receiver.due = now + pause_while_down(receiver.failures, receiver.receiver, asked)


def _go_on(receiver: Receiver, report: Report, now: datetime) -> None:
    receiver.failures, receiver.down_since = 0, None
    if report.troubled:
        receiver.trouble_since = receiver.trouble_since or now
    if not receiver.wanted:
        receiver.due = report.next_at


def _tell_once(receiver: Receiver, failed: int, now: datetime) -> None:
    """Support hears of an outage once, however many messages it costs."""
    if receiver.told:
        return
    receiver.told = True
    receiver.notify_staff(
        StaffEvent.DELIVERY_FAILING,
        Role.SUPPORT,
        now,
        facts={
            "lane": LANE,
            "event": "webhook",
            "problem": receiver.problem or "refused",
            "failed": failed,
            "since": iso(receiver.trouble_since or now),
        },
    )


def _seconds(seconds: float) -> timedelta:
    """What no calendar can reckon with is put off as long as anything may be."""
    return timedelta(seconds=min(seconds, PATIENCE.total_seconds()))


# --- what time brings -----------------------------------------------------------------------------


def _agenda(receiver: Receiver) -> list[Due[Receiver]]:
    if receiver.due is None:
        return []
    return [Due(receiver.due, "messages are tried again", _want)]


def _want(receiver: Receiver, _due: datetime, _now: datetime) -> None:
    receiver.wanted, receiver.due, receiver.abandoned_until = True, None, None


RECEIVER = Behaviour(
    state=Receiver,
    start=WebhookStart,
    begin=begin,
    handlers=dict((on(Wake, wake), on(RetryDeliveries, retry_deliveries))),
    agenda=_agenda,
)
