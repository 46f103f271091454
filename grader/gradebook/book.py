"""The gradebook as SQLite: the latest grade of everybody, and every manual score there ever was."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, event, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from grader.domain.assignment import ManualScore
from grader.domain.result import Grade
from grader.domain.status import Status
from grader.errors import OutputError
from grader.gradebook.models import SCHEMA, Base, ManualScoreRow, RunRow, SubmissionRow
from grader.gradebook.rows import as_score, manual_row, now, submission_row

_BESIDE = ("-wal", "-shm", "-journal")
_BUSY_MS = 20_000


@dataclass(frozen=True)
class Summary:
    """One line of the gradebook as stored."""

    student_id: str
    name: str
    status: Status
    score: float
    max_score: float
    pending: float
    questions: dict[str, float]
    flags: tuple[str, ...] = ()


class Gradebook:
    """An open gradebook, as open_gradebook gives it; safe for several threads.

    `set_aside` is where a file was moved that could not be read, None when
    there was none. What it held comes back by recording the grades again.
    """

    def __init__(self, path: Path, engine: Engine, set_aside: Path | None) -> None:
        """Keep what open_gradebook has made."""
        self.path = path
        self.set_aside = set_aside
        self._lock = threading.Lock()
        self._sessions = sessionmaker(engine)

    def record(self, grade: Grade) -> None:
        """Keep a grade in place of the student's former one.

        Raises:
            OutputError: when it cannot be written.
        """
        with self._writing() as session:
            former = session.get(SubmissionRow, grade.submission.student_id)
            if former is not None:
                session.delete(former)
                session.flush()
            session.add(submission_row(grade))

    def record_run(self, command: str, *, assignment: str, revision: str, seed: int, dataset: str) -> None:
        """Note that a run took place."""
        with self._writing() as session:
            row = RunRow(
                command=command, assignment=assignment, revision=revision, seed=seed, dataset=dataset, at=now()
            )
            session.add(row)

    def add_manual(self, scores: Iterable[ManualScore]) -> int:
        """Append the scores that differ from what was last known of their items; returns how many."""
        with self._writing() as session:
            latest = {(row.student_id, row.question, row.item): row for row in _history(session)}
            added = 0
            for score in scores:
                row = latest.get((score.student_id, score.question, score.item))
                if row is None or as_score(row) != score:
                    session.add(manual_row(score))
                    added += 1
        return added

    def manual_history(self) -> tuple[ManualScore, ...]:
        """Every manual score there ever was, oldest first."""
        with self._reading() as session:
            return tuple(as_score(row) for row in _history(session))

    def summaries(self) -> tuple[Summary, ...]:
        """All grades, by student id."""
        with self._reading() as session:
            rows = session.scalars(select(SubmissionRow).order_by(SubmissionRow.student_id))
            return tuple(_summary(row) for row in rows)

    @contextmanager
    def _writing(self) -> Iterator[Session]:
        with self._lock, _reported(self.path), self._sessions.begin() as session:
            yield session

    @contextmanager
    def _reading(self) -> Iterator[Session]:
        with self._lock, _reported(self.path), self._sessions() as session:
            yield session


def open_gradebook(path: Path) -> Gradebook:
    """Open grader.sqlite, or make it; a corrupt one is set aside first and begun anew.

    Raises:
        OutputError: when it cannot be opened or made.
    """
    set_aside = _set_aside(path) if _is_unusable(path) else None
    # NullPool: SQLite's connections are cheap, and none is left open on a file that is moved.
    engine = create_engine(URL.create("sqlite", database=str(path)), poolclass=NullPool)
    event.listen(engine, "connect", _configure)
    with _reported(path):
        Base.metadata.create_all(engine)
        with engine.begin() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
    return Gradebook(path, engine, set_aside)


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        cause = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise OutputError(f"{path}: {cause}; grades so far are kept in records/") from error


def _configure(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MS}")


def _is_unusable(path: Path) -> bool:
    """True for a file that is no database, a damaged one, or one with tables of another version."""
    if not path.exists() or path.stat().st_size == 0:
        return False
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_MS / 1000)
        try:
            (answer,) = connection.execute("PRAGMA quick_check(1)").fetchone()
            (version,) = connection.execute("PRAGMA user_version").fetchone()
        finally:
            connection.close()
    except sqlite3.OperationalError as error:
        raise OutputError(f"{path}: cannot be opened ({error})") from None
    except sqlite3.DatabaseError:
        return True
    return bool(answer != "ok" or version != SCHEMA)


def _set_aside(path: Path) -> Path:
    number = next(n for n in range(1, 10_000) if not path.with_name(f"{path.name}.corrupt-{n}").exists())
    aside = path.with_name(f"{path.name}.corrupt-{number}")
    try:
        path.rename(aside)
        for suffix in _BESIDE:
            beside = path.with_name(f"{path.name}{suffix}")
            if beside.exists():
                beside.rename(aside.with_name(f"{aside.name}{suffix}"))
    except OSError as error:
        raise OutputError(f"{path}: is corrupt and cannot be set aside ({error.strerror})") from None
    return aside


def _history(session: Session) -> list[ManualScoreRow]:
    return list(session.scalars(select(ManualScoreRow).order_by(ManualScoreRow.id)))


def _summary(row: SubmissionRow) -> Summary:
    return Summary(
        student_id=row.student_id,
        name=row.name,
        status=Status(row.status),
        score=row.score,
        max_score=row.max_score,
        pending=row.pending,
        questions={question.question: question.score for question in row.questions},
        flags=tuple(filter(None, row.flags.split(";"))),
    )
