"""The gradebook as SQLite, read back by another road: the sqlite3 module."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grader.domain.assignment import ManualScore
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.errors import OutputError
from grader.gradebook.book import open_gradebook

MakeGrade = Callable[..., Grade]


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    """What the file holds."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_grade_is_stored_with_questions_and_lines(tmp_path: Path, grade: MakeGrade) -> None:
    """Every number of a grade stands in its table, in the order of the grade."""
    path = tmp_path / "grader.sqlite"
    open_gradebook(path).record(grade("林小卷", score=10.5))
    assert rows(path, "SELECT student_id, status, score, max_score, pending, flags FROM submissions") == [
        ("林小卷", "needs_review", 10.5, 100.0, 9.0, "memorised;late")
    ]
    assert rows(
        path, "SELECT question, score, max_score, auto_score, manual_score FROM questions ORDER BY position"
    ) == [
        ("q1", 4.5, 18.0, 0.0, 4.5),
        ("q2", 6.0, 14.0, 6.0, None),
    ]
    assert rows(
        path, "SELECT item, kind, status, points, max_points, reason FROM checks ORDER BY question_id, position"
    ) == [
        ("pros", "rubric", "needs_review", None, 9.0, ""),
        ("cons", "rubric", "passed", 4.5, 9.0, ""),
        ("hand_total", "check", "passed", 6.0, 6.0, ""),
        ("runs", "check", "failed", 0.0, 8.0, "forward_raised"),
    ]


def test_second_grade_takes_the_place_of_the_first(tmp_path: Path, grade: MakeGrade) -> None:
    """One row for each student, and no line of a former grade stays behind."""
    path = tmp_path / "grader.sqlite"
    book = open_gradebook(path)
    for score in (1.0, 2.0, 3.0):
        book.record(grade(score=score))
    book.record(grade("ben"))
    assert [(each.student_id, each.score) for each in book.summaries()] == [("ada", 3.0), ("ben", 12.5)]
    assert rows(path, "SELECT (SELECT count(*) FROM questions), (SELECT count(*) FROM checks)") == [(4, 8)]


def test_summary_has_the_gradebooks_columns(tmp_path: Path, grade: MakeGrade) -> None:
    """Status, points by question and flags come back as types of ours."""
    book = open_gradebook(tmp_path / "grader.sqlite")
    book.record(replace(grade(), flags=()))
    (found,) = book.summaries()
    assert (found.status, found.questions, found.flags) == (Status.NEEDS_REVIEW, {"q1": 4.5, "q2": 6.0}, ())


def test_manual_scores_are_only_ever_added(tmp_path: Path) -> None:
    """Unchanged points add nothing; a change adds a row and leaves the former ones."""
    path = tmp_path / "grader.sqlite"
    book = open_gradebook(path)
    first = ManualScore("ada", "q1", "pros", 5.0, "good", "me")
    assert book.add_manual([first]) == 1
    assert book.add_manual([first]) == 0
    changed = replace(first, points=6.0)
    assert book.add_manual([changed, replace(first, item="cons")]) == 2
    assert book.add_manual([first]) == 1
    assert [score.points for score in book.manual_history() if score.item == "pros"] == [5.0, 6.0, 5.0]
    assert open_gradebook(path).manual_history() == book.manual_history()
    assert all(at.endswith("+00:00") for (at,) in rows(path, "SELECT at FROM manual_scores"))


def test_recording_a_grade_keeps_manual_history(tmp_path: Path, grade: MakeGrade) -> None:
    """A new grade deletes only what is the grade's."""
    book = open_gradebook(tmp_path / "grader.sqlite")
    book.add_manual([ManualScore("ada", "q1", "pros", 5.0)])
    book.record(grade())
    book.record(grade())
    assert len(book.manual_history()) == 1


def test_runs_are_noted(tmp_path: Path) -> None:
    """Command, revision, seed and data set of every run."""
    path = tmp_path / "grader.sqlite"
    open_gradebook(path).record_run("grade", assignment="hw4", revision="abc", seed=7, dataset="MNIST")
    assert rows(path, "SELECT command, assignment, revision, seed, dataset FROM runs") == [
        ("grade", "hw4", "abc", 7, "MNIST")
    ]


