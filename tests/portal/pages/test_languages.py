"""Pages in the reader's language: which one, and everything in it."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from activities.adapters.database import DatabasePreferences
from portal.pages.i18n import ENGLISH, TRANSLATIONS, accepted
from portal.security import form_token
from tests.portal.pages.installation import ADA, BOB, Browser, Pages, on_case
from tests.portal.pages.test_encoding import CLIENT_PAGES, is_clean

OTHERS = sorted(set(TRANSLATIONS) - {ENGLISH.tag})
VISITOR_PAGES = ["/sign-in", "/sign-in/token", "/status", "/unsubscribe/progress/x", "/nothing"]


# --- whose language ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", ["de-AT", "de", "en"]),
        ("en;q=0.2, de ; q=0.7", ["de", "en"]),
        ("de;q=0, fr", ["fr"]),
        ("", []),
        ("de;q=x, ;q=1, en;q=2, fr;q=nan", []),
        ("x" * 10_000, ["x" * 500]),
    ],
)
def test_what_a_browser_wants(header: str, tags: list[str]) -> None:
    """RFC 9110: by weight, then in order; what is refused or no weight is left out."""
    assert accepted(header) == tags


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr,de;q=0.5,en;q=0.1", "de"),
        ("en,de;q=0.5", "en"),
        ("ca,es-MX;q=0.9,en;q=0.1", "es"),
        ("fr", "en"),
        ("../de", "en"),
    ],
)
@pytest.mark.parametrize("path", VISITOR_PAGES)
async def test_a_visitor_reads_what_the_browser_asks_for(
    story: Pages, path: str, wanted: str, language: str
) -> None:
    """And caches are told what the page depends on."""
    response = await story.browser(**{"accept-language": wanted}).http.get(path)

    assert f'<html lang="{language}">' in response.text
    assert response.headers["content-language"] == language
    assert response.headers["vary"] == "Accept-Language, Cookie"


async def test_a_button_chooses_and_leads_back(story: Pages) -> None:
    """Without a script and without a cookie before; it holds for every page of the browser."""
    browser = story.browser(**{"accept-language": "en"})
    german = await browser.done("/status", "/language", language="de")
    login = await browser.get("/sign-in")
    english = await browser.done("/sign-in", "/language", language="en")

    assert '<html lang="de">' in german
    assert "Releases und Wartungen" in german
    assert "Ihre E-Mail-Adresse" in login
    assert "Your email address" in english
    assert "httponly" in (await _chosen(browser, "/status"))["set-cookie"].lower()


@pytest.mark.parametrize(
    "back", ["//evil.example", "/\\evil.example", "https://evil.example", "", "/\tx", "status"]
)
async def test_the_button_leads_to_no_other_site(story: Pages, back: str) -> None:
    """Whatever a page of somebody else's sends along."""
    assert (await _chosen(story.browser(), back))["location"] == "/"


async def _chosen(browser: Browser, back: str) -> dict[str, str]:
    said = {"language": "de", "back": back}
    return dict((await browser.http.post("/language", data=said)).headers)


async def test_the_button_is_for_our_own_pages_and_languages(story: Pages) -> None:
    """Another site cannot choose, and what is no language of ours chooses nothing."""
    browser = story.browser()
    said = {"language": "de", "back": "/status"}
    other = await browser.http.post("/language", data=said, headers={"Sec-Fetch-Site": "same-site"})
    unknown = await browser.http.post("/language", data=said | {"language": "de; Path=/x"})

    assert other.status_code == 403
    assert "set-cookie" not in other.headers
    assert "set-cookie" not in unknown.headers


async def test_the_language_a_browser_says_makes_no_form_token(story: Pages) -> None:
    """Its cookie can be guessed: a form that relies on it is refused."""
    browser = story.browser()
    browser.http.cookies.set("portal-language", "de", domain="127.0.0.1")
    said = {"form_token": form_token("de"), "email": ADA}

    assert (await browser.http.post("/sign-in", data=said)).status_code == 403


