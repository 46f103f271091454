"""Points are exact in hundredths, however they are shared; shares never round up."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks.points import earned, exact, shared
from grader.checks.shares import percent

hundredths = st.integers(0, 10_000).map(lambda n: Fraction(n, 100))
fractions = st.lists(st.fractions(0, 1), min_size=1, max_size=30)


@given(hundredths, fractions)
def test_parts_add_up_and_stay_within_their_points(points: Fraction, each: list[Fraction]) -> None:
    """Earned hundredths add up to the rounded exact sum, and no part earns more than it has."""
    got, most = earned(points, each)
    assert sum(most) == points * 100
    exact_sum = sum(each, Fraction(0)) / len(each) * points * 100
    assert abs(sum(got) - exact_sum) <= Fraction(1, 2)
    assert all(0 <= g <= m for g, m in zip(got, most, strict=True))


@given(hundredths, st.integers(1, 30))
def test_equal_parts_differ_by_a_hundredth_at_most(points: Fraction, parts: int) -> None:
    """24 points for seven rows are 3.43 and 3.42."""
    share = shared(points, parts)
    assert max(share) - min(share) <= 1
    assert earned(points, [Fraction(1)] * parts)[0] == share


@pytest.mark.parametrize("text", ["0.1", "2.67", "0.07", "24"])
def test_points_are_what_the_file_says(text: str) -> None:
    """0.1 is a tenth and not the binary float next to it."""
    assert exact(float(text)) == Fraction(text)


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Fraction(98499, 100_000), "98.49 %"),
        (0.985, "98.50 %"),
        (Fraction(99_999_999, 100_000_000), "99.99 %"),
        (1.0, "100.00 %"),
        (0.0, "0.00 %"),
        (Fraction(1, 10**6), "<0.01 %"),
        (0.29, "29.00 %"),
        (0.57, "57.00 %"),
    ],
)
def test_percentages_are_cut_and_never_rounded_up(share: float | Fraction, text: str) -> None:
    """No threshold, and neither 0 nor 100, is reached by rounding."""
    assert percent(share) == text
