"""Pages of the repository that the site shows where they are, and links that lead to them."""

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = (
    *("domain", "workflows", "activities", "runtime", "commands", "portal"),
    *("simulation", "tools", "tests", "bench"),
)
BROUGHT_IN: Mapping[str, str] = {
    "README.md": "project/readme.md",
    "CHANGELOG.md": "project/changelog.md",
    "CONTRIBUTING.md": "project/contributing.md",
    "SECURITY.md": "project/security.md",
    "LICENSE": "project/license.txt",
    "domain/policies/eto.toml": "reference/eto.toml",
    "bench/RESULTS.md": "project/measured.md",
    "runtime/monitoring/README.md": "project/monitoring.md",
    **{f"{folder}/README.md": f"project/{folder}.md" for folder in FOLDERS},
}
"""Files from outside `docs/`, by where they lie in the site."""

_CODE_OR_LINK = re.compile(
    r"^ *```.*?^ *```[^\S\n]*$|``[^`]+``|`[^`\n]+`(?!\])"
    r"|(?P<link>!?\[(?P<words>[^\]]*)\]\((?P<to>[^)\s]+)\))",
    re.MULTILINE | re.DOTALL,
)


def place_of(file: str) -> str | None:
    """Where a file of the repository lies in the site; None where it does not."""
    if file.startswith("docs/"):
        return file.removeprefix("docs/")
    return BROUGHT_IN.get(file)


def file_at(place: str) -> str:
    """The file behind a place in the site."""
    return next((file for file, at in BROUGHT_IN.items() if at == place), f"docs/{place}")


def with_links(markdown: str, place: str) -> str:
    """A page whose links to files lead to their places; the words alone where they have none."""
    return _CODE_OR_LINK.sub(_followed(place), markdown)


def _followed(place: str) -> Callable[[re.Match[str]], str]:
    here = posixpath.dirname(file_at(place))

    def follow(found: re.Match[str]) -> str:
        if found["link"] is None or re.match(r"\w+:|#", found["to"]):
            return found[0]
        path, anchor, name = found["to"].partition("#")
        file = posixpath.normpath(posixpath.join(here, path))
        at = place_of(file.removesuffix("/"))
        if at is None:
            words: str = found["words"]
            return words if "`" in words else f"`{words}`"
        to = posixpath.relpath(at, posixpath.dirname(place) or ".")
        return found["link"].replace(f"({found['to']})", f"({to}{anchor}{name})")

    return follow


def with_lists(markdown: str) -> str:
    """What hangs under an item of a list, indented as Python's Markdown wants it: by four."""
    lines: list[str] = []
    hangs, fenced = 0, False
    for line in markdown.split("\n"):
        fenced ^= line.lstrip().startswith("```") and not line.startswith("    ")
        item = None if fenced else re.match(r"(\d+\.|-) +", line)
        if item:
            if hangs and lines[-1].startswith(" " * 4):
                lines.append("")  # Else it would go on the paragraph that hangs above it.
            hangs = len(item[0])
        elif line.strip() and not line.startswith(" " * hangs):
            hangs = 0
        if hangs and not item and line.strip() and line.startswith(" " * hangs):
            lines.append(" " * 4 + line[hangs:])
        else:
            lines.append(line)
    return "\n".join(lines)
