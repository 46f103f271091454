"""What a new score changes for whom, said before anything is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from grader.domain.problem import Fact
from grader.domain.result import Grade

Line = tuple[str, str]
"""Question id and the id of a check or rubric item."""


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
    facts: Mapping[str, Fact] = field(default_factory=dict)
    reviewer: str = ""


def differences(before: Mapping[Line, float | None], after: Grade) -> tuple[Change, ...]:
    """The lines whose points differ, in the order of the new grade, then the lines that are gone."""
    lines = {(change.question, change.item): change for change in _lines(after)}
    changed = [
        replace(change, before=before.get(line)) for line, change in lines.items() if before.get(line) != change.after
    ]
    gone = [Change(after.submission.student_id, *line, was, None) for line, was in before.items() if line not in lines]
    return (*changed, *gone)


def points_in_record(record: Mapping[str, Any]) -> dict[Line, float | None]:
    """The points of a stored full record (grader/result/v1), line by line."""
    found: dict[Line, float | None] = {}
    for question in record.get("questions", ()):
        for line in (*question.get("checks", ()), *question.get("rubric", ())):
            found[question["id"], line["id"]] = line.get("points")
    return found


def _lines(grade: Grade) -> list[Change]:
    """Every check and rubric item of a grade, as if nothing had been there before."""
    student = grade.submission.student_id
    found = []
    for question in grade.questions:
        for check in question.checks:
            found.append(Change(student, question.id, check.id, None, check.points, check.reason, check.facts))
        for item in question.rubric:
            found.append(Change(student, question.id, item.id, None, item.points, reviewer=item.reviewer))
    return found
