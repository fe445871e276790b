"""Which files of a mail are kept, and that they are before anything on record says so.

Nothing is told that is not so: a file is in the store before the note or the case names it as kept,
and where the store does not take it, the mail has to come again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import structlog

from activities.adapters.database.attachments import DatabaseAttachments, KeptFile, fitting
from activities.adapters.file_store import StoreDown
from portal.api.problems import Problem
from portal.context import PortalContext
from portal.inbound.note import NOT_NAMED, SUBJECT_CHARACTERS, named
from portal.inbound.reading import Attachment, Mail

log = structlog.get_logger(__name__)

_MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Sorted:
    """The files of a mail: those that its case has, and those that it has not."""

    kept: tuple[Attachment, ...] = ()
    left: tuple[Attachment, ...] = ()
    new: tuple[str, ...] = ()
    """Digests that were put on record for this mail."""

    def remarks(self) -> list[str]:
        """What the record says of them: all there were beside the text."""
        return [
            f"Attachments that came with it and are {what}: {named([f.name for f in files])}."
            for what, files in (("kept", self.kept), ("not kept", self.left))
            if files
        ]

    def lost(self) -> list[str]:
        """The files the client is told of; pictures inside a text are no loss to name."""
        files = [file.name for file in self.left if file.disposition == "attachment"]
        names = [" ".join(name.split())[:SUBJECT_CHARACTERS] for name in files]
        return [name for name in names if name][:NOT_NAMED]


class MailFiles:
    """The files of one mail, on their way to a case."""

    def __init__(self, context: PortalContext, mail: Mail) -> None:
        settings = context.settings
        self._each = int(settings.attachment_mib * _MIB)
        self._most = int(settings.attachments_per_case_mib * _MIB)
        self._number = settings.attachments_per_mail
        self._now = context.now
        self._files = context.files
        self._on_record = DatabaseAttachments(context.engine)
        self._mail = mail
        self._digests = [_digest(file) for file in mail.attachments] if self._files else []
        self._taken = self._within_limits()
        self._written: set[str] = set()

    def for_case(self, case: str) -> Sorted:
        """Keep what fits into a case that is there, and put it on record.

        Raises:
            Problem: the store does not take it now (503).
        """
        self._write(self._taken)
        digests, new = self._attach(case, self._taken)
        return self._sorted(digests, new)

    def for_new_case(self) -> Sorted:
        """Keep what fits into a case of its own; `put_on_record` says later which one that is.

        Raises:
            Problem: the store does not take it now (503).
        """
        fit = fitting(self._taken, self._most)
        self._write(fit)
        return self._sorted({file.digest for file in fit})

    def put_on_record(self, case: str) -> None:
        """The case that `for_new_case` was about. Raises Problem."""
        self._attach(case, fitting(self._taken, self._most))

    def take_back(self, case: str, files: Sorted) -> None:
        """The case did not take the mail: it is closed."""
        if files.new:
            self._on_record.detach(case, self._mail.digest, files.new)

    def _within_limits(self) -> list[KeptFile]:
        """Each once; what was attached goes before pictures of the text."""
        files = sorted(
            zip(self._mail.attachments, self._digests, strict=False),
            key=lambda pair: pair[0].disposition != "attachment",
        )
        known: dict[str, KeptFile] = {}
        for file, digest in files:
            if file.size <= self._each:
                one = KeptFile(digest, file.name, file.content_type, file.size)
                known.setdefault(digest, one)
        return list(known.values())[: self._number]

    def _write(self, files: Sequence[KeptFile]) -> None:
        wanted = {file.digest for file in files} - self._written
        for file, digest in zip(self._mail.attachments, self._digests, strict=False):
            if self._files is None or digest not in wanted:
                continue
            try:
                self._files.keep(file.content, self._now())
            except StoreDown as error:
                raise later(error) from None
            wanted.discard(digest)
            self._written.add(digest)

    def _attach(self, case: str, files: Sequence[KeptFile]) -> tuple[set[str], Sequence[str]]:
        if not files:
            return set(), ()
        mail = self._mail.digest
        try:
            return self._on_record.attach(case, mail, files, self._most, self._now())
        except StoreDown as error:
            raise later(error) from None

    def _sorted(self, digests: set[str], new: Sequence[str] = ()) -> Sorted:
        known = [*self._digests, *[""] * (len(self._mail.attachments) - len(self._digests))]
        pairs = list(zip(self._mail.attachments, known, strict=True))
        return Sorted(
            kept=tuple(file for file, digest in pairs if digest in digests),
            left=tuple(file for file, digest in pairs if digest not in digests),
            new=tuple(new),
        )


def _digest(file: Attachment) -> str:
    return sha256(file.content).hexdigest()


def later(error: StoreDown) -> Problem:
    """The mail has to come again, when the store is there."""
    log.warning("mail.attachments_not_taken", problem=str(error))
    return Problem(503, "no-answer", f"the store of attachments does not answer: {error}")
