"""Soft time limits: they stop a student's code at a line that can be named.

The jail's own limits lie above them and need nothing of this process.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

# Bound before any student code runs, which may replace them in their modules.
_clock = time.monotonic
_set_signal = signal.signal
_set_timer = getattr(signal, "setitimer", None)

_AGAIN_S = 0.5
"""A bare `except:` in the student's code swallows the first ring, so it rings again."""


class TimeUp(BaseException):
    """A soft limit was reached; the traceback says where."""


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeUp inside the block after this many seconds.

    Limits nest; the outer one goes on counting. Without interval timers
    (Windows), and outside the main thread, it does nothing.
    """
    if _set_timer is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_: int, __: FrameType | None) -> NoReturn:
        raise TimeUp

    before = _set_signal(signal.SIGALRM, ring)
    started = _clock()
    outer_left, _ = _set_timer(signal.ITIMER_REAL, 0)
    inner = min(seconds, outer_left) if outer_left else seconds
    _set_timer(signal.ITIMER_REAL, max(inner, 0.001), _AGAIN_S)
    try:
        yield
    finally:
        _set_timer(signal.ITIMER_REAL, 0)
        _set_signal(signal.SIGALRM, before)
        if outer_left:
            _set_timer(signal.ITIMER_REAL, max(outer_left - (_clock() - started), 0.001), _AGAIN_S)


class Deadline:
    """A span of seconds that several steps share."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = _clock() + seconds

    @property
    def left(self) -> float:
        """Seconds that are left, at least a tenth so that a step can still say something."""
        return max(0.1, self._end - _clock())

    @property
    def is_over(self) -> bool:
        """True once the span has passed."""
        return _clock() >= self._end
