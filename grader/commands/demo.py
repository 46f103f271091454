"""`grader demo`: the bundled class of HW4, graded in front of you."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from grader.bundled import bundled
from grader.commands.grade import GradeOptions, run_grade
from grader.session import Options

_SLUG = "hw4"


def run_demo(out: Path, *, jobs: int, device: str, seed: int, data: Path | None) -> int:
    """Grade the bundled class and return the exit code."""
    samples = bundled("assignments") / _SLUG / "samples"
    if not (out / "review.csv").exists():
        # The demo ships what a human has already read of the essays.
        out.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(samples / "review.csv", out / "review.csv")
    start = time.monotonic()
    options = Options(_SLUG, out, device=device, seed=seed, data=data)
    code = run_grade(GradeOptions(options, samples / "class", jobs=jobs))
    print(f"took          {time.monotonic() - start:.0f} s")
    return code
