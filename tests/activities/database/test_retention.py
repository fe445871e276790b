"""What the database keeps no longer goes, batch by batch; what stops a repeat stays."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, Table, func, select

from activities.adapters.database.retention import DatabaseRetention
from activities.adapters.database.tables import (
    deliveries,
    digest_parts,
    entities,
    facts,
    idempotency_keys,
    letters,
    preferences,
    spoken_messages,
    subscriptions,
)
from activities.adapters.database.tables_pages import (
    begun_sign_ins,
    known_browsers,
    sign_in_links,
    web_attempts,
    web_sessions,
)
from activities.adapters.database.tables_webhooks import webhook_messages, webhook_receivers
from activities.retention import prune_all
from domain.retention import Kept, Periods

NOW = datetime(2026, 12, 1, 3, 40, tzinfo=UTC)
DAY = timedelta(days=1)
PERIODS = Periods(webhooks=90 * DAY, deliveries=1000 * DAY, letters=30 * DAY, attachments=200 * DAY)


def put(engine: Engine, table: Table, **row: Any) -> None:
    """One row; what must be there and is not said has any value of its type."""
    plain = {str: "x", int: 0, bool: False, datetime: NOW, dict: {}}
    known = {
        column.name: plain[getattr(column.type, "impl", column.type).python_type]
        for column in table.columns
        if not column.nullable and column.autoincrement is not True and column.name != "id"
    }
    with engine.begin() as connection:
        connection.execute(table.insert().values(known | row))


def entity(engine: Engine, number: str, state: str, days: float, kind: str = "defect") -> None:
    """How it stands since so many days."""
    put(engine, entities, kind=kind, number=number, state=state, updated_at=NOW - days * DAY)


def message(engine: Engine, number: str, state: str = "sent", sequence: int = 1) -> None:
    """A webhook about it."""
    put(engine, facts, entity=number, sequence=sequence)
    put(engine, webhook_messages, entity=number, sequence=sequence, receiver="r", state=state)


def delivery(engine: Engine, number: str, recipient: str = "ada@x.example", **row: Any) -> int:
    """A message to somebody about it; answers its id."""
    keys = {"effect_key": f"{number}/1/x", "recipient": recipient, "cases": [], "state": "sent"}
    put(engine, deliveries, entity=number, **keys | row)
    with engine.connect() as connection:
        made: int = connection.execute(select(func.max(deliveries.c.id))).scalar_one()
    return made


def pruned(engine: Engine) -> Mapping[str, int]:
    """What was removed of each kind, where something was."""
    retention, removed = DatabaseRetention(engine, PERIODS), dict[str, int]()
    counted = {kind.value: retention.count(kind, NOW) for kind in Kept}

    def note(kind: Kept, rows: int) -> None:
        removed[kind.value] = removed.get(kind.value, 0) + rows

    prune_all(retention, NOW, note)
    assert removed == counted, "a dry run says what will be removed"
    return {kind: rows for kind, rows in removed.items() if rows}


def left(engine: Engine, table: Table, column: str) -> list[Any]:
    """What is left of a column, in order."""
    with engine.connect() as connection:
        return sorted(connection.execute(select(table.c[column])).scalars())


def test_webhooks_and_deliveries_of_what_is_over_go_after_their_time(engine: Engine) -> None:
    """Of what is open everything stays, however old: a reset or a repeat would send it again."""
    put(engine, webhook_receivers, id="r", secrets=[], events=[])
    ages = {"DEF-NEW": 89, "DEF-OLD": 91, "DEF-OLDEST": 1001}
    for number, days in ages.items():
        entity(engine, number, "closed", days)
        entity(engine, f"{number}-OPEN", "resolved", days)
        for each in (number, f"{number}-OPEN"):
            message(engine, each)
            delivery(engine, each)

    assert pruned(engine) == {"webhooks": 2, "deliveries": 1}
    stay = [number for number in ages if number != "DEF-OLDEST"]
    opened = [f"{number}-OPEN" for number in ages]
    assert left(engine, webhook_messages, "entity") == sorted(["DEF-NEW", *opened])
    assert left(engine, deliveries, "entity") == sorted([*stay, *opened])


@pytest.mark.parametrize(
    ("kind", "state", "goes"),
    [
        ("case", "closed", True), ("case", "open", False), ("case", "attached", False),
        ("defect", "closed", True), ("defect", "merged", False), ("defect", "on_hold", False),
        ("release", "deployed", True), ("release", "cancelled", True),
        ("release", "deploying", False), ("area_work", "done", True),
        ("area_work", "marking", False), ("webhook", "stopped", False), ("review", "done", False),
    ],
)  # fmt: skip
def test_over_is_what_runs_no_more(engine: Engine, kind: str, state: str, goes: bool) -> None:
    """A merged defect may come back, a receiver of webhooks goes on for ever."""
    entity(engine, "N-1", state, 2000, kind)
    delivery(engine, "N-1")

    assert pruned(engine) == ({"deliveries": 1} if goes else {})


def test_what_nobody_knows_the_end_of_stays(engine: Engine) -> None:
    """A message about something the read model does not have, or without a state."""
    entity(engine, "DEF-1", "closed", 1)
    with engine.begin() as connection:
        connection.execute(entities.update().values(state=None, updated_at=NOW - 2000 * DAY))
    delivery(engine, "DEF-1")
    delivery(engine, "impact-review-2019")

    assert pruned(engine) == {}


def test_webhooks_that_wait_stay_and_those_given_up_go(engine: Engine) -> None:
    """Whatever became of their defect."""
    put(engine, webhook_receivers, id="r", secrets=[], events=[])
    entity(engine, "DEF-1", "closed", 2000)
    for n, state in enumerate(("waiting", "failed", "sent")):
        message(engine, "DEF-1", state, n)

    assert pruned(engine) == {"webhooks": 2}
    assert left(engine, webhook_messages, "state") == ["waiting"]


def test_words_for_the_telephone_go_once_they_are_told(engine: Engine) -> None:
    """What is to be told stays for as long as it is; that it was told stays on record."""
    entity(engine, "DEF-1", "open", 2000)
    old, new = NOW - 31 * DAY, NOW - 29 * DAY
    rows = {
        "told": {"state": "sent", "changed_at": old},
        "told lately": {"state": "sent", "changed_at": new},
        "overtaken": {"state": "by_telephone", "overtaken_at": old},
        "to be told": {"state": "by_telephone", "changed_at": old},
    }
    for name, row in rows.items():
        put(engine, spoken_messages, delivery=delivery(engine, "DEF-1", name, **row), name=name)
    entity(engine, "DEF-2", "closed", 2000)
    put(engine, spoken_messages, delivery=delivery(engine, "DEF-2", "over"), name="over")

    assert pruned(engine) == {"spoken_messages": 3, "deliveries": 1}
    assert left(engine, spoken_messages, "name") == ["to be told", "told lately"]
    assert left(engine, deliveries, "recipient") == sorted(rows)


def test_what_waits_for_a_digest_stays_and_old_digests_go(engine: Engine) -> None:
    """A digest is of nothing that could be over: it goes by its own age."""
    entity(engine, "DEF-1", "open", 2000)
    entity(engine, "DEF-2", "closed", 2000)
    for number in ("DEF-1", "DEF-2"):
        waits = delivery(engine, number, state="digest")
        put(engine, digest_parts, delivery=waits, recipient=number, person={})
    for name, days in (("old", 1001), ("new", 999)):
        delivery(engine, "digest", name, lane="digest", changed_at=NOW - days * DAY)

    assert pruned(engine) == {"digest_parts": 1, "deliveries": 2}
    assert left(engine, digest_parts, "recipient") == ["DEF-1"]
    assert left(engine, deliveries, "recipient") == ["ada@x.example", "new"]


def test_what_is_no_longer_good_for_anything_goes(engine: Engine) -> None:
    """Each at its own age, to the second."""
    second = timedelta(seconds=1)
    for n, late in enumerate((timedelta(0), second)):
        name = str(n)
        put(engine, letters, message_id=name, address=name, headers={}, at=NOW - 30 * DAY - late)
        put(engine, web_sessions, token_hash=name, expires_at=NOW - 7 * DAY + second - late)
        put(engine, sign_in_links, token_hash=name, expires_at=NOW + second - late)
        put(engine, begun_sign_ins, state_hash=name, expires_at=NOW + second - late)
        put(engine, web_attempts, bucket=name, ends_at=NOW + second - late)
        put(engine, known_browsers, hash=name, expires_at=NOW + second - late)
        put(engine, idempotency_keys, key=name, at=NOW - 30 * DAY - late)

    assert pruned(engine) == dict.fromkeys(
        (
            *("letters", "sessions", "sign_in_links", "begun_sign_ins", "attempts"),
            *("known_browsers", "idempotency_keys"),
        ),
        1,
    )
    assert left(engine, letters, "message_id") == ["0"]
    assert left(engine, web_sessions, "token_hash") == ["0"]


def test_preferences_go_where_nobody_chose_and_nobody_is(engine: Engine) -> None:
    """Who opted out stays out; who may find an old link to unsubscribe can use it."""
    kept: Mapping[str, dict[str, Any]] = {
        "opted-out@x.example": {"progress_at": NOW},
        "reads-german@x.example": {"language_at": NOW},
        "attached@x.example": {},
        "was-told@x.example": {},
        "x@straße.example": {},
        "x@xn--strae-oqa.example": {},
    }
    for n, (address, chosen) in enumerate({"gone@x.example": {}, **kept}.items()):
        put(engine, preferences, address=address, token=str(n), **chosen)
    put(engine, subscriptions, entity="DEF-1", case_number="C-1", address="attached@x.example")
    delivery(engine, "DEF-1", "was-told@x.example")

    assert pruned(engine) == {"preferences": 1}
    assert left(engine, preferences, "address") == sorted(kept)


def test_a_batch_has_so_many_rows_and_no_more(engine: Engine) -> None:
    """Others write between two of them."""
    for n in range(7):
        put(engine, web_sessions, token_hash=str(n), expires_at=NOW - 7 * DAY)
    retention = DatabaseRetention(engine, PERIODS)

    assert [retention.prune(Kept.SESSIONS, NOW, 3) for _ in range(4)] == [3, 3, 1, 0]
