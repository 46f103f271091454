"""Numbers as a report prints them; rounding never flatters and never accuses."""

from __future__ import annotations

import math


def count(value: int) -> str:
    """A count with thousands separators."""
    return f"{value:,}"


def points(value: float) -> str:
    """Points with as many decimals as they have, at most two."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def percent(share: float, *, threshold: float | None = None, decimals: int = 2) -> str:
    """A fraction of 1 as a percentage that never rounds to 0, to 100, or across `threshold` (a fraction too)."""
    value = share * 100
    shown = round(value, decimals)
    step = 10.0**-decimals
    limits = [0.0, 100.0] if threshold is None else [0.0, 100.0, threshold * 100]
    for limit in limits:
        # A measured share just below a limit must not be printed as the limit, nor the other way round.
        if value < limit <= shown:
            shown = math.ceil((limit - step) / step - 1e-9) * step
        elif value > limit >= shown:
            shown = math.floor((limit + step) / step + 1e-9) * step
    return f"{shown:.{decimals}f}%"


def shape(sizes: tuple[int, ...]) -> str:
    """A shape without its batch axis, as 64 x 55 x 55 with real multiplication signs."""
    return " \u00d7 ".join(map(str, sizes[1:] if len(sizes) > 1 else sizes))


def seconds(value: float) -> str:
    """A duration in the unit that reads best."""
    if value < 60:
        return f"{value:.1f} s"
    return f"{int(value) // 60} min {int(value) % 60} s"
