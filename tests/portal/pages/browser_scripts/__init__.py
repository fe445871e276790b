"""Installs scripts for the browser, pinned by their lock, once per state of that lock."""

import hashlib
import shutil
import subprocess
from pathlib import Path

_HERE = Path(__file__).parent
_ROOT = _HERE.parents[3]
_PINS = ("package.json", "package-lock.json")


AXE = "axe-core/axe.min.js"
MERMAID = "@mermaid-js/tiny/dist/mermaid.tiny.js"


def script(name: str) -> Path:
    """A script to run in a page, in a folder under `build/` that later runs find again.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    pins = b"".join((_HERE / name).read_bytes() for name in _PINS)
    folder = _ROOT / "build" / f"browser-scripts-{hashlib.sha256(pins).hexdigest()[:12]}"
    found = folder / "node_modules" / name
    if not found.exists():
        folder.mkdir(parents=True, exist_ok=True)
        for name in _PINS:
            shutil.copy(_HERE / name, folder)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
    return found
