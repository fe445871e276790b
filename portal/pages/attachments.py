"""A file that came with a mail, for staff to download: never shown by a browser, whatever it is."""

import re
import unicodedata
from urllib.parse import quote

import structlog
from fastapi import APIRouter, Request, Response

from activities.adapters.database.attachments import DatabaseAttachments
from activities.adapters.file_store import StoreDown
from portal.pages.auth import NotHere, Staff
from portal.pages.page_renderer import context_of, look_of
from runtime.codec import AlteredPayload, UnknownKey

router = APIRouter()
log = structlog.get_logger(__name__)

NAME_CHARACTERS = 120
_UNSAFE = re.compile(r'[\\/:*?"<>|%;]')
"""What means something to a shell, a file system or a header."""
_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/staff/cases/{number}/attachments/{digest}")
def download(request: Request, staff: Staff, number: str, digest: str) -> Response:
    """The file as it came, under a name that does no harm.

    Raises:
        NotHere: this case has no such file, or the store has it no longer.
    """
    context = context_of(request)
    known = DatabaseAttachments(context.engine).find(number, digest)
    if known is None or context.files is None:
        raise NotHere
    try:
        content = context.files.read(digest)
    except (StoreDown, UnknownKey, AlteredPayload) as error:
        log.warning("attachment.unreadable", case=number, digest=digest, problem=str(error))
        return look_of(request).show(
            request, "problem.html.j2", status=503, what="away", back=f"/staff/cases/{number}"
        )
    if content is None:
        log.warning("attachment.missing", case=number, digest=digest)
        raise NotHere
    log.info("attachment.downloaded", case=number, digest=digest, **staff.logged)
    said = {"Content-Disposition": disposition(known.name)}
    return Response(content, media_type="application/octet-stream", headers=_HEADERS | said)


def disposition(name: str) -> str:
    """`Content-Disposition` of a file to be saved (RFC 6266), in ASCII and as it is written."""
    safe = safe_name(name)
    plain = unicodedata.normalize("NFKD", safe).encode("ascii", "ignore").decode()
    return f"attachment; filename=\"{safe_name(plain)}\"; filename*=UTF-8''{quote(safe, safe='')}"


def safe_name(name: str) -> str:
    """A name for a file: no folder, nothing that cannot be seen, cut before its ending.

    Where nothing is left it is `attachment`.
    """
    seen = "".join(
        " " if unicodedata.category(c) in {"Zs", "Zl", "Zp"} else c
        for c in unicodedata.normalize("NFC", name)
        if unicodedata.category(c)[0] != "C"
    )
    words = " ".join(_UNSAFE.sub("_", seen).split()).strip(" .")
    stem, dot, ending = words.rpartition(".")
    if dot and len(ending) <= 10:
        words = stem[: NAME_CHARACTERS - len(ending) - 1].rstrip(" .") + dot + ending
    return words[:NAME_CHARACTERS] or "attachment"
