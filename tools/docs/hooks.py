"""What MkDocs calls while it builds the site: pages written from the code, and drawings."""

import re
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from tools.docs import flowchart, week
from tools.docs.repository import BROUGHT_IN, ROOT, with_links, with_lists
from tools.docs.written import PAGES

_FLOWCHART = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LANGUAGE = re.compile(r"^( *```\w+) [\w ]+$", re.MULTILINE)
_WEEK = "<!-- drawing: a budget over a week -->"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are not in `docs/`: the reference, and those of the repository."""
    for place, written in PAGES.items():
        files.append(File.generated(config, place, content=written()))
    for name, place in BROUGHT_IN.items():
        content = (ROOT / name).read_text(encoding="utf-8")
        files.append(File.generated(config, place, content=content))
    return files


def on_page_markdown(markdown: str, page: Any, config: MkDocsConfig, files: Files) -> str:
    """Have links lead within the site, and draw what is to be drawn."""
    del config, files
    if page.file.src_uri not in PAGES:
        markdown = with_links(markdown, page.file.src_uri)
    markdown = with_lists(_LANGUAGE.sub(r"\1", markdown))
    if _WEEK in markdown:
        markdown = markdown.replace(_WEEK, week.drawn())
    return _FLOWCHART.sub(lambda found: flowchart.drawn(found[1]), markdown)


def on_post_page(output: str, page: Any, config: MkDocsConfig) -> str:
    """Say what the dialog of the theme is that says it of itself to nobody."""
    del page, config
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')
