"""The hidden key of a form is chosen by whoever sends it: it reaches no command of anybody else."""

from datetime import timedelta
from typing import Any

import httpx

from activities.adapters.database.tokens import DatabaseTokens
from portal.api.security import Scope
from tests.portal.pages.installation import ADA, BOB, HERE, Browser, Pages, on_case


def program(pages: Pages, name: str = "engineering") -> httpx.AsyncClient:
    """A program of the vendor's, at the interface of the same application."""
    scopes = [scope for scope in Scope if scope is not Scope.ACTOR_ANY]
    token, _ = DatabaseTokens(pages.context.engine).create(
        name, scopes, pages.wall.at, timedelta(days=1)
    )
    client = httpx.AsyncClient(
        transport=httpx.ASGITransport(pages.app),
        base_url=f"{HERE}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
    )
    pages.browsers.append(Browser(client))
    return client


async def feedback(browser: Browser, defect: str, key: str, comment: str = "x") -> int:
    """Say how severe a defect is, under a key of the sender's choice."""
    page = f"/defects/{defect}"
    answer = await browser.send(page, f"{page}/severity", severity="S3", comment=comment, key=key)
    return answer.status_code


async def test_a_client_keeps_no_defect_from_being_resolved_by_its_release(pages: Pages) -> None:
    """R4: whatever keys a contact's forms have, a deployment resolves what is in the release."""
    world = pages.world
    await world.defect("DEF-1", "S2", on_case("CASE-1", ADA))
    await world.release("REL-1")
    await world.tell("REL-1", "attach_defect", defect="DEF-1")
    await pages.tick()
    browser = await pages.signed_in(ADA)
    for plan in (1, 2, 3):
        for member in range(1, 9):
            assert await feedback(browser, "DEF-1", f"REL-1/{plan}/{member}") == 303
            assert await feedback(browser, "DEF-1", f"workflow:REL-1/{plan}/{member}") == 303

    assert (await program(pages).post("/releases/REL-1/deploy", json={})).status_code == 200
    await world.settle()

    status = await world.status("DEF-1")
    assert (status["state"], status["rejected"]) == ("resolved", [])
    assert "defect.resolved" in world.mailbox.events(ADA)


async def test_a_client_cuts_no_other_client_off_a_defect(pages: Pages) -> None:
    """C9, C10: a case is attached whatever was sent under the key that this would have."""
    world = pages.world
    await world.defect("DEF-1", "S2", on_case("CASE-1", ADA))
    await pages.tick()
    browser = await pages.signed_in(ADA)
    for sequence in range(1, 12):
        assert await feedback(browser, "DEF-1", f"CASE-2/{sequence}/open_defect") == 303

    await world.case("CASE-2", client="harbour", contact={"email": BOB})
    await world.tell("CASE-2", "confirm_defect", defect="DEF-1")
    await world.settle()

    assert (await world.status("DEF-1"))["cases"] == ["CASE-1", "CASE-2"]
    assert "defect.confirmed" in world.mailbox.events(BOB)


async def test_a_client_swallows_no_command_of_a_program(pages: Pages) -> None:
    """The keys of programs can be guessed: they name the case, the defect, the day."""
    world = pages.world
    await world.defect("DEF-1", "S2", on_case("CASE-1", ADA))
    await pages.tick()
    assert await feedback(await pages.signed_in(ADA), "DEF-1", "resolve-DEF-1") == 303

    answer = await program(pages).post(
        "/defects/DEF-1/resolve",
        json={"resolution": "fixed"},
        headers={"Idempotency-Key": "resolve-DEF-1"},
    )

    assert (answer.status_code, answer.json()["state"]) == (200, "resolved")


async def test_one_token_swallows_no_command_of_another(pages: Pages) -> None:
    """The same number and key, by two programs that know nothing of each other."""
    await pages.world.defect("DEF-1", "S2")
    key: dict[str, Any] = {"headers": {"Idempotency-Key": "1"}, "json": {"reason": "logs"}}

    held = await program(pages, "crm").post("/defects/DEF-1/hold", **key)
    resumed = await program(pages, "tracker").post("/defects/DEF-1/resume", **key)

    assert (held.json()["state"], resumed.json()["state"]) == ("on_hold", "open")


async def test_a_form_sent_twice_counts_once_and_with_other_words_is_asked_again(
    pages: Pages,
) -> None:
    """Whoever goes back in the browser and writes something else is not told that it was taken."""
    world = pages.world
    await world.defect("DEF-1", "S2", on_case("CASE-1", ADA))
    await pages.tick()
    browser = await pages.signed_in(ADA)

    taken = [await feedback(browser, "DEF-1", "form-1") for _ in range(2)]
    other = await feedback(browser, "DEF-1", "form-1", "something else")
    timeline = await world.defects.query("DEF-1", "timeline")

    assert (taken, other) == ([303, 303], 422)
    assert [fact["event"] for fact in timeline].count("severity.feedback") == 1


async def test_a_new_case_under_the_key_of_another_form_is_a_case_of_its_own(pages: Pages) -> None:
    """C1: one contact, one case; the first form a second time is still the first case."""
    await pages.world.case("CASE-1", contact={"email": ADA}, client="river")
    await pages.tick()
    browser = await pages.signed_in(ADA)
    places = [
        (await browser.send("/new-case", "/new-case", key="k", subject="s", description=words))
        for words in ("It hangs.", "It is slow.", "It hangs.")
    ]

    first, second, again = (place.headers["location"].partition("?")[0] for place in places)
    assert first != second
    assert again == first


async def test_keys_like_ours_are_refused_from_programs(pages: Pages) -> None:
    """Over HTTP and over Temporal: named as what they are, and nothing is done."""
    await pages.world.defect("DEF-1", "S2")
    service = program(pages)
    for key in ("REL-1/2/3", "workflow:REL-1/2/3"):
        answer = await service.post(
            "/defects/DEF-1/hold", json={"reason": "x"}, headers={"Idempotency-Key": key}
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "key")
    assert (await pages.world.status("DEF-1"))["state"] == "open"
