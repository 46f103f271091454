"""review.csv: what humans wrote is theirs, whatever program they wrote it with."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.domain.assignment import AssignmentInfo, CheckSpec, ManualScore, Question, RubricSpec
from grader.domain.result import Grade
from grader.errors import OutputError
from grader.gradebook.review import Review, merge_review, points_of_items, read_review

MakeGrade = Callable[..., Grade]
HEADER = "student_id,name,question,item,title,max_points,points,comment,reviewer,excerpt"
MOST = {("q1", "pros"): 9.0, ("q1", "cons"): 9.0, ("q2", "runs"): 8.0}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where review.csv lies."""
    return tmp_path / "review.csv"


def table(path: Path) -> list[dict[str, str]]:
    """The rows as Python's own reader has them."""
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"), newline="")))


def fill(path: Path, **cells: str) -> None:
    """A human fills in the first row, in a program that keeps the format."""
    rows = table(path)
    rows[0].update(cells)
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def line(points: str, student: str = "ada", item: str = "pros", comment: str = "", most: str = "9") -> str:
    """A row as text."""
    return f"{student},{student},q1,{item},T,{most},{points},{comment},me,"


def read(path: Path, *lines: str, **options: object) -> Review:
    """What is read from a file of these rows."""
    path.write_text("\r\n".join([HEADER, *lines]) + "\r\n", encoding="utf-8-sig")
    return read_review(path, **options)  # type: ignore[arg-type]


def test_new_file_has_a_row_for_everything_a_human_grades(path: Path, grade: MakeGrade) -> None:
    """Rubric items and checks that wait, in order; UTF-8 with a mark; the human's columns empty."""
    assert merge_review(path, [grade("ben"), grade("ada", excerpt="My words", open_check=True)]) == 5
    assert path.read_bytes().startswith(b"\xef\xbb\xbf" + HEADER.encode() + b"\r\n")
    rows = table(path)
    assert [(row["student_id"], row["question"], row["item"]) for row in rows] == [
        ("ada", "q1", "pros"),
        ("ada", "q1", "cons"),
        ("ada", "q2", "runs"),
        ("ben", "q1", "pros"),
        ("ben", "q1", "cons"),
    ]
    assert {row[column] for row in rows for column in ("points", "comment", "reviewer")} == {""}
    assert (rows[0]["max_points"], rows[0]["excerpt"], rows[2]["excerpt"]) == ("9", "My words", "a script")


def test_second_grade_adds_rows_and_leaves_the_humans_columns(path: Path, grade: MakeGrade) -> None:
    """New students come behind the others; points, comment and reviewer stay as written."""
    merge_review(path, [grade("ben")])
    fill(path, points="7,5", comment="=nice\nwork", reviewer="me")
    assert merge_review(path, [grade("ada"), grade("ben", excerpt="new words")]) == 2
    rows = table(path)
    assert [row["student_id"] for row in rows] == ["ben", "ben", "ada", "ada"]
    assert (rows[0]["points"], rows[0]["comment"], rows[0]["reviewer"]) == ("7,5", "'=nice\nwork", "me")
    assert rows[0]["excerpt"] == "new words"
    assert read_review(path).scores == (ManualScore("ben", "q1", "pros", 7.5, "=nice\nwork", "me"),)


def test_merging_the_same_grades_writes_nothing(path: Path, grade: MakeGrade) -> None:
    """The file is not even touched."""
    merge_review(path, [grade()])
    before = path.stat()
    assert merge_review(path, [grade()]) == 0
    after = path.stat()
    assert (after.st_mtime_ns, after.st_ino) == (before.st_mtime_ns, before.st_ino)


def test_rows_and_columns_of_the_humans_own_are_kept(path: Path, grade: MakeGrade) -> None:
    """A column they added, a row for a student who left, and their order of rows."""
    path.write_text(
        f"points,mood,{HEADER.replace('points,comment', 'comment')}\n"
        "5,🙂,gone,gone,q1,pros,T,9,ok,me,\n,,ada,ada,q1,pros,T,9,,,\n",
        encoding="utf-8",
    )
    assert merge_review(path, [grade("ada")]) == 1
    rows = table(path)
    assert (rows[0]["student_id"], rows[0]["mood"], rows[0]["points"], rows[0]["comment"]) == ("gone", "🙂", "5", "ok")
    assert [row["item"] for row in rows] == ["pros", "pros", "cons"]


