"""Tells a person how far a class is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol, TextIO

from grader.domain.result import Grade
from grader.report.safe_text import safe_line


class Progress(Protocol):
    """Hears of each submission when it is done."""

    def done(self, grade: Grade) -> None: ...

    def failed(self, student_id: str, why: str) -> None: ...


def outcome_line(grade: Grade) -> str:
    """One submission in one line: who, status, score, and what waits."""
    waiting = f", {grade.pending:g} waiting for a human" if grade.pending else ""
    name = safe_line(grade.submission.student_id, 40)
    return f"{name}  {grade.status.value.replace('_', ' ')}  {grade.score:g} / {grade.max_score:g}{waiting}"


class _Counter:
    """Counts what is done and estimates the rest from the pace so far."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.count = 0
        self._start = time.monotonic()

    def one_more(self) -> str:
        """Count one and return the time left as m:ss."""
        self.count += 1
        each = (time.monotonic() - self._start) / self.count
        left = round(each * (self.total - self.count))
        return f"{left // 60}:{left % 60:02d}"


class PlainProgress:
    """One line for each submission; for logs and CI."""

    def __init__(self, total: int, stream: TextIO) -> None:
        self._counter = _Counter(total)
        self._stream = stream

    def done(self, grade: Grade) -> None:
        """Print one line with the time left."""
        self._say(outcome_line(grade))

    def failed(self, student_id: str, why: str) -> None:
        """Print that the grader itself failed on this submission."""
        self._say(f"{safe_line(student_id, 40)}  the grader failed: {safe_line(why, 200)}")

    def _say(self, line: str) -> None:
        left = self._counter.one_more()
        print(f"[{self._counter.count}/{self._counter.total}] {line}  (left {left})", file=self._stream, flush=True)


class _RichProgress:
    """A bar with the time left, and the lines above it."""

    def __init__(self, bar: Any, task: int) -> None:
        self._bar = bar
        self._task = task

    def done(self, grade: Grade) -> None:
        self._step(outcome_line(grade))

    def failed(self, student_id: str, why: str) -> None:
        self._step(f"{safe_line(student_id, 40)}  the grader failed: {safe_line(why, 200)}")

    def _step(self, line: str) -> None:
        from rich.text import Text

        self._bar.console.print(Text(line))
        self._bar.advance(self._task)


@contextmanager
def show_progress(total: int, stream: TextIO | None = None) -> Iterator[Progress]:
    """A progress for `total` submissions: a bar when `stream` is a terminal, else plain lines."""
    stream = stream or sys.stderr
    if not stream.isatty():
        yield PlainProgress(total, stream)
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("grading"), BarColumn(), MofNCompleteColumn(), TextColumn("left"), TimeRemainingColumn())
    with Bar(*columns, console=Console(file=stream)) as bar:
        yield _RichProgress(bar, int(bar.add_task("grading", total=total)))
