"""A turnstile: many work at once, or one works alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turnstile:
    """Lets many pass together, and now and then one by itself.

    A job that a busy machine may have spoilt is run again alone, so that the
    second try says something about the job.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._waiting = 0

    @contextmanager
    def among_others(self) -> Iterator[None]:
        """Work while others may work too; waits for whoever wants to be alone."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting == 0)
            self._inside += 1
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Work while nobody else does; never call it from inside `among_others`."""
        with self._changed:
            self._waiting += 1
            self._changed.wait_for(lambda: self._inside == 0)
            self._inside = 1
        try:
            yield
        finally:
            with self._changed:
                self._inside = 0
                self._waiting -= 1
                self._changed.notify_all()
