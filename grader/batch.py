"""A whole class: collect, score and publish each submission, several at a time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from grader.class_files import ClassFiles, lighten
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
    """A submission on which something of the grader's own failed; never the student's doing."""

    student_id: str
    why: str


@dataclass(frozen=True)
class ClassRun:
    """What became of a class. `stopped` says that a person stopped it half-way."""

    grades: tuple[Grade, ...]
    failed: tuple[Failed, ...] = ()
    stopped: bool = False


@dataclass(frozen=True)
class _Done:
    """A submission's grade, and what is wrong with its report."""

    grade: Grade
    problem: str


class _Stopped(Exception):
    """A person stopped the class before this submission was done."""


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
    grades: list[Grade] = []
    failed: list[Failed] = []
    stop = threading.Event()
    with ThreadPoolExecutor(max(1, plan.jobs), thread_name_prefix="grade") as pool:
        futures = {pool.submit(_grade_one, each, plan, session, files, stop): each for each in plan.submissions}
        try:
            for future in as_completed(futures):
                # Nothing of a submission stays in memory once it is told.
                done = _outcome(future, futures.pop(future), progress)
                if isinstance(done, Failed):
                    failed.append(done)
                elif done is not None:
                    grades.append(done.grade)
                    if done.problem:
                        failed.append(Failed(done.grade.submission.student_id, f"report: {done.problem}"))
        except (KeyboardInterrupt, OutputError) as error:
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            # Ends what still runs, so that the workers come back.
            session.jail.close()
            if isinstance(error, OutputError):
                raise
    ordered = sorted(grades, key=lambda grade: grade.submission.student_id)
    return ClassRun(tuple(ordered), tuple(sorted(failed, key=lambda each: each.student_id)), stop.is_set())


def _grade_one(submission: Submission, plan: Plan, session: Session, files: ClassFiles, stop: threading.Event) -> _Done:
    if stop.is_set():
        raise _Stopped
    evidence = collect(submission, session.collector, questions=plan.questions, again=plan.again, stop=stop)
    if stop.is_set():
        raise _Stopped
    grade = score(session.assignment, evidence, files.manual_of(submission.student_id))
    return _Done(lighten(grade), files.publish(grade, evidence))


def _outcome(future: Future[_Done], submission: Submission, progress: Progress) -> _Done | Failed | None:
    """What became of one submission; a fault of ours on it is named, and the class goes on."""
    try:
        done = future.result()
    except OutputError:
        raise
    except _Stopped:
        return None
    except Exception as error:
        why = str(error) if isinstance(error, GraderError) else f"{type(error).__name__}: {error}"
        progress.failed(submission.student_id, why)
        return Failed(submission.student_id, why)
    progress.done(done.grade)
    return done
