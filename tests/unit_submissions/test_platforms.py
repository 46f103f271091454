"""Exports of learning platforms: whose each file is, under the name that its student gave it."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.domain.reason import Reason
from grader.submissions.find import find_submissions
from grader.submissions.platforms import canvas_file, moodle_folder
from grader.submissions.read import read_files


@pytest.mark.parametrize(
    ("name", "student", "file", "late"),
    [
        ("linwei_12345_678901_hw4.py", "linwei_12345", "hw4.py", False),
        ("linwei_LATE_12345_678901_hw4.py", "linwei_12345", "hw4.py", True),
        ("linwei_12345_678902_hw4-2.py", "linwei_12345", "hw4.py", False),
        ("linwei_12345_678901_my_hw_4.ipynb", "linwei_12345", "my_hw_4.ipynb", False),
        ("林小卷_7_8_報告.pdf", "林小卷_7", "報告.pdf", False),
        ("anon_2kPq9_678901_hw4.py", "anon_2kPq9", "hw4.py", False),
        ("LATE_anon_2kPq9_678901_hw4.zip", "anon_2kPq9", "hw4.zip", True),
    ],
)
def test_canvas_names_are_taken_apart(name: str, student: str, file: str, late: bool) -> None:
    """Name, number, and what the student called the file before Canvas counted uploads."""
    found = canvas_file(name)
    assert found is not None
    assert (found.student, found.file, found.late) == (student, file, late)


@pytest.mark.parametrize("name", ["hw4.py", "ada_hw4.zip", "ada_12345.py", "my_2_layer_net.py", "12345_hw4.py"])
def test_other_names_are_not_taken_for_canvas(name: str) -> None:
    """Two numbers in a row make the pattern."""
    assert canvas_file(name) is None


@pytest.mark.parametrize("ending", ["assignsubmission_file", "assignsubmission_file_", "assignsubmission_onlinetext"])
def test_moodle_folders_are_taken_apart(ending: str) -> None:
    """The participant's number is of the assignment, and keeps two of one name apart."""
    found = moodle_folder(f"Lin Wei_12345_{ending}")
    assert found is not None and found.student == "Lin Wei_12345"
    assert moodle_folder("Lin Wei_12345") is None


def test_canvas_export_is_one_submission_for_each_student(tmp_path: Path) -> None:
    """Files of one student come together; of two uploads the later one counts; late ones are marked."""
    files = {
        "chenyu_LATE_22_900_hw4.py": b"late = True\n",
        "linwei_11_500_hw4.pdf": b"%PDF-1.7",
        "linwei_11_501_hw4.py": b"first = 1\n",
        "linwei_11_777_hw4-1.py": b"second = 2\n",
        "roster.csv": b"",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "dan").mkdir()
    found = {each.student_id: each for each in find_submissions(tmp_path)}
    assert {name: each.late for name, each in found.items()} == {"chenyu_22": True, "linwei_11": False, "dan": False}
    read, problems = read_files(found["linwei_11"])
    assert read == {"hw4.pdf": b"%PDF-1.7", "hw4.py": b"second = 2\n"}
    assert problems == ()
    assert found["linwei_11"].source == "linwei_11_500_hw4.pdf"


def test_one_file_of_such_a_name_is_a_file_like_any_other(tmp_path: Path) -> None:
    """A folder is an export of Canvas when more than one file says so."""
    (tmp_path / "net_1_2_layers.py").write_bytes(b"")
    assert [each.student_id for each in find_submissions(tmp_path)] == ["net_1_2_layers"]


def test_names_that_are_no_names_stay_outside(tmp_path: Path) -> None:
    """A file that its student called .. is refused, and the other is read."""
    (tmp_path / "linwei_11_500_..").write_bytes(b"x")
    (tmp_path / "linwei_11_501_hw4.py").write_bytes(b"y = 1\n")
    (only,) = find_submissions(tmp_path)
    read, problems = read_files(only)
    assert read == {"hw4.py": b"y = 1\n"}
    assert [problem.reason for problem in problems] == [Reason.NAME_REFUSED]


def test_moodle_export_keeps_two_of_one_name_apart(tmp_path: Path) -> None:
    """Folders as Moodle makes them."""
    for number in (11, 12):
        (tmp_path / f"Lin Wei_{number}_assignsubmission_file").mkdir()
    assert [each.student_id for each in find_submissions(tmp_path)] == ["Lin Wei_11", "Lin Wei_12"]


def test_archives_of_every_kind_are_submissions(tmp_path: Path) -> None:
    """By their ending, which is no part of the id."""
    for name in ("ada.7z", "ben.tar.gz", "chloe.tgz", "dan.rar", "eva.tar"):
        (tmp_path / name).write_bytes(b"")
    assert [each.student_id for each in find_submissions(tmp_path)] == ["ada", "ben", "chloe", "dan", "eva"]
