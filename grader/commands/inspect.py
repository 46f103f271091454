"""`grader inspect`: the networks in any file, notebook or folder, whoever wrote it."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path

from grader.errors import EXIT_OK, GraderError
from grader.export.inspect_json import inspect_object
from grader.inspect_files import inspect_files
from grader.jail.job import Zone
from grader.jail.pool import open_jail
from grader.report.catalogue import load_catalogue
from grader.report.inspect_text import file_lines
from grader.submissions.find import one_submission

_MOST_AXES = 4
_MOST_SIZE = 65_536


def run_inspect(path: Path, *, given: str = "", as_json: bool = False, jobs: int = 0, lang: str = "en") -> int:
    """Print what is found at the path; behind walls or not at all."""
    catalogue, submission = load_catalogue(lang), one_submission(path)
    input_shape = read_shape(given) if given else None
    with open_jail() as jail:
        jail.warm((Zone.INTAKE, Zone.STUDENT, Zone.MEASURE))
        found = inspect_files(
            submission,
            jail,
            input_shape=input_shape,
            jobs=jobs or os.cpu_count() or 1,
            heard=None if as_json else lambda file: print("\n".join(file_lines(file, catalogue)), flush=True),
        )
    if as_json:
        print(json.dumps(inspect_object(found.files, found.inspected, catalogue), ensure_ascii=False, indent=1))
        return EXIT_OK
    for problem in found.files.problems:
        print(f"! {catalogue.problem(problem)}", file=sys.stderr)
    measured = sum(each.network is not None for file in found.inspected for each in file.networks)
    everything = sum(len(file.networks) for file in found.inspected)
    print()
    print(catalogue.text("inspect.total", files=len(found.inspected), networks=everything, measured=measured))
    return EXIT_OK


def read_shape(text: str) -> tuple[int, ...]:
    """The sizes of 3,224,224 or 3x224x224.

    Raises:
        GraderError: when it is anything else.
    """
    parts = re.split(r"[,x×\s]+", text.strip().lower().strip("()[]"))
    shape = tuple(int(part) for part in parts if part.isascii() and part.isdigit())
    if len(shape) != len(parts) or not 1 <= len(shape) <= _MOST_AXES or not all(0 < n <= _MOST_SIZE for n in shape):
        raise GraderError(f"--input {text!r}: want channels, height and width without the batch, for example 3,224,224")
    return shape
