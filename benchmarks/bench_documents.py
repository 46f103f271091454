"""What it takes to read a ten-page hw4.pdf behind the wall, and to take in a large export of a learning platform."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

import weasyprint

from benchmarks.figures import Figure
from grader.domain.assignment import AssignmentInfo
from grader.domain.outcome import Outcome
from grader.jail.pool import open_jail
from grader.probe_jobs import document_job
from grader.submissions.find import find_submissions
from grader.submissions.read import read_files, submission_sha256

_PAGES = 10
_LINES = 45
_STUDENTS = 1000
_INFO = AssignmentInfo("bench", "", "", "", (), ())


def measure(*, full: bool) -> list[Figure]:
    """CPU seconds of reading a document, after the first; wall seconds of listing and hashing an export."""
    data = _report()
    runs = 20 if full else 5
    with open_jail() as jail:
        taken = [jail.run(document_job("hw4.pdf", data, _INFO)) for _ in range(runs + 1)][1:]
    assert all(run.outcome is Outcome.FINISHED for run in taken)
    exports = {name: _export(name) for name in ("canvas", "moodle")}
    return [
        Figure(
            "documents: ten pages of calculations", statistics.median(r.usage.cpu_s for r in taken), "s CPU", most=2
        ),
        *(
            Figure(f"documents: {name} export of {_STUDENTS} students", seconds, "s wall", most=20)
            for name, seconds in exports.items()
        ),
    ]


def _report() -> bytes:
    line = "<p>conv{n}: 3 × 11<sup>2</sup> × {n} + {n} = {total}</p>"
    pages = (
        "".join(line.format(n=n, total=364 * n) for n in range(1 + page * _LINES, 1 + (page + 1) * _LINES))
        for page in range(_PAGES)
    )
    style = "<style>p { margin: 0; line-height: 1.2 } div { page-break-after: always }</style>"
    return bytes(weasyprint.HTML(string=style + "".join(f"<div>{page}</div>" for page in pages)).write_pdf())


def _export(kind: str) -> float:
    """Find, read and hash the submissions of an export, each a script and a small PDF."""
    with tempfile.TemporaryDirectory() as name:
        for number in range(_STUDENTS):
            if kind == "canvas":
                places = [Path(name, f"student{number}_{10_000 + number}_{n}_") for n in (2 * number, 2 * number + 1)]
            else:
                folder = Path(name, f"Student {number}_{10_000 + number}_assignsubmission_file")
                folder.mkdir()
                places = [folder / "", folder / ""]
            for place, file in zip(places, ("hw4.py", "hw4.pdf"), strict=True):
                target = Path(f"{place}{file}") if kind == "canvas" else place / file
                target.write_bytes(f"# {number}\n".encode() * 500)
        started = time.monotonic()
        found = find_submissions(Path(name))
        assert len(found) == _STUDENTS
        assert len({submission_sha256(read_files(each)[0]) for each in found}) == _STUDENTS
        return time.monotonic() - started
