"""Finds submissions: each sub-folder, .zip, .py or .ipynb of a folder is one."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SubmissionError
from grader.submissions.ids import student_id_of

_KINDS = {".zip": "zip", ".py": "py", ".ipynb": "ipynb"}
_LITTER = frozenset({"__macosx", "thumbs.db", "desktop.ini", "__pycache__"})
"""What systems leave behind in folders, in lower case."""


@dataclass(frozen=True)
class Submission:
    """One thing that was handed in. `kind` is folder, zip, py or ipynb."""

    student_id: str
    name: str
    path: Path
    kind: str


def find_submissions(folder: Path, *, ignore: Path | None = None) -> tuple[Submission, ...]:
    """All submissions of a class, by student id; `ignore` is the output DIR, which may lie among them.

    Raises:
        SubmissionError: when the folder is missing, holds none, or two share one id.
    """
    if not folder.is_dir():
        found = "is a file" if folder.exists() else "is missing"
        raise SubmissionError(f"{folder}: {found}; want a folder with one sub-folder, .zip, .py or .ipynb per student")
    by_id: dict[str, Submission] = {}
    for path in _entries(folder, ignore):
        submission = _submission(path)
        if submission is None:
            continue
        other = by_id.setdefault(submission.student_id, submission)
        if other is not submission:
            raise SubmissionError(
                f"{folder}: {other.path.name!r} and {submission.path.name!r} "
                f"are both student {submission.student_id!r}; remove or rename one"
            )
    if not by_id:
        raise SubmissionError(f"{folder}: no submission in it; want one sub-folder, .zip, .py or .ipynb per student")
    return tuple(by_id[student_id] for student_id in sorted(by_id))


def one_submission(path: Path) -> Submission:
    """The one submission at a path that a person named: a folder or a file.

    Raises:
        SubmissionError: when there is nothing there, or nothing that can be graded.
    """
    # A person may name a link; what is behind it is theirs as well.
    real = path.resolve()
    if not real.exists():
        raise SubmissionError(f"{path}: is missing; want a folder, .zip, .py or .ipynb")
    submission = _submission(real)
    if submission is None:
        raise SubmissionError(f"{path}: is not a folder, .zip, .py or .ipynb")
    return submission


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
        return _named(path.name, path, "folder")
    kind = _KINDS.get(path.suffix.lower())
    return _named(path.stem, path, kind) if kind and stat.S_ISREG(mode) else None


def _named(name: str, path: Path, kind: str) -> Submission:
    student_id = student_id_of(name)
    return Submission(student_id, student_id, path, kind)
