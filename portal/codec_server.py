"""`python -m portal.codec_server`: lets Temporal's UI and command line read encrypted payloads.

A process of its own: it holds the keys and speaks to browsers, and nothing else needs both.
"""

import asyncio
import sys

from sqlalchemy.exc import SQLAlchemyError

from activities.adapters.database import NoDatabase, make_engine, migrate
from portal.codec import create_codec_server
from portal.codec.place import Place
from portal.serving import application_server
from runtime.codec import VARIABLE
from runtime.logs import configure_logs
from runtime.settings import Settings, SettingsError, read_settings


async def serve(settings: Settings) -> None:
    """Serve until SIGTERM or SIGINT.

    Raises:
        SettingsError: there are no keys.
        NoDatabase: tokens and sessions cannot be looked up.
    """
    if settings.encryption_keys.first is None:
        raise SettingsError(f"{VARIABLE}: must be set: without keys nothing is encrypted")
    engine = make_engine(settings.database_url.get_secret_value())
    migrate(engine)
    app = create_codec_server(Place(engine, settings))
    await application_server(app, settings.codec_address, settings).serve()
    engine.dispose()


def main() -> int:
    """Read the settings and serve; answers the exit code."""
    try:
        settings = read_settings()
        configure_logs(settings.log)
        asyncio.run(serve(settings))
    except (SettingsError, NoDatabase) as error:
        print(error, file=sys.stderr)
        return 2
    except SQLAlchemyError as error:
        print(NoDatabase.because(error), file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
