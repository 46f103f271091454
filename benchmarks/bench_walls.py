"""What a fork behind the walls costs: CPU, wall time and memory of an empty job, as distributions."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.figures import Figure
from grader.domain.outcome import Outcome
from grader.jail.job import Jail, Job, Limits, Zone
from grader.jail.pool import open_jail

_EMPTY = Limits(wall_s=20.0, cpu_s=20.0)


def measure(*, full: bool) -> list[Figure]:
    """Forks of the warm process with torch, and of the lean one without."""
    runs = 200 if full else 40
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as scratch, open_jail(scratch=Path(scratch)) as jail:
        started = time.monotonic()
        jail.warm((Zone.STUDENT,))
        _empty_job(jail, Zone.STUDENT)
        figures.append(Figure("walls: first job, torch imported", time.monotonic() - started, "s wall"))
        _empty_job(jail, Zone.INTAKE)
        for zone, name, cpu, wall in ((Zone.STUDENT, "torch", 60.0, 100.0), (Zone.INTAKE, "lean", None, None)):
            taken = [_empty_job(jail, zone) for _ in range(runs)]
            spread = f"over {runs} runs: {_spread([each[1] for each in taken])}"
            cpus, tenth = [each[0] for each in taken], _tenth([each[1] for each in taken])
            figures += [
                Figure(f"walls: fork ({name}), median", statistics.median(cpus), "ms CPU", cpu, _spread(cpus)),
                Figure(f"walls: fork ({name}), 10th percentile", tenth, "ms wall", wall, spread),
                Figure(f"walls: fork ({name}), private memory", max(e[2] for e in taken), "MiB", 50.0),
            ]
    return figures


def _empty_job(jail: Jail, zone: Zone) -> tuple[float, float, float]:
    """CPU in ms behind the wall, wall time in ms, and peak memory in MiB of a job that only answers."""
    started = time.perf_counter()
    run = jail.run(Job(zone, "boot.selftest", {"mode": "echo"}, limits=_EMPTY))
    wall = time.perf_counter() - started
    assert run.outcome is Outcome.FINISHED and run.reply is not None, (run.outcome, run.detail)
    run.reply.close()
    return 1000 * run.usage.cpu_s, 1000 * wall, run.usage.peak_bytes / (1 << 20)


def _tenth(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=10)[0]


def _spread(values: Sequence[float]) -> str:
    """10th percentile, median, 90th percentile and maximum."""
    tenths = statistics.quantiles(values, n=10)
    numbers = (tenths[0], statistics.median(values), tenths[8], max(values))
    return "p10 {:.0f}, median {:.0f}, p90 {:.0f}, max {:.0f}".format(*numbers)
