"""Grades and manual scores as rows of the tables, and back."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from grader.domain.assignment import ManualScore
from grader.domain.result import Grade, QuestionResult
from grader.domain.status import Status
from grader.gradebook.models import CheckRow, ManualScoreRow, QuestionRow, SubmissionRow


def submission_row(grade: Grade) -> SubmissionRow:
    """A grade with its questions, checks and rubric items."""
    return SubmissionRow(
        student_id=grade.submission.student_id,
        name=grade.submission.name,
        sha256=grade.submission.sha256,
        source=grade.submission.source,
        assignment=grade.assignment,
        revision=grade.revision,
        status=grade.status.value,
        score=grade.score,
        max_score=grade.max_score,
        pending=grade.pending,
        flags=";".join(grade.flags),
        questions=[_question_row(question, position) for position, question in enumerate(grade.questions)],
    )


def _question_row(question: QuestionResult, position: int) -> QuestionRow:
    return QuestionRow(
        question=question.id,
        position=position,
        title=question.title,
        status=question.status.value,
        score=question.score,
        max_score=question.max_score,
        auto_score=question.auto_score,
        manual_score=question.manual_score,
        pending=question.pending,
        bonus=question.bonus,
        checks=[*_check_rows(question)],
    )


def _check_rows(question: QuestionResult) -> Iterator[CheckRow]:
    for position, check in enumerate(question.checks):
        yield CheckRow(
            item=check.id,
            position=position,
            kind="check",
            title=check.title,
            status=check.status.value,
            reason=check.reason,
            visibility=check.visibility.value,
            points=check.points,
            max_points=check.max_points,
        )
    for position, item in enumerate(question.rubric, len(question.checks)):
        yield CheckRow(
            item=item.id,
            position=position,
            kind="rubric",
            title=item.title,
            status=(Status.NEEDS_REVIEW if item.points is None else Status.PASSED).value,
            reason="",
            visibility="public",
            points=item.points,
            max_points=item.max_points,
        )


def manual_row(score: ManualScore) -> ManualScoreRow:
    """A manual score, imported now."""
    return ManualScoreRow(
        student_id=score.student_id,
        question=score.question,
        item=score.item,
        points=score.points,
        comment=score.comment,
        reviewer=score.reviewer,
        at=now(),
    )


def as_score(row: ManualScoreRow) -> ManualScore:
    """The manual score that a row keeps."""
    return ManualScore(row.student_id, row.question, row.item, row.points, row.comment, row.reviewer)


def now() -> str:
    """The time in UTC, ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
