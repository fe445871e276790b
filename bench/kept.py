"""Keeps what was measured for `docs/scale.md` in one file, part by part."""

import json
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "scale.json"


def kept(file: Path = FILE) -> dict[str, Any]:
    """All that is kept."""
    if not file.exists():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def keep(part: str, found: dict[str, Any], *, under: str | None = None, file: Path = FILE) -> None:
    """Put one part in the place of what was there, or of what was there `under` a name."""
    content = kept(file)
    content[part] = found if under is None else content.get(part, {}) | {under: found}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    # A line for each part, so that a change can be read.
    file.write_text(text.replace('},"', '},\n"') + "\n", encoding="utf-8")
