"""Cells that a spreadsheet shows and does not calculate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.export.formula_safe import plain_cell, safe_cell

TEXTS = st.text(alphabet=st.one_of(st.sampled_from("'=+-@\t\r＝＋－＠ab1"), st.characters(blacklist_characters="\0")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_formula_gets_an_apostrophe(start: str) -> None:
    """Every sign with which a spreadsheet begins a formula, full-width forms too."""
    text = f'{start}HYPERLINK("http://example.org")'
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "9", "-1", "+2.5", "-0,5", "ada", "a=b", "林小卷", " =x", "O'Brien", "'quoted'"])
def test_ordinary_text_and_numbers_stay(text: str) -> None:
    """What no spreadsheet takes for a formula is left as it is, signed numbers included."""
    assert safe_cell(text) == text == plain_cell(text)


@given(TEXTS)
def test_reading_undoes_writing(text: str) -> None:
    """Any text comes back, those with apostrophes of their own too."""
    assert plain_cell(safe_cell(text)) == text


@given(TEXTS)
def test_safe_cell_never_begins_a_formula(text: str) -> None:
    """No result begins with a dangerous sign, unless it is a plain number."""
    cell = safe_cell(text)
    assert (
        not cell or cell[0] not in "=+-@\t\r＝＋－＠" or cell.lstrip("+-").replace(",", ".").replace(".", "").isdigit()
    )
