"""What comes back from behind the wall: a frame of one of our own zones, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from grader.domain.outcome import Outcome
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.jail.job import JailRun
from grader.wire.frames import Frame, FrameError, read_frame

_REASONS = {
    Outcome.TIMEOUT: Reason.RUN_TIMEOUT,
    Outcome.CPU: Reason.RUN_CPU,
    Outcome.MEMORY: Reason.RUN_MEMORY,
    Outcome.PROCESSES: Reason.RUN_PROCESSES,
    Outcome.DISK: Reason.RUN_DISK,
    Outcome.OUTPUT: Reason.RUN_OUTPUT,
    Outcome.CRASH: Reason.RUN_CRASHED,
}


@contextmanager
def replied(run: JailRun) -> Iterator[Frame | None]:
    """The reply of one of our own zones, read and then let go; None when there is none to read."""
    try:
        if run.outcome is not Outcome.FINISHED or run.reply is None:
            yield None
            return
        try:
            with run.reply.open() as stream:
                frame: Frame | None = read_frame(stream)
        except FrameError:
            frame = None
        yield frame
    finally:
        if run.reply is not None:
            run.reply.close()


def stopped_problem(run: JailRun) -> Problem:
    """Which limit a run met that brought nothing, or how it died."""
    return Problem(_REASONS.get(run.outcome, Reason.RUN_PROTOCOL), facts={"detail": run.detail})
