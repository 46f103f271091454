"""What a new score changes for whom, said before anything is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.domain.result import Grade


@dataclass(frozen=True)
class Change:
    """One line of a grade that is not what it was. Points are None where there was or is no such line."""

    student_id: str
    question: str
    item: str
    before: float | None
    after: float | None
    reason: str = ""
    """The reason code behind the new points, empty for a pass or a human's points."""
    reviewer: str = ""


def lines_of(grade: Grade) -> dict[tuple[str, str], tuple[float | None, str, str]]:
    """Every check and rubric item of a grade: (question, item) to points, reason and reviewer."""
    found: dict[tuple[str, str], tuple[float | None, str, str]] = {}
    for question in grade.questions:
        for check in question.checks:
            found[question.id, check.id] = (check.points, check.reason, "")
        for item in question.rubric:
            found[question.id, item.id] = (item.points, "", item.reviewer)
    return found


def differences(before: Mapping[tuple[str, str], float | None], after: Grade) -> tuple[Change, ...]:
    """The lines whose points differ, in the order of the new grade, then the lines that are gone."""
    changes = []
    lines = lines_of(after)
    for (question, item), (points, reason, reviewer) in lines.items():
        was = before.get((question, item))
        if was != points:
            changes.append(Change(after.submission.student_id, question, item, was, points, reason, reviewer))
    for (question, item), was in before.items():
        if (question, item) not in lines:
            changes.append(Change(after.submission.student_id, question, item, was, None))
    return tuple(changes)


def points_in_record(record: Mapping[str, Any]) -> dict[tuple[str, str], float | None]:
    """The points of a stored full record (grader/result/v1), line by line."""
    found: dict[tuple[str, str], float | None] = {}
    for question in record.get("questions", ()):
        for line in (*question.get("checks", ()), *question.get("rubric", ())):
            found[question["id"], line["id"]] = line.get("points")
    return found
