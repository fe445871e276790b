"""Scripts for the browser."""

from pathlib import Path

from tests import npm

AXE = "axe-core/axe.min.js"
MERMAID = "@mermaid-js/tiny/dist/mermaid.tiny.js"


def script(name: str) -> Path:
    """A script to run in a page.

    Raises:
        subprocess.CalledProcessError: npm's reason is in `stderr`.
    """
    return npm.installed(Path(__file__).parent, "browser-scripts") / "node_modules" / name
