"""What `docs/scale.md` is derived from: `bench/RESULTS.md`, and what `bench/scale.json` keeps."""

from collections.abc import Mapping
from typing import Any

from bench.population import arrivals_per_day, other_cases_per_day
from bench.results import Results
from bench.sizing import Measured

BRIEF = {
    "S1-brief": "S1 confirmed and resolved (8 messages)",
    "S3-brief": "S3 confirmed and resolved (5 messages)",
}
_KB = 1_000


def turn_milliseconds(results: Results, turns: Mapping[str, int]) -> dict[str, float]:
    """Processor time of a workflow task and the activity that it starts, by each brief life."""
    heading = "Throughput of one worker process"
    return {
        name: results.figure(heading, title, "worker CPU ms per defect") / turns[name]
        for name, title in BRIEF.items()
    }


def measured(results: Results, kept: Mapping[str, Any]) -> Measured:
    """All of it. The largest of several figures counts where a small one would flatter."""
    stored = kept["story"]["seen"]["stored"].values()
    return Measured(
        turn=max(turn_milliseconds(results, kept["turns"]).values()) / 1_000,
        replayed_per_second=results.figure("Replay", "events per second of CPU"),
        cached=results.figure("Memory of an open defect", "kB per cached open defect") * _KB,
        told_per_second=kept["fan_out"]["per_second"],
        families=kept["families"],
        event=sum(size for _, size in stored) / sum(count for count, _ in stored),
        rows=_rows(kept["rows"]),
        growth=_growth(kept["rows"], kept["families"]),
        peaks={int(size): week for size, week in kept["peaks"].items()},
        night=max(kept["nights"].values(), key=lambda week: week["defects"]),
    )


def _tables(rows: Mapping[str, Any]) -> Mapping[str, tuple[int, int]]:
    """By PostgreSQL, where that was measured."""
    found: Mapping[str, tuple[int, int]] = rows.get("postgresql") or rows["sqlite"]
    return found


def _rows(rows: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
    return {
        table: (count / rows["defects"], size / count)
        for table, (count, size) in _tables(rows).items()
    }


def _growth(
    rows: Mapping[str, Any], families: Mapping[str, Mapping[str, float]]
) -> dict[str, float]:
    """Facts and deliveries by their instants; the others grow with the entities that begin."""
    tables, defects = _tables(rows), rows["defects"]
    beginning = arrivals_per_day(defects) | {"other": other_cases_per_day(defects)}
    entities = sum(n * families[kind]["workflows"] for kind, n in beginning.items())
    dated = {table: count / 7 / defects for table, count in rows["week"].items()}
    return {
        table: dated.get(table, entities / defects * count / tables["entities"][0])
        for table, (count, _) in tables.items()
    }
