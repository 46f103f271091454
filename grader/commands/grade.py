"""`grader grade`: a class from submissions to gradebook and reports."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from grader.batch import ClassRun, Plan, count_new, grade_class
from grader.class_files import ClassFiles, open_class_files
from grader.collect import Again
from grader.errors import EXIT_FAILED, EXIT_OK, EXIT_USAGE, GraderError, NoJailError
from grader.evidence.run_file import RunFile, read_run, write_run
from grader.jail.doctor import self_attacks
from grader.jail.job import Level, Zone
from grader.progress import show_progress
from grader.publish import Publisher
from grader.report.catalogue import load_catalogue
from grader.report.safe_text import safe_line
from grader.session import Options, Session, open_session
from grader.submissions.find import Submission, find_submissions
from grader.submissions.roster import enrol, read_roster

_EXIT_STOPPED = 130
_MOST_NAMED = 12


@dataclass(frozen=True)
class GradeOptions:
    """What a person chose for a class. `only` names questions or students."""

    session: Options
    submissions: Path
    only: tuple[str, ...] = ()
    force: bool = False
    retry: bool = False
    dry_run: bool = False
    jobs: int = 0
    lang: str = "en"
    roster: Path | None = None


def run_grade(options: GradeOptions) -> int:
    """Grade the class and return the exit code."""
    catalogue = load_catalogue(options.lang)
    out = options.session.folder
    submissions = _enrolled(find_submissions(options.submissions, ignore=out), options.roster)
    # An older DIR is told before anything is started.
    before = read_run(out)
    if not options.session.walls:
        refuse_root()
    with open_session(options.session) as session:
        refuse_weaker(session.jail.level, before, out)
        plan = _plan(options, submissions, session)
        new = count_new(plan, session)
        print(f"{len(plan.submissions)} submissions, {new} with evidence to collect", file=sys.stderr)
        if options.dry_run:
            return EXIT_OK
        if new or plan.again.force or plan.again.retry:
            session.jail.warm((Zone.STUDENT, Zone.MEASURE, Zone.RENDER))
            if options.session.walls:
                prove_walls(session, out)
        write_run(out, _run_file(options, session))
        publisher = Publisher(session.assignment.info, session.jail, catalogue)
        files = open_class_files(out, publisher, session.assignment, [each.student_id for each in submissions])
        with show_progress(len(plan.submissions)) as progress:
            run = grade_class(plan, session, files, progress)
        if run.stopped:
            print("stopped; what was collected is kept, the same command goes on from here", file=sys.stderr)
            return _EXIT_STOPPED
        problem = files.finish(run.grades, "grade", session.environment())
    say_where(run, out, problem)
    tell_conflicts(files)
    if run.failed or problem:
        return EXIT_FAILED
    return EXIT_USAGE if files.review.conflicts else EXIT_OK


def _enrolled(found: tuple[Submission, ...], roster: Path | None) -> tuple[Submission, ...]:
    """The submissions under the ids of the class list, with a line on everything that does not meet."""
    if roster is None:
        return found
    enrolled = enrol(found, read_roster(roster))
    for what, names in (
        ("of nobody on the class list", list(enrolled.strangers)),
        ("handed in nothing", [f"{student.id} {student.name}".strip() for student in enrolled.absent]),
    ):
        if names:
            more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
            print(f"{len(names)} {what}: {safe_line(', '.join(names[:_MOST_NAMED]), 400)}{more}", file=sys.stderr)
    return enrolled.submissions


def refuse_root() -> None:
    """Student code without walls may at most do what an ordinary user may.

    Raises:
        GraderError: for root.
    """
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        raise GraderError(
            "--unsafe-no-sandbox is refused to root: student code could do anything; use an ordinary user"
        )


def refuse_weaker(level: Level, before: RunFile | None, out: Path) -> None:
    """One DIR is graded behind one kind of wall or a stronger one.

    Raises:
        NoJailError: when the walls are weaker than those of the earlier run.
    """
    earlier = next((each for each in Level if before is not None and each == before.level), Level.NONE)
    order = list(Level)
    if order.index(level) > order.index(earlier) and before is not None and before.level:
        raise NoJailError(
            f"{out}: was graded behind {earlier}, and here is {level}; nothing was run. "
            "See grader doctor, or choose another --out"
        )


def prove_walls(session: Session, out: Path) -> None:
    """Attack the walls from inside before the first submission.

    Raises:
        NoJailError: names the attacks that got through.
    """
    labels = session.dataset.student_dir.parent / "judge"
    through = [attack for attack in self_attacks(session.jail, [out, labels]) if not attack.passed]
    if through:
        named = "; ".join(f"{attack.name}: {attack.detail}" for attack in through)
        raise NoJailError(f"the walls do not hold, nothing was run ({named}); see grader doctor")


def _run_file(options: GradeOptions, session: Session) -> RunFile:
    info, dataset = session.assignment.info, session.dataset
    return RunFile(
        slug=info.slug,
        revision=info.revision,
        seed=options.session.seed,
        dataset=dataset.title,
        dataset_sha256=dataset.sha256,
        assignment=options.session.assignment,
        level=str(session.jail.level),
    )


def _plan(options: GradeOptions, submissions: tuple[Submission, ...], session: Session) -> Plan:
    """Sort what --only names into questions and students."""
    known = {question.id for question in session.assignment.info.questions}
    questions = tuple(name for name in options.only if name in known)
    students = {name for name in options.only if name not in known}
    missing = students - {submission.student_id for submission in submissions}
    if missing:
        raise GraderError(f"--only {sorted(missing)[0]!r} is neither a question nor a student of this class")
    chosen = tuple(s for s in submissions if not students or s.student_id in students)
    jobs = options.jobs or len(os.sched_getaffinity(0))
    return Plan(chosen, questions, Again(force=options.force, retry=options.retry), jobs)


def tell_conflicts(files: ClassFiles) -> None:
    """Name every line of review.csv that could not be used; its points still wait."""
    for conflict in files.review.conflicts:
        print(safe_line(conflict, 400), file=sys.stderr)


def say_where(run: ClassRun, folder: Path, problem: str = "") -> None:
    """Print what came out and where it lies."""
    by_status: dict[str, int] = {}
    for grade in run.grades:
        by_status[grade.status.value] = by_status.get(grade.status.value, 0) + 1
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(by_status.items()))
    print(f"{len(run.grades)} graded: {counts}")
    for failed in run.failed:
        print(f"the grader itself failed on {safe_line(failed.student_id, 60)}: {safe_line(failed.why, 300)}")
    if problem:
        print(f"the class report is not whole: {problem}")
    print(f"gradebook     {folder / 'gradebook.csv'}")
    print(f"to review     {folder / 'review.csv'}")
    print(f"class report  {folder / 'class.pdf'}")
    print(f"students      {folder / 'students'}/<student>/report.pdf")
