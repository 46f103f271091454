"""Numbers as a report prints them; nothing is rounded up, so nothing flatters and nothing accuses."""

from __future__ import annotations

import math
from fractions import Fraction

from grader.checks.shares import as_fraction

NO_BREAK = "\u00a0"
TIMES = f"{NO_BREAK}\u00d7{NO_BREAK}"


def count(value: int) -> str:
    """A count with thousands separators."""
    return f"{value:,}"


def points(value: float) -> str:
    """Points with as many decimals as they have, at most two."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(share: float | Fraction, *, threshold: float | None = None, decimals: int = 2) -> str:
    """A fraction of 1 as a percentage that never reads 0, 100 or below `threshold` when it is not.

    Digits are cut off, not rounded, so that 98.499 never reads 98.50. A share at
    or above the threshold whose cut digits would read as below it is shown as
    the first number that does not.
    """
    exact = as_fraction(share) * 100
    scale = 10**decimals
    steps = math.floor(exact * scale)
    if exact > 0 and steps == 0:
        return f"<{1 / scale:.{decimals}f}{NO_BREAK}%"
    if threshold is not None and steps < as_fraction(threshold) * 100 * scale <= exact * scale:
        steps = math.ceil(as_fraction(threshold) * 100 * scale)
    return f"{steps / scale:.{decimals}f}{NO_BREAK}%"


def shape(sizes: tuple[int, ...], *, batch: bool = True) -> str:
    """A shape as 64 × 55 × 55; with `batch` its first axis is the batch, which is left out."""
    return TIMES.join(map(str, sizes[1:] if batch and len(sizes) > 1 else sizes))


def seconds(value: float) -> str:
    """A duration in the unit that reads best."""
    if value < 60:
        return f"{value:.1f}{NO_BREAK}s"
    return f"{int(value) // 60}{NO_BREAK}min {int(value) % 60}{NO_BREAK}s"
