"""Which calculation in a document is about which layer: by the names around it, its numbers, and what it comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.claims.equations import Equation
from grader.claims.read import HandClaim, claim_of
from grader.claims.rows import TruthRow

_ENOUGH = 6
"""Points from which a calculation counts as one about a layer."""

_KINDS = (
    ("conv", r"(?:conv(?:olution(?:al)?)?(?:\s*2d)?|卷積|卷积|捲積|합성곱|컨볼루션|c(?=\d))"),
    ("fc", r"(?:fully[\s-]*connect(?:ed|ion)|fc|linear|dense|全連接|全连接|全連結|完全連接|완전\s*연결|f(?=\d))"),
)
_NUMERALS = {name: number for number, name in enumerate("一二三四五六七八九十", 1)}
_ORDINALS = {
    name: at for at, name in enumerate(("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"), 1)
}
_TOTAL = re.compile(r"total|\bsum\b|overall|altogether|總|总|合計|合计|共|全部|합계|총|전체", re.I)
_PART = re.compile(
    r"\bbias(?:es)?\b|\bweights?\b|偏置|偏差|權重|权重|가중치|편향|\bmacs?\b|flops?|output\s*size|feature\s*map", re.I
)
_OF_A_TOOL = re.compile(r"total params|trainable params|total parameters of|params size", re.I)
_COUNT = r"(\d{1,2}|[一二三四五六七八九十])"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Assigned:
    """A document's calculations as claims: by the name of the layer each is about, and the total."""

    rows: dict[str, HandClaim]
    total: HandClaim | None


def assign(equations: Sequence[Equation], truths: Sequence[TruthRow], *, params: int) -> Assigned:
    """The best calculation for each layer, each used once, and the one for all of them together."""
    claims = [(equation, claim) for equation in equations if (claim := claim_of(equation)) is not None]
    scored = [
        (-points, at, number)
        for at, (equation, claim) in enumerate(claims)
        for number, truth in enumerate(truths)
        if (points := _points(equation, claim, truth, truths)) >= _ENOUGH
    ]
    rows: dict[str, HandClaim] = {}
    used: set[int] = set()
    for _, at, number in sorted(scored):
        if at not in used and truths[number].name not in rows:
            rows[truths[number].name] = claims[at][1]
            used.add(at)
    left = [pair for at, pair in enumerate(claims) if at not in used]
    return Assigned(rows, _total(left, truths, params))


def _points(equation: Equation, claim: HandClaim, truth: TruthRow, truths: Sequence[TruthRow]) -> int:
    """How well a calculation fits a layer; the right number fits best, wherever on the layer's line it stands."""
    value, gives = claim.value, claim.gives
    named = _names(equation.label, truths) or _names(equation.line, truths)
    above = _names(equation.heading, truths) if not named else set()
    is_bare = not equation.has_working and len(equation.parts) == 1
    if is_bare and value != truth.params and not _names(equation.label, truths):
        return 0
    if is_bare and not named:
        return 0
    if (named and truth.name not in named) or (not named and _TOTAL.search(equation.label) and _is_sum(equation)):
        return 0
    points = 12 * (truth.name in named) + 8 * (truth.name in above)
    if value == truth.params:
        points += 20
    elif gives == truth.params:
        points += 8
    elif value is not None and value in (truth.params - truth.bias, truth.params + truth.biases_possible):
        points += 6
    numbers = {int(found) for part in equation.parts for found in _NUMBER.findall(part) if len(found) < 10}
    if equation.has_working and truth.factors and truth.factors <= numbers:
        points += 6
    if _PART.search(equation.label) and value != truth.params:
        points -= 9
    return points


def _is_sum(equation: Equation) -> bool:
    """Whether it adds up several numbers and multiplies none."""
    return equation.parts[0].count("+") >= 2 and "*" not in equation.parts[0]


def _names(text: str, truths: Sequence[TruthRow]) -> set[str]:
    """The layers that a text names, by kind and number, by number alone, or by the name in the code."""
    plain = text.lower()
    found = {
        truth.name
        for truth in truths
        if truth.path and re.search(rf"(?<![\w.]){re.escape(truth.path.lower())}(?![\w.])", plain)
    }
    if found:
        return found
    convolutions = sum(truth.name.startswith("conv") for truth in truths)
    known = {truth.name for truth in truths}
    for kind, pattern in _KINDS:
        for number in _numbered(plain, pattern):
            # fc6 to fc8, and Linear-6 of a summary, count the convolutions along.
            for name in (f"{kind}{number}", f"{kind}{number - convolutions}"):
                if name in known:
                    found.add(name)
                    break
    if not found:
        for number in _numbered(plain, r"(?:layer|第|층|레이어)"):
            if 1 <= number <= len(truths):
                found.add(truths[number - 1].name)
    return found


def _stands_in(path: str, text: str) -> bool:
    return re.search(rf"(?<![\w.]){re.escape(path)}(?![\w.])", text) is not None


def _numbered(text: str, kind: str) -> Iterator[int]:
    """The numbers that stand with a kind of layer: conv1, conv layer 1, first convolution, 第一層卷積, 卷積層 1."""
    behind = rf"{kind}\s*(?:layer|層|层|층|계층)?\s*[-_#(.]?\s*{_COUNT}(?!\d)"
    before = rf"第?\s*{_COUNT}\s*(?:個|个|層|层|번째|st|nd|rd|th)?\s*(?:層|层|layer)?\s*的?\s*{kind}"
    for pattern in (behind, before):
        yield from (_whole(found[1]) for found in re.finditer(pattern, text))
    yield from (_ORDINALS[found[1]] for found in re.finditer(rf"\b({'|'.join(_ORDINALS)})\s+{kind}", text))


def _whole(text: str) -> int:
    return _NUMERALS.get(text) or int(text)


def _total(left: Sequence[tuple[Equation, HandClaim]], truths: Sequence[TruthRow], params: int) -> HandClaim | None:
    """A calculation that says it is the total, or that sums up what no single layer has; the last of the best."""
    largest = max((truth.params for truth in truths), default=0)
    best: tuple[int, HandClaim] | None = None
    for equation, claim in left:
        value = claim.value
        sums = _is_sum(equation)
        words = equation.label or equation.heading
        says = _TOTAL.search(words) is not None and (equation.has_working or not _OF_A_TOOL.search(words))
        if value is None or value < largest or not (sums or says):
            continue
        points = 4 * says + 6 * sums + 8 * (value == params or claim.gives == params)
        if best is None or points >= best[0]:
            best = points, claim
    return None if best is None else best[1]
