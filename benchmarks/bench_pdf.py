"""CPU and size of a student's report, rendered in a warm process and read back."""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.workbench import class_folder, recorded_session
from grader.class_files import open_class_files
from grader.collect import collect
from grader.jail.job import Zone
from grader.publish import Publisher
from grader.report.catalogue import load_catalogue
from grader.score import score
from grader.submissions.find import Submission, find_submissions

QUICK = ("ada-kernel", "mia-swap", "林小卷")


def measure(*, full: bool) -> list[Figure]:
    """Median CPU of one report's job, and the largest file; in full over the whole class."""
    seconds, sizes = _reports(full)
    return [
        Figure("student report, HTML and PDF, read back", statistics.median(seconds), "s CPU", 1.5),
        Figure("largest student PDF", max(sizes) / 1024, "KiB", 500),
    ]


def _reports(full: bool) -> tuple[list[float], list[int]]:
    with tempfile.TemporaryDirectory() as name, recorded_session(Path(name)) as (session, jail):
        submissions = _submissions(full)
        publisher = Publisher(session.assignment.info, session.jail, load_catalogue("en"))
        ids = [submission.student_id for submission in submissions]
        files = open_class_files(session.folder, publisher, session.assignment, ids)
        seconds, sizes = [], []
        for submission in submissions:
            evidence = collect(submission, session.collector)
            before = jail.cpu_s(Zone.RENDER)
            files.publish(score(session.assignment, evidence, ()), evidence)
            seconds.append(jail.cpu_s(Zone.RENDER) - before)
            folder = session.folder / "students" / files.folders[submission.student_id]
            sizes.append((folder / "report.pdf").stat().st_size)
        return seconds, sizes


def _submissions(full: bool) -> list[Submission]:
    found = find_submissions(class_folder())
    return [submission for submission in found if full or submission.student_id in QUICK]
