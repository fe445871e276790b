"""A certified OpenID Connect provider as a process of its own."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests import npm
from tests.programs import environment, eventually, running

_HERE = Path(__file__).parent
LOCK = _HERE / "package-lock.json"


def installed() -> Path:
    """The program beside its packages.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    return Path(shutil.copy(_HERE / "provider.mjs", npm.installed(_HERE, "provider")))


@asynccontextmanager
async def certified_provider(
    program: Path, folder: Path, port: int, portal: str, secret: str
) -> AsyncIterator[str]:
    """Its issuer, while the context lasts: one client, the portal at this address."""
    command = ("node", str(program), str(port), portal, secret)
    async with running(*command, folder=folder, env=environment(folder)) as process:

        def listens() -> bool:
            assert process.alive, process.err
            return "listening" in process.out

        await eventually("the provider listens", listens)
        yield f"http://127.0.0.1:{port}"