def test_cells_are_no_formulas(path: Path, grade: MakeGrade) -> None:
    """A student's words and name that begin with = reach no spreadsheet as a formula, and come back as they were."""
    merge_review(path, [grade("=cmd|'/c calc'!A0", name="@evil", excerpt='=HYPERLINK("http://x")')])
    row = table(path)[0]
    assert (row["student_id"][0], row["name"], row["excerpt"][:2]) == ("'", "'@evil", "'=")
    fill(path, points="3")
    assert read_review(path).scores[0].student_id == "=cmd|'/c calc'!A0"
    assert merge_review(path, [grade("=cmd|'/c calc'!A0", name="@evil", excerpt='=HYPERLINK("http://x")')]) == 0


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "sep=;"])
def test_what_spreadsheets_save_is_read(path: Path, encoding: str, separator: str) -> None:
    """Separators of other countries and Excel's Unicode text, with and without a mark."""
    first, mark = ("sep=;\r\n", ";") if separator == "sep=;" else ("", separator)
    text = first + mark.join(HEADER.split(",")) + "\r\n"
    text += mark.join(["林小卷", "", "q1", "pros", '"a; b, c\td"', "9", '"4,5"', '"two\r\nlines"', "me", ""]) + "\r\n"
    data = b"\xff\xfe" + text.encode("utf-16-le") if "mark" in encoding else text.encode(encoding)
    path.write_bytes(data)
    assert read_review(path).scores == (ManualScore("林小卷", "q1", "pros", 4.5, "two\r\nlines", "me"),)


@pytest.mark.parametrize(
    ("cell", "points"),
    [("9", 9.0), ("0", 0.0), ("4.5", 4.5), ("4,5", 4.5), (" 7 ", 7.0), ("９", 9.0), ("+3", 3.0), ("-0", 0.0)],
)
def test_points_are_read_as_people_write_them(path: Path, cell: str, points: float) -> None:
    """Decimal commas, blanks and full-width digits are numbers."""
    assert read(path, line(f'"{cell}"'), most=MOST).scores[0].points == points


@pytest.mark.parametrize("cell", ["nine", "9/9", "nan", "inf", "1e3", "0x9", "9 pts", "1.234,5", "--1", "=9", "9%"])
def test_points_that_are_no_number_are_named(path: Path, cell: str) -> None:
    """Row, student, item and what stands there; nothing is guessed and the item waits."""
    found = read(path, line("5", "ben"), line(f'"{cell}"'), most=MOST)
    assert [score.student_id for score in found.scores] == ["ben"]
    assert found.conflicts == (f"review.csv row 3: points of ada q1.pros are {cell!r}, want a number",)


@pytest.mark.parametrize("cell", ["9.5", "-1", "10", "100000000"])
def test_points_out_of_range_are_named(path: Path, cell: str) -> None:
    """More than the item is worth, or less than nothing; the assignment's points count, not the file's."""
    found = read(path, line(cell, most="1000"), most=MOST)
    assert found.scores == () and "want 0 to 9" in found.conflicts[0] and "row 2" in found.conflicts[0]
    assert "want 0 to 4" in read(path, line("9", most="4")).conflicts[0] if cell == "10" else True


def test_item_that_the_assignment_does_not_have_is_named(path: Path) -> None:
    """Points for something that is not asked for are not silently dropped."""
    found = read(path, line("5", item="style"), most=MOST)
    assert found.conflicts == ("review.csv row 2: ada q1.style has points, but the assignment has no such item",)


def test_empty_points_wait(path: Path) -> None:
    """A comment without points is no score and no conflict."""
    assert read(path, line("", comment="later"), line("  ", "ben"), most=MOST) == Review()


