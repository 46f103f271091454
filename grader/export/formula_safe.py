"""Cells that no spreadsheet takes for a formula, and the way back."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_ESCAPED = re.compile(r"''*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would calculate or call something."""
    text = text.replace("\0", "")
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def plain_cell(cell: str) -> str:
    """What was written before safe_cell made it safe."""
    return cell[1:] if _ESCAPED.match(cell) else cell
