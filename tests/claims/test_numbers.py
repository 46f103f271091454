"""Numbers as students report them, with the precision they were given in."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.claims.numbers import read_number

MACS = 705_535_424


@pytest.mark.parametrize(
    "given_as",
    [
        MACS,
        float(MACS),
        "705535424",
        "705535424.0",
        "705,535,424",
        "705 535 424",
        "705.5M",
        "705.54 M",
        "0.7 GFLOPs",
        "0.71 GMac",
        "705.54 MMac",
        "~0.706 billion",
        "7.06e8",
        "7.055 x 10^8",
        "70553.5萬",
        "7.1億",
        "７０５．５Ｍ",
        "705.54 (M)",
    ],
)
def test_number_matches_the_truth_it_rounds_to(given_as: object) -> None:
    """All notations of 705,535,424 match it."""
    number = read_number(given_as)
    assert number is not None and number.matches(MACS)


@pytest.mark.parametrize(
    "given_as", [MACS + 1, "705.4M", "705.53M", "0.71 MMac", "1 GFLOPs", "0 G", "705535424.5", "5e8", 705.5, "7e9"]
)
def test_number_that_does_not_round_to_it_matches_nothing(given_as: object) -> None:
    """A wrong digit, a wrong scale, or a number too coarse to mean anything is no match."""
    number = read_number(given_as)
    assert number is not None and not number.matches(MACS)


@pytest.mark.parametrize(
    "given_as",
    ["", "many", "12 bananas", "1e999", "-5", "nan", float("nan"), float("inf"), -1, True, None, [], {}, "9" * 81],
)
def test_what_is_no_number_is_none(given_as: object) -> None:
    """Words, negative, endless and other values are not read as numbers."""
    assert read_number(given_as) is None


@pytest.mark.parametrize(("text", "unit"), [("5 MACs", "MACs"), ("5 GFLOPs", "FLOPs"), ("5 G", ""), ("5 MMac", "Mac")])
def test_unit_is_kept_apart_from_scale(text: str, unit: str) -> None:
    """MACs is a unit and not a million of something."""
    number = read_number(text)
    assert number is not None and number.unit == unit


@given(st.integers(10**6, 10**12), st.integers(1, 6))
def test_rounding_to_any_digits_still_matches(truth: int, decimals: int) -> None:
    """A number printed in millions with any decimals matches the number it came from."""
    number = read_number(f"{Decimal(truth) / 10**6:.{decimals}f}M")
    assert number is not None and number.matches(truth)


@given(st.text(max_size=90) | st.integers() | st.floats() | st.none())
def test_nothing_raises(given_as: object) -> None:
    """Whatever stands in answers.toml gives a number or None."""
    number = read_number(given_as)
    assert number is None or number.value >= 0
