"""Finds submissions: each sub-folder, archive, .py or .ipynb of a folder, or what a learning platform exported."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.submissions.ids import student_id_of
from grader.submissions.platforms import HandedIn, canvas_file, moodle_folder

_KINDS = {
    **{".py": "py", ".ipynb": "ipynb", ".zip": "zip"},
    **dict.fromkeys((".7z", ".tar", ".tgz", ".gz", ".bz2", ".xz", ".rar"), "archive"),
}
_FEWEST_OF_CANVAS = 2
"""Files named as Canvas names them, from which a folder is an export of Canvas."""
_LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini", "__pycache__"})
"""What systems leave behind in folders, in lower case."""


@dataclass(frozen=True)
class Submission:
    """One thing that was handed in. `kind` is folder, zip, archive, py, ipynb, or files.

    `files` are those of one student among everybody's, each under the name that
    the student gave it; `path` is the folder that they lie in.
    """

    student_id: str
    name: str
    path: Path
    kind: str
    files: tuple[tuple[str, Path], ...] = ()
    late: bool = False

    @property
    def source(self) -> str:
        """The file or folder name it came from; of several files the first."""
        return self.files[0][1].name if self.files else self.path.name


def find_submissions(folder: Path, *, ignore: Path | None = None) -> tuple[Submission, ...]:
    """All submissions of a class, by student id; `ignore` is the output DIR, which may lie among them.

    Raises:
        SubmissionError: when the folder is missing, holds none, or two share one id.
    """
    if not folder.is_dir():
        found = "is a file" if folder.exists() else "is missing"
        raise SubmissionError(
            f"{folder}: {found}; want a folder with one sub-folder, archive, .py or .ipynb per student"
        )
    by_id: dict[str, Submission] = {}
    for submission in _submissions(folder, ignore):
        other = by_id.setdefault(submission.student_id, submission)
        if other is not submission:
            raise SubmissionError(
                f"{folder}: {other.source!r} and {submission.source!r} "
                f"are both student {submission.student_id!r}; remove or rename one"
            )
    if not by_id:
        raise SubmissionError(f"{folder}: no submission in it; want one sub-folder, archive, .py or .ipynb per student")
    return tuple(by_id[student_id] for student_id in sorted(by_id))


def one_submission(path: Path) -> Submission:
    """The one submission at a path that a person named: a folder or a file.

    Raises:
        SubmissionError: when there is nothing there, or nothing that can be graded.
    """
    # A person may name a link; what is behind it is theirs as well.
    real = path.resolve()
    if not real.exists():
        raise SubmissionError(f"{path}: is missing; want a folder, an archive, .py or .ipynb")
    submission = _submission(real)
    if submission is None:
        raise SubmissionError(f"{path}: is not a folder, an archive, .py or .ipynb")
    return submission


def _submissions(folder: Path, ignore: Path | None) -> Iterator[Submission]:
    """Those of a Canvas export first, then every other entry by itself."""
    entries = list(_entries(folder, ignore))
    named = {path: found for path in entries if path.is_file() and (found := canvas_file(path.name)) is not None}
    if len(named) < _FEWEST_OF_CANVAS:
        named = {}
    yield from _of_canvas(folder, named)
    for path in entries:
        submission = None if path in named else _submission(path)
        if submission is not None:
            yield submission


def _of_canvas(folder: Path, named: Mapping[Path, HandedIn]) -> Iterator[Submission]:
    """The files of each student together; of two uploads under one name the later one."""
    by_student: dict[str, dict[str, tuple[HandedIn, Path]]] = {}
    for path, found in sorted(named.items(), key=lambda item: item[1].upload):
        by_student.setdefault(found.student, {})[found.file] = found, path
    for student, files in by_student.items():
        student_id = student_id_of(student)
        kept = tuple((name, path) for name, (_, path) in sorted(files.items()))
        late = any(found.late for found, _ in files.values())
        yield Submission(student_id, student_id, folder, "files", kept, late)


def _entries(folder: Path, ignore: Path | None) -> Iterator[Path]:
    output = ignore.resolve() if ignore is not None else None
    try:
        names = sorted(os.listdir(folder))
    except OSError as error:
        raise SubmissionError(f"{folder}: cannot be listed ({error.strerror})") from None
    for name in names:
        path = folder / name
        if _is_litter(name) or path.is_symlink() or path.resolve() == output:
            continue
        if output is not None and output.is_relative_to(path.resolve()):
            raise SubmissionError(f"--out {ignore} lies inside the submission {name!r}; choose a folder outside of it")
        yield path


def _is_litter(name: str) -> bool:
    return name.startswith((".", "~")) or name.endswith("~") or name.lower() in _LITTER


def _submission(path: Path) -> Submission | None:
    """What lies at this path as a submission, None when it is something else."""
    try:
        mode = path.lstat().st_mode
    except OSError:
        return None
    if stat.S_ISDIR(mode):
        found = moodle_folder(path.name)
        return _named(found.student if found else path.name, path, "folder")
    kind = _KINDS.get(path.suffix.lower())
    stem = path.stem.removesuffix(".tar") if kind == "archive" else path.stem
    return _named(stem, path, kind) if kind and stat.S_ISREG(mode) else None


def _named(name: str, path: Path, kind: str) -> Submission:
    student_id = student_id_of(name)
    return Submission(student_id, student_id, path, kind)