def spoilt(good: bytes) -> dict[str, bytes]:
    """Ways in which a database file is damaged."""
    return {
        "text": b"student_id,score\n" * 50,
        "cut": good[: len(good) // 2],
        "overwritten": good[:4096] + b"\xff" * 4096 + good[8192:],
        "header": b"X" + good[1:],
    }


@pytest.mark.parametrize("kind", ["text", "cut", "overwritten", "header"])
def test_corrupt_file_is_set_aside_and_begun_anew(tmp_path: Path, grade: MakeGrade, kind: str) -> None:
    """The bytes are kept under another name, which is told; the gradebook works and is filled again."""
    path = tmp_path / "grader.sqlite"
    book = open_gradebook(path)
    for number in range(30):
        book.record(grade(f"student-{number}"))
    damaged = spoilt(path.read_bytes())[kind]
    path.write_bytes(damaged)
    book = open_gradebook(path)
    assert book.set_aside == tmp_path / "grader.sqlite.corrupt-1"
    assert book.set_aside.read_bytes() == damaged
    assert book.summaries() == ()
    book.record(grade())
    assert len(open_gradebook(path).summaries()) == 1 and open_gradebook(path).set_aside is None
    path.write_bytes(damaged)
    assert open_gradebook(path).set_aside == tmp_path / "grader.sqlite.corrupt-2"


def test_database_of_another_version_is_set_aside(tmp_path: Path) -> None:
    """Tables of an older grader are not mixed with ours."""
    path = tmp_path / "grader.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE submissions (id INTEGER)")
        connection.commit()
    book = open_gradebook(path)
    assert book.set_aside is not None and book.summaries() == ()


def test_good_and_empty_files_are_not_set_aside(tmp_path: Path, grade: MakeGrade) -> None:
    """A file that was just made, and one with grades, stay where they are."""
    path = tmp_path / "grader.sqlite"
    path.touch()
    book = open_gradebook(path)
    book.record(grade())
    assert book.set_aside is None and open_gradebook(path).set_aside is None
    assert len(open_gradebook(path).summaries()) == 1


@pytest.mark.parametrize("suffix", ["-journal", "-wal", "-shm"])
def test_journal_of_the_corrupt_file_does_not_stay(tmp_path: Path, grade: MakeGrade, suffix: str) -> None:
    """What SQLite keeps beside the damaged file is not replayed into the new one."""
    path = tmp_path / "grader.sqlite"
    path.write_bytes(b"garbage" * 500)
    beside = tmp_path / f"grader.sqlite{suffix}"
    beside.write_bytes(b"old")
    book = open_gradebook(path)
    assert book.set_aside is not None and not beside.exists()
    book.record(grade())
    assert len(open_gradebook(path).summaries()) == 1


_ENDLESS = """
import sys
from pathlib import Path
from grader.domain.evidence import SubmissionRef
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.gradebook.book import open_gradebook
book = open_gradebook(Path(sys.argv[1]))
print("ready", flush=True)
number = 0
while True:
    number += 1
    ref = SubmissionRef(f"student-{number % 7}", "name", "ab", "x")
    book.record(Grade("hw4", "r", ref, Status.FAILED, float(number), 100.0, 0.0, ()))
"""


def test_gradebook_survives_kill(tmp_path: Path) -> None:
    """kill -9 while grades are recorded leaves a gradebook that opens with whole grades."""
    path = tmp_path / "grader.sqlite"
    for pause in (0.05, 0.13):
        command = [sys.executable, "-c", _ENDLESS, str(path)]
        writer = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).resolve().parents[2])
        assert writer.stdout is not None and writer.stdout.readline() == b"ready\n"
        threading.Event().wait(pause)
        writer.kill()
        writer.wait()
        writer.stdout.close()
        book = open_gradebook(path)
        assert book.set_aside is None
        assert len({each.student_id for each in book.summaries()}) == len(book.summaries()) <= 7


def test_threads_may_record_at_once(tmp_path: Path, grade: MakeGrade) -> None:
    """A class is recorded from several threads, and by two gradebooks on one file."""
    books = [open_gradebook(tmp_path / "grader.sqlite") for _ in range(2)]
    failures: list[BaseException] = []

    def record(number: int) -> None:
        try:
            for each in range(5):
                books[number % 2].record(grade(f"student-{number}-{each}"))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=record, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == [] and len(books[0].summaries()) == 20


def test_path_may_have_any_name(tmp_path: Path, grade: MakeGrade) -> None:
    """Signs that mean something in a URL are part of the folder's name."""
    folder = tmp_path / "a?mode=ro#b%20 林"
    folder.mkdir()
    open_gradebook(folder / "grader.sqlite").record(grade())
    assert len(open_gradebook(folder / "grader.sqlite").summaries()) == 1
    assert [each.name for each in folder.iterdir()] == ["grader.sqlite"]


def test_file_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    """A folder in its place, or a folder that is gone, is named and not set aside."""
    (tmp_path / "grader.sqlite").mkdir()
    for path in (tmp_path / "grader.sqlite", tmp_path / "gone" / "grader.sqlite"):
        with pytest.raises(OutputError, match=r"grader\.sqlite") as caught:
            open_gradebook(path)
        assert "\n" not in str(caught.value)


def test_gradebook_that_vanishes_is_one_line(tmp_path: Path, grade: MakeGrade) -> None:
    """Somebody deletes DIR while it is written: OutputError, no traceback of SQLAlchemy."""
    folder = tmp_path / "out"
    folder.mkdir()
    book = open_gradebook(folder / "grader.sqlite")
    shutil.rmtree(folder)
    with pytest.raises(OutputError, match=r"grader\.sqlite"):
        book.record(grade())
