"""A mail from a client becomes a case, or a note on the sender's own (C1 to C6).

The system that hands the mail over has to vouch for its sender: put a mail system that checks DMARC
before this. What a forged sender can do is no more than open a case or add a note; nothing is told
but to the addresses that are known already.
"""

import asyncio
import hashlib
import re
from datetime import timedelta
from typing import Any

import structlog

from activities.adapters.database import DatabaseNumbers, DatabasePreferences
from activities.adapters.database.correspondence import DatabaseCorrespondence
from activities.adapters.database.idempotency import DatabaseIdempotency
from domain.addresses import recipient_key
from domain.contract.case import ProvideInformation
from domain.contract.events import Topic
from domain.contract.values import NUMBER_PATTERN
from portal.api.command_service import CommandService
from portal.api.contract import CASES
from portal.api.problems import Problem
from portal.api.responses import Received
from portal.context import PortalContext
from portal.inbound.judging import judge
from portal.inbound.reading import MAIL_BYTES, Mail, Unreadable, read
from portal.inbound.returned import Reports

log = structlog.get_logger(__name__)

CALLER = "inbound-mail"
"""Whose idempotency keys mails have, and the actor of what they bring about."""
CASES_AN_HOUR = 20
"""Of one sender: more are a loop, or a program that should use the interface."""
SUBJECT_CHARACTERS = 200
TEXT_CHARACTERS = 19_000
"""Leaves room for a line of ours in what the contract takes."""
_NAMED = re.compile(r"\[([A-Za-z0-9._-]{1,64})\]")
_UNSUBSCRIBE = re.compile(
    rf"\s*unsubscribe\s+({'|'.join(Topic)})\s+([A-Za-z0-9_-]{{20,100}})\s*", re.IGNORECASE
)


async def receive(context: PortalContext, raw: bytes) -> Received:
    """What becomes of one mail; the same mail a second time changes nothing.

    Raises:
        Problem: it is refused (413, 422), or has to come again later (429, 503).
    """
    received = await _MailIntake(context).receive(raw)
    log.info(
        "mail.inbound",
        outcome=received.outcome,
        case=received.case,
        reason=received.reason,
        repeated=received.repeated,
    )
    return received


