"""Which entries of a folder are submissions, and whose."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from grader.errors import SubmissionError
from grader.submissions.find import find_submissions, one_submission


def touch(folder: Path, *names: str) -> None:
    """Make empty files, and a folder for every name that ends with a slash."""
    for name in names:
        if name.endswith("/"):
            (folder / name).mkdir(parents=True)
        else:
            (folder / name).write_bytes(b"")


def test_folders_and_three_kinds_of_files_are_submissions(tmp_path: Path) -> None:
    """Each sub-folder, .zip, .py and .ipynb is one, the id is the name without the suffix."""
    touch(tmp_path, "ada/", "ben.zip", "chloe.py", "dan.IPYNB", "roster.csv", "notes.txt")
    found = find_submissions(tmp_path)
    assert [(each.student_id, each.kind) for each in found] == [
        ("ada", "folder"),
        ("ben", "zip"),
        ("chloe", "py"),
        ("dan", "ipynb"),
    ]
    assert [each.path.name for each in found] == ["ada", "ben.zip", "chloe.py", "dan.IPYNB"]


def test_litter_is_no_submission(tmp_path: Path) -> None:
    """Hidden names, backups, system folders and __pycache__ are passed over."""
    touch(tmp_path, "ada/", ".git/", "__MACOSX/", "__pycache__/", "~lock.py", "old.py~", ".hidden.py", "Thumbs.db")
    assert [each.student_id for each in find_submissions(tmp_path)] == ["ada"]


def test_output_folder_is_no_submission(tmp_path: Path) -> None:
    """DIR may lie among the submissions, also when it is named by another path."""
    touch(tmp_path, "ada/", "out/")
    found = find_submissions(tmp_path, ignore=tmp_path / "ada" / ".." / "out")
    assert [each.student_id for each in found] == ["ada"]


def test_output_inside_a_submission_is_refused(tmp_path: Path) -> None:
    """A DIR below a student's folder would change the submission while it is graded."""
    touch(tmp_path, "ada/", "ben/")
    with pytest.raises(SubmissionError, match="inside the submission 'ada'"):
        find_submissions(tmp_path, ignore=tmp_path / "ada" / "out")


def test_two_submissions_with_one_id_are_named(tmp_path: Path) -> None:
    """ada/ and ada.zip are one student: one line names both."""
    touch(tmp_path, "ada/", "ada.zip")
    with pytest.raises(SubmissionError, match=r"'ada' and 'ada\.zip' are both student 'ada'"):
        find_submissions(tmp_path)


def test_ids_are_compared_in_one_unicode_form(tmp_path: Path) -> None:
    """A name with a combining accent is the same student as the composed one."""
    composed = "Jos\u00e9"
    touch(tmp_path, f"{unicodedata.normalize('NFD', composed)}.py")
    assert find_submissions(tmp_path)[0].student_id == composed
    touch(tmp_path, f"{composed}/")
    with pytest.raises(SubmissionError, match="both student"):
        find_submissions(tmp_path)


@pytest.mark.parametrize("name", ["林小卷", "김합곱", "O'Brien, Zoë"])
def test_names_of_the_world_are_kept(tmp_path: Path, name: str) -> None:
    """Unicode names are ids as they are."""
    touch(tmp_path, f"{name}/")
    assert find_submissions(tmp_path)[0].student_id == name


def test_name_that_is_no_utf8_becomes_printable(tmp_path: Path) -> None:
    """A file name in an old encoding gives an id that any CSV can hold."""
    os.mkdir(os.fsencode(tmp_path) + b"/\xaa\xf8name")
    student_id = find_submissions(tmp_path)[0].student_id
    assert student_id.encode("utf-8").endswith(b"name")


def test_links_are_no_submissions(tmp_path: Path) -> None:
    """A link in the folder of submissions is not followed."""
    touch(tmp_path, "ada/")
    (tmp_path / "eve").symlink_to("/etc")
    (tmp_path / "mal.py").symlink_to("/etc/passwd")
    assert [each.student_id for each in find_submissions(tmp_path)] == ["ada"]


@pytest.mark.parametrize("name", ["missing", "empty", "file.py"])
def test_folder_without_submissions_is_one_line(tmp_path: Path, name: str) -> None:
    """A missing folder, an empty one and a file are told in one line that names them."""
    touch(tmp_path, "empty/", "file.py")
    with pytest.raises(SubmissionError) as caught:
        find_submissions(tmp_path / name)
    assert name in str(caught.value) and "\n" not in str(caught.value)


def test_one_submission_takes_a_file_or_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A student may name a file, a folder, or the folder they stand in."""
    touch(tmp_path, "ada/", "ada/hw4.py")
    assert one_submission(tmp_path / "ada" / "hw4.py").kind == "py"
    monkeypatch.chdir(tmp_path / "ada")
    assert (one_submission(Path(".")).student_id, one_submission(Path(".")).kind) == ("ada", "folder")


@pytest.mark.parametrize("name", ["hw4.pdf", "missing.py"])
def test_one_submission_names_what_cannot_be_graded(tmp_path: Path, name: str) -> None:
    """A path that leads nowhere, or to something else, is one line."""
    touch(tmp_path, "hw4.pdf")
    with pytest.raises(SubmissionError, match=name):
        one_submission(tmp_path / name)
