"""A specialist takes a critical case to a resolved defect, and what happens is what was shown."""

import hashlib
import re
from datetime import timedelta
from pathlib import Path

from portal.pages.page_renderer import STATIC
from tests.portal.pages.installation import ADA, BOB, Browser, Forms, Pages, on_case

DEPENDENCIES = Path(__file__).parents[3] / "docs" / "dependencies.md"

SPECIALIST = ("staff:read", "cases:read", "cases:write", "defects:read", "defects:write")


async def specialist(pages: Pages, *scopes: str) -> Browser:
    """Somebody who may do all that specialists do, unless other scopes are given."""
    browser = pages.browser()
    token = pages.token(*(scopes or SPECIALIST))
    await browser.done("/staff/sign-in", "/staff/sign-in", token=token)
    return browser


async def looked(browser: Browser, address: str, **typed: str) -> str:
    """The page of an action, with what it will do or why it would be refused."""
    response = await browser.send(address, address, step="look", **typed)
    assert response.status_code in {200, 422}, response.text
    return response.text


async def done(browser: Browser, address: str, **typed: str) -> str:
    """The same, and then it is done: the page that says so."""
    seen = Forms(await looked(browser, address, **typed)).to(address)
    response = await browser.http.post(address, data=seen | typed | {"step": "do"})
    assert response.status_code == 303, response.text
    return await browser.get(response.headers["location"])


async def three_clients(pages: Pages) -> None:
    """A critical case of one client, and two more of others."""
    for number, client, email in (
        ("CASE-1", "river", ADA),
        ("CASE-2", "harbour", BOB),
        ("CASE-3", "meadow", "cleo@meadow.example"),
    ):
        await pages.world.case(
            number,
            client=client,
            contact={"email": email},
            subject="Logins fail everywhere",
            channel="portal",
            priority="critical" if number == "CASE-1" else "normal",
        )
    await pages.world.settle()


async def test_a_critical_case_becomes_a_resolved_defect_of_three_clients(pages: Pages) -> None:
    """C6 to C10, D5, D6, C9: each step was foreseen, and each mail is the one that was shown."""
    await three_clients(pages)
    browser = await specialist(pages)
    queue = await browser.get("/staff/queue")
    assert queue.index("First response to a critical case") < queue.index("Open case")

    reply = "/staff/cases/CASE-1/do/respond"
    page = await looked(browser, reply, message="We are looking into it.")
    assert "Email to 1 person" in page
    assert ADA in page
    assert "first response due</strong>: stops" in page
    page = await done(browser, reply, message="We are looking into it.")
    assert "It is on record under your name" in page
    await pages.world.settle()
    assert "We are looking into it." in pages.letters_to(ADA)[-1].text

    confirm = "/staff/cases/CASE-1/do/confirm_defect"
    fields = {
        "severity": "S1",
        "title": "Session store is down",
        "functional_area": "login",
        "public_summary": "Signing in fails",
        "material": "yes",
    }
    page = await looked(browser, confirm, **fields)
    assert "The new defect" in page
    assert "Message to engineering" in page
    assert "On the status page" in page
    page = await done(browser, confirm, **fields)
    await pages.world.settle()
    page = await browser.get("/staff/cases/CASE-1")
    number = re.search(r"/staff/defects/(DEF-\d+)", page)
    assert number is not None
    defect = number[1]
    pages.world.numbers.append(defect)
    await pages.world.settle()
    for case in ("CASE-2", "CASE-3"):
        attach = f"/staff/cases/{case}/do/attach"
        assert defect in await browser.get(attach)
        await done(browser, attach, defect=defect)
        await pages.world.settle()

    draft = f"/staff/defects/{defect}/do/draft_update"
    page = await looked(browser, draft, public_text="It will be fixed by Friday.")
    assert "by Friday" in page
    assert "Nothing: it would be refused." in page
    page = await done(browser, draft, public_text="We restored the first of two stores.")
    assert "We restored the first of two stores." in page
    assert "has no text yet" not in await browser.get("/staff/queue")

    resolve = f"/staff/defects/{defect}/do/resolve"
    typed = {"resolution": "failed over", "public_text": "Signing in works again."}
    page = await looked(browser, resolve, **typed)
    assert "Email to 3 people" in page
    assert page.count("/staff/numbers/CASE-") == 3
    assert "failed over" not in page.partition("What will happen")[2].partition("Record")[0]
    before = {to: len(pages.letters_to(to)) for to in (ADA, BOB, "cleo@meadow.example")}
    await done(browser, resolve, **typed)
    await pages.world.settle()
    for to, count in before.items():
        told = pages.letters_to(to)[count:]
        assert ["Signing in works again." in letter.text for letter in told] == [True]
    assert "closed" in await browser.get("/staff/cases/CASE-3")


