"""How long `grader demo` takes for the whole bundled class, reports included."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure


def measure(*, full: bool) -> list[Figure]:
    """Wall time of one demo into an empty folder; in full the best of two."""
    walls = [_one_demo() for _ in range(2 if full else 1)]
    return [Figure("make demo, whole class with reports", min(walls), "s wall", 60)]


def _one_demo() -> float:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "grader", "demo", "--out", str(Path(folder, "out")), "--data", folder]
        start = time.monotonic()
        subprocess.run(command, check=True, capture_output=True)
        return time.monotonic() - start
