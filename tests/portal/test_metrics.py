"""What Prometheus is told: the numbers of the page for staff, and no nought that is none."""

import re
import socket
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry
from sqlalchemy import event

from activities.adapters.database import DatabaseLedger, DatabaseReadModel, make_engine, migrate
from activities.adapters.database.backlog import BacklogStats, Waiting
from activities.adapters.database.retention import DatabaseRetention, look_for_runs
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.ports import Delivery, DeliveryState
from domain.contract.effects import Fact, UpdateReadModel
from domain.retention import Kept
from portal.metrics import ObligationsCollector, Requests
from portal.pages.obligations import staff_dashboard
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from runtime.stray_numbers import Comparison, Stray, Strays
from tests.activities.database.test_retention import PERIODS
from tests.portal.pages.installation import ADA, Pages, on_case, pages_installation
from tests.quick_databases import empty_database

NOON = datetime(2026, 11, 9, 12, tzinfo=UTC)
PYTHON = sys.executable


@pytest_asyncio.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Pages]:
    """An empty installation."""
    async with pages_installation(tmp_path) as standing:
        yield standing


class Scraped:
    """What a scrape of some collectors finds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.values = {
            (sample.name, *sorted(sample.labels.items())): sample.value
            for family in registry.collect()
            for sample in family.samples
        }

    def __call__(self, name: str, **labels: str) -> float | None:
        """A value, None where there is none."""
        return self.values.get((f"defects_{name}", *sorted(labels.items())))

    def total(self, name: str, **labels: str) -> float:
        """All values of a name that have these labels."""
        return sum(
            value
            for (found, *own), value in self.values.items()
            if found == f"defects_{name}" and set(labels.items()) <= set(own)
        )

    @property
    def names(self) -> set[str]:
        """Of every value."""
        return {str(key[0]) for key in self.values}


def scraped(owed: ObligationsCollector) -> Scraped:
    """Scrape what is owed."""
    registry = CollectorRegistry()
    registry.register(owed)
    return Scraped(registry)


def a_delivery(key: str) -> Delivery:
    """A message to Ada."""
    return Delivery(key, ADA, "email", "DEF-1", "defect.update", f"<{key}@vendor.example>")


# --- what is owed ---------------------------------------------------------------------------------


async def test_alerts_and_staff_see_the_same(pages: Pages) -> None:
    """T9, D4, C6: overdue, failing and needing attention, as many as the page for staff lists."""
    world = pages.world
    world.mailbox.refused[ADA] = "smtp-550"
    await world.defect("DEF-1", "S1", on_case("CASE-1"))
    await world.defect("DEF-2", "S3", on_case("CASE-2", "harbour", "bob@harbour.example"))
    ask = {"client": "harbour", "severity": "S2", "justification": "we cannot bill"}
    await world.tell("DEF-2", "request_reclassification", **ask)
    await world.defect("DEF-3", "S4", cases=[])
    await world.case("CASE-3", priority="critical", channel="portal")
    await world.settle()
    await pages.tick(days=4)
    told = scraped(ObligationsCollector(pages.context.engine, pages.wall))
    desk = staff_dashboard(pages.context.engine, pages.wall.at)
    page = await (await pages.staff()).get("/staff")

    assert told("database_up") == 1
    assert told("obligations_overdue", kind="defect", what="resolution", severity="S1") == 1
    assert told("obligations_overdue", kind="defect", what="decision", severity="S3") == 1
    assert told("obligations_overdue", kind="case", what="first_response", severity="") == 1
    assert told("obligations_due", kind="defect", what="update", severity="S1") == 1
    assert told.total("obligations_overdue") == len(desk.overdue)
    assert told("deliveries", state="failed") == desk.deliveries[DeliveryState.FAILED] > 0
    assert told("needing_attention", kind="defect") == 1
    assert told("open", severity="S1") == told("open", severity="S3") == told("cases_open") == 1
    assert f"<strong>{told.total('obligations_overdue'):.0f}</strong> overdue" in page
    assert f"<strong>{told('deliveries', state='failed'):.0f}</strong> not delivered" in page
    assert f"<strong>{told.total('needing_attention'):.0f}</strong> needing attention" in page


def test_a_quiet_installation_is_told_as_noughts(tmp_path: Path) -> None:
    """Nothing owed is 0 for every kind of duty, so that an alert has something to compare."""
    told = scraped(ObligationsCollector(empty_database(tmp_path / "here.db"), lambda: NOON))

    assert told.total("obligations_overdue") == told.total("deliveries") == 0
    assert told("obligations_overdue", kind="defect", what="update", severity="S1") == 0
    assert told("oldest_undelivered_seconds") == told("webhooks_oldest_waiting_seconds") == 0
    assert told("mails_set_aside") == told("mails_set_aside_share") == 0
    assert told("read_model_written_timestamp_seconds") is None


def test_when_each_kind_was_last_removed_is_told(tmp_path: Path) -> None:
    """From the first worker on, so that a kind that never was is late some day; not by a batch
    that leaves some."""
    engine = empty_database(tmp_path / "here.db")
    before = scraped(ObligationsCollector(engine, lambda: NOON)).names
    for hours in (48, 1):
        look_for_runs(engine, NOON - timedelta(hours=hours))
    retention = DatabaseRetention(engine, PERIODS)
    for kind, limit in ((Kept.LETTERS, 1), (Kept.SESSIONS, 0)):
        retention.prune(kind, NOON, limit)
    told = scraped(ObligationsCollector(engine, lambda: NOON))
    ages = {
        kind: NOON.timestamp() - (told("retention_done_timestamp_seconds", kind=kind) or 0)
        for kind in Kept
    }

    assert "defects_retention_done_timestamp_seconds" not in before
    assert ages == dict.fromkeys(Kept, 48 * 3600) | {Kept.LETTERS: 0}


def test_a_message_whose_sender_died_is_unknown(tmp_path: Path) -> None:
    """Being sent for two minutes without a word; the page for staff counts it as not delivered."""
    engine = empty_database(tmp_path / "here.db")
    ledger = DatabaseLedger(engine)
    for key, minutes in [("k-1", 3), ("k-2", 1)]:
        ledger.claim(a_delivery(key), NOON - timedelta(minutes=minutes))
    told = scraped(ObligationsCollector(engine, lambda: NOON))

    assert told("deliveries", state="unknown") == told("deliveries", state="sending") == 1
    assert told("oldest_undelivered_seconds") == 180
    assert staff_dashboard(engine, NOON).waiting == 1


def test_webhooks_wait_for_receivers_that_are_enabled(database_url: str) -> None:
    """What waits for one that was disabled is nobody's concern."""
    engine = make_engine(database_url)
    receivers, pulse = DatabaseWebhookReceivers(engine, Sealer(NO_KEYS)), BacklogStats(engine)
    key = "whsec_" + "A" * 32
    here, gone = (
        receivers.add(f"https://{name}.example/hook", key, NOON) for name in ("here", "gone")
    )
    fact = Fact(sequence=1, at=NOON, event="defect.confirmed", details={}, public=True)
    DatabaseReadModel(engine).project(
        UpdateReadModel(
            key="DEF-1/1/portal", entity="DEF-1", sequence=1, at=NOON, kind="defect",
            policy="eto", snapshot={"number": "DEF-1", "state": "open"}, facts=[fact],
        )
    )  # fmt: skip
    both = pulse.webhooks()
    receivers.disable(gone or "")
    one = pulse.webhooks()
    receivers.disable(here or "")

    assert (both, one) == (Waiting(2, NOON), Waiting(1, NOON))
    assert pulse.webhooks() == Waiting(0, None)
    assert pulse.read_model_written_at() == NOON
    engine.dispose()


