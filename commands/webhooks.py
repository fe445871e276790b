"""Receivers of webhooks: who they are, what became of their messages, sending some once more."""

import asyncio
import base64
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import typer
from rich.markup import escape
from rich.table import Table

from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.webhooks import call_receiver
from commands import show
from commands.database import database
from domain.contract.defect import RetryDeliveries
from domain.contract.parsing import InvalidCommand
from domain.webhooks.events import EVERYTHING, checked_url, secret_key, unknown_patterns
from domain.webhooks.receiver import Wake
from runtime.client import DefectsClient, NoSuchNumber
from runtime.connection import NoServer, connect
from runtime.sealing import Sealer
from runtime.settings import Settings

KEY_BYTES = 32


async def add(
    settings: Settings, url: str, events: Sequence[str] | None, secret: str | None, as_json: bool
) -> None:
    """Add a receiver, and show its secret where it was made here."""
    wanted = _patterns(events)
    to, key = _url(url, settings), _key(secret)
    with _receivers(settings) as receivers:
        added = await asyncio.to_thread(receivers.add, to, key, _now(), wanted)
    if added is None:
        raise InvalidCommand("url", "is a receiver already; see `webhooks list`")
    _show(as_json, {"id": added, "events": wanted} | _made(secret, key))


async def list_them(settings: Settings, as_json: bool) -> None:
    """Show every receiver."""
    with _receivers(settings) as receivers:
        rows = [asdict(row) for row in await asyncio.to_thread(receivers.all)]
    for row in rows:
        row["state"] = row["disabled"] or ("down" if row["down_since"] else "up")
    _show_rows(as_json, rows, "id", "url", "events", "state", "waiting", "sent", "failed")


async def deliveries(
    settings: Settings, receiver: str, state: str | None, limit: int, as_json: bool
) -> None:
    """Show what became of the latest messages to a receiver."""
    with _receivers(settings) as receivers:
        rows = await asyncio.to_thread(receivers.deliveries, receiver, state, limit)
    shown = "id", "state", "attempts", "tried_at", "problem"
    _show_rows(as_json, [dict(row) for row in rows], *shown)


async def replay(
    settings: Settings, receiver: str, since: datetime | None, actor: str, as_json: bool
) -> None:
    """Have sent again what was given up, or everything since an instant."""
    with _receivers(settings) as receivers:
        known = {row.id for row in await asyncio.to_thread(receivers.all)}
        _must_exist(receiver, receiver in known)
        if since is None:
            count = await asyncio.to_thread(receivers.replay_failed, receiver, _now())
        else:
            count = await asyncio.to_thread(receivers.replay_since, receiver, since, _now())
    await _call(settings, receiver, RetryDeliveries.name, actor)
    _show(as_json, {"id": receiver, "messages": count})


async def rotate(
    settings: Settings, receiver: str, secret: str | None, overlap: timedelta, as_json: bool
) -> None:
    """Give a receiver a new secret, beside which the one before is valid for a while."""
    key = _key(secret)
    with _receivers(settings) as receivers:
        _must_exist(
            receiver,
            await asyncio.to_thread(receivers.rotate, receiver, key, _now(), overlap),
        )
    _show(as_json, {"id": receiver} | _made(secret, key))


async def disable(settings: Settings, receiver: str, actor: str) -> None:
    """Send nothing to it."""
    await _change(
        settings, receiver, DatabaseWebhookReceivers.disable, Wake.name, actor, "disabled"
    )


async def enable(settings: Settings, receiver: str, actor: str) -> None:
    """Send to it again."""
    await _change(
        settings, receiver, DatabaseWebhookReceivers.enable, RetryDeliveries.name, actor, "enabled"
    )


async def remove(settings: Settings, receiver: str, actor: str) -> None:
    """Forget a receiver."""
    await _change(settings, receiver, DatabaseWebhookReceivers.remove, Wake.name, actor, "removed")


# --- steps they share -----------------------------------------------------------------------------


async def _change(
    settings: Settings,
    receiver: str,
    change: Callable[[DatabaseWebhookReceivers, str], bool],
    signal: str,
    actor: str,
    done: str,
) -> None:
    """Change a receiver, and let its workflow hear of it."""
    with _receivers(settings) as receivers:
        _must_exist(receiver, await asyncio.to_thread(change, receivers, receiver))
    await _call(settings, receiver, signal, actor)
    typer.echo(f"{receiver} is {done}")


@contextmanager
def _receivers(settings: Settings) -> Iterator[DatabaseWebhookReceivers]:
    with database(settings) as engine:
        yield DatabaseWebhookReceivers(engine, Sealer(settings.encryption_keys))


async def _call(settings: Settings, receiver: str, signal: str, actor: str) -> None:
    """Without a server the change holds all the same, and a worker finds it when it starts."""
    try:
        client = DefectsClient(await connect(settings))
        await call_receiver(client, receiver, signal, actor)
    except NoServer as error:
        typer.echo(f"done, but the receiver's workflow was not notified: {error}", err=True)


def _patterns(given: Sequence[str] | None) -> list[str]:
    patterns = [p.strip() for each in given or EVERYTHING for p in each.split(",") if p.strip()]
    if unknown := unknown_patterns(patterns):
        raise InvalidCommand("events", f"unknown event {', '.join(unknown)}")
    return patterns


def _url(url: str, settings: Settings) -> str:
    try:
        return checked_url(url, private=settings.webhook_allow_private)
    except ValueError as error:
        raise InvalidCommand("url", str(error)) from None


def _key(secret: str | None) -> str:
    """The signing key that was given, or a new one."""
    if secret is None:
        return "whsec_" + base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    try:
        return secret_key(secret)
    except ValueError as error:
        raise InvalidCommand("secret", str(error)) from None


def _made(given: str | None, key: str) -> dict[str, str]:
    """A secret is shown where it was made here, and never again."""
    return {"secret": key} if given is None else {}


def _must_exist(receiver: str, found: bool) -> None:
    if not found:
        raise NoSuchNumber(f"unknown receiver {receiver}; see `webhooks list`")


def _now() -> datetime:
    return datetime.now(UTC)


def _show(as_json: bool, answer: dict[str, Any]) -> None:
    """Line by line and never cut short: there may be a secret in it."""
    if as_json:
        show.as_json(answer)
        return
    for name, value in answer.items():
        typer.echo(f"{name}: {_said(value)}")


def _show_rows(as_json: bool, rows: list[dict[str, Any]], *shown: str) -> None:
    """Everything in JSON; for people a table of the columns that are shown."""
    if as_json:
        show.as_json([{name: _plain(value) for name, value in row.items()} for row in rows])
        return
    table = Table(box=None)
    for name in shown:
        table.add_column(name, no_wrap=name == "id", overflow="fold")
    for row in rows:
        table.add_row(*(escape(_said(row[name])) for name in shown))
    show.console.print(table)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _said(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)
