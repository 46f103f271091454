"""Text that was wrapped by hand, set as paragraphs: a page has its own line length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

_OWN_LINE = re.compile(
    r"\s*(?:[-*+\u2022\u00b7>|#]|\(?\d{1,2}[.)\u3001\uff0e]|```|~~~|[\u4e00-\u9fff][\u3001.])|\s{4,}\S|\s*$"
)
"""What begins a line of its own: a list item, a quote, a table row, a heading, a fence, an indented or empty line."""
_MARKS = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
_FULL = 60
"""A line shorter than this was ended on purpose."""


def unwrapped(text: str) -> str:
    """Join the lines of a paragraph; lists, tables, code and short lines keep theirs, headings lose their marks."""
    lines = _MARKS.sub("", text).split("\n")
    if not lines or any(line.lstrip().startswith(("```", "~~~")) for line in lines):
        return text
    joined = [lines[0]]
    for before, line in pairwise(lines):
        if _goes_on(before, line):
            joined[-1] += _space(before, line) + line.strip()
        else:
            joined.append(line)
    return "\n".join(joined)


def _goes_on(before: str, line: str) -> bool:
    if not before.strip() or before.lstrip().startswith("|") or before.lstrip().startswith("#"):
        return False
    continues_item = re.match(r"\s*(?:[-*+]|\d{1,2}[.)])\s", before) and re.match(r"\s{2,6}\S", line)
    return _width(before) >= _FULL and (bool(continues_item) or not _OWN_LINE.match(line))


def _space(before: str, line: str) -> str:
    """Chinese is joined without a space."""
    wide: Sequence[str] = (before.rstrip()[-1:], line.lstrip()[:1])
    return "" if all("\u3000" <= sign <= "\u9fff" or "\uff00" <= sign <= "\uffef" for sign in wide) else " "


def _width(line: str) -> int:
    return sum(2 if "\u1100" <= sign <= "\uffef" else 1 for sign in line)
