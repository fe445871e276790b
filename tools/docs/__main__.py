"""`python -m tools.docs FOLDER`: what the documentation site is built from, its pages complete.

`zensical build -f FOLDER/zensical.toml` makes the site of it, in `FOLDER/site`.
"""

import shutil
import sys
from pathlib import Path

from tools.docs import site

CONFIG = Path(__file__).parent / "zensical.toml"


def main(folder: Path) -> None:
    """Write the pages and the configuration of the site."""
    site.write(folder / "docs")
    shutil.copy(CONFIG, folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
