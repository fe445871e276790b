"""The documentation site builds strictly, asks no other host, and is readable by everybody."""

import json
import os
import re
import subprocess
import sys
import tomllib
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import pytest

from activities.adapters.policy_files import BUILT_IN, observed_holidays
from domain.policy_file import PolicyFile
from tests.domain.policy_texts import put_over

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import ViewportSize

ROOT = Path(__file__).parents[2]
PHONE: "ViewportSize" = {"width": 360, "height": 740}
DESK: "ViewportSize" = {"width": 1280, "height": 900}
PICTURES = ROOT / "docs" / "pictures"
LOOKED_AT = ("index", "tutorial", "operations", "reference/messages", "explanation/budgets")
"""Pages that are looked at in a browser: one of each kind, and the longest ones."""
_ASKS = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src"}
ALL_RULES = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
SCHEMES: dict[Literal["light", "dark"], str] = {
    "light": ALL_RULES,
    "dark": "{runOnly: ['color-contrast']}",
}
"""What axe looks for: in the dark colours alone are others."""
_VOID = {"canonical", "next", "prev"}
"""Links that name a page and fetch nothing."""


class Site(HTMLParser):
    """What one page of the site asks for, and how it is built."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.headings: list[int] = []
        self.without_words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of what is fetched, of headings, and of pictures without words."""
        given = {name: value or "" for name, value in attrs}
        if (name := _ASKS.get(tag)) and given.get(name) and given.get("rel") not in _VOID:
            self.asked.append(given[name])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "img" and not given.get("alt"):
            self.without_words.append(given.get("src", ""))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `make docs` builds it, or has built it just now; a warning ends the build."""
    if built_already := os.environ.get("BUILT_SITE"):
        return ROOT / built_already
    folder = tmp_path_factory.mktemp("site")
    for command in (
        (sys.executable, "-m", "tools.docs", str(folder)),
        (sys.executable, "-m", "zensical", "build", "--strict", "-f", f"{folder}/zensical.toml"),
    ):
        built = subprocess.run(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=100,
            check=False,
        )
        assert built.returncode == 0, built.stderr
    return folder / "site"


def _pages_of(site: Path) -> dict[str, Site]:
    files = sorted(site.rglob("*.html"))
    return {str(f.relative_to(site)): Site(f.read_text(encoding="utf-8")) for f in files}


# --- the site -------------------------------------------------------------------------------------


def test_no_page_asks_another_host(site: Path) -> None:
    """Scripts, styles, fonts and pictures are its own, and so is what its styles ask for."""
    pages = _pages_of(site)
    styles = "".join(file.read_text("utf-8") for file in site.rglob("*.css"))
    afar = [(name, url) for name, page in pages.items() for url in page.asked if _is_afar(url)]
    afar += [("a style", url) for url in re.findall(r"url\(([^)]+)\)", styles) if _is_afar(url)]

    assert len(pages) > 25
    assert sum(len(page.asked) for page in pages.values()) > len(pages)
    assert afar == []


def _is_afar(url: str) -> bool:
    parts = urlsplit(url.strip("\"'"))
    return bool(parts.netloc) or parts.scheme not in {"", "data"}


def test_what_a_page_asks_for_is_there(site: Path) -> None:
    """Nothing that it shows or needs is missing from the folder."""
    missing = [
        (name, url)
        for name, page in _pages_of(site).items()
        if name != "404.html"
        for url in page.asked
        if not ((site / name).parent / unquote(urlsplit(url).path)).exists()
    ]

    assert missing == []


def test_pages_are_built_for_everybody(site: Path) -> None:
    """One title each, no level of headings left out, and words for each picture."""
    pages = _pages_of(site)
    jumps = [
        (name, page.headings)
        for name, page in pages.items()
        if page.headings.count(1) != 1
        or any(
            after > before + 1
            for before, after in zip(page.headings, page.headings[1:], strict=False)
        )
    ]

    assert jumps == []
    assert [(n, p.without_words) for n, p in pages.items() if p.without_words] == []


def test_every_page_of_docs_is_led_to(site: Path) -> None:
    """The navigation has each of them, and no page that is not there; so has the search."""
    index = json.loads((site / "search.json").read_text("utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["items"]}
    front = (site / "index.html").read_text("utf-8")
    docs = (p.relative_to(ROOT / "docs") for p in (ROOT / "docs").rglob("*.md"))
    pages = {str(page.with_suffix(".html")) for page in docs}

    led = re.findall(r'href="\./([^"#]+)"', front)

    assert sorted(pages - found) == []
    assert [page for page in led if not (site / page).exists()] == []
    assert [
        page for page in sorted(pages) if f'href="./{page}"' not in front and page != "index.html"
    ] == []


def test_readme_and_changelog_are_there_without_a_copy(site: Path) -> None:
    """They are brought in as they are, and their links lead on within the site."""
    readme = (site / "project" / "readme.html").read_text("utf-8")
    changelog = (site / "project" / "changelog.html").read_text("utf-8")

    assert 'href="../explanation/privacy.html#what-leaves-your-machine"' in readme
    assert 'href="changelog.html"' in readme
    assert "<svg" in readme
    assert 'href="../contract.html"' in changelog


async def test_the_site_in_a_browser(
    site: Path,
    chromium: "Chromium",
) -> None:
    """Nothing is asked of another host, and no page is wider than a phone; light and dark."""
    asked: list[str] = []
    wide: list[tuple[str, int]] = []
    for scheme in ("light", "dark"):
        context = await chromium.new_context(viewport=PHONE, color_scheme=scheme)
        page = await context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        for name in LOOKED_AT:
            await page.goto((site / f"{name}.html").as_uri())
            await page.get_by_role("heading", level=1).first.wait_for()
            over = await page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            wide += [(name, over)] if over > 0 else []
        await context.close()

    assert len(asked) > 2 * len(LOOKED_AT)
    assert [url for url in asked if urlsplit(url).scheme not in {"file", "data", "blob"}] == []
    assert wide == []


async def test_axe_finds_no_obstacle_on_the_site(
    site: Path,
    chromium: "Chromium",
    axe_script: str,
) -> None:
    """WCAG 2.2 AA as far as a program can tell, light and dark."""
    found: list[str] = []
    for scheme, rules in SCHEMES.items():
        context = await chromium.new_context(viewport=DESK, color_scheme=scheme)
        page = await context.new_page()
        for name in LOOKED_AT:
            await page.goto((site / f"{name}.html").as_uri())
            await page.evaluate(axe_script)
            report = await page.evaluate(f"axe.run({rules})")
            found += [
                f"{scheme} {name}: {v['id']} {[n['html'][:160] for n in v['nodes']]}"
                for v in report["violations"]
            ]
        await context.close()

    assert found == []


def test_pictures_are_small_and_shown() -> None:
    """Each is on a page, none is heavy, and neither are all together."""
    sizes = {file.name: file.stat().st_size for file in PICTURES.glob("*.png")}
    text = "".join(file.read_text("utf-8") for file in (ROOT / "docs").rglob("*.md"))

    assert [name for name in sizes if f"pictures/{name})" not in text] == []
    assert max(sizes.values()) <= 150_000
    assert sum(sizes.values()) <= 1_500_000


def test_the_policy_of_the_how_to_page_is_one() -> None:
    """What its parts change, put over the built-in file, is a policy whose holidays are known."""
    page = (ROOT / "docs" / "how-to" / "policy-file.md").read_text("utf-8")
    changed = tomllib.loads(BUILT_IN.read_text("utf-8"))
    for shown in re.findall(r"^```toml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL):
        changed = put_over(changed, tomllib.loads(shown))
    policy = PolicyFile.read(changed)
    holidays = observed_holidays(policy.calendar.holidays, range(2027, 2029))

    assert policy.name == "yours"
    assert {day.isoformat() for day in holidays} >= {"2027-01-01", "2027-03-26", "2027-05-01"}
    assert policy.acknowledge is not None
