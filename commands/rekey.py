"""`rekey`: writes anew what the installation keeps sealed, so that an older key can be dropped."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime

import typer
from sqlalchemy import Engine

from activities.adapters.database import DatabaseSetAside
from activities.adapters.database.attachments import AttachmentFiles
from activities.adapters.database.rekeyed import Rekeyed
from activities.adapters.database.webhook_secrets import DatabaseWebhookSecrets
from activities.adapters.file_store import StoreDown
from commands import show
from commands.database import database
from runtime.codec import NO_KEYS, VARIABLE, KeyRing
from runtime.sealing import Sealer
from runtime.settings import Settings, SettingsError

_KINDS = {
    "secrets": "secrets of webhooks",
    "mails": "mails that wait for staff",
    "files": "attachments",
}


async def run(settings: Settings, *, clear: bool, as_json: bool) -> int:
    """Encrypt all of it under the first key of now, or write all in clear.

    Answers the exit code: 1 where something is left that needs another key.

    Raises:
        SettingsError: there is no key to encrypt with.
        RuntimeError: a secret of a webhook cannot be opened; nothing behind it is done.
    """
    keys = settings.encryption_keys
    if keys.first is None and not clear:
        raise SettingsError(f"{VARIABLE}: has no key to encrypt with")
    with database(settings) as engine:
        done = await asyncio.to_thread(_all, settings, engine, NO_KEYS if clear else keys)
    _show(done, None if clear else keys.first, as_json=as_json)
    return 1 if any(each.problems for each in done.values()) else 0


def _all(settings: Settings, engine: Engine, keys: KeyRing) -> dict[str, Rekeyed]:
    now, to = Sealer(settings.encryption_keys), Sealer(keys)
    return {
        "secrets": DatabaseWebhookSecrets(engine, now).rekey(datetime.now(UTC), to),
        "mails": DatabaseSetAside(engine).rekey(now, to),
        "files": _files(settings, engine, now, to),
    }


def _files(settings: Settings, engine: Engine, now: Sealer, to: Sealer) -> Rekeyed:
    files = AttachmentFiles.at(settings.attachments_url, engine, now)
    try:
        return files.rekey(to) if files else Rekeyed()
    except StoreDown as error:
        return Rekeyed(problems=(f"attachments are not all done: their store is down: {error}",))


def _show(done: Mapping[str, Rekeyed], under: str | None, *, as_json: bool) -> None:
    if as_json:
        show.as_json({"key": under} | {kind: asdict(each) for kind, each in done.items()})
        return
    how = "in clear" if under is None else f"encrypted under {under}"
    for kind, each in done.items():
        typer.echo(f"{how}: {each.kept} {_KINDS[kind]}, {each.changed} of them newly")
        if each.dropped:
            typer.echo(f"removed, as not valid any more: {each.dropped} {_KINDS[kind]}")
        for problem in each.problems:
            typer.echo(problem, err=True)
