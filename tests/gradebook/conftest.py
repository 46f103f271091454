"""Grades made by hand for the gradebook's tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.domain.evidence import SubmissionRef
from grader.domain.result import CheckResult, Grade, QuestionResult, RubricItem
from grader.domain.status import Status

MakeGrade = Callable[..., Grade]


def make_grade(
    student: str = "ada", *, name: str = "", score: float = 12.5, excerpt: str = "", open_check: bool = False
) -> Grade:
    """A grade with a rubric question of two items and an automatic one of two checks."""
    checks = (
        CheckResult("hand_total", "Your total is right.", Status.PASSED, 6.0, 6.0),
        CheckResult(
            "runs",
            "Your network runs.",
            Status.NEEDS_REVIEW if open_check else Status.FAILED,
            0.0,
            8.0,
            reason="forward_raised",
            actual="a script" if open_check else None,
        ),
    )
    rubric = (
        RubricItem("pros", "Three pros", 9.0, excerpt=excerpt),
        RubricItem("cons", "Three cons", 9.0, points=4.5, comment="half", reviewer="me"),
    )
    questions = (
        QuestionResult("q1", "Essay", 4.5, 18.0, Status.NEEDS_REVIEW, 0.0, 4.5, False, (), rubric, pending=9.0),
        QuestionResult("q2", "AlexNet", 6.0, 14.0, Status.FAILED, 6.0, None, False, checks),
    )
    submission = SubmissionRef(student, name or student, "ab" * 32, f"{student}.zip")
    flags = ("memorised", "late")
    return Grade("hw4", "abc", submission, Status.NEEDS_REVIEW, score, 100.0, 9.0, questions, flags=flags)


@pytest.fixture
def grade() -> MakeGrade:
    """Makes grades."""
    return make_grade
