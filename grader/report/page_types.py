"""What a page shows, as plain frozen data: every number is text already, every sum is made."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Picture:
    """A chart as SVG text with the words that say the same."""

    svg: str
    alt: str


@dataclass(frozen=True)
class Digit:
    """A test image that was got wrong: grey levels row by row, and what it is and was taken for."""

    pixels: tuple[int, ...]
    side: int
    truth: str
    predicted: str
    confidence: str
    alt: str


@dataclass(frozen=True)
class Lost:
    """One line of "where the points went"."""

    question: str
    points: str
    reason: str
    advice: str


@dataclass(frozen=True)
class Waiting:
    """Points that nobody has decided yet."""

    question: str
    title: str
    points: str


@dataclass(frozen=True)
class Bar:
    """One question in "score by question". Widths are percentages of the widest bar."""

    name: str
    title: str
    subtitle: str
    score: str
    width: str
    filled: str
    waiting: str
    bonus: bool
    status: str


@dataclass(frozen=True)
class CheckLine:
    """One check as its question lists it. `mark` is a word, never a colour alone."""

    title: str
    status: str
    mark: str
    points: str
    rationale: str = ""
    help: str = ""
    expected: str = ""
    actual: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RubricLine:
    """One rubric item with a human's points and words."""

    title: str
    points: str
    comment: str
    waiting: bool


@dataclass(frozen=True)
class HandLine:
    """One row of the layer table."""

    layer: str
    output: str
    reference: str
    code: str
    hand: str
    working: str
    verdict: str
    kind: str
    """agrees, allowed, wrong, missing or carried: which style the row has."""
    is_total: bool = False


@dataclass(frozen=True)
class ToolLine:
    """One way of counting and its number, with the word that the tool prints for it."""

    tool: str
    number: str
    word: str
    note: str = ""
    matched: bool = False


@dataclass(frozen=True)
class LayerLine:
    """One row of the measured layer list, as a summary tool prints it."""

    layer: str
    kind: str
    output: str
    params: str
    macs: str


@dataclass(frozen=True)
class Code:
    """A file of the student's as it was handed in."""

    file: str
    text: str
    cut: str = ""


@dataclass(frozen=True)
class Fact:
    """A name and a value."""

    name: str
    value: str


@dataclass(frozen=True)
class Section:
    """One question of the report; what a question does not have stays empty."""

    id: str
    name: str
    title: str
    score: str
    asked: str
    status: str
    checks: tuple[CheckLine, ...] = ()
    hidden: str = ""
    essay: tuple[Fact, ...] = ()
    rubric: tuple[RubricLine, ...] = ()
    hand: tuple[HandLine, ...] = ()
    tools: tuple[ToolLine, ...] = ()
    network: tuple[Fact, ...] = ()
    layers: tuple[LayerLine, ...] = ()
    diagnostics: tuple[str, ...] = ()
    code: Code | None = None
    metrics: tuple[Fact, ...] = ()
    curve: Picture | None = None
    classes: Picture | None = None
    confusion: Picture | None = None
    mistakes: tuple[Digit, ...] = ()
    dataset: str = ""


@dataclass(frozen=True)
class StudentPage:
    """The whole student report. `words` are the template's own phrases."""

    lang: str
    words: dict[str, str]
    course: str
    assignment: str
    title: str
    name: str
    student_id: str
    status: str
    score: str
    max_score: str
    pending: str
    ring: Picture
    works: tuple[str, ...]
    fix: tuple[str, ...]
    next_steps: tuple[str, ...]
    bars: tuple[Bar, ...]
    lost: tuple[Lost, ...]
    lost_total: str
    waiting: tuple[Waiting, ...]
    remarks: tuple[str, ...]
    sections: tuple[Section, ...]
    graded: tuple[Fact, ...]
    files: tuple[tuple[str, str, str], ...]
    repeat: str
    stamp: str = ""
    scores: tuple[str, ...] = field(default=())
    """Every score text on the page; all have to be found in the finished PDF."""
