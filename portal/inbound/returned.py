"""What follows from a report of a mail system: the letter it is about, and who is told.

A report is believed only where it names a letter that was sent, and the address it was sent to.
A forged one can at most have support ask a client for their address, or stop mails that the
client can have again; nothing is sent to where a report says, and none of them opens a case.
"""

import asyncio
from dataclasses import replace
from datetime import datetime

import structlog
from temporalio.service import RPCError

from activities.adapters.database import DatabasePreferences
from activities.adapters.database.returned import Consequence, DatabaseReturned, Returned
from activities.adapters.database.subscribers import DatabaseSubscribers
from activities.bounce_address import BounceAddress
from activities.signals import Signals
from domain.contract.contacts import DeliveryBounced
from domain.contract.events import ClientEvent, Topic
from domain.keys import own_key
from portal.api.problems import Problem
from portal.api.responses import Received
from portal.context import PortalContext
from portal.inbound.reading import Mail
from portal.inbound.reports import Report, read_report

log = structlog.get_logger(__name__)

_OF_THE_LETTER = ("5.3.", "5.6.", "5.7.")
"""Codes that say nothing of the address: the mail system, the content, a policy (RFC 3463)."""
_RECIPIENTS = ("to", "delivered-to", "x-original-to", "envelope-to", "x-envelope-to")


class Reports:
    """Reads reports, and tells the case or defect that a letter of theirs came back."""

    def __init__(self, context: PortalContext) -> None:
        self._context = context
        self._letters = DatabaseReturned(context.engine)
        self._subscribers = DatabaseSubscribers(context.engine)
        named = context.settings.bounce_address
        self._bounces = BounceAddress(named) if named else None

    def is_addressed(self, mail: Mail) -> bool:
        """Whether it came to the address where nothing but reports is sent."""
        bounces = self._bounces
        return bounces is not None and any(map(bounces.is_addressed, _recipients(mail)))

    async def receive(self, mail: Mail, raw: bytes) -> Received | None:
        """What became of a report; None where it is none, or about nothing that was sent.

        Raises:
            Problem: it has to come again, since no workflow could be told (503).
        """
        found = await asyncio.to_thread(self._found, mail, raw)
        if found is None:
            return None
        report, letter = found
        now = self._context.now()
        log.info("mail.report", key=letter.effect_key, report=report.kind, code=report.code)
        if report.kind == "complaint":
            await asyncio.to_thread(self._opt_out, letter, now)
            await asyncio.to_thread(self._subscribers.remove, letter.recipient)
            return _received("unsubscribed", None)
        if report.kind == "temporary":
            await asyncio.to_thread(self._letters.delayed, letter, report.code, now)
            return _received("bounced", "temporary")
        means = await asyncio.to_thread(self._letters.bounced, letter, report.code, now)
        if letter.to_subscriber:
            if not report.code.startswith(_OF_THE_LETTER):
                await asyncio.to_thread(self._subscribers.remove, letter.recipient)
        elif not letter.to_staff:
            await self._tell(letter, report, means)
            for same in means.also:
                await self._tell(same, report, replace(means, first=False))
        return _received("bounced", "permanent")

    def _found(self, mail: Mail, raw: bytes) -> tuple[Report, Returned] | None:
        report = read_report(raw)
        if report is None:
            return None
        bounces, mail_from = self._bounces, self._context.settings.mail_from
        carried = [bounces.message_id(r, mail_from) for r in _recipients(mail)] if bounces else []
        ids = [*filter(None, carried), *report.message_ids]
        # Complaints come with the recipient blacked out.
        if not report.addresses and report.kind != "complaint":
            return None
        letter = self._letters.find(ids, report.addresses)
        return (report, letter) if letter is not None else None

    def _opt_out(self, letter: Returned, now: datetime) -> None:
        """Of everything that one may opt out of: a policy may let people opt out of less."""
        choices = {topic.value: False for topic in Topic}
        DatabasePreferences(self._context.engine).keep(letter.recipient, choices, now)

    async def _tell(self, letter: Returned, report: Report, means: Consequence) -> None:
        """Tell the case or defect it is of; where that is over, another that writes there."""
        said = DeliveryBounced(
            key=own_key(f"bounced-{letter.id}"),
            effect=letter.effect_key,
            event=letter.event,
            address=letter.recipient,
            cases=list(letter.cases),
            problem=f"bounce-{report.code}",
            reached=means.reached,
            first=means.first,
        )
        others = await asyncio.to_thread(self._letters.attached_to, letter.recipient)
        signals = Signals(self._context.client.temporal)
        # A release has no contacts: what it wrote is told where the person is attached.
        own = [letter.entity] if letter.event != ClientEvent.RELEASE_NOTICE else []
        for number in dict.fromkeys([*own, *others]):
            # Another one knows the person by its own cases.
            cases = said.cases if number in own else others[number]
            payload = said.model_dump(mode="json") | {"cases": cases}
            try:
                if await signals.tell(number, (DeliveryBounced.name, payload)):
                    return
            except RPCError:
                raise Problem(503, "no-answer", "the server does not answer now") from None
        log.warning("mail.nobody_to_tell", key=letter.effect_key)


def _recipients(mail: Mail) -> list[str]:
    return [value for name in _RECIPIENTS for value in mail.headers.get(name, [])]


def _received(outcome: str, reason: str | None) -> Received:
    return Received.model_validate(
        {"outcome": outcome, "case": None, "reason": reason, "repeated": False}
    )
