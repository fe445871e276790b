"""What people chose for every mail, by address."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import Connection, Engine, Insert, Row, bindparam, or_, select, update

from activities.adapters.database.engine import batches, writing
from activities.adapters.database.tables import preferences
from activities.adapters.database.upsert import built_once, insert
from activities.ports import Preference
from domain.addresses import spellings
from domain.contract.events import Topic

_Keys = tuple[str, ...]
"""The spellings of one address: its row may have any of them."""
_CHOICES = ("progress", "newsletter", "digest", "time_zone", "language")


class DatabasePreferences:
    """`Preferences`: one row per address, however spelled, made when first asked for."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, addresses: Sequence[str]) -> Mapping[str, Preference]:
        """By lower-cased address, one for each: who never chose has the defaults and a token.

        The first call makes the token; later calls get the same one.
        """
        keys = {address.lower(): _keys(address) for address in addresses}
        found: dict[str, Preference] = {}
        # Sorted: two pages with the same new addresses then wait for each other in one order only.
        for page in batches(sorted(set(keys.values())), size=300):
            found |= self._page(page)
        return {address: found[known[0]] for address, known in keys.items()}

    def keep(self, address: str, chosen: Mapping[str, Any], at: datetime) -> None:
        """Remember a choice made at `at`; what is left out stays, an older one changes nothing.

        Each thing is compared with the last choice of that thing. So the outcome is the same in
        whatever order the choices arrive that one person made by way of several cases.
        """
        keys = _keys(address)
        with writing(self._engine) as connection:
            key = _known(connection, keys) or keys[0]
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

    def unsubscribe(self, token: str, topics: Iterable[Topic], at: datetime) -> str | None:
        """Opt the person of a token out; answers the address, None for an unknown token.

        A choice of a topic made after `at` stands.
        """
        query = select(preferences.c.address).where(preferences.c.token == token)
        with self._engine.connect() as connection:
            address = connection.execute(query).scalar_one_or_none()
        if address is not None:
            self.keep(address, {topic.value: False for topic in topics}, at)
        return address

    def _page(self, page: Sequence[_Keys]) -> dict[str, Preference]:
        """By the first key of each."""
        with self._engine.connect() as connection:
            found = _read(connection, page)
        missing = [keys for keys in page if keys[0] not in found]
        if missing:
            with writing(self._engine) as connection:
                _open(connection, [keys[0] for keys in missing])
                # Read, not remembered: somebody else may just have made some of them.
                found |= _read(connection, missing)
        return found


_READ = select(preferences).where(preferences.c.address.in_(bindparam("addresses", expanding=True)))


def _keys(address: str) -> _Keys:
    """As the column may have it, NULs replaced: a new row has the first."""
    return tuple(spelled.replace("\0", "\ufffd") for spelled in spellings(address))


def _open(connection: Connection, keys: Sequence[str]) -> None:
    connection.execute(
        _opening(connection),
        [
            {
                "address": key,
                "token": token_urlsafe(),
                "progress": True,
                "newsletter": True,
                "digest": False,
            }
            for key in keys
        ],
    )


@built_once
def _opening(connection: Connection) -> Insert:
    return insert(connection, preferences).on_conflict_do_nothing(index_elements=["address"])


def _read(connection: Connection, page: Sequence[_Keys]) -> dict[str, Preference]:
    """Those that are there, by the first key of each."""
    every = [key for keys in page for key in keys]
    rows = {row.address: row for row in connection.execute(_READ, {"addresses": every})}
    known = {keys[0]: [rows[key] for key in keys if key in rows] for keys in page}
    return {first: _preference(found[0]) for first, found in known.items() if found}


def _known(connection: Connection, keys: _Keys) -> str | None:
    query = select(preferences.c.address).where(preferences.c.address.in_(keys))
    there = set(connection.execute(query).scalars())
    return next((key for key in keys if key in there), None)


def _preference(row: Row[Any]) -> Preference:
    return Preference(
        token=row.token,
        progress=row.progress,
        newsletter=row.newsletter,
        digest=row.digest,
        time_zone=row.time_zone,
        language=row.language,
    )