# --- a database that does not answer --------------------------------------------------------------


def test_a_database_that_refuses_is_told_as_down() -> None:
    """Not as a failed scrape, and not as noughts, which would say that nothing is owed."""
    told = scraped(ObligationsCollector(make_engine("postgresql://u@127.0.0.1:1/d"), lambda: NOON))

    assert told("database_up") == 0
    assert told.names == {"defects_database_up"}


def test_a_database_that_hangs_is_told_as_down_in_time() -> None:
    """A scrape waits for it a moment only; those that follow wait for the same look."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = make_engine(f"postgresql://u@127.0.0.1:{silent.getsockname()[1]}/d")
        owed = ObligationsCollector(engine, lambda: NOON, fresh=0, patience=0.05)
        answers = [scraped(owed)("database_up") for _ in range(3)]
        first, _ = silent.accept()
        silent.settimeout(0)
        with pytest.raises(BlockingIOError):
            silent.accept()
        first.close()

    assert answers == [0, 0, 0]


def test_a_database_that_is_back_is_told_at_the_next_look(tmp_path: Path) -> None:
    """Nothing is remembered of its absence."""
    engine = make_engine(f"sqlite:///{tmp_path / 'late.db'}")
    owed = ObligationsCollector(engine, lambda: NOON, fresh=0)
    before = scraped(owed)
    migrate(engine)
    after = scraped(owed)

    assert (before("database_up"), after("database_up")) == (0, 1)
    assert after.total("obligations_overdue") == 0


def test_many_scrapes_share_one_look(tmp_path: Path) -> None:
    """The database is not asked again while an answer is fresh."""
    engine, asked = empty_database(tmp_path / "here.db"), []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    owed = ObligationsCollector(engine, lambda: NOON, fresh=3600)
    scraped(owed)
    first = len(asked)
    scraped(owed)

    assert len(asked) == first > 0


# --- requests -------------------------------------------------------------------------------------


async def test_requests_are_counted_by_their_template(pages: Pages) -> None:
    """Neither a number nor what a stranger types becomes a label."""
    registry = CollectorRegistry()
    transport = httpx.ASGITransport(Requests(registry).of(pages.app))
    await pages.world.defect("DEF-1", "S3", on_case("CASE-1"))
    await pages.world.settle()
    token = {"Authorization": f"Bearer {pages.token('defects:read')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8080") as http:
        for path in ("/api/v1/defects/DEF-1", "/api/v1/defects/DEF-2", "/api/v1/secret", "/x/y"):
            await http.get(path, headers=token)
        await http.request("SECRET", "/status")
    told = Scraped(registry)
    one = {"method": "GET", "route": "/api/v1/defects/{number}"}

    assert told("portal_requests_total", **one, status="2xx") == 1
    assert told("portal_requests_total", **one, status="4xx") == 1
    assert told("portal_requests_total", method="GET", route="/*", status="4xx") == 1
    assert told("portal_request_seconds_count", route="/api/v1/defects/{number}") == 2
    assert told.total("portal_requests_total", method="other") == 1
    assert not re.search("DEF-|secret|SECRET|/x/y", str(told.values))


async def test_what_breaks_is_counted_as_our_fault() -> None:
    """An application that raises before it answers has answered 500, and raises on."""

    async def broken(*_: object) -> None:
        raise RuntimeError("no")

    registry = CollectorRegistry()
    transport = httpx.ASGITransport(Requests(registry).of(broken))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        with pytest.raises(RuntimeError):
            await http.get("/")

    assert Scraped(registry).total("portal_requests_total", status="5xx") == 1


# --- what strays ----------------------------------------------------------------------------------


async def test_stray_numbers_are_told_and_shown(pages: Pages) -> None:
    """Once they were looked for, and not where nobody could look."""
    watch, at = pages.context.watch, pages.wall.at
    stray = Stray("DEF-9", "defect", "is open in the database, but its workflow is terminated")
    registry = CollectorRegistry()
    registry.register(watch)
    before = Scraped(registry).names
    watch.last = Comparison(at, {"defect": Strays([stray], 3)}, {"defect": Strays()})
    told, shown = Scraped(registry), await (await pages.staff()).get("/staff")

    assert before == set()
    assert told("without_workflow", kind="defect") == 3
    assert told("without_row", kind="defect") == 0
    assert str(stray) in re.sub(r"<[^>]+>", "", shown)
    assert "2 more not shown" in shown
