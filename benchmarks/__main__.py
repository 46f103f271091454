"""Runs every benchmark, prints one line for each number, and writes benchmarks/results.json."""

from __future__ import annotations

import argparse
import json
import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from benchmarks import (
    bench_counting,
    bench_crowd,
    bench_demo,
    bench_documents,
    bench_job,
    bench_killed,
    bench_parent_memory,
    bench_pdf,
    bench_q2,
    bench_walls,
)
from benchmarks.figures import Figure

BENCHMARKS: dict[str, Callable[..., list[Figure]]] = {
    "demo": bench_demo.measure,
    "q2": bench_q2.measure,
    "job": bench_job.measure,
    "counting": bench_counting.measure,
    "pdf": bench_pdf.measure,
    "documents": bench_documents.measure,
    "parent_memory": bench_parent_memory.measure,
    "walls": bench_walls.measure,
    "crowd": bench_crowd.measure,
    "killed": bench_killed.measure,
}
RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Exit code 1 when a goal is missed."""
    parser = argparse.ArgumentParser(prog="benchmarks")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHMARKS)}; all without")
    parser.add_argument("--full", action="store_true", help="larger classes and more repeats")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - BENCHMARKS.keys())
    if unknown:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    kept = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    holds = True
    for name in arguments.names or BENCHMARKS:
        load = os.getloadavg()[0]
        figures = []
        for figure in BENCHMARKS[name](full=arguments.full):
            figures.append(figure)
            print(figure.line(), flush=True)
        holds = holds and all(figure.holds for figure in figures)
        # Each benchmark keeps its last run, so that one can be repeated alone.
        kept[name] = {**machine(), "full": arguments.full, "load_before": load, "figures": list(map(asdict, figures))}
        RESULTS.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return 0 if holds else 1


def machine() -> dict[str, object]:
    """What the numbers hold for."""
    return {
        "cores": len(os.sched_getaffinity(0)),
        "python": platform.python_version(),
        "torch": version("torch"),
    }


if __name__ == "__main__":
    raise SystemExit(main())
