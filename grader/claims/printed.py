"""Numbers that a report shows as its tools' or its training's: FLOPS: 705535424.0, Accuracy: 0.9932, 準確率 99.3 %."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from grader.claims.arithmetic import plain_signs
from grader.claims.equations import is_code
from grader.domain.document import Document, DocumentLine, Place

_VALUE = r"\s*(?:\([^)]{0,30}\))?\s*(?:[:=]|is|was|為|为|是|達到|达到|約|约|:|는|은|이|가)?\s*(?:about|of|約)?\s*"
_UNIT = r"(?:%|(?:[kmgt]|萬|万|億|亿|만|억)?(?:flops?|ops|macs?)?\b)?"
_NUMBER = rf"(\d[\d,]*(?:\.\d+)?(?:e[+-]?\d+)?\s*{_UNIT})(?![\d,.]*\d)(?!\s*[+*/x×])"
_WORDS: Mapping[str, str] = {
    "flops": r"\b[kmgt]?flops?|浮點運算|浮点运算|연산량",
    "macs": r"\b[kmgt]?macs?|mult-?adds?|madds?",
    "params": (
        r"(?<!non-trainable )(?<!trainable )\b(?:total\s+)?param(?:eter)?s?"
        r"|參數(?:量|數量|總數)?|参数(?:量|总数)?|파라미터(?:\s*수)?|매개변수"
    ),
    "accuracy": r"(?:test\s+|overall\s+)?acc(?:uracy)?|準確[率度]|准确[率度]|正確率|정확도",
    "precision": r"precision|精確[率度]|精确[率度]|精準[率度]|정밀도",
    "recall": r"recall|召回率|재현율",
    "f1": r"f1(?:[\s_-]*score)?|f1\s*分數|f1\s*점수",
}
_PATTERNS = {name: re.compile(rf"(?:{words}){_VALUE}{_NUMBER}", re.I) for name, words in _WORDS.items()}
_TOOLS = (
    ("thop", r"\bthop\b|\bprofile\("),
    ("torchsummary", r"torchsummary|total params|forward/backward pass size"),
    ("torchinfo", r"torchinfo|mult-adds"),
    ("ptflops", r"ptflops|get_model_complexity_info"),
    ("fvcore", r"fvcore|flopcountanalysis"),
)


@dataclass(frozen=True)
class Printed:
    """A number with the word before it, and where it stands."""

    name: str
    word: str
    text: str
    place: Place


def find_printed(documents: Sequence[Document]) -> tuple[Printed, ...]:
    """Every such number, in reading order."""
    return tuple(
        found
        for document in documents
        for line, following in zip_longest(document.lines, document.lines[1:])
        if line is not None
        for found in _in_line(document.path, line, following)
    )


def tools_named(documents: Sequence[Document]) -> tuple[str, ...]:
    """Which counting tools a report's text gives away."""
    text = "\n".join(line.text for document in documents for line in document.lines).lower()
    return tuple(name for name, pattern in _TOOLS if re.search(pattern, text))


def _in_line(path: str, line: DocumentLine, following: DocumentLine | None) -> Iterator[Printed]:
    """The numbers whose words begin on a line; the number itself may have slipped to the next."""
    plain = plain_signs(line.text)
    if is_code(plain):
        return
    length = len(plain)
    if following is not None and plain.rstrip().endswith((":", "=", " is", "為", "是")):
        plain += f" {plain_signs(following.text)}"
    for name, pattern in _PATTERNS.items():
        for found in pattern.finditer(plain):
            if found.start() >= length:
                continue
            word = plain[found.start() : found.start(1)].strip(" :=\t")
            yield Printed(
                name, word[:40], found[1].strip(), Place(path, line.page, line.number, line.text[:300], line.box)
            )
