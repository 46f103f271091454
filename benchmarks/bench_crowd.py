"""A large class with one hostile submission in ten: everybody graded, memory and time per submission flat."""

from __future__ import annotations

import csv
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.workbench import make_different, near_copies
from tests.attacks.suite import load_attacks

_HOSTILE = (
    *("fork_bomb", "memory_list", "disk_fill", "exit_at_import", "kill_everybody", "frame_on_the_pipe"),
    *("odd_exceptions", "patch_builtins", "deep_recursion", "loud_exception"),
)
"""Attacks that are over soon; those that wait for a limit would measure the limit."""


def measure(*, full: bool) -> list[Figure]:
    """Peak memory of the parent and wall time per submission, for the first and the last quarter of the run."""
    count = 1000 if full else 60
    with tempfile.TemporaryDirectory() as name:
        folder = near_copies(count, Path(name, "class"))
        _make_hostile(folder, count)
        command = [sys.executable, "-m", "grader", "grade", "hw4", str(folder), "--only", "q2"]
        command += ["--out", str(Path(name, "out")), "--data", name]
        moments = _watched(command)
        rows = list(csv.DictReader(Path(name, "out/gradebook.csv").open(encoding="utf-8", newline="")))
    quarter = max(2, count // 4)
    early, late = moments[1:quarter], moments[-quarter:]
    growth = late[-1][1] - early[-1][1]
    pace = [statistics.fmean(b[0] - a[0] for a, b in zip(part, part[1:], strict=False)) for part in (early, late)]
    honest = sum(float(row["q2"]) == 50 for row in rows)
    return [
        Figure(f"crowd of {count}, one in ten hostile: rows", len(rows), "rows", least=count),
        Figure("crowd: honest ones with full marks", honest, "rows", least=count - count // 10),
        Figure("crowd: wall time per submission", statistics.fmean(pace), "s wall"),
        Figure("crowd: last quarter's time / first quarter's", pace[1] / pace[0], "times", 1.25),
        Figure("crowd: parent's memory, first to last quarter", growth, "MiB", 16),
    ]


def _make_hostile(folder: Path, count: int) -> None:
    attacks = {attack.id: attack for attack in load_attacks()}
    for number in range(0, count, 10):
        attack = attacks[_HOSTILE[number // 10 % len(_HOSTILE)]]
        place = folder / f"copy-{number:04d}"
        shutil.rmtree(place)
        replace(attack, base="honest", name=place.name).lay_out(folder, {})
        make_different(place / "hw4.py", number)


def _watched(command: list[str]) -> list[tuple[float, float]]:
    """The moment of each submission's line of progress, and the parent's memory in MiB then."""
    moments = []
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if re.match(r"\[\d+/\d+\]", line):
                moments.append((time.monotonic(), _resident_mib(process.pid)))
    assert process.returncode == 0, process.returncode
    return moments


def _resident_mib(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
