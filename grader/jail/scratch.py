"""The folder of a jail on the host: marked as in use by a lock that dies with the grader."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

PREFIX = "grader-jail-"
_LOCK = "lock"


class Scratch:
    """A private folder that `sweep` leaves alone as long as this process lives."""

    def __init__(self, parent: Path | None = None) -> None:
        base = None if parent is None else str(parent)
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)).resolve()
        self._lock = (self.path / _LOCK).open("wb")
        _lock(self._lock)

    def close(self) -> None:
        """Remove the folder and all in it."""
        self._lock.close()
        shutil.rmtree(self.path, ignore_errors=True)


def is_in_use(folder: Path) -> bool:
    """True while the process that made this scratch folder lives, or while it cannot be told."""
    try:
        stream = (folder / _LOCK).open("rb+")
    except FileNotFoundError:
        # Either just being made or half removed: old enough means nobody is making it any more.
        return _age(folder) < 60
    except OSError:
        return True
    with stream:
        return not _lock(stream)


def _age(folder: Path) -> float:
    import time

    try:
        return time.time() - folder.stat().st_mtime
    except OSError:
        return 0.0


def _lock(stream: Any) -> bool:
    """Take the lock if it is free. Where there are no such locks nobody ever has it."""
    if os.name != "posix":
        return False
    import fcntl

    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
