"""Peak memory of the parent process, for a small class and a large one."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.workbench import near_copies


def measure(*, full: bool) -> list[Figure]:
    """Growth from a small class to one that is several times as large; Q2 only."""
    few, many = (30, 300) if full else (10, 40)
    small, large = _peak_mib(few), _peak_mib(many)
    return [
        Figure(f"parent's peak memory, {few} submissions", small, "MiB"),
        Figure(f"parent's peak memory, {many} submissions", large, "MiB"),
        Figure("growth per submission", 1024 * (large - small) / (many - few), "KiB", 64),
    ]


def _peak_mib(count: int) -> float:
    with tempfile.TemporaryDirectory() as name:
        folder = near_copies(count, Path(name, "class"))
        command = [sys.executable, "-m", "grader", "grade", "hw4", str(folder), "--only", "q2"]
        command += ["--out", str(Path(name, "out")), "--data", name]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        # The kernel's own high-water mark, of this process alone and none of its children.
        peak = 0
        while process.poll() is None:
            peak = max(peak, _high_water_kib(process.pid))
            time.sleep(0.1)
        assert process.returncode == 0, process.returncode
        return peak / 1024


def _high_water_kib(pid: int) -> int:
    try:
        found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    except OSError:
        return 0
    return int(found.group(1)) if found else 0
