"""`python -m portal`: serves the portal, the status page and the HTTP interface."""

import asyncio
import sys

from sqlalchemy.exc import SQLAlchemyError

from activities.adapters.database import DatabaseRecords, NoDatabase, make_engine, migrate
from activities.adapters.mailbox import mailbox_for
from activities.adapters.policy_files import PolicyError, PolicyFiles
from portal.app import create_app
from portal.context import PortalContext
from portal.metrics import measured
from portal.serving import application_server
from runtime.client import DefectsClient
from runtime.connection import NoServer, connect
from runtime.logs import configure_logs
from runtime.settings import Settings, SettingsError, read_settings
from runtime.time_zones import use_pinned_zones


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        NoDatabase, PolicyError, NoServer: what is needed cannot be had.
    """
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine)
    client = await connect(settings, service="defects-portal")
    smtp_url = settings.smtp_url.get_secret_value() if settings.smtp_url else None
    try:
        mailbox = mailbox_for(engine, smtp_url, settings.mail_from, settings.bounce_address)
    except ValueError as error:
        raise SettingsError(str(error)) from None
    defects = DefectsClient(client, records=DatabaseRecords(engine))
    context = PortalContext(
        defects, engine, PolicyFiles(settings.policy_file), settings, mailbox=mailbox
    )
    with measured(create_app(context), context) as app:
        await application_server(app, settings.portal_address, settings).serve()
    engine.dispose()


def main() -> int:
    """Read the settings and serve; answers the exit code."""
    use_pinned_zones()
    try:
        settings = read_settings()
        configure_logs(settings.log)
        asyncio.run(serve(settings))
    except (SettingsError, PolicyError, NoDatabase, NoServer) as error:
        print(error, file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(NoDatabase.because(error), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
