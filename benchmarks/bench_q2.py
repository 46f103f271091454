"""CPU of HW4's Q2 evidence per submission, against a plain script that checks the same in one process."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.workbench import SAMPLE, class_folder, near_copies, recorded_session
from grader.collect import collect
from grader.jail.job import Zone
from grader.submissions.find import find_submissions


def measure(*, full: bool) -> list[Figure]:
    """Median over submissions; the import of torch is reported apart, for it is paid once."""
    ours = statistics.median(_ours(30 if full else 8))
    plain = statistics.median(_plain() for _ in range(6 if full else 3))
    torch = statistics.median(_cpu_of("-c", "import torch") for _ in range(3))
    return [
        Figure("Q2 evidence per submission", ours, "s CPU", 0.5, "intake, student and measure jobs together"),
        Figure("import torch, once per run", torch, "s CPU"),
        Figure("plain check.py per submission", plain, "s CPU", note="imports torch, torchvision, thop each time"),
        Figure("plain check.py / ours", plain / ours, "times"),
    ]


def _ours(count: int) -> list[float]:
    """CPU seconds behind the wall of each submission; the first ones, which find cold caches, count too."""
    with tempfile.TemporaryDirectory() as name, recorded_session(Path(name)) as (session, jail):
        submissions = find_submissions(near_copies(count, Path(name, "class")))
        taken = []
        for submission in submissions:
            before = jail.cpu_s(*Zone)
            evidence = collect(submission, session.collector, questions=("q2",))
            network = evidence.probes["network"].network
            assert network is not None and network.network is not None, evidence.probes["network"].problem
            taken.append(jail.cpu_s(*Zone) - before)
        return taken


def _plain() -> float:
    return _cpu_of(str(Path(__file__).with_name("plain_check.py")), str(class_folder() / SAMPLE / "hw4.py"))


def _cpu_of(*arguments: str) -> float:
    """CPU seconds of one fresh Python with these arguments."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([sys.executable, "-W", "ignore", *arguments], check=True, capture_output=True, text=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "False" not in run.stdout, run.stdout
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
