"""Numbers never flatter and never accuse."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.report.numbers import count, percent, points, seconds, shape


@pytest.mark.parametrize(
    ("share", "options", "shown"),
    [
        (0.98499, {}, "98.49 %"),
        (0.985, {"threshold": 0.985}, "98.50 %"),
        (0.99999, {}, "99.99 %"),
        (1.0, {}, "100.00 %"),
        (0.00001, {}, "<0.01 %"),
        (0.0, {}, "0.00 %"),
        (0.5, {"decimals": 0}, "50 %"),
        (0.98504, {"threshold": 0.98501, "decimals": 1}, "98.6 %"),
    ],
)
def test_percent_is_cut_and_not_rounded(share: float, options: dict[str, float], shown: str) -> None:
    """A share below a threshold never reads as if it had reached it, and the other way round."""
    assert percent(share, **options) == shown.replace(" ", "\u00a0")  # type: ignore[arg-type]


@given(st.integers(0, 9_999))
def test_imperfect_never_reads_perfect(right: int) -> None:
    """9,999 of 10,000 is not 100."""
    assert not percent(right / 10_000).startswith("100")


def test_plain_forms() -> None:
    """Counts have separators, points no needless zeros, shapes no batch."""
    assert (count(45_463_084), points(2.5), points(3.0), points(0.25)) == ("45,463,084", "2.5", "3", "0.25")
    assert shape((1, 64, 55, 55)) == "64\u00a0×\u00a055\u00a0×\u00a055"
    assert (seconds(3.14), seconds(125)) == ("3.1\u00a0s", "2\u00a0min 5\u00a0s")
