"""Shares points among the parts of a check, exact in hundredths."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

HUNDREDTHS = 100


def exact(points: float) -> Fraction:
    """Points as written in a toml file, without a binary float's error."""
    return Fraction(str(points))


def shared(points: Fraction, parts: int) -> list[int]:
    """Points in hundredths, shared among equal parts; the first parts take what does not divide."""
    return _rounded([points / parts] * parts, points, [None] * parts)


def earned(points: Fraction, fractions: Sequence[Fraction]) -> tuple[list[int], list[int]]:
    """Hundredths earned and hundredths to be had for each part; both add up to the rounded exact sums."""
    most = shared(points, len(fractions))
    each = [fraction * points / len(fractions) for fraction in fractions]
    return _rounded(each, sum(each, Fraction(0)), list(most)), most


def _rounded(values: Sequence[Fraction], total: Fraction, most: Sequence[int | None]) -> list[int]:
    """Whole hundredths near each value that add up to the rounded total: largest remainders first."""
    floors = [int(value * HUNDREDTHS) for value in values]
    remainders = [value * HUNDREDTHS - floor for value, floor in zip(values, floors, strict=True)]
    # Half a hundredth goes to the student.
    left = int(total * HUNDREDTHS + Fraction(1, 2)) - sum(floors)
    order = sorted(range(len(values)), key=lambda index: (-remainders[index], index))
    for index in order:
        limit = most[index]
        if left > 0 and (limit is None or floors[index] < limit):
            floors[index] += 1
            left -= 1
    return floors