class _MailIntake:
    def __init__(self, context: PortalContext) -> None:
        self._context = context
        self._service = CommandService(context, CALLER, "mail")
        self._known = DatabaseCorrespondence(context.engine)
        self._keys = DatabaseIdempotency(context.engine)
        self._reports = Reports(context)

    async def receive(self, raw: bytes) -> Received:
        try:
            mail = await asyncio.to_thread(read, raw)
        except Unreadable as error:
            if len(raw) > MAIL_BYTES:
                raise Problem(413, "too-large", error.reason) from None
            raise _refused(error.field, error.reason) from None
        if (unsubscribed := await asyncio.to_thread(self._unsubscribed, mail)) is not None:
            return unsubscribed
        reason = await asyncio.to_thread(self._nobodys, mail)
        if reason == "bounce":
            return await self._reports.receive(mail, raw) or _ignored(reason)
        if reason is not None:
            return _ignored(reason)
        if mail.sender is None:
            raise _refused("From", "must be one address such as name@example.org")
        return await self._of_somebody(mail, recipient_key(mail.address))

    # --- what is no contact ----------------------------------------------------------------------

    def _unsubscribed(self, mail: Mail) -> Received | None:
        said = _UNSUBSCRIBE.fullmatch(mail.subject)
        if said is None:
            return None
        topic = Topic(said[1].lower())
        preferences = DatabasePreferences(self._context.engine)
        if preferences.unsubscribe(said[2], topic, self._context.now()) is None:
            return _ignored("unknown-token")
        return Received(outcome="unsubscribed", case=None, reason=None, repeated=False)

    def _nobodys(self, mail: Mail) -> str | None:
        if self._reports.is_addressed(mail):
            return "bounce"
        judged = judge(mail, self._context.settings.mail_from)
        # People write through lists, and from programs that ask for no automatic answer.
        reason = None if judged.reason in {"list", "suppressed"} else judged.reason
        if reason is None and mail.message_id and self._known.is_ours(mail.message_id):
            return "own"
        return reason

    # --- what somebody wrote ---------------------------------------------------------------------

    async def _of_somebody(self, mail: Mail, address: str) -> Received:
        sender = hashlib.sha256(address.encode()).hexdigest()[:16]
        key, now = f"{sender}/{mail.digest}", self._context.now()
        known = await asyncio.to_thread(self._keys.claim, CALLER, key, mail.digest, now)
        if known.outcome in ("opened", "noted"):
            return _came(known.outcome, known.number, repeated=True)
        candidates = await asyncio.to_thread(self._candidates, mail, address)
        case = await self._noted(mail, address, candidates)
        outcome = "noted"
        if case is None:
            await asyncio.to_thread(self._must_not_be_a_loop, sender)
            case, outcome = await self._opened(mail, address, candidates, key), "opened"
        await asyncio.to_thread(self._keys.keep_outcome, CALLER, key, outcome, case)
        return _came(outcome, case)

    def _candidates(self, mail: Mail, address: str) -> list[str]:
        """The numbers a mail may be about: what it answers, before what it only names."""
        named = [number.strip() for number in ",".join(mail.headers.get("x-case", [])).split(",")]
        named += _NAMED.findall(mail.subject)
        answered = self._known.written_about(address, mail.answers) if mail.answers else []
        wanted = [n for n in [*answered, *named] if re.fullmatch(NUMBER_PATTERN, n)]
        return list(dict.fromkeys(wanted))[:20]

    async def _noted(self, mail: Mail, address: str, candidates: list[str]) -> str | None:
        """The case it was noted on: only one of the sender's own, and only one that is open."""
        if not candidates:
            return None
        note = {
            "actor": CALLER,
            "key": f"mail-{mail.digest}",
            "note": f"{_clipped(mail.subject, SUBJECT_CHARACTERS)}\n\n{_body(mail)}",
        }
        for case in await asyncio.to_thread(self._known.cases_of, address, candidates):
            try:
                await self._service.update(CASES, case, ProvideInformation.name, note)
            except Problem as problem:
                if problem.status not in {404, 422}:
                    raise
                continue  # It is closed: a further question is a new case (C1).
            return case
        return None

    def _must_not_be_a_loop(self, sender: str) -> None:
        since = self._context.now() - timedelta(hours=1)
        if self._keys.count(CALLER, sender, "opened", since) >= CASES_AN_HOUR:
            raise Problem(
                429,
                "too-many-requests",
                f"at most {CASES_AN_HOUR} cases per hour by mail from one sender",
                headers={"Retry-After": "3600"},
            )

    async def _opened(self, mail: Mail, address: str, candidates: list[str], key: str) -> str:
        start = await asyncio.to_thread(self._start, mail, address, candidates)
        begun = await self._service.start(CASES, None, start, key, request=mail.digest)
        return begun.number

    def _start(self, mail: Mail, address: str, candidates: list[str]) -> dict[str, Any]:
        if mail.sender is None:
            raise _refused("From", "is missing")
        # A stranger is a client of their own: a hash of the domain would make one client of all
        # who have their mail with the same provider, and the portal shows a client all its cases.
        client = self._known.client_of(address) or DatabaseNumbers(self._context.engine).issue(
            "MAIL", address
        )
        said = [_body(mail)]
        if candidates:
            said.append(
                f"(The mail names {', '.join(candidates)}, and is not a reply to an open case"
                " of its sender.)"
            )
        subject = _clipped(" ".join(mail.subject.split()), SUBJECT_CHARACTERS)
        return {
            "client": client,
            "contact": mail.sender.model_dump(mode="json", exclude_none=True),
            "channel": "email",
            "subject": subject or "(no subject)",
            "description": "\n\n".join(filter(None, said)),
            "actor": CALLER,
        }


def _body(mail: Mail) -> str:
    """The text, and how much there was beside it that is not kept."""
    said = [_clipped(mail.text, TEXT_CHARACTERS)]
    if mail.attachments:
        said.append(f"(Attachments that came with it and are not kept: {len(mail.attachments)}.)")
    return "\n\n".join(filter(None, said))


def _clipped(text: str, characters: int) -> str:
    return text if len(text) <= characters else f"{text[: characters - 1].rstrip()}…"


def _ignored(reason: str) -> Received:
    return Received(outcome="ignored", case=None, reason=reason, repeated=False)


def _came(outcome: str, case: str | None, *, repeated: bool = False) -> Received:
    return Received.model_validate(
        {"outcome": outcome, "case": case, "reason": None, "repeated": repeated}
    )


def _refused(field: str, reason: str) -> Problem:
    return Problem(422, "invalid-command", reason, field=field)
