"""A student's text as data: what a terminal, a page or a spreadsheet may be shown of it."""

from __future__ import annotations

import unicodedata

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_KEPT = frozenset("\u200c\u200d")
"""Joiners that some scripts and emoji need; they cannot move or hide other characters."""

ELLIPSIS = "\u2026"


def safe_line(text: str, most: int = 500) -> str:
    """One line without control, bidi or invisible characters, cut to `most` characters."""
    flat = " ".join(text[: 4 * most].split())
    return _cut("".join(map(_visible, flat)), most)


def safe_block(text: str, *, lines: int = 400, width: int = 2_000) -> str:
    """Several lines, each made safe; too many and too long ones are cut and say so."""
    rows = text[: lines * width].splitlines()
    kept = [_cut("".join(map(_visible, row.expandtabs(4))), width) for row in rows[:lines]]
    if len(rows) > lines:
        kept.append(ELLIPSIS)
    return "\n".join(kept)


def _visible(character: str) -> str:
    if character in _KEPT:
        return character
    if character in _BIDI:
        return ""
    category = unicodedata.category(character)
    if category in ("Cc", "Cs", "Co", "Cn"):
        return "\ufffd"
    return "" if category in ("Cf", "Zl", "Zp") else character


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + ELLIPSIS
