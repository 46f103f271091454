"""The class list: who is who, and what is said of those who are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submissions.find import Submission
from grader.submissions.roster import enrol, read_roster

OWN = """學號,姓名,Email,github
B1001,林小卷,lin@u.tw,lin-wei
B1002,Ada Kernel,ada@u.tw,adak
B1003,Ben Stride,ben@u.tw,
"""
CANVAS = """Student,ID,SIS User ID,SIS Login ID,Section,HW4 (9)
    Points Possible,,,,,100
"Lin, Wei",11,0541345,wlin,A,
"""
MOODLE = "Identifier,Full name,Email address,Grade\nParticipant 77,Wei Lin,wei@u.tw,\n"


def roster(place: Path, text: str, encoding: str = "utf-8") -> Path:
    """A class list as a file."""
    path = place / "roster.csv"
    path.write_bytes(text.encode(encoding))
    return path


def submission(name: str) -> Submission:
    """A folder of this name."""
    return Submission(name, name, Path(name), "folder")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(
    "name", ["B1001", "b1001", "hw4_B1001_final", "hw4-lin-wei", "lin", "lin@u.tw", "林小卷", "lin-wei"]
)
def test_submission_is_found_by_each_of_a_students_names(name: str, encoding: str, tmp_path: Path) -> None:
    """Id, login, e-mail and name, alone or as a part of the folder's name."""
    found = enrol([submission(name)], read_roster(roster(tmp_path, OWN, encoding)))
    assert [(each.student_id, each.name) for each in found.submissions] == [("B1001", "林小卷")]
    assert found.strangers == ()
    assert [student.id for student in found.absent] == ["B1002", "B1003"]


def test_canvas_gradebook_is_a_class_list(tmp_path: Path) -> None:
    """Its own number stands in the names of an export, the school's id becomes the student's."""
    students = read_roster(roster(tmp_path, CANVAS))
    for name in ("linwei_11", "wlin", "0541345"):
        assert [each.student_id for each in enrol([submission(name)], students).submissions] == ["0541345"]


def test_moodle_worksheet_has_no_ids_and_says_so(tmp_path: Path) -> None:
    """One line names the columns that are wanted."""
    with pytest.raises(SubmissionError, match="no column of ids; want one of sis user id"):
        read_roster(roster(tmp_path, MOODLE))
    students = read_roster(roster(tmp_path, MOODLE.replace("Grade\n", "ID number\n").replace("tw,\n", "tw,0541345\n")))
    assert enrol([submission("Wei Lin_77")], students).submissions[0].student_id == "0541345"


def test_strangers_keep_their_names_and_are_listed(tmp_path: Path) -> None:
    """Nobody is guessed: a name that fits two students fits none."""
    students = read_roster(roster(tmp_path, OWN.replace("B1003,Ben Stride", "B1003,Ada Kernel")))
    found = enrol([submission("ada kernel"), submission("somebody"), submission("B1001")], students)
    assert found.strangers == ("ada kernel", "somebody")
    assert [each.student_id for each in found.submissions] == ["B1001", "ada kernel", "somebody"]


def test_two_submissions_of_one_student_are_never_merged(tmp_path: Path) -> None:
    """One line names both."""
    with pytest.raises(SubmissionError, match=r"'B1001' and '林小卷' are both of 'B1001'"):
        enrol([submission("B1001"), submission("林小卷")], read_roster(roster(tmp_path, OWN)))


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "no column of ids"), ("name\nAda\n", "no column of ids"), ("id\nB1\nB1\n", "has 'B1' twice")],
)
def test_lists_that_are_none_are_refused_in_one_line(text: str, words: str, tmp_path: Path) -> None:
    """What was found, and what is wanted."""
    with pytest.raises(SubmissionError, match=words):
        read_roster(roster(tmp_path, text))
    with pytest.raises(SubmissionError, match="cannot be read"):
        read_roster(tmp_path / "nowhere.csv")