async def test_pages_are_in_the_language_of_the_mails(pages: Pages) -> None:
    """The preference goes before the contact's language, that before the browser's."""
    await pages.world.case("CASE-1", client="river", contact={"email": ADA, "language": "de"})
    await pages.world.case("CASE-2", client="harbour", contact={"email": BOB})
    await pages.tick()
    ada, bob = await pages.signed_in(ADA), await pages.signed_in(BOB)
    by_contact, by_default = await ada.get("/cases"), await bob.get("/cases")
    bob.http.headers["accept-language"] = "de"
    by_browser = await bob.get("/cases")
    missing = await ada.get("/cases/CASE-2", status=404)
    chosen = await ada.done("/preferences", "/preferences", language="en", time_zone="UTC")

    assert [_tag(each) for each in (by_contact, by_default, by_browser)] == ["de", "en", "de"]
    assert (_tag(missing), _tag(chosen)) == ("de", "en")
    assert DatabasePreferences(pages.context.engine).of([ADA])[ADA].language == "en"
    assert _tag(await ada.get("/status")) == "en"
    assert "Sie haben keine offenen Vorgänge." not in by_contact
    assert "Offene Vorgänge" in by_contact


async def test_the_language_shown_as_chosen_is_that_of_the_page(pages: Pages) -> None:
    """So whoever saves something else keeps it, also where their contact says `es-MX`."""
    await pages.world.case("CASE-1", contact={"email": ADA, "language": "es-MX"})
    await pages.tick()
    page = await (await pages.signed_in(ADA)).get("/preferences")

    assert re.findall(r'<option value="(\w+)" selected>', page)[-1] == "es"


async def test_who_signs_in_has_the_status_page_in_their_language_too(pages: Pages) -> None:
    """And the letter with the link is as all their mails are."""
    await pages.world.case("CASE-1", contact={"email": ADA, "language": "de"})
    await pages.tick()
    browser = pages.browser(**{"accept-language": "en"})
    link = await pages.asked_for_link(browser)
    await browser.send(link, link)
    letter = pages.letters_to(ADA)[-1]

    assert _tag(await browser.get("/status")) == "de"
    assert letter.subject == "Beim Support von ETO anmelden"
    assert letter.text.startswith("Guten Tag,\n\njemand, vermutlich Sie selbst,")
    assert "Gesendet am Montag, " in letter.text
    assert '<html lang="de">' in letter.html


async def test_staff_read_english(story: Pages) -> None:
    """Whatever their browsers ask for; what is not there for them too."""
    browser = await story.staff()
    browser.http.headers["accept-language"] = "de"
    for path, status in (("/staff", 200), ("/staff/compliance", 200), ("/staff/nothing", 404)):
        response = await browser.http.get(path)
        assert (response.status_code, response.headers["content-language"]) == (status, "en")
        assert response.headers["vary"] == "Cookie"
        assert _tag(response.text) == "en"


def _tag(html: str) -> str:
    found = re.search(r'<html lang="([^"]+)">', html)
    assert found is not None
    return found[1]


# --- everything in it ----------------------------------------------------------------------------

ENGLISH_WORDS = {
    *("a", "about", "again", "and", "are", "as", "at", "been", "book", "by", "call", "case"),
    *("cases", "choose", "closed", "defect", "defects", "fix", "for", "from", "has", "have", "how"),
    *("if", "is", "it", "its", "no", "not", "of", "on", "open", "or", "our", "please", "reminder"),
    *("resolved", "send", "severity", "sign", "since", "stage", "that", "the", "there", "this"),
    *("to", "until", "update", "we", "what", "when", "which", "with", "you", "your", "days"),
}
"""Words of the English pages that are hardly ever those of another language."""
SHARED = {"es": {"a", "as", "has", "no"}}
"""Words of a language that English has too."""


def english_words(language: str) -> set[str]:
    """What no page in another language says."""
    return ENGLISH_WORDS - SHARED.get(language, set())


