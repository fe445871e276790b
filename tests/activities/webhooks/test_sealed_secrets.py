"""Secrets of receivers in the database: encrypted where there are keys, and still good to sign."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text

from activities.adapters.database.rekeyed import Rekeyed
from activities.adapters.database.webhook_receivers import DatabaseWebhookReceivers
from activities.adapters.database.webhook_secrets import DatabaseWebhookSecrets
from activities.adapters.database.webhooks import DatabaseWebhooks
from domain.webhooks.events import receiver_id, secret_key
from runtime.codec import KeyRing, UnknownKey
from runtime.sealing import Sealer
from tests.activities.webhooks.receivers import IN_CLEAR, NEW_SECRET
from tests.webhook_server import SECRET

URL = "https://a.example/hooks"
ONE, OTHER = secret_key(SECRET), secret_key(NEW_SECRET)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
UNDER_OLD, UNDER_NEW = Sealer(KeyRing({"k1": OLD})), Sealer(KeyRing({"k2": NEW}))
ROTATED = Sealer(KeyRing({"k2": NEW, "k1": OLD}))


def kept(engine: Engine) -> str:
    """Everything that the table says of secrets."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT secrets FROM webhook_receivers ORDER BY id"))
        return json.dumps([str(row[0]) for row in rows])


def signs_with(engine: Engine, sealer: Sealer, at: datetime = NOW) -> tuple[str, ...]:
    """The secrets that a round signs with."""
    to = DatabaseWebhooks(engine, sealer).begin(receiver_id(URL), at, at_once=False)
    assert to is not None
    return to.keys


def test_a_secret_is_nowhere_in_clear(engine: Engine) -> None:
    """Neither the first nor one that it is rotated to; a round signs with both all the same."""
    receivers = DatabaseWebhookReceivers(engine, UNDER_OLD)
    receivers.add(URL, ONE, NOW)
    receivers.rotate(receiver_id(URL), OTHER, NOW, HOUR)

    assert [secret in kept(engine) for secret in (ONE, OTHER, SECRET, "whsec_")] == [False] * 4
    assert signs_with(engine, UNDER_OLD) == (OTHER, ONE)
    assert signs_with(engine, UNDER_OLD, NOW + 2 * HOUR) == (OTHER,)
    assert [row.keys for row in receivers.all()] == [("k1", "k1")]


def test_what_was_written_in_clear_goes_on_and_is_encrypted_once_asked_for(engine: Engine) -> None:
    """A repeat changes nothing."""
    DatabaseWebhookReceivers(engine, IN_CLEAR).add(URL, ONE, NOW)
    before = signs_with(engine, UNDER_OLD)
    secrets = DatabaseWebhookSecrets(engine, UNDER_OLD)
    done = [secrets.rekey(NOW, UNDER_OLD) for _ in range(2)]

    assert done == [Rekeyed(1, 1), Rekeyed(1, 0)]
    assert ONE not in kept(engine)
    assert before == signs_with(engine, UNDER_OLD) == (ONE,)


def test_a_key_can_be_changed_for_another(engine: Engine) -> None:
    """After `rekey` the old one is not needed; before, it is named."""
    DatabaseWebhookReceivers(engine, UNDER_OLD).add(URL, ONE, NOW)
    with pytest.raises(UnknownKey, match="k1"):
        DatabaseWebhookSecrets(engine, UNDER_NEW).check(NOW)
    with pytest.raises(UnknownKey, match="k1"):
        DatabaseWebhookSecrets(engine, UNDER_NEW).rekey(NOW, UNDER_NEW)
    DatabaseWebhookSecrets(engine, ROTATED).rekey(NOW, ROTATED)
    DatabaseWebhookSecrets(engine, UNDER_NEW).check(NOW)

    assert signs_with(engine, UNDER_NEW) == (ONE,)


def test_a_secret_that_is_not_valid_any_more_needs_no_key(engine: Engine) -> None:
    """It is not looked at, and `rekey` removes it."""
    DatabaseWebhookReceivers(engine, UNDER_OLD).add(URL, ONE, NOW)
    DatabaseWebhookReceivers(engine, ROTATED).rotate(receiver_id(URL), OTHER, NOW, HOUR)
    later = NOW + 2 * HOUR
    secrets = DatabaseWebhookSecrets(engine, UNDER_NEW)
    with pytest.raises(UnknownKey):
        secrets.check(NOW)
    secrets.check(later)

    assert secrets.rekey(later, UNDER_NEW) == Rekeyed(kept=1, changed=0, dropped=1)
    assert signs_with(engine, UNDER_NEW, later) == (OTHER,)


def test_one_whose_key_is_lost_is_replaced(engine: Engine) -> None:
    """By a rotation without overlap, which does not look at it."""
    DatabaseWebhookReceivers(engine, UNDER_OLD).add(URL, ONE, NOW)
    receivers = DatabaseWebhookReceivers(engine, UNDER_NEW)
    with pytest.raises(UnknownKey):
        receivers.rotate(receiver_id(URL), OTHER, NOW, HOUR)
    receivers.rotate(receiver_id(URL), OTHER, NOW, timedelta(0))

    assert signs_with(engine, UNDER_NEW) == (OTHER,)


def test_settings_that_stay_are_no_rotation(engine: Engine) -> None:
    """Sealed or not, it is the same secret; another one is a rotation."""
    for sealer in (IN_CLEAR, UNDER_OLD, ROTATED):
        DatabaseWebhookReceivers(engine, sealer).synchronise([URL], ONE, NOW)
        assert signs_with(engine, sealer) == (ONE,)
    DatabaseWebhookReceivers(engine, ROTATED).synchronise([URL], OTHER, NOW)

    assert signs_with(engine, ROTATED) == (OTHER, ONE)


def test_all_can_be_written_in_clear_again(engine: Engine) -> None:
    """For a version that knows no sealed secrets."""
    DatabaseWebhookReceivers(engine, UNDER_OLD).add(URL, ONE, NOW)
    DatabaseWebhookSecrets(engine, UNDER_OLD).rekey(NOW, IN_CLEAR)

    assert signs_with(engine, IN_CLEAR) == (ONE,)
