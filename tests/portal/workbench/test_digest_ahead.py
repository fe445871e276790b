"""Who wants a digest: the workbench says so before, and on the page of the defect after."""

from activities.adapters.database import DatabasePreferences
from tests.portal.pages.installation import ADA, BOB, Pages, on_case
from tests.portal.workbench.test_from_queue_to_resolution import (
    SPECIALIST,
    done,
    looked,
    specialist,
    three_clients,
)


async def test_an_update_says_who_gets_it_later(pages: Pages) -> None:
    """It waits for one of two, whose message stands as that; the resolution waits for nobody."""
    await three_clients(pages)
    cases = (on_case("CASE-1"), on_case("CASE-2", client="harbour", email=BOB))
    await pages.world.defect("DEF-7", "S1", *cases, title="Totals are wrong")
    await pages.world.settle()
    DatabasePreferences(pages.context.engine).keep(ADA, {"digest": True}, pages.context.now())
    browser = await specialist(pages, *SPECIALIST)
    address = "/staff/defects/DEF-7/do/post_progress"
    ahead = await looked(browser, address, public_text="We look into it.")
    await done(browser, address, public_text="We look into it.")
    await pages.world.settle()
    page = await browser.get("/staff/defects/DEF-7")
    over = await looked(browser, "/staff/defects/DEF-7/do/resolve", resolution="done")

    assert "Email to 2 people, 1 of them later, with their daily digest" in ahead
    assert "<td>digest</td>" in page
    assert "digest" not in over.partition("What will happen")[2]
    assert [x.headers["X-Event"] for x in pages.letters_to(BOB)][-1] == "defect.update"
    assert "defect.update" not in [x.headers["X-Event"] for x in pages.letters_to(ADA)]
