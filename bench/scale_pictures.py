"""The pictures of `docs/scale.md`."""

from collections.abc import Sequence

from bench.alone import FAILED
from bench.drawing import Axis, Line, drawing
from bench.peak import BEFORE, SHOWN
from bench.sizing import EXPIRES, SIZES, Measured, Sizing

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_QUARTERS_A_DAY = 96
_RATES = tuple(10 * 1.25**n for n in range(21))
_THOUSANDS = [(1, "1"), (10, "10"), (100, "100"), (1_000, "1,000"), (10_000, "10,000")]


def pictures(found: Measured) -> dict[str, str]:
    """Each by the name of its file."""
    return {
        "scale-week.svg": _week(found),
        "scale-wait.svg": _wait(found),
        "scale-draining.svg": _draining(found),
        "scale-morning.svg": _morning(found),
    }


def _week(found: Measured) -> str:
    sizings = [Sizing(found, size) for size in SIZES[:2]]
    lines = [
        Line(f"{s.defects:,} open", [(n, mails) for n, mails in enumerate(s.week["quarters"])])
        for s in sizings
    ]
    days = [(_QUARTERS_A_DAY * (n + 0.5), day) for n, day in enumerate(_DAYS)]
    return drawing(
        "Mails in the worst minute of each quarter of an hour",
        "Two spikes stand out: Monday and Wednesday at 18:00, two days before a release and when "
        "it is out. The morning after an outage of mail is far below them.",
        Axis(0, 7 * _QUARTERS_A_DAY, days),
        Axis(1, 30_000, _THOUSANDS, log=True),
        lines,
    )


def _wait(found: Measured) -> str:
    lines = []
    for size in SIZES:
        curve = Sizing(found, size).curve("sent")
        lines.append(Line(f"{size:,} open", [(r, max(0.1, curve.wait(r) / 60)) for r in _RATES]))
    return drawing(
        "Minutes until the last message of a release has left, by messages a second",
        "The wait falls as the limit grows; above thirty minutes messages are given up unsent.",
        Axis(_RATES[0], _RATES[-1], [(10, "10"), (50, "50"), (200, "200"), (800, "800")], log=True),
        Axis(0.1, 1_000, [(0.1, "0.1"), (1, "1"), (10, "10"), (100, "100")], log=True),
        lines,
        [(EXPIRES / 60, "given up")],
    )


def _draining(found: Measured) -> str:
    courses = [
        (size, sizing.week["reminders"][f"{sizing.factor:.0f}"])
        for size in SIZES
        for sizing in (Sizing(found, size),)
    ]
    return drawing(
        "Minutes the oldest message has waited, at 50 a second",
        "All reminders of a release fall due at 18:00. Ten times as many wait ten times as long.",
        _around(18),
        Axis(0, 40, [(0, "0"), (10, "10"), (20, "20"), (30, "30")]),
        [
            Line(f"{size:,} open", [(at, oldest / 60) for at, oldest in _course(each["oldest"])])
            for size, each in courses
        ],
        [(EXPIRES / 60, "given up")],
    )


def _course(minutes: Sequence[int]) -> list[tuple[float, float]]:
    """Minute by minute, the first ones before the instant that it is about."""
    return [(minute - BEFORE, count) for minute, count in enumerate(minutes)]


def _around(hour: int) -> Axis:
    labels = [(float(minute), f"{hour:02}:{minute:02}") for minute in range(0, 46, 15)]
    return Axis(-BEFORE, SHOWN - BEFORE, labels)


def _morning(found: Measured) -> str:
    night = found.night
    tried, failed = (_course(night["morning"][what]) for what in ("outbound", FAILED))
    most = max(count for _, count in tried)
    return drawing(
        f"Mail is back at 07:00: messages started a minute, {night['defects']:,} open defects",
        "Before seven every start fails and is tried again, five minutes apart at most; after seven"
        " each message leaves with its next try, within half an hour.",
        _around(7),
        Axis(0, most * 1.05, [(0, "0"), (most / 2, f"{most / 2:,.0f}"), (most, f"{most:,.0f}")]),
        [Line("started", tried), Line("of which failed", failed)],
    )
