"""A mail from a client becomes a case, or a note on the sender's own (C1 to C6).

The system that hands the mail over has to vouch for its sender: put a mail system that checks DMARC
before this. What a forged sender can do is no more than open a case or add a note; nothing is told
but to the addresses that are known already.
"""

import asyncio
import hashlib
import re
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

import structlog

from activities.adapters.database import DatabaseNumbers, DatabasePreferences, DatabaseSetAside
from activities.adapters.database.correspondence import DatabaseCorrespondence
from activities.adapters.database.idempotency import DatabaseIdempotency
from activities.adapters.database.set_aside import MOST_OF_ONE, RAW_BYTES, SetAside
from activities.adapters.file_store import StoreDown
from domain.addresses import recipient_key
from domain.contract.case import ProvideInformation
from domain.contract.events import DIGEST, Topic, topics_of
from domain.contract.values import NUMBER_PATTERN
from portal.api.command_service import CommandService
from portal.api.contract import CASES
from portal.api.problems import Problem
from portal.api.responses import Received
from portal.context import PortalContext
from portal.inbound.attaching import MailFiles, Sorted, later
from portal.inbound.judging import Judgement, judge
from portal.inbound.kept import opened, sealed
from portal.inbound.note import answers_of, body_of, subject_of
from portal.inbound.reading import MAIL_BYTES, Mail, Unreadable, read
from portal.inbound.returned import Reports
from portal.inbound.ways import as_its_writer_sent_it, came_through
from runtime.codec import AlteredPayload, UnknownKey

log = structlog.get_logger(__name__)

CALLER = "inbound-mail"
"""Whose idempotency keys mails have, and the actor of what they bring about."""
CASES_AN_HOUR = 20
"""Of one sender: more are a loop, or a program that should use the interface."""
NOTES_AN_HOUR = 120
"""Of one sender, as many as by the forms of the portal: each is kept for good."""
_UNSUBSCRIBE = re.compile(
    rf"\s*unsubscribe\s+({'|'.join((*Topic, DIGEST))})\s+([A-Za-z0-9_-]{{20,100}})\s*",
    re.IGNORECASE,
)


async def receive(context: PortalContext, raw: bytes) -> Received:
    """What becomes of one mail; the same mail a second time changes nothing.

    Raises:
        Problem: it is refused (413, 422), or has to come again later (429, 503).
    """
    try:
        received = await _MailIntake(context).receive(raw)
    except Problem as problem:
        log.warning("mail.refused", problem=problem.kind, field=problem.field)
        raise
    log.info(
        "mail.inbound",
        outcome=received.outcome,
        case=received.case,
        reason=received.reason,
        repeated=received.repeated,
    )
    return received


async def make_case(context: PortalContext, aside: SetAside, actor: str) -> Received:
    """What becomes of a mail that staff have found to be somebody's.

    Raises:
        Problem: it is refused (422), or has to be tried again later (429, 503).
    """
    raw = await asyncio.to_thread(_whole, context, aside)
    if raw is None:
        raise _refused("mail", "is sealed under a key that DEFECTS_ENCRYPTION_KEYS lacks")
    return await _MailIntake(context, actor).make_case(raw)


def _whole(context: PortalContext, aside: SetAside) -> bytes | None:
    """All of the mail, where the store has it; None where its key is missing."""
    try:
        raw = context.files.read(aside.file) if context.files and aside.file else None
    except StoreDown as error:
        raise later(error) from None
    except (UnknownKey, AlteredPayload):
        return None
    return opened(aside, context.settings.encryption_keys) if raw is None else raw


