"""Puts a page's characters together into lines, with what is raised or lowered written as ^ and _.

Every library flattens 11² to 112 when the 2 is a small raised character of its
own. Here a run of characters that is smaller than its neighbours and stands
higher becomes ``^2``, one that stands lower ``_2``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from grader.inside.intake.document.glyphs import Glyph

_SMALL = 0.85
"""Of a line's size, below which a character may be an exponent or an index."""
_SAME_LINE = 0.25
"""Of the size, by which baselines of one line may differ."""
_HIGHEST, _LOWEST = 0.95, 0.45
"""Of the line's size, how far above and below its baseline a small character still belongs to it."""
_BLANK = 0.17
"""Of the size, a gap that is read as a blank."""
_COLUMN = 1.6
"""Of the size, a gap that is read as the edge of a column."""
_KEPT = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
"""NFKC would make plain digits of them."""

COLUMN = "\t"


@dataclass(frozen=True)
class TextLine:
    """One line of a page: its text, and the corners of its box from the page's left and top edge, in points."""

    text: str
    box: tuple[float, float, float, float]


@dataclass
class _Row:
    """Characters on one baseline."""

    baseline: float
    size: float
    glyphs: list[Glyph]

    def refresh(self) -> None:
        """Baseline and size are those of the most characters."""
        self.baseline = median(glyph.baseline for glyph in self.glyphs)
        self.size = median(glyph.size for glyph in self.glyphs)


def lines_of(glyphs: Sequence[Glyph]) -> list[TextLine]:
    """The lines of a page from top to bottom."""
    rows = _rows(glyphs)
    raised = _merged(rows)
    found = [_line(row, raised) for row in rows if row.glyphs]
    return [line for line in found if line.text.strip()]


def _rows(glyphs: Sequence[Glyph]) -> list[_Row]:
    """One row for each baseline and rough size."""
    rows: list[_Row] = []
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.baseline, glyph.left)):
        for row in reversed(rows[-6:]):
            near = abs(row.baseline - glyph.baseline) <= _SAME_LINE * min(row.size, glyph.size)
            alike = _SMALL <= glyph.size / row.size <= 1 / _SMALL
            if near and (alike or abs(row.baseline - glyph.baseline) < 0.02 * row.size):
                row.glyphs.append(glyph)
                break
        else:
            rows.append(_Row(glyph.baseline, glyph.size, [glyph]))
    for row in rows:
        row.refresh()
    return sorted(rows, key=lambda row: row.baseline)


def _merged(rows: list[_Row]) -> dict[int, str]:
    """Move small characters into the line that they belong to; gives each one's mark by identity."""
    marks: dict[int, str] = {}
    for small in rows:
        for glyph in tuple(small.glyphs):
            home = _home(glyph, small, rows)
            if home is not None:
                small.glyphs.remove(glyph)
                home.glyphs.append(glyph)
                marks[id(glyph)] = "^" if glyph.baseline < home.baseline else "_"
    return marks


def _home(glyph: Glyph, own: _Row, rows: list[_Row]) -> _Row | None:
    """The line of larger characters right beside which a small one stands off the baseline."""
    best: tuple[float, _Row] | None = None
    for row in rows:
        if row is own or not row.glyphs or glyph.size >= _SMALL * row.size:
            continue
        above = row.baseline - glyph.baseline
        if not -_LOWEST * row.size <= above <= _HIGHEST * row.size or abs(above) < 0.08 * row.size:
            continue
        gap = min(abs(glyph.left - other.right) for other in row.glyphs)
        reach = 0.45 * row.size + _width_before(glyph, own)
        if gap <= reach and (best is None or abs(above) < best[0]):
            best = abs(above), row
    return None if best is None else best[1]


def _width_before(glyph: Glyph, own: _Row) -> float:
    """How long the run of small characters is that ends with this one: an exponent of two digits reaches further."""
    width, edge = 0.0, glyph.left
    for other in sorted(own.glyphs, key=lambda other: -other.left):
        if other.left < edge and edge - other.right < 0.5 * glyph.size:
            width, edge = width + edge - other.left, other.left
    return min(width, 6 * glyph.size)


def _line(row: _Row, marks: dict[int, str]) -> TextLine:
    """A row's characters from left to right, with blanks where there are gaps."""
    glyphs = sorted(row.glyphs, key=lambda glyph: (glyph.left, glyph.right))
    parts: list[str] = []
    before: Glyph | None = None
    mark_before = ""
    for glyph in glyphs:
        mark = marks.get(id(glyph), "")
        if before is not None:
            gap, size = glyph.left - before.right, max(row.size, 1.0)
            if gap > _COLUMN * size:
                parts.append(COLUMN)
                mark_before = ""
            elif gap > _BLANK * size and not (mark and not mark_before):
                parts.append(" ")
                mark_before = ""
        if mark and mark != mark_before:
            parts.append(mark)
        elif mark_before and not mark and glyph.text.isdigit():
            # 11 with a raised 2 and then 64: the digits behind are no part of the exponent.
            parts.append(" ")
        parts.append(plain(glyph.text))
        mark_before, before = mark, glyph
    box = (min(g.left for g in glyphs), min(g.top for g in glyphs), max(g.right for g in glyphs))
    return TextLine("".join(parts), (*box, max(g.bottom for g in glyphs)))


def plain(text: str) -> str:
    """Compatibility forms as the characters they stand for: math letters, full-width forms, Kangxi radicals."""
    return "".join(char if char in _KEPT else unicodedata.normalize("NFKC", char) for char in text)


def joined(lines: Iterable[TextLine]) -> str:
    """The lines as one text."""
    return "\n".join(line.text for line in lines)
