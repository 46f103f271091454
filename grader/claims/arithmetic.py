"""Works out what a student wrote as arithmetic, e.g. ``3 × 11² × 64 + 64``, within strict bounds.

The text is hostile: it is cut down to digits, brackets and operators before
Python's parser sees it, and only whole numbers up to a cap are ever computed.
"""

from __future__ import annotations

import ast
import re
import unicodedata

MAX_TEXT = 300
MAX_EXPONENT = 6
MAX_VALUE = 10**15

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SIGNS = str.maketrans(
    {"×": "*", "·": "*", "∗": "*", "⋅": "*", "✕": "*", "✖": "*", "÷": "/", "−": "-", "–": "-", "＝": "="}
)
_TEX = re.compile(r"\\(?:times|cdot|ast)\b")
_BRACKETS = str.maketrans("[]{}", "()()")
_ALLOWED = re.compile(r"[\d\s+\-*/().]+\Z")
_NAME_BEFORE = re.compile(r"^\s*[^\W\d][\w .#-]*:")


class NotArithmetic(ValueError):
    """The text cannot be worked out; the argument is the part that is in the way."""


def evaluate(text: str) -> int:
    """The whole number that an expression comes to.

    Raises:
        NotArithmetic: for anything but whole numbers, + - * / ** and brackets
            within the bounds of this module.
    """
    plain = _plain(text)
    if not plain.strip() or not _ALLOWED.match(plain):
        raise NotArithmetic(text[:60])
    try:
        tree = ast.parse(plain.strip(), mode="eval")
        return _value(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError, ZeroDivisionError):
        raise NotArithmetic(text[:60]) from None


def sides(text: str) -> list[str]:
    """The parts of an equation between its equals signs, without a name in front of them.

    Raises:
        NotArithmetic: when the text is longer than the bound.
    """
    if len(text) > MAX_TEXT:
        raise NotArithmetic(f"{text[:40]}…")
    without_name = _NAME_BEFORE.sub("", plain_signs(text), count=1)
    return [part.strip() for part in re.split(r"[=≈]", without_name) if part.strip()]


def without_separators(text: str) -> str:
    """The text with commas, apostrophes, blanks and underscores between groups of three digits removed."""
    return re.sub(r"(?<=\d)[,'’_\u00a0\u202f\u2009 ](?=\d{3}(?!\d))", "", text)


def _plain(text: str) -> str:
    """Python's notation for what may stand in a hand calculation."""
    if len(text) > MAX_TEXT:
        raise NotArithmetic(f"{text[:40]}…")
    plain = without_separators(plain_signs(text.replace("{,}", ","))).replace("^", "**")
    plain = re.sub(r"(?<=[\d)])\s*[xX]\s*(?=[\d(])", "*", plain)
    # Python reads no number with a zero in front, students write them.
    return re.sub(r"(?<![\d.])0+(?=\d)", "", plain.translate(_BRACKETS))


def plain_signs(text: str) -> str:
    """Full-width forms, superscripts and typographic signs as their ASCII ones."""
    raised = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda found: "**" + found[0].translate(_SUPERSCRIPTS), text)
    return unicodedata.normalize("NFKC", _TEX.sub("*", raised).translate(_SIGNS)).translate(_SIGNS)


def _value(node: ast.expr) -> int:
    if isinstance(node, ast.Constant):
        return _whole(node.value)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
        value = _value(node.operand)
        return value if isinstance(node.op, ast.UAdd) else -value
    if isinstance(node, ast.BinOp):
        return _capped(_combined(node.op, _value(node.left), _value(node.right)))
    raise ValueError("not a number, a sign or an operation")


def _combined(sign: ast.operator, left: int, right: int) -> int:
    match sign:
        case ast.Add():
            return left + right
        case ast.Sub():
            return left - right
        case ast.Mult():
            return left * right
        case ast.Div() | ast.FloorDiv() if left % right == 0:
            return left // right
        case ast.Pow() if 0 <= right <= MAX_EXPONENT:
            return int(left**right)
    raise ValueError("an operation that hand calculations of whole numbers do not have")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError("not a whole number")
    return _capped(int(value))


def _capped(value: int) -> int:
    if abs(value) > MAX_VALUE:
        raise ValueError("too large")
    return value
