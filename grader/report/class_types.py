"""What the class report shows, as plain frozen data."""

from __future__ import annotations

from dataclasses import dataclass

from grader.report.page_types import Fact, Graded, Heading, Picture


@dataclass(frozen=True)
class QuestionRate:
    """One question over the class. `share` is the mean as a percentage of the question's points."""

    name: str
    title: str
    mean: str
    most: str
    share: str
    passed: str
    waiting: str


@dataclass(frozen=True)
class CheckRate:
    """One check over the class: counts of submissions, and the share that is right as a percentage."""

    question: str
    title: str
    right: str
    wrong: str
    other: str
    share: str
    hidden: bool = False


@dataclass(frozen=True)
class SameError:
    """One error and the students who have it."""

    question: str
    sentence: str
    students: str
    count: str


@dataclass(frozen=True)
class Row:
    """One submission in the list of all."""

    student: str
    name: str
    status: str
    score: str
    pending: str
    questions: tuple[str, ...]
    flags: str


@dataclass(frozen=True)
class ClassPage:
    """The whole class report. `words` are the template's own phrases."""

    lang: str
    words: dict[str, str]
    document: str
    foot: str
    heading: Heading
    stamp: str
    figures: tuple[Fact, ...]
    distribution: Picture
    questions: tuple[QuestionRate, ...]
    checks: tuple[CheckRate, ...]
    errors: tuple[SameError, ...]
    waiting: tuple[Fact, ...]
    flags: tuple[Fact, ...]
    question_names: tuple[str, ...]
    rows: tuple[Row, ...]
    graded: Graded
    scores: tuple[str, ...]
    """Every score text on the page; all have to be found in the finished PDF."""