async def test_what_is_done_is_what_was_looked_at(pages: Pages) -> None:
    """A text that was changed since is shown again, and nobody was told."""
    await three_clients(pages)
    browser = await specialist(pages)
    reply = "/staff/cases/CASE-1/do/respond"
    seen = Forms(await looked(browser, reply, message="One thing.")).to(reply)
    before = len(pages.letters_to(ADA))
    response = await browser.http.post(reply, data=seen | {"message": "Another.", "step": "do"})
    await pages.world.settle()
    assert response.status_code == 200
    assert "Another." in response.text
    assert len(pages.letters_to(ADA)) == before


async def test_who_may_only_look_is_shown_no_actions_and_refused(pages: Pages) -> None:
    """The role of a viewer: pages, but not a word to anybody."""
    await three_clients(pages)
    viewer = await specialist(pages, "staff:read", "cases:read", "defects:read")
    assert "/do/" not in await viewer.get("/staff/cases/CASE-1")
    reply = "/staff/cases/CASE-1/do/respond"
    hidden = Forms(await viewer.get(reply)).to(reply)
    response = await viewer.http.post(reply, data=hidden | {"message": "Hello", "step": "do"})
    assert response.status_code == 403
    assert "lacks the scope cases:write" in response.text


async def test_each_action_of_each_page_opens(pages: Pages) -> None:
    """Whatever is offered has its page, with the fields of its command."""
    await three_clients(pages)
    await pages.world.defect("DEF-7", "S1", title="Totals are wrong")
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    browser = await specialist(pages, *SPECIALIST, "releases:read", "releases:write")
    opened = set()
    for home in ("/staff/cases/CASE-1", "/staff/defects/DEF-7", "/staff/releases/REL-1"):
        for address in re.findall(rf'href="({home}/do/\w+)"', await browser.get(home)):
            assert "What will happen" in await browser.get(address)
            opened.add(address)
    assert len(opened) > 30


