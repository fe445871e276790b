"""Books calls against the consultation minutes of clients."""

from temporalio import activity

from activities.ports import Booking, Consultation
from domain.contract.effects import BookMinutes
from domain.contract.receipts import MinutesBooked


class BookCalls:
    """The activity `book_minutes`."""

    def __init__(self, consultation: Consultation) -> None:
        self._consultation = consultation

    @activity.defn(name="book_minutes")
    def book_minutes(self, effect: BookMinutes) -> MinutesBooked:
        """Take the minutes if they fit into the allowance; answers what is left."""
        return booked(effect, self._consultation.book(effect))


def booked(effect: BookMinutes, booking: Booking) -> MinutesBooked:
    """What the case hears of it."""
    refused = None if booking.fits else "the allowance is spent"
    return MinutesBooked(key=effect.key, balance=booking.balance, refused=refused)
