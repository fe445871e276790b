"""People of the staff, by what they are on record as: who that is to the provider, and their name.

A provider may give a user name out again. Who has it then is another person, and nothing of the
first one's may be taken for theirs.
"""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Engine, delete, or_, select

from activities.adapters.database.engine import writing
from activities.adapters.database.sessions import hashed
from activities.adapters.database.tables_pages import staff_people
from activities.adapters.database.upsert import insert


class DatabaseStaffPeople:
    """Knows whoever has signed in once at the identity provider."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def met(self, actor: str, issuer: str, subject: str, name: str, now: datetime) -> bool:
        """Take note of a person who signs in; whether they are who this actor was before.

        `subject` is the provider's own id of them. At another issuer it may be another one: whoever
        runs the installation has named that.
        """
        row = {
            "actor": actor,
            "issuer": issuer,
            "subject_hash": hashed(subject),
            "name": name,
            "seen_at": now,
        }
        columns = staff_people.c
        with writing(self._engine) as connection:
            adding = insert(connection, staff_people).values(row)
            same = or_(columns.subject_hash == row["subject_hash"], columns.issuer != issuer)
            noting = adding.on_conflict_do_update(
                index_elements=[columns.actor], set_=row, where=same
            ).returning(columns.actor)
            return connection.execute(noting).first() is not None

    def names(self, actors: Collection[str]) -> Mapping[str, str]:
        """What these are called, as far as they are people whom we know."""
        columns = staff_people.c
        query = select(columns.actor, columns.name).where(columns.actor.in_(actors))
        with self._engine.connect() as connection:
            return {row.actor: row.name for row in connection.execute(query)}

    def forget(self, actor: str) -> bool:
        """Let somebody else be this actor from now on; whether anybody was."""
        with writing(self._engine) as connection:
            forgetting = delete(staff_people).where(staff_people.c.actor == actor)
            return connection.execute(forgetting).rowcount > 0
