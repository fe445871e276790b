"""The public status page through the life of an S1, for people and for programs."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from portal.pages.i18n import ENGLISH, TRANSLATIONS
from tests.portal.pages.installation import Pages, on_case, pages_installation

ATOM = "{http://www.w3.org/2005/Atom}"


async def test_an_s1_from_its_post_to_its_end(pages: Pages) -> None:
    """D6, S1: posted, updated each day, resolved, remembered for ninety days and no longer."""
    world, browser = pages.world, pages.browser()
    assert "No open incidents" in await browser.get("/status")
    await world.defect("DEF-1", "S1", on_case("CASE-1"), public_summary="Nobody can log in")
    await pages.tick()
    posted = await browser.get("/status")
    await pages.tick(hours=25)
    daily = await browser.get("/status")
    await world.tell("DEF-1", "post_progress", public_text="A fix is tested.", stage="verifying")
    await pages.tick()
    progress = await browser.get("/status")
    await world.tell("DEF-1", "resolve", resolution="internal", public_text="All can log in.")
    await pages.tick()
    resolved = await browser.get("/status")
    await pages.tick(days=88)
    remembered = await browser.get("/status")
    await pages.tick(days=3)
    forgotten = await browser.get("/status")

    assert "1 open incident<" in posted
    assert "Nobody can log in" in posted
    assert "We continue to work on this issue." in daily
    assert "A fix is tested." in progress
    assert "Verifying the fix" in progress
    assert "No open incidents" in resolved
    assert "88 of 90 days without an incident" in resolved
    assert "Nobody can log in" in remembered
    assert "Nobody can log in" not in forgotten
    assert "DEF-1" not in posted + daily + progress + resolved


async def test_what_nobody_wrote_is_said_in_the_readers_language(pages: Pages) -> None:
    """To people; programs read the words that were posted."""
    await pages.world.defect("DEF-1", "S1", on_case("CASE-1"))
    await pages.tick(hours=25)
    await pages.world.tell("DEF-1", "resolve", resolution="internal")
    await pages.tick()
    said = {
        language: await pages.browser(**{"accept-language": language}).get("/status")
        for language in TRANSLATIONS
    }
    incident = re.search(r"/status/incidents/\w+", said["en"])
    assert incident is not None

    for language, page in said.items():
        words = TRANSLATIONS[language]
        shown = await pages.browser(**{"accept-language": language}).get(incident[0])
        assert words.plain("posted.affected") in page
        for key in ("affected", "goes_on", "resolved"):
            assert words.plain(f"posted.{key}") in shown, language
    feed = await pages.browser(**{"accept-language": "de"}).get("/status/feed.atom")
    assert ENGLISH.plain("posted.affected") in feed
    assert ENGLISH.plain("posted.goes_on") in feed


async def test_programs_read_it_as_they_read_statuspage(story: Pages) -> None:
    """Every field that readers of `summary.json` look at, from wherever they run."""
    browser = story.browser()
    response = await browser.http.get("/api/v2/summary.json")
    said = response.json()
    (incident,) = said["incidents"]
    (component,) = said["components"]
    update_ids = [u["id"] for u in incident["incident_updates"]]

    assert response.headers["access-control-allow-origin"] == "*"
    assert said["status"] == {"indicator": "critical", "description": "Critical incident"}
    assert component["status"] == "major_outage"
    assert (incident["impact"], incident["status"]) == ("critical", "investigating")
    assert incident["resolved_at"] is None
    assert len(set(update_ids)) == len(update_ids) > 3
    assert {m["status"] for m in said["scheduled_maintenances"]} == {"scheduled"}
    assert all(m["scheduled_for"] for m in said["scheduled_maintenances"])
    assert await browser.get("/status/api/v2/summary.json") == response.text
    path = incident["shortlink"].removeprefix("http://127.0.0.1:8080")
    assert incident["name"].split("<")[0] in await browser.get(path)
    every = (await browser.http.get("/api/v2/incidents.json")).json()["incidents"]
    assert [i["status"] for i in every] == ["investigating", "resolved"]


async def test_the_feed_has_an_entry_per_incident_with_what_was_said(story: Pages) -> None:
    """Ids that stay, instants with zones, links to each; releases that are announced, too."""
    feed = ElementTree.fromstring(await story.browser().get("/status/feed.atom"))
    entries = feed.findall(f"{ATOM}entry")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]

    incidents = [e for e in entries if "/incidents/" in (e.findtext(f"{ATOM}id") or "")]
    assert len(set(ids)) == len(entries) == 4
    assert len(incidents) == 2
    assert all((e.findtext(f"{ATOM}updated") or "").endswith("Z") for e in entries)
    assert "It is fast." in (incidents[1].findtext(f"{ATOM}content") or "")


async def test_an_overdue_update_is_for_staff_and_not_for_the_public(pages: Pages) -> None:
    """What was promised to clients and not kept is seen inside first."""
    await pages.world.defect("DEF-1", "S1", on_case("CASE-1"), public_summary="Down")
    await pages.tick()
    pages.world.mailbox.down = True
    fresh = await pages.browser().get("/status")
    # The snapshot as it stands when a worker has been away for a day.
    pages.wall.at = pages.wall.at.replace(day=pages.wall.at.day + 2)
    public = await pages.browser().get("/status")
    desk = await (await pages.staff()).get("/staff")
    pages.world.mailbox.down = False

    assert "verdue" not in fresh + public
    overdue = desk.split('id="overdue"')[1].split('id="due"')[0]
    assert "DEF-1" in overdue
    assert "Update to clients" in overdue


async def test_what_is_ahead_is_announced_until_its_hour(pages: Pages) -> None:
    """R2, R5: on the login page too; nothing is said of what should be out and is not."""
    await pages.world.release(
        "REL-1", days=10, title="Spring release", public_notes="Faster reports", window_minutes=60
    )
    await pages.world.release("REL-2", days=20, title="Summer release")
    await pages.tick(minutes=1)
    login = await pages.browser().get("/sign-in")
    await pages.tick(days=10)
    now = await pages.browser().get("/status")
    await pages.tick(hours=2)
    after = await pages.browser().get("/sign-in")
    await pages.world.tell("REL-1", "deploy")
    await pages.tick()
    done = await pages.browser().get("/status")

    assert "Spring release" in login
    assert "(America/Chicago)" in login
    assert "Summer release" not in login
    assert "In progress" in now
    assert "Spring release" not in after
    assert "Release completed" in done


async def maintenance(pages: Pages, title: str) -> tuple[str, str, list[str]]:
    """How programs see a release: in which list it is, its status, its updates."""
    http, where = pages.browser().http, "/api/v2/scheduled-maintenances"
    lists = {
        name: (await http.get(f"{where}{name}.json")).json()["scheduled_maintenances"]
        for name in ("/upcoming", "/active", "")
    }
    named = {n: [m for m in said if m["name"] == title] for n, said in lists.items()}
    ((place, (found,)), *_) = [(name, said) for name, said in named.items() if said]
    return place, found["status"], [update["body"] for update in found["incident_updates"]]


async def test_a_maintenance_window_is_followed_from_its_notice_to_its_end(pages: Pages) -> None:
    """R2, R5: ahead, moved, under way, late in its end, completed; nothing that nobody reported."""
    world = pages.world
    await world.release(
        "REL-1",
        days=10,
        title="Winter release",
        public_notes="Faster reports",
        functional_areas=["reports"],
        window_minutes=60,
    )
    await pages.tick(minutes=1)
    ahead, ahead_page = await maintenance(pages, "Winter release"), await status_of(pages)
    hour = (await world.clock.now()) + timedelta(days=2)
    await world.tell("REL-1", "reschedule", deploy_at=hour.isoformat(), reason="internal")
    await pages.tick(minutes=1)
    moved, moved_page = await maintenance(pages, "Winter release"), await status_of(pages)
    await pages.tick(days=2, minutes=5)
    under_way, word = await maintenance(pages, "Winter release"), await status_of(pages)
    one = (await pages.browser().http.get("/api/v2/summary.json")).json()
    await pages.tick(hours=1)
    late, late_page = await maintenance(pages, "Winter release"), await status_of(pages)
    await world.tell("REL-1", "deploy")
    await pages.tick()
    done, done_page = await maintenance(pages, "Winter release"), await status_of(pages)
    feed = await pages.browser().get("/status/feed.atom")

    assert ahead == ("/upcoming", "scheduled", ["Faster reports"])
    assert "Affects <span" in ahead_page
    assert "Scheduled" in ahead_page
    assert moved[:2] == ("/upcoming", "scheduled")
    assert moved[2][0].startswith("Moved from ")
    assert "Moved; announced before for" in moved_page
    assert "internal" not in str(moved) + moved_page
    assert under_way[:2] == ("/active", "in_progress")
    assert "In progress" in word
    assert one["status"]["indicator"] == "maintenance"
    assert one["components"][0]["status"] == "under_maintenance"
    assert [m["status"] for m in one["scheduled_maintenances"]] == ["in_progress"]
    assert late[:2] == ("/active", "in_progress")
    assert "The window is over, and completion is not confirmed yet." in late_page
    assert late[2][0] == "The window is over, and completion is not confirmed yet."
    assert done[:2] == ("", "completed")
    assert "Release completed" in done_page
    assert "No releases or maintenance announced" in done_page
    assert "Completed: Winter release" in feed


async def test_what_begins_late_or_is_cancelled_is_said(pages: Pages) -> None:
    """R5: of a release without a window nothing but its hour is known; R3: the end is told."""
    await pages.world.release("REL-1", days=1, title="Hotfix of the day")
    await pages.world.release("REL-2", days=9, title="Great release", window_minutes=30)
    await pages.world.release("REL-3", days=60, title="Far release", window_minutes=30)
    await pages.tick(days=1, minutes=30)
    at_its_hour = await status_of(pages)
    await pages.tick(minutes=40)
    late = await status_of(pages)
    await pages.world.tell("REL-2", "cancel", reason="internal")
    await pages.world.tell("REL-3", "cancel", reason="internal")
    await pages.tick()
    cancelled, seen = await status_of(pages), await maintenance(pages, "Great release")
    await pages.tick(days=8)
    after = await status_of(pages)

    assert "Delayed" not in at_its_hour
    assert "Its hour has passed, and completion is not confirmed yet." in late
    assert "It was announced, and does not take place." in cancelled
    assert seen[:2] == ("", "completed")
    assert seen[2][0] == "It was announced, and does not take place."
    assert "internal" not in cancelled
    assert "Great release" not in after
    assert "Far release" not in late + cancelled


async def status_of(pages: Pages) -> str:
    """The status page as anybody sees it."""
    return await pages.browser().get("/status")


async def test_where_incidents_go_elsewhere_nothing_is_said_here(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """An empty page would say that all is well."""
    folder = tmp_path_factory.mktemp("elsewhere")
    async with pages_installation(folder, statuspage_url="https://api.example/v1") as pages:
        for path in ("/status", "/status/feed.atom", "/api/v2/summary.json"):
            assert (await pages.browser().http.get(path)).status_code == 404
