"""Packages of npm, pinned by a lock without addresses, installed once per state of that lock."""

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_PINS = ("package.json", "package-lock.json")
_UNREACHABLE = re.compile(r"\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT)\b")


def installed(here: Path, name: str) -> Path:
    """What a folder pins, in a folder under `build/` that later runs find again.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    pins = b"".join((here / pin).read_bytes() for pin in _PINS)
    folder = _ROOT / "build" / f"{name}-{hashlib.sha256(pins).hexdigest()[:12]}"
    ready = folder / "installed"
    folder.mkdir(parents=True, exist_ok=True)
    if not ready.exists():
        for pin in _PINS:
            shutil.copy(here / pin, folder)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=100,
        )
        ready.touch()
    return folder


def unreachable(stderr: str) -> bool:
    """Whether npm failed because it reached no registry."""
    return _UNREACHABLE.search(stderr) is not None
