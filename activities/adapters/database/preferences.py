"""What people chose for every mail, by address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select, update

from activities.adapters.database.engine import batches, insert, writing
from activities.adapters.database.tables import preferences
from activities.ports import Preference
from domain.contract.events import Topic

_CHOICES = ("progress", "newsletter", "time_zone", "language")


class DatabasePreferences:
    """`Preferences`: one row per lower-cased address, made when somebody first asks for it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, addresses: Sequence[str]) -> Mapping[str, Preference]:
        """By lower-cased address, one for each: who never chose has the defaults and a token.

        Whoever asks first makes the token; from then on everybody gets that one.
        """
        keys = {address.lower(): _key(address) for address in addresses}
        found: dict[str, Preference] = {}
        # Sorted: two pages with the same new addresses then wait for each other in one order only.
        for page in batches(sorted(set(keys.values()))):
            found |= self._page(page)
        return {address: found[key] for address, key in keys.items()}

    def keep(self, address: str, chosen: Mapping[str, Any], at: datetime) -> None:
        """Remember a choice made at `at`; what is left out stays, an older one changes nothing.

        Each thing is compared with the last choice of that thing. So the outcome is the same in
        whatever order the choices arrive that one person made by way of several cases.
        """
        key = _key(address)
        with writing(self._engine) as connection:
            _open(connection, [key])
            for thing in _CHOICES:
                if chosen.get(thing) is None:
                    continue
                known_at = preferences.c[f"{thing}_at"]
                connection.execute(
                    update(preferences)
                    .where(preferences.c.address == key, or_(known_at.is_(None), known_at <= at))
                    .values({thing: chosen[thing], known_at.name: at})
                )

    def unsubscribe(self, token: str, topic: Topic, at: datetime) -> str | None:
        """Opt the person of a token out; answers the address, None for a token nobody has.

        A choice of the topic made after `at` stands.
        """
        query = select(preferences.c.address).where(preferences.c.token == token)
        with self._engine.connect() as connection:
            address = connection.execute(query).scalar_one_or_none()
        if address is not None:
            self.keep(address, {topic.value: False}, at)
        return address

    def _page(self, keys: Sequence[str]) -> dict[str, Preference]:
        with self._engine.connect() as connection:
            found = _read(connection, keys)
        missing = [key for key in keys if key not in found]
        if missing:
            with writing(self._engine) as connection:
                _open(connection, missing)
                # Read, not remembered: somebody else may just have made some of them.
                found |= _read(connection, missing)
        return found


def _key(address: str) -> str:
    """As the column keeps it, NULs replaced: what is read is looked up by this."""
    return address.lower().replace("\0", "\ufffd")


def _open(connection: Connection, keys: Sequence[str]) -> None:
    connection.execute(
        insert(connection, preferences).on_conflict_do_nothing(index_elements=["address"]),
        [
            {"address": key, "token": token_urlsafe(), "progress": True, "newsletter": True}
            for key in keys
        ],
    )


def _read(connection: Connection, keys: Sequence[str]) -> dict[str, Preference]:
    query = select(preferences).where(preferences.c.address.in_(keys))
    return {row.address: _preference(row) for row in connection.execute(query)}


def _preference(row: Row[Any]) -> Preference:
    return Preference(
        token=row.token,
        progress=row.progress,
        newsletter=row.newsletter,
        time_zone=row.time_zone,
        language=row.language,
    )
