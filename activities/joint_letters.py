"""One message to a person on several defects of a release, whichever of the defects sends it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from temporalio.exceptions import ApplicationError

from activities.delivery import Tally, deliver, note_told, present
from activities.joint_ports import Claim, JointMessages, JointPart, Turn
from activities.ports import Delivery, Ledger, Letter, MailSession
from domain.contract.effects import Joint

MOST_NAMED = 100
"""Defects that a message names beside the one it is of; those that are more get another."""
_PAUSES = (0.05, 0.1, 0.2, 0.4)
"""Seconds in which somebody else's message to the same person is mostly out."""
_SOON = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class JointLetters:
    """Sends them; each defect has its own row in the ledger, with the id of the message."""

    messages: JointMessages
    ledger: Ledger

    def is_reminded(self, joint: Joint, delivery: Delivery) -> bool:
        """Whether a defect of the release reminds the person of its date at the same instant."""
        to, own = delivery.recipient, delivery.entity
        return bool(self.messages.companions(joint, to, own, frozenset(), MOST_NAMED))

    def tell(
        self,
        session: MailSession,
        joint: Joint,
        addressed: Callable[[JointPart], Delivery],
        write: Callable[[JointPart], Letter],
        tally: Tally,
    ) -> None:
        """What other defects say too: in the message of one of them, which names them all.

        `addressed` is the row of the ledger, with the id of a part.

        Raises:
            ApplicationError: another one is at it, or the other side may take it later.
        """
        delivery = addressed(JointPart(1))
        claim = self._claim(joint, delivery)
        part = JointPart(claim.part)
        if claim.turn is Turn.OURS:
            to, own = delivery.recipient, delivery.entity
            others = self.messages.companions(joint, to, own, claim.named, MOST_NAMED)
            part = replace(part, companions=tuple(others))
        delivery = addressed(part)
        if claim.turn is Turn.TOLD:
            note_told(self.ledger, delivery, tally)
            return
        letter, is_out = write(part), False

        def send() -> None:
            nonlocal is_out
            session.send(letter)
            named = [*delivery.cases, *part.cases]
            self.messages.told(joint, delivery.recipient, part.number, named)
            is_out = True

        def back() -> None:
            self.messages.back(joint, delivery.recipient, part.number, delivery.entity)

        try:
            deliver(self.ledger, delivery, send, tally)
        except ApplicationError:
            back()
            raise
        if not is_out:
            back()

    def _claim(self, joint: Joint, delivery: Delivery) -> Claim:
        to, cases, own = delivery.recipient, delivery.cases, delivery.entity
        for pause in (*_PAUSES, None):
            claim = self.messages.claim(joint, to, cases, own, present())
            if claim.turn is not Turn.ANOTHERS:
                return claim
            if pause is not None:
                time.sleep(pause)
        raise ApplicationError(
            "another defect is telling them", type="NotNow", next_retry_delay=_SOON
        )
