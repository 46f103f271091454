"""Finds calculations in lines that people wrote: ``conv1: 3 × 11^2 × 64 + 64 = 23296`` and its many relatives.

Pure text work on hostile lines: bounded, without backtracking over more than a
line, and nothing is worked out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.claims.arithmetic import MAX_TEXT, plain_signs
from grader.domain.document import Document, DocumentLine, Place

MOST_EQUATIONS = 400
MOST_JOINED = 8
"""Lines that one calculation may go over."""

_TOKEN = re.compile(
    r"(?P<word>[^\W\d_][\w.]*(?:-\d+\b)?|_\w*)"
    r"|(?P<number>\d{1,3}(?:[,'’]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?)"
    r"|(?P<power>\*\*|\^)"
    r"|(?P<sign>[+\-*/])"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])"
    r"|(?P<equals>[=≈≒⇒→]+>?)"
    r"|(?P<column>\t)"
    r"|(?P<other>\S)"
)
_CODE = re.compile(
    r"\bself\.|\bnn\.|\bF\.\w|\btorch\.|\bdef \w|\breturn\b|\bimport\b|\bprint\s*\(|#\s*\w+ x |"
    r"\b\w+\s*=\s*[A-Za-z_][\w.]*\(|\w+=\w+\s*,|\bkernel_size\b|\bin_channels\b|\bout_features\b|\bstride\s*="
)
_TOOL = re.compile(r"\[\s*-?\d+\s*(?:,\s*\d+\s*)+\]|\bparam\s*#|-{8,}|={8,}|\b\d+(\.\d+)?\s*MB\b|\(MB\)|[├└│]", re.I)
_PRODUCT = re.compile(r"[\d)]\s*[*x]\s*[\d(]")
_TIMES = re.compile(r"(?<=[\d)])\s*[xX]\s*(?=[\d(])")
_NUMBERED = re.compile(r"\t\s*\(\d{1,2}(?:\.\d{1,2})?\)\s*$")
"""The number that an equation is given at the right edge."""
_ENDS_OPEN = re.compile(r"[+*/×x=(\[]\s*$")
_STARTS_OPEN = re.compile(r"^\s*[+*/×=)]|^\s*-\s*\d|^\s*x\s+\d")


@dataclass(frozen=True)
class Equation:
    """A chain of calculations and numbers with equals signs between, in the notation of `arithmetic`.

    `label` is what stands right before it, `line` what its line begins with when another calculation stands there
    first, and `heading` the last line above without a calculation.
    """

    parts: tuple[str, ...]
    label: str
    heading: str
    place: Place
    line: str = ""

    @property
    def has_working(self) -> bool:
        """Whether there is anything to be worked out."""
        return any(re.search(r"\d[)\]}\s]*[-+*/^x]", part) for part in self.parts)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    start: int
    end: int


def find_equations(document: Document) -> tuple[Equation, ...]:
    """The calculations of a document, in reading order."""
    found: list[Equation] = []
    heading = ""
    for lines in _joined(document.lines):
        text = " ".join(_NUMBERED.sub("", line.text).strip() for line in lines)
        here = list(_equations(text, heading, document.path, lines))
        found += here
        if not here and text.strip():
            heading = text.strip()[:200]
        if len(found) >= MOST_EQUATIONS:
            break
    return tuple(found[:MOST_EQUATIONS])


def is_code(text: str) -> bool:
    """Whether a line is program text, whose numbers are arguments."""
    return _CODE.search(text) is not None


def is_tool_output(text: str) -> bool:
    """Whether a line is from the table of a summary tool, which is no calculation by hand."""
    return _TOOL.search(text) is not None and _PRODUCT.search(text) is None


def _joined(lines: Sequence[DocumentLine]) -> Iterator[list[DocumentLine]]:
    """Lines that belong together because a sign stands at the end of one or at the start of the next."""
    group: list[DocumentLine] = []
    for line in lines:
        if group and len(group) < MOST_JOINED and _goes_on(group[-1].text, line.text):
            group.append(line)
            continue
        if group:
            yield group
        group = [line]
    if group:
        yield group


def _goes_on(before: str, after: str) -> bool:
    before, after = plain_signs(before), plain_signs(after)
    if is_code(before) or is_code(after) or is_tool_output(before) or is_tool_output(after):
        return False
    if not re.search(r"\d", after):
        return False
    return bool(_ENDS_OPEN.search(before) and re.search(r"\d", before)) or bool(
        _STARTS_OPEN.match(after) and re.search(r"[\d)]\s*$", before)
    )


def _equations(text: str, heading: str, path: str, lines: Sequence[DocumentLine]) -> Iterator[Equation]:
    plain = _TIMES.sub("*", plain_signs(text.replace("{,}", ",")))
    if is_code(plain) or is_tool_output(plain) or not re.search(r"\d", plain):
        return
    place = Place(path, lines[0].page, lines[0].number, text[:MAX_TEXT], lines[0].box)
    tokens = [_Token(str(found.lastgroup), found[0], found.start(), found.end()) for found in _TOKEN.finditer(plain)]
    chains = list(_chains(_signs(tokens)))
    if chains and not any(_calculates(parts) for _, _, parts in chains):
        # Of numbers alone the last is the result; those before it are part of a name.
        chains = chains[-1:]
    last, begins = 0, ""
    for at, (start, end, parts) in enumerate(chains):
        if not _calculates(parts) and any(_calculates(others) for _, _, others in chains[at + 1 :]):
            # The 4 of "Conv 4: 384 × ..." and the 64 of "64 filters: ..." are words before a calculation.
            continue
        label = plain[last:start].strip(" \t:：=|,;.-–—•·*")
        last = end
        if label or begins or _calculates(parts):
            yield Equation(tuple(part[:MAX_TEXT] for part in parts), label[-160:], heading, place, begins)
        begins = begins or label[-160:]


def _calculates(parts: Sequence[str]) -> bool:
    return len(parts) > 1 or any(sign in parts[0] for sign in "+*/^")


def _signs(tokens: list[_Token]) -> list[_Token]:
    """With an x between two numbers as the sign that it is."""
    found = []
    for at, token in enumerate(tokens):
        before = tokens[at - 1].kind if at else ""
        after = tokens[at + 1].kind if at + 1 < len(tokens) else ""
        if (
            token.kind == "word"
            and token.text in "xX"
            and before in ("number", "close")
            and after in ("number", "open")
        ):
            token = _Token("sign", "*", token.start, token.end)
        found.append(token)
    return found


def _chains(tokens: list[_Token]) -> Iterator[tuple[int, int, list[str]]]:
    """Start, end and parts of each chain: runs of arithmetic with equals signs between them.

    A number that follows a calculation without a sign, as in the last column of a table, is its result.
    """
    at = 0
    while at < len(tokens):
        run, end = _run(tokens, at)
        if not run:
            at += 1
            continue
        if _kind(tokens, at - 1) == "equals" and at:
            run, end = _grouped(tokens, run, end)
        start, parts = at, [run]
        while end < len(tokens):
            equals = next((skip for skip in (end, end + 1) if _kind(tokens, skip) == "equals"), None)
            skip = end + (_kind(tokens, end) == "column") if equals is None else equals + 1
            more, after = _run(tokens, skip + (_kind(tokens, skip) == "column"))
            working = any(sign in parts[-1] for sign in "+*/^")
            last = all(token.kind != "number" for token in tokens[after:])
            if not more or (equals is None and not (working and last and re.fullmatch(r"[\d,.'’]+", more))):
                break
            if equals is not None:
                more, after = _grouped(tokens, more, after)
            parts.append(more)
            end = after
        yield tokens[start].start, tokens[end - 1].end, parts
        at = end


def _grouped(tokens: list[_Token], number: str, at: int) -> tuple[str, int]:
    """A result whose thousands stand apart by blanks, 23 296, as one number."""
    while re.fullmatch(r"\d{1,3}|\d{1,3}(?:,\d{3})+", number) and _kind(tokens, at) == "number":
        token = tokens[at]
        if not re.fullmatch(r"\d{3}", token.text) or token.start != tokens[at - 1].end + 1:
            break
        number, at = f"{number},{token.text}", at + 1
    return number, at


def _written(parts: Sequence[str]) -> str:
    """With blanks around signs, and none around powers and inside brackets."""
    text = " ".join(parts)
    text = re.sub(r"\s*(\^|\*\*)\s*", r"\1", text)
    return re.sub(r"([(\[{])\s+|\s+([)\]}])", r"\1\2", text)


def _kind(tokens: list[_Token], at: int) -> str:
    return tokens[at].kind if at < len(tokens) else ""


def _run(tokens: list[_Token], at: int) -> tuple[str, int]:
    """The longest stretch of arithmetic from here, and where it ends; empty where none begins."""
    parts: list[str] = []
    depth, kept = 0, (0, at)
    needs_number = True
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "number" and needs_number:
            needs_number = False
        elif token.kind == "open":
            if not needs_number:
                parts.append("*")
            depth, needs_number = depth + 1, True
        elif token.kind == "close" and depth and not needs_number:
            depth -= 1
        elif token.kind in ("sign", "power") and not needs_number:
            needs_number = True
        else:
            break
        parts.append(token.text)
        at += 1
        if not needs_number and depth == 0:
            kept = len(parts), at
    length, end = kept
    return _written(parts[:length]), end
