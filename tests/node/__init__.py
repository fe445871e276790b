"""Installs the client in another language, pinned by its lock, once per state of that lock."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from tests.programs import ROOT

_HERE = Path(__file__).parent
LOCK = _HERE / "package-lock.json"
_PINS = ("package.json", LOCK.name)
_UNREACHABLE = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)\b")
PROGRAM = "client.mjs"


def installed() -> Path:
    """The program beside its packages, in a folder under `build/` that later runs find again.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    pins = b"".join((_HERE / name).read_bytes() for name in _PINS)
    folder = ROOT / "build" / f"node-client-{hashlib.sha256(pins).hexdigest()[:12]}"
    ready = folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    if not ready.exists():
        for name in _PINS:
            shutil.copy(_HERE / name, folder)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=100,
        )
        ready.touch()
    return Path(shutil.copy(_HERE / PROGRAM, folder))


def unreachable(stderr: str) -> bool:
    """Whether npm failed because it reached no registry."""
    return _UNREACHABLE.search(stderr) is not None
