"""Reads a number as students report it: 705535424.0, "705.5M", "0.7 GFLOPs", "4546.3萬"."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from grader.claims.arithmetic import without_separators

_LONGEST = 80
_DIGITS = r"[~≈≒]?\s*\+?(\d{1,20}(?:\.\d{0,20})?)"
_EXPONENT = r"(?:\s*(?:e|[x×*]\s*10\s*\^?)\s*([+-]?\d{1,2}))?"
_NUMBER = re.compile(rf"{_DIGITS}{_EXPONENT}\s*(.*)\Z", re.I)
_UNIT = re.compile(r"(flops?|ops|g?macs?|mult-?adds?|multiply-?adds?|madds?|params?|parameters?)(?:\s*\(.*\))?", re.I)
_SCALES = {
    "k": 3, "thousand": 3, "m": 6, "mio": 6, "million": 6, "millions": 6, "g": 9, "b": 9, "bn": 9, "billion": 9,
    "billions": 9, "t": 12, "trillion": 12, "萬": 4, "万": 4, "만": 4, "億": 8, "亿": 8, "억": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Number:
    """A number with the precision it was given in. `step` is one unit of its last digit, 0 when it is exact."""

    text: str
    value: Fraction
    step: Fraction = Fraction(0)
    unit: str = ""

    def matches(self, truth: int) -> bool:
        """Whether the truth, rounded as this number is, gives this number.

        A number too coarse to tell networks apart (1 G, 5e8) matches nothing.
        """
        return self.value >= 5 * self.step and abs(self.value - truth) <= self.step / 2


def read_number(given: object) -> Number | None:
    """The number that stands in answers.toml, or None when there is none to be read.

    A whole number stands for itself. A number with a scale (M, G, 萬, e8) is as
    exact as its last digit.
    """
    if isinstance(given, bool):
        return None
    if isinstance(given, int):
        return Number(str(given), Fraction(given)) if 0 <= given < 10**20 else None
    if isinstance(given, float):
        return Number(repr(given), Fraction(given)) if math.isfinite(given) and 0 <= given < 1e20 else None
    return _read_text(given) if isinstance(given, str) else None


def _read_text(text: str) -> Number | None:
    if len(text) > _LONGEST:
        return None
    found = _NUMBER.match(without_separators(unicodedata.normalize("NFKC", text)).strip())
    if found is None:
        return None
    digits, exponent, rest = found[1], found[2], found[3].strip()
    if rest.startswith("(") and rest.endswith(")"):
        rest = rest[1:-1].strip()
    scaled = _scale_and_unit(rest)
    if scaled is None:
        return None
    power, unit = scaled
    power += int(exponent or 0)
    if power == 0 and exponent is None:
        return Number(text.strip(), Fraction(digits), unit=unit)
    decimals = len(digits.partition(".")[2])
    scale = Fraction(10) ** power
    return Number(text.strip(), Fraction(digits) * scale, scale / 10**decimals, unit)


def _scale_and_unit(rest: str) -> tuple[int, str] | None:
    """Power of ten and unit of what follows a number: "GFLOPs" is (9, "FLOPs"), "MACs" is (0, "MACs")."""
    if not rest:
        return 0, ""
    if rest.lower() in _SCALES:
        return _SCALES[rest.lower()], ""
    if _UNIT.fullmatch(rest) and rest[:4].lower() != "gmac":
        return 0, rest
    for length in (1, 2, 3, *range(7, 10)):
        scale, unit = rest[:length].lower(), rest[length:].strip()
        if scale in _SCALES and _UNIT.fullmatch(unit):
            return _SCALES[scale], unit
    return None
