"""Tables of grader.sqlite. All of it can be rebuilt from evidence and review.csv."""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

SCHEMA = 1
"""Kept as SQLite's user_version."""


class Base(DeclarativeBase):
    """What all tables share."""


class RunRow(Base):
    """One run of `grade` or `rescore`, with what it was made with."""

    __tablename__ = "runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    command: Mapped[str]
    assignment: Mapped[str]
    revision: Mapped[str]
    seed: Mapped[int]
    dataset: Mapped[str]
    at: Mapped[str]
    """UTC, ISO 8601."""


class SubmissionRow(Base):
    """The latest grade of one student."""

    __tablename__ = "submissions"

    student_id: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    sha256: Mapped[str]
    source: Mapped[str]
    assignment: Mapped[str]
    revision: Mapped[str]
    status: Mapped[str]
    score: Mapped[float]
    max_score: Mapped[float]
    pending: Mapped[float]
    flags: Mapped[str]
    """Separated by semicolons."""
    questions: Mapped[list[QuestionRow]] = relationship(
        back_populates="submission", cascade="all, delete-orphan", order_by="QuestionRow.position"
    )


class QuestionRow(Base):
    """One question of a grade."""

    __tablename__ = "questions"
    __table_args__ = (UniqueConstraint("student_id", "question"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[str] = mapped_column(ForeignKey("submissions.student_id"), index=True)
    question: Mapped[str]
    position: Mapped[int]
    title: Mapped[str]
    status: Mapped[str]
    score: Mapped[float]
    max_score: Mapped[float]
    auto_score: Mapped[float]
    manual_score: Mapped[float | None]
    pending: Mapped[float]
    bonus: Mapped[bool]
    submission: Mapped[SubmissionRow] = relationship(back_populates="questions")
    checks: Mapped[list[CheckRow]] = relationship(cascade="all, delete-orphan", order_by="CheckRow.position")


class CheckRow(Base):
    """One check or rubric item of a question; `kind` is check or rubric."""

    __tablename__ = "checks"
    __table_args__ = (UniqueConstraint("question_id", "item"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), index=True)
    item: Mapped[str]
    position: Mapped[int]
    kind: Mapped[str]
    title: Mapped[str]
    status: Mapped[str]
    reason: Mapped[str]
    visibility: Mapped[str]
    points: Mapped[float | None]
    max_points: Mapped[float]


class ManualScoreRow(Base):
    """What a human has given, line by line; rows are added and never changed or deleted."""

    __tablename__ = "manual_scores"

    id: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[str] = mapped_column(index=True)
    question: Mapped[str]
    item: Mapped[str]
    points: Mapped[float]
    comment: Mapped[str]
    reviewer: Mapped[str]
    at: Mapped[str]
    """When it was imported, UTC, ISO 8601."""
