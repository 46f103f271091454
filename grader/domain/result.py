"""The grade of one submission: what score returns and publish prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grader.domain.document import Place
from grader.domain.evidence import SubmissionRef
from grader.domain.measurement import (
    AccuracyMeasurement,
    NetworkMeasurement,
    TrainingFacts,
)
from grader.domain.problem import Fact, Problem
from grader.domain.status import Status, Visibility

RESULT_SCHEMA = "grader/result/v1"


@dataclass(frozen=True)
class CheckResult:
    """One check's result. Points are in hundredths-exact floats (rounded to 0.01).

    `title` is the check's docstring line. `reason` and `facts` make rationale
    and help through the catalogue; `reason` is empty for a plain pass.
    `expected` and `actual` are short values, never sentences.
    """

    id: str
    title: str
    status: Status
    points: float
    max_points: float
    visibility: Visibility = Visibility.PUBLIC
    reason: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)
    expected: str | None = None
    actual: str | None = None
    file: str | None = None
    line: int | None = None
    notes: tuple[Problem, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class RubricItem:
    """One line that a human grades. `points` is None until review.csv has a number."""

    id: str
    title: str
    max_points: float
    points: float | None = None
    comment: str = ""
    reviewer: str = ""
    excerpt: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """A question's points. `manual_score` is None while every rubric item waits."""

    id: str
    title: str
    score: float
    max_score: float
    status: Status
    auto_score: float
    manual_score: float | None
    bonus: bool
    checks: tuple[CheckResult, ...]
    rubric: tuple[RubricItem, ...] = ()
    pending: float = 0.0
    """Points that wait for a human: open rubric items and checks in needs_review."""


@dataclass(frozen=True)
class Grade:
    """The whole result. `score` is without `pending`; it may exceed max_score by bonus."""

    assignment: str
    revision: str
    submission: SubmissionRef
    status: Status
    score: float
    max_score: float
    pending: float
    questions: tuple[QuestionResult, ...]
    networks: Mapping[str, NetworkMeasurement] = field(default_factory=dict)
    """By question id."""
    accuracy: Mapping[str, AccuracyMeasurement] = field(default_factory=dict)
    training: Mapping[str, TrainingFacts] = field(default_factory=dict)
    claimed: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """By question id: accuracy, precision, recall, f1 as the student wrote them (fractions of 1)."""
    hand: tuple[HandRow, ...] = ()
    flags: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    timings: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class HandRow:
    """One row of the hand calculation beside the truth, for the layer table.

    `reference` is the assignment network's number for the same layer, None where
    it has no such layer. `verdict` is one of agrees, differs_from_reference
    (allowed), wrong, arithmetic (the working gives another number than the one
    written), missing, carried (a total that sums the student's own rows).
    """

    path: str
    output_shape: tuple[int, ...]
    reference: int | None
    code: int | None
    hand: int | None
    working: str
    working_gives: int | None
    verdict: str
    is_total: bool = False
    place: Place | None = None
    """Where the student wrote it, when that was read in a document."""
