"""review.csv: we add rows for what waits for a human; what the human writes is theirs.

Points, comments, reviewers and columns of their own are never changed. The
other columns are ours and follow the newest grade.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from grader.disk import replace_file, writing_to
from grader.domain.assignment import AssignmentInfo, ManualScore
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.errors import OutputError
from grader.export.gradebook_csv import points_text
from grader.gradebook.review_table import COLUMNS, Row, Table, read_table, table_text

Item = tuple[str, str]
"""Question id and item id."""

_NUMBER = re.compile(r"[+-]?\d{1,9}([.,]\d{1,9})?")
_TRIES = 5


@dataclass(frozen=True)
class Review:
    """What humans have given, and what of theirs cannot be used, each in one line with its row."""

    scores: tuple[ManualScore, ...] = ()
    conflicts: tuple[str, ...] = ()


def points_of_items(info: AssignmentInfo) -> dict[Item, float]:
    """The points of every rubric item and every check of an assignment."""
    found = {(question.id, check.id): check.points for question in info.questions for check in question.checks}
    return found | {(question.id, item.id): item.points for question in info.questions for item in question.rubric}


def read_review(path: Path, *, most: Mapping[Item, float] | None = None, students: Collection[str] = ()) -> Review:
    """The points in review.csv; a line that cannot be used is named and counts for nothing.

    `most` are the points of the assignment's items; without it each row's own
    max_points are believed. `students` are the ids of the class: a spreadsheet
    that took 00417 for a number wrote 417, and is understood.

    Raises:
        OutputError: when the file as a whole cannot be read.
    """
    table = read_table(path)
    found: dict[tuple[str, Item], list[tuple[Row, ManualScore]]] = {}
    conflicts = []
    for row in table.rows if table else ():
        if not row["points"]:
            continue
        try:
            score = _score(row, most, students)
        except ValueError as error:
            conflicts.append(f"{path.name} row {row.number}: {error}")
            continue
        found.setdefault((score.student_id, (score.question, score.item)), []).append((row, score))
    scores = []
    for same in found.values():
        if len({score.points for _, score in same}) > 1:
            conflicts.append(_conflict(path, same))
        else:
            scores.append(next((score for _, score in same if score.comment), same[0][1]))
    return Review(tuple(scores), tuple(conflicts))


def merge_review(path: Path, grades: Iterable[Grade]) -> int:
    """Add a row for every rubric item and open check that has none yet; returns how many were added.

    Raises:
        OutputError: when the file cannot be read or written; it then stays as it is.
    """
    wanted = [row for grade in sorted(grades, key=lambda each: each.submission.student_id) for row in _wanted(grade)]
    for _ in range(_TRIES):
        before = _stamp(path)
        table = read_table(path) or Table()
        merged, added = _merged(table, wanted)
        if path.exists() and merged == table:
            return 0
        # Somebody may have saved the file in the meantime; then what they wrote is read first.
        if _stamp(path) == before:
            with writing_to(path.parent):
                replace_file(path, table_text(merged), 0o644)
            return added
    raise OutputError(f"{path}: is being written by another program; close it and run the command again")


def _score(row: Row, most: Mapping[Item, float] | None, students: Collection[str]) -> ManualScore:
    """The manual score of a row; ValueError says what is wrong with it."""
    student = _restored(unicodedata.normalize("NFC", row["student_id"]), students)
    item = (row["question"], row["item"])
    where = f"{student} {item[0]}.{item[1]}"
    points = _number(row["points"])
    if points is None:
        raise ValueError(f"points of {where} are {row['points'][:40]!r}, want a number")
    if most is not None and item not in most:
        raise ValueError(f"{where} has points, but the assignment has no such item")
    limit = most[item] if most is not None else _number(row["max_points"])
    if points < 0 or (limit is not None and points > limit):
        upper = "" if limit is None else f" to {points_text(limit)}"
        raise ValueError(f"points of {where} are {points_text(points)}, want 0{upper}")
    return ManualScore(student, *item, points, row["comment"], row["reviewer"])


def _number(cell: str) -> float | None:
    text = unicodedata.normalize("NFKC", cell).strip()
    return float(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None


def _restored(student: str, students: Collection[str]) -> str:
    if student in students or not student.isascii() or not student.isdigit():
        return student
    same = [known for known in students if known.isascii() and known.isdigit() and int(known) == int(student)]
    return same[0] if len(same) == 1 else student


def _conflict(path: Path, same: list[tuple[Row, ManualScore]]) -> str:
    score = same[0][1]
    rows = " and ".join(str(row.number) for row, _ in same)
    points = " and ".join(points_text(each.points) for _, each in same)
    where = f"{score.student_id} {score.question}.{score.item}"
    return f"{path.name} rows {rows}: {where} has {points} points; keep one row, until then it waits"


def _wanted(grade: Grade) -> Iterator[dict[str, str]]:
    """Our columns of every row that a grade asks for."""
    for question in grade.questions:
        lines = [(item.id, item.title, item.max_points, item.excerpt) for item in question.rubric]
        lines += [
            (check.id, check.title, check.max_points, check.actual or "")
            for check in question.checks
            if check.status is Status.NEEDS_REVIEW
        ]
        for item, title, points, excerpt in lines:
            yield {
                "student_id": grade.submission.student_id,
                "name": grade.submission.name,
                "question": question.id,
                "item": item,
                "title": title,
                "max_points": points_text(points),
                "excerpt": excerpt,
            }


def _merged(table: Table, wanted: list[dict[str, str]]) -> tuple[Table, int]:
    """The table with our columns brought up to date and the missing rows behind the others."""
    columns = (*table.columns, *(column for column in COLUMNS if column not in table.columns))
    students = {cells["student_id"] for cells in wanted}
    left = {_key(cells, students): cells for cells in wanted}
    rows = []
    seen = set()
    for row in table.rows:
        key = _key(row.cells, students)
        seen.add(key)
        rows.append(replace(row, cells={**row.cells, **left.get(key, {})}))
    new = [cells for key, cells in left.items() if key not in seen]
    rows += [Row(0, cells) for cells in new]
    return Table(columns, tuple(rows)), len(new)


def _key(cells: Mapping[str, str], students: Collection[str]) -> tuple[str, str, str]:
    student, question, item = (cells.get(column, "").strip() for column in ("student_id", "question", "item"))
    return _restored(unicodedata.normalize("NFC", student), students), question, item


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino
