"""Runs one probe of a submission: which jobs go behind the wall, and what their replies mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from grader.checks.shares import percent
from grader.datasets.join import Exam, checkpoint_correct, exam, join_labels
from grader.domain.assignment import AssignmentInfo, Probe
from grader.domain.evidence import FilesPayload, NetworkPayload, TrainingPayload
from grader.domain.measurement import Provenance, TrainingFacts
from grader.domain.outcome import Outcome
from grader.domain.problem import Problem
from grader.domain.reason import Reason
from grader.jail.job import Jail, JailRun, Job, Spool
from grader.jail.spool import FileSpool
from grader.probe_jobs import (
    Given,
    Setting,
    Sheet,
    exam_job,
    intake_job,
    measure_job,
    student_job,
    training_budget,
)
from grader.read_documents import ReadDocuments, read_documents
from grader.replies import replied, stopped_problem

Payload = FilesPayload | NetworkPayload | TrainingPayload
Measured = TypeVar("Measured", NetworkPayload, TrainingPayload)

_SOFT_TIMEOUTS = frozenset({Reason.IMPORT_TIMEOUT, Reason.BUILD_TIMEOUT, Reason.FORWARD_TIMEOUT})

_NOT_RERUN = frozenset({Reason.OPERATOR_REFUSED, Reason.LEAVES_TORCH, Reason.TOO_LARGE})
"""Why a network cannot be rerun outside the student's process although it runs inside."""


@dataclass(frozen=True)
class Ran:
    """A probe's result before it becomes a record. `tree` is what the intake unpacked."""

    outcome: Outcome
    payload: Payload | None = None
    problem: Problem | None = None
    runs: tuple[JailRun, ...] = ()
    tree: Mapping[str, bytes] = field(default_factory=dict)


def run_probe(probe: Probe, given: Given, setting: Setting) -> Ran:
    """Run a probe once. Whatever goes wrong in the student's work is in the result, never raised."""
    if probe.kind == "files":
        return run_intake(given, setting.info, setting.jail)
    # A file that Python cannot parse has no outline, and is code all the same: the student zone says where it breaks.
    if not any(path.endswith(".py") for path in given.tree):
        # Where reading failed, its reason says more than that there is no code.
        problem = next(iter(given.files.problems), Problem(Reason.NO_CODE))
        return Ran(Outcome.FINISHED, _payload_of(probe, problem))
    return _train(probe, given, setting) if probe.kind == "training" else _count(probe, given, setting)


def _payload_of(probe: Probe, problem: Problem) -> Payload:
    return TrainingPayload(problem=problem) if probe.kind == "training" else NetworkPayload(problem=problem)


def run_intake(given: Given, info: AssignmentInfo | None, jail: Jail) -> Ran:
    """Archives, notebooks, toml and essay become data; the unpacked tree comes along.

    Without an assignment there is nothing that a PDF could answer, and none is read.
    """
    run = jail.run(intake_job(given, info.starter if info else {}))
    with replied(run) as frame:
        if frame is None:
            return _stopped(run)
        try:
            payload = _form("FilesPayload").validate_python(dict(frame.message))
        except ValidationError:
            return _not_ours((run,))
    payload = replace(payload, problems=(*given.unread, *payload.problems))
    read = read_documents(payload, frame.blobs, info, jail) if info else ReadDocuments(payload)
    return Ran(Outcome.FINISHED, read.payload, runs=(run, *read.runs), tree=frame.blobs)


def _count(probe: Probe, given: Given, setting: Setting) -> Ran:
    """The student's process hands over; another one, which runs no student code, counts."""
    with _handed_over(student_job(probe, given, setting), setting.jail) as (handed, handover):
        if handover is None:
            return _stopped(handed)
        measured = setting.jail.run(measure_job(probe, given, setting, handover))
    with replied(measured) as frame:
        if frame is None:
            return replace(_stopped(measured), runs=(handed, measured))
        return _understood(NetworkPayload, frame.message, (handed, measured))


def _train(probe: Probe, given: Given, setting: Setting) -> Ran:
    """Train and score; what cannot be rerun outside the student's process is trained again, and asked in there."""
    trains = training_budget(probe, setting.dataset).epochs > 0
    with _sheet(exam(setting.dataset, setting.secret, given.sha256, trained=trains)) as sheet:
        ran = _examine(probe, given, setting, sheet)
        problem = ran.payload.problem if isinstance(ran.payload, TrainingPayload) else None
        if problem is None or problem.reason not in _NOT_RERUN:
            return ran
        again = _examine(probe, given, setting, sheet, answered=True)
        return replace(again, runs=(*ran.runs, *again.runs))


def _examine(probe: Probe, given: Given, setting: Setting, sheet: Sheet, *, answered: bool = False) -> Ran:
    """Score the handed-over network on test images; the labels join here, outside every jail."""
    order = student_job(probe, given, setting, sheet if answered else None)
    with _handed_over(order, setting.jail) as (handed, handover):
        if handover is None:
            return _stopped(handed)
        job = exam_job(probe, given, setting, handover, sheet, answered=answered)
        measured = setting.jail.run(job)
    runs = (handed, measured)
    with replied(measured) as frame:
        if frame is None:
            return replace(_stopped(measured), runs=runs)
        ran = _understood(TrainingPayload, frame.message.get("payload"), runs)
        payload = ran.payload
        if ran.outcome is not Outcome.FINISHED or not isinstance(payload, TrainingPayload):
            return ran
        try:
            correct = checkpoint_correct(sheet.paper, frame, setting.dataset)
            payload = _with_checkpoint(payload, job.message["checkpoint"], correct, setting)
            if payload.problem is None:
                provenance = Provenance.REPORTED if answered else Provenance.RECOMPUTED
                accuracy = join_labels(sheet.paper, frame, setting.dataset)
                payload = replace(payload, accuracy=replace(accuracy, provenance=provenance))
        except ValueError:
            return _not_ours(runs)
    training = payload.training if payload.problem else _facts(probe, setting, payload)
    return replace(ran, payload=replace(payload, training=training))


@contextmanager
def _handed_over(job: Job, jail: Jail) -> Iterator[tuple[JailRun, Spool | None]]:
    """A student's job, and what it handed over, None when it did not come to that."""
    run = jail.run(job)
    try:
        yield run, run.reply if run.outcome is Outcome.FINISHED else None
    finally:
        if run.reply is not None:
            run.reply.close()


@contextmanager
def _sheet(paper: Exam) -> Iterator[Sheet]:
    """The exam's images where jails can be given them, for as long as they are needed."""
    spool = FileSpool()
    try:
        for part in paper.pixels():
            spool.append(part)
        yield Sheet(paper, spool)
    finally:
        spool.close()


def _with_checkpoint(payload: TrainingPayload, weights: str, correct: int | None, setting: Setting) -> TrainingPayload:
    """The payload with a note on what the handed-in weights are worth."""
    if correct is None:
        return payload
    share = percent(Fraction(correct, max(setting.dataset.test_n, 1)))
    facts = {"accuracy": share, "dataset": setting.dataset.title}
    note = Problem(Reason.CHECKPOINT_MEASURED, weights, facts=dict(facts))
    return replace(payload, notes=(*payload.notes, note))


def _facts(probe: Probe, setting: Setting, payload: TrainingPayload) -> TrainingFacts | None:
    """What the student's process says of its training, with the budget and seed that we gave."""
    if payload.training is None:
        return None
    budget = training_budget(probe, setting.dataset)
    return replace(payload.training, epochs_budget=budget.epochs, seconds_cap=budget.seconds, seed=setting.seed)


@cache
def _form(name: str) -> TypeAdapter[Any]:
    """What checks a payload of this class; to work it out takes as long as some jobs."""
    return TypeAdapter({kind.__name__: kind for kind in (FilesPayload, NetworkPayload, TrainingPayload)}[name])


def _understood(kind: type[Measured], message: Any, runs: tuple[JailRun, ...]) -> Ran:
    try:
        payload: Measured = _form(kind.__name__).validate_python(message)
    except ValidationError:
        return _not_ours(runs)
    if payload.problem is not None and payload.problem.reason in _SOFT_TIMEOUTS:
        return Ran(Outcome.TIMEOUT, payload, payload.problem, runs[:1])
    return Ran(Outcome.FINISHED, payload, runs=runs)


def _not_ours(runs: tuple[JailRun, ...]) -> Ran:
    return Ran(Outcome.PROTOCOL, problem=Problem(Reason.RUN_PROTOCOL), runs=runs)


def _stopped(run: JailRun) -> Ran:
    """A run that brought nothing: which limit it met, or how it died."""
    outcome = Outcome.PROTOCOL if run.outcome is Outcome.FINISHED else run.outcome
    return Ran(outcome, problem=stopped_problem(run), runs=(run,))
