"""The consultation minutes that clients have used, one row per booking (C11)."""

from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from activities.adapters.database.engine import writing
from activities.adapters.database.tables import consultation_accounts, consultations
from activities.adapters.database.upsert import insert
from activities.ports import Booking
from domain.contract.effects import BookMinutes


class DatabaseConsultation:
    """`Consultation`: the bookings of one client are decided one after the other."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def book(self, effect: BookMinutes) -> Booking:
        """Take the minutes for the effect's booking, instead of what that booking had taken.

        Either all fit into the allowance or nothing changes; giving back (0 minutes) always fits.
        A repeat, or an effect older than the last one of the booking, changes nothing and answers
        how it stands: what did not fit does not fit later either, that takes a new effect.
        The balance is never below nought, also where the allowance was cut since.
        """
        with writing(self._engine) as connection:
            _lock(connection, effect.client)
            known = connection.execute(
                select(consultations).where(consultations.c.booking == effect.booking)
            ).one_or_none()
            if known is not None and known.sequence >= effect.sequence:
                fits = known.fits
            else:
                others = _used(connection, effect, but=effect.booking)
                fits = effect.minutes == 0 or others + effect.minutes <= effect.allowance
                _remember(connection, effect, known, fits)
            return Booking(fits=fits, balance=max(0, effect.allowance - _used(connection, effect)))

    def would_book(self, effect: BookMinutes) -> Booking:
        """What `book` would answer now, were it asked."""
        with self._engine.connect() as connection:
            others = _used(connection, effect, but=effect.booking)
            taken = _used(connection, effect) - others
        fits = effect.minutes == 0 or others + effect.minutes <= effect.allowance
        used = others + (effect.minutes if fits else taken)
        return Booking(fits=fits, balance=max(0, effect.allowance - used))


def _lock(connection: Connection, client: str) -> None:
    """Wait for the client's turn: on PostgreSQL an upsert locks the row, until the commit."""
    turn = insert(connection, consultation_accounts).values(client=client)
    connection.execute(
        turn.on_conflict_do_update(index_elements=["client"], set_={"client": turn.excluded.client})
    )


def _used(connection: Connection, effect: BookMinutes, but: str | None = None) -> int:
    """Minutes that the client's bookings took from the period, one booking left out."""
    query = select(func.coalesce(func.sum(consultations.c.minutes), 0)).where(
        consultations.c.client == effect.client, consultations.c.period == effect.period
    )
    if but is not None:
        query = query.where(consultations.c.booking != but)
    return int(connection.execute(query).scalar_one())


def _remember(
    connection: Connection, effect: BookMinutes, known: Row[Any] | None, fits: bool
) -> None:
    """Keep what is taken, or leave what was taken before; either way it is decided."""
    row: dict[str, Any] = {
        "booking": effect.booking,
        "client": effect.client,
        "period": effect.period,
        "minutes": effect.minutes if fits else 0,
        "call_at": effect.call if fits else None,
    }
    if known is not None and not fits:
        row = {name: known._mapping[name] for name in row}
    row |= {"sequence": effect.sequence, "fits": fits}
    booking = insert(connection, consultations).values(row)
    connection.execute(
        booking.on_conflict_do_update(
            index_elements=["booking"],
            set_={name: booking.excluded[name] for name in row},
        )
    )
