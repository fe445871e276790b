"""Figures of compliance, from records of defects alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from domain.compliance import (
    Asked,
    DefectRecord,
    Spread,
    acknowledgements,
    by_month,
    by_severity,
    months_until,
    share,
    spread,
    times_to_resolve,
)
from domain.contract.values import Severity
from tests.domain.builders import CHICAGO, at

CONFIRMED = at("2027-03-05 16:00")
S1, S2 = Severity.S1, Severity.S2


def record(
    severity: Severity = S1,
    days: float | None = 1,
    target: bool = True,
    **missed: datetime,
) -> DefectRecord:
    """A defect that took so many days, None for one not resolved; `S1=` when it missed that."""
    resolved_at = None if days is None else CONFIRMED + timedelta(days=days)
    missed_at = {Severity(name): instant for name, instant in missed.items()}
    return DefectRecord(severity, CONFIRMED, resolved_at, target, missed_at)


def test_the_spread_is_a_median_and_a_nearest_rank() -> None:
    """The 90th percentile is one of the values, and of few values the greatest."""
    hours = [timedelta(hours=n) for n in range(1, 11)]
    of_ten, of_two = spread(hours, timedelta(hours=1)), spread(hours[:2], timedelta(hours=1))

    assert of_ten is not None
    assert (of_ten.count, of_ten.median, of_ten.p90) == (10, 5.5, 9.0)
    assert of_two is not None
    assert (of_two.median, of_two.p90) == (1.5, 2.0)
    assert spread([], timedelta(hours=1)) is None


def test_a_target_is_met_by_what_is_resolved_before_its_budget_is_spent() -> None:
    """Not by what is open, has no target, or missed it; a miss at another severity is no matter."""
    met, open_, without = record(S2, S1=CONFIRMED), record(S2, None), record(S2, target=False)
    late = record(S2, S2=CONFIRMED)
    s1, s2 = by_severity([met, open_, without, late])

    assert [d.met_its_target for d in (met, open_, without, late)] == [True, False, False, False]
    assert (s2.defects, s2.resolved, s2.targets_met, s2.targets_missed) == (4, 3, 1, 1)
    assert (s1.defects, s1.targets_missed, s1.days_to_resolve) == (0, 1, None)


def test_the_first_update_counts_for_the_severity_at_confirmation() -> None:
    """In hours, and whatever the severity is now."""
    told = replace(record(S2), confirmed_as=S1, first_update_at=CONFIRMED + timedelta(hours=5))
    s1, s2 = by_severity([told, replace(record(S2), confirmed_as=S2)])

    assert s1.hours_to_first_update == Spread(1, 5.0, 5.0)
    assert (s1.defects, s2.defects, s2.hours_to_first_update) == (0, 2, None)


def test_only_severities_with_something_resolved_have_a_time() -> None:
    """Days from the confirmation to the last resolution."""
    times = times_to_resolve([record(S1, 1), record(S1, 4), record(S2, None)])

    assert [(s, t.count, t.median, t.p90) for s, t in times] == [(S1, 2, 2.5, 4.0)]


def test_months_are_those_of_a_zone() -> None:
    """The last evening of March in Chicago is April in UTC already."""
    late = datetime(2027, 4, 1, 3, tzinfo=UTC)
    days = (late - CONFIRMED) / timedelta(days=1)
    missed = record(S2, None, S2=late)
    for zone, place in ((CHICAGO, 0), (UTC, 1)):
        months = by_month(["2027-03", "2027-04"], zone, [record(S1, days), missed], [late], [late])
        found = [
            (m.updates_given, m.updates_missed, m.targets_met, m.targets_missed, len(m.times))
            for m in months
        ]
        assert found[place] == (1, 1, 1, 1, 1)
        assert found[1 - place] == (0, 0, 0, 0, 0)


def test_months_go_back_over_the_turn_of_the_year() -> None:
    """The present one is the last, by the zone's clock."""
    new_year = datetime(2027, 1, 1, 3, tzinfo=UTC)

    assert months_until(new_year, CHICAGO, 3) == ["2026-10", "2026-11", "2026-12"]
    assert months_until(new_year, UTC, 3) == ["2026-11", "2026-12", "2027-01"]


def test_a_share_of_nothing_is_none() -> None:
    """Where nothing was owed nothing was kept or broken."""
    assert share(3, 1) == 0.75
    assert share(0, 0) is None


def test_notices_are_acknowledged_or_not_and_so_fast() -> None:
    """Of nothing there is no share."""
    after = [timedelta(minutes=n) for n in (2, 4, 90)]
    asked = [Asked(CONFIRMED, CONFIRMED + took) for took in after] + [Asked(CONFIRMED, None)]
    figures = acknowledgements(asked)

    assert (figures.acknowledged, figures.not_acknowledged, figures.share) == (3, 1, 0.75)
    assert figures.minutes == Spread(3, 4.0, 90.0)
    assert (acknowledgements([]).share, acknowledgements([]).minutes) == (None, None)
