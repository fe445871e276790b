"""When a receiver of webhooks is tried: at once, after a pause, or not any more.

Its messages wait in the database. A round takes as many of those that are due as it can; this
machine decides when there is to be one, from what the last one reports.
"""

from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal, Self

from pydantic import Field

from domain.contract.defect import RetryDeliveries
from domain.contract.effects import Effect, Receipt
from domain.contract.events import Role, StaffEvent
from domain.contract.values import Command, Instant, Message, Opaque, Value
from domain.entity import Due, Machine, iso
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


class WebhookStart(Message):
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
    """Whatever waits is due: somebody asked for it."""


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
    """There is nobody to send to; `gone`: the receiver has just said so."""


class Receiver(Machine):
    """One receiver. Counts and instants only; URL, secrets and messages are in the database."""

    kind = "webhook"

    receiver: str
    wanted: bool = True
    """A round is to begin now."""
    at_once: bool = False
    due: Instant | None = None
    """When the next round is to begin, where none is wanted now."""
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

    @classmethod
    def open(cls, number: str, start: WebhookStart, policy: PinnedPolicy) -> Self:
        """Begin with a round."""
        return cls(number=number, policy=policy, receiver=start.receiver)

    # --- commands --------------------------------------------------------------------------------

    def wake(self, command: Wake, now: datetime) -> None:
        """There is more to send; a receiver that is down is left alone until its pause is over."""
        del command, now
        if self.down_since is None or self.stopped is not None:
            self.wanted, self.due = True, None

    def retry_deliveries(self, command: RetryDeliveries, now: datetime) -> None:
        """Try everything again now."""
        del command, now
        self.wanted, self.at_once, self.due = True, True, None

    # --- rounds ----------------------------------------------------------------------------------

    def begin_round(self) -> Round:
        """What the round that is wanted has to know; from now on it is under way."""
        asked = Round(receiver=self.receiver, down_since=self.down_since, at_once=self.at_once)
        self.wanted, self.at_once, self.due, self.stopped = False, False, None, None
        return asked

    def end_round(self, report: Report, now: datetime) -> list[Effect]:
        """Learn from a round when the next one is to be."""
        self.sent += report.sent
        self.given_up += report.given_up
        self.waiting, self.problem = report.waiting, report.problem
        if report.stopped is not None:
            self._stop(report, now)
        elif report.down:
            self._rest(report, now)
        else:
            self._go_on(report, now)
        if report.given_up:
            self._tell_once(report.given_up, now)
        self._end_trouble(report)
        return self._taken(now)

    def round_failed(self, now: datetime) -> None:
        """The round could not be held, for a reason that is not the receiver's."""
        self.problem = "outage"
        self.due = now + NO_ROUND

    def _stop(self, report: Report, now: datetime) -> None:
        self.stopped, self.due = report.stopped, None
        self.failures, self.down_since = 0, None
        if report.stopped == "gone":
            self.trouble_since = self.trouble_since or now
            self._tell_once(max(report.waiting, 1), now)

    def _rest(self, report: Report, now: datetime) -> None:
        self.failures = 1 if report.sent else self.failures + 1
        self.down_since = now if report.sent else self.down_since or now
        self.trouble_since = self.trouble_since or now
        asked = None if report.retry_after is None else _seconds(report.retry_after)
        # Whoever woke us meanwhile waits like the rest; somebody who asked for it does not.
        self.wanted = self.at_once
        self.due = now + pause_while_down(self.failures, self.receiver, asked)

    def _go_on(self, report: Report, now: datetime) -> None:
        self.failures, self.down_since = 0, None
        if report.troubled:
            self.trouble_since = self.trouble_since or now
        if not self.wanted:
            self.due = report.next_at

    def _end_trouble(self, report: Report) -> None:
        """An outage is over when everything has got through, or nobody waits for it any more."""
        if report.stopped is None and not report.down and not report.troubled:
            self.trouble_since, self.told = None, False

    def _tell_once(self, failed: int, now: datetime) -> None:
        """Support hears of an outage once, however many messages it costs."""
        if self.told:
            return
        self.told = True
        self._tell_staff(
            StaffEvent.DELIVERY_FAILING,
            Role.SUPPORT,
            now,
            facts={
                "lane": LANE,
                "event": "webhook",
                "problem": self.problem or "refused",
                "failed": failed,
                "since": iso(self.trouble_since or now),
            },
        )

    def _note_delivery(self, effect: Effect, receipt: Receipt, now: datetime) -> None:
        """Nothing follows from a mail to staff."""

    # --- how it stands ---------------------------------------------------------------------------

    def agenda(self) -> list[Due]:
        """The next round."""
        if self.due is None:
            return []
        return [Due(self.due, "messages are tried again", self._want)]

    def _want(self, _due: datetime, _now: datetime) -> None:
        self.wanted, self.due = True, None

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
        """What somebody should look at."""
        if self.trouble_since is None:
            return []
        return [f"webhooks do not get through since {iso(self.trouble_since)}"]

    def status(self, now: datetime) -> dict[str, Any]:
        """How it stands, but for what only the workflow knows of deliveries."""
        del now
        return {
            "number": self.number,
            "receiver": self.receiver,
            "state": self.state,
            "stopped": self.stopped,
            "problem": self.problem,
            "sent": self.sent,
            "waiting": self.waiting,
            "given_up": self.given_up,
            "failures": self.failures,
            "down_since": iso(self.down_since),
            "next_try_at": iso(self.due),
            "rejected": [r.model_dump(mode="json") for r in self.rejected],
            "policy": {"name": self.policy.name, "version": self.policy.version},
        }

    def snapshot(self, now: datetime) -> dict[str, Any]:
        """`status`; the read model keeps no receivers, the database has them."""
        return self.status(now)


def _seconds(seconds: float) -> timedelta:
    """What no calendar can reckon with is put off as long as anything may be."""
    return timedelta(seconds=min(seconds, PATIENCE.total_seconds()))
