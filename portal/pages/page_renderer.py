"""Puts pages on the screen: templates, what every page shows, and where style sheets are."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path
from secrets import token_urlsafe
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from activities.languages import preferred
from domain.policy import Policy, Texts
from portal.context import PortalContext
from portal.pages.i18n import ENGLISH, TRANSLATIONS, Translations, accepted
from portal.pages.local_time import Times
from portal.security import CONTENT_POLICY, OUR_SCRIPT, Cookies, FormGuard, public_url

HERE = Path(__file__).parent
STATIC = HERE / "static"
LIMITS_LAST = 3_600
"""Seconds after which every limit of the pages lets one through again."""
POLICY = "eto"
"""The name under which every installation knows its policy."""


class Look:
    """The pages of one installation, in the vendor's name."""

    def __init__(self, context: PortalContext) -> None:
        self._context = context
        self.cookies = Cookies.of(context.settings)
        # Everything is escaped whatever its name; a value that is missing is an error.
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {
            "style": _address("portal.css"),
            "script": _address("htmx.min.js"),
            "chart_style": _address("charts.css"),
            "portal": public_url(context.settings),
            "letters_are_shown": context.shows_letters,
            "new_key": token_urlsafe,
        }
        self._templates.filters["zip_same"] = _each_for_itself
        self._templates.filters["in_words"] = ENGLISH.staff_words
        self._templates.filters["role"] = partial(ENGLISH.of, "role")
        self._load = lru_cache(maxsize=2)(lambda year: context.policies.load(POLICY, year))

    def policy(self) -> Policy:
        """The policy as it is published now."""
        return self._load(self._context.now().year)

    def texts(self) -> Texts:
        """How the vendor and the product are called."""
        return self.policy().texts

    def vendor_times(self, words: Translations = ENGLISH) -> Times:
        """The vendor's own clock."""
        return Times(ZoneInfo(self.policy().calendar.time_zone), words)

    def words(self, request: Request) -> Translations:
        """The language of the reader: the signed-in person's, or what a visitor chose or prefers.

        Staff read English.
        """
        if _is_for_staff(request.url.path):
            return ENGLISH
        theirs: Translations | None = getattr(request.state, "words", None)
        return theirs or preferred(TRANSLATIONS, *self.wanted(request))

    def wanted(self, request: Request) -> list[str | None]:
        """The languages a browser asks for: by our button, else by its settings."""
        chosen = self.cookies.read(request, "language")
        return [chosen, *accepted(request.headers.get("accept-language", ""))]

    def part(self, template: str, **values: Any) -> Markup:
        """Some of a page of the staff's, on the vendor's clock."""
        shown = {"times": self.vendor_times()} | values
        return Markup(self._templates.get_template(template).render(shown))  # noqa: S704 - escaped

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        scripted: bool = False,
        **values: Any,
    ) -> Response:
        """One page, in the language of its `times`; a form on it gets the cookie it needs.

        One that is `scripted` is quicker with the one script of ours, and works without it.
        """
        guard = FormGuard(self.cookies, request)
        now: datetime = self._context.now()
        texts = self.texts()
        times: Times = values.get("times") or self.vendor_times(self.words(request))
        words = times.words
        shown = {
            "times": times,
            "now": now,
            "say": words.say,
            "words": words.of,
            "language": words,
            "other_languages": [each for each in TRANSLATIONS.values() if each is not words],
            "vendor": texts.vendor,
            "product": texts.product,
            "form_token": guard.token,
            "person": None,
            "area": "public",
            "here": request.url.path,
            "back": request.url.path,
        } | values
        response = HTMLResponse(self._templates.get_template(template).render(shown), status)
        response.headers["Content-Language"] = words.tag
        response.headers["Vary"] = (
            "Cookie" if _is_for_staff(request.url.path) else "Accept-Language, Cookie"
        )
        if scripted:
            response.headers["Content-Security-Policy"] = CONTENT_POLICY + OUR_SCRIPT
        if status == 429:
            response.headers["Retry-After"] = str(LIMITS_LAST)
        guard.keep(response)
        return response


def _address(sheet: str) -> str:
    return f"/static/{sheet}?{sha256((STATIC / sheet).read_bytes()).hexdigest()[:12]}"


def _each_for_itself(values: Iterable[str]) -> list[tuple[str, str]]:
    """Options of a choice whose values are their own words."""
    return [(value, value) for value in values]


def _is_for_staff(path: str) -> bool:
    return path == "/staff" or path.startswith("/staff/")


def look_of(request: Request) -> Look:
    """The look of the application that answers."""
    look: Look = request.app.state.look
    return look


def context_of(request: Request) -> PortalContext:
    """The installation of the application that answers."""
    context: PortalContext = request.app.state.context
    return context
