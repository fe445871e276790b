"""`make dev`: a real Temporal server with its UI, a worker and a mail receiver on this machine."""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import structlog
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import Engine

from activities.adapters.database import DatabaseRecords
from portal.codec import create_codec_server
from portal.codec.place import Place
from portal.context import PortalContext
from portal.serving import application_beside, beside
from runtime.client import DefectsClient
from runtime.mail_receiver import mail_receiver
from runtime.plugin import DefectsPlugin
from runtime.servers import dev_server
from runtime.settings import Settings
from runtime.shutdown import stop_on_signals
from worker import build_adapters, prepare, workers

log = structlog.get_logger()
console = Console(highlight=False)


@dataclass(frozen=True)
class Ports:
    """Where things listen on loopback."""

    server: int
    ui: int
    smtp: int
    portal: int
    codec: int


async def run(settings: Settings, folder: Path, ports: Ports) -> None:
    """Run until Ctrl-C or SIGTERM; started again, everything goes on where it was."""
    folder.mkdir(parents=True, exist_ok=True)
    stop = stop_on_signals(asyncio.get_running_loop())
    database = SecretStr(f"sqlite:///{folder / 'defects.db'}")
    with mail_receiver(folder / "mails", _log_mail, ports.smtp) as smtp_url:
        here = settings.model_copy(update={"database_url": database})
        if settings.smtp_url is None:
            here = here.model_copy(update={"smtp_url": SecretStr(smtp_url)})
        portal = f"127.0.0.1:{ports.portal}"
        here = here.model_copy(
            update={
                "portal_address": portal,
                # Nobody would roll it out.
                "build_id": None,
                "portal_url": f"http://{portal}",
                "temporal_ui_url": f"http://127.0.0.1:{ports.ui}",
                "codec_address": f"127.0.0.1:{ports.codec}",
            }
        )
        encrypted = here.encryption_keys.first is not None
        world = build_adapters(here)
        async with dev_server(
            DefectsPlugin.of(here),
            database=folder / "temporal.db",
            port=ports.server,
            ui_port=ports.ui,
            codec_url=f"http://{here.codec_address}" if encrypted else None,
        ) as server:
            await prepare(server.client, world)
            context = PortalContext(
                DefectsClient(server.client, records=DatabaseRecords(world.engine)),
                world.engine,
                world.policies,
                here,
                mailbox=world.mailbox,
            )
            codec = _codec_beside(world.engine, here) if encrypted else nullcontext()
            async with workers(server.client, world, here), beside(context), codec:
                _welcome(folder, ports, str(database.get_secret_value()))
                if encrypted:
                    _how_to_read(ports)
                await stop.wait()
                console.print("\nStopping; nothing is lost.")
        world.engine.dispose()


def _codec_beside(engine: Engine, settings: Settings) -> AbstractAsyncContextManager[None]:
    app = create_codec_server(Place(engine, settings))
    return application_beside(app, settings.codec_address, settings)


def _welcome(folder: Path, ports: Ports, database: str) -> None:
    starter = f"DEFECTS_DATABASE_URL={database} .venv/bin/python starter.py"
    console.print(
        f"""
[bold]Everything is up.[/bold]

  Portal           http://127.0.0.1:{ports.portal} (sign in as anybody who has a case)
  Status page      http://127.0.0.1:{ports.portal}/status
  Temporal UI      http://127.0.0.1:{ports.ui}
  Temporal server  127.0.0.1:{ports.server}
  Mails            {folder / "mails"} (every mail that is sent, as a file)
  Database         {folder / "defects.db"}

Three commands to try in another terminal:

  {starter} open-case --client river --email you@example.org \\
      --subject "Nobody can log in" --priority critical
  {starter} confirm CASE-000001 --severity S2 --title "Login fails" --area login
  .venv/bin/temporal workflow signal -w DEF-000001 --name change_severity \\
      --input '{{"severity":"S1","reason":"all sites are down","actor":"agent-7"}}'

Ctrl-C stops all of it; `make dev` goes on where it was.
""",
        soft_wrap=True,
    )


def _how_to_read(ports: Ports) -> None:
    console.print(
        f"""[bold]Payloads are encrypted.[/bold] To read them in the UI:

1. Make a token: `starter.py token create you --scope staff:read --scope payloads:read`, with the
   database as above. Sign in with it at http://127.0.0.1:{ports.portal}/staff/sign-in
2. In the UI click on the glasses, top right. Choose your browser setting, the endpoint
   http://127.0.0.1:{ports.codec} and "Include cross-origin credentials"; reload.
""",
        soft_wrap=True,
    )


def _log_mail(message: EmailMessage) -> None:
    log.info(
        "mail.received",
        about=str(message["X-Event"]),
        case=str(message["X-Case"] or ""),
        defect=str(message["X-Defect"] or ""),
    )
