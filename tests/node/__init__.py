"""The client in another language, with what it needs."""

import shutil
from pathlib import Path

from tests import npm

_HERE = Path(__file__).parent
LOCK = _HERE / "package-lock.json"
PROGRAM = "client.mjs"


def installed() -> Path:
    """The program beside its packages.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    return Path(shutil.copy(_HERE / PROGRAM, npm.installed(_HERE, "node-client")))
