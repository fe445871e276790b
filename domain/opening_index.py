"""Does the arithmetic of opening time on integers: adds it, measures it, finds the next opening.

`BusinessCalendar` (`business_time.py`) says what the calendar means and is what others use; it asks
here with instants as microseconds, and dates as days, counted from 1970.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

MICROSECOND = timedelta(microseconds=1)
"""The unit of all integers of time."""
_SECOND = 1_000_000
MINUTE = 60 * _SECOND
"""In microseconds."""
_DAY = 1440 * MINUTE
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STRETCH_DATES = 28
_STRETCHES_KEPT = 128
_STRETCHES_SEARCHED = 10 * 366 // _STRETCH_DATES
# Zones are asked for their offset this often, and searched for the instant of the change where it
# differs. In tzdata, no zone has ever changed its clocks twice within six days.
_OFFSET_STEP = 4 * _DAY


class CalendarNeverOpens(ValueError):  # noqa: N818 - says what is wrong
    """The calendar has no opening within ten years of where one was looked for."""


def to_microseconds(at: datetime) -> int:
    """Return an aware datetime as microseconds since 1970."""
    elapsed = at - _EPOCH
    return (elapsed.days * 86_400 + elapsed.seconds) * _SECOND + elapsed.microseconds


def to_instant(microseconds: int) -> datetime:
    """Return microseconds since 1970 as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=microseconds)


def to_ordinal(local_date: date) -> int:
    """Return a date as days since 1970-01-01."""
    return local_date.toordinal() - _EPOCH.toordinal()


@dataclass(slots=True)
class _Stretch:
    """The openings of 28 local dates, from `start` until `end`, and the opening time passed since
    `start` at each close and at the end of each date that opens. All in microseconds."""

    key: int
    start: int
    end: int
    opens: list[int] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    passed: list[int] = field(default_factory=lambda: [0])
    passed_by_date: list[int] = field(default_factory=lambda: [0])

    @property
    def time(self) -> int:
        return self.passed[-1]

    @property
    def days(self) -> int:
        return len(self.passed_by_date) - 1

    def time_before(self, at: int) -> int:
        index = bisect_right(self.closes, at)
        if index == len(self.opens):
            return self.passed[index]
        return self.passed[index] + max(0, at - self.opens[index])

    def days_before(self, at: int) -> tuple[int, int, int]:
        """Whole business days before `at`, then time spent and total time of the day it is in."""
        time = self.time_before(at)
        day = bisect_right(self.passed_by_date, time) - 1
        if day == self.days:
            return day, 0, 1
        begun, done = self.passed_by_date[day : day + 2]
        return day, time - begun, done - begun

    def append(self, opens: int, closes: int, *, new_date: bool) -> None:
        """Add an opening, or lengthen the last one if this goes on with it on the same date."""
        time = self.time + closes - opens
        if self.closes and self.closes[-1] == opens and not new_date:
            self.closes[-1] = closes
            self.passed[-1] = time
        else:
            self.opens.append(opens)
            self.closes.append(closes)
            self.passed.append(time)
        if new_date:
            self.passed_by_date.append(time)
        else:
            self.passed_by_date[-1] = time

    def instant_of(self, time: int) -> int:
        """The earliest instant at which `time`, more than zero, has passed: a close, not the next
        opening (T4)."""
        index = bisect_left(self.passed, time)
        return self.closes[index - 1] - (self.passed[index] - time)


