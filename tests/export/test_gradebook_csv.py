"""gradebook.csv: its columns, its order, its numbers."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest

from grader.domain.evidence import SubmissionRef
from grader.domain.result import Grade, QuestionResult
from grader.domain.status import Status
from grader.errors import OutputError
from grader.export.gradebook_csv import gradebook_csv, points_text, write_gradebook_csv


def grade(student: str, *, name: str = "", questions: tuple[str, ...] = ("q1", "q2"), score: float = 1.25) -> Grade:
    """A grade with these questions, each worth what its number says."""
    results = tuple(
        QuestionResult(each, "T", float(each[1:]), 9.0, Status.FAILED, 0.0, None, False, ()) for each in questions
    )
    ref = SubmissionRef(student, name or student, "ab", "x")
    return Grade("hw4", "r", ref, Status.ERROR, score, 100.0, 0.5, results, flags=("late", "memorised"))


def rows(text: str) -> list[dict[str, str]]:
    """The rows as a program reads them."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_columns_are_those_that_were_decided() -> None:
    """The fixed columns, one for each question, then flags."""
    text = gradebook_csv([grade("ada")])
    assert text.split("\r\n")[0] == "student_id,name,status,score,max_score,pending,q1,q2,flags"
    assert rows(text) == [
        {
            "student_id": "ada",
            "name": "ada",
            "status": "error",
            "score": "1.25",
            "max_score": "100",
            "pending": "0.5",
            "q1": "1",
            "q2": "2",
            "flags": "late;memorised",
        }
    ]


def test_same_grades_give_the_same_bytes() -> None:
    """Rows are sorted by student id, however the grades come."""
    grades = [grade(f"s{number}") for number in range(20)] + [grade("林小卷"), grade("김합곱")]
    expected = gradebook_csv(grades)
    random.Random(1).shuffle(grades)
    assert gradebook_csv(grades) == expected
    ids = [row["student_id"] for row in rows(expected)]
    assert ids == sorted(ids) and len(ids) == 22


def test_missing_question_stays_empty() -> None:
    """A grade without one of the questions has no 0 there."""
    found = rows(gradebook_csv([grade("ada", questions=("q1",)), grade("ben", questions=("q1", "q2", "q3"))]))
    assert [(row["q1"], row["q2"], row["q3"]) for row in found] == [("1", "", ""), ("1", "2", "3")]


def test_names_are_no_formulas() -> None:
    """A student's name that begins with = does not run in a spreadsheet."""
    (row,) = rows(gradebook_csv([grade('=HYPERLINK("x")', name="@SUM(1)\n2")]))
    assert (row["student_id"], row["name"]) == ('\'=HYPERLINK("x")', "'@SUM(1)\n2")


@pytest.mark.parametrize(
    ("points", "text"),
    [(0.0, "0"), (-0.0, "0"), (100.0, "100"), (87.5, "87.5"), (1 / 3, "0.33"), (0.1 + 0.2, "0.3"), (10.0, "10")],
)
def test_points_have_no_idle_zeros(points: float, text: str) -> None:
    """At most two decimals, and whole numbers as whole numbers."""
    assert points_text(points) == text


def test_no_grades_give_a_header() -> None:
    """An empty class is a file with its columns."""
    assert gradebook_csv([]) == "student_id,name,status,score,max_score,pending,flags\r\n"


def test_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    """What is written is what was made; a folder that is gone is one line."""
    path = tmp_path / "gradebook.csv"
    for grades in ([grade("ada")], [grade("ada"), grade("ben")]):
        write_gradebook_csv(path, grades)
        assert path.read_bytes() == gradebook_csv(grades).encode()
    assert [each.name for each in tmp_path.iterdir()] == ["gradebook.csv"]
    with pytest.raises(OutputError, match="gone"):
        write_gradebook_csv(tmp_path / "gone" / "gradebook.csv", [])
