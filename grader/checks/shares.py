"""Prints a share as a percentage that never rounds up: not to 100, not over a threshold, not to 0."""

from __future__ import annotations

from fractions import Fraction

_FINEST = 10_000


def as_fraction(share: float | Fraction) -> Fraction:
    """A share as the exact fraction it came from: 0.985 is 197/200, whatever binary floats make of it."""
    return share if isinstance(share, Fraction) else Fraction(share).limit_denominator(10**7)


def percent(share: float | Fraction) -> str:
    """A share of 1 with two decimals, cut off and not rounded, so 98.499 % never reads 98.50 %."""
    exact = as_fraction(share)
    cut = int(exact * _FINEST)
    if exact > 0 and cut == 0:
        return "<0.01 %"
    return f"{cut // 100}.{cut % 100:02d} %"
