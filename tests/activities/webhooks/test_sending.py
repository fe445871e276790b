"""Messages to a receiver on a real socket: signed, in order, and given up in time."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from standardwebhooks import Webhook, WebhookVerificationError

from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.webhooks import REFUSED_IN_A_ROW
from domain.webhooks.events import PATIENCE, PAUSES
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from tests.activities.webhooks.receivers import NEW_SECRET, NOW, add, happens, hold, states
from tests.webhook_server import SECRET, Receiver


async def test_a_message_is_verified_by_the_library_and_holds_nothing_internal(
    engine: Engine, server: Receiver
) -> None:
    """Headers and payload as the specification has them; the id is the fact's key."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed")
    report = await hold(engine, to)

    (post,) = server.posts
    assert Webhook(SECRET).verify(post.body, post.headers) == {
        "type": "defect.confirmed",
        "timestamp": NOW.isoformat().replace("+00:00", "Z"),
        "data": {
            "number": "DEF-1",
            "kind": "defect",
            "event": "defect.confirmed",
            "severity": "S1",
            "public_text": "Words for clients",
        },
    }
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW_SECRET).verify(post.body, post.headers)
    assert post.id == "DEF-1/1/defect.confirmed"
    assert post.headers["content-type"] == "application/json"
    assert "internal" not in post.body
    assert "agent-7" not in post.body
    assert (report.sent, report.waiting, report.next_at) == (1, 0, None)
    assert states(engine, to) == {"DEF-1/1/defect.confirmed": "sent"}


async def test_what_one_entity_did_arrives_in_order_whatever_order_it_was_written_in(
    engine: Engine, server: Receiver
) -> None:
    """A projection that came late is sent first, as long as it still can be."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.held", "defect.resumed", sequence=5)
    happens(engine, "DEF-1", "defect.confirmed", "defect.update", sequence=1)
    for n in range(30):
        happens(engine, f"DEF-9{n}", "defect.confirmed", "defect.update")
    report = await hold(engine, to)

    assert report.sent == 64
    assert server.of("DEF-1") == [
        "defect.confirmed", "defect.update", "defect.held", "defect.resumed",
    ]  # fmt: skip
    assert all(server.of(f"DEF-9{n}") == ["defect.confirmed", "defect.update"] for n in range(30))


async def test_a_message_nobody_takes_holds_up_its_entity_and_no_other(
    engine: Engine, server: Receiver
) -> None:
    """It is tried again by the schedule; when it is given up the entity goes on."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed", "defect.update")
    happens(engine, "DEF-2", "defect.confirmed")
    server.of_id = {"DEF-1/1/defect.confirmed": 422}
    at, reports = datetime.now(UTC), []
    for _ in range(len(PAUSES) + 1):
        reports.append(await hold(engine, to, at=at))
        at = reports[-1].next_at or at

    assert server.ids() == ["DEF-2/1/defect.confirmed", "DEF-1/2/defect.update"]
    assert [r.given_up for r in reports] == [0] * len(PAUSES) + [1]
    assert [(r.down, r.troubled) for r in reports] == [(False, 1)] * len(PAUSES) + [(False, 0)]
    assert at - datetime.now(UTC) > timedelta(days=5)
    assert states(engine, to)["DEF-1/1/defect.confirmed"] == "failed"
    assert {p.headers["webhook-id"] for p in server.posts if p not in server.taken} == {
        "DEF-1/1/defect.confirmed"
    }, "the id is the same on every try"


async def test_a_receiver_that_is_down_is_asked_once_and_nothing_is_lost(
    engine: Engine, server: Receiver
) -> None:
    """One attempt for a hundred messages; what it asks for is passed on."""
    to = add(engine, server.url)
    for n in range(100):
        happens(engine, f"DEF-{n}", "defect.confirmed")
    server.status, server.headers = 503, {"Retry-After": "120"}
    report = await hold(engine, to)
    server.status = 200
    after = await hold(engine, to)

    assert (report.down, report.sent, report.waiting) == (True, 0, 100)
    assert (report.problem, report.retry_after) == ("http-503", 120)
    assert (after.sent, after.waiting, after.down) == (100, 0, False)
    assert len(server.posts) == 101


async def test_a_receiver_that_refuses_whatever_it_gets_counts_as_down(
    engine: Engine, server: Receiver
) -> None:
    """It is not asked about each of a thousand messages."""
    to = add(engine, server.url)
    for n in range(30):
        happens(engine, f"DEF-{n}", "defect.confirmed")
    server.status = 500
    report = await hold(engine, to)

    assert report.down
    assert len(server.posts) == REFUSED_IN_A_ROW


async def test_what_has_waited_too_long_for_a_dead_receiver_is_given_up_at_once(
    engine: Engine, server: Receiver
) -> None:
    """Both must be old, the outage and the message; what is younger goes on waiting."""
    to = add(engine, server.url)
    long_ago = NOW - PATIENCE - timedelta(hours=1)
    happens(engine, "DEF-1", "defect.confirmed", at=long_ago)
    happens(engine, "DEF-2", "defect.confirmed")
    server.trick = "drop"
    first = await hold(engine, to)
    last = await hold(engine, to, down_since=long_ago)

    assert (first.down, first.given_up) == (True, 0)
    assert (last.given_up, last.waiting, last.problem) == (1, 1, "connection")
    assert states(engine, to)["DEF-1/1/defect.confirmed"] == "failed"


async def test_one_that_is_gone_is_disabled_and_gets_nothing_more(
    engine: Engine, server: Receiver
) -> None:
    """410: nothing is sent, nothing is written, until somebody enables it."""
    to = add(engine, server.url)
    happens(engine, "DEF-1", "defect.confirmed")
    server.status = 410
    gone = await hold(engine, to)
    server.status = 200
    happens(engine, "DEF-2", "defect.confirmed")
    again = await hold(engine, to)

    assert (gone.stopped, again.stopped) == ("gone", "disabled")
    assert len(server.posts) == 1
    assert list(states(engine, to)) == ["DEF-1/1/defect.confirmed"]
    DatabaseWebhookReceivers(engine, Sealer(NO_KEYS)).enable(to)
    assert (await hold(engine, to)).sent == 1
    assert (await hold(engine, "nobody")).stopped == "removed"
