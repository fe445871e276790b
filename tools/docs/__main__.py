"""`python -m tools.docs FOLDER`: the reference pages as files, without the site."""

import sys
from pathlib import Path

from tools.docs.written import PAGES


def main(folder: Path) -> None:
    """Write every page."""
    for name, written in PAGES.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