@dataclass(slots=True)
class OpeningTimeline:
    """A calendar's openings as integers: microseconds and dates, both counted from 1970.

    Stretches are worked out when first needed and remembered.
    """

    zone: ZoneInfo
    week: tuple[tuple[tuple[int, int], ...], ...]
    holidays: frozenset[int]
    special: Mapping[int, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    """Openings of single dates, whatever their day of the week and holidays say."""
    stretches: dict[int, _Stretch] = field(default_factory=dict)

    def add_time(self, start: int, time: int) -> int:
        """Return the instant at which `time` of opening has passed since `start`."""
        if not time:
            return start
        stretch = self._stretch_at(start)
        time += stretch.time_before(start)
        while time > stretch.time:
            time -= stretch.time
            stretch = self._next_open(stretch)
        return stretch.instant_of(time)

    def add_days(self, start: int, numerator: int, denominator: int) -> int:
        """Return the instant at which numerator/denominator business days are spent."""
        if 2 * numerator * _DAY < denominator:
            return start
        stretch = self._stretch_at(start)
        days, spent, length = stretch.days_before(start)
        # Whole days from the beginning of the stretch, and the part of one more, in 1/unit.
        unit = length * denominator
        whole, part = divmod(spent * denominator + numerator * length, unit)
        days += whole
        if 2 * part * _DAY < unit:
            # Less than half a microsecond of a day is rounding, so the budget is spent at a close.
            days, part = days - 1, unit
        while days >= stretch.days:
            days -= stretch.days
            stretch = self._next_open(stretch)
        begun, done = stretch.passed_by_date[days : days + 2]
        into = (2 * part * (done - begun) + unit) // (2 * unit)
        # Rounding must lead neither to the close before this day nor to one before the start.
        return max(start, stretch.instant_of(begun + max(1, into)))

    def time_between(self, start: int, end: int) -> int:
        """Return the opening time from `start` until `end`."""
        first, last = self._stretch_at(start), self._stretch_at(end)
        whole = sum(self._stretch(key).time for key in range(first.key, last.key))
        return whole + last.time_before(end) - first.time_before(start)

    def days_between(self, start: int, end: int) -> Fraction:
        """Return the business days from `start` until `end`, exact."""
        first, last = self._stretch_at(start), self._stretch_at(end)
        whole = sum(self._stretch(key).days for key in range(first.key, last.key))
        days_by_end, *share_by_end = last.days_before(end)
        days_by_start, *share_by_start = first.days_before(start)
        whole += days_by_end - days_by_start
        return whole + Fraction(*share_by_end) - Fraction(*share_by_start)

    def is_open(self, at: int) -> bool:
        """Tell whether an opening covers `at`: its start does, its end does not."""
        stretch = self._stretch_at(at)
        index = bisect_right(stretch.closes, at)
        return index < len(stretch.opens) and stretch.opens[index] <= at

    def next_opening(self, at: int) -> int:
        """Return the first open instant from `at` on."""
        stretch = self._stretch_at(at)
        index = bisect_right(stretch.closes, at)
        if index == len(stretch.opens):
            return self._next_open(stretch).opens[0]
        return max(at, stretch.opens[index])

    def openings_between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the openings from `start` until `end`, cut off there."""
        for key in range(self._stretch_at(start).key, self._stretch_at(end).key + 1):
            stretch = self._stretch(key)
            for opens, closes in zip(stretch.opens, stretch.closes, strict=True):
                if max(opens, start) < min(closes, end):
                    yield max(opens, start), min(closes, end)

    def clock_changes(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """From `start` to `end`: when the clock changes, and the offsets before and after."""
        before: int | None = None
        for begin, _, offset in self._offsets(start, end):
            if before is not None:
                yield begin, before, offset
            before = offset

    def midnight(self, ordinal: int) -> int:
        """The first instant at which the zone shows this date or a later one."""
        shown = ordinal * _DAY
        return next(
            max(begin, shown - offset)
            for begin, end, offset in self._offsets(shown - _DAY, shown + _DAY)
            if shown - offset < end
        )

    def _stretch_at(self, at: int) -> _Stretch:
        # UTC and local dates differ by less than a day, so a stretch next to the right one at most.
        stretch = self._stretch(at // (_STRETCH_DATES * _DAY))
        if at < stretch.start:
            return self._stretch(stretch.key - 1)
        if at >= stretch.end:
            return self._stretch(stretch.key + 1)
        return stretch

    def _next_open(self, stretch: _Stretch) -> _Stretch:
        for key in range(stretch.key + 1, stretch.key + 1 + _STRETCHES_SEARCHED):
            following = self._stretch(key)
            if following.opens:
                return following
        raise CalendarNeverOpens(
            f"the calendar has no opening within ten years of {to_instant(stretch.end).date()}: "
            "its hours need an open day that is not a holiday"
        )

    def _stretch(self, key: int) -> _Stretch:
        stretch = self.stretches.get(key)
        if stretch is None:
            stretch = self._work_out(key)
            if len(self.stretches) >= _STRETCHES_KEPT:
                self.stretches.clear()
            self.stretches[key] = stretch
        return stretch

    def _work_out(self, key: int) -> _Stretch:
        first = key * _STRETCH_DATES
        stretch = _Stretch(key, self.midnight(first), self.midnight(first + _STRETCH_DATES))
        latest = first - _STRETCH_DATES
        for begin, end, offset in self._offsets(stretch.start, stretch.end):
            for ordinal in range((begin + offset) // _DAY, (end - 1 + offset) // _DAY + 1):
                for opening, closing in self._openings_of(ordinal):
                    opens = max(begin, ordinal * _DAY + opening - offset)
                    closes = min(end, ordinal * _DAY + closing - offset)
                    if opens < closes:
                        # Put back over midnight, the clock shows a date again after the next has
                        # begun (America/St_Johns until 2011): that hour then counts as the next's.
                        stretch.append(opens, closes, new_date=ordinal > latest)
                        latest = max(latest, ordinal)
        return stretch

    def _openings_of(self, ordinal: int) -> tuple[tuple[int, int], ...]:
        if (special := self.special.get(ordinal)) is not None:
            return special
        # Date 0, 1970-01-01, was a Thursday.
        return () if ordinal in self.holidays else self.week[(ordinal + 3) % 7]

    def _offsets(self, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """From `start` to `end`, each period with one offset from UTC: begin, end, offset."""
        begin, offset, asked = start, self._offset(start), start
        while asked < end:
            ask = min(asked + _OFFSET_STEP, end)
            if (following := self._offset(ask)) != offset:
                seconds = range(asked, ask + 1, _SECOND)
                change = seconds[
                    bisect_left(seconds, True, key=lambda at: self._offset(at) != offset)
                ]
                yield begin, change, offset
                begin, offset = change, following
            asked = ask
        yield begin, end, offset

    def _offset(self, at: int) -> int:
        offset = to_instant(at).astimezone(self.zone).utcoffset() or timedelta()
        return offset // MICROSECOND