def test_two_rows_that_disagree_are_named_and_neither_counts(path: Path) -> None:
    """The same item with two numbers: both rows are named; equal numbers are no conflict."""
    found = read(path, line("5"), line("7"), line("3", "ben"), line("3", "ben", comment="why"), most=MOST)
    assert found.conflicts == (
        "review.csv rows 2 and 3: ada q1.pros has 5 and 7 points; keep one row, until then it waits",
    )
    assert found.scores == (ManualScore("ben", "q1", "pros", 3.0, "why", "me"),)


def test_row_numbers_are_those_of_a_spreadsheet(path: Path) -> None:
    """Line breaks inside cells do not count as rows."""
    found = read(path, line("1", "ben", comment='"a\nb\nc"'), line("x"), most=MOST)
    assert found.conflicts[0].startswith("review.csv row 3:")


def test_ids_that_lost_their_zeros_are_understood(path: Path, grade: MakeGrade) -> None:
    """A spreadsheet writes 00417 as 417; with the class's ids at hand that is one student."""
    found = read(path, line("5", "417"), most=MOST, students={"00417", "ada"})
    assert found.scores[0].student_id == "00417"
    assert read(path, line("5", "417"), students={"00417", "0417"}).scores[0].student_id == "417"
    path.write_text(f"{HEADER}\n{line('5', '417')}\n", encoding="utf-8")
    assert merge_review(path, [grade("00417")]) == 1
    assert [(row["student_id"], row["points"]) for row in table(path)] == [("00417", "5"), ("00417", "")]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"student_id,points\nada,5\n", "has no column 'question'"),
        (HEADER.replace("name", "points").encode(), "has two columns 'points'"),
        (
            HEADER.encode() + b"\nada,\xa4\xa4\xa4\xe5,q1,pros,T,9,5,,me,\n",
            "is not UTF-8; in Excel save it as 'CSV UTF-8",
        ),
        (HEADER.encode() + b'\n"' + b"x" * 200_000, "is no CSV file"),
    ],
)
def test_file_that_cannot_be_understood_is_one_line_and_stays(
    path: Path, grade: MakeGrade, data: bytes, message: str
) -> None:
    """Neither reading nor merging guesses, and merging overwrites nothing."""
    path.write_bytes(data)
    for use in (lambda: read_review(path), lambda: merge_review(path, [grade()])):
        with pytest.raises(OutputError, match=message) as caught:
            use()
        assert "\n" not in str(caught.value)
    assert path.read_bytes() == data


@pytest.mark.parametrize("data", [None, b"", b"\xef\xbb\xbf\r\n"])
def test_absent_and_empty_files_have_no_scores(path: Path, grade: MakeGrade, data: bytes | None) -> None:
    """Nothing is there yet; merging makes the file."""
    if data is not None:
        path.write_bytes(data)
    assert read_review(path) == Review()
    assert merge_review(path, [grade()]) == 2


def test_file_saved_in_the_meantime_is_read_again(
    path: Path, grade: MakeGrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A human saves between our reading and our writing: their points are not lost."""
    from grader.gradebook import review

    merge_review(path, [grade("ada")])
    merged, saves = review._merged, []

    def save_then_merge(*arguments: object) -> object:
        if not saves:
            saves.append(1)
            fill(path, points="8")
            os.utime(path, ns=(1, 1))
        return merged(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(review, "_merged", save_then_merge)
    merge_review(path, [grade("ben")])
    assert [(row["student_id"], row["points"]) for row in table(path)][0] == ("ada", "8")
    assert len(table(path)) == 4


def test_points_of_items_come_from_the_assignment() -> None:
    """Checks and rubric items alike, by question and id."""
    question = Question("q2", "T", "", 10, False, (CheckSpec("runs", 8.0),), (RubricSpec("screenshot", "S", 2.0),))
    info = AssignmentInfo("hw4", "", "", "", (question, replace(question, id="q3")), ())
    assert points_of_items(info) == {
        ("q2", "runs"): 8.0,
        ("q2", "screenshot"): 2.0,
        ("q3", "runs"): 8.0,
        ("q3", "screenshot"): 2.0,
    }