class _MailIntake:
    def __init__(self, context: PortalContext, actor: str = CALLER) -> None:
        self._context = context
        self._actor = actor
        self._service = CommandService(context, CALLER, "mail")
        self._known = DatabaseCorrespondence(context.engine)
        self._keys = DatabaseIdempotency(context.engine)
        self._aside = DatabaseSetAside(context.engine)
        self._reports = Reports(context)

    async def receive(self, raw: bytes) -> Received:
        try:
            mail = await asyncio.to_thread(self._read, raw)
        except Unreadable as error:
            if len(raw) > MAIL_BYTES:
                raise Problem(413, "too-large", error.reason) from None
            raise _refused(error.field, error.reason) from None
        if (unsubscribed := await asyncio.to_thread(self._unsubscribed, mail)) is not None:
            return unsubscribed
        judged = await asyncio.to_thread(self._judged, mail)
        if judged.grade == "machine":
            reason = (judged.reason or "").partition(":")[0]
            report = await self._reports.receive(mail, raw) if reason == "bounce" else None
            return report or _ignored(reason)
        if mail.sender is None:
            raise _refused("From", "must be one address such as name@example.org")
        if judged.grade == "doubtful":
            # From our own address, with another one to answer: a form whose address nobody named.
            writer = as_its_writer_sent_it(mail, [mail.address]) if judged.reason == "own" else mail
            return await self._of_somebody(writer, judged.reason or "doubtful", raw)
        return await self._of_somebody(mail)

    async def make_case(self, raw: bytes) -> Received:
        try:
            mail = await asyncio.to_thread(self._read, raw)
        except Unreadable as error:
            raise _refused(error.field, error.reason) from None
        own = parseaddr(self._context.settings.mail_from)[1]
        return await self._of_somebody(as_its_writer_sent_it(mail, [own]))

    def _read(self, raw: bytes) -> Mail:
        return as_its_writer_sent_it(read(raw), self._context.settings.mail_forms)

    # --- what is no contact ----------------------------------------------------------------------

    def _unsubscribed(self, mail: Mail) -> Received | None:
        said = _UNSUBSCRIBE.fullmatch(mail.subject)
        if said is None:
            return None
        topics = topics_of(said[1].lower())
        preferences = DatabasePreferences(self._context.engine)
        if preferences.unsubscribe(said[2], topics, self._context.now()) is None:
            return _ignored("unknown-token")
        return Received(outcome="unsubscribed", case=None, reason=None, repeated=False)

    def _judged(self, mail: Mail) -> Judgement:
        settings = self._context.settings
        if self._reports.is_addressed(mail):
            return Judgement("machine", "bounce")
        judged = judge(mail, settings.mail_from)
        if judged.grade == "machine":
            return judged
        if mail.message_id and self._known.is_ours(mail.message_id):
            return Judgement("machine", "own")
        if judged.grade == "doubtful" and came_through(mail, settings.mail_own_lists):
            return Judgement("person", None)
        return judged

    def _set_aside(self, mail: Mail, raw: bytes, reason: str, key: str) -> Received:
        if self._aside.has(key):
            return _waits(reason, repeated=True)
        self._must_have_room(mail.address)
        kept = sealed(raw, key, self._context.settings.encryption_keys)
        sender, now = recipient_key(mail.address), self._context.now()
        file = self._kept_whole(raw)
        whole = len(raw) if file else 0
        new = self._aside.add(key, sender, subject_of(mail), reason, kept, now, file, whole)
        return _waits(reason, repeated=not new)

    def _must_have_room(self, sender: str) -> None:
        """A mail that is not taken stays with the mail system, which tries it again for days."""
        if self._aside.count(sender) >= MOST_OF_ONE:
            raise _too_many(f"{MOST_OF_ONE} mails of one sender wait for a decision")
        waiting = self._aside.in_all()
        if waiting.share >= 1:
            log.warning("mail.set_aside_full", mails=waiting.mails, bytes=waiting.size)
            raise _too_many("as many mails wait for a decision of staff as may")

    def _kept_whole(self, raw: bytes) -> str | None:
        """The digest of a mail that is longer than what the database keeps of it."""
        files = self._context.files
        if files is None or len(raw) <= RAW_BYTES:
            return None
        try:
            return files.keep(raw, self._context.now())
        except StoreDown as error:
            raise later(error) from None

    # --- what somebody wrote ---------------------------------------------------------------------

    async def _of_somebody(
        self, mail: Mail, doubt: str | None = None, raw: bytes = b""
    ) -> Received:
        """A note where its sender writes about a case of theirs, else a case.

        With a `doubt` about whose it is staff decide, who see the mail as it came, `raw`.
        """
        address = recipient_key(mail.address)
        key = _key(mail, address)
        known = await asyncio.to_thread(self._claimed, mail, key)
        if known is not None:
            return known
        candidates = await asyncio.to_thread(self._candidates, mail, address)
        files, case, outcome = MailFiles(self._context, mail), None, "noted"
        # Whoever writes through a form of ours may write in anybody's name.
        if doubt != "own":
            case = await self._noted(mail, address, candidates, key, files)
        if case is None and doubt is not None:
            return await asyncio.to_thread(self._set_aside, mail, raw, doubt, key)
        if case is None:
            await asyncio.to_thread(self._must_not_be_a_loop, key, "opened", CASES_AN_HOUR)
            case = await self._opened(mail, address, candidates, key, files)
            outcome = "opened"
        return await asyncio.to_thread(self._keep, mail, address, outcome, case)

    def _claimed(self, mail: Mail, key: str) -> Received | None:
        """What came of the same mail before; from now on the key stands for this one."""
        known = self._keys.claim(CALLER, key, mail.digest, self._context.now())
        if known.outcome in ("opened", "noted"):
            return _came(known.outcome, known.number, repeated=True)
        return None

    def _keep(self, mail: Mail, address: str, outcome: str, case: str) -> Received:
        """What came of it, for a repeat and for mails that answer it."""
        self._keys.keep_outcome(CALLER, _key(mail, address), outcome, case)
        if mail.message_id is not None:
            self._known.note_taken(mail.message_id, address, case, self._context.now())
        return _came(outcome, case)

    def _candidates(self, mail: Mail, address: str) -> list[str]:
        """The numbers a mail may be about: what it answers, before what it only names."""
        named = [number.strip() for number in ",".join(mail.headers.get("x-case", [])).split(",")]
        named += mail.numbers
        answered = self._known.written_about(address, mail.answers) if mail.answers else []
        wanted = [n for n in [*answered, *named] if re.fullmatch(NUMBER_PATTERN, n)]
        return list(dict.fromkeys(wanted))[:20]

    async def _noted(
        self, mail: Mail, address: str, candidates: list[str], key: str, files: MailFiles
    ) -> str | None:
        """The case it was noted on: only one of the sender's own, and only one that is open."""
        cases = await asyncio.to_thread(self._known.cases_of, address, candidates)
        if not cases:
            return None
        await asyncio.to_thread(self._must_not_be_a_loop, key, "noted", NOTES_AN_HOUR)
        for case in cases:
            found = await asyncio.to_thread(files.for_case, case)
            note = {
                "actor": self._actor,
                "key": f"mail-{mail.digest}",
                "attachments_not_kept": found.lost(),
                "note": f"{subject_of(mail)}\n\n{body_of(mail, *found.remarks())}".strip(),
            }
            try:
                await self._service.update(CASES, case, ProvideInformation.name, note)
            except Problem as problem:
                if problem.status not in {404, 422}:
                    raise
                await asyncio.to_thread(files.take_back, case, found)
                continue  # It is closed: a further question is a new case (C1).
            return case
        return None

    def _must_not_be_a_loop(self, key: str, outcome: str, most: int) -> None:
        sender, since = key.partition("/")[0], self._context.now() - timedelta(hours=1)
        if self._keys.count(CALLER, sender, outcome, since) >= most:
            raise _too_many(f"at most {most} mails of one sender are {outcome} per hour")

    async def _opened(
        self, mail: Mail, address: str, candidates: list[str], key: str, files: MailFiles
    ) -> str:
        found = await asyncio.to_thread(files.for_new_case)
        start = await asyncio.to_thread(self._start, mail, address, candidates, found)
        begun = await self._service.start(CASES, None, start, key, request=mail.digest)
        await asyncio.to_thread(files.put_on_record, begun.number)
        return begun.number

    def _start(
        self, mail: Mail, address: str, candidates: list[str], files: Sorted
    ) -> dict[str, Any]:
        if mail.sender is None:
            raise _refused("From", "is missing")
        # A stranger is a client of their own: a hash of the domain would make one client of all
        # who have their mail with the same provider, and the portal shows a client all its cases.
        client = self._known.client_of(address) or DatabaseNumbers(self._context.engine).issue(
            "MAIL", address
        )
        ours = self._known.known_numbers(candidates)
        names = f"The mail names {', '.join(ours)}, and is not a reply to an open case"
        remark = f"{names} of its sender." if ours else ""
        return {
            "client": client,
            "contact": mail.sender.model_dump(mode="json", exclude_none=True),
            "channel": "email",
            "subject": subject_of(mail) or "(no subject)",
            "attachments_not_kept": files.lost(),
            "description": body_of(mail, *files.remarks(), remark),
            "actor": self._actor,
            **answers_of(mail),
        }


def _key(mail: Mail, address: str) -> str:
    """Of the mail, for its sender: another one may claim the same Message-ID."""
    return f"{hashlib.sha256(address.encode()).hexdigest()[:16]}/{mail.digest}"


def _too_many(reason: str) -> Problem:
    return Problem(429, "too-many-requests", reason, headers={"Retry-After": "3600"})


def _waits(reason: str, *, repeated: bool) -> Received:
    return Received(outcome="set_aside", case=None, reason=reason, repeated=repeated)


def _ignored(reason: str) -> Received:
    return Received(outcome="ignored", case=None, reason=reason, repeated=False)


def _came(outcome: str, case: str | None, *, repeated: bool = False) -> Received:
    return Received.model_validate(
        {"outcome": outcome, "case": case, "reason": None, "repeated": repeated}
    )


def _refused(field: str, reason: str) -> Problem:
    return Problem(422, "invalid-command", reason, field=field)
