"""Figures, ratios and aims as the results show them."""

import pytest

from bench.measure import BASELINE, OURS, Aim, Comparison, Figure


def test_a_ratio_is_taken_round_by_round() -> None:
    """Noise that lasts a round cancels out: the ratio is not that of the medians."""
    found = Comparison()
    for ours, baseline in ((10, 20), (400, 100), (30, 60)):
        found.add(OURS, ours)
        found.add(BASELINE, baseline)

    assert found.ratio.values == (0.5, 4.0, 0.5)
    assert list(map(str, found.row())) == ["30 (10 to 400)", "60 (20 to 100)", "0.50 (0.50 to 4)"]


@pytest.mark.parametrize(
    ("aim", "met", "shown"),
    [
        (Aim("events", Figure.of([1.2, 1.1, 1.3]), at_most=1.2), True, "1.20 (1.10 to 1.30)"),
        (Aim("actions", Figure.of([30 / 23]), at_most=1.3), False, "1.304"),
        (Aim("rate", Figure.of([0.949]), at_least=0.95), False, "0.949"),
        (Aim("rate", Figure.of([0.95]), at_least=0.95), True, "0.95"),
    ],
)
def test_an_aim_is_missed_beyond_its_limit(aim: Aim, *, met: bool, shown: str) -> None:
    """The median counts; a miss that rounding would hide is shown with one more digit."""
    assert (aim.met, aim.shown) == (met, shown)
