"""`grader rescore`: score and publish again from stored evidence and review.csv; nobody's code is run."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from grader.assignment import Assignment, load_assignment
from grader.bundled import bundled
from grader.class_files import ClassFiles, lighten, open_class_files
from grader.commands.grade import tell_conflicts
from grader.differences import Change, differences, points_in_record
from grader.domain.result import Grade
from grader.errors import EXIT_FAILED, EXIT_OK, EXIT_USAGE, OutputError
from grader.evidence.index import IndexEntry, read_entries, stored_evidence
from grader.evidence.run_file import RunFile, read_run
from grader.jail.job import Zone
from grader.jail.pool import open_jail
from grader.publish import TEMPLATES, Publisher
from grader.report.catalogue import Catalogue, load_catalogue
from grader.report.numbers import points
from grader.report.safe_text import safe_line
from grader.score import score
from grader.session import installed_versions


def run_rescore(folder: Path, *, dry_run: bool, lang: str, trust: bool) -> int:
    """Say who changes and why, then publish; returns the exit code."""
    catalogue = load_catalogue(lang)
    made_with = read_run(folder)
    entries = tuple(read_entries(folder))
    if made_with is None or not entries:
        raise OutputError(f"{folder}: nothing was graded into it; run grader grade first")
    assignment = load_assignment(made_with.assignment or made_with.slug, trust=trust)
    with open_jail(shares={Zone.RENDER: {TEMPLATES: bundled("templates")}}) as jail:
        publisher = Publisher(assignment.info, jail, catalogue)
        files = open_class_files(folder, publisher, assignment, [])
        changes = [change for entry in entries for change in _changes(entry, files, assignment)]
        _say(changes, len(entries), catalogue, assignment)
        if dry_run:
            return EXIT_OK
        problems = _publish(entries, files, assignment, made_with)
    for problem in problems:
        print(problem)
    tell_conflicts(files)
    if problems:
        return EXIT_FAILED
    return EXIT_USAGE if files.review.conflicts else EXIT_OK


def _score(entry: IndexEntry, files: ClassFiles, assignment: Assignment) -> Grade:
    evidence = stored_evidence(entry, files.store)
    return score(assignment, evidence, files.manual_of(entry.submission.student_id))


def _changes(entry: IndexEntry, files: ClassFiles, assignment: Assignment) -> tuple[Change, ...]:
    path = files.out / "records" / f"{entry.folder}.json"
    try:
        record: Any = json.loads(path.read_bytes())
    except (OSError, ValueError):
        # Without a record nothing is known of the former points; publishing writes a new one.
        return ()
    return differences(points_in_record(record), _score(entry, files, assignment))


def _publish(entries: Sequence[IndexEntry], files: ClassFiles, assignment: Assignment, made_with: RunFile) -> list[str]:
    grades, problems = [], []
    for entry in entries:
        grade = _score(entry, files, assignment)
        problem = files.publish(grade, stored_evidence(entry, files.store))
        if problem:
            problems.append(f"{safe_line(entry.submission.student_id, 60)}: the report is not whole: {problem}")
        grades.append(lighten(grade))
    environment = {
        **installed_versions(),
        "seed": str(made_with.seed),
        "dataset": made_with.dataset,
        "jail": made_with.level,
    }
    problem = files.finish(grades, "rescore", environment)
    return [*problems, *([f"the class report is not whole: {problem}"] if problem else [])]


def _say(changes: Sequence[Change], count: int, catalogue: Catalogue, assignment: Assignment) -> None:
    students = len({change.student_id for change in changes})
    print(f"{count} submissions of {assignment.info.slug}: {students} change")
    for change in changes:
        before, after = (points(p) if p is not None else "\u2013" for p in (change.before, change.after))
        why = _why(change, catalogue)
        print(f"  {safe_line(change.student_id, 40)}  {change.question} {change.item}: {before} -> {after}{why}")


def _why(change: Change, catalogue: Catalogue) -> str:
    """What stands behind the new points: a human's line, or a reason."""
    if change.reviewer:
        return f"  (review.csv, {safe_line(change.reviewer, 40)})"
    return f"  ({catalogue.sentence(change.reason, change.facts)})" if change.reason else ""
