"""The phrases of mail programs in people's languages, read once from `phrases.toml`."""

import re
import tomllib
from pathlib import Path

_PHRASES = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))


def alternatives(name: str) -> str:
    """A regular expression for any of the phrases of one kind."""
    said = _PHRASES[name]
    return "(?:" + "|".join(said.values() if isinstance(said, dict) else said) + ")"


def anywhere(name: str) -> re.Pattern[str]:
    """The phrases of one kind, wherever they stand."""
    return re.compile(alternatives(name), re.IGNORECASE)
