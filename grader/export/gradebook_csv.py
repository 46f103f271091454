"""gradebook.csv: one row for each submission, the same bytes for the same grades."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from grader.disk import replace_file, writing_to
from grader.domain.result import Grade
from grader.export.formula_safe import safe_cell

_BEFORE = ("student_id", "name", "status", "score", "max_score", "pending")
_AFTER = ("flags",)


def gradebook_csv(grades: Iterable[Grade]) -> str:
    """The file's text, sorted by student id; a question that a grade does not have stays empty."""
    ordered = sorted(grades, key=lambda grade: grade.submission.student_id)
    questions = list(dict.fromkeys(question.id for grade in ordered for question in grade.questions))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*_BEFORE, *questions, *_AFTER])
    for grade in ordered:
        writer.writerow(_row(grade, questions))
    return stream.getvalue()


def write_gradebook_csv(path: Path, grades: Iterable[Grade]) -> None:
    """Put the class's gradebook in place of the former one.

    Raises:
        OutputError: when it cannot be written; the former one stays.
    """
    with writing_to(path.parent):
        replace_file(path, gradebook_csv(grades).encode("utf-8", "replace"), 0o644)


def points_text(points: float) -> str:
    """Points with two decimals at most and no zeros behind them."""
    text = f"{points:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _row(grade: Grade, questions: list[str]) -> list[str]:
    scores = {question.id: points_text(question.score) for question in grade.questions}
    return [
        safe_cell(grade.submission.student_id),
        safe_cell(grade.submission.name),
        grade.status.value,
        points_text(grade.score),
        points_text(grade.max_score),
        points_text(grade.pending),
        *(scores.get(question, "") for question in questions),
        safe_cell(";".join(grade.flags)),
    ]
