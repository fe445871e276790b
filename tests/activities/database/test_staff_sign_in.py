"""Who signs in at the identity provider: once for each time it was begun, and as one person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from activities.adapters.database import (
    DatabaseBegunSignIns,
    DatabaseSessions,
    DatabaseStaffPeople,
)
from activities.adapters.database.begun_sign_ins import LASTS
from activities.adapters.database.tables_pages import begun_sign_ins

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def test_it_is_taken_once_and_as_it_was_begun(engine: Engine) -> None:
    """Also where it comes back many times at once."""
    sign_ins = DatabaseBegunSignIns(engine)
    begun = sign_ins.begin("browser", "/staff/mails", NOW)
    with ThreadPoolExecutor(8) as threads:
        tried = [threads.submit(sign_ins.take, begun.state, "browser", NOW) for _ in range(16)]

    assert [found for each in tried if (found := each.result()) is not None] == [begun]


def test_another_browser_does_not_use_it_up(engine: Engine) -> None:
    """Nor does another state, or a time that is over."""
    sign_ins = DatabaseBegunSignIns(engine)
    begun = sign_ins.begin("browser", "/staff", NOW)

    assert sign_ins.take(begun.state, "another", NOW) is None
    assert sign_ins.take("another", "browser", NOW) is None
    assert sign_ins.take(begun.state, "browser", NOW + LASTS) is None
    assert sign_ins.take(begun.state, "browser", NOW + LASTS - timedelta(seconds=1)) == begun


def test_what_nobody_came_back_from_goes_with_the_next_one(engine: Engine) -> None:
    """So the table is as long as what is under way."""
    sign_ins = DatabaseBegunSignIns(engine)
    for at in (NOW, NOW + LASTS):
        sign_ins.begin("browser", "/staff", at)
    with engine.connect() as connection:
        left = connection.execute(select(func.count()).select_from(begun_sign_ins)).scalar_one()

    assert left == 1


def test_what_the_provider_is_shown_differs_for_all_of_it(engine: Engine) -> None:
    """By browser, by sign-in and by purpose; a verifier has the length that PKCE wants."""
    sign_ins = DatabaseBegunSignIns(engine)
    begun = [sign_ins.begin(browser, "/staff", NOW) for browser in ("one", "one", "two")]
    made = [each for it in begun for each in (it.nonce, it.verifier, it.state)]

    assert len(set(made)) == 9
    assert all(43 <= len(each) <= 128 for each in made)


def test_a_name_is_one_persons_until_it_is_forgotten(engine: Engine) -> None:
    """Whatever their name; at another issuer they may have another id."""
    people = DatabaseStaffPeople(engine)

    assert people.met("staff:ada", "https://one.example", "1", "Ada", NOW)
    assert people.met("staff:ada", "https://one.example", "1", "Ada King", NOW)
    assert not people.met("staff:ada", "https://one.example", "2", "Eve", NOW)
    assert people.names({"staff:ada", "None"}) == {"staff:ada": "Ada King"}
    assert people.met("staff:ada", "https://two.example", "2", "Ada", NOW)
    assert not people.met("staff:ada", "https://two.example", "1", "Eve", NOW)
    assert [people.forget("staff:ada") for _ in range(2)] == [True, False]
    assert people.met("staff:ada", "https://two.example", "1", "Ada Byron", NOW)


def test_a_session_of_a_person_has_name_and_roles(engine: Engine) -> None:
    """One of a token has neither, and no roles are not the same as none known."""
    sessions = DatabaseSessions(engine)
    person = sessions.begin("staff", "staff:ada", NOW, name="Ada", roles=["viewer", "specialist"])
    nothing = sessions.begin("staff", "staff:bob", NOW, name="Bob", roles=[])
    token = sessions.begin("staff", "0a1b2c3d4e5f", NOW)
    found = [sessions.find("staff", each, NOW) for each in (person, nothing, token)]

    assert [(it and it.name, it and it.roles) for it in found] == [
        ("Ada", frozenset({"viewer", "specialist"})),
        ("Bob", frozenset()),
        (None, None),
    ]
