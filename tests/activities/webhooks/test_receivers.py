"""Receivers of webhooks: rotated secrets, replays, settings, removal."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine
from standardwebhooks import Webhook

from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from domain.webhooks.events import PATIENCE, secret_key
from runtime.codec import NO_KEYS
from runtime.sealing import Sealer
from tests.activities.webhooks.receivers import KEY, NEW_SECRET, NOW, add, happens, hold, states
from tests.webhook_server import SECRET, Receiver


async def test_both_secrets_sign_until_the_rotation_is_over(
    engine: Engine, server: Receiver
) -> None:
    """Zero downtime: a receiver may change to the new secret at any time meanwhile."""
    to = add(engine, server.url)
    receivers = DatabaseWebhookReceivers(engine, Sealer(NO_KEYS))
    receivers.rotate(to, secret_key(NEW_SECRET), datetime.now(UTC), timedelta(hours=1))
    happens(engine, "DEF-1", "defect.confirmed")
    await hold(engine, to)
    happens(engine, "DEF-1", "defect.update", sequence=9)
    await hold(engine, to, at=datetime.now(UTC) + timedelta(hours=2))

    both, new = server.posts
    for secret in (SECRET, NEW_SECRET):
        Webhook(secret).verify(both.body, both.headers)
    assert (new.is_signed_with(SECRET), new.is_signed_with(NEW_SECRET)) == (False, True)


async def test_what_failed_and_what_was_never_written_can_be_replayed(
    engine: Engine, server: Receiver
) -> None:
    """With the ids they always had, imported pasts left out."""
    to = add(engine, server.url)
    receivers = DatabaseWebhookReceivers(engine, Sealer(NO_KEYS))
    receivers.disable(to)
    happens(engine, "DEF-1", "defect.confirmed", "policy.adopted", "defect.update")
    happens(engine, "DEF-2", "defect.confirmed", at=NOW - timedelta(days=2))
    happens(engine, "DEF-2", "defect.imported", sequence=5)
    receivers.enable(to)
    assert (await hold(engine, to)).sent == 0
    count = receivers.replay_since(to, NOW - timedelta(days=9), datetime.now(UTC))
    first = await hold(engine, to)
    receivers.replay_since(to, NOW - timedelta(days=9), datetime.now(UTC))
    second = await hold(engine, to)

    assert (count, first.sent, second.sent) == (3, 3, 3)
    assert set(server.ids()) == {
        "DEF-1/1/defect.confirmed", "DEF-1/3/defect.update", "DEF-2/5/defect.imported",
    }  # fmt: skip
    assert server.of("DEF-1") == ["defect.confirmed", "defect.update"] * 2


async def test_failed_messages_are_replayed_alone(engine: Engine, server: Receiver) -> None:
    """What was sent is not sent again by it."""
    to = add(engine, server.url)
    long_ago = NOW - PATIENCE * 2
    happens(engine, "DEF-1", "defect.confirmed", at=long_ago)
    server.status = 404
    await hold(engine, to, down_since=long_ago)
    server.status = 200
    happens(engine, "DEF-2", "defect.confirmed")
    await hold(engine, to)
    count = DatabaseWebhookReceivers(engine, Sealer(NO_KEYS)).replay_failed(to, datetime.now(UTC))
    await hold(engine, to)

    assert count == 1
    assert server.ids() == ["DEF-2/1/defect.confirmed", "DEF-1/1/defect.confirmed"]


def test_settings_are_synchronised_and_undo_nobody_s_decision(engine: Engine) -> None:
    """Added, rotated, disabled and enabled with the settings; others are left alone."""
    receivers = DatabaseWebhookReceivers(engine, Sealer(NO_KEYS))
    by_hand = add(engine, "https://a.example/by-hand")
    urls = ["https://a.example/1", "https://a.example/2"]

    def disabled() -> dict[str, str | None]:
        return {r.url.rpartition("/")[2]: r.disabled for r in receivers.all() if r.id != by_hand}

    receivers.synchronise(urls, KEY, NOW)
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": None}
    receivers.synchronise(urls[:1], secret_key(NEW_SECRET), NOW)
    assert disabled() == {"1": None, "2": "settings"}
    assert {r.secrets for r in receivers.all() if r.url == urls[0]} == {2}
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": None}
    receivers.disable(next(r.id for r in receivers.all() if r.url == urls[1]))
    receivers.synchronise(urls, KEY, NOW)
    assert disabled() == {"1": None, "2": "operator"}
    receivers.synchronise([], None, NOW)
    assert disabled() == {"1": "settings", "2": "operator"}
    assert receivers.add(urls[0], KEY, NOW) is None, "one URL is one receiver"
    assert [r.disabled for r in receivers.all() if r.id == by_hand] == [None]
    assert receivers.remove(by_hand)
    assert not receivers.remove(by_hand)


async def test_removing_a_receiver_removes_its_messages(engine: Engine) -> None:
    """And nothing is left over that a receiver of the same URL would get later."""
    to = add(engine, "https://a.example/1")
    happens(engine, "DEF-1", "defect.confirmed")
    DatabaseWebhookReceivers(engine, Sealer(NO_KEYS)).remove(to)
    add(engine, "https://a.example/1")

    assert states(engine, to) == {}
