"""How figures and tables read in `docs/scale.md`."""

from collections.abc import Sequence

from bench.measure import Section


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table in Markdown, its first column text and the others figures."""
    section = Section("")
    section.table(heads, rows)
    return "\n".join(section.lines).strip()


def whole(value: float) -> str:
    """Three digits that count."""
    if value >= 1_000:
        digits = len(str(int(value))) - 3
        return f"{round(value, -digits):,.0f}"
    return f"{value:.3g}"


def size(value: float) -> str:
    """Bytes, in the unit that reads best."""
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1_000:
            return f"{value:.3g} {unit}"
        value /= 1_000
    return f"{value:.3g} TB"


def lasting(seconds: float) -> str:
    """A length of time, in the unit that reads best."""
    if seconds < 90:
        return f"{seconds:.2g} s" if seconds < 10 else f"{seconds:.0f} s"
    if seconds < 600:
        return f"{seconds / 60:.1f} min"
    if seconds < 90 * 60:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
