"""What students write as arithmetic, worked out within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.claims.arithmetic import MAX_VALUE, NotArithmetic, evaluate, sides


@pytest.mark.parametrize(
    "text",
    [
        "3 x 11^2 x 64 + 64",
        "3*11**2*64+64",
        "3 × 11² × 64 + 64",
        "３×１１²×６４＋６４",
        "(3*11*11 + 1) * 64",
        "[3·11·11 + 1]·64",
        "3 \\times 11^2 \\times 64 + 64",
        "3X11X11X64+064",
        "23,296",
        "23 296",
        "23_296",
        "46592/2",
        "46592 ÷ 2",
        "-(-23296)",
        "23296.0",
    ],
)
def test_notations_of_one_number_agree(text: str) -> None:
    """Every notation that students use for conv1 gives conv1's parameters."""
    assert evaluate(text) == 3 * 11 * 11 * 64 + 64


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "a",
        "3*k",
        "1/3",
        "2**7",
        "2**-1",
        "9" * 16,
        "10**6**6",
        "(" * 150 + "1" + ")" * 150,
        "1" + "+1" * 200,
        "1//0",
        "1/0",
        "__import__('os')",
        "1if 1else 2",
        "1;2",
        "1,2",
        "3..4",
        "1e9",
        "0x10f",
        "2(3)",
        "~1",
        "1<<9",
        "1.5*2",
    ],
)
def test_everything_else_is_refused(text: str) -> None:
    """Words, broken numbers, fractions, calls and anything beyond the bounds raise NotArithmetic."""
    with pytest.raises(NotArithmetic):
        evaluate(text)


@given(st.text(alphabet="0123456789+-*/()x×^². =,", max_size=320) | st.text(max_size=320))
def test_no_text_does_harm(text: str) -> None:
    """Any text gives a capped whole number or NotArithmetic, and nothing else."""
    try:
        assert abs(evaluate(text)) <= MAX_VALUE
        sides(text)
    except NotArithmetic as error:
        assert len(str(error)) <= 60


@given(st.lists(st.integers(1, 999), min_size=1, max_size=5), st.integers(0, 999))
def test_products_and_sums_agree_with_python(factors: list[int], term: int) -> None:
    """The result is Python's own, with any of the signs for times."""
    product = term
    whole = 1
    for factor in factors:
        whole *= factor
    product += whole
    for sign in ("*", " x ", "×"):
        assert evaluate(f"{sign.join(map(str, factors))} + {term}") == product


def test_equation_is_split_at_its_signs_without_its_name() -> None:
    """A name before a colon is no part of the equation."""
    assert sides("conv1: 3 x 4 = 12") == ["3 x 4", "12"]
    assert sides("卷積1：3 x 4 = 12 = 12") == ["3 x 4", "12", "12"]
    assert sides("") == []
