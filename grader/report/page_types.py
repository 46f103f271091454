"""What a page shows, as plain frozen data: every number is text already, every sum is made."""

from __future__ import annotations

from dataclasses import dataclass


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
class Fact:
    """A name and a value."""

    name: str
    value: str


@dataclass(frozen=True)
class Lost:
    """One line of "where the points went". `target` is the id of the question's section."""

    question: str
    target: str
    points: str
    reason: str
    advice: str


@dataclass(frozen=True)
class Waiting:
    """Points of one question that nobody has decided yet, and what they are for."""

    question: str
    points: str
    what: str


@dataclass(frozen=True)
class Step:
    """One thing to do next, and what it is worth."""

    action: str
    worth: str


@dataclass(frozen=True)
class Bar:
    """One question in "score by question".

    `width` is a percentage of the widest bar; `got` and `open` are percentages
    of this one: how far the earned points reach, and how far those that wait.
    """

    name: str
    title: str
    subtitle: str
    score: str
    width: str
    got: str
    open: str
    bonus: bool
    state: str


@dataclass(frozen=True)
class CheckLine:
    """One check as its question lists it. `mark` is a word, never a colour alone."""

    title: str
    status: str
    mark: str
    points: str
    rationale: str = ""
    help: str = ""
    sides: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class RubricLine:
    """One rubric item with a human's points and words."""

    title: str
    points: str
    comment: str
    waiting: bool


@dataclass(frozen=True)
class Answer:
    """A part of the essay as the student wrote it, beside the rubric items that it answers."""

    text: str
    remarks: tuple[RubricLine, ...]
    cut: str = ""


@dataclass(frozen=True)
class HandLine:
    """One row of the layer table. `kind` names its style: agrees, allowed, wrong, missing, carried."""

    layer: str
    output: str
    reference: str
    code: str
    hand: str
    working: str
    verdict: str
    kind: str
    is_total: bool = False
    place: str = ""


@dataclass(frozen=True)
class Correction:
    """A line of the hand calculation as written; a wrong one has its struck and its right end."""

    layer: str
    working: str
    struck: str = ""
    right: str = ""


@dataclass(frozen=True)
class ToolLine:
    """One way of counting and its number, with the word that the tool prints for it."""

    tool: str
    number: str
    word: str
    mark: str = ""


@dataclass(frozen=True)
class Code:
    """A piece of the student's file as it was handed in, from line `first` on; `marked` lines are spoken of."""

    place: str
    text: str
    first: int
    marked: tuple[int, ...] = ()
    cut: str = ""


@dataclass(frozen=True)
class Metric:
    """One measured share beside the student's own; `verdict` says in words whether they agree."""

    name: str
    measured: str
    claimed: str
    verdict: str = ""


@dataclass(frozen=True)
class Training:
    """What a trained network shows on test images."""

    dataset: str
    metrics: tuple[Metric, ...]
    facts: tuple[Fact, ...]
    curve: Picture | None
    classes: Picture
    classes_note: str
    confusion: Picture
    mistakes: tuple[Digit, ...]
    mistakes_note: str


@dataclass(frozen=True)
class Network:
    """A measured network: its facts, and its layers as a summary tool prints them."""

    facts: tuple[Fact, ...]
    summary: str


@dataclass(frozen=True)
class Shown:
    """A picture out of the hand-in: its JPEG in base64, and what it is."""

    jpeg: str
    caption: str
    wide: bool


@dataclass(frozen=True)
class Section:
    """One question of the report; what a question does not have stays empty."""

    id: str
    name: str
    title: str
    score: str
    asked: str
    answers: tuple[Answer, ...] = ()
    checks: tuple[CheckLine, ...] = ()
    hidden: str = ""
    hand: tuple[HandLine, ...] = ()
    hand_intro: str = ""
    corrections: tuple[Correction, ...] = ()
    corrections_note: str = ""
    tools: tuple[ToolLine, ...] = ()
    network: Network | None = None
    code: Code | None = None
    training: Training | None = None
    pictures: tuple[Shown, ...] = ()


@dataclass(frozen=True)
class FileLine:
    """One file as handed in."""

    name: str
    sha256: str
    size: str


@dataclass(frozen=True)
class Graded:
    """How a result came about, and how to get it again."""

    facts: tuple[Fact, ...]
    remarks: tuple[str, ...] = ()
    files: tuple[FileLine, ...] = ()
    more_files: str = ""
    repeat: str = ""


@dataclass(frozen=True)
class Heading:
    """The band on top of a page."""

    course: str
    assignment: str
    title: str
    who: str
    state: str
    number: str
    unit: str
    ring: Picture | None = None


@dataclass(frozen=True)
class StudentPage:
    """The whole student report. `words` are the template's own phrases."""

    lang: str
    words: dict[str, str]
    document: str
    foot: str
    heading: Heading
    stamp: str
    works: tuple[str, ...]
    fix: tuple[str, ...]
    then: tuple[str, ...]
    bars: tuple[Bar, ...]
    lost: tuple[Lost, ...]
    lost_note: str
    waiting: tuple[Waiting, ...]
    steps: tuple[Step, ...]
    sections: tuple[Section, ...]
    graded: Graded
    scores: tuple[str, ...]
    """Every score text on the page; all have to be found in the finished PDF."""
