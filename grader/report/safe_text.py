"""A student's text as data: what a terminal, a page or a spreadsheet may be shown of it."""

from __future__ import annotations

import unicodedata
from itertools import islice

_DROPPED = frozenset("\ufeff\u00ad")
"""Marks that editors leave behind and nobody sees: a byte order mark, a soft hyphen."""
_JOINERS = frozenset("\u200c\u200d")
"""Some scripts and emoji need them; between plain letters they only hide."""
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MOST_MARKS = 4
"""Accents on one letter; real languages need fewer, and a hundred of them cover the lines above."""

ELLIPSIS = "\u2026"


def safe_line(text: str, most: int = 500) -> str:
    """One line in which nothing moves, turns or hides: such characters are written as \\u202e; cut to `most`."""
    return _cut(visible(" ".join(text[: 4 * most].split())), most)


def safe_block(text: str, *, lines: int = 400, width: int = 2_000) -> str:
    """Several lines, each made safe; too many and too long ones are cut and say so."""
    rows = text[: lines * width].replace("\r\n", "\n").split("\n")
    kept = [_cut(visible(row.expandtabs(4)[: 4 * width]), width) for row in rows[:lines]]
    if len(rows) > lines:
        kept.append(ELLIPSIS)
    return "\n".join(kept)


def visible(text: str) -> str:
    """The text with every control, direction and invisible character written out as an escape."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    marks = 0
    for index, character in enumerate(text):
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= _MOST_MARKS:
            shown.append(_visible(character, text[max(0, index - 1) : index], text[index + 1 : index + 2]))
    return "".join(shown)


def _visible(character: str, before: str, after: str) -> str:
    if character in _DROPPED:
        return ""
    if unicodedata.category(character) not in _ESCAPED:
        return character
    if character in _JOINERS and before > "\u00ff" and after > "\u00ff":
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x1_0000 else f"\\U{number:08x}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else "".join(islice(text, most - 1)) + ELLIPSIS
