"""Takes one mail from a client, for a mail system's pipe."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from textwrap import indent
from typing import Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from activities.adapters.database import DatabaseRecords, NoDatabase
from activities.adapters.policy_files import PolicyFiles
from commands import show
from commands.database import database
from portal.api.problems import Problem
from portal.context import PortalContext
from portal.inbound.intake import receive
from portal.inbound.judging import judge
from portal.inbound.reading import MAIL_BYTES, Unreadable, read
from runtime.client import DefectsClient
from runtime.connection import NoServer, connect
from runtime.settings import Settings

REFUSED = 65
"""EX_DATAERR of sysexits.h: a mail system gives the mail back."""
LATER = 75
"""EX_TEMPFAIL of sysexits.h: a mail system tries again."""


async def take(settings: Settings, file: Path | None, as_json: bool) -> int:
    """Make a case or a note of the mail and say which; answers the exit code."""
    raw = _read(file)
    try:
        with database(settings) as engine:
            client = DefectsClient(await connect(settings), records=DatabaseRecords(engine))
            received = await receive(
                PortalContext(client, engine, PolicyFiles(settings.policy_file), settings), raw
            )
    except Problem as problem:
        typer.echo(f"{problem.field or problem.kind}: {problem.detail}", err=True)
        return LATER if problem.status in {429, 503} else REFUSED
    except (NoServer, NoDatabase) as error:
        typer.echo(str(error), err=True)
        return LATER
    except SQLAlchemyError as error:
        typer.echo(str(NoDatabase.because(error)), err=True)
        return LATER
    if as_json:
        show.as_json(received.model_dump())
    else:
        about = received.case or received.reason or ""
        typer.echo(f"{received.outcome} {about}{' before' if received.repeated else ''}".strip())
    return 0


async def explain(settings: Settings, files: Sequence[Path | None], as_json: bool) -> None:
    """Show what is read of each mail, and who is thought to have written it; nothing is done."""
    for file in files:
        explained = _explained(str(file or "-"), _read(file), settings.mail_from)
        if as_json:
            typer.echo(json.dumps(explained, ensure_ascii=False))
            continue
        for name, value in explained.items():
            shown = ", ".join(value) if isinstance(value, list) else str(value or "")
            typer.echo(
                f"{name}: {shown}" if "\n" not in shown else f"{name}:\n{indent(shown, '  ')}"
            )
        typer.echo("")


def _explained(name: str, raw: bytes, our_address: str) -> dict[str, Any]:
    found: dict[str, Any] = {
        **dict.fromkeys(("file", "sender", "name", "subject", "text", "quoted")),
        "attachments": [],
        "automatic": None,
        "critical": False,
        "numbers": [],
        "problems": [],
        "file": name,
    }
    try:
        mail = read(raw)
    except Unreadable as error:
        return found | {"problems": [str(error)]}
    return found | {
        "sender": mail.address or None,
        "name": mail.sender_name or None,
        "subject": mail.subject,
        "text": mail.text,
        "quoted": mail.quoted,
        "attachments": [file.name for file in mail.attachments],
        "automatic": judge(mail, our_address).automatic,
        "critical": mail.critical,
        "numbers": list(mail.numbers),
        "problems": list(mail.problems),
    }


def _read(file: Path | None) -> bytes:
    """One byte more than is taken tells that it is too large."""
    if file is None:
        return sys.stdin.buffer.read(MAIL_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(MAIL_BYTES + 1)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None
