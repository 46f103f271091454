"""kill -9 of the grader at random moments: what was collected stays, and the gradebook becomes the same."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.workbench import near_copies

_SUBMISSIONS = 4


def measure(*, full: bool) -> list[Figure]:
    """How many of the resumed runs end with the gradebook of an undisturbed one, and how many leave a process."""
    times = 50 if full else 4
    chance = random.Random(0)  # noqa: S311
    with tempfile.TemporaryDirectory() as name:
        folder = near_copies(_SUBMISSIONS, Path(name, "class"))
        started = time.monotonic()
        wanted = _finished(folder, Path(name, "undisturbed"))
        length = time.monotonic() - started
        same = left = 0
        for number in range(times):
            out = Path(name, f"out-{number}")
            left += _killed_after(chance.uniform(0.0, length), folder, out)
            same += _finished(folder, out) == wanted
    return [
        Figure(f"killed at {times} random moments: same gradebook", same, "times", least=times),
        Figure("killed: processes left after one second", left, "processes", 0),
    ]


def _command(folder: Path, out: Path) -> list[str]:
    command = [sys.executable, "-m", "grader", "grade", "hw4", str(folder), "--out", str(out), "--only", "q2"]
    return [*command, "--data", str(folder.parent)]


def _finished(folder: Path, out: Path) -> bytes:
    subprocess.run(_command(folder, out), check=True, capture_output=True)
    return (out / "gradebook.csv").read_bytes()


def _killed_after(seconds: float, folder: Path, out: Path) -> int:
    """Kill the grader alone, without warning; how many of its family live a second later."""
    process = subprocess.Popen(_command(folder, out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(seconds)
    family = _family(process.pid) - {process.pid}
    process.kill()
    process.wait()
    time.sleep(1.0)
    return sum(_is_alive(pid) for pid in family)


def _is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def _family(pid: int) -> set[int]:
    """A process and everything below it."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                parents[int(entry)] = int(Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    found = {pid} & parents.keys()
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found
