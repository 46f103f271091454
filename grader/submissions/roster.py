"""A class list: which submission is whose, by id, e-mail, login, a platform's number, or name."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from grader.errors import SubmissionError
from grader.submissions.find import Submission

_MOST_ROWS = 20_000
_TELLING = 4
"""Letters from which a part of a name may be a login."""
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("sis user id", "student id", "student_id", "id number", "sid", "學號", "学号", "학번", "id"),
    "name": ("full name", "student name", "student", "name", "姓名", "이름"),
    "email": ("email address", "email", "e-mail", "mail", "信箱", "이메일"),
}
_KEYS = (
    *("id", "canvas id", "user id", "user_id", "sis login id", "login", "login id", "username", "user name", "account"),
    *("github", "github username", "github_username", "github login", "participant", "identifier"),
)
_IDENTIFIER = re.compile(r"(?:participant|參與者)\s*", re.I)


@dataclass(frozen=True)
class Student:
    """One row. `keys` are everything that names this student beside the full name, in lower case."""

    id: str
    name: str = ""
    email: str = ""
    keys: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Enrolled:
    """The submissions under the ids and names of the class list, and what does not meet."""

    submissions: tuple[Submission, ...]
    strangers: tuple[str, ...] = ()
    """Submissions of nobody on the list, or of more than one on it; they keep their own names."""
    absent: tuple[Student, ...] = ()


def read_roster(path: Path) -> tuple[Student, ...]:
    """The students of a CSV file with a header, such as a gradebook's export or a list of one's own.

    Raises:
        SubmissionError: when it cannot be read, has no column of ids, or has an id twice.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeError) as error:
        raise SubmissionError(f"{path}: cannot be read ({error}); want a CSV file in UTF-8") from None
    try:
        rows = list(csv.DictReader(io.StringIO(text), delimiter=_delimiter(text)))[:_MOST_ROWS]
    except csv.Error as error:
        raise SubmissionError(f"{path}: is no CSV file ({error})") from None
    header = {name.strip().casefold(): name for name in (rows[0] if rows else {}) if name is not None}
    columns = {kind: next((header[name] for name in names if name in header), "") for kind, names in _COLUMNS.items()}
    if not columns["id"]:
        raise SubmissionError(f"{path}: has no column of ids; want one of {', '.join(_COLUMNS['id'][:4])}, id")
    found = [_student(row, columns, header) for row in rows]
    students = [student for student in found if student.id]
    doubles = {student.id for student in students if sum(other.id == student.id for other in students) > 1}
    if doubles:
        raise SubmissionError(f"{path}: has {sorted(doubles)[0]!r} twice; every student needs an id of their own")
    return tuple(students)


def enrol(submissions: Sequence[Submission], roster: Sequence[Student]) -> Enrolled:
    """Give each submission the id and name of the one student that its name fits.

    Raises:
        SubmissionError: when two submissions are of one student; they are never merged.
    """
    whose: dict[str, Submission] = {}
    kept: list[Submission] = []
    strangers: list[str] = []
    for submission in submissions:
        fitting = _fitting(submission, roster)
        if len(fitting) != 1:
            strangers.append(submission.student_id)
            kept.append(submission)
            continue
        student = fitting[0]
        other = whose.setdefault(student.id, submission)
        if other is not submission:
            raise SubmissionError(
                f"{other.source!r} and {submission.source!r} are both of {student.id!r} on the class list; remove one"
            )
        kept.append(replace(submission, student_id=student.id, name=student.name or student.id))
    absent = tuple(student for student in roster if student.id not in whose)
    return Enrolled(tuple(sorted(kept, key=lambda each: each.student_id)), tuple(strangers), absent)


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _student(row: Mapping[str, str | None], columns: Mapping[str, str], header: Mapping[str, str]) -> Student:
    values = {kind: (row.get(name) or "").strip() if name else "" for kind, name in columns.items()}
    keys = {(row.get(header[name]) or "").strip() for name in _KEYS if name in header}
    keys |= {values["id"], values["email"], values["email"].partition("@")[0]}
    shown = "".join(sign for sign in values["name"] if sign.isprintable())
    return Student(
        id="".join(sign for sign in values["id"] if sign.isprintable())[:80],
        name=shown[:120],
        email=values["email"][:200],
        keys=frozenset(_IDENTIFIER.sub("", key).casefold() for key in keys if key),
    )


def _fitting(submission: Submission, roster: Sequence[Student]) -> list[Student]:
    """The students that a submission's name fits: as a whole, as a person's name, then by one of its parts."""
    whole = submission.student_id.casefold()
    # A first name alone is nobody's id.
    parts = {part for part in re.split(r"[\s_]+", whole) if len(part) >= _TELLING or any(c.isdigit() for c in part)}
    letters = _letters(re.sub(r"_\d+$", "", submission.student_id))
    tests: tuple[Callable[[Student], bool], ...] = (
        lambda student: whole in student.keys,
        lambda student: bool(letters) and letters in _spellings(student.name),
        # GitHub Classroom: assignment-login.
        lambda student: any(len(key) >= _TELLING and whole.endswith(f"-{key}") for key in student.keys),
        lambda student: bool(parts & student.keys),
    )
    for test in tests:
        found = [student for student in roster if test(student)]
        if found:
            return found
    return []


def _letters(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold())
    return "".join(sign for sign in folded if sign.isalpha())


def _spellings(name: str) -> frozenset[str]:
    """Lin, Wei is Wei Lin as well."""
    last, comma, first = name.partition(",")
    parts = name.split()
    turned = f"{first} {last}" if comma else " ".join(reversed(parts))
    return frozenset(filter(None, (_letters(name), _letters(turned))))
