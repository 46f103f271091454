"""A whole class: collect, score and publish each submission, then the gradebook and the class report."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace

from grader.class_files import ClassFiles
from grader.collect import Again, collect, is_collected
from grader.domain.result import Grade
from grader.errors import GraderError, OutputError
from grader.progress import Progress
from grader.score import score
from grader.session import Session
from grader.submissions.find import Submission


@dataclass(frozen=True)
class Plan:
    """Which submissions and questions to grade, and how."""

    submissions: tuple[Submission, ...]
    questions: tuple[str, ...] = ()
    again: Again = Again()
    jobs: int = 1


@dataclass(frozen=True)
class Failed:
    """A submission on which the grader itself failed; never the student's doing."""

    student_id: str
    why: str


@dataclass(frozen=True)
class ClassRun:
    """What became of a class. `stopped` says that a person stopped it half-way."""

    grades: tuple[Grade, ...]
    failed: tuple[Failed, ...] = ()
    stopped: bool = False


class _Stopped(Exception):
    """A person stopped the class before this submission's turn."""


def count_new(plan: Plan, session: Session) -> int:
    """How many submissions have evidence still to be collected."""
    if plan.again.force:
        return len(plan.submissions)
    return sum(not is_collected(each, session.collector, questions=plan.questions) for each in plan.submissions)


def grade_class(plan: Plan, session: Session, files: ClassFiles, progress: Progress) -> ClassRun:
    """Grade every submission of the plan; one that fails never stops the others.

    Raises:
        OutputError: when DIR cannot be written any more; what is there stays.
    """
    grades: dict[str, Grade] = {}
    failed: list[Failed] = []
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, plan.jobs), thread_name_prefix="grade") as pool:
        futures = {pool.submit(_grade_one, each, plan, session, files, stop): each for each in plan.submissions}
        try:
            for future in as_completed(futures):
                _take(future, futures.pop(future), grades, failed, progress)
        except (KeyboardInterrupt, OutputError) as error:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            session.jail.close()
            if isinstance(error, OutputError):
                raise
    ordered = tuple(grades[key] for key in sorted(grades))
    return ClassRun(ordered, tuple(sorted(failed, key=lambda f: f.student_id)), stop.is_set())


def _grade_one(
    submission: Submission,
    plan: Plan,
    session: Session,
    files: ClassFiles,
    stop: threading.Event,
) -> Grade:
    """Collect, score and publish one submission; what stays in memory is the light grade."""
    if stop.is_set():
        raise _Stopped
    evidence = collect(submission, session.collector, questions=plan.questions, again=plan.again)
    grade = score(session.assignment, evidence, files.manual_scores_of(submission.student_id))
    files.publish(grade, evidence)
    return lighten(grade)


def lighten(grade: Grade) -> Grade:
    """The grade without what only its own report shows, so that a class fits in memory."""
    return replace(grade, networks={}, accuracy={}, training={}, hand=(), environment={}, timings={})


def _take(
    future: Future[Grade], submission: Submission, grades: dict[str, Grade], failed: list[Failed], progress: Progress
) -> None:
    try:
        grade = future.result()
    except (OutputError, KeyboardInterrupt):
        raise
    except _Stopped:
        return
    except Exception as error:  # noqa: BLE001
        # A fault of ours on one submission is named, and the class goes on.
        why = str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
        failed.append(Failed(submission.student_id, why))
        progress.failed(submission.student_id, why)
        return
    grades[submission.student_id] = grade
    progress.done(grade)