async def test_the_script_is_the_published_one_and_only_the_workbench_has_it(pages: Pages) -> None:
    """Whoever changes it changes the page of dependencies too; no other page may run any."""
    content = (STATIC / "htmx.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() in DEPENDENCIES.read_text(encoding="utf-8")
    browser = await specialist(pages)
    scripted = (await browser.http.get("/staff/queue")).headers["content-security-policy"]
    assert scripted.endswith("script-src 'self'; connect-src 'self'")
    assert "unsafe" not in scripted
    plain = (await browser.http.get("/staff")).headers["content-security-policy"]
    assert "script-src" not in plain


async def test_a_page_that_asks_by_itself_keeps_nobody_signed_in(pages: Pages) -> None:
    """Half an hour of silence ends a session, though the queue stood open all the time."""
    browser = await specialist(pages)
    for _ in range(7):
        pages.wall.at += timedelta(minutes=5)
        last = await browser.http.get("/staff/queue/changes")
    assert last.headers["location"] == "/staff/sign-in"


async def test_the_queue_says_what_is_new_and_what_is_done(pages: Pages) -> None:
    """By what was shown: an answered case is done, one that came since is new."""
    await three_clients(pages)
    browser = await specialist(pages)
    shown = re.findall(r'name="shown" value="(\w+)"', await browser.get("/staff/queue"))
    asked = "/staff/queue/changes?" + "&".join(f"shown={ident}" for ident in shown)
    assert "Show them" not in await browser.get(asked)
    await pages.world.tell("CASE-2", "answer", message="It works like this.")
    await pages.world.case("CASE-4", client="river", subject="Another")
    await pages.world.settle()
    fresh = await browser.get(asked)
    assert "1 new, 1 done" in fresh
    assert fresh.count("hx-swap-oob") == 1


async def test_the_queue_is_filtered_by_client_and_by_who_works_on_it(pages: Pages) -> None:
    """Mine is what is assigned to me."""
    await three_clients(pages)
    browser = await specialist(pages)
    of_harbour = await browser.get("/staff/queue?client=harbour")
    assert ("CASE-2" in of_harbour, "CASE-1" in of_harbour) == (True, False)
    assert "/staff/numbers/CASE-3" not in await browser.get("/staff/queue?mine=yes")
    await done(browser, "/staff/cases/CASE-3/do/assign", owner="lead-1")
    mine = await browser.get("/staff/queue?mine=yes")
    assert ("/staff/numbers/CASE-3" in mine, "/staff/numbers/CASE-1" in mine) == (True, False)


async def test_a_search_finds_by_number_client_and_word(pages: Pages) -> None:
    """And a word of no use finds nothing, whatever it is to a database."""
    await three_clients(pages)
    browser = await specialist(pages)
    for words in ("case-2", "harbour", "logins FAIL"):
        assert "/staff/numbers/CASE-2" in await browser.get(f"/staff/search?q={words}")
    for words in ("100%25", "_", "zebra"):
        assert "/staff/numbers/" not in await browser.get(f"/staff/search?q={words}")


async def test_a_release_says_what_each_of_its_defects_will_do(pages: Pages) -> None:
    """R3, R4: the defects it moves or resolves, and the cases these close."""
    await three_clients(pages)
    await pages.world.defect("DEF-7", "S3", on_case("CASE-1"), title="Totals are wrong")
    await pages.world.release("REL-1", days=3)
    await pages.world.settle()
    browser = await specialist(pages, *SPECIALIST, "releases:read", "releases:write")
    page = await looked(browser, "/staff/releases/REL-1/do/attach_defects", defects="DEF-7")
    assert "/staff/numbers/DEF-7" in page
    assert "Email to 1 person" in page
    await done(browser, "/staff/releases/REL-1/do/attach_defects", defects="DEF-7")
    await pages.world.settle()
    deploy = await browser.get("/staff/releases/REL-1/do/deploy")
    assert "/staff/numbers/DEF-7" in deploy
    assert "/staff/numbers/CASE-1" in deploy
    assert pages.letters_to(ADA)[-1].headers["X-Event"] == "defect.release_scheduled"


async def test_a_call_is_logged_as_a_case_and_the_receipt_was_shown(pages: Pages) -> None:
    """C1, C2: who calls gets the number by mail, with the words that were on the page."""
    browser = await specialist(pages)
    typed = {
        "client": "river",
        "contact.email": ADA,
        "channel": "phone",
        "subject": "The report is empty",
        "description": "Since this morning.",
    }
    page = await looked(browser, "/staff/new/case", **typed)
    assert "Email to 1 person" in page
    page = await done(browser, "/staff/new/case", **typed)
    assert "The report is empty" in page
    pages.world.numbers += re.findall(r"CASE-\d{6}", page)[:1]
    await pages.world.settle()
    assert [letter.headers["X-Event"] for letter in pages.letters_to(ADA)] == [
        "case.opened",
        "case.information_requested",
    ]
    refused = await looked(browser, "/staff/new/case", **typed | {"contact.email": "ada"})
    assert "it would be refused" in refused


async def test_a_release_is_planned_by_who_may(pages: Pages) -> None:
    """R1, R2: the title may promise no time, and a specialist plans none."""
    planner = await specialist(pages, "staff:read", "releases:read", "releases:write")
    ahead = (pages.wall.at + timedelta(days=30)).strftime("%Y-%m-%dT%H:%M")
    typed = {"kind": "major", "title": "Spring release", "deploy_at": ahead}
    assert "Spring release" in await done(planner, "/staff/new/release", **typed)
    refused = await looked(planner, "/staff/new/release", **typed | {"title": "Done by Friday"})
    assert "it would be refused" in refused
    other = await specialist(pages)
    response = await other.send("/staff/new/release", "/staff/new/release", step="look", **typed)
    assert response.status_code == 403


async def test_a_box_that_somebody_clears_stays_clear(pages: Pages) -> None:
    """It is ticked to begin with, and not again when the form comes back."""
    await three_clients(pages)
    browser = await specialist(pages)
    confirm = "/staff/cases/CASE-2/do/confirm_defect"
    ticked = re.compile(r'name="material" value="yes" checked')
    assert ticked.search(await browser.get(confirm))
    page = await looked(browser, confirm, severity="S3", title="T", functional_area="login")
    assert not ticked.search(page)
