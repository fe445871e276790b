"""What people chose for every mail, on SQLite and PostgreSQL both."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from activities.adapters.database import DatabasePreferences
from activities.ports import Preference, Preferences
from domain.contract.events import Topic

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
THREADS = 8


def of(engine: Engine, address: str) -> Preference:
    """What one person chose."""
    return DatabasePreferences(engine).of([address])[address.lower()]


def test_who_never_chose_has_the_defaults_and_a_token(engine: Engine) -> None:
    """Everybody their own, which nobody can guess, and always the same."""
    preferences: Preferences = DatabasePreferences(engine)
    assert preferences.of([]) == {}
    first = preferences.of(["Ann@A.org", "bob@b.org", "ann@a.ORG"])
    again = preferences.of(["new@a.org", "ANN@a.org", "bob@b.org"])
    assert list(first) == ["ann@a.org", "bob@b.org"]
    assert {address: again[address] for address in first} == first
    assert first["ann@a.org"] == Preference(token=first["ann@a.org"].token)
    tokens = {preference.token for preference in again.values()}
    assert len(tokens) == 3
    assert all(len(token) >= 43 for token in tokens)


@pytest.mark.parametrize("address", ["o'hara@a.org", 'a"b@a.org', "a\0b@a.org", "É@a.org", "%_@x"])
def test_odd_addresses_are_people_too(engine: Engine, address: str) -> None:
    """Quotes, NULs, accents and wild cards."""
    DatabasePreferences(engine).keep(address, {"progress": False, "language": "\0'"}, NOW)
    assert of(engine, address).progress is False
    assert of(engine, address).language == "\ufffd'"
    assert of(engine, "other@a.org").progress is True


def test_what_is_left_out_stays(engine: Engine) -> None:
    """Choices add up; what a later version knows is passed over."""
    preferences = DatabasePreferences(engine)
    preferences.keep("Ann@A.org", {"progress": False, "time_zone": "Europe/Berlin"}, NOW)
    preferences.keep("ann@a.org", {"language": "de", "time_zone": None, "colour": "red"}, NOW)
    preferences.keep("ann@a.org", {"digest": True}, NOW)
    found = of(engine, "ann@a.org")
    assert found == Preference(found.token, False, True, "Europe/Berlin", "de", digest=True)


CHOICES: list[tuple[dict[str, Any], datetime]] = [
    ({"progress": False, "language": "de"}, NOW),
    ({"language": "fr"}, NOW + HOUR),
    ({"progress": True, "newsletter": False}, NOW - HOUR),
]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0, 0, 1, 2)])
def test_choices_come_to_the_same_in_any_order(engine: Engine, order: tuple[int, ...]) -> None:
    """An old choice never overwrites a newer one, and no opt-out is lost because it came late."""
    preferences = DatabasePreferences(engine)
    for n in order:
        preferences.keep("ann@a.org", *CHOICES[n])
    found = of(engine, "ann@a.org")
    assert found == Preference(found.token, False, False, None, "fr")


def test_of_two_choices_at_one_instant_the_last_to_come_holds(engine: Engine) -> None:
    """Two commands of one workflow task carry one instant, and come in order."""
    preferences = DatabasePreferences(engine)
    for language in ("de", "fr"):
        preferences.keep("ann@a.org", {"language": language}, NOW)
    assert of(engine, "ann@a.org").language == "fr"


@pytest.mark.parametrize("topic", list(Topic))
def test_a_token_opts_its_owner_out(engine: Engine, topic: Topic) -> None:
    """Of one topic, as often as they like; a token that nobody has does nothing."""
    preferences = DatabasePreferences(engine)
    token = of(engine, "Ann@A.org").token
    bob = of(engine, "bob@b.org")
    for unknown in ("", "x", token.swapcase(), token + "\0", "' OR '1'='1"):
        assert preferences.unsubscribe(unknown, [topic], NOW) is None
    for at in (NOW, NOW + HOUR):
        assert preferences.unsubscribe(token, [topic], at) == "ann@a.org"
    found = of(engine, "ann@a.org")
    assert (found.progress, found.newsletter) == (
        topic is not Topic.PROGRESS,
        topic is not Topic.NEWSLETTER,
    )
    assert of(engine, "bob@b.org") == bob


def test_an_old_opt_out_does_not_undo_a_newer_choice(engine: Engine) -> None:
    """But one of another topic does not age by it."""
    preferences = DatabasePreferences(engine)
    token = of(engine, "ann@a.org").token
    preferences.keep("ann@a.org", {"newsletter": True}, NOW)
    assert preferences.unsubscribe(token, [Topic.NEWSLETTER], NOW - HOUR) == "ann@a.org"
    preferences.unsubscribe(token, [Topic.PROGRESS], NOW - HOUR)
    assert of(engine, "ann@a.org") == Preference(token, progress=False)


def test_many_addresses_are_served_at_once(engine: Engine) -> None:
    """More than a statement takes parameters."""
    addresses = [f"Person{n}@a.org" for n in range(33_000)]
    preferences = DatabasePreferences(engine)
    found = preferences.of(addresses)
    assert list(found) == [address.lower() for address in addresses]
    assert preferences.of(addresses[-2:]) == {
        address.lower(): found[address.lower()] for address in addresses[-2:]
    }


def test_threads_agree_on_the_tokens(engine: Engine) -> None:
    """Pages with the same new addresses, in whatever order, and choices meanwhile."""
    preferences = DatabasePreferences(engine)
    addresses = [f"p{n}@a.org" for n in range(200)]
    gate = threading.Barrier(THREADS)

    def ask(me: int) -> dict[str, str]:
        gate.wait()
        if me == 0:
            for address in reversed(addresses):
                preferences.keep(address, {"progress": False}, NOW)
        found = preferences.of(addresses if me % 2 else addresses[::-1])
        return {address: preference.token for address, preference in found.items()}

    with ThreadPoolExecutor(THREADS) as threads:
        answers = list(threads.map(ask, range(THREADS)))
    assert answers == [answers[0]] * THREADS
    assert not any(preference.progress for preference in preferences.of(addresses).values())
