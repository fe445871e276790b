"""The site as a folder of Markdown: the pages of `docs/`, those of the repository, and tables."""

import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path

from tools.docs import (
    about_commands,
    about_http,
    about_messages,
    about_metrics,
    about_policy,
    about_settings,
    schemas,
    subjects,
    week,
)
from tools.docs.charts import with_pictures
from tools.docs.repository import BROUGHT_IN, ROOT, with_links, with_lists

WRITTEN: Mapping[str, Callable[[], str]] = {
    "a budget over a week": week.drawn,
    "alerts": about_metrics.alerts,
    "commands": about_commands.commands,
    "messages": about_messages.messages,
    "metrics of the portal": about_metrics.metrics_of_the_portal,
    "metrics of the worker": about_metrics.metrics_of_the_worker,
    "policy keys": about_policy.policy_keys,
    "problems": about_http.problems,
    "requests": about_http.requests,
    "roles": about_http.roles,
    "settings": about_settings.settings,
    "subjects of emails": subjects.subjects,
}
"""What is written from the code where a page says `<!-- written: … -->`."""

_MARK = re.compile(r"^<!-- written: (.+) -->$", re.MULTILINE)
_LANGUAGE = re.compile(r"^( *```\w+) [\w ]+$", re.MULTILINE)


def write(folder: Path) -> None:
    """Everything that the site is built from, in place of what the folder holds."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder, ignore=shutil.ignore_patterns("chart-*.svg"))
    for name, place in BROUGHT_IN.items():
        _write(folder / place, (ROOT / name).read_text(encoding="utf-8"))
    for page in folder.rglob("*.md"):
        place = page.relative_to(folder).as_posix()
        page.write_text(finished(page.read_text(encoding="utf-8"), place), encoding="utf-8")
    for name, content in files():
        _write(folder / name, content)


def files() -> Iterator[tuple[str, str]]:
    """The name and the content of each file for programs."""
    yield "reference/openapi.json", about_http.openapi_json()
    yield from schemas.files()


def finished(markdown: str, place: str) -> str:
    """A page as the site has it: complete, with links that lead within the site."""
    led = with_links(markdown, place)
    return with_pictures(with_lists(_LANGUAGE.sub(r"\1", completed(led))))


@cache
def completed(markdown: str) -> str:
    """A page with what is written from the code in its places.

    Raises:
        KeyError: for a mark that nothing is written for.
    """
    return _MARK.sub(lambda found: WRITTEN[found[1]](), markdown)


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