class Ours(HTMLParser):
    """Collects the words of a page that are ours: what people wrote has a direction of its own."""

    EMPTY = ("meta", "link", "input", "br")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: set[str] = set()
        self._open: list[bool] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Whether what follows is somebody's own words, or a name in a language of its own."""
        given = dict(attrs)
        for name in ("title", "aria-label", "alt", "placeholder", "label"):
            self._take(given.get(name) or "")
        if tag not in self.EMPTY:
            foreign = tag != "html" and "lang" in given
            theirs = given.get("dir") == "auto" or tag in {"bdi", "option", "title"} or foreign
            self._open.append(theirs)

    def handle_endtag(self, tag: str) -> None:
        """And where it ends."""
        if tag not in self.EMPTY:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        """A text between tags."""
        if not any(self._open):
            self._take(data)

    def _take(self, text: str) -> None:
        without_numbers = re.sub(r"\b[A-Z]+-\w+", " ", text)
        self.words |= set(re.findall(r"[^\W\d_]+", without_numbers.lower()))


async def pages_in(story: Pages, language: str) -> Iterator[tuple[str, str]]:
    """Every page of a visitor and of a client, in a language."""
    visitor = story.browser(**{"accept-language": language})
    shown = [(path, (await visitor.http.get(path)).text) for path in VISITOR_PAGES]
    incident = re.search(r"/status/incidents/\w+", dict(shown)["/status"])
    assert incident is not None
    shown.append((incident[0], await visitor.get(incident[0])))
    client = await story.signed_in()
    client.http.headers["accept-language"] = language
    return iter(shown + [(path, await client.get(path)) for path in CLIENT_PAGES])


@pytest.mark.parametrize("language", OTHERS)
async def test_nothing_is_left_in_english_and_nothing_becomes_markup(
    story: Pages, language: str
) -> None:
    """A page has no English word but those of people, each of them hostile and harmless."""
    for path, html in await pages_in(story, language):
        assert f'<html lang="{language}">' in html
        assert Ours(html).words & english_words(language) == set(), path
        assert len(Ours(html).words) > 10, path
        assert is_clean(html), path
    english = await (await story.signed_in()).get("/cases")
    assert len(Ours(english).words & ENGLISH_WORDS) > 10


@pytest.mark.parametrize("language", OTHERS)
async def test_refusals_are_in_the_readers_language(pages: Pages, language: str) -> None:
    """The contract's sentences are English: another reader gets ours."""
    contact = {"email": ADA, "language": language}
    await pages.world.case("CASE-1", client="river", contact=contact)
    await pages.world.defect("DEF-1", "S3", on_case("CASE-2", "river", ADA, language=language))
    await pages.tick()
    browser = await pages.signed_in(ADA)
    night = f"{pages.wall.at:%Y-%m-%d}T03:00"
    reclassify = "/defects/DEF-1/reclassification"
    for page, action, typed, said in [
        ("/cases/CASE-1", "/cases/CASE-1/call", {"at": night, "minutes": "30"}, "refused.call.at"),
        ("/cases/CASE-1", "/cases/CASE-1/call", {"at": ""}, "refused.call.no_time"),
        ("/cases/CASE-1", "/cases/CASE-1/information", {}, "refused.information.nothing"),
        ("/new-case", "/new-case", {"subject": "x"}, "refused.case.description"),
        (
            "/new-case",
            "/new-case",
            {"subject": "x" * 201, "description": "y"},
            "refused.case.subject",
        ),
        (
            "/defects/DEF-1",
            reclassify,
            {"severity": "S3", "justification": "x"},
            "refused.reclassification.same",
        ),
        ("/preferences", "/preferences", {"time_zone": "Mars"}, "refused.preferences.time_zone"),
    ]:
        answer = await browser.send(page, action, **typed)
        assert answer.status_code == 422, said
        assert TRANSLATIONS[language].plain(said) in answer.text
        assert Ours(answer.text).words & english_words(language) == set(), said
